// Sending, receiving and deleting messages. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
import type {
  ChangeMessageVisibilityBatchRequest,
  ChangeMessageVisibilityRequest,
  DeleteMessageBatchRequest,
  DeleteMessageRequest,
  PurgeQueueRequest,
  ReceiveMessageRequest,
  SendMessageBatchRequest,
  SendMessageRequest,
} from '@aws-sdk/client-sqs'
import type { StoreCall } from '#store/transactional.ts'
import { ServiceError } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import type { QueueEngine, Received } from './engine.ts'
import {
  batchError,
  expiredReceipt,
  hiddenTooLong,
  invalidAttributeName,
  messageNotInflight,
  purgeInProgress,
  queueDoesNotExist,
  receiptHandleInvalid,
} from './errors.ts'
import { attributesMd5, readKept, selectAttributes, shownAttributes } from './message-attributes.ts'
import { type Checked, checkBytes, checkId, checkMessage, range } from './outgoing.ts'
import { nameOfUrl, type QueueFacts } from './queue.ts'
import { formatSequence } from './receipts.ts'

const BATCH_MAX = 10
/** AWS: of a whole batch, whatever the queue takes of one message. [API reference: SendMessageBatch] */
const BATCH_BYTES_MAX = 1_048_576
const VISIBILITY_SECONDS_MAX = 43_200
const WAIT_SECONDS_MAX = 20

export const messageOperations = (engine: QueueEngine) => {
  const queueOf = async (url: string | undefined, call: StoreCall): Promise<QueueFacts> => {
    const named = nameOfUrl(url ?? '')
    const isOurs = named !== undefined && named.accountId === call.accountId
    const { accountId, region } = call
    const found = isOurs ? await engine.find({ accountId, region }, named.name) : undefined
    if (found === undefined) throw queueDoesNotExist()
    return found
  }

  const SendMessage = async (input: Shape<SendMessageRequest>, call: StoreCall) => {
    const queue = await queueOf(input.QueueUrl, call)
    const checked = checkMessage(queue, input, call)
    checkBytes(checked.bytes, queue)
    const [sent] = await engine.send(queue, [checked.outgoing])
    return sentShape(queue, checked, sent)
  }

  const SendMessageBatch = async (input: Shape<SendMessageBatchRequest>, call: StoreCall) => {
    const queue = await queueOf(input.QueueUrl, call)
    const entries = checkBatch(input.Entries ?? [])
    const results = entries.map((entry) => ({
      Id: entry.Id ?? '',
      checked: attempt(() => {
        const checked = checkMessage(queue, entry, call)
        checkBytes(checked.bytes, queue)
        return checked
      }),
    }))
    const good = results.flatMap(({ Id, checked }) =>
      checked instanceof ServiceError ? [] : [{ Id, checked }],
    )
    const bytes = good.reduce((sum, { checked }) => sum + checked.bytes, 0)
    if (bytes > BATCH_BYTES_MAX) {
      throw batchError(
        'BatchRequestTooLong',
        `Batch requests cannot be longer than ${BATCH_BYTES_MAX} bytes. You have sent ${bytes} bytes.`,
      )
    }
    const sent = await engine.send(
      queue,
      good.map(({ checked }) => checked.outgoing),
    )
    return {
      Successful: good.map(({ Id, checked }, at) => ({
        Id,
        ...sentShape(queue, checked, sent[at]),
      })),
      Failed: results.flatMap(({ Id, checked }) =>
        checked instanceof ServiceError ? [failedShape(Id, checked)] : [],
      ),
    }
  }

  const ReceiveMessage = async (input: Shape<ReceiveMessageRequest>, call: StoreCall) => {
    const queue = await queueOf(input.QueueUrl, call)
    checkNames(input)
    const { ReceiveRequestAttemptId: attemptId } = input
    checkId('ReceiveRequestAttemptId', attemptId)
    const received = await engine.receive(queue, {
      max: range('MaxNumberOfMessages', input.MaxNumberOfMessages ?? 1, 1, BATCH_MAX),
      visibilitySeconds: range(
        'VisibilityTimeout',
        input.VisibilityTimeout ?? queue.visibilitySeconds,
        0,
        VISIBILITY_SECONDS_MAX,
      ),
      waitMs:
        range('WaitTimeSeconds', input.WaitTimeSeconds ?? queue.waitSeconds, 0, WAIT_SECONDS_MAX) *
        1_000,
      attemptId: queue.isFifo ? attemptId : undefined,
      signal: call.clientGone?.(),
    })
    if (received.length === 0) return {}
    return { Messages: received.map((one) => receivedShape(queue, one, input)) }
  }

  const remove = async (queue: QueueFacts, handle: string): Promise<void> => {
    const receipt = engine.readReceipt(queue, handle)
    if (receipt === undefined) throw receiptHandleInvalid(handle)
    if ((await engine.remove(queue, receipt)) === 'removed') return
    throw expiredReceipt(handle)
  }

  const change = async (
    queue: QueueFacts,
    handle: string,
    seconds: number | undefined,
  ): Promise<void> => {
    const timeout = range('VisibilityTimeout', seconds ?? 0, 0, VISIBILITY_SECONDS_MAX)
    const receipt = engine.readReceipt(queue, handle)
    if (receipt === undefined) throw receiptHandleInvalid(handle)
    const done = await engine.hide(queue, receipt, timeout)
    if (done === 'not-in-flight') throw messageNotInflight(handle)
    if (done === 'too-long') throw hiddenTooLong(timeout)
  }

  return {
    SendMessage,
    SendMessageBatch,
    ReceiveMessage,
    DeleteMessage: async (input: Shape<DeleteMessageRequest>, call: StoreCall): Promise<void> =>
      remove(await queueOf(input.QueueUrl, call), input.ReceiptHandle ?? ''),
    DeleteMessageBatch: async (input: Shape<DeleteMessageBatchRequest>, call: StoreCall) => {
      const queue = await queueOf(input.QueueUrl, call)
      return each(checkBatch(input.Entries ?? []), (entry) =>
        remove(queue, entry.ReceiptHandle ?? ''),
      )
    },
    ChangeMessageVisibility: async (
      input: Shape<ChangeMessageVisibilityRequest>,
      call: StoreCall,
    ): Promise<void> =>
      change(
        await queueOf(input.QueueUrl, call),
        input.ReceiptHandle ?? '',
        input.VisibilityTimeout,
      ),
    ChangeMessageVisibilityBatch: async (
      input: Shape<ChangeMessageVisibilityBatchRequest>,
      call: StoreCall,
    ) => {
      const queue = await queueOf(input.QueueUrl, call)
      return each(checkBatch(input.Entries ?? []), (entry) =>
        change(queue, entry.ReceiptHandle ?? '', entry.VisibilityTimeout),
      )
    },
    PurgeQueue: async (input: Shape<PurgeQueueRequest>, call: StoreCall): Promise<void> => {
      const queue = await queueOf(input.QueueUrl, call)
      if (!(await engine.purge(queue.queueId))) throw purgeInProgress(queue.name)
    },
  }
}

/** AWS: what is no name of an attribute is refused, `All` is all of them. [API reference: ReceiveMessage] */
const checkNames = (input: Shape<ReceiveMessageRequest>): void => {
  const asked: readonly string[] = [
    ...(input.AttributeNames ?? []),
    ...(input.MessageSystemAttributeNames ?? []),
  ]
  const unknown = asked.find((name) => !SYSTEM_NAMES.has(name))
  if (unknown !== undefined) throw invalidAttributeName(unknown.slice(0, 256))
}

const SYSTEM_NAMES: ReadonlySet<string> = new Set([
  'All',
  'ApproximateFirstReceiveTimestamp',
  'ApproximateReceiveCount',
  'AWSTraceHeader',
  'DeadLetterQueueSourceArn',
  'MessageDeduplicationId',
  'MessageGroupId',
  'SenderId',
  'SentTimestamp',
  'SequenceNumber',
])

const sentShape = (
  queue: QueueFacts,
  { attributes, system }: Checked,
  sent: { readonly id: string; readonly md5: string; readonly sequenceNumber: string } | undefined,
) => ({
  MessageId: sent?.id ?? '',
  MD5OfMessageBody: sent?.md5 ?? '',
  ...(attributes !== undefined && { MD5OfMessageAttributes: attributesMd5(attributes) }),
  ...(system !== undefined && { MD5OfMessageSystemAttributes: attributesMd5(system) }),
  ...(queue.isFifo && sent !== undefined && { SequenceNumber: sent.sequenceNumber }),
})

const receivedShape = (
  queue: QueueFacts,
  received: Received,
  input: Shape<ReceiveMessageRequest>,
) => {
  const { message, receiptHandle } = received
  const kept = selectAttributes(readKept(message.attributes), input.MessageAttributeNames ?? [])
  const asked: readonly string[] = [
    ...(input.AttributeNames ?? []),
    ...(input.MessageSystemAttributeNames ?? []),
  ]
  const system = Object.entries(systemAttributes(queue, received)).filter(
    ([name]) => asked.includes('All') || asked.includes(name),
  )
  return {
    MessageId: message.id,
    ReceiptHandle: receiptHandle,
    MD5OfBody: message.md5,
    Body: message.body,
    ...(system.length > 0 && { Attributes: Object.fromEntries(system) }),
    ...(kept !== undefined && {
      MD5OfMessageAttributes: attributesMd5(kept),
      MessageAttributes: shownAttributes(kept),
    }),
  }
}

export const systemAttributes = (
  queue: QueueFacts,
  { message }: Received,
): Readonly<Record<string, string>> => ({
  ApproximateReceiveCount: String(message.received),
  SentTimestamp: String(message.sent_ms),
  SenderId: message.sender,
  ApproximateFirstReceiveTimestamp: String(message.first_received_ms),
  ...(queue.isFifo && { SequenceNumber: formatSequence(message.seq) }),
  ...(message.group_id !== null && { MessageGroupId: message.group_id }),
  ...(message.dedup_id !== null && { MessageDeduplicationId: message.dedup_id }),
  ...(message.trace !== null && { AWSTraceHeader: message.trace }),
  ...(message.source_arn !== null && { DeadLetterQueueSourceArn: message.source_arn }),
})

const checkBatch = <Entry extends { readonly Id?: string | undefined }>(
  entries: readonly Entry[],
): readonly Entry[] => {
  if (entries.length === 0) {
    throw batchError('EmptyBatchRequest', 'There should be at least one entry in the request.')
  }
  if (entries.length > BATCH_MAX) {
    throw batchError(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are ${BATCH_MAX}. You have sent ${entries.length}.`,
    )
  }
  const ids = new Set<string>()
  for (const { Id = '' } of entries) {
    if (!/^[\w-]{1,80}$/.test(Id)) {
      throw batchError(
        'InvalidBatchEntryId',
        'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
      )
    }
    if (ids.has(Id)) throw batchError('BatchEntryIdsNotDistinct', `Id ${Id} repeated.`)
    ids.add(Id)
  }
  return entries
}

const attempt = <T>(work: () => T): T | ServiceError => {
  try {
    return work()
  } catch (error) {
    if (error instanceof ServiceError) return error
    throw error
  }
}

const each = async <Entry extends { readonly Id?: string | undefined }>(
  entries: readonly Entry[],
  work: (entry: Entry) => Promise<void>,
) => {
  const results = await Promise.all(
    entries.map(async (entry) => {
      try {
        await work(entry)
        return { Id: entry.Id ?? '', error: undefined }
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error
        return { Id: entry.Id ?? '', error }
      }
    }),
  )
  return {
    Successful: results.flatMap(({ Id, error }) => (error === undefined ? [{ Id }] : [])),
    Failed: results.flatMap(({ Id, error }) =>
      error === undefined ? [] : [failedShape(Id, error)],
    ),
  }
}

const failedShape = (Id: string, error: ServiceError) => ({
  Id,
  SenderFault: true,
  Code: error.code,
  Message: error.message,
})
