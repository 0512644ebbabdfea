// Asking a Lambda function, for no longer than the integration allows.
import type { InvokeAnswer, InvokeRequest } from '#model/ports.ts'
import type { Services } from '../plan.ts'

/** What a function said; `timeout`: nothing, within the time it was given. */
export type TimedInvokeAnswer = InvokeAnswer | { readonly kind: 'timeout' }

/** The function runs on after a timeout, as on AWS: only the waiting ends. */
export const invokeWithin = async (
  services: Services,
  request: Omit<InvokeRequest, 'signal'>,
  timeoutMs: number,
): Promise<TimedInvokeAnswer> => {
  const waiting = new AbortController()
  const timedOut = Promise.withResolvers<TimedInvokeAnswer>()
  const timer = services.clock.setTimer(() => {
    timedOut.resolve({ kind: 'timeout' })
    waiting.abort()
  }, timeoutMs)
  try {
    const answer = services.invokeFunction({ ...request, signal: waiting.signal })
    return await Promise.race([timedOut.promise, answer])
  } finally {
    timer.cancel()
  }
}
