// Logs and metrics, joined: in the host all that keeps, answers and exports them; in each process that serves, what
// gathers them on their way there.
import { join } from 'node:path'
import { gatherLogs, type LogPlace } from '#observability/log-gathering.ts'
import { createLogRoutes, type LogRoutes } from '#observability/log-routes.ts'
import { type LogEventStore, openLogEventStore } from '#observability/logs/event-store.ts'
import { collectMetrics, type MetricCollector } from '#observability/metrics/collect-metrics.ts'
import type { MetricDelta } from '#observability/metrics/delta.ts'
import { createMetricStore, type MetricStore } from '#observability/metrics/metric-store.ts'
import { startOtlpMetrics } from '#observability/otlp-metrics.ts'
import { renderPrometheus } from '#observability/prometheus.ts'
import { createCloudWatchLogs } from '#observability/sinks/cloudwatch-logs.ts'
import { createLineStream } from '#observability/sinks/line-stream.ts'
import { createLogFile } from '#observability/sinks/log-file.ts'
import type { LogSink } from '#observability/sinks/log-sink.ts'
import { createOtlpLogs } from '#observability/sinks/otlp-logs.ts'
import { createRemoteLogs } from '#observability/sinks/remote-logs.ts'
import type { FunctionLogLine } from '#lambda/invocation-log.ts'
import type { Observe, WriteLogs } from '#model/ports.ts'
import { type Clock, systemClock } from '#shared/clock.ts'
import type { Store } from '#store/store.ts'
import type { HttpRequest, HttpResponse } from '#transport/contract.ts'
import type { Settings } from '../settings.ts'
import { developmentCredentials } from './development-credentials.ts'

export interface Telemetry {
  readonly writeLogs: WriteLogs
  readonly events: LogEventStore
  readonly metrics: MetricStore
  mergeMetrics(deltas: readonly MetricDelta[]): void
  /** `/_daemun/metrics`; undefined for any other request. */
  answer(request: HttpRequest): HttpResponse | undefined
  close(): Promise<void>
}

export const openTelemetry = (options: {
  readonly settings: Settings
  readonly store: Store
  readonly clock: Clock
  readonly onError: (error: unknown) => void
}): Telemetry => {
  const { settings, clock, onError } = options
  const events = openLogEventStore(join(settings.dataDir, 'logs.db'), {
    groupBytesMax: settings.logGroupBytesMax,
    bytesMax: settings.logBytesMax,
  })
  const routes = createLogRoutes(sinksOf({ ...options, events }))
  const metrics = createMetricStore({
    seriesMax: settings.metricSeriesMax,
    datapointsMax: settings.metricDatapointsMax,
  })
  const exporter =
    settings.otlpEndpoint === undefined || !settings.metrics
      ? undefined
      : startOtlpMetrics({
          endpoint: { url: settings.otlpEndpoint, headers: settings.otlpHeaders },
          everyMs: settings.otlpMetricsSeconds * 1_000,
          metrics,
          clock: systemClock,
          nowMs: () => clock.nowMs(),
          onFailure: onError,
        })
  return {
    writeLogs: routes.write,
    events,
    metrics,
    mergeMetrics: (deltas) => metrics.merge(deltas),
    answer: (request) => answerMetrics(request, metrics, routes),
    close: async () => {
      await exporter?.close()
      await routes.close()
      events.close()
    },
  }
}

const sinksOf = (options: {
  readonly settings: Settings
  readonly store: Store
  readonly events: LogEventStore
  readonly clock: Clock
  readonly onError: (error: unknown) => void
}): readonly LogSink[] => {
  const { settings, store, events, onError: onFailure } = options
  const queueBytesMax = settings.logQueueBytesMax
  // Queues wait by the real time, whatever the time is that requests go by.
  const common = { queueBytesMax, clock: systemClock, onFailure }
  const sinks: LogSink[] = []
  const elsewhere = settings.endpoints.logs
  if (elsewhere === undefined) {
    sinks.push(
      createCloudWatchLogs({ ...common, store, events, nowMs: () => options.clock.nowMs() }),
    )
  } else {
    const credentials = developmentCredentials(process.env)
    sinks.push(createRemoteLogs({ ...common, url: elsewhere, credentials }))
  }
  if (settings.accessLogFile !== undefined) {
    const { accessLogFile: path, accessLogFileBytes, accessLogFileCount } = settings
    const bounds = { bytesMax: accessLogFileBytes, filesMax: accessLogFileCount }
    sinks.push(createLogFile({ ...common, ...bounds, path }))
  }
  if (settings.accessLogStdout) sinks.push(createLineStream(process.stdout))
  if (settings.otlpEndpoint !== undefined) {
    const endpoint = { url: settings.otlpEndpoint, headers: settings.otlpHeaders }
    sinks.push(createOtlpLogs({ ...common, endpoint }))
  }
  return sinks
}

const METRICS_PAGE = '/_daemun/metrics'

const answerMetrics = (
  request: HttpRequest,
  metrics: MetricStore,
  routes: LogRoutes,
): HttpResponse | undefined => {
  if (request.target !== METRICS_PAGE) return undefined
  return {
    statusCode: 200,
    headers: [
      'content-type',
      'text/plain; version=0.0.4; charset=utf-8',
      'cache-control',
      'no-store',
    ],
    body: renderPrometheus(metrics, routes.dropped()),
  }
}

/** What a process that serves tells of what it does. */
export interface Gathering {
  readonly observe: Observe
  readonly onFunctionLog: (line: FunctionLogLine) => void
  readonly collector: MetricCollector | undefined
  readonly writeLogs: WriteLogs
  flush(): void
}

export const gatherTelemetry = (options: {
  readonly settings: Settings
  readonly clock: Clock
  readonly writeLogs: WriteLogs
  readonly sendMetrics: (deltas: readonly MetricDelta[]) => void
}): Gathering => {
  const { settings, writeLogs } = options
  const logs = gatherLogs({ clock: systemClock, write: writeLogs })
  const collector = settings.metrics
    ? collectMetrics({
        clock: { ...systemClock, nowMs: () => options.clock.nowMs() },
        send: options.sendMetrics,
      })
    : undefined
  const places = new Map<string, LogPlace>()
  const placeOf = ({ functionArn, functionName, logStreamName }: FunctionLogLine): LogPlace => {
    const key = `${functionArn} ${logStreamName}`
    const known = places.get(key)
    if (known !== undefined) return known
    const [, , , region = '', accountId = ''] = functionArn.split(':')
    const place = {
      source: 'function',
      scope: { accountId, region },
      logGroupName: `/aws/lambda/${functionName}`,
      logStreamName,
    } as const
    // A stream lives as long as its process: what is forgotten is made again.
    if (places.size >= PLACES_MAX) places.clear()
    places.set(key, place)
    return place
  }
  return {
    collector,
    writeLogs,
    observe: (record, stage) => {
      collector?.add(record, stage)
      if (stage?.accessLog !== undefined) logs.addAccess(record, stage.accessLog)
    },
    onFunctionLog: (line) =>
      logs.add(placeOf(line), { timestampMs: options.clock.nowMs(), message: line.line }),
    flush: () => {
      logs.flush()
      collector?.flush()
    },
  }
}

const PLACES_MAX = 10_000

/** In one process, what was counted a moment ago is on the page already. */
export const pageOf = (
  telemetry: Pick<Telemetry, 'answer'>,
  gathering: Pick<Gathering, 'flush'>,
): Pick<Telemetry, 'answer'> => ({
  answer: (request) => {
    if (request.target === METRICS_PAGE) gathering.flush()
    return telemetry.answer(request)
  },
})
