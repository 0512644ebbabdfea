// Sending, receiving and deleting messages. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
import { createHash } from 'node:crypto'
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
import { formatSequence, type Outgoing, type QueueEngine, type Received } from './engine.ts'
import {
  batchError,
  invalidParameter,
  messageNotInflight,
  missingParameter,
  queueDoesNotExist,
  receiptHandleInvalid,
} from './errors.ts'
import {
  attributesBytes,
  attributesMd5,
  type KeptAttributes,
  keepAttributes,
  readKept,
  selectAttributes,
  shownAttributes,
} from './message-attributes.ts'
import { nameOfUrl, type QueueFacts } from './queue.ts'

const BATCH_MAX = 10
const DELAY_SECONDS_MAX = 900
const VISIBILITY_SECONDS_MAX = 43_200
const WAIT_SECONDS_MAX = 20

type SendInput = Omit<Shape<SendMessageRequest>, 'QueueUrl'>

interface Checked {
  readonly outgoing: Outgoing
  readonly attributes: KeptAttributes | undefined
  readonly system: KeptAttributes | undefined
  readonly bytes: number
}

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
      checked: attempt(() => checkMessage(queue, entry, call)),
    }))
    const good = results.flatMap(({ Id, checked }) =>
      checked instanceof ServiceError ? [] : [{ Id, checked }],
    )
    const bytes = good.reduce((sum, { checked }) => sum + checked.bytes, 0)
    if (bytes > queue.messageBytesMax) {
      throw batchError(
        'BatchRequestTooLong',
        `Batch requests cannot be longer than ${queue.messageBytesMax} bytes. You have sent ${bytes} bytes.`,
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
    })
    if (received.length === 0) return {}
    return { Messages: received.map((one) => receivedShape(queue, one, input)) }
  }

  const remove = async (queue: QueueFacts, handle: string): Promise<void> => {
    const receipt = engine.readReceipt(queue, handle)
    if (receipt === undefined) throw receiptHandleInvalid(handle)
    if ((await engine.remove(queue, receipt)) === 'removed') return
    throw invalidParameter(
      `Value ${handle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.`,
    )
  }

  const change = async (
    queue: QueueFacts,
    handle: string,
    seconds: number | undefined,
  ): Promise<void> => {
    const timeout = range('VisibilityTimeout', seconds ?? 0, 0, VISIBILITY_SECONDS_MAX)
    const receipt = engine.readReceipt(queue, handle)
    if (receipt === undefined) throw receiptHandleInvalid(handle)
    if (!(await engine.hide(queue, receipt, timeout))) throw messageNotInflight(handle)
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
    PurgeQueue: async (input: Shape<PurgeQueueRequest>, call: StoreCall): Promise<void> =>
      engine.purge((await queueOf(input.QueueUrl, call)).queueId),
  }
}

const checkMessage = (queue: QueueFacts, input: SendInput, call: StoreCall): Checked => {
  const { MessageBody: body = '' } = input
  if (body === '') throw missingParameter('The request must contain the parameter MessageBody.')
  if (!isSendable(body)) {
    throw new ServiceError(
      'InvalidMessageContents',
      400,
      'Invalid binary character was found in the message body, the set of allowed characters is #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF',
    )
  }
  const attributes = keepAttributes(input.MessageAttributes)
  const system = keepAttributes(input.MessageSystemAttributes)
  const bytes = Buffer.byteLength(body) + attributesBytes(attributes)
  const delaySeconds =
    input.DelaySeconds === undefined
      ? undefined
      : range('DelaySeconds', input.DelaySeconds, 0, DELAY_SECONDS_MAX)
  if (queue.isFifo && (delaySeconds ?? 0) > 0) {
    throw invalidParameter(
      `Value ${delaySeconds} for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type.`,
    )
  }
  const { groupId, dedupId } = orderOf(queue, input, body)
  const outgoing: Outgoing = {
    body,
    attributes: attributes && JSON.stringify(attributes),
    sender: call.caller?.userId || call.accountId,
    trace: system?.['AWSTraceHeader']?.StringValue,
    delaySeconds,
    groupId,
    dedupId,
  }
  return { outgoing, attributes, system, bytes }
}

const orderOf = (queue: QueueFacts, input: SendInput, body: string) => {
  const { MessageGroupId: groupId, MessageDeduplicationId: given } = input
  for (const [name, id] of Object.entries({
    MessageGroupId: groupId,
    MessageDeduplicationId: given,
  })) {
    if (id !== undefined && !/^[\x21-\x7e]{1,128}$/.test(id)) {
      throw invalidParameter(
        `Value ${id.slice(0, 128)} for parameter ${name} is invalid. Reason: ${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
      )
    }
  }
  // AWS: in a standard queue a group is for fairness alone. [guide: sqs-fair-queues]
  if (!queue.isFifo) return { groupId, dedupId: undefined }
  if (groupId === undefined) {
    throw missingParameter('The request must contain the parameter MessageGroupId.')
  }
  if (given === undefined && !queue.isContentBased) {
    throw invalidParameter(
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    )
  }
  return { groupId, dedupId: given ?? createHash('sha256').update(body).digest('hex') }
}

const checkBytes = (bytes: number, { messageBytesMax }: QueueFacts): void => {
  if (bytes <= messageBytesMax) return
  throw invalidParameter(
    `One or more parameters are invalid. Reason: Message must be shorter than ${messageBytesMax} bytes.`,
  )
}

/** AWS: what XML 1.0 can hold. [API reference: SendMessage MessageBody] */
const isSendable = (body: string): boolean =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  // oxlint-disable-next-line no-control-regex -- the same
  body.isWellFormed() && !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(body)

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

const range = (name: string, value: number, min: number, max: number): number => {
  if (Number.isInteger(value) && value >= min && value <= max) return value
  throw invalidParameter(
    `Value ${value} for parameter ${name} is invalid. Reason: Must be >= ${min} and <= ${max}, if provided.`,
  )
}

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
