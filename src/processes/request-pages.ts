// `/_daemun/requests`: the last requests, one of them, and what happens from now on. For `daemun trace`, `replay` and
// `logs`, and whoever else may call the management side.
import { systemClock } from '#shared/clock.ts'
import type { Scope } from '#model/scope.ts'
import { reasonOf } from '#observability/reason.ts'
import type { Follower, Happening, RequestFilter } from '#observability/requests.ts'
import type { RequestRecord } from '#model/request-record.ts'
import type { HttpRequest, HttpResponse } from '#transport/contract.ts'
import type { ServiceError } from '#wire/errors.ts'
import type { WireRequest } from '#wire/message.ts'
import type { ManagementGate } from './management-gate.ts'
import type { Recorder } from './recording.ts'

export interface RequestPages {
  readonly recorder: Pick<Recorder, 'requests' | 'counts'>
  readonly gate: Pick<ManagementGate, 'refusePage'>
  readonly scope: Scope
  /** Where the APIs answer: for sending a request again. */
  readonly dataOrigin: () => string
}

const PATH = '/_daemun/requests'
const LIMIT_DEFAULT = 100
const LIMIT_MAX = 1_000

/** Undefined for any other path. */
export const answerRequests = (
  request: HttpRequest,
  pages: RequestPages | undefined,
  refuse: (error: ServiceError) => HttpResponse,
): Promise<HttpResponse> | undefined => {
  const { target } = request
  if (pages === undefined || !(target === PATH || /^\/_daemun\/requests[/?]/.test(target))) {
    return undefined
  }
  return answer(request, pages, refuse)
}

const answer = async (
  request: HttpRequest,
  pages: RequestPages,
  refuse: (error: ServiceError) => HttpResponse,
): Promise<HttpResponse> => {
  const { method, target, headers, host, remoteAddress } = request
  if (method !== 'GET') return json(405, { message: 'This page is only read: GET.' })
  const wire: WireRequest = { method, target, headers, host, body: NO_BYTES, remoteAddress }
  const refused = await pages.gate.refusePage(wire, pages.scope)
  if (refused !== undefined) return refuse(refused)
  const { requests } = pages.recorder
  const { pathname, searchParams } = new URL(target, 'http://daemun')
  const id = decodeURIComponent(pathname.slice(PATH.length + 1))
  if (id !== '') {
    const record = requests.find(id)
    if (record === undefined) {
      return json(404, { message: `No request ${id.slice(0, 100)} is kept (any more).` })
    }
    return json(200, { ...told(record), dataOrigin: pages.dataOrigin() })
  }
  const filter = filterOf(searchParams)
  if (typeof filter === 'string') return json(400, { message: filter })
  if (searchParams.get('follow') !== null) {
    const functionLogs = searchParams.get('functions') !== null
    const follower = requests.follow({ ...filter, functionLogs })
    return follower === undefined
      ? json(503, { message: 'Too many follow already. Try again when one has gone.' })
      : stream(follower, request.signal)
  }
  const limit = Math.min(LIMIT_MAX, Number(searchParams.get('limit') ?? LIMIT_DEFAULT))
  if (!(limit >= 1)) return json(400, { message: `limit takes 1 to ${LIMIT_MAX}` })
  return json(200, {
    requests: requests.list(filter, limit).map(told),
    counts: pages.recorder.counts(),
  })
}

/** The record, with why it failed. */
const told = (record: RequestRecord) => {
  const why = reasonOf(record)
  return why === undefined ? record : { ...record, why }
}

const AGES: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 }

/** A text says what is wrong with it. */
const filterOf = (query: URLSearchParams): RequestFilter | string => {
  const filter: Record<string, string | number> = {}
  for (const name of ['api', 'stage', 'status', 'route', 'text']) {
    const value = query.get(name)
    if (value !== null && value !== '') filter[name] = value
  }
  if ('status' in filter && !/^[1-5](?:xx|\d\d)$/i.test(String(filter.status))) {
    return 'status takes a number as 404, or 4xx'
  }
  const since = query.get('since')
  if (since === null) return filter
  const [, count, unit = ''] = /^(\d{1,9})([smh])$/.exec(since) ?? []
  const sinceMs =
    count === undefined
      ? /^\d+$/.test(since)
        ? Number(since)
        : Date.parse(since)
      : systemClock.nowMs() - Number(count) * (AGES[unit] ?? 0)
  if (Number.isNaN(sinceMs)) return 'since takes 10m, 2026-11-21T12:00:00Z or milliseconds'
  return { ...filter, sinceMs }
}

/** Server-sent events, until one side has enough. https://html.spec.whatwg.org/multipage/server-sent-events.html */
const stream = (follower: Follower, signal: AbortSignal): HttpResponse => {
  signal.addEventListener('abort', () => follower.close(), { once: true })
  let isOpened = false
  let reported = 0
  const next = async (): Promise<IteratorResult<Uint8Array>> => {
    if (!isOpened) {
      isOpened = true
      return { done: false, value: Buffer.from(': following\n\n') }
    }
    const happened = await follower.next()
    if (happened === undefined) return { done: true, value: undefined }
    const lost = follower.dropped - reported
    reported = follower.dropped
    const events = happened.map(eventOf).join('')
    const loss = lost === 0 ? '' : `event: dropped\ndata: {"dropped":${lost}}\n\n`
    return { done: false, value: Buffer.from(events + loss) }
  }
  return {
    statusCode: 200,
    headers: ['content-type', 'text/event-stream', 'cache-control', 'no-store'],
    body: {
      [Symbol.asyncIterator]: () => ({
        next,
        return: async () => {
          follower.close()
          return { done: true, value: undefined }
        },
      }),
    },
  }
}

/** JSON has no line breaks of its own: an event is one line of data. */
const eventOf = (happening: Happening): string => {
  const { kind, ...rest } = happening
  const data = 'record' in rest ? told(rest.record) : rest
  return `event: ${kind}\ndata: ${JSON.stringify(data)}\n\n`
}

const NO_BYTES = new Uint8Array(0)

const json = (statusCode: number, value: unknown): HttpResponse => ({
  statusCode,
  headers: ['content-type', 'application/json', 'cache-control', 'no-store'],
  body: JSON.stringify(value),
})
