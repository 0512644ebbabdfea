// The metrics as Prometheus reads them: counters and histograms since the start, in its text format.
// https://prometheus.io/docs/instrumenting/exposition_formats/
import type { MetricStore, Series } from './metrics/metric-store.ts'

/** Seconds, as Prometheus has its latencies. */
const LATENCY_LIMITS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
/** Of what people put there themselves (PutMetricData) nothing is shown: its names and dimensions are anybody's. */
const SHOWN: ReadonlyMap<string, string> = new Map([
  ['AWS/ApiGateway', 'apigateway'],
  ['AWS/Lambda', 'lambda'],
])

export const renderPrometheus = (
  metrics: MetricStore,
  dropped: Readonly<Record<string, number>>,
): string => {
  const families = new Map<string, string[]>()
  for (const series of metrics.all()) {
    const prefix = SHOWN.get(series.namespace)
    // The sums over all stages are Prometheus's to make: shown too, they would be counted twice.
    if (prefix === undefined || isSumOfOthers(series)) continue
    const name = nameOf(prefix, series)
    const type = series.unit === 'Milliseconds' ? 'histogram' : 'counter'
    const lines = families.get(name) ?? [
      `# HELP ${name} ${series.namespace} ${series.name}`,
      `# TYPE ${name} ${type}`,
    ]
    lines.push(...(type === 'histogram' ? histogram(name, series) : counter(name, series)))
    families.set(name, lines)
  }
  const own = [
    ...ownCounter(
      'daemun_log_events_dropped_total',
      'Log events that did not fit, by where they were to go',
      'sink',
      Object.entries(dropped),
    ),
    ...ownCounter(
      'daemun_metric_values_dropped_total',
      'Values of metrics that were one too many, by namespace',
      'namespace',
      [...metrics.overflow],
    ),
  ]
  return `${[...[...families.values()].flat(), ...own].join('\n')}\n`
}

const isSumOfOthers = ({ namespace, name, dimensions }: Series): boolean =>
  namespace === 'AWS/ApiGateway'
    ? dimensions.Stage === undefined
    : dimensions.Resource !== undefined || name === 'ConcurrentExecutions'

/** `daemun_apigateway_latency_seconds`; what is by method or route has a name of its own, or sums would double. */
const nameOf = (prefix: string, { name, unit, dimensions }: Series): string => {
  const isDetailed = dimensions.Method !== undefined || dimensions.Route !== undefined
  const words = snakeCase(name).replace(/^(\dxx)(?:_error)?$/, 'errors_$1')
  const suffix = unit === 'Milliseconds' ? 'seconds' : unit === 'Bytes' ? 'bytes_total' : 'total'
  return `daemun_${prefix}_${isDetailed ? 'route_' : ''}${words}_${suffix}`
}

const snakeCase = (name: string): string =>
  name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1_$2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()

const counter = (name: string, { dimensions, total }: Series): readonly string[] => [
  `${name}${labels(dimensions)} ${total.sum}`,
]

const histogram = (name: string, { dimensions, total }: Series): readonly string[] => [
  ...LATENCY_LIMITS.map(
    (limit) => `${name}_bucket${labels(dimensions, limit)} ${total.countUpTo(limit * 1_000)}`,
  ),
  `${name}_bucket${labels(dimensions, '+Inf')} ${total.samples}`,
  `${name}_sum${labels(dimensions)} ${total.sum / 1_000}`,
  `${name}_count${labels(dimensions)} ${total.samples}`,
]

const labels = (dimensions: Readonly<Record<string, string>>, limit?: number | string): string => {
  const pairs = Object.entries(dimensions).map(
    ([key, value]) => `${snakeCase(key)}="${escapeLabel(value)}"`,
  )
  if (limit !== undefined) pairs.push(`le="${limit}"`)
  return `{${pairs.join(',')}}`
}

const escapeLabel = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')

const ownCounter = (
  name: string,
  help: string,
  label: string,
  values: readonly (readonly [string, number])[],
): readonly string[] => [
  `# HELP ${name} ${help}`,
  `# TYPE ${name} counter`,
  ...values.map(([key, value]) => `${name}{${label}="${escapeLabel(key)}"} ${value}`),
]
