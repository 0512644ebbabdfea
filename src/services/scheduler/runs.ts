// What runs the schedules: it follows the store, and remembers with each message it posts how far a schedule has come,
// so that a run is posted once, whatever happens to this process.
import { errorMessage } from '#shared/assert.ts'
import type { Random } from '#shared/random.ts'
import { GLOBAL_SCOPE } from '#model/scope.ts'
import type { Store } from '#store/store.ts'
import type { MessageFile } from '../delivery/message-file.ts'
import type { Outbox } from '../delivery/outbox.ts'
import type { Scheduled } from '../events/schedules.ts'
import { scheduleKey, type ScheduleRecord, schedules } from './records.ts'
import { removeSchedule } from './stored-schedules.ts'
import { postingFor } from './targets.ts'
import { compileTiming } from './timing.ts'

export const RUN_SCHEMA: readonly string[] = [
  'CREATE TABLE IF NOT EXISTS schedule_runs (schedule TEXT PRIMARY KEY, at_ms INTEGER NOT NULL) WITHOUT ROWID',
]

/** All enabled schedules: what has changed since it was asked last is read, and no more. */
export const scheduledRuns = (options: {
  readonly store: Store
  readonly file: MessageFile
  readonly outbox: Outbox
  readonly random: Random
  readonly onError: (error: unknown) => void
}): (() => Promise<readonly Scheduled[]>) => {
  const { store, file, onError } = options
  const { database } = file
  const reached = database.prepare('SELECT at_ms FROM schedule_runs WHERE schedule = ?')
  const forget = database.prepare(
    "DELETE FROM schedule_runs WHERE schedule >= ? || ' ' AND schedule < ? || '!' AND schedule <> ?",
  )
  const known = new Map<string, Scheduled>()
  let all: readonly Scheduled[] = []
  let revision = 0

  return async () => {
    const { changes, revision: upTo } = await store.changes(schedules, revision)
    if (changes.length === 0) {
      revision = upTo
      return all
    }
    for (const { key, value } of changes) {
      const before = known.get(key)
      const runKey = value?.isEnabled === true ? `${key} ${value.generation}` : ''
      if (before !== undefined && before.key !== runKey) {
        await file.run(() => forget.run(key, key, runKey))
      }
      known.delete(key)
      if (value?.isEnabled !== true) continue
      const atMs = reached.get(runKey)?.['at_ms']
      try {
        known.set(
          key,
          scheduledRun(value, runKey, typeof atMs === 'number' ? atMs : undefined, options),
        )
      } catch (error) {
        // It was parsed when it was put: a node before this one took more.
        onError(new Error(`schedule ${key} does not run: ${errorMessage(error)}`))
      }
    }
    all = [...known.values()]
    // Only now: what could not be taken in, for instance on a full disk, is asked for again.
    revision = upTo
    return all
  }
}

const scheduledRun = (
  record: ScheduleRecord,
  key: string,
  atMs: number | undefined,
  { store, file, outbox, random }: Parameters<typeof scheduledRuns>[0],
): Scheduled => {
  const timing = compileTiming(record)
  return {
    key,
    afterMs: atMs ?? timing.beginsMs,
    next: timing.next,
    windowMs: timing.windowMs,
    delayMs: timing.delayMs,
    fire: async (ms) => {
      const posting = postingFor(record, ms, executionId(random))
      // Both are in the transaction of this turn: never the one without the other.
      const remembered = file.run((database) =>
        database
          .prepare('INSERT OR REPLACE INTO schedule_runs (schedule, at_ms) VALUES (?, ?)')
          .run(key, ms),
      )
      await Promise.all([remembered, outbox.add([posting])])
    },
    ended: async () => {
      if (!record.isDeletedAfter) return
      await store.write(async (tx) => {
        const { scope, group, name, generation } = record
        const now = await tx.get(schedules, GLOBAL_SCOPE, scheduleKey(scope, group, name))
        if (now?.generation === generation) await removeSchedule(now, tx)
      })
    },
  }
}

/** AWS: 16 hexadecimal digits. [guide: managing-schedule-context-attributes] */
const executionId = (random: Random): string => Buffer.from(random.bytes(8)).toString('hex')
