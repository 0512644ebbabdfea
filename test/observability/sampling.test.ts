// Sampling rules. source: behaviour.md 12.4; the X-Ray developer guide
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSampling } from '#observability/sampling.ts'
import { handClock } from '../support/limits.ts'

const request = { host: 'h', httpMethod: 'GET', path: '/pets/7' }

test('AWS’s default: the first request of each second, and five percent of the others', () => {
  const clock = handClock()
  let drawn = 0
  const sample = createSampling({ rules: [], share: 1, clock, random: () => (drawn++ % 100) / 100 })
  let sampled = 0
  for (let index = 0; index < 1_001; index++) if (sample(request)) sampled++
  assert.equal(sampled, 1 + 50)
  clock.advance(1_000)
  assert.equal(sample(request), true)
})

test('the first rule that fits decides, by method and path; the shares of two workers come to one rule', () => {
  const clock = handClock()
  const rules = [
    { httpMethod: 'GET', path: '/health', perSecond: 0, rate: 0 },
    { path: '/pay/*', perSecond: 10, rate: 0 },
  ]
  const of = (share: number) => createSampling({ rules, share, clock, random: () => 0.99 })
  const count = (sample: ReturnType<typeof of>, path: string) => {
    let taken = 0
    for (let index = 0; index < 100; index++) if (sample({ ...request, path })) taken++
    return taken
  }
  assert.equal(count(of(1), '/health'), 0)
  assert.equal(count(of(1), '/pay/1'), 10)
  assert.equal(count(of(0.5), '/pay/1') + count(of(0.5), '/pay/1'), 10)
  assert.equal(count(of(1), '/a.b'), 1)
})
