// How many handshakes a second: all processes of a node together.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html#apigateway-execution-service-websocket-limits-table
import type { RateLimit } from '#model/limits.ts'
import type { Services } from '../plan.ts'

export interface ConnectRate {
  /** False where this second has had as many as may be. */
  take(): boolean | Promise<boolean>
}

export const createConnectRate = (perSecond: number, { limits }: Services): ConnectRate => {
  const limit: RateLimit = {
    kind: 'rate',
    name: 'connects',
    ratePerSecond: perSecond,
    burst: perSecond,
  }
  return { take: () => limits.take(limit) }
}
