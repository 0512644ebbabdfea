// Spans over OTLP/HTTP: their shape, and a receiver that is away.
import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import { test } from 'node:test'
import { createOtlpTraces, spansOf } from '#observability/otlp-traces.ts'
import { handClock } from '../support/limits.ts'
import { requestRecord, tracedRecord } from '../support/records.ts'

test('a request is a server span, and what it waited for are client spans under it', () => {
  const [server, authorizer, integration] = spansOf(tracedRecord())
  assert.equal(server?.traceId, '5759e988bd862e3fe1be46a994272793')
  assert.equal(server?.spanId, '70de5b6f19ff9a0a')
  assert.equal(server?.parentSpanId, '53995c3f42cd8ad8')
  assert.equal(server?.name, 'GET /pets/{id}')
  assert.equal(server?.startTimeUnixNano, '1465510280000000000')
  assert.equal(server?.endTimeUnixNano, '1465510280012500000')
  for (const span of [authorizer, integration]) {
    assert.equal(span?.kind, 3)
    assert.equal(span?.parentSpanId, '70de5b6f19ff9a0a')
  }
  assert.equal(integration?.name, 'Integration hello')
  assert.deepEqual(spansOf(requestRecord()), [])
})

test('a receiver that is away for an hour costs bounded memory and few attempts, and then gets what is left', async () => {
  const clock = handClock()
  const state = { isAway: true, received: 0 }
  const otlp = createOtlpTraces({
    clock,
    queueBytesMax: 200_000,
    post: async (body) => {
      if (state.isAway) throw new Error('connection refused')
      const { resourceSpans } = JSON.parse(Buffer.from(body).toString()) as {
        readonly resourceSpans: readonly {
          readonly scopeSpans: readonly { readonly spans: readonly { readonly kind: number }[] }[]
        }[]
      }
      const spans = resourceSpans.flatMap(({ scopeSpans }) =>
        scopeSpans.flatMap((each) => each.spans),
      )
      state.received += spans.filter(({ kind }) => kind === 2).length
      return 200
    },
  })
  let asked = 0
  for (let second = 0; second < 3_600; second++) {
    otlp.send(tracedRecord())
    asked++
    clock.advance(1_000)
    await setImmediate()
  }
  const { queued, dropped, attempts, sent } = otlp.counts
  assert.equal(sent, 0)
  assert.equal(queued + dropped, asked)
  assert.ok(queued < 200 && queued > 50, `${queued} wait`)
  assert.ok(attempts < 80, `${attempts} attempts`)
  state.isAway = false
  clock.advance(60_000)
  await setImmediate()
  assert.equal(state.received, queued)
  assert.deepEqual(otlp.counts, { sent: queued, dropped, queued: 0, attempts: attempts + 1 })
})

test('what a receiver refuses is not sent again; what is left at the end is sent once', async () => {
  const clock = handClock()
  const answers = [400, 503]
  const otlp = createOtlpTraces({
    clock,
    queueBytesMax: 200_000,
    post: async () => answers.shift() ?? 200,
  })
  otlp.send(tracedRecord())
  clock.advance(1_000)
  await setImmediate()
  assert.deepEqual(otlp.counts, { sent: 0, dropped: 1, queued: 0, attempts: 1 })
  otlp.send(tracedRecord())
  await otlp.close()
  assert.deepEqual(otlp.counts, { sent: 0, dropped: 2, queued: 0, attempts: 2 })
})
