// RoutingRule: which requests to a custom domain name go to which stage of a REST API.
// https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/domainnames-domainname-routingrules.html
import type {
  CreateRoutingRuleRequest,
  DeleteRoutingRuleRequest,
  GetRoutingRuleRequest,
  ListRoutingRulesRequest,
  PutRoutingRuleRequest,
} from '@aws-sdk/client-apigatewayv2'
import type { RoutingRule } from '#model/apigatewayv2/routing-rule.ts'
import type { DomainName } from '#model/domain-name.ts'
import { PARTITION } from '#model/scope.ts'
import { publishDomainName } from '#snapshot/publish-domain-name.ts'
import { routingRules } from '#store/collections.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { conflict, ServiceError } from '#wire/errors.ts'
import type { Uncapitalized } from '#wire/operation.ts'
import { required } from '../constraints.ts'
import { domainNameKey } from '../domain-names.ts'
import { domainNameOf } from './domain-names.ts'
import { newPartId, notFoundOf, type Page, pageOfItems, partsOf } from './lookups.ts'
import { checkRoutingRule, parseActions, parseConditions } from './routing-rule-rules.ts'

/** Of one domain name. [behaviour.md §15] */
const RULES_MAX = 50

export const createRoutingRule = async (
  input: Uncapitalized<CreateRoutingRuleRequest>,
  call: WriteCall,
): Promise<RoutingRule> => {
  const domainName = await domainNameOf(call, input.domainName, input.domainNameId)
  const key = domainNameKey(domainName)
  if ((await partsOf(call, routingRules, key)).length >= RULES_MAX) {
    const message = `A domain name can have at most ${RULES_MAX} routing rules`
    throw new ServiceError('TooManyRequestsException', 429, message, { limitType: 'ROUTING_RULES' })
  }
  const routingRuleId = await newPartId(call, routingRules, key, 6)
  return write(call, domainName, {
    routingRuleId,
    routingRuleArn: ruleArn(call, key, routingRuleId),
    ...parts(input, 'createRoutingRuleInput'),
  })
}

/** Replaces a rule whole; its id stays. */
export const putRoutingRule = async (
  input: Uncapitalized<PutRoutingRuleRequest>,
  call: WriteCall,
): Promise<RoutingRule> => {
  const domainName = await domainNameOf(call, input.domainName, input.domainNameId)
  const { routingRuleId, routingRuleArn } = await ruleOf(call, domainName, input.routingRuleId)
  const rule = { routingRuleId, routingRuleArn, ...parts(input, 'putRoutingRuleInput') }
  return write(call, domainName, rule)
}

export const getRoutingRule = async (
  input: Uncapitalized<GetRoutingRuleRequest>,
  call: ReadCall,
): Promise<RoutingRule> => {
  const domainName = await domainNameOf(call, input.domainName, input.domainNameId)
  return ruleOf(call, domainName, input.routingRuleId)
}

/** In the order in which the rules are evaluated. */
export const listRoutingRules = async (
  input: Uncapitalized<ListRoutingRulesRequest>,
  call: ReadCall,
): Promise<
  Omit<Page<RoutingRule>, 'items'> & { readonly routingRules: readonly RoutingRule[] }
> => {
  const domainName = await domainNameOf(call, input.domainName, input.domainNameId)
  const rules = await partsOf(call, routingRules, domainNameKey(domainName))
  const { items, ...rest } = pageOfItems(rules, ({ priority }) => `${priority}`.padStart(7, '0'), {
    // AWS: a number here, and text everywhere else.
    maxResults: input.maxResults === undefined ? undefined : String(input.maxResults),
    nextToken: input.nextToken,
  })
  return { ...rest, routingRules: items }
}

export const deleteRoutingRule = async (
  input: Uncapitalized<DeleteRoutingRuleRequest>,
  call: WriteCall,
): Promise<void> => {
  const domainName = await domainNameOf(call, input.domainName, input.domainNameId)
  const { routingRuleId } = await ruleOf(call, domainName, input.routingRuleId)
  const key = domainNameKey(domainName)
  await call.tx.delete(routingRules, call, `${key}/${routingRuleId}`)
  await publishDomainName(call.tx, call, key)
}

const parts = (
  input: Pick<Uncapitalized<PutRoutingRuleRequest>, 'priority' | 'conditions' | 'actions'>,
  at: string,
): Pick<RoutingRule, 'priority' | 'conditions' | 'actions'> => ({
  priority: required(input.priority, `${at}.priority`),
  conditions: parseConditions(required(input.conditions, `${at}.conditions`)),
  actions: parseActions(required(input.actions, `${at}.actions`)),
})

const ruleOf = async (
  call: ReadCall,
  domainName: DomainName,
  id: string | undefined,
): Promise<RoutingRule> => {
  const rule = await call.view.get(routingRules, call, `${domainNameKey(domainName)}/${id}`)
  if (rule !== undefined) return rule
  throw notFoundOf('RoutingRule', `Invalid routing rule identifier specified ${id}`)
}

const write = async (
  call: WriteCall,
  domainName: DomainName,
  rule: RoutingRule,
): Promise<RoutingRule> => {
  await checkRoutingRule(call, rule)
  const key = domainNameKey(domainName)
  for (const other of await partsOf(call, routingRules, key)) {
    if (other.priority === rule.priority && other.routingRuleId !== rule.routingRuleId) {
      throw conflict(`A routing rule with priority ${rule.priority} already exists`)
    }
  }
  await call.tx.put(routingRules, call, `${key}/${rule.routingRuleId}`, rule)
  await publishDomainName(call.tx, call, key)
  return rule
}

const ruleArn = ({ region, accountId }: WriteCall, key: string, id: string): string =>
  `arn:${PARTITION}:apigateway:${region}:${accountId}:/domainnames/${key}/routingrules/${id}`
