// Several addresses of one backend: taken in turn; one that refuses connections is put aside for a while, and the call
// goes to the next. Nothing else is tried twice: a request that may have been read is never sent again from here.
import type { Clock } from '#shared/clock.ts'
import { type UpstreamClient, UpstreamError, type UpstreamRequest } from './contract.ts'

export type UpstreamGroup = Pick<UpstreamClient, 'call' | 'stream'>

export interface UpstreamGroupOptions {
  /** `http://host:port`, at least one. The origin of each request gives way to one of these. */
  readonly origins: readonly string[]
  readonly upstream: Pick<UpstreamClient, 'call' | 'stream'>
  readonly clock: Clock
}

/** An address that refused is asked again after this, or earlier where all of them refuse. */
const ASIDE_MS = 5_000

interface Address {
  readonly origin: string
  /** Monotonic; in the past for one that is not aside. */
  asideUntilMs: number
}

export const createUpstreamGroup = (options: UpstreamGroupOptions): UpstreamGroup => {
  const { upstream, clock } = options
  const addresses: readonly Address[] = options.origins.map((origin) => ({
    origin,
    asideUntilMs: Number.NEGATIVE_INFINITY,
  }))
  let turn = 0

  /** All addresses, those that answer first, from another one on at each call. */
  const inTurn = (): readonly Address[] => {
    const start = turn++ % addresses.length
    const order = [...addresses.slice(start), ...addresses.slice(0, start)]
    const nowMs = clock.monotonicMs()
    const [wellFirst, aside] = [
      order.filter(({ asideUntilMs }) => asideUntilMs <= nowMs),
      order.filter(({ asideUntilMs }) => asideUntilMs > nowMs),
    ]
    return [...wellFirst, ...aside.toSorted((a, b) => a.asideUntilMs - b.asideUntilMs)]
  }

  const ask = async <Answer>(
    request: UpstreamRequest,
    send: (request: UpstreamRequest) => Promise<Answer>,
  ): Promise<Answer> => {
    const startMs = clock.monotonicMs()
    let last = new UpstreamError('connect', 'there is no address')
    for (const address of inTurn()) {
      const timeoutMs = request.timeoutMs - (clock.monotonicMs() - startMs)
      if (timeoutMs <= 0) throw new UpstreamError('timeout', `no answer in ${request.timeoutMs} ms`)
      try {
        const answer = await send({ ...request, origin: address.origin, timeoutMs })
        address.asideUntilMs = Number.NEGATIVE_INFINITY
        return answer
      } catch (error) {
        if (!(error instanceof UpstreamError) || !isUnreached(error)) throw error
        // Without a cause it is our own bound that refused: the address itself is well.
        if (error.cause !== undefined) address.asideUntilMs = clock.monotonicMs() + ASIDE_MS
        last = new UpstreamError(error.code, `${address.origin}: ${error.message}`, {
          cause: error.cause,
        })
      }
    }
    throw last
  }
  return {
    call: (request) => ask(request, (sent) => upstream.call(sent)),
    stream: (request) => ask(request, (sent) => upstream.stream(sent)),
  }
}

/** There was no connection, so nothing of the request was read. */
const isUnreached = ({ code, cause }: UpstreamError): boolean =>
  code === 'connect' || code === 'dns' || (code === 'timeout' && isConnectTimeout(cause))

const isConnectTimeout = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && cause.code === 'UND_ERR_CONNECT_TIMEOUT'
