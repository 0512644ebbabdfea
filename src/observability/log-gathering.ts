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

/** AWS: a canary's lines are in its stage's group and in one of their own. [guide: canary-release] */
interface AccessPlaces {
  readonly stage: LogPlace
  readonly canary: LogPlace
}

export const gatherLogs = (options: {
  readonly clock: Clock
  readonly write: WriteLogs
}): LogGathering => {
  const places = new WeakMap<AccessLog, AccessPlaces>()
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
        const stage: LogPlace = { source: 'access', scope, logGroupName, logStreamName }
        place = { stage, canary: { ...stage, logGroupName: `${logGroupName}/Canary` } }
        places.set(accessLog, place)
      }
      const timestampMs = Math.floor(record.arrivedAtMs + record.latencyMs)
      const event = { timestampMs, message: accessLog.render(record) }
      add(place.stage, event)
      if (record.isCanary === true) add(place.canary, event)
    },
    flush,
  }
}
