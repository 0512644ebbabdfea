// Attributes of queues: which may be set, to what, and what is answered for those that nobody set.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
import { isObject } from '#shared/json.ts'
import type { Scope } from '#model/scope.ts'
import { invalidAttributeName, invalidAttributeValue, invalidParameter } from './errors.ts'
import { ATTRIBUTE_DEFAULTS, queueArn, type QueueRecord, readRedrive } from './queue.ts'
import type { QueueCounts } from './queue-messages.ts'

type Attributes = Readonly<Record<string, string>>

/** Least and greatest of those that are numbers. */
const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  DelaySeconds: [0, 900],
  MaximumMessageSize: [1_024, 1_048_576],
  MessageRetentionPeriod: [60, 1_209_600],
  ReceiveMessageWaitTimeSeconds: [0, 20],
  VisibilityTimeout: [0, 43_200],
  KmsDataKeyReusePeriodSeconds: [60, 86_400],
}

const VALUES: Readonly<Record<string, readonly string[]>> = {
  ContentBasedDeduplication: ['true', 'false'],
  DeduplicationScope: ['queue', 'messageGroup'],
  FifoThroughputLimit: ['perQueue', 'perMessageGroupId'],
  SqsManagedSseEnabled: ['true', 'false'],
}

/** Only a FIFO queue has them. */
const FIFO_ONLY: ReadonlySet<string> = new Set([
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'FifoThroughputLimit',
])

/** JSON texts; an empty one takes the attribute away. */
const TEXTS: ReadonlySet<string> = new Set([
  'KmsMasterKeyId',
  'Policy',
  'RedriveAllowPolicy',
  'RedrivePolicy',
])

/** Throws for the first that AWS would not take. */
export const checkAttributes = (attributes: Attributes, isFifo: boolean): void => {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'FifoQueue') continue
    if (FIFO_ONLY.has(name) && !isFifo) throw invalidAttributeName(name)
    const range = Object.hasOwn(RANGES, name) ? RANGES[name] : undefined
    const values = Object.hasOwn(VALUES, name) ? VALUES[name] : undefined
    if (range !== undefined) {
      const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN
      if (!(number >= range[0] && number <= range[1])) throw invalidAttributeValue(name)
    } else if (values !== undefined) {
      if (!values.includes(value)) throw invalidAttributeValue(name)
    } else if (!TEXTS.has(name)) throw invalidAttributeName(name)
    else checkText(name, value, isFifo)
  }
}

const checkText = (name: string, value: string, isFifo: boolean): void => {
  if (value === '' || name === 'KmsMasterKeyId') return
  if (!isObject(jsonOf(value))) throw invalidAttributeValue(name)
  if (name !== 'RedrivePolicy') return
  const redrive = readRedrive(value)
  if (redrive === undefined) {
    throw invalidParameter(
      `Value ${value.slice(0, 500)} for parameter RedrivePolicy is invalid. Reason: Redrive policy does not contain mandatory attributes.`,
    )
  }
  if (redrive.deadLetterArn.endsWith('.fifo') !== isFifo) {
    throw invalidParameter(
      `Value ${value.slice(0, 500)} for parameter RedrivePolicy is invalid. Reason: Dead-letter queue must be same type of queue as the source.`,
    )
  }
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Whether the dead-letter queue lets this queue use it. */
export const allowsRedriveFrom = (deadLetterQueue: QueueRecord, sourceArn: string): boolean => {
  const policy = jsonOf(deadLetterQueue.attributes['RedriveAllowPolicy'] ?? '')
  if (!isObject(policy) || policy['redrivePermission'] === undefined) return true
  if (policy['redrivePermission'] === 'allowAll') return true
  const sources = policy['sourceQueueArns']
  return policy['redrivePermission'] === 'byQueue' && Array.isArray(sources)
    ? sources.includes(sourceArn)
    : false
}

/** All of them, or those that were asked for. */
export const shownAttributes = (
  record: QueueRecord,
  scope: Scope,
  counts: QueueCounts,
  asked: readonly string[],
): Attributes => {
  const { attributes, createdMs, modifiedMs, name } = record
  const isFifo = attributes['FifoQueue'] === 'true'
  const all: Attributes = {
    ...ATTRIBUTE_DEFAULTS,
    SqsManagedSseEnabled: 'true',
    ...(isFifo && {
      ContentBasedDeduplication: 'false',
      DeduplicationScope: 'queue',
      FifoThroughputLimit: 'perQueue',
    }),
    ...attributes,
    QueueArn: queueArn(scope, name),
    CreatedTimestamp: String(Math.floor(createdMs / 1_000)),
    LastModifiedTimestamp: String(Math.floor(modifiedMs / 1_000)),
    ApproximateNumberOfMessages: String(counts.visible),
    ApproximateNumberOfMessagesNotVisible: String(counts.inFlight),
    ApproximateNumberOfMessagesDelayed: String(counts.delayed),
  }
  if (asked.includes('All')) return all
  const unknown = asked.find((name) => !Object.hasOwn(all, name) && !isSettable(name))
  if (unknown !== undefined) throw invalidAttributeName(unknown)
  return Object.fromEntries(Object.entries(all).filter(([key]) => asked.includes(key)))
}

const isSettable = (name: string): boolean =>
  name === 'FifoQueue' ||
  TEXTS.has(name) ||
  Object.hasOwn(RANGES, name) ||
  Object.hasOwn(VALUES, name)

/** Without those that were set to nothing. */
export const withoutEmpty = (attributes: Attributes): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== ''))
