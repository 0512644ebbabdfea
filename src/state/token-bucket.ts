// A token bucket of one process: what it lets through by itself while the holder of the limits is away. The bucket
// that several processes draw on is shared-bucket.ts.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
import type { Clock } from '#shared/clock.ts'

export interface TokenBucket {
  /** Takes one token; false where there is none, which costs nothing. */
  take(): boolean
  /** Gives a token back that a later limit of the same group made useless. */
  refund(): void
}

/** Full at first; `ratePerSecond` tokens flow in, fractions of one too, and no more than `burst` are kept. */
export const createTokenBucket = (
  ratePerSecond: number,
  burst: number,
  clock: Clock,
): TokenBucket => {
  let tokens = burst
  let filledAtMs = clock.monotonicMs()
  const refill = (): void => {
    const nowMs = clock.monotonicMs()
    // A clock that was set back fills nothing, and takes nothing away.
    const elapsedMs = Math.max(0, nowMs - filledAtMs)
    tokens = Math.min(burst, tokens + (elapsedMs * ratePerSecond) / 1000)
    filledAtMs = nowMs
  }
  return {
    take() {
      refill()
      if (tokens < 1 - ROUNDING) return false
      tokens = Math.max(0, tokens - 1)
      return true
    },
    refund() {
      tokens = Math.min(burst, tokens + 1)
    },
  }
}

/** A token that ten refills of a tenth make must count as one, whatever binary fractions make of tenths. */
const ROUNDING = 1e-9
