// What a node keeps and tells of its requests, joined: what its data planes tell, and, on the host, the records of the
// last requests, execution logs on their way to CloudWatch Logs, and traces on theirs to an X-Ray daemon or a receiver.
import type { Services } from '#data-plane/plan.ts'
import type { Observe, WriteLogs } from '#model/ports.ts'
import type { RequestRecord } from '#model/request-record.ts'
import { EXECUTION_LOG_STREAM } from '#observability/execution-log.ts'
import { createOtlpTraces, type OtlpCounts } from '#observability/otlp-traces.ts'
import { recordTold } from '#observability/recorded-request.ts'
import {
  createRequestStore,
  type RequestCounts,
  type RequestStore,
} from '#observability/requests.ts'
import { createSampling } from '#observability/sampling.ts'
import { openXRayDaemon } from '#observability/xray.ts'
import { systemClock } from '#shared/clock.ts'
import type { UpstreamClient } from '#transport/contract.ts'
import type { Settings } from '../settings.ts'
import { openUpstreamTo } from './open-upstream.ts'

export type RecordingSettings = Pick<
  Settings,
  'command' | 'trace' | 'recordBodyBytes' | 'recordSecrets' | 'traceSampling' | 'otlpEndpoint'
>

/** Of a process with a data plane: what its requests tell, and how that becomes part of their records. */
export const composeTelling = (
  settings: RecordingSettings,
  observe: Observe,
  share: number,
): Pick<Services, 'observe' | 'recording' | 'tracing'> => {
  const { command, trace, recordBodyBytes, recordSecrets } = settings
  const rules = {
    bodyBytesMax: recordBodyBytes,
    keepsSecrets: recordSecrets,
    keepsMessages: trace,
  }
  return {
    observe: (record, stage, told) => observe(recordTold(record, told, rules), stage, told),
    recording: { requests: command === 'start' || trace, messages: trace },
    tracing: {
      sample: createSampling({
        rules: settings.traceSampling,
        share,
        clock: systemClock,
        random: Math.random,
      }),
      everything: settings.otlpEndpoint !== undefined,
    },
  }
}

/** Which records somebody waits for, and not only may look at: a log, a receiver of traces, who looks for failures. */
export const neededRecords = ({
  requestLog,
  trace,
  otlpEndpoint,
}: Pick<Settings, 'requestLog' | 'trace' | 'otlpEndpoint'>): ((
  record: RequestRecord,
) => boolean) =>
  requestLog || trace || otlpEndpoint !== undefined
    ? () => true
    : ({ error, status, executionLog, segment }) =>
        error !== undefined ||
        status >= 500 ||
        executionLog !== undefined ||
        segment?.isSampled === true

export interface Recorder {
  readonly requests: RequestStore
  add(record: RequestRecord): void
  counts(): RecorderCounts
  close(): Promise<void>
}

export interface RecorderCounts {
  readonly requests: RequestCounts
  readonly xray?: { readonly sent: number; readonly dropped: number }
  readonly otlp?: OtlpCounts
}

/** Of the host. `writeLogs`: absent where nobody keeps logs. */
export const openRecorder = (options: {
  readonly settings: Pick<
    Settings,
    'recordBytes' | 'xrayDaemon' | 'otlpEndpoint' | 'otlpQueueBytes'
  >
  readonly writeLogs?: WriteLogs | undefined
}): Recorder => {
  const { settings, writeLogs } = options
  const requests = createRequestStore({ bytesMax: settings.recordBytes })
  const xray = settings.xrayDaemon && openXRayDaemon(settings.xrayDaemon)
  const { otlpEndpoint } = settings
  const upstream = otlpEndpoint === undefined ? undefined : openUpstreamTo(otlpEndpoint)
  const otlp =
    otlpEndpoint === undefined || upstream === undefined
      ? undefined
      : createOtlpTraces({
          clock: systemClock,
          queueBytesMax: settings.otlpQueueBytes,
          post: postTo(otlpEndpoint, upstream),
        })
  return {
    requests,
    add: (record) => {
      requests.add(record)
      xray?.send(record)
      otlp?.send(record)
      if (writeLogs !== undefined) writeExecutionLog(record, writeLogs)
    },
    counts: () => ({
      requests: requests.counts,
      ...(xray !== undefined && { xray: xray.counts }),
      ...(otlp !== undefined && { otlp: otlp.counts }),
    }),
    close: async () => {
      requests.close()
      await otlp?.close()
      await xray?.close()
      await upstream?.close()
    },
  }
}

const POST_TIMEOUT_MS = 10_000
const ANSWER_BYTES_MAX = 65_536

const postTo = (endpoint: string, upstream: UpstreamClient) => {
  const { origin, pathname } = new URL(endpoint)
  const path = `${pathname.replace(/\/$/, '')}/v1/traces`
  return async (body: Uint8Array): Promise<number> => {
    const { statusCode } = await upstream.call({
      method: 'POST',
      origin,
      path,
      headers: ['Content-Type', 'application/json'],
      body,
      timeoutMs: POST_TIMEOUT_MS,
      responseBytesMax: ANSWER_BYTES_MAX,
    })
    return statusCode
  }
}

/** AWS: a canary's lines are in its stage's group and in one of their own. [guide: canary-release] */
const writeExecutionLog = (
  { executionLog, isCanary, accountId, region }: RequestRecord,
  writeLogs: WriteLogs,
): void => {
  if (executionLog === undefined || executionLog.lines.length === 0) return
  const { logGroupName, lines } = executionLog
  const batch = {
    source: 'execution',
    scope: { accountId, region },
    logStreamName: EXECUTION_LOG_STREAM,
    events: lines.map(({ atMs, text }) => ({ timestampMs: atMs, message: text })),
  } as const
  writeLogs({ ...batch, logGroupName })
  if (isCanary === true) writeLogs({ ...batch, logGroupName: `${logGroupName}/Canary` })
}

/** At once where nothing has to be looked up. */
export const whenHinted = (
  record: RequestRecord | Promise<RequestRecord>,
  tell: (record: RequestRecord) => void,
): void => {
  if (record instanceof Promise) void record.then(tell)
  else tell(record)
}

/** A record as a line of the standard output: without what is kept to be looked at. */
export const lineOf = (record: RequestRecord): RequestRecord => {
  const { sent: _, messages: __, executionLog: ___, ...line } = record
  return line
}
