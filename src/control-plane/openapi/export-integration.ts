// An Integration as `x-amazon-apigateway-integration`: read-integration.ts the other way round.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-integration.html
import type { Integration, IntegrationResponse } from '#model/apigateway/rest-api.ts'
import { REST_INTEGRATION_TIMEOUT_MS_MAX } from '#model/quotas.ts'
import { defined, nonEmpty } from '../defined.ts'

type Members = Readonly<Record<string, unknown>>

export const exportIntegration = (integration: Integration, resourceId: string): Members => {
  const { timeoutInMillis, cacheNamespace, connectionType, connectionId } = integration
  const isDefaultTimeout = timeoutInMillis === REST_INTEGRATION_TIMEOUT_MS_MAX
  return defined({
    type: integration.type.toLowerCase(),
    // An ANY integration is written as the extension is, not as a verb that HTTP has not.
    httpMethod: integration.httpMethod === 'ANY' ? ANY_METHOD : integration.httpMethod,
    uri: integration.uri,
    credentials: integration.credentials,
    connectionType: connectionType === 'VPC_LINK' ? connectionType : undefined,
    connectionId,
    responses: responsesOf(integration.integrationResponses),
    requestParameters: nonEmpty(integration.requestParameters),
    requestTemplates: templatesOf(integration.requestTemplates),
    passthroughBehavior: integration.passthroughBehavior.toLowerCase(),
    contentHandling: integration.contentHandling,
    timeoutInMillis: isDefaultTimeout ? undefined : timeoutInMillis,
    // The default is the resource's id, which an import makes anew.
    cacheNamespace: cacheNamespace === resourceId ? undefined : cacheNamespace,
    cacheKeyParameters: nonEmpty(integration.cacheKeyParameters),
    tlsConfig: nonEmpty(integration.tlsConfig),
    responseTransferMode: integration.responseTransferMode,
    integrationTarget: integration.integrationTarget,
  })
}

const ANY_METHOD = 'x-amazon-apigateway-any-method'

/**
 * Keyed by the pattern that selects each, or `default`. Of several with one pattern only the first can ever be
 * selected, and only it is written.
 */
const responsesOf = (
  responses: Integration['integrationResponses'],
): Readonly<Record<string, Members>> | undefined => {
  const byPattern = new Map<string, Members>()
  for (const response of Object.values(responses ?? {})) {
    const pattern = response.selectionPattern || 'default'
    if (!byPattern.has(pattern)) byPattern.set(pattern, responseOf(response))
  }
  return nonEmpty(Object.fromEntries(byPattern))
}

const responseOf = (response: IntegrationResponse): Members =>
  defined({
    statusCode: response.statusCode,
    responseParameters: nonEmpty(response.responseParameters),
    responseTemplates: templatesOf(response.responseTemplates),
    contentHandling: response.contentHandling,
  })

/** An empty template is kept as null, and written as the empty text. [F044] */
const templatesOf = (
  templates: Readonly<Record<string, string | null>> | undefined,
): Readonly<Record<string, string>> | undefined =>
  nonEmpty(
    Object.fromEntries(
      Object.entries(templates ?? {}).map(([type, template]) => [type, template ?? '']),
    ),
  )
