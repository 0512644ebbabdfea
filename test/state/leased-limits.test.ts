import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { QuotaLimit, RateLimit } from '#model/limits.ts'
import { createLeasedLimits } from '#state/leased-limits.ts'
import type { Limits } from '#state/limits.ts'
import { windowAt } from '#state/quota-window.ts'
import { handClock, memoryLedger, testNode } from '../support/limits.ts'

const LONG = process.argv.includes('--long')
const RUNS = LONG ? 3_000 : 60

const rate = (ratePerSecond: number, burst: number, name = 'bucket'): RateLimit => ({
  kind: 'rate',
  name,
  ratePerSecond,
  burst,
})

const quota = (limit: number, more: Partial<QuotaLimit> = {}): QuotaLimit => ({
  kind: 'quota',
  name: 'plan/key',
  limit,
  period: 'DAY',
  offset: 0,
  ...more,
})

const takeMany = async (limits: Limits, limit: RateLimit | QuotaLimit, count: number) => {
  const taken = await Promise.all(Array.from({ length: count }, () => limits.take(limit)))
  return taken.filter(Boolean).length
}

/** What AWS's words say and nothing else: one bucket, counted at once. */
const referenceBucket = ({ ratePerSecond, burst }: RateLimit) => {
  let tokens = burst
  return {
    pass: (ms: number) => void (tokens = Math.min(burst, tokens + (ratePerSecond * ms) / 1000)),
    take: () => (tokens >= 1 - 1e-9 ? (tokens--, true) : false),
  }
}

/** A moment of a schedule: time passes, then so many clients call at once, each at the worker it is connected to. */
const schedule = fc.array(
  fc.record({
    passMs: fc.oneof(
      fc.constant(0),
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 3_000 }),
    ),
    clients: fc.array(fc.nat(63), { minLength: 1, maxLength: 64 }),
  }),
  { minLength: 1, maxLength: 40 },
)

test('64 clients on any number of workers pass as one bucket lets them: never more, and at most one fewer', async () => {
  const limits = fc.record({
    ratePerSecond: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.constantFrom(0.5, 2.5, 33.3)),
    burst: fc.integer({ min: 0, max: 80 }),
  })
  const workers = fc.integer({ min: 1, max: 4 })
  await fc.assert(
    fc.asyncProperty(limits, workers, schedule, fc.boolean(), async (...drawn) => {
      const [{ ratePerSecond, burst }, count, moments, atOnce] = drawn
      const clock = handClock()
      const node = testNode(clock, count, memoryLedger(), 'start-day', atOnce)
      const limit = rate(ratePerSecond, burst)
      const reference = referenceBucket(limit)
      let passed = 0
      let expected = 0
      for (const { passMs, clients } of moments) {
        clock.advance(passMs)
        reference.pass(passMs)
        for (const _ of clients) if (reference.take()) expected++
        const answers = await Promise.all(
          clients.map((client) => node.workers[client % count]?.take(limit)),
        )
        passed += answers.filter(Boolean).length
        assert.ok(passed <= expected, `${passed} passed, ${expected} may`)
        assert.ok(passed >= expected - 1, `${passed} passed, ${expected} may`)
      }
      assert.deepEqual(node.errors, [])
    }),
    { numRuns: RUNS },
  )
})

test('a quota is used to its last request and not beyond, whoever asks and whenever its period ends', async () => {
  const quotas = fc.record({
    limit: fc.integer({ min: 0, max: 400 }),
    period: fc.constantFrom('DAY' as const, 'WEEK' as const, 'MONTH' as const),
    offset: fc.nat(6),
  })
  const moments = fc.array(
    fc.record({
      passMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 2 * 86_400_000 })),
      clients: fc.array(fc.nat(63), { minLength: 1, maxLength: 64 }),
    }),
    { minLength: 1, maxLength: 25 },
  )
  const workers = fc.integer({ min: 1, max: 4 })
  await fc.assert(
    fc.asyncProperty(quotas, workers, moments, async (settings, count, list) => {
      const clock = handClock(Date.UTC(2028, 1, 26))
      const node = testNode(clock, count)
      const limit = quota(settings.limit, settings)
      const used = new Map<number, number>()
      let passed = 0
      let expected = 0
      for (const { passMs, clients } of list) {
        clock.advance(passMs)
        const { startMs } = windowAt(limit, 'start-day', clock.nowMs())
        for (const _ of clients) {
          const before = used.get(startMs) ?? 0
          if (before >= limit.limit) continue
          used.set(startMs, before + 1)
          expected++
        }
        const answers = await Promise.all(
          clients.map((client) => node.workers[client % count]?.take(limit)),
        )
        passed += answers.filter(Boolean).length
        assert.equal(passed, expected)
      }
    }),
    { numRuns: LONG ? 1_000 : 40 },
  )
})

test('while a lease is in hand nobody waits, and a refusal is known until the next token is due', async () => {
  const clock = handClock()
  const [one] = testNode(clock, 1).workers
  const limit = rate(10, 3)
  assert.equal(await one?.take(limit), true)
  assert.equal(one?.take(limit), true)
  assert.equal(one?.take(limit), true)
  assert.equal(await one?.take(limit), false)
  assert.equal(one?.take(limit), false)
  clock.advance(99)
  assert.equal(one?.take(limit), false)
  clock.advance(1)
  assert.equal(await one?.take(limit), true)
})

test('what one process has in hand is called back before another is refused', async () => {
  const [one, two] = testNode(handClock(), 2).workers
  const limit = rate(0, 10)
  assert.equal(await one?.take(limit), true)
  assert.ok(two)
  assert.equal(await takeMany(two, limit, 20), 9)
})

test('a refund is there for the next request', async () => {
  const clock = handClock()
  const [one, two] = testNode(clock, 2).workers
  const limit = rate(0, 1)
  assert.equal(await one?.take(limit), true)
  one?.refund(limit)
  clock.advance(50)
  assert.equal(await two?.take(limit), true)
  assert.equal(await one?.take(limit), false)
})

test('a process that dies is charged for what it had in hand', async () => {
  const node = testNode(handClock(), 2)
  const [one, two] = node.workers
  const limit = rate(0, 8)
  assert.equal(await one?.take(limit), true)
  node.holder.leave({ id: 1, recall: () => undefined })
  assert.ok(two)
  // Two of eight: the request that passed, and the token that was in hand of one of one process.
  assert.ok((await takeMany(two, limit, 8)) <= 6)
})

test('another rate or burst holds for the next request', async () => {
  const clock = handClock()
  const [one] = testNode(clock, 1).workers
  assert.ok(one)
  assert.equal(await takeMany(one, rate(1, 50), 20), 20)
  assert.equal(await takeMany(one, rate(1, 5), 20), 5)
  assert.equal(await takeMany(one, rate(1_000, 5), 1), 0)
  clock.advance(1_000)
  assert.equal(await takeMany(one, rate(1_000, 5), 20), 5)
})

test('a clock that jumps an hour either way fills a bucket to its burst at most and empties none', async () => {
  const clock = handClock()
  const [one] = testNode(clock, 1).workers
  assert.ok(one)
  const limit = rate(1, 5)
  assert.equal(await takeMany(one, limit, 3), 3)
  clock.set(clock.nowMs() - 3_600_000)
  assert.equal(await takeMany(one, limit, 5), 2)
  clock.set(clock.nowMs() + 3_600_000)
  assert.equal(await takeMany(one, limit, 10), 5)
})

test('with the holder away a process goes by its share of a rate, and lets no quota pass', async () => {
  const clock = handClock()
  const away: unknown[] = []
  const limits = createLeasedLimits({
    source: {
      ask: (asks) => asks.map(() => Promise.reject(new Error('gone'))),
      report: () => undefined,
    },
    clock,
    share: 0.5,
    onAway: (error) => void away.push(error),
  })
  assert.equal(await takeMany(limits, rate(10, 20), 30), 10)
  assert.equal(await takeMany(limits, rate(0, 0, 'none'), 3), 0)
  clock.advance(200)
  assert.equal(await takeMany(limits, rate(10, 20), 30), 1)
  assert.equal(away.length, 1)
  limits.rejoin()
})

test('what was used and what was leased survive the holder: a new one gives no more than is left', async () => {
  const clock = handClock()
  const ledger = memoryLedger()
  const first = testNode(clock, 2, ledger)
  const limit = quota(100)
  assert.ok(first.workers[0])
  assert.equal(await takeMany(first.workers[0], limit, 30), 30)
  // The first holder is killed: what its processes had in hand is lost.
  const second = testNode(clock, 2, ledger)
  assert.ok(second.workers[1])
  const passed = await takeMany(second.workers[1], limit, 100)
  assert.ok(passed <= 70 && passed >= 70 - 12, `${passed}`)
})

test('UpdateUsage lets more requests pass at once, and usage is told to the request', async () => {
  const clock = handClock()
  const node = testNode(clock, 2)
  const [one, two] = node.workers
  assert.ok(one && two)
  const limit = quota(10)
  assert.equal(await takeMany(one, limit, 8), 8)
  assert.deepEqual(await node.used('plan/key'), [{ day: '2026-11-21', used: 8, granted: 0 }])
  assert.equal(await takeMany(two, limit, 8), 2)
  assert.equal(await takeMany(one, limit, 1), 0)
  await node.holder.usage.setRemaining(limit, 3)
  assert.equal(await takeMany(one, limit, 8), 3)
  assert.deepEqual(await node.used('plan/key'), [{ day: '2026-11-21', used: 13, granted: 3 }])
})

test('a quota that is lowered or raised holds at once', async () => {
  const [one] = testNode(handClock(), 1).workers
  assert.ok(one)
  assert.equal(await takeMany(one, quota(10), 20), 10)
  assert.equal(await takeMany(one, quota(12), 20), 2)
  assert.equal(await takeMany(one, quota(5), 20), 0)
})

test('as AWS documents `offset`: the first period of a quota has so many requests fewer', async () => {
  const clock = handClock()
  const [one] = testNode(clock, 1, memoryLedger(), 'first-period').workers
  assert.ok(one)
  const limit = quota(10, { offset: 4 })
  assert.equal(await takeMany(one, limit, 20), 6)
  clock.advance(86_400_000)
  assert.equal(await takeMany(one, limit, 20), 10)
})

test('limits that nobody uses are forgotten', async () => {
  const clock = handClock()
  const [one] = testNode(clock, 1).workers
  assert.ok(one)
  for (let key = 0; key < 2_000; key++) await one.take(rate(100, 100, `key/${key}`))
  clock.advance(60_000)
  one.recall({ recall: 1, name: 'key/1', grant: 0 })
  // A forgotten limit begins with a question again.
  const again = one.take(rate(100, 100, 'key/1'))
  assert.ok(again instanceof Promise)
  assert.equal(await again, true)
})
