// A definition's authorizer as an Authorizer of a REST API.
import type { Authorizer } from '#model/apigateway/rest-api.ts'
import { defined, nonEmpty } from '../defined.ts'
import type { AuthorizerDefinition, AuthorizerKind } from './definition.ts'

const TYPES: Readonly<Record<AuthorizerKind, Authorizer['type']>> = {
  token: 'TOKEN',
  request: 'REQUEST',
  cognito_user_pools: 'COGNITO_USER_POOLS',
  jwt: 'JWT',
}

// [F041, F108]
const AUTH_TYPES: Readonly<Partial<Record<AuthorizerKind, string>>> = {
  token: 'custom',
  request: 'custom',
  cognito_user_pools: 'cognito_user_pools',
}

export const createAuthorizerFacts = (authorizer: AuthorizerDefinition): Omit<Authorizer, 'id'> =>
  defined({
    name: authorizer.name,
    type: TYPES[authorizer.type],
    providerARNs: nonEmpty(authorizer.providerARNs),
    authType: authorizer.authType ?? AUTH_TYPES[authorizer.type],
    authorizerUri: authorizer.authorizerUri,
    authorizerCredentials: authorizer.authorizerCredentials,
    identitySource: authorizer.identitySource ?? namedHeader(authorizer),
    identityValidationExpression: authorizer.identityValidationExpression,
    authorizerResultTtlInSeconds: authorizer.authorizerResultTtlInSeconds,
  })

/**
 * Where a token stands is said by the security scheme itself; a REQUEST authorizer says it in its
 * own member.
 */
const namedHeader = ({ type, headerName }: AuthorizerDefinition): string | undefined =>
  type === 'request' || headerName === undefined ? undefined : `method.request.header.${headerName}`
