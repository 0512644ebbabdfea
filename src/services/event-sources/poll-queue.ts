// A queue as a function's event source: batches are received, filtered and handed over; what the function has done is
// deleted, what it has not comes again when it is visible again, and in the end goes to the dead-letter queue.
// https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
import type { QueueEngine, Received } from '../sqs/engine.ts'
import { attributesMd5, type KeptAttributes, readKept } from '../sqs/message-attributes.ts'
import { systemAttributes } from '../sqs/messages.ts'
import type { QueueFacts } from '../sqs/queue.ts'
import type { BatchOutcome } from './mapping.ts'
import { ask, type EventSource, type Item, type Poll, pollSource, slices } from './poll.ts'

const WAIT_MS = 20_000
const MISSING_MS = 5_000

export interface QueuePoll extends Poll {
  readonly queues: QueueEngine
}

interface Message extends Item {
  readonly queue: QueueFacts
  readonly received: Received
}

export const pollQueue = (poll: QueuePoll): Promise<void> => {
  const { mapping, queues, sleep } = poll
  const source: EventSource<Message> = {
    concurrency: mapping.concurrency,
    awaitSource: () => sleep(MISSING_MS),
    read: async () => {
      const queue = await queues.findByArn(mapping.sourceArn)
      if (queue === undefined) return undefined
      const received = await gather(poll, queue)
      return [
        ...slices(
          received.map((one) => messageOf(queue, one)),
          mapping.batchSize,
        ),
      ]
    },
    work: async (batch) => {
      const { wanted, outcome } = await ask(poll, batch)
      // AWS: what no filter fits is deleted. [guide: invocation-eventfiltering]
      const unwanted = batch.filter((one) => !wanted.includes(one))
      await remove(queues, [...unwanted, ...wanted.filter(({ id }) => isDone(outcome, id))])
      return true
    },
  }
  return pollSource(poll, source)
}

const isDone = (outcome: BatchOutcome, id: string): boolean =>
  outcome.kind === 'done' || (outcome.kind === 'partial' && !outcome.failed.has(id))

/** A whole batch, or what has come when the window closes. */
const gather = async (
  { mapping, queues, signal }: QueuePoll,
  queue: QueueFacts,
): Promise<readonly Received[]> => {
  const { batchSize, windowMs } = mapping
  const receive = (max: number, waitMs: number) =>
    queues.receive(queue, { max, waitMs, signal, visibilitySeconds: queue.visibilitySeconds })
  const received = [...(await receive(batchSize, WAIT_MS))]
  const closesMs = performance.now() + windowMs
  while (received.length > 0 && received.length < batchSize && !signal.aborted) {
    const leftMs = closesMs - performance.now()
    if (leftMs <= 0) break
    received.push(...(await receive(batchSize - received.length, leftMs)))
  }
  return received
}

const remove = async (queues: QueueEngine, done: readonly Message[]): Promise<void> => {
  await Promise.all(
    done.map(async ({ queue, received }) => {
      const receipt = queues.readReceipt(queue, received.receiptHandle)
      if (receipt !== undefined) await queues.remove(queue, receipt)
    }),
  )
}

const messageOf = (queue: QueueFacts, received: Received): Message => {
  const record = recordOf(queue, received)
  return {
    id: record.messageId,
    record,
    // AWS: `body` is matched as JSON where the message is JSON, else as text. [guide: with-sqs-filtering]
    filtered: { ...record, body: jsonOr(record.body) },
    queue,
    received,
  }
}

const jsonOr = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event */
const recordOf = (queue: QueueFacts, received: Received) => {
  const { message, receiptHandle } = received
  const kept = readKept(message.attributes)
  return {
    messageId: message.id,
    receiptHandle,
    body: message.body,
    attributes: systemAttributes(queue, received),
    messageAttributes: attributesOf(kept),
    ...(message.attributes !== null && { md5OfMessageAttributes: attributesMd5(kept) }),
    md5OfBody: message.md5,
    eventSource: 'aws:sqs',
    eventSourceARN: queue.arn,
    awsRegion: queue.arn.split(':')[3] ?? '',
  }
}

const attributesOf = (kept: KeptAttributes) =>
  Object.fromEntries(
    Object.entries(kept).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      {
        ...(StringValue !== undefined && { stringValue: StringValue }),
        ...(BinaryValue !== undefined && { binaryValue: BinaryValue }),
        stringListValues: [],
        binaryListValues: [],
        dataType: DataType,
      },
    ]),
  )
