// Attributes of queues: which may be set, to what, and what is answered for those that nobody set.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
import { isObject } from '#shared/json.ts'
import type { Scope } from '#model/scope.ts'
import { problemOfPolicy } from '../delivery/resource-policy.ts'
import {
  invalidAttributeName,
  invalidAttributeValue,
  invalidParameter,
  refusedValue,
} from './errors.ts'
import { ATTRIBUTE_DEFAULTS, queueArn, type QueueRecord, readRedrive } from './queue.ts'
import type { QueueCounts } from './queue-messages.ts'
import { isSendable } from './sendable.ts'

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

/** What fits by itself and not beside the others. */
export const checkTogether = (attributes: Attributes): void => {
  if (attributes['SqsManagedSseEnabled'] === 'true' && attributes['KmsMasterKeyId'] !== undefined) {
    throw refusedValue(
      'You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.',
    )
  }
  // AWS: [API reference: SetQueueAttributes FifoThroughputLimit]
  if (
    attributes['FifoThroughputLimit'] === 'perMessageGroupId' &&
    attributes['DeduplicationScope'] !== 'messageGroup'
  ) {
    throw refusedValue(
      'The perMessageGroupId value is allowed only when the value for DeduplicationScope is messageGroup.',
    )
  }
}

/** AWS: one kind of encryption that is set takes the place of the other. */
export const withoutOther = (attributes: Attributes, given: Attributes): Attributes => {
  const { KmsMasterKeyId: key, SqsManagedSseEnabled: managed, ...rest } = attributes
  return {
    ...rest,
    ...(key !== undefined && given['SqsManagedSseEnabled'] !== 'true' && { KmsMasterKeyId: key }),
    ...(managed !== undefined &&
      (given['KmsMasterKeyId'] ?? '') === '' && { SqsManagedSseEnabled: managed }),
  }
}

const KEY_LENGTH_MAX = 2_048

const checkText = (name: string, value: string, isFifo: boolean): void => {
  if (value === '') return
  if (name === 'KmsMasterKeyId') {
    if (value.length > KEY_LENGTH_MAX || !isSendable(value)) throw invalidAttributeValue(name)
    return
  }
  if (!isObject(jsonOf(value))) throw invalidAttributeValue(name)
  if (name === 'Policy') checkPolicy(value)
  if (name === 'RedriveAllowPolicy') checkRedriveAllowPolicy(value)
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

/** AWS: [guide: quotas-policies] */
const POLICY_BYTES_MAX = 8_192

/** A policy that nobody could hold is refused when it is set, not when somebody calls. */
const checkPolicy = (text: string): void => {
  if (Buffer.byteLength(text) > POLICY_BYTES_MAX) throw invalidAttributeValue('Policy')
  const { Statement } = JSON.parse(text) as Readonly<Record<string, unknown>> // It is an object.
  // AWS takes a policy without statements, which says nothing.
  if (Array.isArray(Statement) && Statement.length === 0) return
  if (problemOfPolicy(text) !== undefined) throw invalidAttributeValue('Policy')
}

const SOURCES_MAX = 10

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html RedriveAllowPolicy */
const checkRedriveAllowPolicy = (text: string): void => {
  const { redrivePermission, sourceQueueArns, ...others } = JSON.parse(text) as Readonly<
    Record<string, unknown>
  > // It is an object.
  const sources: readonly unknown[] | undefined = Array.isArray(sourceQueueArns)
    ? sourceQueueArns
    : undefined
  const isRight =
    redrivePermission === 'byQueue'
      ? sources !== undefined &&
        sources.length > 0 &&
        sources.length <= SOURCES_MAX &&
        sources.every((arn) => typeof arn === 'string' && arn.startsWith('arn:'))
      : (redrivePermission === 'allowAll' || redrivePermission === 'denyAll') &&
        sourceQueueArns === undefined
  if (isRight && Object.keys(others).length === 0) return
  throw invalidParameter(
    `Value ${text.slice(0, 500)} for parameter RedriveAllowPolicy is invalid. Reason: redrivePermission is allowAll, denyAll or byQueue, and byQueue with up to ${SOURCES_MAX} sourceQueueArns.`,
  )
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
  const all: Attributes = {
    ...withDefaults(attributes),
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

/** With what holds where nobody has set it. */
export const withDefaults = (attributes: Attributes): Attributes => ({
  ...ATTRIBUTE_DEFAULTS,
  SqsManagedSseEnabled: attributes['KmsMasterKeyId'] === undefined ? 'true' : 'false',
  ...(attributes['KmsMasterKeyId'] !== undefined && { KmsDataKeyReusePeriodSeconds: '300' }),
  ...(attributes['FifoQueue'] === 'true' && {
    ContentBasedDeduplication: 'false',
    DeduplicationScope: 'queue',
    FifoThroughputLimit: 'perQueue',
  }),
  ...attributes,
})

const isSettable = (name: string): boolean =>
  name === 'FifoQueue' ||
  TEXTS.has(name) ||
  Object.hasOwn(RANGES, name) ||
  Object.hasOwn(VALUES, name)

/** Without those that were set to nothing. */
export const withoutEmpty = (attributes: Attributes): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== ''))
