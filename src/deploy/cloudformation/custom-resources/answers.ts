// Where the functions of custom resources put their answers: one URL for each question, that nobody can guess, open
// until it was answered or given up.
import type { Random } from '#shared/random.ts'

/** AWS: a response body has at most 4096 bytes. [guide: crpg-ref-responses] */
export const ANSWER_BYTES_MAX = 4096
/** Questions that wait at the same time. */
const OPEN_MAX = 1_000
const TOKEN_BYTES = 32
/** Below every endpoint of this gateway. */
export const ANSWER_PATH = '/_daemun/custom-resource-responses/'

export interface AnswerTicket {
  /** The path of the URL, from its first slash. */
  readonly path: string
  /** The body of the first PUT; rejects where it was too large. */
  readonly answer: Promise<Uint8Array>
  close(): void
}

export interface CustomResourceAnswers {
  open(): AnswerTicket
  /** False where nobody waits for an answer at this path, or does not any more. */
  isOpen(path: string): boolean
  take(path: string, body: Uint8Array): void
  /** The answer was larger than it may be. */
  refuse(path: string): void
}

export const createCustomResourceAnswers = (random: Random): CustomResourceAnswers => {
  const waiting = new Map<string, PromiseWithResolvers<Uint8Array>>()
  const settle = (path: string, how: (ticket: PromiseWithResolvers<Uint8Array>) => void): void => {
    const ticket = waiting.get(path)
    waiting.delete(path)
    if (ticket !== undefined) how(ticket)
  }
  return {
    open: () => {
      if (waiting.size >= OPEN_MAX) throw new Error(`more than ${OPEN_MAX} custom resources wait`)
      const path = ANSWER_PATH + Buffer.from(random.bytes(TOKEN_BYTES)).toString('hex')
      const ticket = Promise.withResolvers<Uint8Array>()
      ticket.promise.catch(() => undefined) // Whoever waits has it; nobody may any more.
      waiting.set(path, ticket)
      return { path, answer: ticket.promise, close: () => waiting.delete(path) }
    },
    isOpen: (path) => waiting.has(path),
    take: (path, body) => settle(path, ({ resolve }) => resolve(body)),
    refuse: (path) =>
      settle(path, ({ reject }) => {
        reject(new Error(`the answer is larger than ${ANSWER_BYTES_MAX} bytes`))
      }),
  }
}
