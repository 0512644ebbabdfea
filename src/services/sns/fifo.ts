// The order of FIFO topics: one message after the other, each with a number, and none twice within five minutes.
// https://docs.aws.amazon.com/sns/latest/dg/fifo-message-dedup.html
import type { MessageFile } from '../delivery/message-file.ts'
import type { Message } from './message.ts'
import type { TopicRecord } from './records.ts'

export const FIFO_SCHEMA: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS published (
     seq INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, key TEXT NOT NULL, id TEXT NOT NULL,
     until_ms INTEGER NOT NULL, is_delivered INTEGER NOT NULL DEFAULT 0)`,
  'CREATE INDEX IF NOT EXISTS published_key ON published (topic, key, until_ms)',
  'CREATE INDEX IF NOT EXISTS published_until ON published (until_ms)',
]

export interface PublishedMessage {
  readonly id: string
  readonly sequenceNumber: string
}

export interface FifoTopics {
  /**
   * Runs `deliver` when everything that was published to the topic before is delivered; gives back the message of the
   * last five minutes that this one repeats, where there is one, and delivers nothing then.
   */
  publish(
    arn: string,
    topic: TopicRecord,
    message: Message,
    deliver: (published: PublishedMessage) => Promise<void>,
  ): Promise<PublishedMessage>
}

const DEDUPLICATION_MS = 300_000
/** AWS's numbers have twenty digits. */
const DIGITS = 20

export const createFifoTopics = (options: {
  readonly file: MessageFile
  readonly newId: () => string
  readonly nowMs: () => number
}): FifoTopics => {
  const { file, newId, nowMs } = options
  const { database } = file
  const seen = database.prepare(
    'SELECT seq, id FROM published WHERE topic = ? AND key = ? AND until_ms > ? AND is_delivered',
  )
  const remember = database.prepare(
    'INSERT INTO published (topic, key, id, until_ms) VALUES (?, ?, ?, ?)',
  )
  const settle = database.prepare('UPDATE published SET is_delivered = 1 WHERE seq = ?')
  const forget = database.prepare('DELETE FROM published WHERE until_ms <= ?')
  /** By topic: what the next message waits for. */
  const last = new Map<string, Promise<unknown>>()

  const publishNow: FifoTopics['publish'] = async (arn, topic, message, deliver) => {
    const { groupId, dedupId = '' } = message
    const isByGroup = topic.attributes['FifoThroughputScope'] === 'MessageGroup'
    const key = isByGroup ? `${groupId}/${dedupId}` : dedupId
    const before = seen.get(arn, key, nowMs())
    if (before !== undefined) return publishedOf(Number(before['seq']), String(before['id']))
    const id = newId()
    // Until it is delivered it is not known: whoever asks again after a crash is not told that it was.
    const { lastInsertRowid } = await file.run(() => {
      forget.run(nowMs())
      return remember.run(arn, key, id, nowMs() + DEDUPLICATION_MS)
    })
    const seq = Number(lastInsertRowid)
    const published = publishedOf(seq, id)
    await deliver(published)
    await file.run(() => settle.run(seq))
    return published
  }

  return {
    publish: (arn, ...more) => {
      const before = last.get(arn) ?? Promise.resolve()
      const mine = before.then(() => publishNow(arn, ...more))
      const settled = mine.then(
        () => undefined,
        () => undefined, // Its caller has the error; the next one only waits for the end of it.
      )
      last.set(arn, settled)
      void settled.then(() => {
        if (last.get(arn) === settled) last.delete(arn)
      })
      return mine
    },
  }
}

const publishedOf = (seq: number, id: string): PublishedMessage => ({
  id,
  sequenceNumber: `1${String(seq).padStart(DIGITS - 1, '0')}`,
})
