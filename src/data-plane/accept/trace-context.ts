// Which trace a request belongs to: `X-Amzn-Trace-Id` as AWS reads it, else W3C `traceparent`; whether it is sampled, and
// what the next one is told. https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
// https://www.w3.org/TR/trace-context/
import type { Random } from '#shared/random.ts'
import type { SampleRequest } from '#model/ports.ts'
import type { TraceSegment } from '#model/request-record.ts'
import { newTraceId } from './request-ids.ts'

/** What may be traced beside the stages that ask for it, and who decides where the caller has not. */
export interface Tracing {
  readonly sample: SampleRequest
  /** Every stage of every API, and `traceparent` to every backend: for OpenTelemetry. */
  readonly everything: boolean
}

/** A request's part of a trace, with the headers that carry it on. */
export interface TracedRequest extends TraceSegment {
  /** `Root=1-…;Parent=…;Sampled=1` */
  readonly header: string
  /** Undefined where nobody speaks W3C: neither the caller nor this gateway. */
  readonly traceparent: string | undefined
}

export interface TraceableRequest {
  readonly traceHeader: string | undefined
  readonly traceparent: string | undefined
  readonly host: string
  readonly httpMethod: string
  readonly path: string
  readonly arrivedAtMs: number
}

/** AWS: who called has decided; where it did not, the sampling rules do. */
export const traceRequest = (
  request: TraceableRequest,
  { sample, everything }: Tracing,
  random: Random,
): TracedRequest => {
  const received = readTraceHeader(request.traceHeader) ?? readTraceparent(request.traceparent)
  const traceId = received?.traceId ?? newTraceId(request.arrivedAtMs, random)
  const isSampled = received?.isSampled ?? sample(request)
  const id = random.bytes(8).toHex()
  const { parentId } = received ?? {}
  // What is not sampled leaves no segment: the next one's parent is the last that does.
  const parent = isSampled ? id : parentId
  const speaksW3c = everything || request.traceparent !== undefined
  return {
    traceId,
    id,
    ...(parentId !== undefined && { parentId }),
    isSampled,
    header: `Root=${traceId}${parent === undefined ? '' : `;Parent=${parent}`};Sampled=${isSampled ? 1 : 0}`,
    traceparent: speaksW3c
      ? `00-${traceId.slice(2).replace('-', '')}-${id}-${isSampled ? '01' : '00'}`
      : undefined,
  }
}

interface Received {
  readonly traceId: string
  readonly parentId?: string
  readonly isSampled?: boolean
}

/** Ours: what AWS sends is under 150 characters, and more than this is not looked at. */
const TRACE_HEADER_CHARS_MAX = 512

const readTraceHeader = (header: string | undefined): Received | undefined => {
  if (header === undefined || header.length > TRACE_HEADER_CHARS_MAX) return undefined
  let traceId: string | undefined
  let parentId: string | undefined
  let sampled: string | undefined
  for (const field of header.split(';')) {
    const [name, value = ''] = field.trim().split('=', 2)
    if (name === 'Root' && ROOT.test(value)) traceId = value
    else if (name === 'Parent' && SEGMENT_ID.test(value)) parentId = value
    else if (name === 'Sampled') sampled = value
  }
  if (traceId === undefined) return undefined
  return {
    traceId,
    ...(parentId !== undefined && { parentId }),
    ...((sampled === '0' || sampled === '1') && { isSampled: sampled === '1' }),
  }
}

const ROOT = /^1-[0-9a-f]{8}-[0-9a-f]{24}$/
const SEGMENT_ID = /^[0-9a-f]{16}$/

/** A trace id of W3C is one of X-Ray without its dashes. */
const readTraceparent = (header: string | undefined): Received | undefined => {
  if (header === undefined || header.length > TRACE_HEADER_CHARS_MAX) return undefined
  const [, version, trace = '', parentId = '', flags = ''] = TRACEPARENT.exec(header) ?? []
  // "ff" is invalid, and so are ids of zeros alone.
  if (version === undefined || version === 'ff' || !/[1-9a-f]/.test(trace)) return undefined
  if (!/[1-9a-f]/.test(parentId)) return undefined
  return {
    traceId: `1-${trace.slice(0, 8)}-${trace.slice(8)}`,
    parentId,
    isSampled: (Number.parseInt(flags, 16) & 1) === 1,
  }
}

/** A later version may have more after the flags. */
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:$|-)/
