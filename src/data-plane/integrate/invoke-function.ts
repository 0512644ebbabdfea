// Asking a Lambda function, for no longer than the integration allows.
import type { InvokeAnswer, InvokeRequest } from '#model/ports.ts'
import type { Services } from '../plan.ts'

/** What a function said; `timeout`: nothing, within the time it was given. */
export type TimedInvokeAnswer = InvokeAnswer | { readonly kind: 'timeout' }

/** The function runs on after a timeout, as on AWS: only the waiting ends. */
export const invokeWithin = (
  services: Services,
  request: Omit<InvokeRequest, 'signal'>,
  timeoutMs: number,
): Promise<TimedInvokeAnswer> =>
  new Promise((resolve, reject) => {
    const waiting = new AbortController()
    const timer = services.clock.setTimer(() => {
      resolve({ kind: 'timeout' })
      waiting.abort()
    }, timeoutMs)
    const answer = services.invokeFunction({ ...request, signal: waiting.signal })
    answer.then(resolve, reject).finally(() => timer.cancel())
  })
