// What a routing rule may say. https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-routing-rules.html
import type { RoutingRuleAction, RoutingRuleCondition } from '@aws-sdk/client-apigatewayv2'
import type {
  HeaderMatch,
  RoutingRule,
  RoutingRuleAction as Action,
  RoutingRuleCondition as Condition,
} from '#model/apigatewayv2/routing-rule.ts'
import type { ReadCall } from '#store/transactional.ts'
import { badRequest } from '#wire/errors.ts'
import type { Uncapitalized } from '#wire/operation.ts'
import { required } from '../constraints.ts'
import { defined } from '../defined.ts'
import { mappedApi } from '../domain-names.ts'

const PRIORITY_MAX = 1_000_000
const HEADER_CONDITIONS_MAX = 2
const BASE_PATH_CONDITIONS_MAX = 1
/** Each alternative is compared with every request. */
const ALTERNATIVES_MAX = 10
const HEADER = /^[A-Za-z0-9*?!#$%&'.^_`|~-]{1,39}$/
const GLOB = /^[A-Za-z0-9*?!#$%&'.^_`|~-]{1,127}$/
const BASE_PATH = /^[A-Za-z0-9$\-_.+!*'()/]{1,127}$/

/** AWS: what API Gateway itself reads or writes decides no route; Host may. [guide: rest-api-routing-rules] */
const HEADERS_REFUSED =
  /^(?:access-control-.*|apigw-.*|authorization|connection|content-encoding|content-length|content-location|forwarded|keep-alive|origin|proxy-authenticate|proxy-authorization|te|trailers|transfer-encoding|upgrade|via|x-amz-.*|x-amzn-.*|x-apigw-api-id|x-forwarded-for|x-forwarded-host|x-forwarded-proto)$/

export const parseConditions = (
  input: readonly Uncapitalized<RoutingRuleCondition>[],
): readonly Condition[] => {
  const conditions = input.map(parseCondition)
  const headers = conditions.filter((each) => each.matchHeaders !== undefined).length
  if (headers > HEADER_CONDITIONS_MAX || conditions.length - headers > BASE_PATH_CONDITIONS_MAX) {
    throw badRequest(
      'A routing rule can have at most two matchHeaders conditions and one matchBasePaths condition',
    )
  }
  return conditions
}

const parseCondition = ({
  matchHeaders,
  matchBasePaths,
}: Uncapitalized<RoutingRuleCondition>): Condition => {
  if ((matchHeaders === undefined) === (matchBasePaths === undefined)) {
    throw badRequest('A condition must have either matchHeaders or matchBasePaths')
  }
  const alternatives = matchHeaders?.anyOf ?? matchBasePaths?.anyOf ?? []
  if (alternatives.length < 1 || alternatives.length > ALTERNATIVES_MAX) {
    throw badRequest(`anyOf of a condition must have between 1 and ${ALTERNATIVES_MAX} members`)
  }
  if (matchHeaders?.anyOf !== undefined) {
    return { matchHeaders: { anyOf: matchHeaders.anyOf.map(parseHeaderMatch) } }
  }
  const anyOf = matchBasePaths?.anyOf ?? []
  for (const basePath of anyOf) checkBasePath(basePath)
  return { matchBasePaths: { anyOf } }
}

const parseHeaderMatch = (input: {
  readonly header: string | undefined
  readonly valueGlob: string | undefined
}): HeaderMatch => {
  const header = required(input.header, 'header')
  const valueGlob = required(input.valueGlob, 'valueGlob')
  if (!HEADER.test(header)) {
    throw badRequest(`Invalid header ${header}: fewer than 40 letters, digits and *?-!#$%&'.^_\`|~`)
  }
  if (HEADERS_REFUSED.test(header.toLowerCase())) {
    throw badRequest(`The header ${header} cannot be used in a routing rule`)
  }
  // AWS: a wildcard stands at the beginning, at the end, or at both. [guide: rest-api-routing-rules]
  if (!GLOB.test(valueGlob) || /[^*]\*+[^*]|^\*+$|\*\*/.test(valueGlob)) {
    throw badRequest(
      `Invalid valueGlob ${valueGlob}: fewer than 128 characters, with a wildcard as in x*, *x or *x* only`,
    )
  }
  return { header, valueGlob }
}

const checkBasePath = (basePath: string): void => {
  const isClean = !basePath.startsWith('/') && !basePath.endsWith('/') && !basePath.includes('//')
  if (isClean && BASE_PATH.test(basePath)) return
  throw badRequest(
    `Invalid base path ${basePath}: fewer than 128 letters, digits and $-_.+!*'()/, no slash at its ends`,
  )
}

export const parseActions = (
  input: readonly Uncapitalized<RoutingRuleAction>[],
): readonly Action[] => {
  const [action, ...more] = input
  if (action?.invokeApi === undefined || more.length > 0) {
    throw badRequest('A routing rule must have exactly one action, invokeApi')
  }
  const { apiId, stage, stripBasePath } = action.invokeApi
  return [
    {
      invokeApi: {
        apiId: required(apiId, 'actions.1.member.invokeApi.apiId'),
        stage: required(stage, 'actions.1.member.invokeApi.stage'),
        ...defined({ stripBasePath }),
      },
    },
  ]
}

export const checkRoutingRule = async (call: ReadCall, rule: RoutingRule): Promise<void> => {
  const { priority } = rule
  if (!Number.isInteger(priority) || priority < 1 || priority > PRIORITY_MAX) {
    throw badRequest(`Priority must be between 1 and ${PRIORITY_MAX}`)
  }
  for (const { invokeApi } of rule.actions) {
    const api = await mappedApi(call.view, call, invokeApi.apiId, invokeApi.stage)
    if (api === undefined) throw badRequest('Invalid API identifier specified')
    // AWS: HTTP and WebSocket APIs are no targets of routing rules. [behaviour.md §15]
    if (api.protocol !== 'REST') throw badRequest('Routing rules are only supported for REST APIs')
    if (!api.hasStage) throw badRequest('Invalid stage identifier specified')
  }
}
