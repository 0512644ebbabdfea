// A queue as a function's event source: batches are received, filtered and handed over; what the function has done is
// deleted, what it has not comes again when it is visible again, and in the end goes to the dead-letter queue.
// https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
import type { InvokeFunction } from '#model/ports.ts'
import type { QueueEngine, Received } from '../sqs/engine.ts'
import { attributesMd5, type KeptAttributes, readKept } from '../sqs/message-attributes.ts'
import { systemAttributes } from '../sqs/messages.ts'
import type { QueueFacts } from '../sqs/queue.ts'
import { askFunction } from './ask-function.ts'
import type { Mapping } from './mapping.ts'
import type { Sleep } from './pollers.ts'

/** An event is at most 6 MB; the rest is for what is around the bodies. */
const BATCH_BYTES_MAX = 5_000_000
const WAIT_MS = 20_000
/** How long a missing queue is waited for before it is looked for again. */
const MISSING_MS = 5_000

export interface QueuePoll {
  readonly mapping: Mapping
  readonly queues: QueueEngine
  readonly invoke: InvokeFunction
  readonly sleep: Sleep
  readonly signal: AbortSignal
  readonly onError: (error: unknown) => void
}

/** Polls until the signal says to end, and until what is under way is done. */
export const pollQueue = async (poll: QueuePoll): Promise<void> => {
  const { mapping, queues, sleep, signal, onError } = poll
  const running = new Set<Promise<void>>()
  while (!signal.aborted) {
    const queue = await queues.findByArn(mapping.sourceArn)
    if (queue === undefined) {
      await sleep(MISSING_MS)
      continue
    }
    const received = await gather(poll, queue)
    for (const batch of slices(received)) {
      while (running.size >= mapping.concurrency) await Promise.race(running)
      const run = handle(poll, queue, batch).catch(onError)
      running.add(run)
      void run.finally(() => running.delete(run))
    }
  }
  await Promise.all(running)
}

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

function* slices(received: readonly Received[]): Iterable<readonly Received[]> {
  let slice: Received[] = []
  let bytes = 0
  for (const one of received) {
    const size = Buffer.byteLength(one.message.body) + (one.message.attributes?.length ?? 0)
    if (slice.length > 0 && bytes + size > BATCH_BYTES_MAX) {
      yield slice
      slice = []
      bytes = 0
    }
    slice.push(one)
    bytes += size
  }
  if (slice.length > 0) yield slice
}

const handle = async (
  { mapping, queues, invoke }: QueuePoll,
  queue: QueueFacts,
  batch: readonly Received[],
): Promise<void> => {
  const records = batch.map((received) => ({ received, record: recordOf(queue, received) }))
  const wanted = records.filter(({ record }) => isWanted(mapping, record))
  // AWS: what no filter fits is deleted. [guide: invocation-eventfiltering]
  await remove(
    queues,
    queue,
    records.filter((one) => !wanted.includes(one)),
  )
  if (wanted.length === 0) return
  const ids = new Set(wanted.map(({ record }) => record.messageId))
  const outcome = await askFunction(
    invoke,
    mapping,
    wanted.map(({ record }) => record),
    ids,
  )
  if (outcome.kind === 'failed') return
  const done =
    outcome.kind === 'done'
      ? wanted
      : wanted.filter(({ record }) => !outcome.failed.has(record.messageId))
  await remove(queues, queue, done)
}

const remove = async (
  queues: QueueEngine,
  queue: QueueFacts,
  done: readonly { readonly received: Received }[],
): Promise<void> => {
  await Promise.all(
    done.map(async ({ received }) => {
      const receipt = queues.readReceipt(queue, received.receiptHandle)
      if (receipt !== undefined) await queues.remove(queue, receipt)
    }),
  )
}

/** AWS: `body` is matched as JSON where the message is JSON, else as text. [guide: with-sqs-filtering] */
const isWanted = ({ filter }: Mapping, record: ReturnType<typeof recordOf>): boolean =>
  filter === undefined || filter({ ...record, body: jsonOr(record.body) })

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
