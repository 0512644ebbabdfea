// PutLogEvents, GetLogEvents and FilterLogEvents.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
import type {
  FilterLogEventsRequest,
  GetLogEventsRequest,
  InputLogEvent,
  PutLogEventsRequest,
} from '@aws-sdk/client-cloudwatch-logs'
import {
  compileFilterPattern,
  FilterPatternError,
} from '#languages/log-filter-pattern/compile-filter-pattern.ts'
import type { ReadCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { invalidParameter, noStream } from './errors.ts'
import type { EventPlace } from './event-queries.ts'
import { EVENT_OVERHEAD_BYTES, type LogEventStore, type StoredEvent } from './event-store.ts'
import { findGroup } from './groups.ts'

/** AWS: bytes of one batch, each event with its overhead; bytes of one event; events of a batch. */
const BATCH_BYTES_MAX = 1_048_576
const BATCH_EVENTS_MAX = 10_000
const DAY_MS = 86_400_000
const PAST_MAX_MS = 14 * DAY_MS
const FUTURE_MAX_MS = 2 * 60 * 60 * 1_000

export const putLogEvents =
  (store: LogEventStore) => async (input: Shape<PutLogEventsRequest>, call: ReadCall) => {
    const { logEvents = [], logStreamName = '' } = input
    admitBatch(logEvents)
    const { id, retentionInDays } = await findGroup(call.view, call, input)
    if (store.stream(id, logStreamName) === undefined) throw noStream()
    const expiredBeforeMs = call.nowMs - (retentionInDays ?? Number.POSITIVE_INFINITY) * DAY_MS
    const times = logEvents.map(({ timestamp = 0 }) => timestamp)
    const expired = times.filter((time) => time < expiredBeforeMs).length
    const old = times.filter((time) => time < call.nowMs - PAST_MAX_MS).length
    const newFrom = times.findIndex((time) => time > call.nowMs + FUTURE_MAX_MS)
    const taken = logEvents
      .slice(0, newFrom === -1 ? logEvents.length : newFrom)
      .slice(Math.max(expired, old))
    if (taken.length > 0) {
      const events = taken.map(({ timestamp = 0, message = '' }) => ({
        timestampMs: timestamp,
        message,
      }))
      store.append([{ groupId: id, streamName: logStreamName, events }], call.nowMs)
    }
    const rejected = {
      ...(newFrom !== -1 && { tooNewLogEventStartIndex: newFrom }),
      ...(old > 0 && { tooOldLogEventEndIndex: old }),
      ...(expired > 0 && { expiredLogEventEndIndex: expired }),
    }
    return {
      // AWS: a token still comes back, and nobody has to send it. [API reference: PutLogEvents]
      nextSequenceToken: '49'.padEnd(56, '0'),
      ...(Object.keys(rejected).length > 0 && { rejectedLogEventsInfo: rejected }),
    }
  }

const admitBatch = (events: readonly Shape<InputLogEvent>[]): void => {
  if (events.length > BATCH_EVENTS_MAX) {
    throw invalidParameter(
      `1 validation error detected: Value at 'logEvents' failed to satisfy constraint: Member must have length less than or equal to ${BATCH_EVENTS_MAX}`,
    )
  }
  let bytes = 0
  let before = 0
  for (const { timestamp = 0, message = '' } of events) {
    bytes += Buffer.byteLength(message) + EVENT_OVERHEAD_BYTES
    if (timestamp < before) {
      throw invalidParameter(
        'Log events in a single PutLogEvents request must be in chronological order.',
      )
    }
    before = timestamp
  }
  if (bytes > BATCH_BYTES_MAX) {
    throw invalidParameter(`Upload too large: ${bytes} bytes exceeds limit of ${BATCH_BYTES_MAX}`)
  }
  const [first, last] = [events[0]?.timestamp ?? 0, events.at(-1)?.timestamp ?? 0]
  if (last - first > DAY_MS) {
    throw invalidParameter(
      'The batch of log events in a single PutLogEvents request cannot span more than 24 hours.',
    )
  }
}

const EVENTS_AT_ONCE = 10_000
const PAGE_BYTES_MAX = 1_048_576

export const getLogEvents =
  (store: LogEventStore) => async (input: Shape<GetLogEventsRequest>, call: ReadCall) => {
    const { logStreamName = '', startTime, endTime, limit = EVENTS_AT_ONCE, nextToken } = input
    const { id } = await findGroup(call.view, call, input)
    if (store.stream(id, logStreamName) === undefined) throw noStream()
    const token = nextToken === undefined ? undefined : readToken(nextToken)
    const backward = token === undefined ? input.startFromHead !== true : token.direction === 'b'
    const { events } = store.events({
      groupId: id,
      streamNames: [logStreamName],
      ...(startTime !== undefined && { startMs: startTime }),
      ...(endTime !== undefined && { endMs: endTime }),
      ...(token !== undefined && (backward ? { before: token.place } : { after: token.place })),
      backward,
      limit: Math.min(limit, EVENTS_AT_ONCE),
      bytesMax: PAGE_BYTES_MAX,
    })
    const ordered = backward ? events.toReversed() : events
    const here = token?.place ?? START
    return {
      events: ordered.map(({ atMs, message, ingestedMs }) => ({
        timestamp: atMs,
        message,
        ingestionTime: ingestedMs,
      })),
      // AWS: at an end the token is the one that came. [API reference: GetLogEvents]
      nextForwardToken: `f/${tokenOf(ordered.at(-1) ?? here)}`,
      nextBackwardToken: `b/${tokenOf(ordered[0] ?? here)}`,
    }
  }

const START: EventPlace = { atMs: 0, id: 0 }

/** 56 digits, as AWS's have. */
const tokenOf = ({ atMs, id }: EventPlace): string =>
  `${String(atMs).padStart(28, '0')}${String(id).padStart(28, '0')}`

const readToken = (token: string): { readonly direction: string; readonly place: EventPlace } => {
  const read = /^([fb])\/(\d{28})(\d{28})$/.exec(token)
  if (read === null) throw invalidParameter('The specified nextToken is invalid.')
  const [, direction = '', at, id] = read
  return { direction, place: { atMs: Number(at), id: Number(id) } }
}

export const filterLogEvents =
  (store: LogEventStore) => async (input: Shape<FilterLogEventsRequest>, call: ReadCall) => {
    const { logStreamNames, logStreamNamePrefix, startTime, endTime, nextToken } = input
    if (logStreamNames !== undefined && logStreamNamePrefix !== undefined) {
      throw invalidParameter(
        'logStreamNames and logStreamNamePrefix are mutually exclusive parameters.',
      )
    }
    const { id } = await findGroup(call.view, call, input)
    const accepts = compilePattern(input.filterPattern ?? '')
    const { events, last } = store.events({
      groupId: id,
      ...(logStreamNames !== undefined && { streamNames: logStreamNames }),
      ...(logStreamNamePrefix !== undefined && { streamPrefix: logStreamNamePrefix }),
      ...(startTime !== undefined && { startMs: startTime }),
      // AWS: of this operation the end is included. [API reference: FilterLogEvents endTime]
      ...(endTime !== undefined && { endMs: endTime + 1 }),
      ...(nextToken !== undefined && { after: readToken(`f/${nextToken}`).place }),
      limit: Math.min(input.limit ?? EVENTS_AT_ONCE, EVENTS_AT_ONCE),
      bytesMax: PAGE_BYTES_MAX,
      ...(accepts !== undefined && { accepts }),
    })
    return {
      events: events.map(describe),
      searchedLogStreams: [],
      ...(last !== undefined && { nextToken: tokenOf(last) }),
    }
  }

const describe = ({ streamName, atMs, message, ingestedMs, id }: StoredEvent) => ({
  logStreamName: streamName,
  timestamp: atMs,
  message,
  ingestionTime: ingestedMs,
  eventId: tokenOf({ atMs, id }),
})

const compilePattern = (pattern: string): ((message: string) => boolean) | undefined => {
  try {
    return compileFilterPattern(pattern)
  } catch (error) {
    if (!(error instanceof FilterPatternError)) throw error
    throw invalidParameter(`Invalid filter pattern: ${error.message}`)
  }
}
