// What was accepted and is not delivered yet: rows of the message file, tried again with growing pauses until they are
// taken, too old or tried too often. Nothing runs where nothing waits.
import type { SQLInputValue } from 'node:sqlite'
import { errorMessage } from '#shared/assert.ts'
import type { Clock, Timer } from '#shared/clock.ts'
import { ServiceError } from '#wire/errors.ts'
import type { KeptAttributes } from '../sqs/message-attributes.ts'
import {
  type Carry,
  type Parcel,
  type Sender,
  Undeliverable,
  type UndeliverableCode,
} from './courier.ts'
import type { MessageFile } from './message-file.ts'

const TO_SERVERS = `substr(json_extract(parcel, '$.target'), 1, 4) = 'http'`

/** Somebody's server may hang for long: what goes to queues and functions here does not wait behind it. */
const LANES: readonly string[] = [TO_SERVERS, `NOT (${TO_SERVERS})`]

export const OUTBOX_SCHEMA: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS deliveries (
     id INTEGER PRIMARY KEY AUTOINCREMENT, due_ms INTEGER NOT NULL, attempt INTEGER NOT NULL,
     created_ms INTEGER NOT NULL, parcel TEXT NOT NULL, rules TEXT NOT NULL)`,
  'DROP INDEX IF EXISTS deliveries_due',
  ...LANES.map(
    (lane, at) =>
      `CREATE INDEX IF NOT EXISTS deliveries_due_${at} ON deliveries (due_ms) WHERE ${lane}`,
  ),
]

export interface DeliveryRules {
  readonly attemptsMax: number
  readonly ageSecondsMax: number
  /** Before the second attempt, the third, …; the last one for all that follow. Default: doubled from a second on. */
  readonly pausesMs?: readonly number[]
  /** Where it goes in the end: a queue. */
  readonly deadLetterArn?: string
  readonly deadLetter?: DeadLetter
}

/** What the dead-letter queue gets beside or instead of what was sent. */
export interface DeadLetter {
  readonly body?: string
  /** Of a rule's target: attributes to which those of EventBridge are added. */
  readonly facts?: Readonly<Record<string, string>>
  /** What another service calls the codes. */
  readonly codes?: Readonly<Record<UndeliverableCode, string>>
  /** It goes there in the role of the message itself. */
  readonly inRole?: true
}

export interface Posting {
  readonly parcel: Parcel
  readonly rules: DeliveryRules
  /** Not before then. */
  readonly atMs?: number
}

export interface Outbox {
  /** Fulfils when they will be delivered, whatever happens to this process. */
  add(postings: readonly Posting[]): Promise<void>
  /** The clock was set, or the process has just begun. */
  wake(): void
  clear(): Promise<void>
  /** Fulfils when nothing is on its way: what is left waits for its time. */
  idle(): Promise<void>
  close(): Promise<void>
}

/** Of one lane. */
const AT_ONCE_MAX = 32
/** More is not accepted: some target has been away for long. */
const DELIVERIES_MAX = 100_000
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
  const later = database.prepare('UPDATE deliveries SET due_ms = ?, attempt = ? WHERE id = ?')
  const remove = database.prepare('DELETE FROM deliveries WHERE id = ?')
  const lanes = LANES.map((lane) => ({
    due: database.prepare(
      `SELECT * FROM deliveries WHERE ${lane} AND due_ms <= ? ORDER BY due_ms, id LIMIT ?`,
    ),
    next: database.prepare(`SELECT MIN(due_ms) AS ms FROM deliveries WHERE ${lane} AND due_ms > ?`),
    underWay: new Map<number, Promise<void>>(),
  }))
  const allUnderWay = () => lanes.flatMap(({ underWay }) => [...underWay.values()])
  let count = Number(database.prepare('SELECT COUNT(*) AS n FROM deliveries').get()?.['n'])
  let timer: Timer | undefined
  let closed = false

  const forget = async ({ id }: Row): Promise<void> => {
    // One that was cleared away meanwhile is counted no more.
    const { changes } = await file.run(() => remove.run(id))
    count -= Number(changes)
  }

  const settle = async (row: Row): Promise<void> => {
    const parcel = JSON.parse(row.parcel) as Parcel // We wrote both.
    const rules = JSON.parse(row.rules) as DeliveryRules
    try {
      await carry(sentParcel(parcel, row.attempt + 1))
      await forget(row)
    } catch (error) {
      const attempt = row.attempt + 1
      const nowMs = clock.nowMs()
      const ageMs = nowMs - row.created_ms
      const over =
        error instanceof Undeliverable ? 'Undeliverable' : exhausted(rules, attempt, ageMs)
      if (over !== undefined) await giveUp(row, sentParcel(parcel, attempt), rules, { error, over })
      else {
        const pauseMs = pauseBefore(rules, attempt)
        await file.run(() => later.run(nowMs + pauseMs, attempt, row.id))
      }
    }
  }

  const giveUp = async (
    row: Row,
    parcel: Parcel,
    rules: DeliveryRules,
    failure: Failure,
  ): Promise<void> => {
    const { deadLetterArn } = rules
    const reason = errorMessage(failure.error)
    const told = `a message for ${parcel.target} was given up: ${reason}`
    if (deadLetterArn === undefined) onLost(told)
    else {
      try {
        await carry(deadLetter(deadLetterArn, row.attempt, parcel, rules, failure))
      } catch (error) {
        onLost(`${told}; ${errorMessage(error)}`)
      }
    }
    await forget(row)
  }

  const fill = ({ due, underWay }: (typeof lanes)[number], nowMs: number): void => {
    if (underWay.size >= AT_ONCE_MAX) return
    const values: readonly SQLInputValue[] = [nowMs, AT_ONCE_MAX * 2]
    const rows = due.all(...values) as unknown as readonly Row[] // The columns of our own table.
    for (const row of rows) {
      if (underWay.size >= AT_ONCE_MAX) return
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
  }

  const pump = (): void => {
    if (closed) return
    const nowMs = clock.nowMs()
    for (const lane of lanes) fill(lane, nowMs)
    timer?.cancel()
    timer = undefined
    const nexts = lanes.flatMap(({ next }) => {
      const ms = next.get(nowMs)?.['ms']
      return typeof ms === 'number' ? [ms] : []
    })
    if (nexts.length === 0) return
    const waitMs = Math.min(...nexts) - nowMs
    timer = clock.setTimer(pump, Math.max(1, Math.min(waitMs, TIMER_MS_MAX)))
  }

  return {
    add: async (postings) => {
      if (postings.length === 0) return
      if (count + postings.length > DELIVERIES_MAX) {
        throw new ServiceError(
          'ThrottledException',
          429,
          'Rate exceeded: too much waits to be delivered.',
        )
      }
      count += postings.length
      try {
        await file.run(() => {
          const nowMs = clock.nowMs()
          for (const { parcel, rules, atMs = nowMs } of postings) {
            insert.run(atMs, nowMs, JSON.stringify(parcel), JSON.stringify(rules))
          }
        })
      } catch (error) {
        // A full disk: nothing of the turn was kept.
        count -= postings.length
        throw error
      }
      pump()
    },
    wake: pump,
    clear: async () => {
      await file.run(() => void database.exec('DELETE FROM deliveries'))
      count = 0
    },
    idle: async () => {
      while (allUnderWay().length > 0) await Promise.race(allUnderWay())
    },
    close: async () => {
      closed = true
      timer?.cancel()
      await Promise.race([
        Promise.all(allUnderWay()),
        new Promise<void>((resolve) => clock.setTimer(resolve, GRACE_MS)),
      ])
    },
  }
}

/** A parcel may say which attempt it is. */
const sentParcel = (parcel: Parcel, attempt: number): Parcel => {
  const { attemptMark: mark, body } = parcel
  return mark === undefined ? parcel : { ...parcel, body: body.replaceAll(mark, String(attempt)) }
}

type Exhausted = 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds'

interface Failure {
  readonly error: unknown
  readonly over: Exhausted | 'Undeliverable'
}

const exhausted = (
  { attemptsMax, ageSecondsMax }: DeliveryRules,
  attempt: number,
  ageMs: number,
): Exhausted | undefined => {
  if (attempt >= attemptsMax) return 'MaximumRetryAttempts'
  return ageMs > ageSecondsMax * 1_000 ? 'MaximumEventAgeInSeconds' : undefined
}

const pauseBefore = ({ pausesMs }: DeliveryRules, attempt: number): number =>
  pausesMs?.[attempt - 1] ??
  pausesMs?.at(-1) ??
  Math.min(PAUSE_MS_MIN * 2 ** (attempt - 1), PAUSE_MS_MAX)

const REASON_LENGTH_MAX = 1_024

const deadLetter = (
  target: string,
  retries: number,
  parcel: Parcel,
  { deadLetter: { body, facts, codes, inRole } = {} }: DeliveryRules,
  { error, over }: Failure,
): Parcel => {
  const { by, groupId, dedupId } = parcel
  const code = error instanceof Undeliverable ? error.code : 'ERROR_FROM_TARGET'
  // AWS: what the attributes of a target's dead letter are called. [guide: eb-rule-dlq]
  const reasons = facts && {
    ...facts,
    ERROR_CODE: codes?.[code] ?? code,
    ERROR_MESSAGE: errorMessage(error).slice(0, REASON_LENGTH_MAX),
    RETRY_ATTEMPTS: String(retries),
    ...(over !== 'Undeliverable' && { EXHAUSTED_RETRY_CONDITION: over }),
  }
  const attributes = { ...parcel.attributes, ...textAttributes(reasons ?? {}) }
  return {
    target,
    body: body ?? parcel.body,
    ...(Object.keys(attributes).length > 0 && { attributes }),
    // AWS: no role is taken for dead letters of rules, their queue's policy has to let the service in.
    ...(by !== undefined && { by: inRole ? by : withoutRole(by) }),
    ...(groupId !== undefined && { groupId }),
    ...(dedupId !== undefined && { dedupId }),
  }
}

const withoutRole = ({ service, sourceArn, sourceAccount }: Sender): Sender => ({
  service,
  sourceArn,
  sourceAccount,
})

const textAttributes = (texts: Readonly<Record<string, string>>): KeptAttributes =>
  Object.fromEntries(
    Object.entries(texts).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
  )

/** What is on its way when the node ends; the rest is there when it begins again. */
const GRACE_MS = 1_000
