// Where log events are kept: a SQLite file of their own beside the store, written in batches, bounded in bytes. Groups
// are known here by an id that no other group ever had, so that what a deleted one held can never be seen in a new one.
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import type { LogEvent } from '#model/ports.ts'
import {
  type EventQuery,
  type LogStream,
  type ScannedEvents,
  type StoredEvent,
  type StreamQuery,
  readEvents,
  readStreams,
} from './event-queries.ts'
import { INDEXES, TABLES } from './event-tables.ts'

export interface EventBatch {
  readonly groupId: string
  readonly streamName: string
  readonly events: readonly LogEvent[]
}

export interface LogEventStore {
  /** One transaction; streams are made where they do not exist. Throws where the disk refuses. */
  append(batches: readonly EventBatch[], nowMs: number): void
  /** False where there is one of that name. */
  createStream(groupId: string, streamName: string, nowMs: number): boolean
  deleteStream(groupId: string, streamName: string): boolean
  stream(groupId: string, streamName: string): LogStream | undefined
  streams(query: StreamQuery): readonly LogStream[]
  events(query: EventQuery): ScannedEvents
  storedBytes(groupId: string): number
  /**
   * Deletes what is older than its group keeps, and the groups of `unknown` that are still not named. Answers those that
   * are not named: whoever asks again with them is sure that no group was just being made.
   */
  sweep(
    groups: ReadonlyMap<string, { readonly keptSinceMs?: number }>,
    unknown: ReadonlySet<string>,
  ): ReadonlySet<string>
  close(): void
}

export interface EventBounds {
  readonly groupBytesMax: number
  readonly bytesMax: number
}

/** AWS: what an event takes beside its message. [guide: PutLogEvents] */
export const EVENT_OVERHEAD_BYTES = 26
/** Deleted at once: the database is never busy for long. */
const DELETED_AT_ONCE = 2_000

export const openLogEventStore = (path: string, bounds: EventBounds): LogEventStore => {
  const database = new DatabaseSync(path)
  database.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 2000',
  )
  database.exec(TABLES + INDEXES)
  const statements = prepare(database)
  const { groupOf, bytesOf } = statements

  const groupRow = (groupId: string): number => {
    const known = groupOf.get(groupId)
    if (known !== undefined) return Number(known.id)
    statements.addGroup.run(groupId)
    return Number(groupOf.get(groupId)?.id)
  }
  const streamRow = (group: number, name: string, nowMs: number): number => {
    const known = statements.streamOf.get(group, name)
    if (known !== undefined) return Number(known.id)
    return Number(statements.addStream.run(group, name, nowMs).lastInsertRowid)
  }
  const within = <T>(work: () => T): T => {
    database.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      database.exec('COMMIT')
      return result
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK')
      throw error
    }
  }
  const trim = (group: number, untilBytes: number): void => {
    for (;;) {
      const excess = Number(bytesOf.get(group)?.bytes ?? 0) - untilBytes
      if (excess <= 0 || statements.deleteOldest(group, excess) === 0) return
    }
  }
  const appendBatch = ({ groupId, streamName, events }: EventBatch, nowMs: number): void => {
    const group = groupRow(groupId)
    const stream = streamRow(group, streamName, nowMs)
    let bytes = 0
    let first = Number.MAX_SAFE_INTEGER
    let last = 0
    for (const { timestampMs, message } of events) {
      const size = Buffer.byteLength(message) + EVENT_OVERHEAD_BYTES
      statements.addEvent.run(group, stream, timestampMs, nowMs, size, message)
      bytes += size
      first = Math.min(first, timestampMs)
      last = Math.max(last, timestampMs)
    }
    if (events.length === 0) return
    statements.touchStream.run(first, last, nowMs, stream)
    statements.addBytes.run(bytes, group)
    const held = Number(bytesOf.get(group)?.bytes ?? 0)
    if (held > bounds.groupBytesMax) trim(group, bounds.groupBytesMax * KEPT_SHARE)
  }
  const sum = (): number => Number(statements.allBytes.get()?.bytes ?? 0)

  return {
    append: (batches, nowMs) =>
      within(() => {
        for (const batch of batches) appendBatch(batch, nowMs)
        for (let total = sum(); total > bounds.bytesMax; total = sum()) {
          const largest = statements.largest.get()
          if (largest === undefined) return
          trim(Number(largest.id), Number(largest.bytes) - (total - bounds.bytesMax * KEPT_SHARE))
        }
      }),
    createStream: (groupId, name, nowMs) =>
      within(() => {
        const group = groupRow(groupId)
        if (statements.streamOf.get(group, name) !== undefined) return false
        statements.addStream.run(group, name, nowMs)
        return true
      }),
    deleteStream: (groupId, name) =>
      within(() => {
        const group = groupRow(groupId)
        const stream = statements.streamOf.get(group, name)
        if (stream === undefined) return false
        statements.deleteStream(group, Number(stream.id))
        return true
      }),
    stream: (groupId, name) =>
      readStreams(database, { groupId, order: 'name', name, limit: 1 }).find(Boolean),
    streams: (query) => readStreams(database, query),
    events: (query) => readEvents(database, query),
    storedBytes: (groupId) => Number(statements.bytesOfGroup.get(groupId)?.bytes ?? 0),
    sweep: (groups, unknown) =>
      within(() => {
        const left = new Set<string>()
        for (const { id, name } of statements.groups.all()) {
          const kept = groups.get(String(name))
          if (kept?.keptSinceMs !== undefined) statements.deleteBefore(Number(id), kept.keptSinceMs)
          if (kept !== undefined) continue
          if (unknown.has(String(name))) statements.deleteGroup(Number(id))
          else left.add(String(name))
        }
        return left
      }),
    close: () => database.close(),
  }
}

export type { EventQuery, LogStream, StoredEvent, StreamQuery }

/** Beyond its bound a group is cut a little shorter than it, so that not every batch cuts again. */
const KEPT_SHARE = 0.9

const prepare = (database: DatabaseSync) => {
  const one = (sql: string) => database.prepare(sql)
  const subtract = one(
    'UPDATE groups SET bytes = (SELECT COALESCE(SUM(bytes), 0) FROM events WHERE "group" = groups.id) WHERE id = ?',
  )
  const oldest = one('SELECT id, at, bytes FROM events WHERE "group" = ? ORDER BY at, id LIMIT ?')
  const deleteUpTo = one('DELETE FROM events WHERE "group" = ? AND (at, id) <= (?, ?)')
  const lessBytes = one('UPDATE groups SET bytes = bytes - ? WHERE id = ?')
  const deleteBefore = one('DELETE FROM events WHERE "group" = ? AND at < ?')
  const runAll = (statements: readonly string[], ...values: SQLInputValue[]): void => {
    for (const sql of statements) database.prepare(sql).run(...values)
  }
  return {
    groupOf: one('SELECT id FROM groups WHERE name = ?'),
    addGroup: one('INSERT INTO groups (name, bytes) VALUES (?, 0)'),
    groups: one('SELECT id, name FROM groups'),
    bytesOf: one('SELECT bytes FROM groups WHERE id = ?'),
    bytesOfGroup: one('SELECT bytes FROM groups WHERE name = ?'),
    allBytes: one('SELECT COALESCE(SUM(bytes), 0) AS bytes FROM groups'),
    largest: one('SELECT id, bytes FROM groups WHERE bytes > 0 ORDER BY bytes DESC LIMIT 1'),
    addBytes: one('UPDATE groups SET bytes = bytes + ? WHERE id = ?'),
    streamOf: one('SELECT id FROM streams WHERE "group" = ? AND name = ?'),
    addStream: one('INSERT INTO streams ("group", name, created) VALUES (?, ?, ?)'),
    touchStream: one(
      'UPDATE streams SET first = MIN(COALESCE(first, ?1), ?1), last = MAX(COALESCE(last, 0), ?2), ingested = ?3 WHERE id = ?4',
    ),
    addEvent: one(
      'INSERT INTO events ("group", stream, at, ingested, bytes, message) VALUES (?, ?, ?, ?, ?, ?)',
    ),
    /** As few of the oldest as have so many bytes; answers how many these were. */
    deleteOldest: (group: number, excessBytes: number): number => {
      let bytes = 0
      let last: { readonly at: number; readonly id: number } | undefined
      for (const row of oldest.all(group, DELETED_AT_ONCE)) {
        if (bytes >= excessBytes) break
        bytes += Number(row.bytes)
        last = { at: Number(row.at), id: Number(row.id) }
      }
      if (last === undefined) return 0
      lessBytes.run(bytes, group)
      return Number(deleteUpTo.run(group, last.at, last.id).changes)
    },
    deleteBefore: (group: number, at: number): void => {
      if (deleteBefore.run(group, at).changes > 0) subtract.run(group)
    },
    deleteStream: (group: number, stream: number): void => {
      runAll(['DELETE FROM events WHERE stream = ?', 'DELETE FROM streams WHERE id = ?'], stream)
      subtract.run(group)
    },
    deleteGroup: (group: number): void =>
      runAll(
        [
          'DELETE FROM events WHERE "group" = ?',
          'DELETE FROM streams WHERE "group" = ?',
          'DELETE FROM groups WHERE id = ?',
        ],
        group,
      ),
  }
}
