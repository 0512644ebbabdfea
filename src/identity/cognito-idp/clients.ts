// Clients of user pools: the applications that sign users in.
// https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html
import type {
  CreateUserPoolClientRequest,
  DeleteUserPoolClientRequest,
  DescribeUserPoolClientRequest,
  ListUserPoolClientsRequest,
  UpdateUserPoolClientRequest,
} from '@aws-sdk/client-cognito-identity-provider'
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { UserPoolClient } from '#model/user-pool.ts'
import type { IdSource } from '#shared/ids.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { clientSettingsOf } from './client-settings.ts'
import { clientPools, clientsScope, poolClients, poolScope } from './collections.ts'
import { invalidParameter, notAuthorized } from './errors.ts'
import { clientOfPool, poolOf } from './lookups.ts'
import { pageAfter, pageToken } from './pages.ts'
import type { UserPoolParts } from './parts.ts'

const ID_LENGTH = 26
const SECRET_LENGTH = 51

export const createUserPoolClient =
  (parts: UserPoolParts) => async (input: Shape<CreateUserPoolClientRequest>, call: WriteCall) => {
    const pool = await poolOf(call, input.UserPoolId)
    const ClientId = call.ids.next(ID_LENGTH)
    const secret = secretOf(input, call.ids)
    const client: UserPoolClient = {
      ...clientSettingsOf(pool, input),
      UserPoolId: pool.Id,
      ClientId,
      ClientName: checkClientName(input.ClientName),
      CreationDate: call.nowMs,
      LastModifiedDate: call.nowMs,
      ...(secret !== undefined && {
        sealedSecret: parts.sealing.seal('client-secret', Buffer.from(secret), ClientId),
      }),
    }
    await saveClient(call, client)
    await call.tx.put(clientPools, clientsScope(call), ClientId, { poolId: pool.Id })
    return { UserPoolClient: clientShape(parts, client) }
  }

const secretOf = (
  { GenerateSecret, ClientSecret }: Shape<CreateUserPoolClientRequest>,
  ids: IdSource,
): string | undefined => {
  if (ClientSecret === undefined)
    return GenerateSecret === true ? ids.next(SECRET_LENGTH) : undefined
  if (GenerateSecret === true || !/^\w{24,64}$/.test(ClientSecret))
    throw invalidParameter('Invalid ClientSecret')
  return ClientSecret
}

const checkClientName = (name = ''): string => {
  if (/^[\w\s+=,.@-]{1,128}$/.test(name)) return name
  throw invalidParameter(
    `1 validation error detected: Value '${name.slice(0, 130)}' at 'clientName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w\\s+=,.@-]+`,
  )
}

export const describeUserPoolClient =
  (parts: UserPoolParts) => async (input: Shape<DescribeUserPoolClientRequest>, call: ReadCall) => {
    const pool = await poolOf(call, input.UserPoolId)
    return { UserPoolClient: clientShape(parts, await clientOfPool(call, pool, input.ClientId)) }
  }

/** AWS: an update sets everything back that it does not name. [API_UpdateUserPoolClient] */
export const updateUserPoolClient =
  (parts: UserPoolParts) => async (input: Shape<UpdateUserPoolClientRequest>, call: WriteCall) => {
    const pool = await poolOf(call, input.UserPoolId)
    const before = await clientOfPool(call, pool, input.ClientId)
    const { ClientId, CreationDate, sealedSecret } = before
    const client: UserPoolClient = {
      ...clientSettingsOf(pool, input, before),
      UserPoolId: pool.Id,
      ClientId,
      ClientName:
        input.ClientName === undefined ? before.ClientName : checkClientName(input.ClientName),
      CreationDate,
      LastModifiedDate: call.nowMs,
      ...(sealedSecret !== undefined && { sealedSecret }),
    }
    await saveClient(call, client)
    return { UserPoolClient: clientShape(parts, client) }
  }

const saveClient = (call: WriteCall, client: UserPoolClient): Promise<void> =>
  call.tx.put(
    poolClients,
    poolScope(call, client.UserPoolId),
    `${client.UserPoolId}/${client.ClientId}`,
    client,
  )

export const deleteUserPoolClient = async (
  input: Shape<DeleteUserPoolClientRequest>,
  call: WriteCall,
): Promise<void> => {
  const pool = await poolOf(call, input.UserPoolId)
  const { ClientId } = await clientOfPool(call, pool, input.ClientId)
  await call.tx.delete(poolClients, poolScope(call, pool.Id), `${pool.Id}/${ClientId}`)
  await call.tx.delete(clientPools, clientsScope(call), ClientId)
}

export const listUserPoolClients = async (
  input: Shape<ListUserPoolClientsRequest>,
  call: ReadCall,
) => {
  const pool = await poolOf(call, input.UserPoolId)
  const { after, limit } = pageAfter(input.MaxResults, input.NextToken, 60, 'maxResults')
  const found = await call.view.list(poolClients, poolScope(call, pool.Id), {
    prefix: `${pool.Id}/`,
    limit: limit + 1,
    ...(after !== undefined && { after }),
  })
  return {
    UserPoolClients: found.slice(0, limit).map(({ value }) => ({
      ClientId: value.ClientId,
      UserPoolId: pool.Id,
      ClientName: value.ClientName,
    })),
    ...pageToken('NextToken', found, limit),
  }
}

/** Undefined: the client has none. */
export const clientSecretOf = (
  { sealing }: Pick<UserPoolParts, 'sealing'>,
  { sealedSecret, ClientId }: UserPoolClient,
): string | undefined => {
  if (sealedSecret === undefined) return undefined
  const opened = sealing.open('client-secret', sealedSecret, ClientId)
  return opened && Buffer.from(opened).toString('utf8')
}

/** A client with a secret shows that it has it by hashing the user's name with it. */
export const checkSecretHash = (
  parts: Pick<UserPoolParts, 'sealing'>,
  client: UserPoolClient,
  usernames: readonly string[],
  given: string | undefined,
): void => {
  const { ClientId, sealedSecret } = client
  if (sealedSecret === undefined) {
    // AWS: a hash that nothing asks for is refused. [exp]
    if (given === undefined) return
    throw notAuthorized(`Client ${ClientId} is not configured for secret but secret was received`)
  }
  if (given === undefined)
    throw notAuthorized(
      `Client ${ClientId} is configured with secret but SECRET_HASH was not received`,
    )
  const secret = clientSecretOf(parts, client)
  const found = Buffer.from(given, 'base64')
  const isRight = usernames.some((username) => {
    const hmac = createHmac('sha256', secret ?? '').update(username + ClientId, 'utf8')
    const expected = hmac.digest()
    return found.length === expected.length && timingSafeEqual(found, expected)
  })
  if (secret === undefined || !isRight)
    throw notAuthorized(`SecretHash does not match for the client: ${ClientId}`)
}

const clientShape = (
  parts: UserPoolParts,
  client: UserPoolClient,
): Omit<UserPoolClient, 'sealedSecret'> & { readonly ClientSecret?: string | undefined } => {
  const { sealedSecret: _, ...shown } = client
  return { ...shown, ClientSecret: clientSecretOf(parts, client) }
}

/** True where a client may sign in with this flow. */
export const allowsFlow = ({ ExplicitAuthFlows }: UserPoolClient, ...flows: readonly string[]) =>
  (ExplicitAuthFlows ?? DEFAULT_FLOWS).some((flow) => flows.includes(flow))

// AWS: a client that names none has these. [API_CreateUserPoolClient]
const DEFAULT_FLOWS = ['ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_USER_SRP_AUTH', 'ALLOW_CUSTOM_AUTH']
