// Resource servers: APIs with scopes of their own, which access tokens may name.
// https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-define-resource-servers.html
import type {
  CreateResourceServerRequest,
  DeleteResourceServerRequest,
  DescribeResourceServerRequest,
  ListResourceServersRequest,
  ResourceServerScopeType,
} from '@aws-sdk/client-cognito-identity-provider'
import type { ResourceServer, UserPool } from '#model/user-pool.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { poolScope, resourceServers } from './collections.ts'
import { invalidParameter, resourceNotFound } from './errors.ts'
import { poolOf } from './lookups.ts'
import { pageAfter, pageToken } from './pages.ts'

const IDENTIFIER = /^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/
const SCOPE_NAME = /^[\x21\x23-\x2e\x30-\x5b\x5d-\x7e]{1,256}$/
const SCOPES_MAX = 100

export const createResourceServer = async (
  input: Shape<CreateResourceServerRequest>,
  call: WriteCall,
) => {
  const pool = await poolOf(call, input.UserPoolId)
  const Identifier = input.Identifier ?? ''
  if (!IDENTIFIER.test(Identifier))
    throw invalidParameter(
      "1 validation error detected: Value at 'identifier' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\x21\\x23-\\x5B\\x5D-\\x7E]+",
    )
  const held = await call.view.get(
    resourceServers,
    poolScope(call, pool.Id),
    keyOf(pool, Identifier),
  )
  if (held !== undefined)
    throw invalidParameter(`${Identifier} already exists in user pool ${pool.Id}.`)
  return save(call, pool, input)
}

/** AWS: name and scopes become those of the call. */
export const updateResourceServer = async (
  input: Shape<CreateResourceServerRequest>,
  call: WriteCall,
) => {
  const { pool } = await serverOf(call, input)
  return save(call, pool, input)
}

const save = async (call: WriteCall, pool: UserPool, input: Shape<CreateResourceServerRequest>) => {
  const server: ResourceServer = {
    UserPoolId: pool.Id,
    Identifier: input.Identifier ?? '',
    Name: input.Name ?? '',
    Scopes: scopesOf(input.Scopes),
  }
  await call.tx.put(
    resourceServers,
    poolScope(call, pool.Id),
    keyOf(pool, server.Identifier),
    server,
  )
  return { ResourceServer: server }
}

const keyOf = (pool: UserPool, identifier: string): string => `${pool.Id}/${identifier}`

const scopesOf = (given: readonly Shape<ResourceServerScopeType>[] = []) => {
  if (given.length > SCOPES_MAX) throw invalidParameter(`At most ${SCOPES_MAX} scopes are allowed.`)
  return given.map(({ ScopeName = '', ScopeDescription = '' }) => {
    if (!SCOPE_NAME.test(ScopeName))
      throw invalidParameter(
        "1 validation error detected: Value at 'scopes.1.member.scopeName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\x21\\x23-\\x2E\\x30-\\x5B\\x5D-\\x7E]+",
      )
    return { ScopeName, ScopeDescription }
  })
}

const serverOf = async (
  call: ReadCall,
  input: { readonly UserPoolId: string | undefined; readonly Identifier: string | undefined },
) => {
  const pool = await poolOf(call, input.UserPoolId)
  const key = keyOf(pool, input.Identifier ?? '')
  const server = await call.view.get(resourceServers, poolScope(call, pool.Id), key)
  if (server === undefined) throw resourceNotFound('Resource server does not exist.')
  return { pool, server, key }
}

export const describeResourceServer = async (
  input: Shape<DescribeResourceServerRequest>,
  call: ReadCall,
) => ({ ResourceServer: (await serverOf(call, input)).server })

export const deleteResourceServer = async (
  input: Shape<DeleteResourceServerRequest>,
  call: WriteCall,
): Promise<void> => {
  const { pool, key } = await serverOf(call, input)
  await call.tx.delete(resourceServers, poolScope(call, pool.Id), key)
}

export const listResourceServers = async (
  input: Shape<ListResourceServersRequest>,
  call: ReadCall,
) => {
  const pool = await poolOf(call, input.UserPoolId)
  const { limit, after } = pageAfter(input.MaxResults, input.NextToken, 50, 'maxResults')
  const found = await call.view.list(resourceServers, poolScope(call, pool.Id), {
    prefix: `${pool.Id}/`,
    limit: limit + 1,
    ...(after !== undefined && { after }),
  })
  return {
    ResourceServers: found.slice(0, limit).map(({ value }) => value),
    ...pageToken('NextToken', found, limit),
  }
}
