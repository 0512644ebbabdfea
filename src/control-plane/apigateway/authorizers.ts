// Authorizer: who may call. https://docs.aws.amazon.com/apigateway/latest/api/API_Authorizer.html
import type {
  CreateAuthorizerRequest,
  DeleteAuthorizerRequest,
  GetAuthorizerRequest,
  GetAuthorizersRequest,
  UpdateAuthorizerRequest,
} from '@aws-sdk/client-api-gateway'
import type { Authorizer } from '#model/apigateway/rest-api.ts'
import { authorizers, resources, restApis } from '#store/collections.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { badRequest, conflict, notFound } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { constrain, oneOf, required } from '../constraints.ts'
import { defined, nonEmpty } from '../defined.ts'
import { applyPatch, type PatchTable } from '../patch-operations.ts'
import { integer, listMember, text } from '../patch-rules.ts'
import { newPartId, writeAuthorizer } from './draft.ts'
import { restApiOf } from './lookups.ts'
import { type Page, pageOf } from './pages.ts'

const RESULT_TTL_SECONDS_MAX = 3600
const TYPES: readonly Authorizer['type'][] = ['TOKEN', 'REQUEST', 'COGNITO_USER_POOLS', 'JWT']
const RESULT_TTL_INVALID = `Authorizer result TTL must be between 0 and ${RESULT_TTL_SECONDS_MAX}`

export const createAuthorizer = async (
  input: Shape<CreateAuthorizerRequest>,
  call: WriteCall,
): Promise<Authorizer> => {
  constrain(oneOf(input.type, 'createAuthorizerInput.type', TYPES))
  const apiId = required(input.restApiId, 'createAuthorizerInput.restApiId')
  if ((await call.view.get(restApis, call, apiId)) === undefined) {
    // AWS: an unknown API is a conflict here. [behaviour.md 1.5]
    throw conflict(
      'Unable to complete operation due to concurrent modification. Please try again later.',
    )
  }
  const type = required(input.type, 'createAuthorizerInput.type')
  const authorizer = defined({
    id: await newPartId(call, authorizers, apiId),
    name: required(input.name, 'createAuthorizerInput.name'),
    type,
    providerARNs: nonEmpty(input.providerARNs),
    authType: input.authType ?? AUTH_TYPES[type],
    authorizerUri: input.authorizerUri,
    authorizerCredentials: input.authorizerCredentials,
    identitySource: input.identitySource,
    identityValidationExpression: input.identityValidationExpression,
    authorizerResultTtlInSeconds: input.authorizerResultTtlInSeconds,
  })
  await check(call, apiId, authorizer)
  await writeAuthorizer(call, apiId, authorizer)
  return authorizer
}

export const getAuthorizer = async (
  input: Shape<GetAuthorizerRequest>,
  call: ReadCall,
): Promise<Authorizer> => authorizerOf(call, input.restApiId, input.authorizerId)

export const getAuthorizers = async (
  input: Shape<GetAuthorizersRequest>,
  call: ReadCall,
): Promise<Page<Authorizer>> => {
  const api = await restApiOf(call, required(input.restApiId, 'getAuthorizersInput.restApiId'))
  return pageOf(call, authorizers, `${api.id}/`, input)
}

export const updateAuthorizer = async (
  input: Shape<UpdateAuthorizerRequest>,
  call: WriteCall,
): Promise<Authorizer> => {
  const apiId = required(input.restApiId, 'updateAuthorizerInput.restApiId')
  const before = await authorizerOf(call, apiId, input.authorizerId)
  const authorizer = applyPatch(AUTHORIZER_PATCH, before, input.patchOperations)
  await check(call, apiId, authorizer)
  await writeAuthorizer(call, apiId, authorizer)
  return authorizer
}

export const deleteAuthorizer = async (
  input: Shape<DeleteAuthorizerRequest>,
  call: WriteCall,
): Promise<void> => {
  const apiId = required(input.restApiId, 'deleteAuthorizerInput.restApiId')
  const { id } = await authorizerOf(call, apiId, input.authorizerId)
  for (const { value } of await call.view.list(resources, call, { prefix: `${apiId}/` })) {
    const methods = Object.values(value.resourceMethods ?? {})
    if (methods.some((method) => method.authorizerId === id)) {
      // Without its authorizer a method would ask for what nobody can answer.
      throw conflict(`Cannot delete authorizer '${id}', is referenced in method: ${value.path}`)
    }
  }
  await call.tx.delete(authorizers, call, `${apiId}/${id}`)
}

// [F041]
const AUTH_TYPES: Readonly<Partial<Record<string, string>>> = {
  TOKEN: 'custom',
  REQUEST: 'custom',
  COGNITO_USER_POOLS: 'cognito_user_pools',
}

const AUTHORIZER_PATCH: PatchTable = {
  input: 'updateAuthorizerInput',
  refusal: 'plain',
  rules: [
    text('name'),
    {
      ...text('type'),
      apply: (members, { value }) => {
        const type = TYPES.find((known) => known === value)
        if (type === undefined) throw badRequest(`Invalid authorizer type specified: ${value}`)
        return { ...members, type }
      },
    },
    text('authType'),
    text('authorizerUri'),
    text('authorizerCredentials'),
    text('identitySource', { ops: ['add', 'replace', 'remove'] }),
    text('identityValidationExpression'),
    integer('authorizerResultTtlInSeconds', {
      min: 0,
      max: RESULT_TTL_SECONDS_MAX,
      invalid: RESULT_TTL_INVALID,
    }),
    listMember('providerARNs', { path: '/providerARNs' }),
  ],
}

const check = async (call: ReadCall, apiId: string, authorizer: Authorizer): Promise<void> => {
  const { name, authorizerResultTtlInSeconds: ttl, type } = authorizer
  if (!name) throw badRequest('Authorizer name cannot be empty')
  if (ttl !== undefined && !(ttl >= 0 && ttl <= RESULT_TTL_SECONDS_MAX)) {
    throw badRequest(RESULT_TTL_INVALID)
  }
  if ((type === 'TOKEN' || type === 'REQUEST') && authorizer.authorizerUri === undefined) {
    throw badRequest('Authorizer URI is required')
  }
  for (const { value } of await call.view.list(authorizers, call, { prefix: `${apiId}/` })) {
    if (value.name === name && value.id !== authorizer.id) {
      throw badRequest(
        'Authorizer name must be unique. Authorizer ' + name + ' already exists in this RestApi.',
      )
    }
  }
}

const authorizerOf = async (
  call: ReadCall,
  restApiId: string | undefined,
  authorizerId: string | undefined,
): Promise<Authorizer> => {
  const api = await restApiOf(call, required(restApiId, 'restApiId'))
  const key = `${api.id}/${required(authorizerId, 'authorizerId')}`
  const authorizer = await call.view.get(authorizers, call, key)
  if (authorizer === undefined) throw notFound('Invalid Authorizer identifier specified')
  return authorizer
}
