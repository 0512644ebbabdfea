// Queues under clients that send, receive, hide and delete as it comes, on a node that is killed under them again and
// again: what clients were told holds afterwards. `npm test -- --long` kills 40 times; by default a few times.
// source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import * as sqs from '@aws-sdk/client-sqs'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { createQueueModel, type Hold, type QueueModel, type Sent } from '../support/queue-model.ts'
import { sdkOptions } from '../support/services.ts'

const KILLS = process.env['DAEMUN_TEST_LONG'] === '1' ? 40 : 3
const CALLS_MAX = 250
const CLIENTS = 4
const GROUPS = ['a', 'b', 'c']

/** A queue with what its clients know of it, which outlives the node. */
interface Played {
  readonly name: string
  readonly model: QueueModel
  readonly holds: Hold[]
  /** Of a FIFO queue: what is sent again, by its group, because nobody knows whether it was. */
  readonly unsure: Map<string, readonly Sent[]>
}

const played = (name: string): Played => ({
  name,
  model: createQueueModel(name.endsWith('.fifo')),
  holds: [],
  unsure: new Map(),
})

const PLAIN = 'plain'
const ORDERED = 'ordered.fifo'

it(`a queue keeps its word through kill -9, ${KILLS} times`, async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'daemun-kill-queues-'))
  const queues = [played(PLAIN), played(ORDERED)] as const
  let gateway = await startGateway({ shape: 'start', dataDir })
  try {
    await createQueues(gateway)
    for (let kill = 0; kill < KILLS; kill++) {
      await playUntilKilled(gateway, queues, 1 + randomInt(CALLS_MAX))
      gateway = await startGateway({ shape: 'start', dataDir, args: ['--clock', 'controlled'] })
    }
    await advance(gateway, 60_000)
    for (const queue of queues) {
      queue.model.advanced(60_000)
      await drain(gateway, queue)
    }
  } finally {
    await gateway.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
})

const createQueues = async (gateway: Gateway): Promise<void> => {
  const client = new sqs.SQSClient(sdkOptions(gateway))
  await client.send(new sqs.CreateQueueCommand({ QueueName: PLAIN }))
  const Attributes = { FifoQueue: 'true' }
  await client.send(new sqs.CreateQueueCommand({ QueueName: ORDERED, Attributes }))
  client.destroy()
}

/** One life of a node: everyone calls until it is killed, which is after so many answers. */
const playUntilKilled = async (
  gateway: Gateway,
  [plain, ordered]: readonly [Played, Played],
  calls: number,
): Promise<void> => {
  const client = new sqs.SQSClient(sdkOptions(gateway))
  let left = calls
  let killed: Promise<void> | undefined
  const play = async (turn: () => Promise<void>): Promise<void> => {
    while (killed === undefined) {
      try {
        await turn()
      } catch (error) {
        const isTooLate = error instanceof sqs.SQSServiceException && TOO_LATE.has(error.name)
        const isCutOff = killed !== undefined && !(error instanceof assert.AssertionError)
        if (!isTooLate && !isCutOff) throw error
      }
      if (--left === 0) killed = gateway.kill('SIGKILL')
    }
  }
  const of = (queue: Played) => turnsOf(client, queue, urlOf(gateway, queue.name))
  const [ofPlain, ofOrdered] = [of(plain), of(ordered)]
  const clients = Array.from({ length: CLIENTS }, () => [
    play(() => oneOf([ofPlain.send, ...ofPlain.take])()),
    play(() => oneOf(ofOrdered.take)()),
  ])
  const senders = GROUPS.map((group) => play(() => ofOrdered.send(group)))
  const ended = await Promise.allSettled([...clients.flat(), ...senders])
  await (killed ?? gateway.kill('SIGKILL'))
  client.destroy()
  for (const one of ended) if (one.status === 'rejected') throw one.reason
}

/** A receipt that somebody has used, or kept for too long. */
const TOO_LATE: ReadonlySet<string> = new Set(['MessageNotInflight', 'InvalidParameterValue'])

const urlOf = (gateway: Gateway, name: string): string => `${gateway.endpoint}/123456789012/${name}`

const oneOf = <T>(all: readonly T[]): T => all[randomInt(all.length)] ?? assert.fail('of nothing')

/** What a client does in a turn. */
const turnsOf = (client: sqs.SQSClient, queue: Played, QueueUrl: string) => {
  const { model, holds, unsure } = queue

  const send = async (group?: string): Promise<void> => {
    const before = unsure.get(group ?? '')
    const fresh = Array.from({ length: 1 + randomInt(3) }, () => model.sending(group))
    const those = before ?? fresh
    // Who sends to a group waits for the answer, and sends the same again where there is none.
    if (group !== undefined) unsure.set(group, those)
    const [first, ...more] = those
    if (first !== undefined && more.length === 0) {
      const command = new sqs.SendMessageCommand({ QueueUrl, ...entryOf(first) })
      model.sent(first, (await client.send(command)).MessageId)
    } else {
      const Entries = those.map((one) => ({ Id: `${one.number}`, ...entryOf(one) }))
      const command = new sqs.SendMessageBatchCommand({ QueueUrl, Entries })
      const { Successful = [] } = await client.send(command)
      for (const [at, one] of those.entries()) model.sent(one, Successful[at]?.MessageId)
    }
    // Or where there was one, and somebody has not read it.
    if (group !== undefined && randomInt(6) > 0) unsure.delete(group)
  }

  const receive = async (): Promise<void> => {
    if (holds.length > HOLDS_MAX) return deleteSome()
    const VisibilityTimeout = randomInt(4)
    const answered = model.receiving(VisibilityTimeout)
    const { Messages = [] } = await client.send(
      new sqs.ReceiveMessageCommand({
        QueueUrl,
        VisibilityTimeout,
        MaxNumberOfMessages: 1 + randomInt(10),
        MessageAttributeNames: ['All'],
      }),
    )
    holds.push(...answered(Messages))
  }

  /** Of those in somebody's hands, which are nobody else's meanwhile. */
  const some = (): readonly Hold[] =>
    Array.from({ length: 1 + randomInt(5) }, () =>
      holds.splice(randomInt(holds.length + 1), 1),
    ).flat()

  const deleteSome = async (): Promise<void> => {
    const those = some()
    const [first, ...more] = those
    if (first === undefined) return
    const answered = those.map((hold) => model.deleting(hold))
    if (more.length === 0) {
      const { receiptHandle: ReceiptHandle } = first
      await client.send(new sqs.DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
      answered[0]?.()
      return
    }
    const Entries = those.map(entryOfHold)
    const done = await client.send(new sqs.DeleteMessageBatchCommand({ QueueUrl, Entries }))
    for (const { Id } of done.Successful ?? []) answered[Number(Id)]?.()
  }

  const hideSome = async (): Promise<void> => {
    const those = some()
    try {
      await hide(those, randomInt(4))
    } finally {
      holds.push(...those)
    }
  }
  const hide = async (those: readonly Hold[], VisibilityTimeout: number): Promise<void> => {
    const [first, ...more] = those
    if (first === undefined) return
    const answered = those.map((hold) => model.hiding(hold, VisibilityTimeout))
    if (more.length === 0) {
      const { receiptHandle: ReceiptHandle } = first
      await client.send(
        new sqs.ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }),
      )
      answered[0]?.()
      return
    }
    const Entries = those.map((hold, at) => ({ ...entryOfHold(hold, at), VisibilityTimeout }))
    const command = new sqs.ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries })
    for (const { Id } of (await client.send(command)).Successful ?? []) answered[Number(Id)]?.()
  }

  return { send, take: [receive, receive, deleteSome, hideSome] }
}

const HOLDS_MAX = 50

const entryOf = ({ number, body, group }: Sent) => ({
  MessageBody: body,
  MessageAttributes: { number: { DataType: 'Number', StringValue: `${number}` } },
  ...(group !== undefined && { MessageGroupId: group, MessageDeduplicationId: `${number}` }),
})

const entryOfHold = ({ receiptHandle }: Hold, at: number) => ({
  Id: `${at}`,
  ReceiptHandle: receiptHandle,
})

const advance = async (gateway: Gateway, advanceMs: number): Promise<void> => {
  const body = JSON.stringify({ advanceMs })
  const answer = await fetch(`${gateway.endpoint}/_daemun/clock`, { method: 'POST', body })
  assert.equal(answer.status, 200)
}

/** Everything out of a queue in which nothing is hidden any more: what must be there is, and then it is empty. */
const drain = async (gateway: Gateway, { name, model }: Played): Promise<void> => {
  const client = new sqs.SQSClient(sdkOptions(gateway))
  const QueueUrl = urlOf(gateway, name)
  const missing = new Set(model.left())
  assert.ok(missing.size > 0)
  for (;;) {
    const answered = model.receiving(60)
    const { Messages = [] } = await client.send(
      new sqs.ReceiveMessageCommand({
        QueueUrl,
        VisibilityTimeout: 60,
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ['All'],
      }),
    )
    const holds = answered(Messages)
    if (holds.length === 0) break
    for (const { sent } of holds) missing.delete(sent)
    const deleted = holds.map((hold) => model.deleting(hold))
    const Entries = holds.map(entryOfHold)
    await client.send(new sqs.DeleteMessageBatchCommand({ QueueUrl, Entries }))
    for (const answer of deleted) answer()
  }
  assert.deepEqual(
    [...missing].map(({ number, story }) => `message ${number}: ${story.join('; ')}`),
    [],
  )
  client.destroy()
}
