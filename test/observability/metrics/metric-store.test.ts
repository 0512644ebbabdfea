import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import { collectMetrics } from '#observability/metrics/collect-metrics.ts'
import type { MetricDelta } from '#observability/metrics/delta.ts'
import { Distribution, packFlags, RELATIVE_ERROR } from '#observability/metrics/distribution.ts'
import { createMetricStore } from '#observability/metrics/metric-store.ts'
import { systemClock } from '#shared/clock.ts'
import { httpRecord, restRecord, socketRecord } from '../../support/api-records.ts'

const SCOPE = { accountId: '123456789012', region: 'us-east-1' }
const bounds = { seriesMax: 1_000, datapointsMax: 5_000 }

test('percentiles are within the error that is promised; sum, least and greatest are exact', () => {
  const distribution = new Distribution()
  const values = Array.from({ length: 10_000 }, (_, index) => ((index * 7_919) % 10_000) / 7 + 0.01)
  for (const value of values) distribution.add(value)
  const sorted = values.toSorted((a, b) => a - b)
  for (const percent of [0.1, 1, 50, 90, 99, 99.9, 100]) {
    const exact = sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? 0
    const error = Math.abs(distribution.percentile(percent) - exact) / exact
    assert.ok(error <= RELATIVE_ERROR + 1e-9, `p${percent}: ${error}`)
  }
  assert.equal(distribution.min, sorted[0])
  assert.equal(distribution.max, sorted.at(-1))
  const parts = new Distribution()
  parts.merge(distribution.pack())
  parts.merge(packFlags(3, 1))
  assert.equal(parts.samples, 10_003)
  assert.equal(parts.min, 0)
})

const collected = (...records: readonly ReturnType<typeof restRecord>[]) => {
  const store = createMetricStore(bounds)
  const collector = collectMetrics({ clock: systemClock, send: store.merge })
  for (const record of records) collector.add(record, { hasDetailedMetrics: () => true })
  collector.flush()
  return (name: string, dimensions: Readonly<Record<string, string>>) =>
    store.find(SCOPE, 'AWS/ApiGateway', name, dimensions)?.total.sum
}

describe('behaviour.md 12.3: metrics and dimensions', () => {
  const stage = { Stage: 'prod' }

  it('REST: 4XXError, 5XXError, CacheHitCount, CacheMissCount, Count, IntegrationLatency, Latency', () => {
    const sumOf = collected(
      restRecord({ cache: 'MISS' }),
      restRecord({ cache: 'HIT' }),
      restRecord({ status: 404 }),
      restRecord({ status: 502 }),
    )
    const api = { ApiName: 'pets' }
    const method = { ...api, ...stage, Method: 'GET', Resource: '/pets/{id}' }
    for (const dimensions of [api, { ...api, ...stage }, method]) {
      assert.deepEqual(
        ['Count', '4XXError', '5XXError', 'CacheHitCount', 'CacheMissCount'].map((name) =>
          sumOf(name, dimensions),
        ),
        [4, 1, 1, 1, 1],
      )
      assert.equal(sumOf('Latency', dimensions), 4 * 12.4)
      assert.equal(sumOf('IntegrationLatency', dimensions), 4 * 9.6)
    }
  })

  it('HTTP: 4xx, 5xx, Count, DataProcessed, IntegrationLatency, Latency', () => {
    const sumOf = collected(httpRecord(), httpRecord({ status: 404 }), httpRecord({ status: 503 }))
    const api = { ApiId: 'abc123' }
    const route = { ...api, ...stage, Method: 'GET', Resource: '/pets/{id}' }
    for (const dimensions of [api, { ...api, ...stage }, route]) {
      assert.deepEqual(
        ['Count', '4xx', '5xx', 'DataProcessed'].map((name) => sumOf(name, dimensions)),
        [3, 1, 1, 90],
      )
      assert.ok(sumOf('Latency', dimensions))
    }
  })

  it('WebSocket: ConnectCount, MessageCount, IntegrationError, ClientError, ExecutionError, IntegrationLatency', () => {
    const socket = { connectionId: 'c', connectedAtMs: 0 }
    const { integration: _none, ...refused } = socketRecord({ status: 403 })
    const sumOf = collected(
      socketRecord({ socket: { ...socket, eventType: 'CONNECT' } }),
      socketRecord(),
      socketRecord({ integration: { latencyMs: 1, status: 500 } }),
      socketRecord({ integration: { latencyMs: 1, error: 'timeout' } }),
      refused,
      socketRecord({ socket: { ...socket, eventType: 'DISCONNECT' } }),
    )
    const api = { ApiId: 'abc123' }
    for (const dimensions of [api, { ...api, ...stage }, { ...api, ...stage, Route: 'send' }]) {
      assert.deepEqual(
        ['ConnectCount', 'MessageCount', 'IntegrationError', 'ClientError', 'ExecutionError'].map(
          (name) => sumOf(name, dimensions),
        ),
        [1, 4, 1, 1, 1],
      )
      assert.ok(sumOf('IntegrationLatency', dimensions))
    }
  })
})

test('10^5 routes in dimensions: so many are kept, the rest is counted as overflow, nothing is lost of the stage', () => {
  const store = createMetricStore(bounds)
  const collector = collectMetrics({ clock: systemClock, send: store.merge })
  for (let index = 0; index < 100_000; index++) {
    collector.add(restRecord({ route: `/r${index}` }), { hasDetailedMetrics: () => true })
  }
  collector.flush()
  const series = [...store.all()]
  assert.equal(series.length, bounds.seriesMax)
  const count = store.find(SCOPE, 'AWS/ApiGateway', 'Count', { ApiName: 'pets', Stage: 'prod' })
  assert.equal(count?.total.sum, 100_000)
  assert.ok((store.overflow.get('AWS/ApiGateway') ?? 0) > 0)
})

test('old minutes make room for new ones', () => {
  const store = createMetricStore({ seriesMax: 10, datapointsMax: 100 })
  const delta = (minute: number): MetricDelta => ({
    scope: SCOPE,
    namespace: 'Mine',
    dimensionSets: [{}],
    minuteMs: minute * 60_000,
    metrics: [{ name: 'n', unit: 'Count', values: packFlags(1, 1) }],
  })
  for (let minute = 0; minute < 1_000; minute++) store.merge([delta(minute)])
  const series = store.find(SCOPE, 'Mine', 'n', {})
  assert.equal(series?.minutes.size, 100)
  assert.equal(series?.total.sum, 1_000)
  assert.ok(series?.minutes.has(999 * 60_000))
})
