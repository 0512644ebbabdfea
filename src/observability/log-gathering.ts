// Lines that many requests (or functions) write to few streams: gathered for a moment, handed on a batch a stream.
import type { AccessLog, LogBatch, LogEvent, WriteLogs } from '#model/ports.ts'
import type { RequestRecord } from '#model/request-record.ts'
import type { Clock, Timer } from '#shared/clock.ts'

/** Which stream: one object for as long as the writer has it. */
export type LogPlace = Omit<LogBatch, 'events'>

export interface LogGathering {
  add(place: LogPlace, event: LogEvent): void
  /** The line of a request, for its stage's access log. */
  addAccess(record: RequestRecord, accessLog: AccessLog): void
  flush(): void
}

const GATHER_MS = 50
const GATHERED_EVENTS_MAX = 1_000
const GATHERED_CHARACTERS_MAX = 1_000_000

export const gatherLogs = (options: {
  readonly clock: Clock
  readonly write: WriteLogs
}): LogGathering => {
  const places = new WeakMap<AccessLog, LogPlace>()
  let gathered = new Map<LogPlace, LogEvent[]>()
  let count = 0
  let characters = 0
  let timer: Timer | undefined

  const flush = (): void => {
    timer?.cancel()
    timer = undefined
    const full = gathered
    gathered = new Map()
    count = 0
    characters = 0
    for (const [place, events] of full) options.write({ ...place, events })
  }
  const add = (place: LogPlace, event: LogEvent): void => {
    const events = gathered.get(place)
    if (events === undefined) gathered.set(place, [event])
    else events.push(event)
    timer ??= options.clock.setTimer(flush, GATHER_MS)
    count++
    characters += event.message.length
    if (count >= GATHERED_EVENTS_MAX || characters >= GATHERED_CHARACTERS_MAX) flush()
  }
  return {
    add,
    addAccess: (record, accessLog) => {
      let place = places.get(accessLog)
      if (place === undefined) {
        const { scope, logGroupName, logStreamName } = accessLog
        place = { source: 'access', scope, logGroupName, logStreamName }
        places.set(accessLog, place)
      }
      const timestampMs = Math.floor(record.arrivedAtMs + record.latencyMs)
      add(place, { timestampMs, message: accessLog.render(record) })
    },
    flush,
  }
}
