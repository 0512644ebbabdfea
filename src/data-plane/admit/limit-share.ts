// A limit as this process may hand it out. The workers of a node do not ask each other: each has its share of every
// limit, so that together they let through no more than the limit says.
import { createTokenBucket, type TokenBucket } from '#state/token-bucket.ts'
import type { Services } from '../plan.ts'

/** The bucket of a limit; full at first. A burst that is shared out keeps at least one token, but for a burst of 0. */
export const createLimitShare = (
  ratePerSecond: number | undefined,
  burst: number | undefined,
  { clock, limitShare = 1 }: Services,
): TokenBucket => {
  const shared = (burst ?? ACCOUNT_BURST) * limitShare
  const tokens = burst === 0 ? 0 : Math.max(1, shared)
  return createTokenBucket((ratePerSecond ?? ACCOUNT_RATE) * limitShare, tokens, clock)
}

/** AWS: an account's requests per second and burst in most regions. [guide: limits] */
const ACCOUNT_RATE = 10_000
const ACCOUNT_BURST = 5_000
