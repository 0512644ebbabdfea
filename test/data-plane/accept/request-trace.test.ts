import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTrace } from '#data-plane/accept/request-trace.ts'
import { systemClock } from '#shared/clock.ts'

test('where nobody listens, one trace stands for all requests, and there is nowhere to tell anything', () => {
  const trace = startTrace(systemClock, undefined)
  assert.equal(startTrace(systemClock, undefined), trace)
  trace.enter('route')
  trace.leave()
  trace.integration = { latencyMs: 1 }
  assert.deepEqual([trace.steps, trace.integration, trace.execution], [[], undefined, undefined])
})

test('an observer gets steps without an execution log, and an execution log has steps without an observer', () => {
  const observed = startTrace(systemClock, () => undefined)
  assert.equal(observed.execution, undefined)
  const execution = { note: () => undefined }
  const logged = startTrace(systemClock, undefined, execution)
  assert.equal(logged.execution, execution)
  for (const trace of [observed, logged]) {
    trace.enter('route')
    trace.leave('found')
    assert.deepEqual(
      trace.steps.map(({ name, outcome }) => [name, outcome]),
      [['route', 'found']],
    )
  }
})
