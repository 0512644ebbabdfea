// The queues of a node by themselves, with a clock that is set: what takes hours, or a hundred thousand messages.
// source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, describe, it } from 'node:test'
import { openMessageFile } from '#services/delivery/message-file.ts'
import { createQueueEngine, type QueueEngine, type ReceiveOrder } from '#services/sqs/engine.ts'
import { type QueueFacts, queues } from '#services/sqs/queue.ts'
import { QUEUE_SCHEMA } from '#services/sqs/queue-messages.ts'
import { present } from '#shared/assert.ts'
import { systemRandom as random } from '#shared/random.ts'
import { createMemoryStore } from '#store/memory.ts'
import { handClock } from '../../support/limits.ts'

const SCOPE = { accountId: '123456789012', region: 'us-east-1' }
const IN_FLIGHT_MAX = 5

describe('the queues of a node', () => {
  const folder = mkdtempSync(join(tmpdir(), 'daemun-engine-'))
  const closing: (() => Promise<void>)[] = []
  let clock: ReturnType<typeof handClock>
  let engine: QueueEngine
  let number = 0
  const errors: unknown[] = []
  const store = createMemoryStore()
  after(async () => {
    for (const close of closing) await close()
    rmSync(folder, { recursive: true })
    assert.deepEqual(errors, [])
  })
  beforeEach(() => {
    clock = handClock(1_800_000_000_000)
    const file = openMessageFile(join(folder, `${number++}.db`), QUEUE_SCHEMA)
    const onError = (error: unknown): void => void errors.push(error)
    engine = createQueueEngine({
      file,
      store,
      clock,
      random,
      onError,
      inFlightMax: IN_FLIGHT_MAX,
    })
    closing.push(async () => {
      engine.close()
      await file.close()
    })
  })

  const queueOf = async (name: string, attributes: Readonly<Record<string, string>> = {}) => {
    const record = { name, queueId: name, attributes, tags: {}, createdMs: 0, modifiedMs: 0 }
    await store.write((tx) => tx.put(queues, SCOPE, name, record))
    return present(await engine.find(SCOPE, name), 'no queue')
  }
  const fifo = (name: string, more = {}) => queueOf(name, { FifoQueue: 'true', ...more })
  const send = (queue: QueueFacts, body: string, groupId?: string, dedupId?: string) =>
    engine.send(queue, [
      {
        body,
        groupId,
        dedupId: queue.isFifo ? (dedupId ?? body) : undefined,
        attributes: undefined,
        sender: 'test',
        trace: undefined,
      },
    ])
  const receive = async (queue: QueueFacts, order: Partial<ReceiveOrder> = {}) =>
    engine.receive(queue, { max: 10, visibilitySeconds: 30, waitMs: 0, ...order })
  const bodies = async (queue: QueueFacts, order: Partial<ReceiveOrder> = {}) =>
    (await receive(queue, order)).map(({ message }) => message.body)
  const receiptOf = (queue: QueueFacts, handle: string | undefined) =>
    present(engine.readReceipt(queue, handle ?? ''), 'no receipt')

  it('who asks a FIFO queue twice with one id gets the same messages by the same handles', async () => {
    const queue = await fifo('again.fifo')
    for (const body of ['1', '2', '3']) await send(queue, body, 'g')
    const order = { max: 2, attemptId: 'a' }
    const first = await receive(queue, order)
    clock.advance(20_000)
    const second = await receive(queue, order)
    assert.deepEqual(
      second.map(({ receiptHandle }) => receiptHandle),
      first.map(({ receiptHandle }) => receiptHandle),
    )
    assert.deepEqual(
      second.map(({ message }) => message.body),
      ['1', '2'],
    )
    // It hides them anew: without that they would be visible by now.
    clock.advance(20_000)
    assert.deepEqual(await bodies(queue, { attemptId: 'b' }), [])
    // What became of one of them ends it.
    await engine.remove(queue, receiptOf(queue, first[0]?.receiptHandle))
    assert.deepEqual(await bodies(queue, order), [])
    clock.advance(30_000)
    assert.deepEqual(await bodies(queue, order), ['2', '3'])
    // And so do five minutes.
    clock.advance(301_000)
    assert.deepEqual(await bodies(queue, { ...order, max: 1 }), ['2'])
  })

  it('a group keeps its order whatever is hidden, delayed or failed in between', async () => {
    const queue = await fifo('order.fifo')
    for (const body of ['a1', 'b1', 'a2', 'b2']) await send(queue, body, body.slice(0, 1))
    const [first] = await receive(queue, { max: 1 })
    assert.equal(first?.message.body, 'a1')
    assert.deepEqual(await bodies(queue), ['b1', 'b2'])
    await engine.hide(queue, receiptOf(queue, first?.receiptHandle), 0)
    assert.deepEqual(await bodies(queue), ['a1', 'a2'])
    clock.advance(31_000)
    assert.deepEqual(await bodies(queue), ['a1', 'b1', 'a2', 'b2'])
    const expired = receiptOf(queue, first?.receiptHandle)
    assert.equal(await engine.remove(queue, expired), 'removed')
  })

  it('what is sent twice within five minutes is there once, by queue or by group', async () => {
    const byQueue = await fifo('once.fifo')
    await send(byQueue, 'x', 'g', 'd')
    await send(byQueue, 'y', 'h', 'd')
    assert.deepEqual(await bodies(byQueue), ['x'])
    clock.advance(301_000)
    await send(byQueue, 'z', 'i', 'd')
    assert.deepEqual(await bodies(byQueue), ['x', 'z'])
    const byGroup = await fifo('group.fifo', { DeduplicationScope: 'messageGroup' })
    await send(byGroup, 'x', 'g', 'd')
    await send(byGroup, 'x', 'g', 'd')
    await send(byGroup, 'y', 'h', 'd')
    assert.deepEqual(await bodies(byGroup), ['x', 'y'])
  })

  it('so many are in flight and no more: an error of a standard queue, nothing of a FIFO queue', async () => {
    const queue = await queueOf('standard')
    for (let at = 0; at < IN_FLIGHT_MAX + 2; at++) await send(queue, `${at}`)
    const first = await receive(queue, { max: 3 })
    assert.equal((await receive(queue)).length, 2)
    await assert.rejects(receive(queue), { code: 'OverLimit' })
    await engine.remove(queue, receiptOf(queue, first[0]?.receiptHandle))
    assert.equal((await receive(queue)).length, 1)
    // Who waits is told nothing.
    const ending = new AbortController()
    const waiting = receive(queue, { waitMs: 20_000, signal: ending.signal })
    ending.abort()
    assert.deepEqual(await waiting, [])
    const ordered = await fifo('ordered.fifo')
    for (let at = 0; at < IN_FLIGHT_MAX + 2; at++) await send(ordered, `${at}`, `${at}`)
    assert.equal((await receive(ordered)).length, IN_FLIGHT_MAX)
    assert.deepEqual(await receive(ordered), [])
  })

  it('a message is hidden for twelve hours at most since it was received', async () => {
    const queue = await queueOf('patient')
    await send(queue, 'x')
    const [one] = await receive(queue, { visibilitySeconds: 43_200 })
    const receipt = receiptOf(queue, one?.receiptHandle)
    clock.advance(3_600_000)
    assert.equal(await engine.hide(queue, receipt, 43_200), 'too-long')
    assert.equal(await engine.hide(queue, receipt, 39_600), 'hidden')
    clock.advance(39_599_000)
    assert.deepEqual(await bodies(queue), [])
    clock.advance(1_000)
    assert.equal(await engine.hide(queue, receipt, 1), 'not-in-flight')
    assert.deepEqual(await bodies(queue), ['x'])
  })

  it('a queue is purged once a minute', async () => {
    const queue = await queueOf('purged')
    await send(queue, 'x')
    assert.equal(await engine.purge(queue.queueId), true)
    assert.deepEqual(await bodies(queue), [])
    clock.advance(59_000)
    assert.equal(await engine.purge(queue.queueId), false)
    clock.advance(1_000)
    assert.equal(await engine.purge(queue.queueId), true)
  })

  it('a receipt is of its queue alone, and an older one deletes nothing', async () => {
    const queue = await queueOf('receipts', { VisibilityTimeout: '30' })
    const other = await queueOf('other')
    await send(queue, 'x')
    const [first] = await receive(queue)
    assert.equal(engine.readReceipt(other, first?.receiptHandle ?? ''), undefined)
    for (const bad of ['', 'x', 'a b c', '\0', 'x'.repeat(2_000)]) {
      assert.equal(engine.readReceipt(queue, bad), undefined)
    }
    clock.advance(31_000)
    const [second] = await receive(queue)
    const old = receiptOf(queue, first?.receiptHandle)
    assert.equal(await engine.remove(queue, old), 'removed')
    assert.equal(await engine.hide(queue, old, 0), 'not-in-flight')
    assert.equal((await engine.count(queue.queueId)).inFlight, 1)
    await engine.remove(queue, receiptOf(queue, second?.receiptHandle))
    assert.equal((await engine.count(queue.queueId)).inFlight, 0)
  })

  it('what is received once too often goes to the dead-letter queue and comes back from there', async () => {
    const dead = await queueOf('dead')
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: '2' })
    const queue = await queueOf('alive', { RedrivePolicy })
    const sent = []
    for (const body of ['a', 'b', 'c']) sent.push(...(await send(queue, body)))
    for (let at = 0; at < 2; at++) {
      assert.equal((await receive(queue)).length, 3)
      clock.advance(31_000)
    }
    assert.deepEqual(await bodies(queue), [])
    const [held] = await receive(dead, { max: 1 })
    assert.equal(held?.message.source_arn, queue.arn)
    const movedMs = clock.nowMs()
    // What somebody is at work on stays.
    assert.equal(await engine.move(dead, undefined, 1), 1)
    assert.equal(await engine.move(dead, undefined, 10), 1)
    // AWS: what comes back is a new message, with all its time before it.
    clock.advance(345_570_000)
    const [b, c, ...more] = (await receive(queue)).map(({ message }) => message)
    assert.deepEqual([b?.body, c?.body, b?.sent_ms, b?.source_arn], ['b', 'c', movedMs, null])
    assert.deepEqual([b?.received, more], [1, []])
    assert.notEqual(b?.id, sent[1]?.id)
  })

  it('in a FIFO dead-letter queue a message begins anew, by its own id', async () => {
    const dead = await fifo('dead.fifo')
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: '1' })
    const queue = await fifo('alive.fifo', { RedrivePolicy })
    const [sent] = await send(queue, 'a', 'g')
    await receive(queue)
    clock.advance(31_000)
    assert.deepEqual(await bodies(queue), [])
    const [held] = (await receive(dead)).map(({ message }) => message)
    assert.deepEqual([held?.dedup_id, held?.sent_ms], [sent?.id, clock.nowMs()])
  })
})
