// Where messages to users of user pools go: the log, a file of the data directory, and `/_daemun/mailbox`. Codes are
// in them, so the page is there for programs on the same machine as `daemun start` alone.
import { appendFile, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { DeliverToUser, MailboxMessage } from '#identity/cognito-idp/parts.ts'
import type { HttpRequest, HttpResponse } from '#transport/contract.ts'
import type { Settings } from '../settings.ts'
import { isLenient } from './management-gate.ts'

export interface Mailbox {
  readonly deliver: DeliverToUser
  /** `GET /_daemun/mailbox?username=…`; undefined for any other path. */
  answer(request: HttpRequest): HttpResponse | undefined
  clear(): void
  /** Fulfils once everything is in the file. */
  close(): Promise<void>
}

const PATH = '/_daemun/mailbox'
const FILE = 'mailbox.jsonl'
const MESSAGES_MAX = 500
/** A file that has grown to this is put aside, over the one before. */
const FILE_BYTES_MAX = 1024 * 1024
/** Messages that wait for the file; later ones are in the log and on the page only. */
const WAITING_MAX = 1_000

export const openMailbox = (options: {
  readonly settings: Settings
  readonly onMessage: (message: MailboxMessage) => void
  readonly onError: (error: unknown) => void
}): Mailbox => {
  const { settings, onMessage, onError } = options
  const path = join(settings.dataDir, FILE)
  const messages: MailboxMessage[] = []
  let waiting = 0
  let writing: Promise<void> = Promise.resolve()
  const write = async (message: MailboxMessage): Promise<void> => {
    const size = await stat(path).then(
      (found) => found.size,
      () => 0, // The first message makes the file.
    )
    if (size > FILE_BYTES_MAX) await rename(path, `${path}.1`)
    await appendFile(path, `${JSON.stringify(message)}\n`, { mode: 0o600 })
  }
  return {
    deliver: (message) => {
      onMessage(message)
      messages.push(message)
      if (messages.length > MESSAGES_MAX) messages.shift()
      if (waiting >= WAITING_MAX) return
      waiting++
      writing = writing
        .then(() => write(message))
        .catch(onError)
        .finally(() => {
          waiting--
        })
    },
    answer: (request) => {
      const [at, query = ''] = request.target.split('?', 2)
      if (at !== PATH) return undefined
      if (!isLenient(settings, request)) return json(403, { message: ELSEWHERE })
      if (request.method !== 'GET') return json(405, { message: 'GET reads the mailbox.' })
      const username = new URLSearchParams(query).get('username')
      const shown = messages.filter(
        (message) =>
          username === null || [message.username, message.destination].includes(username),
      )
      return json(200, { messages: shown })
    },
    clear: () => {
      messages.length = 0
    },
    close: () => writing,
  }
}

const ELSEWHERE = `Messages have codes in them. Read ${FILE} in the data directory.`

const json = (statusCode: number, value: unknown): HttpResponse => ({
  statusCode,
  headers: ['content-type', 'application/json', 'cache-control', 'no-store'],
  body: JSON.stringify(value),
})
