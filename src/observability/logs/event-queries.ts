// What is read of log events: streams in their two orders, events by time, a bounded number of rows at once.
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'

export interface LogStream {
  readonly name: string
  readonly createdMs: number
  readonly firstEventMs?: number
  readonly lastEventMs?: number
  readonly lastIngestedMs?: number
}

export interface StreamQuery {
  readonly groupId: string
  readonly order: 'name' | 'last-event'
  readonly descending?: boolean
  readonly name?: string
  readonly prefix?: string
  /** Streams that come before this one in the order; the rest of a page token. */
  readonly skip?: number
  readonly limit: number
}

/** Where in the order of a group's events: by time, then as they came. */
export interface EventPlace {
  readonly atMs: number
  readonly id: number
}

export interface EventQuery {
  readonly groupId: string
  /** Absent: of all streams. */
  readonly streamNames?: readonly string[]
  readonly streamPrefix?: string
  /** Included. */
  readonly startMs?: number
  /** Not included. */
  readonly endMs?: number
  readonly after?: EventPlace
  readonly before?: EventPlace
  /** The newest first. */
  readonly backward?: boolean
  readonly limit: number
  readonly bytesMax: number
  readonly accepts?: (message: string) => boolean
}

export interface StoredEvent extends EventPlace {
  readonly ingestedMs: number
  readonly streamName: string
  readonly message: string
}

export interface ScannedEvents {
  /** In the order that was asked for. */
  readonly events: readonly StoredEvent[]
  /** Present where more rows may match: the last one that was looked at. */
  readonly last?: EventPlace
}

/** Rows that one call looks at, whether they match or not: a filter that finds nothing gives way to others. */
const ROWS_LOOKED_AT_MAX = 20_000

export const readStreams = (database: DatabaseSync, query: StreamQuery): readonly LogStream[] => {
  const { groupId, order, descending, name, prefix, skip = 0, limit } = query
  const conditions = ['"group" = (SELECT id FROM groups WHERE name = ?)']
  const values: SQLInputValue[] = [groupId]
  if (name !== undefined) {
    conditions.push('name = ?')
    values.push(name)
  }
  if (prefix !== undefined) {
    conditions.push('substr(name, 1, ?) = ?')
    values.push([...prefix].length, prefix)
  }
  const direction = descending === true ? 'DESC' : 'ASC'
  const by = order === 'name' ? `name ${direction}` : `COALESCE(last, 0) ${direction}, name`
  const rows = database
    .prepare(
      `SELECT * FROM streams WHERE ${conditions.join(' AND ')} ORDER BY ${by} LIMIT ? OFFSET ?`,
    )
    .all(...values, limit, skip)
  return rows.map((row) => ({
    name: String(row.name),
    createdMs: Number(row.created),
    ...(row.first !== null && { firstEventMs: Number(row.first) }),
    ...(row.last !== null && { lastEventMs: Number(row.last) }),
    ...(row.ingested !== null && { lastIngestedMs: Number(row.ingested) }),
  }))
}

export const readEvents = (database: DatabaseSync, query: EventQuery): ScannedEvents => {
  const { limit, bytesMax, accepts } = query
  const { sql, values } = selectEvents(query)
  const events: StoredEvent[] = []
  let bytes = 0
  let lookedAt = 0
  let last: EventPlace | undefined
  for (const row of database.prepare(sql).iterate(...values)) {
    if (events.length >= limit || lookedAt >= ROWS_LOOKED_AT_MAX) return page(events, last)
    const message = String(row.message)
    const place = { atMs: Number(row.at), id: Number(row.id) }
    lookedAt++
    if (accepts === undefined || accepts(message)) {
      bytes += Number(row.bytes)
      if (bytes > bytesMax && events.length > 0) return page(events, last)
      const { ingested, name } = row
      events.push({ ...place, ingestedMs: Number(ingested), streamName: String(name), message })
    }
    last = place
  }
  return { events }
}

const page = (events: readonly StoredEvent[], last: EventPlace | undefined): ScannedEvents =>
  last === undefined ? { events } : { events, last }

const selectEvents = (
  query: EventQuery,
): { readonly sql: string; readonly values: readonly SQLInputValue[] } => {
  const { groupId, streamNames, streamPrefix, startMs, endMs, after, before, backward } = query
  const conditions: string[] = []
  const values: SQLInputValue[] = []
  const where = (condition: string, ...given: SQLInputValue[]): void => {
    conditions.push(condition)
    values.push(...given)
  }
  where('e."group" = (SELECT id FROM groups WHERE name = ?)', groupId)
  if (streamNames !== undefined) {
    const marks = streamNames.map(() => '?').join(', ')
    where(
      `e.stream IN (SELECT id FROM streams WHERE "group" = (SELECT id FROM groups WHERE name = ?) AND name IN (${marks}))`,
      groupId,
      ...streamNames,
    )
  }
  if (streamPrefix !== undefined) {
    where('substr(s.name, 1, ?) = ?', [...streamPrefix].length, streamPrefix)
  }
  if (startMs !== undefined) where('e.at >= ?', startMs)
  if (endMs !== undefined) where('e.at < ?', endMs)
  if (after !== undefined) where('(e.at, e.id) > (?, ?)', after.atMs, after.id)
  if (before !== undefined) where('(e.at, e.id) < (?, ?)', before.atMs, before.id)
  const direction = backward === true ? 'DESC' : 'ASC'
  const sql = `SELECT e.id, e.at, e.ingested, e.bytes, e.message, s.name FROM events e JOIN streams s ON s.id = e.stream
    WHERE ${conditions.join(' AND ')} ORDER BY e.at ${direction}, e.id ${direction}`
  return { sql, values }
}
