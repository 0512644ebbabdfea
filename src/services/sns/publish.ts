// Publishing: which subscribers a message is for, and what each of them gets. It is accepted when what cannot be
// delivered at once is in the outbox. https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
import { createHash } from 'node:crypto'
import type { PublishBatchInput, PublishInput } from '@aws-sdk/client-sns'
import { compileEventPattern, type EventPattern } from '#languages/event-pattern/event-pattern.ts'
import { isObject } from '#shared/json.ts'
import type { Random } from '#shared/random.ts'
import type { Scope } from '#model/scope.ts'
import type { Store } from '#store/store.ts'
import type { StoreCall } from '#store/transactional.ts'
import { ServiceError } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import type { Carry, Parcel, Sender } from '../delivery/courier.ts'
import type { DeliveryRules, Outbox, Posting } from '../delivery/outbox.ts'
import { type KeptAttributes, keepAttributes } from '../sqs/message-attributes.ts'
import { batchError, invalidParameter, topicNotFound } from './errors.ts'
import {
  certificateUrl,
  createSigner,
  envelope,
  functionEvent,
  type Notification,
  type Sign,
} from './notification.ts'
import {
  partsOfArn,
  type SubscriptionRecord,
  subscriptions,
  type TopicRecord,
  topics,
} from './records.ts'
import { type AskToConfirm, redriveOf } from './subscriptions.ts'

/** AWS: 256 KB. [API reference: Publish Message] */
const MESSAGE_BYTES_MAX = 262_144
const BATCH_MAX = 10
const SUBJECT_LENGTH_MAX = 100

interface Subscriber {
  readonly record: SubscriptionRecord
  readonly by: Sender
  readonly filter: EventPattern | undefined
  readonly filtersBody: boolean
  readonly isRaw: boolean
  readonly rules: DeliveryRules
}

interface Topic {
  readonly record: TopicRecord
  readonly arn: string
  readonly subscribers: readonly Subscriber[]
}

interface Message {
  readonly message: string
  readonly subject: string | undefined
  readonly attributes: KeptAttributes
  /** By protocol, with a `default`; from `MessageStructure: json`. */
  readonly byProtocol: Readonly<Record<string, string>> | undefined
  readonly groupId: string | undefined
  readonly dedupId: string | undefined
}

export interface Publishing {
  publish(input: Shape<PublishInput>, call: StoreCall): Promise<{ readonly MessageId: string }>
  publishBatch(input: Shape<PublishBatchInput>, call: StoreCall): Promise<unknown>
  /** For other services: a message as text, to a topic's ARN. */
  readonly carry: Carry
  readonly askToConfirm: AskToConfirm
  close(): void
}

export const createPublishing = (options: {
  readonly store: Store
  readonly outbox: Outbox
  readonly carry: Carry
  readonly random: Random
  readonly nowMs: () => number
}): Publishing => {
  const { store, outbox, carry, random, nowMs } = options
  const signer = createSigner()
  const known = new Map<string, Promise<Topic | undefined>>()
  const stopWatching = store.watch(() => known.clear())

  const find = (arn: string): Promise<Topic | undefined> => {
    const before = known.get(arn)
    if (before !== undefined) return before
    if (known.size >= KNOWN_MAX) known.clear()
    const finding = readTopic(store, arn)
    known.set(arn, finding)
    finding.catch(() => known.delete(arn)) // The caller has the error.
    return finding
  }

  const distribute = async (topic: Topic, message: Message): Promise<string> => {
    const id = random.uuid()
    const timestamp = new Date(nowMs()).toISOString()
    const waiting: Posting[] = []
    for (const subscriber of topic.subscribers) {
      if (!isFor(subscriber, message)) continue
      const parcel = parcelFor(subscriber, message, { id, topicArn: topic.arn, timestamp }, signer)
      const posting = { parcel, rules: subscriber.rules }
      // Queues are of this node and keep what they get: there is nothing to wait for, and the order stays.
      const isDone = subscriber.record.protocol === 'sqs' && (await tried(carry, parcel))
      if (!isDone) waiting.push(posting)
    }
    await outbox.add(waiting)
    return id
  }

  return {
    publish: async (input, call) => {
      if (input.PhoneNumber !== undefined) {
        throw new ServiceError('NotImplementedException', 501, 'SMS are not sent here.')
      }
      const topic = await topicFor(input.TopicArn ?? input.TargetArn, call, find)
      const message = checkMessage(topic, input)
      return { MessageId: await distribute(topic, message), ...sequenceOf(topic, nowMs()) }
    },
    publishBatch: async (input, call) => {
      const topic = await topicFor(input.TopicArn, call, find)
      const entries = checkBatch(input.PublishBatchRequestEntries ?? [])
      const Successful: unknown[] = []
      const Failed: unknown[] = []
      for (const { Id, ...entry } of entries) {
        try {
          const message = checkMessage(topic, entry)
          Successful.push({ Id, MessageId: await distribute(topic, message) })
        } catch (error) {
          if (!(error instanceof ServiceError)) throw error
          Failed.push({ Id, Code: error.code, Message: error.message, SenderFault: true })
        }
      }
      return { Successful, Failed }
    },
    carry: async ({ target, body, attributes = {}, groupId, dedupId }) => {
      const topic = await find(target)
      if (topic === undefined) throw new Error(`there is no topic ${target}`)
      const plain = { subject: undefined, byProtocol: undefined, groupId, dedupId }
      await distribute(topic, { ...plain, message: body, attributes })
    },
    askToConfirm: (subscription, origin) =>
      outbox.add([
        {
          parcel: confirmation(subscription, origin, random.uuid(), new Date(nowMs()), signer),
          rules: HTTP_RULES,
        },
      ]),
    close: stopWatching,
  }
}

const KNOWN_MAX = 1_000

/** AWS: HTTP servers are asked four times in all; what is AWS's own for 23 days, which here are bounded to a day. */
const HTTP_RULES: DeliveryRules = { attemptsMax: 4, ageSecondsMax: 3_600 }
const OWN_RULES: DeliveryRules = { attemptsMax: 50, ageSecondsMax: 86_400 }

const readTopic = async (store: Store, arn: string): Promise<Topic | undefined> => {
  const [, , , region = '', accountId = ''] = arn.split(':')
  const scope: Scope = { region, accountId }
  const name = partsOfArn(arn, scope)?.name ?? ''
  return store.read(async (view) => {
    const record = await view.get(topics, scope, name)
    if (record === undefined) return undefined
    const held = await view.list(subscriptions, scope, { prefix: `${name}/` })
    const confirmed = held.filter(({ value }) => value.token === undefined)
    return { record, arn, subscribers: confirmed.map(({ value }) => subscriberOf(value)) }
  })
}

const subscriberOf = (record: SubscriptionRecord): Subscriber => {
  const { attributes, protocol, topicArn } = record
  const policy = attributes['FilterPolicy']
  const deadLetterArn = redriveOf(attributes['RedrivePolicy'])
  const rules = protocol === 'sqs' || protocol === 'lambda' ? OWN_RULES : HTTP_RULES
  const by = { service: 'sns.amazonaws.com', sourceArn: topicArn, sourceAccount: record.owner }
  return {
    record,
    by,
    // It was compiled when it was set.
    filter: policy === undefined ? undefined : compileEventPattern(JSON.parse(policy)),
    filtersBody: attributes['FilterPolicyScope'] === 'MessageBody',
    isRaw: attributes['RawMessageDelivery']?.toLowerCase() === 'true',
    rules: { ...rules, ...(deadLetterArn !== undefined && { deadLetterArn }) },
  }
}

const topicFor = async (
  arn: string | undefined,
  call: StoreCall,
  find: (arn: string) => Promise<Topic | undefined>,
): Promise<Topic> => {
  if (arn === undefined || partsOfArn(arn, call) === undefined) throw invalidParameter('TopicArn')
  const topic = await find(arn)
  if (topic === undefined) throw topicNotFound()
  return topic
}

const tried = async (carry: Carry, parcel: Parcel): Promise<boolean> => {
  try {
    await carry(parcel)
    return true
  } catch {
    return false // The outbox tries again, and says why in the end.
  }
}

const isFor = ({ filter, filtersBody }: Subscriber, message: Message): boolean => {
  if (filter === undefined) return true
  if (!filtersBody) return filter(filterable(message.attributes))
  const body = jsonOf(message.message)
  return isObject(body) && filter(body)
}

/** Attributes as a filter policy sees them. [guide: sns-subscription-filter-policies] */
const filterable = (attributes: KeptAttributes): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(attributes).flatMap(([name, { DataType, StringValue }]) => {
      if (StringValue === undefined) return []
      if (DataType === 'String.Array') return [[name, jsonOf(StringValue) ?? StringValue]]
      return [[name, DataType.startsWith('Number') ? Number(StringValue) : StringValue]]
    }),
  )

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const parcelFor = (
  { record, isRaw, by }: Subscriber,
  message: Message,
  about: Pick<Notification, 'id' | 'topicArn' | 'timestamp'>,
  signer: Sign,
): Parcel => {
  const { subject, attributes, byProtocol, groupId, dedupId } = message
  const text = byProtocol?.[record.protocol] ?? byProtocol?.['default'] ?? message.message
  const notification: Notification = { ...about, subject, attributes, message: text }
  const target = record.endpoint
  if (record.protocol === 'lambda') {
    return { target, body: functionEvent(notification, record, signer), by }
  }
  const body = isRaw ? text : envelope(notification, record, signer)
  if (record.protocol !== 'sqs') {
    const raw = isRaw ? ['x-amz-sns-rawdelivery', 'true'] : []
    const headers = [...httpHeaders('Notification', about, record.arn), ...raw]
    return { target, body, headers, by }
  }
  return {
    target,
    body,
    by,
    ...(isRaw && Object.keys(attributes).length > 0 && { attributes }),
    ...(groupId !== undefined && { groupId }),
    ...(dedupId !== undefined && { dedupId }),
  }
}

const httpHeaders = (
  type: string,
  { id, topicArn }: Pick<Notification, 'id' | 'topicArn'>,
  subscriptionArn?: string,
): readonly string[] => [
  'x-amz-sns-message-type',
  type,
  'x-amz-sns-message-id',
  id,
  'x-amz-sns-topic-arn',
  topicArn,
  ...(subscriptionArn === undefined ? [] : ['x-amz-sns-subscription-arn', subscriptionArn]),
  'Content-Type',
  'text/plain; charset=UTF-8',
  'User-Agent',
  'Amazon Simple Notification Service Agent',
]

const confirmation = (
  { topicArn, endpoint, token = '' }: SubscriptionRecord,
  origin: string,
  id: string,
  now: Date,
  signer: Sign,
): Parcel => {
  const message = `You have chosen to subscribe to the topic ${topicArn}.\nTo confirm the subscription, visit the SubscribeURL included in this message.`
  const query = new URLSearchParams({
    Action: 'ConfirmSubscription',
    TopicArn: topicArn,
    Token: token,
  })
  const signed = {
    Message: message,
    MessageId: id,
    SubscribeURL: `${origin}/?${query}`,
    Timestamp: now.toISOString(),
    Token: token,
    TopicArn: topicArn,
    Type: 'SubscriptionConfirmation',
  }
  return {
    target: endpoint,
    headers: httpHeaders('SubscriptionConfirmation', { id, topicArn }),
    body: JSON.stringify({
      ...signed,
      SignatureVersion: '1',
      Signature: signer(signed),
      SigningCertURL: certificateUrl(topicArn),
    }),
  }
}

type MessageInput = Omit<Shape<PublishInput>, 'TopicArn' | 'TargetArn' | 'PhoneNumber'>

const checkMessage = ({ record }: Topic, input: MessageInput): Message => {
  const { Message: message = '', Subject: subject } = input
  if (message === '') throw invalidParameter('Empty message')
  const attributes = keepAttributes(input.MessageAttributes) ?? {}
  const bytes = Buffer.byteLength(message) + Buffer.byteLength(JSON.stringify(attributes))
  if (bytes > MESSAGE_BYTES_MAX) throw invalidParameter('Message too long')
  if (
    subject !== undefined &&
    !/^(?! )[\x20-\x7e]+$/.test(subject.slice(0, SUBJECT_LENGTH_MAX + 1))
  ) {
    throw invalidParameter('Subject')
  }
  if (subject !== undefined && subject.length > SUBJECT_LENGTH_MAX)
    throw invalidParameter('Subject')
  const { MessageGroupId: groupId, MessageDeduplicationId: dedupId } = input
  const isFifo = record.attributes['FifoTopic'] === 'true'
  if (isFifo && groupId === undefined) {
    throw invalidParameter('The MessageGroupId parameter is required for FIFO topics')
  }
  if (
    isFifo &&
    dedupId === undefined &&
    record.attributes['ContentBasedDeduplication'] !== 'true'
  ) {
    throw invalidParameter(
      'The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    )
  }
  const byProtocol = input.MessageStructure === 'json' ? readStructure(message) : undefined
  const content = isFifo && dedupId === undefined ? contentId(message) : dedupId
  return { message, subject, attributes, byProtocol, groupId, dedupId: content }
}

const contentId = (message: string): string => createHash('sha256').update(message).digest('hex')

const readStructure = (message: string): Readonly<Record<string, string>> => {
  const read = jsonOf(message)
  if (!isObject(read))
    throw invalidParameter('Message Structure - JSON message body failed to parse')
  const texts = Object.entries(read).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  const byProtocol = Object.fromEntries(texts)
  if (byProtocol['default'] === undefined) {
    throw invalidParameter('Message Structure - No default entry in JSON message body')
  }
  return byProtocol
}

const sequenceOf = ({ record }: Topic, nowMs: number) =>
  record.attributes['FifoTopic'] === 'true'
    ? { SequenceNumber: String(nowMs).padStart(20, '1') }
    : {}

const checkBatch = <Entry extends { readonly Id?: string | undefined }>(
  entries: readonly Entry[],
): readonly Entry[] => {
  if (entries.length === 0) {
    throw batchError('EmptyBatchRequestException', "The batch request doesn't contain any entries.")
  }
  if (entries.length > BATCH_MAX) {
    throw batchError(
      'TooManyEntriesInBatchRequestException',
      'The batch request contains more entries than permissible.',
    )
  }
  if (new Set(entries.map(({ Id }) => Id)).size < entries.length) {
    throw batchError(
      'BatchEntryIdsNotDistinctException',
      'Two or more batch entries in the request have the same Id.',
    )
  }
  return entries
}
