// User pools, joined: what their operations draw on, and the pages that anybody may read.
import type {
  AskPoolPermission,
  MailboxMessage,
  UserPoolParts,
} from '#identity/cognito-idp/parts.ts'
import { createUserPoolParts } from '#identity/cognito-idp/parts.ts'
import { createWellKnown, wellKnownPage } from '#identity/cognito-idp/well-known.ts'
import type { InvokeFunction } from '#model/ports.ts'
import type { Clock } from '#shared/clock.ts'
import { systemRandom } from '#shared/random.ts'
import type { AskPermission } from '#services/delivery/courier.ts'
import type { Store } from '#store/store.ts'
import type { HttpRequest, HttpResponse } from '#transport/contract.ts'
import type { Settings } from '../settings.ts'
import type { Credentials } from './credentials.ts'
import type { ManagementGate } from './management-gate.ts'
import { answerUserPoolAction } from './user-pool-actions.ts'
import { type Mailbox, openMailbox } from './mailbox.ts'

export interface UserPools {
  readonly parts: UserPoolParts
  readonly mailbox: Mailbox
  /** What the commands ask for; undefined for any other request. */
  act(request: HttpRequest): Promise<HttpResponse> | undefined
  /** Public keys and configurations; undefined for any other request. */
  answer(request: HttpRequest): Promise<HttpResponse> | undefined
  close(): Promise<void>
}

export interface UserPoolOptions {
  readonly settings: Settings
  readonly store: Store
  readonly credentials: Credentials
  readonly gate: ManagementGate
  readonly clock: Clock
  /** Triggers are asked with it. */
  readonly invokeFunction: InvokeFunction
  readonly onMessage: (message: MailboxMessage) => void
  readonly onError: (error: unknown) => void
}

export const openUserPools = (options: UserPoolOptions): UserPools => {
  const { settings, store, credentials, invokeFunction, onMessage, onError } = options
  const mailbox = openMailbox({ settings, onMessage, onError })
  const wellKnown = createWellKnown(store, settings)
  const parts = createUserPoolParts({
    sealing: credentials.mint.sealing,
    random: systemRandom,
    invokeFunction,
    askPermission: poolPermissions(options),
    deliver: mailbox.deliver,
  })
  return {
    parts,
    mailbox,
    act: (request) => answerUserPoolAction(request, { ...options, parts }),
    answer: (request) => {
      const page = wellKnownPage(request.target.split('?', 1)[0] ?? '')
      if (page === undefined || !['GET', 'HEAD'].includes(request.method)) return undefined
      const scheme =
        request.tls === undefined && !request.host.endsWith('.amazonaws.com') ? 'http' : 'https'
      return wellKnown.answer(page, `${scheme}://${request.host}`).then((text) => ({
        statusCode: text === undefined ? 404 : 200,
        headers: HEADERS,
        body: text ?? JSON.stringify({ message: `User pool ${page.poolId} does not exist.` }),
      }))
    },
    close: async () => {
      await mailbox.close()
    },
  }
}

/** AWS: a trigger is invoked by cognito-idp.amazonaws.com for its pool, and the function's policy has to allow it. */
const poolPermissions = ({
  settings,
  store,
  clock,
  onError,
}: UserPoolOptions): AskPoolPermission | undefined => {
  if (settings.command === 'start' && !settings.enforceIam) return undefined
  // Most nodes have no trigger: what asks policies is read with the first.
  let loading: Promise<AskPermission | undefined> | undefined
  const load = async () => {
    const { createDeliveryPermissions } = await import('./delivery-permissions.ts')
    return createDeliveryPermissions({ settings, store, nowMs: () => clock.nowMs() })
  }
  return async (functionArn, pool) => {
    loading ??= load()
    const ask = await loading
    const refusal = await ask?.(
      { action: 'lambda:InvokeFunction', resource: functionArn },
      {
        service: 'cognito-idp.amazonaws.com',
        sourceArn: pool.Arn,
        sourceAccount: pool.Arn.split(':')[4] ?? '',
      },
    )
    if (refusal !== undefined) onError(new Error(refusal))
    return refusal
  }
}

/** Public, for pages as well: nothing but public keys and addresses. */
const HEADERS = [
  'content-type',
  'application/json',
  'cache-control',
  'public, max-age=60',
  'access-control-allow-origin',
  '*',
]
