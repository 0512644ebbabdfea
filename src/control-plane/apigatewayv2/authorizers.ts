// Authorizer: who says who may pass.
// https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-authorizers.html
import type {
  CreateAuthorizerRequest,
  DeleteAuthorizerRequest,
  GetAuthorizerRequest,
  GetAuthorizersRequest,
  UpdateAuthorizerRequest,
} from '@aws-sdk/client-apigatewayv2'
import type { Api, AuthorizerV2 } from '#model/apigatewayv2/api.ts'
import { authorizersV2, routesV2 } from '#store/collections.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { badRequest, conflict } from '#wire/errors.ts'
import type { Uncapitalized } from '#wire/operation.ts'
import { constrain, oneOf, required } from '../constraints.ts'
import { defined, nonEmpty } from '../defined.ts'
import { deployAutomatically } from './deployments.ts'
import { apiOf, authorizerOf, newPartId, type Page, pageOf, partsOf } from './lookups.ts'
import { merged, refuseEmpty } from './merge.ts'

const TTL_SECONDS_MAX = 3600

export const createAuthorizer = async (
  input: Uncapitalized<CreateAuthorizerRequest>,
  call: WriteCall,
): Promise<AuthorizerV2> => {
  const api = await apiOf(call, input.apiId)
  const authorizer: AuthorizerV2 = defined({
    authorizerId: await newPartId(call, authorizersV2, api.apiId, 6),
    name: required(input.name, 'createAuthorizerInput.name'),
    authorizerType: required(input.authorizerType, 'createAuthorizerInput.authorizerType'),
    authorizerCredentialsArn: input.authorizerCredentialsArn,
    authorizerPayloadFormatVersion: input.authorizerPayloadFormatVersion,
    authorizerResultTtlInSeconds: input.authorizerResultTtlInSeconds,
    authorizerUri: input.authorizerUri,
    enableSimpleResponses: input.enableSimpleResponses,
    identitySource: nonEmpty(input.identitySource),
    identityValidationExpression: input.identityValidationExpression,
    jwtConfiguration: input.jwtConfiguration && defined(input.jwtConfiguration),
  })
  return writeAuthorizer(call, api, authorizer)
}

export const getAuthorizer = (
  input: Uncapitalized<GetAuthorizerRequest>,
  call: ReadCall,
): Promise<AuthorizerV2> => authorizerOf(call, input.apiId, input.authorizerId)

export const getAuthorizers = async (
  input: Uncapitalized<GetAuthorizersRequest>,
  call: ReadCall,
): Promise<Page<AuthorizerV2>> => {
  const { apiId } = await apiOf(call, input.apiId)
  return pageOf(call, authorizersV2, `${apiId}/`, input)
}

export const updateAuthorizer = async (
  input: Uncapitalized<UpdateAuthorizerRequest>,
  call: WriteCall,
): Promise<AuthorizerV2> => {
  const api = await apiOf(call, input.apiId)
  const { apiId, authorizerId, ...changes } = input
  const before = await authorizerOf(call, apiId, authorizerId)
  refuseEmpty(input, 'name', 'authorizerType')
  const authorizer = merged<AuthorizerV2>(before, {
    ...changes,
    jwtConfiguration: input.jwtConfiguration && defined(input.jwtConfiguration),
  })
  return writeAuthorizer(call, api, authorizer)
}

export const deleteAuthorizer = async (
  input: Uncapitalized<DeleteAuthorizerRequest>,
  call: WriteCall,
): Promise<void> => {
  const { authorizerId } = await authorizerOf(call, input.apiId, input.authorizerId)
  const apiId = `${input.apiId}`
  const routes = await partsOf(call, routesV2, apiId)
  const user = routes.find((route) => route.authorizerId === authorizerId)
  if (user !== undefined) {
    throw conflict(
      `Cannot delete authorizer '${authorizerId}', is referenced in route: ${user.routeKey}`,
    )
  }
  await call.tx.delete(authorizersV2, call, `${apiId}/${authorizerId}`)
  await deployAutomatically(call, apiId)
}

/** Checks and writes an authorizer, and deploys where the API deploys by itself. */
const writeAuthorizer = async (
  call: WriteCall,
  api: Api,
  authorizer: AuthorizerV2,
): Promise<AuthorizerV2> => {
  checkAuthorizer(api, authorizer)
  await call.tx.put(authorizersV2, call, `${api.apiId}/${authorizer.authorizerId}`, authorizer)
  await deployAutomatically(call, api.apiId)
  return authorizer
}

export const checkAuthorizer = (api: Api, authorizer: AuthorizerV2): void => {
  constrain(oneOf(authorizer.authorizerType, 'authorizerType', ['REQUEST', 'JWT']))
  const ttl = authorizer.authorizerResultTtlInSeconds
  if (ttl !== undefined && !(Number.isInteger(ttl) && ttl >= 0 && ttl <= TTL_SECONDS_MAX)) {
    throw badRequest(`Authorizer result TTL must be between 0 and ${TTL_SECONDS_MAX} seconds`)
  }
  if (authorizer.authorizerType === 'JWT') checkJwt(api, authorizer)
  else checkRequest(api, authorizer)
}

const checkJwt = (api: Api, { jwtConfiguration, identitySource }: AuthorizerV2): void => {
  if (api.protocolType !== 'HTTP') {
    throw badRequest('JWT authorizers are only supported for HTTP APIs')
  }
  if (!jwtConfiguration?.issuer) throw badRequest('Issuer is required for JWT authorizers')
  if (!URL.canParse(jwtConfiguration.issuer)) {
    throw badRequest(`Invalid issuer: ${jwtConfiguration.issuer}`)
  }
  if (identitySource?.length !== 1) {
    throw badRequest('JWT authorizers have exactly one identity source')
  }
}

const checkRequest = (api: Api, authorizer: AuthorizerV2): void => {
  if (authorizer.authorizerUri === undefined) {
    throw badRequest('AuthorizerUri is required for REQUEST authorizers')
  }
  const version = authorizer.authorizerPayloadFormatVersion
  if (api.protocolType === 'HTTP' && version !== '1.0' && version !== '2.0') {
    throw badRequest(
      'AuthorizerPayloadFormatVersion is required for REQUEST authorizers of HTTP APIs. Supported values are 1.0 and 2.0',
    )
  }
  if (authorizer.enableSimpleResponses === true && version !== '2.0') {
    throw badRequest('EnableSimpleResponses is only supported with payload format version 2.0')
  }
}
