// How the steps of a method or route are configured, in a line each: read from the document that the plan was made of.
import type { Integration, Method } from '#model/apigateway/rest-api.ts'
import type { DeploymentDocument, HttpDocument, RestDocument } from '#model/documents.ts'

export interface MethodWords {
  readonly authorize: string
  readonly validate: string
  readonly integrationRequest: string
  readonly integration: string
  readonly integrationResponse: string
}

export interface RouteWords {
  readonly authorize: string
  readonly integrate: string
  readonly respond: string
}

/** Where there is no document, what the steps are in general. */
export const describeMethod = (
  document: DeploymentDocument | undefined,
  resourceId: string,
  httpMethod: string,
): MethodWords => {
  const rest = document?.protocol === 'REST' ? document : undefined
  const resource = rest?.resources.find(({ id }) => id === resourceId)
  const method = resource?.resourceMethods?.[httpMethod]
  if (rest === undefined || method === undefined) return GENERAL
  const { methodIntegration } = method
  return {
    authorize: listed([authorizationOf(rest, method), rest.api.policy && 'the resource policy']),
    validate: validationOf(rest, method),
    ...(methodIntegration === undefined
      ? { integrationRequest: NOTHING, integration: 'none: a 500', integrationResponse: NOTHING }
      : integrationWords(methodIntegration)),
  }
}

const GENERAL: MethodWords = {
  authorize: 'the authorizer and the resource policy',
  validate: 'the request validator of the method',
  integrationRequest: 'parameters and templates',
  integration: 'the backend',
  integrationResponse: 'selection, parameters and templates',
}

const NOTHING = 'nothing configured'

const listed = (parts: readonly (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined && part !== '').join('; ') || NOTHING

const authorizationOf = (document: RestDocument, method: Method): string | undefined => {
  const { authorizationType, authorizerId, authorizationScopes } = method
  if (authorizationType === 'NONE') return undefined
  const authorizer = document.authorizers.find(({ id }) => id === authorizerId)
  const scopes = authorizationScopes?.length ? `, scopes ${authorizationScopes.join(' ')}` : ''
  return authorizer === undefined
    ? authorizationType
    : `${authorizationType}: ${authorizer.type} authorizer ${authorizer.name} (${authorizer.identitySource ?? 'no identity source'})${scopes}`
}

const validationOf = (document: RestDocument, method: Method): string => {
  const validator = document.requestValidators.find(({ id }) => id === method.requestValidatorId)
  if (validator === undefined) return NOTHING
  const required = Object.entries(method.requestParameters ?? {})
    .filter(([, isRequired]) => isRequired)
    .map(([name]) => name.replace('method.request.', ''))
  const models = Object.entries(method.requestModels ?? {}).map(
    ([contentType, model]) => `${contentType} as ${model}`,
  )
  return listed([
    validator.validateRequestParameters && required.length > 0
      ? `required ${required.join(', ')}`
      : undefined,
    validator.validateRequestBody && models.length > 0 ? `body ${models.join(', ')}` : undefined,
  ])
}

const integrationWords = (
  integration: Integration,
): Pick<MethodWords, 'integrationRequest' | 'integration' | 'integrationResponse'> => {
  const { type, httpMethod, uri, timeoutInMillis, passthroughBehavior } = integration
  const isProxy = type === 'AWS_PROXY' || type === 'HTTP_PROXY'
  const mapped = Object.keys(integration.requestParameters ?? {}).map((name) =>
    name.replace('integration.request.', ''),
  )
  const templates = Object.keys(integration.requestTemplates ?? {})
  const target = uri === undefined ? '' : ` ${httpMethod ?? ''} ${uri}`
  return {
    integrationRequest: listed([
      mapped.length === 0 ? undefined : `maps ${mapped.join(', ')}`,
      isProxy
        ? 'the request as it came'
        : templates.length === 0
          ? `no template (${passthroughBehavior})`
          : `templates ${templates.join(', ')}, else ${passthroughBehavior}`,
    ]),
    integration:
      type === 'MOCK' ? 'MOCK' : `${type}${target.trimEnd()}, ${timeoutInMillis} ms at most`,
    integrationResponse: isProxy ? "the backend's answer" : responsesOf(integration),
  }
}

const responsesOf = ({ integrationResponses = {} }: Integration): string =>
  Object.values(integrationResponses)
    .map(({ statusCode, selectionPattern, responseTemplates = {} }) => {
      const pattern = selectionPattern ? `/${selectionPattern}/` : 'else'
      const templates = Object.keys(responseTemplates)
      return `${pattern} → ${statusCode}${templates.length === 0 ? '' : ` by ${templates.join(', ')}`}`
    })
    .join('; ') || 'none: every answer is a 500'

export const describeRoute = (
  document: DeploymentDocument | undefined,
  routeKey: string,
): RouteWords => {
  const http = document === undefined || document.protocol === 'REST' ? undefined : document
  const route = http?.routes.find((one) => one.routeKey === routeKey)
  const cors = http?.api.corsConfiguration === undefined ? NOTHING : 'CORS headers'
  if (http === undefined || route === undefined) {
    return { authorize: 'the authorizer', integrate: 'the backend', respond: 'CORS headers' }
  }
  const authorizer = http.authorizers.find(
    ({ authorizerId }) => authorizerId === route.authorizerId,
  )
  const { authorizationType } = route
  return {
    authorize:
      authorizationType === 'NONE'
        ? NOTHING
        : `${authorizationType}${authorizer === undefined ? '' : `: authorizer ${authorizer.name}`}`,
    integrate: targetOf(http, route.target),
    respond: cors,
  }
}

const targetOf = ({ integrations }: HttpDocument, target: string | undefined): string => {
  const id = target?.replace(/^integrations\//, '')
  const integration = integrations.find(({ integrationId }) => integrationId === id)
  if (integration === undefined) return 'none'
  const { integrationType, integrationSubtype, integrationUri, payloadFormatVersion } = integration
  const { integrationMethod, timeoutInMillis } = integration
  return [
    integrationType,
    integrationSubtype,
    integrationType === 'HTTP_PROXY' ? integrationMethod : undefined,
    integrationUri,
    integrationType === 'AWS_PROXY' ? `(event format ${payloadFormatVersion})` : undefined,
    `, ${timeoutInMillis} ms at most`,
  ]
    .filter((part) => part !== undefined)
    .join(' ')
    .replace(' ,', ',')
}
