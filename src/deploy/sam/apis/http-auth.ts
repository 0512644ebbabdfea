// Auth of an AWS::Serverless::HttpApi, written into its OpenAPI document.
import type { JsonObject, JsonValue } from '#shared/json.ts'
import { objectOf } from '../../template/source.ts'
import { fail, type RouteEvent, type SamContext, type SamResource } from '../context.ts'
import type { Draft } from '../draft.ts'
import { authOf, authorizerUri } from './rest-auth.ts'

export const httpSecurity = (
  context: SamContext,
  resource: SamResource,
  event: RouteEvent | undefined,
  before: JsonValue | undefined,
): JsonValue | undefined => {
  if (Array.isArray(before)) return undefined
  const auth = authOf(resource)
  const own = event === undefined ? {} : authOf(event)
  const authorizer = own['Authorizer'] ?? auth['DefaultAuthorizer']
  if (typeof authorizer !== 'string') return undefined
  const authorizers = objectOf(auth['Authorizers']) ?? {}
  const isKnown = authorizers[authorizer] !== undefined
  const isIam = authorizer === 'AWS_IAM' && !isKnown
  const problem = problemOf(auth, authorizer, isKnown || isIam)
  if (problem !== undefined) {
    const target = event?.resource ?? resource
    fail(
      context,
      target,
      event ? ['Events', event.eventId, 'Properties', 'Auth'] : ['Auth'],
      problem,
    )
  }
  const scopes =
    own['AuthorizationScopes'] ?? objectOf(authorizers[authorizer])?.['AuthorizationScopes'] ?? []
  return [{ [authorizer]: authorizer === 'NONE' || isIam ? [] : scopes }]
}

const problemOf = (auth: JsonObject, authorizer: string, isKnown: boolean): string | undefined => {
  if (authorizer === 'NONE') {
    return auth['DefaultAuthorizer'] === undefined
      ? '`NONE` needs a DefaultAuthorizer on the API'
      : undefined
  }
  return isKnown ? undefined : `the API has no authorizer \`${authorizer}\``
}

export const httpSchemes = (context: SamContext, resource: SamResource): Draft => {
  const auth = authOf(resource)
  const schemes: Draft = {}
  for (const [name, value] of Object.entries(objectOf(auth['Authorizers']) ?? {})) {
    const authorizer = objectOf(value)
    if (authorizer === undefined) {
      fail(context, resource, ['Auth', 'Authorizers', name], 'an authorizer must be a map')
    } else schemes[name] = schemeOf(authorizer)
  }
  if (auth['EnableIamAuthorizer'] === true) {
    schemes['AWS_IAM'] ??= {
      in: 'header',
      name: 'Authorization',
      type: 'apiKey',
      'x-amazon-apigateway-authtype': 'awsSigv4',
    }
  }
  return schemes
}

const schemeOf = (authorizer: JsonObject): JsonObject => {
  const jwt = objectOf(authorizer['JwtConfiguration'])
  if (jwt === undefined) return lambdaScheme(authorizer)
  const source = authorizer['IdentitySource']
  return {
    type: 'oauth2',
    'x-amazon-apigateway-authorizer': {
      type: 'jwt',
      jwtConfiguration: Object.fromEntries(
        Object.entries(jwt).map(([name, value]) => [
          `${name.slice(0, 1).toLowerCase()}${name.slice(1)}`,
          value,
        ]),
      ),
      ...(source === undefined ? {} : { identitySource: source }),
    },
  }
}

const lambdaScheme = (authorizer: JsonObject): JsonObject => {
  const identity = objectOf(authorizer['Identity']) ?? {}
  const sources = identitySources(identity)
  const role = authorizer['FunctionInvokeRole']
  const ttl = identity['ReauthorizeEvery']
  const { AuthorizerPayloadFormatVersion: version, EnableSimpleResponses: simple } = authorizer
  return {
    in: 'header',
    name: 'Unused',
    type: 'apiKey',
    'x-amazon-apigateway-authorizer': {
      type: 'request',
      authorizerUri: authorizerUri(authorizer['FunctionArn'] ?? ''),
      ...(role === undefined ? {} : { authorizerCredentials: role }),
      ...(ttl === undefined ? {} : { authorizerResultTtlInSeconds: ttl }),
      ...(sources.length === 0 ? {} : { identitySource: sources }),
      ...(version === undefined ? {} : { authorizerPayloadFormatVersion: version }),
      ...(simple === true ? { enableSimpleResponses: simple } : {}),
    },
  }
}

const identitySources = (identity: JsonObject): readonly string[] => {
  const places = [
    ['Headers', '$request.header.'],
    ['QueryStrings', '$request.querystring.'],
    ['StageVariables', '$stageVariables.'],
    ['Context', '$context.'],
  ] as const
  return places.flatMap(([member, prefix]) => {
    const names = identity[member]
    return Array.isArray(names) ? names.map((name) => `${prefix}${String(name)}`) : []
  })
}
