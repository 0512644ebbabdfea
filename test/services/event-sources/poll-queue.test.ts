// What a function gets of a queue, with a real engine: batches, windows, filters, failures, and how many at once.
// source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { InvokeAnswer } from '#model/ports.ts'
import { type MessageFile, openMessageFile } from '#services/delivery/message-file.ts'
import { readMapping } from '#services/event-sources/mapping.ts'
import { pollQueue } from '#services/event-sources/poll-queue.ts'
import { createQueueEngine, type QueueEngine } from '#services/sqs/engine.ts'
import { type QueueFacts, queues } from '#services/sqs/queue.ts'
import { QUEUE_SCHEMA } from '#services/sqs/queue-messages.ts'
import { present } from '#shared/assert.ts'
import { createAdjustableClock } from '#shared/adjustable-clock.ts'
import { systemClock } from '#shared/clock.ts'
import { systemRandom as random } from '#shared/random.ts'
import { createMemoryStore } from '#store/memory.ts'

const SCOPE = { accountId: '123456789012', region: 'us-east-1' }
const DONE: InvokeAnswer = {
  kind: 'answered',
  statusCode: 200,
  payload: Buffer.from('null'),
  requestId: 'r',
}
const FAILED: InvokeAnswer = { ...DONE, functionError: 'Unhandled' }
const partial = (...failed: readonly string[]): InvokeAnswer => ({
  ...DONE,
  payload: Buffer.from(
    JSON.stringify({ batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) }),
  ),
})

interface Message {
  readonly messageId: string
  readonly body: string
}

describe('the poller of a queue', () => {
  const folder = mkdtempSync(join(tmpdir(), 'daemun-poll-queue-'))
  const store = createMemoryStore()
  const clock = createAdjustableClock(systemClock)
  let file: MessageFile
  let engine: QueueEngine
  before(() => {
    file = openMessageFile(join(folder, 'messages.db'), QUEUE_SCHEMA)
    engine = createQueueEngine({ file, store, clock, random, onError: assert.ifError })
  })
  after(async () => {
    engine.close()
    await file.close()
    rmSync(folder, { recursive: true })
  })

  const queueOf = async (name: string, attributes: Readonly<Record<string, string>> = {}) => {
    const record = { name, queueId: name, attributes, tags: {}, createdMs: 0, modifiedMs: 0 }
    await store.write((tx) => tx.put(queues, SCOPE, name, record))
    return present(await engine.find(SCOPE, name), 'no queue')
  }
  const send = async (queue: QueueFacts, ...bodies: readonly string[]) => {
    const plain = { attributes: undefined, sender: 'test', trace: undefined }
    for (const body of bodies) {
      const fifo = queue.isFifo ? { groupId: body.slice(0, 1), dedupId: body } : {}
      await engine.send(queue, [
        { ...plain, groupId: undefined, dedupId: undefined, ...fifo, body },
      ])
    }
  }
  const left = async (queue: QueueFacts) => {
    const { visible, inFlight } = await engine.count(queue.queueId)
    return visible + inFlight
  }

  /** Polls until `isEnough`, with the function's answers; what each call got. */
  const run = async (
    queue: QueueFacts,
    configuration: Readonly<Record<string, unknown>>,
    isEnough: (batches: readonly (readonly string[])[]) => boolean,
    invoke: (batch: readonly Message[]) => InvokeAnswer | Promise<InvokeAnswer> = () => DONE,
  ) => {
    const ending = new AbortController()
    const batches: (readonly string[])[] = []
    await pollQueue({
      mapping: readMapping({
        kind: 'event-source-mapping',
        scope: SCOPE,
        uuid: 'u1',
        functionArn: 'arn:aws:lambda:us-east-1:123456789012:function:f',
        eventSourceArn: queue.arn,
        enabled: true,
        configuration,
      }),
      queues: engine,
      invoke: async ({ payload }) => {
        const records: readonly Message[] = JSON.parse(Buffer.from(payload).toString()).Records
        batches.push(records.map(({ body }) => body))
        const answered = await invoke(records)
        if (isEnough(batches)) ending.abort()
        return answered
      },
      sleep: () => Promise.resolve(),
      signal: ending.signal,
      onError: assert.ifError,
    })
    return batches
  }
  const times = (count: number) => (batches: readonly (readonly string[])[]) =>
    batches.length >= count

  it('hands over as many as a batch has, and deletes what is done', async () => {
    const queue = await queueOf('batches')
    await send(queue, '1', '2', '3', '4', '5')
    const batches = await run(queue, { BatchSize: 2 }, times(3))
    assert.deepEqual(batches.map(({ length }) => length).toSorted(), [1, 2, 2])
    assert.equal(await left(queue), 0)
  })

  it('waits within the window until a batch is full', async () => {
    const queue = await queueOf('window')
    const ran = run(queue, { BatchSize: 12, MaximumBatchingWindowInSeconds: 60 }, times(1))
    for (let number = 0; number < 12; number++) await send(queue, String(number))
    assert.equal((await ran)[0]?.length, 12)
  })

  it('has at most so many batches at once', async () => {
    const queue = await queueOf('scaled')
    await send(queue, '1', '2', '3', '4', '5', '6')
    let atOnce = 0
    let most = 0
    const configuration = { BatchSize: 1, ScalingConfig: { MaximumConcurrency: 2 } }
    await run(queue, configuration, times(6), async () => {
      most = Math.max(most, ++atOnce)
      for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
      atOnce--
      return DONE
    })
    assert.equal(most, 2)
    assert.equal(await left(queue), 0)
  })

  it('deletes what no filter fits, without asking', async () => {
    const queue = await queueOf('filtered')
    await send(queue, '{"kind":"dog"}', 'plain', '{"kind":"cat"}')
    const Filters = [{ Pattern: '{"body":{"kind":["cat"]}}' }]
    const batches = await run(queue, { BatchSize: 10, FilterCriteria: { Filters } }, times(1))
    assert.deepEqual(batches, [['{"kind":"cat"}']])
    assert.equal(await left(queue), 0)
  })

  it('keeps of a batch what the function says has failed, where it says so', async () => {
    const queue = await queueOf('partial', { VisibilityTimeout: '30' })
    await send(queue, 'good', 'bad')
    const bad = (batch: readonly Message[]) =>
      partial(...batch.filter(({ body }) => body === 'bad').map(({ messageId }) => messageId))
    const configuration = { BatchSize: 10, FunctionResponseTypes: ['ReportBatchItemFailures'] }
    const seen = (batches: readonly (readonly string[])[]) => batches.flat().length >= 2
    await run(queue, configuration, seen, bad)
    assert.equal(await left(queue), 1)
  })

  it('keeps the whole batch where the function names a message that was not in it', async () => {
    const queue = await queueOf('liar', { VisibilityTimeout: '30' })
    await send(queue, 'good')
    const configuration = { BatchSize: 10, FunctionResponseTypes: ['ReportBatchItemFailures'] }
    await run(queue, configuration, times(1), () => partial('somebody else'))
    assert.equal(await left(queue), 1)
  })

  /** What is in flight comes again. */
  const pass = () => {
    clock.set({ nowMs: clock.nowMs() + 31_000, isFixed: false })
    engine.wake()
  }

  it('a poison message comes as often as the queue says, and is buried', async () => {
    const dead = await queueOf('dead')
    const queue = await queueOf('poisoned', {
      VisibilityTimeout: '30',
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 3 }),
    })
    await send(queue, 'poison')
    const batches = await run(queue, { BatchSize: 1 }, times(3), () => {
      setImmediate(pass)
      return FAILED
    })
    assert.equal(batches.length, 3)
    pass()
    const order = { max: 1, waitMs: 0, visibilitySeconds: 30 }
    assert.deepEqual(await engine.receive(queue, order), [])
    const buried = await engine.receive(dead, order)
    assert.equal(buried[0]?.message.body, 'poison')
    assert.equal(await left(queue), 0)
  })

  it('messages of one group come in their order, after one has failed too', async () => {
    const queue = await queueOf('line.fifo', { FifoQueue: 'true', VisibilityTimeout: '30' })
    await send(queue, 'a1', 'a2', 'b1', 'a3')
    let failures = 0
    const done: string[] = []
    const all = () => done.includes('a3')
    await run(queue, { BatchSize: 1 }, all, ([message]) => {
      const { body = '' } = message ?? {}
      if (body === 'a2' && failures++ < 2) {
        setImmediate(pass)
        return FAILED
      }
      done.push(body)
      return DONE
    })
    assert.deepEqual(
      done.filter((body) => body.startsWith('a')),
      ['a1', 'a2', 'a3'],
    )
    assert.equal(failures, 3)
  })
})
