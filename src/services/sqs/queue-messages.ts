// The messages of queues in their file: what is sent, who has received what and until when, and what was seen before.
// Statements are prepared once; each of these functions runs inside the transaction of a turn (message-file.ts).
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { QueueFacts } from './queue.ts'

export const QUEUE_SCHEMA: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS messages (
     seq INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL,
     md5 TEXT NOT NULL, attributes TEXT, sender TEXT NOT NULL, trace TEXT, sent_ms INTEGER NOT NULL,
     visible_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL, received INTEGER NOT NULL DEFAULT 0,
     first_received_ms INTEGER, group_id TEXT, dedup_id TEXT, receipt TEXT, source_arn TEXT)`,
  'CREATE INDEX IF NOT EXISTS messages_visible ON messages (queue, visible_ms, seq)',
  `CREATE INDEX IF NOT EXISTS messages_group ON messages (queue, group_id, visible_ms)
     WHERE group_id IS NOT NULL`,
  `CREATE TABLE IF NOT EXISTS seen (
     queue TEXT NOT NULL, key TEXT NOT NULL, until_ms INTEGER NOT NULL, id TEXT NOT NULL, seq INTEGER NOT NULL,
     PRIMARY KEY (queue, key)) WITHOUT ROWID`,
]

/** AWS: five minutes. [guide: FIFO-queues-exactly-once-processing] */
const DEDUPLICATION_MS = 300_000

export interface NewMessage {
  readonly id: string
  readonly body: string
  readonly md5: string
  /** JSON text of the message attributes. */
  readonly attributes: string | undefined
  readonly sender: string
  readonly trace: string | undefined
  readonly delaySeconds: number
  readonly groupId: string | undefined
  readonly dedupId: string | undefined
}

export interface StoredMessage {
  readonly seq: number
  readonly id: string
  readonly body: string
  readonly md5: string
  readonly attributes: string | null
  readonly sender: string
  readonly trace: string | null
  readonly sent_ms: number
  readonly received: number
  readonly first_received_ms: number | null
  readonly group_id: string | null
  readonly dedup_id: string | null
  readonly source_arn: string | null
}

export interface Taken {
  readonly found: readonly StoredMessage[]
  /** How many went to the dead-letter queue instead. */
  readonly buried: number
}

/** What a receiver of a FIFO queue was given, should it ask again. */
export interface Attempt {
  readonly seqs: readonly number[]
  readonly receipt: string
  readonly visibleMs: number
}

export interface MoveOrder {
  readonly from: QueueFacts
  readonly to: QueueFacts
  readonly max: number
  /** Only what came from there; absent: from anywhere. */
  readonly sourceArn?: string | undefined
  readonly newId: () => string
}

export interface QueueCounts {
  readonly visible: number
  readonly inFlight: number
  readonly delayed: number
}

export interface QueueMessages {
  /** The message, or the one of the last five minutes that it repeats. */
  send(
    queue: QueueFacts,
    message: NewMessage,
    nowMs: number,
  ): { readonly id: string; readonly seq: number }
  receive(
    queue: QueueFacts,
    order: { readonly max: number; readonly visibleMs: number; readonly receipt: string },
    nowMs: number,
    deadLetterQueue: QueueFacts | undefined,
  ): Taken
  /**
   * The same messages once more, hidden anew: where that attempt was made within five minutes and nothing has become of
   * any of them since.
   */
  receiveAgain(
    queueId: string,
    attemptId: string,
    visibleMs: number,
    nowMs: number,
  ): { readonly found: readonly StoredMessage[]; readonly receipt: string } | undefined
  rememberAttempt(queueId: string, attemptId: string, attempt: Attempt, nowMs: number): void
  /** When the next message can be received, where none can be now. */
  nextVisibleMs(queueId: string, nowMs: number): number | undefined
  find(
    queueId: string,
    seq: number,
  ): { readonly receipt: string | null; readonly visibleMs: number } | undefined
  remove(queueId: string, seq: number): void
  hide(queueId: string, seq: number, visibleMs: number): void
  purge(queueId: string): void
  count(queueId: string, nowMs: number): QueueCounts
  inFlight(queueId: string, nowMs: number): number
  /** Forgets what is too old. */
  expire(queueId: string, nowMs: number): void
  /** Moves what is visible, and says how much. */
  move(order: MoveOrder, nowMs: number): number
  sources(queueId: string): readonly string[]
  queueIds(): readonly string[]
}

export const queueMessages = (database: DatabaseSync): QueueMessages => {
  const statements = prepare(database)
  const { insert, seen, remember } = statements
  const send: QueueMessages['send'] = (queue, message, nowMs) => {
    const { queueId } = queue
    const key =
      message.dedupId === undefined
        ? undefined
        : queue.dedupesByGroup
          ? `${message.groupId} ${message.dedupId}`
          : message.dedupId
    if (key !== undefined) {
      const before = seen.get(queueId, key, nowMs)
      if (before !== undefined) return { id: String(before['id']), seq: Number(before['seq']) }
    }
    const { lastInsertRowid } = insert.run(
      queueId,
      message.id,
      message.body,
      message.md5,
      message.attributes ?? null,
      message.sender,
      message.trace ?? null,
      nowMs,
      nowMs + message.delaySeconds * 1_000,
      nowMs + queue.retentionSeconds * 1_000,
      message.groupId ?? null,
      message.dedupId ?? null,
    )
    const seq = Number(lastInsertRowid)
    if (key !== undefined) remember.run(queueId, key, nowMs + DEDUPLICATION_MS, message.id, seq)
    return { id: message.id, seq }
  }
  return { send, receive: receiver(statements), ...attempts(statements), ...rest(statements) }
}

type Statements = ReturnType<typeof prepare>

const prepare = (database: DatabaseSync) => ({
  insert: database.prepare(
    `INSERT INTO messages (queue, id, body, md5, attributes, sender, trace, sent_ms, visible_ms, expires_ms, group_id, dedup_id)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ),
  seen: database.prepare('SELECT id, seq FROM seen WHERE queue = ? AND key = ? AND until_ms > ?'),
  remember: database.prepare('INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?, ?)'),
  visible: database.prepare(
    `SELECT * FROM messages WHERE queue = ? AND visible_ms <= ? AND expires_ms > ?
     ORDER BY visible_ms, seq LIMIT ?`,
  ),
  // A group waits while any of its messages is in flight, and what was sent later waits for what was sent before.
  inOrder: database.prepare(
    `SELECT * FROM messages AS m WHERE queue = ? AND visible_ms <= ? AND expires_ms > ? AND NOT EXISTS (
       SELECT 1 FROM messages AS other WHERE other.queue = m.queue AND other.group_id = m.group_id
         AND other.visible_ms > ? AND (other.received > 0 OR other.seq < m.seq))
     ORDER BY seq LIMIT ?`,
  ),
  take: database.prepare(
    `UPDATE messages SET visible_ms = ?, received = received + 1, receipt = ?,
       first_received_ms = COALESCE(first_received_ms, ?) WHERE seq = ?`,
  ),
  bury: database.prepare(
    `UPDATE messages SET queue = ?, visible_ms = ?, source_arn = ?, receipt = NULL, sent_ms = ?, expires_ms = ?,
       dedup_id = CASE WHEN dedup_id IS NULL THEN NULL ELSE id END WHERE seq = ?`,
  ),
  next: database.prepare(
    'SELECT MIN(visible_ms) AS ms FROM messages WHERE queue = ? AND visible_ms > ?',
  ),
  find: database.prepare('SELECT receipt, visible_ms FROM messages WHERE seq = ? AND queue = ?'),
  remove: database.prepare('DELETE FROM messages WHERE seq = ? AND queue = ?'),
  hide: database.prepare('UPDATE messages SET visible_ms = ? WHERE seq = ? AND queue = ?'),
  purge: database.prepare('DELETE FROM messages WHERE queue = ?'),
  forget: database.prepare('DELETE FROM seen WHERE queue = ?'),
  count: database.prepare(
    `SELECT COALESCE(SUM(visible_ms <= ?1), 0) AS visible,
       COALESCE(SUM(visible_ms > ?1 AND received > 0), 0) AS inFlight,
       COALESCE(SUM(visible_ms > ?1 AND received = 0), 0) AS delayed
     FROM messages WHERE queue = ?2 AND expires_ms > ?1`,
  ),
  inFlight: database.prepare(
    'SELECT COUNT(*) AS count FROM messages WHERE queue = ? AND visible_ms > ? AND received > 0',
  ),
  again: database.prepare(
    'SELECT * FROM messages WHERE seq = ? AND queue = ? AND receipt = ? AND visible_ms = ?',
  ),
  expire: database.prepare('DELETE FROM messages WHERE queue = ? AND expires_ms <= ?'),
  expireSeen: database.prepare('DELETE FROM seen WHERE queue = ? AND until_ms <= ?'),
  movable: database.prepare(
    `SELECT seq FROM messages WHERE queue = ?1 AND visible_ms <= ?2 AND expires_ms > ?2
       AND source_arn IS COALESCE(?3, source_arn) ORDER BY seq LIMIT ?4`,
  ),
  renew: database.prepare(
    `UPDATE messages SET queue = ?1, id = ?2, sent_ms = ?3, visible_ms = ?3, expires_ms = ?4, received = 0,
       receipt = NULL, first_received_ms = NULL, source_arn = NULL WHERE seq = ?5`,
  ),
  sources: database.prepare(
    'SELECT DISTINCT source_arn AS arn FROM messages WHERE queue = ? AND source_arn IS NOT NULL',
  ),
  queueIds: database.prepare('SELECT DISTINCT queue FROM messages'),
})

const rows = (statement: StatementSync, ...values: readonly SQLInputValue[]) =>
  statement.all(...values) as unknown as readonly StoredMessage[] // The columns of our own table.

const receiver =
  ({ visible, inOrder, take, bury }: Statements): QueueMessages['receive'] =>
  (queue, { max, visibleMs, receipt }, nowMs, deadLetterQueue) => {
    const find = (limit: number) =>
      queue.isFifo
        ? rows(inOrder, queue.queueId, nowMs, nowMs, nowMs, limit)
        : rows(visible, queue.queueId, nowMs, nowMs, limit)
    const receiveCountMax = queue.redrive?.maxReceiveCount
    let found = find(max)
    let buried = 0
    // AWS: a message goes to the dead-letter queue when it would be received once too often.
    for (;;) {
      if (receiveCountMax === undefined || deadLetterQueue === undefined) break
      const spent = found.filter(({ received }) => received >= receiveCountMax)
      if (spent.length === 0) break
      buried += spent.length
      for (const message of spent) {
        // AWS: in a standard queue it keeps its age, in a FIFO queue it begins anew [guide: sqs-dead-letter-queues], and
        // there its deduplication id is its own id [guide: sqs-configure-dead-letter-queue-redrive].
        const fromMs = queue.isFifo ? nowMs : message.sent_ms
        const expiresMs = fromMs + deadLetterQueue.retentionSeconds * 1_000
        bury.run(deadLetterQueue.queueId, nowMs, queue.arn, fromMs, expiresMs, message.seq)
      }
      found = find(max)
    }
    for (const { seq } of found) take.run(visibleMs, receipt, nowMs, seq)
    const received = found.map((message) => ({
      ...message,
      received: message.received + 1,
      first_received_ms: message.first_received_ms ?? nowMs,
    }))
    return { found: received, buried }
  }

/** No group and no deduplication id begins with a space: these rows meet none of theirs. */
const attemptKey = (attemptId: string): string => ` ${attemptId}`

const attempts = ({
  seen,
  remember,
  again,
  hide,
}: Statements): Pick<QueueMessages, 'receiveAgain' | 'rememberAttempt'> => ({
  receiveAgain: (queueId, attemptId, visibleMs, nowMs) => {
    const row = seen.get(queueId, attemptKey(attemptId), nowMs)
    if (row === undefined) return undefined
    const attempt = JSON.parse(String(row['id'])) as Attempt // We wrote it.
    if (attempt.visibleMs <= nowMs) return undefined
    const found = attempt.seqs.flatMap((seq) =>
      rows(again, seq, queueId, attempt.receipt, attempt.visibleMs),
    )
    if (found.length !== attempt.seqs.length) return undefined
    for (const { seq } of found) hide.run(visibleMs, seq, queueId)
    const renewed = JSON.stringify({ ...attempt, visibleMs })
    remember.run(queueId, attemptKey(attemptId), nowMs + DEDUPLICATION_MS, renewed, 0)
    return { found, receipt: attempt.receipt }
  },
  rememberAttempt: (queueId, attemptId, attempt, nowMs) => {
    const text = JSON.stringify(attempt)
    remember.run(queueId, attemptKey(attemptId), nowMs + DEDUPLICATION_MS, text, 0)
  },
})

const rest = (
  statements: Statements,
): Omit<QueueMessages, 'send' | 'receive' | 'receiveAgain' | 'rememberAttempt'> => ({
  nextVisibleMs: (queueId, nowMs) => {
    const ms = statements.next.get(queueId, nowMs)?.['ms']
    return typeof ms === 'number' ? ms : undefined
  },
  find: (queueId, seq) => {
    const found = statements.find.get(seq, queueId)
    if (found === undefined) return undefined
    const { receipt, visible_ms } = found
    return {
      receipt: receipt === null ? null : String(receipt),
      visibleMs: Number(visible_ms),
    }
  },
  remove: (queueId, seq) => void statements.remove.run(seq, queueId),
  hide: (queueId, seq, visibleMs) => void statements.hide.run(visibleMs, seq, queueId),
  purge: (queueId) => {
    statements.purge.run(queueId)
    statements.forget.run(queueId)
  },
  inFlight: (queueId, nowMs) => Number(statements.inFlight.get(queueId, nowMs)?.['count']),
  count: (queueId, nowMs) => {
    const { visible, inFlight, delayed } = statements.count.get(nowMs, queueId) ?? {}
    return { visible: Number(visible), inFlight: Number(inFlight), delayed: Number(delayed) }
  },
  expire: (queueId, nowMs) => {
    statements.expire.run(queueId, nowMs)
    statements.expireSeen.run(queueId, nowMs)
  },
  move: ({ from, to, max, sourceArn, newId }, nowMs) => {
    const found = statements.movable.all(from.queueId, nowMs, sourceArn ?? null, max)
    // AWS: what is moved back is a new message, with all its time before it. [guide: sqs-configure-dead-letter-queue-redrive]
    const expiresMs = nowMs + to.retentionSeconds * 1_000
    for (const { seq } of found)
      statements.renew.run(to.queueId, newId(), nowMs, expiresMs, Number(seq))
    return found.length
  },
  sources: (queueId) => statements.sources.all(queueId).map(({ arn }) => String(arn)),
  queueIds: () => statements.queueIds.all().map(({ queue }) => String(queue)),
})
