// Settings of logs and metrics: where they go and how much of them is kept; settings.ts has them in its table.
import type { CommandName, SettingDefinition } from './setting-definition.ts'

const BOTH: readonly CommandName[] = ['start', 'serve']

export const OBSERVABILITY_SETTINGS = [
  {
    flag: 'request-log',
    type: 'switch',
    default: true,
    commands: BOTH,
    why: 'A line for every request on the standard output. Access logs of a stage are its own business.',
  },
  {
    flag: 'metrics',
    type: 'switch',
    default: true,
    commands: BOTH,
    why: 'Counts requests and invocations, for CloudWatch calls, `/_daemun/metrics` and OTLP.',
  },
  {
    flag: 'metric-series-max',
    type: 'number',
    placeholder: 'count',
    unit: 'series',
    min: 100,
    max: 1_000_000,
    default: 20_000,
    commands: BOTH,
    why: 'Metrics with their dimensions that are kept; what comes for further ones is counted as overflow.',
  },
  {
    flag: 'metric-datapoints-max',
    type: 'number',
    placeholder: 'count',
    unit: 'one-minute values',
    min: 1_000,
    max: 10_000_000,
    default: 200_000,
    commands: BOTH,
    why: 'One-minute values of all metrics together, about 400 bytes each; the oldest minute goes first.',
  },
  {
    flag: 'access-log-file',
    type: 'text',
    placeholder: 'file',
    commands: BOTH,
    why: 'A file that access log lines are written to, besides the log groups that the stages name.',
  },
  {
    flag: 'access-log-file-bytes',
    type: 'number',
    placeholder: 'bytes',
    unit: 'bytes',
    min: 1_024,
    max: 1_000_000_000_000,
    default: 67_108_864,
    commands: BOTH,
    why: 'Size at which that file starts anew; the old one becomes `file.1`.',
  },
  {
    flag: 'access-log-file-count',
    type: 'number',
    placeholder: 'count',
    unit: 'files',
    min: 1,
    max: 100,
    default: 5,
    commands: BOTH,
    why: 'Files of access logs that are kept, the current one included.',
  },
  {
    flag: 'access-log-stdout',
    type: 'switch',
    default: false,
    commands: BOTH,
    why: 'Access log lines on the standard output, as they are.',
  },
  {
    flag: 'log-queue-bytes-max',
    type: 'number',
    placeholder: 'bytes',
    unit: 'bytes',
    min: 65_536,
    max: 1_000_000_000,
    default: 16_777_216,
    commands: BOTH,
    why: 'What may wait for each place that logs go to; lines that do not fit are dropped and counted.',
  },
  {
    flag: 'log-group-bytes-max',
    type: 'number',
    placeholder: 'bytes',
    unit: 'bytes',
    min: 65_536,
    max: 1_000_000_000_000,
    default: 67_108_864,
    commands: BOTH,
    why: 'Bytes of events that a log group keeps; the oldest go first.',
  },
  {
    flag: 'log-bytes-max',
    type: 'number',
    placeholder: 'bytes',
    unit: 'bytes',
    min: 1_048_576,
    max: 10_000_000_000_000,
    default: 1_073_741_824,
    commands: BOTH,
    why: 'Bytes of events that all log groups keep together.',
  },
  {
    flag: 'otlp-header',
    type: 'list',
    placeholder: 'name=value',
    commands: BOTH,
    why: 'A header for every call of that receiver, for instance a key. May be given many times.',
  },
  {
    flag: 'otlp-metrics-seconds',
    type: 'number',
    placeholder: 'seconds',
    unit: 'seconds',
    min: 1,
    max: 3_600,
    default: 60,
    commands: BOTH,
    why: 'How often metrics are sent to that receiver.',
  },
] as const satisfies readonly SettingDefinition[]

export interface ObservabilitySettings {
  readonly requestLog: boolean
  readonly metrics: boolean
  readonly metricSeriesMax: number
  readonly metricDatapointsMax: number
  readonly accessLogFile: string | undefined
  readonly accessLogFileBytes: number
  readonly accessLogFileCount: number
  readonly accessLogStdout: boolean
  readonly logQueueBytesMax: number
  readonly logGroupBytesMax: number
  readonly logBytesMax: number
  readonly otlpHeaders: Readonly<Record<string, string>>
  readonly otlpMetricsSeconds: number
}

export const readObservabilitySettings = (read: {
  readonly text: (flag: string) => string | undefined
  readonly number: (flag: string) => number | undefined
  readonly on: (flag: string) => boolean
  readonly pairs: (flag: string) => Readonly<Record<string, string>>
}): ObservabilitySettings => ({
  requestLog: read.on('request-log'),
  metrics: read.on('metrics'),
  metricSeriesMax: read.number('metric-series-max') ?? 0,
  metricDatapointsMax: read.number('metric-datapoints-max') ?? 0,
  accessLogFile: read.text('access-log-file'),
  accessLogFileBytes: read.number('access-log-file-bytes') ?? 0,
  accessLogFileCount: read.number('access-log-file-count') ?? 1,
  accessLogStdout: read.on('access-log-stdout'),
  logQueueBytesMax: read.number('log-queue-bytes-max') ?? 0,
  logGroupBytesMax: read.number('log-group-bytes-max') ?? 0,
  logBytesMax: read.number('log-bytes-max') ?? 0,
  otlpHeaders: read.pairs('otlp-header'),
  otlpMetricsSeconds: read.number('otlp-metrics-seconds') ?? 1,
})
