// Writes a definition into the draft of an HTTP API: operations become routes, their integrations
// are shared where the definition shares them. Whatever keeps its name, its route key or its
// content keeps its id.
import type {
  Api,
  AuthorizerV2,
  IntegrationTypeV2,
  IntegrationV2,
  Route,
} from '#model/apigatewayv2/api.ts'
import { present } from '#shared/assert.ts'
import { canonicalJson } from '#shared/json.ts'
import { authorizersV2, integrationsV2, routesV2 } from '#store/collections.ts'
import type { WriteCall } from '#store/transactional.ts'
import { checkAuthorizer } from '../apigatewayv2/authorizers.ts'
import { checkIntegration, integrationDefaults } from '../apigatewayv2/integration-rules.ts'
import { newPartId, partsOf } from '../apigatewayv2/lookups.ts'
import { checkRoute } from '../apigatewayv2/route-rules.ts'
import { defined, nonEmpty } from '../defined.ts'
import { type Attempt, startAttempts } from './attempts.ts'
import type {
  AuthorizerDefinition,
  Definition,
  IntegrationDefinition,
  OperationDefinition,
} from './definition.ts'

/**
 * Replaces the whole draft. Returns the errors: the caller throws them, and the transaction leaves
 * no trace.
 */
export const replaceDraft = async (
  call: WriteCall,
  api: Api,
  definition: Definition,
  prefix: string,
): Promise<readonly string[]> => {
  const { errors, attempt } = startAttempts()
  const authorizers = await replaceAuthorizers(call, api, definition, attempt)
  const integrations = await startReplacing(call, api)
  const routesBefore = new Map(
    (await partsOf(call, routesV2, api.apiId)).map((route) => [route.routeKey, route]),
  )
  for (const operation of definition.operations) {
    const routeKey = routeKeyOf(operation, prefix)
    await attempt(`Unable to create route '${routeKey}' (${operation.at})`, async () => {
      const integration = await integrations.write(operation.integration)
      const before = routesBefore.get(routeKey)
      routesBefore.delete(routeKey)
      const route: Route = defined({
        routeId: before?.routeId ?? (await newPartId(call, routesV2, api.apiId, 7)),
        routeKey,
        apiKeyRequired: false,
        ...authorizationOf(operation, authorizers),
        operationName: operation.operationName,
        target: integration && `integrations/${integration.integrationId}`,
      })
      await checkRoute(call, api, route)
      await call.tx.put(routesV2, call, `${api.apiId}/${route.routeId}`, route)
    })
  }
  for (const { routeId } of routesBefore.values()) {
    await call.tx.delete(routesV2, call, `${api.apiId}/${routeId}`)
  }
  await integrations.removeUnused()
  return errors
}

/** The catch-all is written as the path `/$default` with any method. */
const routeKeyOf = ({ path, httpMethod }: OperationDefinition, prefix: string): string =>
  path === '/$default' && httpMethod === 'ANY' ? '$default' : `${httpMethod} ${prefix}${path}`

const startReplacing = async (call: WriteCall, api: Api) => {
  // Integrations have no names: one that is as it was before takes over that one's id.
  const before = new Map<string, string[]>()
  for (const { integrationId, ...facts } of await partsOf(call, integrationsV2, api.apiId)) {
    const content = canonicalJson(facts)
    before.set(content, [...(before.get(content) ?? []), integrationId])
  }
  const written = new Map<string, IntegrationV2>()
  return {
    write: async (definition: IntegrationDefinition | undefined) => {
      if (definition === undefined) return undefined
      const shared = written.get(definition.at)
      if (shared !== undefined) return shared
      const facts = integrationFacts(definition)
      const integrationId =
        before.get(canonicalJson(facts))?.shift() ??
        (await newPartId(call, integrationsV2, api.apiId, 7))
      const integration: IntegrationV2 = { integrationId, ...facts }
      checkIntegration('HTTP', integration)
      await call.tx.put(integrationsV2, call, `${api.apiId}/${integrationId}`, integration)
      written.set(definition.at, integration)
      return integration
    },
    removeUnused: async () => {
      for (const integrationId of [...before.values()].flat()) {
        await call.tx.delete(integrationsV2, call, `${api.apiId}/${integrationId}`)
      }
    },
  }
}

const integrationFacts = (
  definition: IntegrationDefinition,
): Omit<IntegrationV2, 'integrationId'> => {
  // The type has been read as one of AWS's five; checkIntegration refuses what an HTTP API does not
  // have.
  const integrationType = definition.type as IntegrationTypeV2
  const { integrationSubtype } = definition
  return {
    ...integrationDefaults('HTTP', { integrationType, integrationSubtype }),
    ...defined({
      integrationType,
      integrationSubtype,
      integrationMethod: definition.httpMethod,
      integrationUri: definition.uri,
      credentialsArn: definition.credentials,
      connectionType: connectionType(definition),
      connectionId: definition.connectionId,
      description: definition.description,
      payloadFormatVersion: definition.payloadFormatVersion,
      requestParameters: nonEmpty(definition.requestParameters),
      responseParameters: nonEmpty(definition.responseParameters),
      timeoutInMillis: definition.timeoutInMillis,
      tlsConfig: serverName(definition),
    }),
  }
}

const connectionType = ({ connectionType: type }: IntegrationDefinition) =>
  type === undefined
    ? undefined
    : type === 'VPC_LINK'
      ? ('VPC_LINK' as const)
      : ('INTERNET' as const)

const serverName = ({ tlsConfig }: IntegrationDefinition) =>
  tlsConfig?.serverNameToVerify === undefined
    ? undefined
    : { serverNameToVerify: tlsConfig.serverNameToVerify }

const authorizationOf = (
  { authorization }: OperationDefinition,
  authorizers: ReadonlyMap<string, AuthorizerV2>,
): Pick<Route, 'authorizationType' | 'authorizerId' | 'authorizationScopes'> => {
  if (authorization.type !== 'AUTHORIZER') return { authorizationType: authorization.type }
  const authorizer = present(authorizers.get(authorization.name), 'an authorizer that was read')
  return defined({
    authorizationType: authorizer.authorizerType === 'JWT' ? 'JWT' : 'CUSTOM',
    authorizerId: authorizer.authorizerId,
    authorizationScopes: nonEmpty(authorization.scopes),
  })
}

const replaceAuthorizers = async (
  call: WriteCall,
  api: Api,
  definition: Definition,
  attempt: Attempt,
): Promise<ReadonlyMap<string, AuthorizerV2>> => {
  const before = new Map(
    (await partsOf(call, authorizersV2, api.apiId)).map((each) => [each.name, each.authorizerId]),
  )
  const byName = new Map<string, AuthorizerV2>()
  for (const authorizer of definition.authorizers) {
    const { name } = authorizer
    const authorizerId = before.get(name) ?? (await newPartId(call, authorizersV2, api.apiId, 6))
    before.delete(name)
    const row: AuthorizerV2 = { authorizerId, ...authorizerFacts(authorizer) }
    byName.set(name, row)
    await call.tx.put(authorizersV2, call, `${api.apiId}/${authorizerId}`, row)
    await attempt(`Unable to create authorizer '${name}' (${authorizer.at})`, async () =>
      checkAuthorizer(api, row),
    )
  }
  for (const authorizerId of before.values()) {
    await call.tx.delete(authorizersV2, call, `${api.apiId}/${authorizerId}`)
  }
  return byName
}

const authorizerFacts = (authorizer: AuthorizerDefinition): Omit<AuthorizerV2, 'authorizerId'> => {
  const sources = authorizer.identitySource?.split(',').map((source) => source.trim())
  return defined({
    name: authorizer.name,
    authorizerType: authorizer.type === 'jwt' ? ('JWT' as const) : ('REQUEST' as const),
    authorizerCredentialsArn: authorizer.authorizerCredentials,
    authorizerPayloadFormatVersion: authorizer.authorizerPayloadFormatVersion,
    authorizerResultTtlInSeconds: authorizer.authorizerResultTtlInSeconds,
    authorizerUri: authorizer.authorizerUri,
    enableSimpleResponses: authorizer.enableSimpleResponses,
    identitySource: nonEmpty(sources),
    identityValidationExpression: authorizer.identityValidationExpression,
    jwtConfiguration: authorizer.jwtConfiguration,
  })
}
