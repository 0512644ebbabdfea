// The sign-in pages and OAuth endpoints of user pools, joined: they do what every client of the pool could do by
// itself, through the same operations.
import { LRUCache } from 'lru-cache'
import { counted } from '#shared/counted.ts'
import type { Grant, HostedParts } from '#identity/cognito-idp/hosted/context.ts'
import { createHosted, hostedAddress } from '#identity/cognito-idp/hosted/hosted.ts'
import type { UserPoolParts } from '#identity/cognito-idp/parts.ts'
import type { FindTokenKey } from '#identity/sts/web-identity.ts'
import { present } from '#shared/assert.ts'
import type { Clock } from '#shared/clock.ts'
import { randomIds } from '#shared/ids.ts'
import { systemRandom } from '#shared/random.ts'
import type { Store } from '#store/store.ts'
import type { StoreCall } from '#store/transactional.ts'
import type { HttpRequest, HttpResponse } from '#transport/contract.ts'
import { refuseHost } from '#wire/management-guard.ts'
import type { WireOperations } from '#wire/operation.ts'
import { errorResponse } from '#wire/server.ts'
import type { Settings } from '../settings.ts'
import { openUpstream } from './open-upstream.ts'

export interface HostedPages {
  /** Undefined for any other request. */
  answer(request: HttpRequest): Promise<HttpResponse> | HttpResponse | undefined
  close(): Promise<void>
}

/** Codes that were given and not redeemed: each is good for five minutes. */
const GRANTS_MAX = 100_000
const PROVIDER_TIMEOUT_MS = 5_000
const PROVIDER_BYTES_MAX = 150 * 1024

export const openHostedPages = (options: {
  readonly settings: Settings
  readonly store: Store
  readonly clock: Pick<Clock, 'nowMs'>
  readonly pools: UserPoolParts
  readonly findTokenKey: FindTokenKey
  readonly onError: (error: unknown) => void
}): HostedPages => {
  const { settings, store, clock, pools, findTokenKey, onError } = options
  const upstream = openUpstream(settings)
  const ids = randomIds(systemRandom)
  const registry = { loaded: undefined as Promise<WireOperations<StoreCall>> | undefined } // Loaded when first used.
  const load = (): Promise<WireOperations<StoreCall>> => {
    registry.loaded ??= import('#identity/cognito-idp/operations.ts').then(
      ({ userPoolOperations }) => userPoolOperations(pools),
    )
    return registry.loaded
  }
  const parts: HostedParts = {
    pools,
    grants: new LRUCache<string, Grant>(counted(GRANTS_MAX)),
    findTokenKey,
    operation: async (name, input, call) => {
      const run = present((await load())[name], `no operation ${name}`)
      // The pages write the input by AWS's names; the operation checks it as it does a caller's.
      return run(input as never, call)
    },
    ask: async ({ method, url, headers, body }) => {
      const { origin, pathname, search } = new URL(url)
      const answer = await upstream.call({
        method,
        origin,
        path: pathname + search,
        headers,
        ...(body !== undefined && { body: Buffer.from(body) }),
        timeoutMs: PROVIDER_TIMEOUT_MS,
        responseBytesMax: PROVIDER_BYTES_MAX,
      })
      return { statusCode: answer.statusCode, text: Buffer.from(answer.body).toString('utf8') }
    },
  }
  const hosted = createHosted(parts, ({ region }) => ({
    accountId: settings.accountId,
    region,
    requestId: systemRandom.uuid(),
    nowMs: clock.nowMs(),
    ids,
    store,
  }))
  return {
    answer: (request) => {
      const address = hostedAddress(request.host, request.target)
      if (address === undefined) return undefined
      // By its path a pool is reached under our own names alone; by its own host nothing else is.
      const refused = address.base === '' ? undefined : refuseHost(request, settings)
      if (refused !== undefined) return errorResponse(refused, systemRandom.uuid())
      return hosted(request, address).catch((error: unknown) => {
        onError(error)
        return { statusCode: 500, headers: ['content-type', 'text/plain'], body: 'Internal error' }
      })
    },
    close: () => upstream.close(),
  }
}
