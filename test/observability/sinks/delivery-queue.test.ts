import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDeliveryQueue, DeliveryRefused } from '#observability/sinks/delivery-queue.ts'
import { createHandClock } from '../hand-clock.ts'

const options = (clock: ReturnType<typeof createHandClock>) => ({
  clock,
  bytesMax: 1_000,
  batchItemsMax: 10,
  batchBytesMax: 500,
  lingerMs: 100,
  timeoutMs: 5_000,
})

test('an endpoint that is down for an hour: bounded, counted, told once, and what fits arrives after', async () => {
  const clock = createHandClock()
  const failures: unknown[] = []
  const delivered: number[] = []
  let attempts = 0
  let isDown = true
  const queue = createDeliveryQueue<number>({
    ...options(clock),
    deliver: async (items) => {
      attempts++
      if (isDown) throw new Error('ECONNREFUSED')
      delivered.push(...items)
    },
    onFailure: (error) => failures.push(error),
  })
  for (let second = 0; second < 3_600; second++) {
    queue.add(second, 10)
    await clock.advance(1_000)
  }
  assert.equal(queue.queuedBytes, 1_000)
  assert.equal(queue.dropped, 3_500)
  assert.equal(failures.length, 1)
  assert.ok(attempts < 200, `${attempts} attempts`)
  isDown = false
  for (let second = 0; second < 60; second++) await clock.advance(1_000)
  assert.deepEqual(
    delivered,
    Array.from({ length: 100 }, (_, index) => index),
  )
  assert.equal(queue.queuedBytes, 0)
})

test('a delivery that hangs is given up, aborted and tried again', async () => {
  const clock = createHandClock()
  const signals: AbortSignal[] = []
  const queue = createDeliveryQueue<number>({
    ...options(clock),
    deliver: (_items, signal) => {
      signals.push(signal)
      return signals.length === 1 ? new Promise(() => undefined) : Promise.resolve()
    },
    onFailure: () => undefined,
  })
  queue.add(1, 10)
  for (let step = 0; step < 100; step++) await clock.advance(100)
  assert.equal(signals.length, 2)
  assert.ok(signals[0]?.aborted)
  assert.equal(queue.dropped, 0)
  assert.equal(queue.queuedBytes, 0)
})

test('what is refused for good is dropped and counted, and the rest goes on', async () => {
  const clock = createHandClock()
  const delivered: number[] = []
  const queue = createDeliveryQueue<number>({
    ...options(clock),
    batchItemsMax: 1,
    deliver: async ([item = 0]) => {
      if (item === 1) throw new DeliveryRefused('no')
      delivered.push(item)
    },
    onFailure: () => undefined,
  })
  for (const item of [0, 1, 2]) queue.add(item, 1)
  for (let step = 0; step < 20; step++) await clock.advance(100)
  assert.deepEqual([delivered, queue.dropped], [[0, 2], 1])
})

test('closing delivers what waits, once', async () => {
  const clock = createHandClock()
  const delivered: number[] = []
  const queue = createDeliveryQueue<number>({
    ...options(clock),
    deliver: async (items) => void delivered.push(...items),
    onFailure: () => undefined,
  })
  for (let item = 0; item < 25; item++) queue.add(item, 1)
  await queue.close()
  assert.equal(delivered.length, 25)
  queue.add(1, 1)
  assert.equal(queue.dropped, 1)
})
