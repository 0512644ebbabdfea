// What an integration may be, per protocol, and what AWS fills in.
import type { Api, IntegrationV2 } from '#model/apigatewayv2/api.ts'
import { functionOfUri, parseArn } from '#model/arn.ts'
import { HTTP_INTEGRATION_TIMEOUT_MS_MAX, REST_INTEGRATION_TIMEOUT_MS_MAX } from '#model/quotas.ts'
import { badRequest } from '#wire/errors.ts'
import { constrain, oneOf } from '../constraints.ts'

type ProtocolType = Api['protocolType']

const TIMEOUT_MS_MIN = 50
const TYPES: readonly string[] = ['AWS', 'AWS_PROXY', 'HTTP', 'HTTP_PROXY', 'MOCK']

const timeoutMsMax = (protocolType: ProtocolType): number =>
  protocolType === 'HTTP' ? HTTP_INTEGRATION_TIMEOUT_MS_MAX : REST_INTEGRATION_TIMEOUT_MS_MAX

/** Members that AWS answers where the caller gave none. [terraform.md, 4] */
export const integrationDefaults = (
  protocolType: ProtocolType,
  input: { readonly integrationType: string; readonly integrationSubtype?: string | undefined },
): Pick<IntegrationV2, 'connectionType' | 'payloadFormatVersion' | 'timeoutInMillis'> &
  Partial<IntegrationV2> => {
  const common = {
    connectionType: 'INTERNET',
    payloadFormatVersion: '1.0',
    timeoutInMillis: timeoutMsMax(protocolType),
  } as const
  if (protocolType === 'WEBSOCKET') {
    return {
      ...common,
      passthroughBehavior: 'WHEN_NO_MATCH',
      integrationResponseSelectionExpression: '${integration.response.statuscode}',
    }
  }
  const callsFunction =
    input.integrationType === 'AWS_PROXY' && input.integrationSubtype === undefined
  // A function is always invoked by POST, and AWS says so.
  return callsFunction ? { ...common, integrationMethod: 'POST' } : common
}

export const checkIntegration = (protocolType: ProtocolType, integration: IntegrationV2): void => {
  constrain(
    oneOf(integration.integrationType, 'integrationType', TYPES),
    oneOf(integration.connectionType, 'connectionType', ['VPC_LINK', 'INTERNET']),
    oneOf(integration.passthroughBehavior, 'passthroughBehavior', [
      'NEVER',
      'WHEN_NO_TEMPLATES',
      'WHEN_NO_MATCH',
    ]),
    oneOf(integration.contentHandlingStrategy, 'contentHandlingStrategy', [
      'CONVERT_TO_BINARY',
      'CONVERT_TO_TEXT',
    ]),
  )
  checkType(protocolType, integration)
  checkTimeout(protocolType, integration.timeoutInMillis)
  if (!['1.0', '2.0'].includes(integration.payloadFormatVersion)) {
    throw badRequest(
      'Invalid payload format version specified. Supported values are "1.0" and "2.0"',
    )
  }
  if (integration.connectionType === 'VPC_LINK' && integration.connectionId === undefined) {
    throw badRequest('ConnectionId is required when ConnectionType is VPC_LINK')
  }
  checkUri(protocolType, integration)
}

const checkType = (protocolType: ProtocolType, integration: IntegrationV2): void => {
  const { integrationType: type, integrationSubtype } = integration
  if (protocolType === 'HTTP' && type !== 'AWS_PROXY' && type !== 'HTTP_PROXY') {
    throw badRequest(
      `Integration type ${type} is not supported for HTTP APIs: use AWS_PROXY or HTTP_PROXY`,
    )
  }
  if (integrationSubtype === undefined) return
  if (protocolType === 'WEBSOCKET' || type !== 'AWS_PROXY') {
    throw badRequest('IntegrationSubtype is only supported for AWS_PROXY integrations of HTTP APIs')
  }
}

const checkTimeout = (protocolType: ProtocolType, timeoutInMillis: number): void => {
  const max = timeoutMsMax(protocolType)
  if (
    Number.isInteger(timeoutInMillis) &&
    timeoutInMillis >= TIMEOUT_MS_MIN &&
    timeoutInMillis <= max
  ) {
    return
  }
  throw badRequest(`Timeout should be between ${TIMEOUT_MS_MIN} ms and ${max} ms`)
}

const checkUri = (protocolType: ProtocolType, integration: IntegrationV2): void => {
  const { integrationType: type, integrationUri: uri, integrationSubtype } = integration
  if (type === 'MOCK' || integrationSubtype !== undefined) return
  if (uri === undefined) throw badRequest(`IntegrationUri is required for type ${type}`)
  const isHttp = type === 'HTTP' || type === 'HTTP_PROXY'
  // What a stage variable will hold is not known before a request has its stage.
  if (uri.includes('${')) return
  if (isHttp) checkHttpUri(integration, uri)
  else if (parseArn(uri) === undefined) throw badRequest('Invalid ARN specified in the request')
  else if (protocolType === 'HTTP' && functionOfUri(uri) === undefined) {
    throw badRequest('Invalid lambda function ARN specified in the request')
  }
}

const checkHttpUri = (integration: IntegrationV2, uri: string): void => {
  // A private integration of an HTTP API names a listener or a service.
  if (integration.connectionType === 'VPC_LINK' && parseArn(uri) !== undefined) return
  // Path variables stand in braces, which an URL would have to escape.
  const plain = uri.replaceAll(/\{[^{}]*\}/g, 'x')
  const url = /^https?:\/\//i.test(plain) && URL.canParse(plain)
  if (!url) throw badRequest('Invalid HTTP endpoint specified for URI')
}
