// How many handshakes a second: what this process may let in of the account's limit.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html#apigateway-execution-service-websocket-limits-table
import { createTokenBucket } from '#state/token-bucket.ts'
import type { Services } from '../plan.ts'

export interface ConnectRate {
  /** False where this second has had its share. */
  take(): boolean
}

export const createConnectRate = (
  perSecond: number,
  { clock, limitShare = 1 }: Services,
): ConnectRate => {
  const share = Math.max(1, perSecond * limitShare)
  return createTokenBucket(share, share, clock)
}
