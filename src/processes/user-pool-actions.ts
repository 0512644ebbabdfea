// `POST /_daemun/user-pools/{poolId}/token` and `…/rotate-keys`: what the commands ask for that AWS has no operation
// for. With `daemun serve` they are signed, by somebody who may as much of the pool anyway.
import { rotateKeys, tokenFor } from '#identity/cognito-idp/operator-actions.ts'
import type { UserPoolParts } from '#identity/cognito-idp/parts.ts'
import type { Clock } from '#shared/clock.ts'
import { randomIds } from '#shared/ids.ts'
import { isObject } from '#shared/json.ts'
import { systemRandom } from '#shared/random.ts'
import type { Store } from '#store/store.ts'
import type { StoreCall } from '#store/transactional.ts'
import type { HttpRequest, HttpResponse } from '#transport/contract.ts'
import { invalidParameter } from '#identity/cognito-idp/errors.ts'
import { ServiceError } from '#wire/errors.ts'
import { errorResponse } from '#wire/server.ts'
import type { Settings } from '../settings.ts'
import type { ManagementGate } from './management-gate.ts'

export interface UserPoolActions {
  readonly settings: Pick<Settings, 'accountId'>
  readonly store: Store
  readonly clock: Pick<Clock, 'nowMs'>
  readonly gate: Pick<ManagementGate, 'refusePoolAction'>
  readonly parts: UserPoolParts
}

const BODY_BYTES_MAX = 10_000

/** The IAM action that stands for each. */
const ACTIONS = { token: 'AdminSetUserPassword', 'rotate-keys': 'UpdateUserPool' } as const

export const answerUserPoolAction = (
  request: HttpRequest,
  actions: UserPoolActions,
): Promise<HttpResponse> | undefined => {
  const [, poolId, what] =
    /^\/_daemun\/user-pools\/([\w-]{1,60})\/(token|rotate-keys)$/.exec(request.target) ?? []
  if (request.method !== 'POST' || poolId === undefined) return undefined
  const action = what === 'token' ? 'token' : 'rotate-keys'
  return act(request, actions, poolId, action).catch((error: unknown) => {
    if (error instanceof ServiceError) return errorResponse(error, systemRandom.uuid())
    throw error
  })
}

const act = async (
  request: HttpRequest,
  { settings, store, clock, gate, parts }: UserPoolActions,
  poolId: string,
  action: keyof typeof ACTIONS,
): Promise<HttpResponse> => {
  const { method, target, headers, host, remoteAddress } = request
  const body = await request.body.read(BODY_BYTES_MAX)
  const [region = ''] = poolId.split('_')
  const scope = { accountId: settings.accountId, region }
  const wire = { method, target, headers, host, body, remoteAddress }
  const refused = await gate.refusePoolAction(wire, scope, ACTIONS[action], poolId)
  if (refused !== undefined) throw refused
  const call: StoreCall = {
    ...scope,
    requestId: systemRandom.uuid(),
    nowMs: clock.nowMs(),
    ids: randomIds(systemRandom),
    store,
  }
  if (action === 'rotate-keys') return json({ keyIds: await rotateKeys(parts, call, poolId) })
  const { username, clientId, scopes } = read(body)
  return json(
    await tokenFor(parts, call, {
      poolId,
      username: String(username),
      ...(typeof clientId === 'string' && { clientId }),
      ...(Array.isArray(scopes) && { scopes: scopes.map(String) }),
    }),
  )
}

const read = (body: Uint8Array): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString('utf8'))
    if (isObject(value)) return value
  } catch {
    // Said below, as for every other body that is none.
  }
  throw invalidParameter('The body takes {"username": …}, and "clientId" and "scopes" beside.')
}

const json = (value: unknown): HttpResponse => ({
  statusCode: 200,
  headers: ['content-type', 'application/json', 'cache-control', 'no-store'],
  body: JSON.stringify(value),
})
