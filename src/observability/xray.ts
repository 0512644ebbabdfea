// X-Ray: the segment of a request as API Gateway shapes it, and the way to an X-Ray daemon over UDP.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-understanding-xray-traces.html
// https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html#xray-api-daemon
import { createHash } from 'node:crypto'
import { createSocket } from 'node:dgram'
import type { JsonObject } from '#shared/json.ts'
import type { RequestRecord } from '#model/request-record.ts'
import { arnFields, partsOf, type TracePart } from './trace-parts.ts'

export interface XRayDaemon {
  /** Sends the segment of a sampled request of a REST API. Never throws and never waits. */
  send(record: RequestRecord): void
  readonly counts: { readonly sent: number; readonly dropped: number }
  close(): Promise<void>
}

/** What one datagram takes; the daemon reads no more. */
const DATAGRAM_BYTES_MAX = 64_000
/** Datagrams that the socket has not taken yet. */
const PENDING_MAX = 1_000
const HEADER = '{"format":"json","version":1}\n'

export const openXRayDaemon = (address: {
  readonly host: string
  readonly port: number
}): XRayDaemon => {
  const socket = createSocket(address.host.includes(':') ? 'udp6' : 'udp4')
  socket.unref()
  let pending = 0
  let sent = 0
  let dropped = 0
  // A daemon that is not there is no fault of a request: what is lost is counted.
  socket.on('error', () => undefined)
  return {
    send: (record) => {
      const segment = segmentOf(record)
      if (segment === undefined) return
      const packet = Buffer.from(HEADER + JSON.stringify(segment), 'utf8')
      if (pending >= PENDING_MAX || packet.length > DATAGRAM_BYTES_MAX) {
        dropped++
        return
      }
      pending++
      socket.send(packet, address.port, address.host, (error) => {
        pending--
        if (error) dropped++
        else sent++
      })
    },
    get counts() {
      return { sent, dropped }
    },
    close: () =>
      new Promise((resolve) => {
        socket.close(() => resolve())
      }),
  }
}

/** Undefined for a request that is not sampled, and for APIs that AWS makes no segments of. */
export const segmentOf = (record: RequestRecord): JsonObject | undefined => {
  const { segment, protocol } = record
  if (segment?.isSampled !== true || protocol !== 'REST') return undefined
  const { apiId, stage, requestId, extendedRequestId } = record
  const startMs = record.arrivedAtMs
  return {
    id: segment.id,
    name: `${record.apiName}/${stage}`.slice(0, NAME_LENGTH_MAX),
    trace_id: segment.traceId,
    ...(segment.parentId !== undefined && { parent_id: segment.parentId }),
    start_time: startMs / 1_000,
    end_time: (startMs + record.latencyMs) / 1_000,
    metadata: { default: { extended_request_id: extendedRequestId, request_id: requestId } },
    http: {
      request: {
        // Without the query, which AWS shows: what stands there is often somebody's secret.
        url: `https://${record.domainName}${record.path}`,
        method: record.httpMethod,
        ...(record.userAgent !== undefined && { user_agent: record.userAgent }),
        client_ip: record.sourceIp,
        x_forwarded_for: true,
      },
      response: { status: record.status, content_length: record.responseBytes },
    },
    ...failingOf(record.status),
    ...(record.error !== undefined && { cause: causeOf(record.error, segment.id) }),
    aws: {
      xray: { sampling_rule_name: 'Default' },
      api_gateway: {
        account_id: record.accountId,
        rest_api_id: apiId,
        stage,
        request_id: requestId,
      },
    },
    annotations: { 'aws:api_id': apiId, 'aws:api_stage': stage },
    origin: 'AWS::ApiGateway::Stage',
    resource_arn: `arn:aws:apigateway:${record.region}::/restapis/${apiId}/stages/${stage}`,
    subsegments: partsOf(record).map((part) => subsegmentOf(part, startMs)),
  }
}

/** X-Ray's own bound of a name. */
const NAME_LENGTH_MAX = 200

const failingOf = (status: number | undefined): JsonObject => {
  if (status === undefined || status < 400) return {}
  if (status >= 500) return { fault: true }
  return status === 429 ? { error: true, throttle: true } : { error: true }
}

const causeOf = (error: NonNullable<RequestRecord['error']>, segmentId: string): JsonObject => ({
  exceptions: [
    {
      id: createHash('sha256').update(segmentId).digest('hex').slice(0, 16),
      type: error.responseType,
      message: (error.hint ?? error.message).slice(0, 1_000),
    },
  ],
})

const subsegmentOf = (part: TracePart, requestStartMs: number): JsonObject => {
  const startMs = requestStartMs + part.startMs
  const arn = arnFields(part.target)
  return {
    id: part.id,
    name: arn === undefined ? hostOf(part) : 'Lambda',
    start_time: startMs / 1_000,
    end_time: (startMs + part.durationMs) / 1_000,
    ...(part.status !== undefined && {
      http: {
        request: { url: arn?.url ?? part.target ?? '', method: 'POST' },
        response: { status: part.status },
      },
    }),
    ...(part.isFailed ? { fault: true } : failingOf(part.status)),
    ...(arn === undefined
      ? { namespace: 'remote' }
      : {
          namespace: 'aws',
          aws: {
            operation: 'Invoke',
            function_name: arn.functionName,
            region: arn.region,
            resource_names: [arn.functionName],
            ...(part.requestId !== undefined && { request_id: part.requestId }),
          },
        }),
  }
}

const hostOf = ({ name, target }: TracePart): string => {
  if (target === undefined || !URL.canParse(target)) return name
  return new URL(target).host.slice(0, NAME_LENGTH_MAX)
}
