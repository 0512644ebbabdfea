// What was accepted and is not delivered yet: rows of the message file, tried again with growing pauses until they are
// taken, too old or tried too often. Nothing runs where nothing waits.
import type { SQLInputValue } from 'node:sqlite'
import { errorMessage } from '#shared/assert.ts'
import type { Clock, Timer } from '#shared/clock.ts'
import type { Carry, Parcel } from './courier.ts'
import type { MessageFile } from './message-file.ts'

export const OUTBOX_SCHEMA: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS deliveries (
     id INTEGER PRIMARY KEY AUTOINCREMENT, due_ms INTEGER NOT NULL, attempt INTEGER NOT NULL,
     created_ms INTEGER NOT NULL, parcel TEXT NOT NULL, rules TEXT NOT NULL)`,
  'CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (due_ms)',
]

export interface DeliveryRules {
  readonly attemptsMax: number
  readonly ageSecondsMax: number
  /** Where it goes in the end: a queue. */
  readonly deadLetterArn?: string
}

export interface Posting {
  readonly parcel: Parcel
  readonly rules: DeliveryRules
}

export interface Outbox {
  /** Fulfils when they will be delivered, whatever happens to this process. */
  add(postings: readonly Posting[]): Promise<void>
  /** The clock was set, or the process has just begun. */
  wake(): void
  clear(): Promise<void>
  close(): Promise<void>
}

const AT_ONCE_MAX = 32
const PAUSE_MS_MIN = 1_000
const PAUSE_MS_MAX = 3_600_000
const TIMER_MS_MAX = 60_000

interface Row {
  readonly id: number
  readonly attempt: number
  readonly created_ms: number
  readonly parcel: string
  readonly rules: string
}

export const createOutbox = (options: {
  readonly file: MessageFile
  readonly clock: Clock
  readonly carry: Carry
  /** Given up, with nowhere to put it. */
  readonly onLost: (reason: string) => void
  readonly onError: (error: unknown) => void
}): Outbox => {
  const { file, clock, carry, onLost, onError } = options
  const { database } = file
  const insert = database.prepare(
    'INSERT INTO deliveries (due_ms, attempt, created_ms, parcel, rules) VALUES (?, 0, ?, ?, ?)',
  )
  const due = database.prepare(
    'SELECT * FROM deliveries WHERE due_ms <= ? ORDER BY due_ms, id LIMIT ?',
  )
  const next = database.prepare('SELECT MIN(due_ms) AS ms FROM deliveries WHERE due_ms > ?')
  const later = database.prepare('UPDATE deliveries SET due_ms = ?, attempt = ? WHERE id = ?')
  const remove = database.prepare('DELETE FROM deliveries WHERE id = ?')
  const underWay = new Map<number, Promise<void>>()
  let timer: Timer | undefined
  let closed = false

  const settle = async (row: Row): Promise<void> => {
    const parcel = JSON.parse(row.parcel) as Parcel // We wrote both.
    const rules = JSON.parse(row.rules) as DeliveryRules
    try {
      await carry(parcel)
      await file.run(() => remove.run(row.id))
    } catch (error) {
      const attempt = row.attempt + 1
      const nowMs = clock.nowMs()
      const isOver =
        attempt >= rules.attemptsMax || nowMs - row.created_ms > rules.ageSecondsMax * 1_000
      if (isOver) await giveUp(row, parcel, rules, errorMessage(error))
      else {
        const pauseMs = Math.min(PAUSE_MS_MIN * 2 ** row.attempt, PAUSE_MS_MAX)
        await file.run(() => later.run(nowMs + pauseMs, attempt, row.id))
      }
    }
  }

  const giveUp = async (
    row: Row,
    parcel: Parcel,
    { deadLetterArn }: DeliveryRules,
    reason: string,
  ): Promise<void> => {
    if (deadLetterArn === undefined)
      onLost(`a message for ${parcel.target} was given up: ${reason}`)
    else {
      try {
        await carry({
          target: deadLetterArn,
          body: parcel.body,
          attributes: {
            ...parcel.attributes,
            ERROR_MESSAGE: { DataType: 'String', StringValue: reason.slice(0, 1_024) },
          },
        })
      } catch (error) {
        onLost(`a message for ${parcel.target} was given up: ${reason}; ${errorMessage(error)}`)
      }
    }
    await file.run(() => remove.run(row.id))
  }

  const pump = (): void => {
    if (closed) return
    const nowMs = clock.nowMs()
    const values: readonly SQLInputValue[] = [nowMs, AT_ONCE_MAX * 2]
    const rows = due.all(...values) as unknown as readonly Row[] // The columns of our own table.
    for (const row of rows) {
      if (underWay.size >= AT_ONCE_MAX) break
      if (underWay.has(row.id)) continue
      const run = settle(row)
        .catch((error: unknown) => {
          onError(error)
          return new Promise<void>((resolve) => clock.setTimer(resolve, PAUSE_MS_MIN))
        })
        .finally(() => {
          underWay.delete(row.id)
          pump()
        })
      underWay.set(row.id, run)
    }
    timer?.cancel()
    timer = undefined
    const ms = next.get(nowMs)?.['ms']
    if (typeof ms !== 'number') return
    timer = clock.setTimer(pump, Math.max(1, Math.min(ms - nowMs, TIMER_MS_MAX)))
  }

  return {
    add: async (postings) => {
      if (postings.length === 0) return
      await file.run(() => {
        const nowMs = clock.nowMs()
        for (const { parcel, rules } of postings) {
          insert.run(nowMs, nowMs, JSON.stringify(parcel), JSON.stringify(rules))
        }
      })
      pump()
    },
    wake: pump,
    clear: () => file.run(() => void database.exec('DELETE FROM deliveries')),
    close: async () => {
      closed = true
      timer?.cancel()
      await Promise.race([
        Promise.all(underWay.values()),
        new Promise<void>((resolve) => clock.setTimer(resolve, GRACE_MS)),
      ])
    },
  }
}

/** What is on its way when the node ends; the rest is there when it begins again. */
const GRACE_MS = 1_000
