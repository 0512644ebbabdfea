// Traces for OpenTelemetry: requests as spans, sent in batches over OTLP/HTTP in its JSON encoding. What cannot be sent is
// tried again, and what does not fit meanwhile is dropped and counted.
// https://opentelemetry.io/docs/specs/otlp/#otlphttp https://opentelemetry.io/docs/specs/semconv/http/http-spans/
import type { RequestRecord } from '#model/request-record.ts'
import type { Clock, Timer } from '#shared/clock.ts'
import type { JsonObject } from '#shared/json.ts'
import { arnFields, partsOf, type TracePart } from './trace-parts.ts'

export interface OtlpTraces {
  /** Queues the spans of a sampled request. Never throws and never waits. */
  send(record: RequestRecord): void
  readonly counts: OtlpCounts
  /** Sends what is left, once. */
  close(): Promise<void>
}

export interface OtlpCounts {
  /** Requests whose spans were taken by the receiver. */
  readonly sent: number
  readonly dropped: number
  readonly queued: number
  readonly attempts: number
}

/** Posts a body to `/v1/traces` and gives the status of the answer; rejects where there is none. */
export type PostTraces = (body: Uint8Array) => Promise<number>

const BATCH_MS = 1_000
const BATCH_REQUESTS_MAX = 500
const RETRY_MS_MAX = 60_000

export const createOtlpTraces = (options: {
  readonly post: PostTraces
  readonly clock: Clock
  readonly queueBytesMax: number
}): OtlpTraces => new Exporter(options)

interface Queued {
  readonly service: string
  /** The spans, as JSON without the brackets around them. */
  readonly spans: string
}

class Exporter implements OtlpTraces {
  readonly #post: PostTraces
  readonly #clock: Clock
  readonly #queueBytesMax: number
  #queue: Queued[] = []
  #bytes = 0
  #timer: Timer | undefined
  #sending: Promise<void> | undefined
  #retryMs = BATCH_MS
  #sent = 0
  #dropped = 0
  #attempts = 0

  constructor(options: Parameters<typeof createOtlpTraces>[0]) {
    this.#post = options.post
    this.#clock = options.clock
    this.#queueBytesMax = options.queueBytesMax
  }

  get counts(): OtlpCounts {
    const queued = this.#queue.length
    return { sent: this.#sent, dropped: this.#dropped, queued, attempts: this.#attempts }
  }

  send(record: RequestRecord): void {
    if (record.segment?.isSampled !== true) return
    const spans = spansOf(record)
      .map((span) => JSON.stringify(span))
      .join(',')
    if (this.#bytes + spans.length > this.#queueBytesMax) {
      this.#dropped++
      return
    }
    this.#queue.push({ service: `${record.apiName}/${record.stage}`, spans })
    this.#bytes += spans.length
    this.#wait(BATCH_MS)
  }

  async close(): Promise<void> {
    this.#cancel()
    await this.#sending
    if (this.#queue.length > 0) await this.#sendBatch()
    this.#cancel()
    this.#dropped += this.#queue.length
    this.#queue = []
    this.#bytes = 0
  }

  #cancel(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #wait(ms: number): void {
    if (this.#timer !== undefined || this.#sending !== undefined) return
    this.#timer = this.#clock.setTimer(() => {
      this.#timer = undefined
      this.#sending = this.#sendBatch().finally(() => {
        this.#sending = undefined
        if (this.#queue.length > 0) this.#wait(this.#retryMs)
      })
    }, ms)
  }

  async #sendBatch(): Promise<void> {
    const batch = this.#queue.slice(0, BATCH_REQUESTS_MAX)
    this.#attempts++
    let status: number
    try {
      status = await this.#post(Buffer.from(bodyOf(batch), 'utf8'))
    } catch {
      status = NO_ANSWER // Counted as an attempt; the batch stays and is tried again.
    }
    if (RETRYABLE.has(status)) {
      this.#retryMs = Math.min(RETRY_MS_MAX, this.#retryMs * 2)
      return
    }
    this.#retryMs = BATCH_MS
    this.#queue.splice(0, batch.length)
    for (const { spans } of batch) this.#bytes -= spans.length
    if (status >= 200 && status < 300) this.#sent += batch.length
    else this.#dropped += batch.length
  }
}

const NO_ANSWER = 0
/** [OTLP: "Retryable response codes"] */
const RETRYABLE: ReadonlySet<number> = new Set([NO_ANSWER, 429, 502, 503, 504])

const bodyOf = (batch: readonly Queued[]): string => {
  const byService = new Map<string, string[]>()
  for (const { service, spans } of batch) {
    const known = byService.get(service)
    if (known === undefined) byService.set(service, [spans])
    else known.push(spans)
  }
  const resources = [...byService].map(([service, spans]) => {
    const resource = JSON.stringify({ attributes: attributesOf({ 'service.name': service }) })
    return `{"resource":${resource},"scopeSpans":[{"scope":{"name":"daemun"},"spans":[${spans.join(',')}]}]}`
  })
  return `{"resourceSpans":[${resources.join(',')}]}`
}

/** The request, and under it whom it waited for. */
export const spansOf = (record: RequestRecord): readonly JsonObject[] => {
  const { segment, error } = record
  if (segment?.isSampled !== true) return []
  const traceId = segment.traceId.slice(2).replace('-', '')
  const { arrivedAtMs, httpMethod, route, status } = record
  const server: JsonObject = {
    traceId,
    spanId: segment.id,
    ...(segment.parentId !== undefined && { parentSpanId: segment.parentId }),
    name: route === undefined ? httpMethod : nameOf(record, route),
    kind: SERVER,
    startTimeUnixNano: nanosOf(arrivedAtMs),
    endTimeUnixNano: nanosOf(arrivedAtMs + record.latencyMs),
    attributes: attributesOf({
      'http.request.method': httpMethod,
      'url.path': record.path,
      'url.scheme': record.tls === undefined ? 'http' : 'https',
      'http.route': route,
      'http.response.status_code': status,
      'http.response.body.size': record.responseBytes,
      'server.address': record.domainName,
      'client.address': record.sourceIp,
      'user_agent.original': record.userAgent,
      'error.type': error?.responseType ?? (status >= 500 ? String(status) : undefined),
      'aws.request_id': record.requestId,
      'aws.api_gateway.api_id': record.apiId,
      'aws.api_gateway.stage': record.stage,
      'cloud.account.id': record.accountId,
      'cloud.region': record.region,
    }),
    status:
      status < 500
        ? { code: UNSET }
        : { code: ERROR, message: error?.hint ?? error?.message ?? '' },
  }
  return [
    server,
    ...partsOf(record).map((part) => clientSpan(part, traceId, segment.id, arrivedAtMs)),
  ]
}

/** The route key of an HTTP API has its method already. */
const nameOf = ({ protocol, httpMethod }: RequestRecord, route: string): string =>
  protocol === 'REST' ? `${httpMethod} ${route}` : route

const clientSpan = (
  part: TracePart,
  traceId: string,
  parentSpanId: string,
  requestStartMs: number,
): JsonObject => {
  const startMs = requestStartMs + part.startMs
  const lambda = arnFields(part.target)
  return {
    traceId,
    spanId: part.id,
    parentSpanId,
    name: lambda === undefined ? part.name : `${part.name} ${lambda.functionName}`,
    kind: CLIENT,
    startTimeUnixNano: nanosOf(startMs),
    endTimeUnixNano: nanosOf(startMs + part.durationMs),
    attributes: attributesOf({
      'http.response.status_code': part.status,
      'url.full': lambda === undefined ? part.target : undefined,
      'faas.invoked_name': lambda?.functionName,
      'faas.invoked_provider': lambda === undefined ? undefined : 'aws',
      'faas.invoked_region': lambda?.region,
      'aws.request_id': part.requestId,
    }),
    status: { code: part.isFailed || (part.status ?? 0) >= 400 ? ERROR : UNSET },
  }
}

const SERVER = 2
const CLIENT = 3
const UNSET = 0
const ERROR = 2

/** 64-bit numbers are text in OTLP's JSON. */
const nanosOf = (ms: number): string => String(BigInt(Math.round(ms * 1_000)) * 1_000n)

const attributesOf = (
  values: Readonly<Record<string, string | number | undefined>>,
): readonly JsonObject[] =>
  Object.entries(values).flatMap(([key, value]) => {
    if (value === undefined) return []
    const typed = typeof value === 'string' ? { stringValue: value } : { intValue: String(value) }
    return [{ key, value: typed }]
  })
