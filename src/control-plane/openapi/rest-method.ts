// One operation of a definition as a Method of a REST API.
import type {
  Authorizer,
  ContentHandling,
  Integration,
  IntegrationResponse,
  IntegrationType,
  Method,
  MethodResponse,
} from '#model/apigateway/rest-api.ts'
import { present } from '#shared/assert.ts'
import { badRequest } from '#wire/errors.ts'
import {
  checkIntegration,
  integrationDefaults,
  parsePassthrough,
} from '../apigateway/integration-rules.ts'
import {
  checkContentTypes,
  checkResponseMappings,
  checkResponseParameters,
} from '../apigateway/mapping-rules.ts'
import { defined, entryOf, nonEmpty } from '../defined.ts'
import type {
  IntegrationDefinition,
  IntegrationResponseDefinition,
  OperationDefinition,
  ResponseDefinition,
} from './definition.ts'

/** What operations name, by name. */
export interface Named {
  readonly authorizers: ReadonlyMap<string, Authorizer>
  readonly requestValidators: ReadonlyMap<string, string>
}

const INTEGRATION_TYPES: readonly IntegrationType[] = [
  'HTTP',
  'HTTP_PROXY',
  'AWS',
  'AWS_PROXY',
  'MOCK',
]
const CONTENT_HANDLINGS: readonly ContentHandling[] = ['CONVERT_TO_BINARY', 'CONVERT_TO_TEXT']

/** The method without its integration: what PutMethod and PutMethodResponse would have made. */
export const methodOf = (operation: OperationDefinition, named: Named): Method => {
  const { requestValidator } = operation
  return defined({
    httpMethod: operation.httpMethod,
    ...authorizationOf(operation, named),
    apiKeyRequired: operation.apiKeyRequired,
    requestValidatorId:
      requestValidator === undefined
        ? undefined
        : present(named.requestValidators.get(requestValidator), `validator ${requestValidator}`),
    operationName: operation.operationName,
    requestParameters: nonEmpty(operation.requestParameters),
    requestModels: nonEmpty(operation.requestModels),
    methodResponses: nonEmpty(
      Object.fromEntries(
        operation.responses.map((response) => [response.statusCode, methodResponse(response)]),
      ),
    ),
  })
}

export const withIntegration = (
  method: Method,
  resourceId: string,
  definition: IntegrationDefinition,
): Method => {
  const responses = definition.responses.map((response) => integrationResponse(method, response))
  const integration: Integration = defined({
    ...integrationDefaults(resourceId, integrationFacts(definition)),
    integrationResponses: nonEmpty(
      Object.fromEntries(responses.map((response) => [response.statusCode, response])),
    ),
  })
  checkIntegration(integration, method)
  return { ...method, methodIntegration: integration }
}

const authorizationOf = (
  { authorization }: OperationDefinition,
  { authorizers }: Named,
): Pick<Method, 'authorizationType' | 'authorizerId' | 'authorizationScopes'> => {
  if (authorization.type !== 'AUTHORIZER') return { authorizationType: authorization.type }
  const authorizer = present(authorizers.get(authorization.name), 'an authorizer that was read')
  const isCustom = authorizer.type === 'TOKEN' || authorizer.type === 'REQUEST'
  return defined({
    authorizationType: isCustom ? 'CUSTOM' : authorizer.type,
    authorizerId: authorizer.id,
    authorizationScopes: nonEmpty(authorization.scopes),
  })
}

const methodResponse = ({ statusCode, headers, responseModels }: ResponseDefinition) => {
  const parameters = headers.map((header) => [`method.response.header.${header}`, false] as const)
  // AWS: a response's headers are declared and never required. [F108]
  const response: MethodResponse = defined({
    statusCode,
    responseParameters: nonEmpty(Object.fromEntries(parameters)),
    responseModels: nonEmpty(responseModels),
  })
  checkResponseParameters(response.responseParameters)
  return response
}

const integrationFacts = (
  facts: IntegrationDefinition,
): Partial<Integration> & Pick<Integration, 'type'> => {
  const connection = oneOf(facts.connectionType, 'connectionType', ['INTERNET', 'VPC_LINK'])
  const mode = oneOf(facts.responseTransferMode, 'responseTransferMode', ['BUFFERED', 'STREAM'])
  return defined({
    httpMethod: facts.httpMethod,
    uri: facts.uri,
    connectionType: connection,
    connectionId: facts.connectionId,
    credentials: facts.credentials,
    requestParameters: facts.requestParameters,
    requestTemplates: facts.requestTemplates,
    passthroughBehavior: parsePassthrough(facts.passthroughBehavior),
    contentHandling: oneOf(facts.contentHandling, 'contentHandling', CONTENT_HANDLINGS),
    timeoutInMillis: facts.timeoutInMillis,
    cacheNamespace: facts.cacheNamespace,
    cacheKeyParameters: facts.cacheKeyParameters,
    tlsConfig: facts.tlsConfig,
    responseTransferMode: mode,
    integrationTarget: facts.integrationTarget,
    type: present(oneOf(facts.type, 'type', INTEGRATION_TYPES), 'an integration has a type'),
  })
}

const integrationResponse = (
  method: Method,
  definition: IntegrationResponseDefinition,
): IntegrationResponse => {
  const { statusCode, selectionPattern, responseParameters, responseTemplates } = definition
  const templates = Object.entries(responseTemplates ?? {})
  checkContentTypes(responseTemplates)
  const declared = entryOf(method.methodResponses, statusCode)?.responseParameters
  checkResponseMappings(responseParameters, declared)
  return defined({
    statusCode,
    selectionPattern,
    responseParameters,
    // AWS: an empty template is kept, and answered as null. [F044]
    responseTemplates: nonEmpty(
      Object.fromEntries(templates.map(([type, template]) => [type, template || null])),
    ),
    contentHandling: oneOf(definition.contentHandling, 'contentHandling', CONTENT_HANDLINGS),
  })
}

const oneOf = <T extends string>(
  value: string | undefined,
  name: string,
  words: readonly T[],
): T | undefined => {
  const word = words.find((known) => known === value)
  if (value === undefined || word !== undefined) return word
  throw badRequest(`Invalid ${name} ${value}. Valid options are ${words.join(',')}`)
}
