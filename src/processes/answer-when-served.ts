// A management call is answered when what it has changed is served: whoever makes a key, a stage or a policy and asks
// right away meets it, whichever process takes the request.
import type { Host } from './host.ts'
import type { Management } from './management.ts'

/** `served` fulfils when everything up to a revision is, or when that has taken too long. */
export const answerWhenServed = (
  { management, watchDirectory }: Pick<Host, 'management' | 'watchDirectory'>,
  served: (revision: number) => Promise<unknown>,
): Management => {
  let last = 0
  watchDirectory((revision) => {
    last = revision
  })
  return {
    answer: async (destination, request) => {
      const before = last
      const response = await management.answer(destination, request)
      // A pull that fails is told by who keeps pulling; what was asked for is done.
      if (last !== before) await served(last).catch(() => undefined)
      return response
    },
  }
}
