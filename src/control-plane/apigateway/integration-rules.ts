// An integration's defaults, and what AWS refuses of one: on PutIntegration, and of what UpdateIntegration has made.
import { parseArn } from '#model/arn.ts'
import type {
  Integration,
  IntegrationType,
  Method,
  PassthroughBehavior,
} from '#model/apigateway/rest-api.ts'
import { REST_INTEGRATION_TIMEOUT_MS_MAX } from '#model/quotas.ts'
import { badRequest } from '#wire/errors.ts'
import { checkContentTypes, checkRequestMappings } from './mapping-rules.ts'
import { HTTP_METHODS, checkHttpMethod } from './method-rules.ts'

const TIMEOUT_MS_MIN = 50
/** A streamed response may take fifteen minutes. [behaviour.md 5.1] */
const STREAM_TIMEOUT_MS_MAX = 900_000

const PASSTHROUGH_BEHAVIORS: readonly PassthroughBehavior[] = [
  'WHEN_NO_MATCH',
  'WHEN_NO_TEMPLATES',
  'NEVER',
]

/** The integration with AWS's defaults, as they are also answered. [F046, F049] */
export const integrationDefaults = (
  resourceId: string,
  given: Partial<Integration> & { readonly type: IntegrationType },
): Integration => ({
  ...(isHttp(given.type) ? { connectionType: 'INTERNET' as const } : {}),
  passthroughBehavior: 'WHEN_NO_MATCH',
  timeoutInMillis: REST_INTEGRATION_TIMEOUT_MS_MAX,
  cacheNamespace: resourceId,
  cacheKeyParameters: [],
  ...given,
})

/** Throws for an integration that cannot be put on the method. */
export const checkIntegration = (integration: Integration, method: Method): void => {
  const { type, httpMethod, timeoutInMillis, responseTransferMode } = integration
  if (type !== 'MOCK') {
    if (httpMethod === undefined || httpMethod === '') {
      throw badRequest('Enumeration value for HttpMethod must be non-empty')
    }
    if (!HTTP_METHODS.includes(httpMethod)) checkHttpMethod(httpMethod)
    checkUri(type, integration.uri ?? '')
  }
  const timeoutMsMax =
    responseTransferMode === 'STREAM' ? STREAM_TIMEOUT_MS_MAX : REST_INTEGRATION_TIMEOUT_MS_MAX
  if (!(timeoutInMillis >= TIMEOUT_MS_MIN && timeoutInMillis <= timeoutMsMax)) {
    throw badRequest(`Timeout should be between ${TIMEOUT_MS_MIN} ms and ${timeoutMsMax} ms`)
  }
  checkContentTypes(integration.requestTemplates)
  checkRequestMappings(integration.requestParameters, method)
}

export const parsePassthrough = (value: string | undefined): PassthroughBehavior | undefined => {
  if (value === undefined) return undefined
  const known = PASSTHROUGH_BEHAVIORS.find((behavior) => behavior === value)
  if (known !== undefined) return known
  throw badRequest(
    `Invalid PassthroughBehavior specified. Valid options are ${PASSTHROUGH_BEHAVIORS.join(',')}`,
  )
}

const isHttp = (type: IntegrationType): boolean => type === 'HTTP' || type === 'HTTP_PROXY'

// [F048, F051]
const checkUri = (type: IntegrationType, uri: string): void => {
  if (isHttp(type)) {
    if (/^https?:\/\/[^/?#\s]+\S*$/i.test(uri) || uri.startsWith('${stageVariables.')) return
    throw badRequest('Invalid HTTP endpoint specified for URI')
  }
  const arn = parseArn(uri)
  if (arn === undefined) throw badRequest('Invalid ARN specified in the request')
  // `arn:aws:apigateway:{region}:{service}:path/…`: where other ARNs have the account stands the service.
  if (!/^(?:path|action)\/./.test(arn.resource)) {
    throw badRequest('AWS ARN for integration must contain path or action')
  }
  const service = arn.accountId.split('.').at(-1) ?? ''
  if (type === 'AWS_PROXY' && service !== 'lambda' && service !== 'firehose') {
    throw badRequest(
      "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations.",
    )
  }
}
