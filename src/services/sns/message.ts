// A message as it is published: checked once, for all subscribers.
// https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
import { createHash } from 'node:crypto'
import type { PublishBatchInput, PublishInput } from '@aws-sdk/client-sns'
import { isObject } from '#shared/json.ts'
import { ServiceError } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import type { KeptAttributes } from '../sqs/message-attributes.ts'
import { batchError, invalidParameter } from './errors.ts'
import type { TopicRecord } from './records.ts'

export interface Message {
  readonly message: string
  readonly subject: string | undefined
  readonly attributes: KeptAttributes
  /** By protocol, with a `default`; from `MessageStructure: json`. */
  readonly byProtocol: Readonly<Record<string, string>> | undefined
  readonly groupId: string | undefined
  readonly dedupId: string | undefined
}

type MessageInput = Omit<Shape<PublishInput>, 'TopicArn' | 'TargetArn' | 'PhoneNumber'>

/** AWS: 256 KB, of a batch all its messages together. [API reference: Publish Message, PublishBatch] */
const MESSAGE_BYTES_MAX = 262_144
const BATCH_MAX = 10
const SUBJECT_LENGTH_MAX = 100
const ID_LENGTH_MAX = 128

export const isFifo = ({ attributes }: TopicRecord): boolean => attributes['FifoTopic'] === 'true'

export const checkMessage = (topic: TopicRecord, input: MessageInput): Message => {
  const { Message: message = '', Subject: subject } = input
  if (message === '') throw invalidParameter('Empty message')
  const attributes = keepAttributes(input.MessageAttributes)
  if (sizeOf(input) > MESSAGE_BYTES_MAX) throw invalidParameter('Message too long')
  // AWS: printable ASCII that does not begin with a space, at most 100 characters.
  if (
    subject !== undefined &&
    !/^(?! )[\x20-\x7e]{1,100}$/.test(subject.slice(0, SUBJECT_LENGTH_MAX + 1))
  )
    throw invalidParameter('Subject')
  const { MessageGroupId: groupId, MessageDeduplicationId: dedupId } = input
  checkFifo(topic, input)
  const { MessageStructure: structure } = input
  if (structure !== undefined && structure !== '' && structure !== 'json') {
    throw invalidParameter('MessageStructure')
  }
  const byProtocol = structure === 'json' ? readStructure(message) : undefined
  const content = isFifo(topic) && dedupId === undefined ? contentId(message) : dedupId
  return { message, subject, attributes, byProtocol, groupId, dedupId: content }
}

const checkFifo = (topic: TopicRecord, input: MessageInput): void => {
  const { MessageGroupId: groupId, MessageDeduplicationId: dedupId } = input
  for (const [name, value] of Object.entries({
    MessageGroupId: groupId,
    MessageDeduplicationId: dedupId,
  })) {
    if (value === undefined) continue
    if (value.length > ID_LENGTH_MAX || !/^[\x21-\x7e]+$/.test(value)) {
      throw invalidParameter(
        `${name} Reason: ${name} can only include alphanumeric and punctuation characters. 1 to 128 in length`,
      )
    }
  }
  if (!isFifo(topic)) {
    // AWS: a group of a standard topic is for fair queues. [guide: sns-publishing]
    if (dedupId === undefined) return
    throw invalidParameter(
      'MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type',
    )
  }
  if (groupId === undefined) {
    throw invalidParameter('The MessageGroupId parameter is required for FIFO topics')
  }
  if (dedupId === undefined && topic.attributes['ContentBasedDeduplication'] !== 'true') {
    throw invalidParameter(
      'The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    )
  }
}

/** AWS: the message and its attributes, each with its name, type and value. */
const sizeOf = ({ Message: message = '', MessageAttributes: attributes = {} }: MessageInput) =>
  Object.entries(attributes).reduce(
    (sum, [name, { DataType = '', StringValue = '', BinaryValue }]) =>
      sum + Buffer.byteLength(name + DataType + StringValue) + (BinaryValue?.length ?? 0),
    Buffer.byteLength(message),
  )

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

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const NAME = /^(?!(?:aws|amazon)\.)(?!\.)(?!.*\.\.)[\w.-]{1,256}(?<!\.)$/i
/** Bounded as AWS bounds the message that they are part of. */
const ATTRIBUTES_MAX = 1_000

type GivenAttributes = NonNullable<MessageInput['MessageAttributes']>

const keepAttributes = (given: GivenAttributes = {}): KeptAttributes => {
  const entries = Object.entries(given)
  if (entries.length > ATTRIBUTES_MAX) throw invalidParameter('MessageAttributes')
  return Object.fromEntries(entries.map(([name, value]) => [name, keepAttribute(name, value)]))
}

const invalidValue = (message: string) =>
  new ServiceError('InvalidParameterValueException', 400, message)

const keepAttribute = (name: string, value: GivenAttributes[string]): KeptAttributes[string] => {
  if (!NAME.test(name)) {
    throw invalidValue(`The message attribute name '${name.slice(0, 256)}' is invalid.`)
  }
  const { DataType = '', StringValue, BinaryValue } = value
  const [kind] = DataType.split('.', 1)
  const empty = () =>
    invalidValue(
      `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${DataType}'.`,
    )
  if (kind === 'Binary') {
    if (BinaryValue === undefined || BinaryValue.length === 0) throw empty()
    return { DataType, BinaryValue: Buffer.from(BinaryValue).toString('base64') }
  }
  if (kind !== 'String' && kind !== 'Number') {
    throw invalidValue(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    )
  }
  if (StringValue === undefined || StringValue === '') throw empty()
  if (kind === 'Number' && (StringValue.trim() === '' || Number.isNaN(Number(StringValue)))) {
    throw invalidValue(`Could not cast message attribute '${name}' value to number.`)
  }
  if (DataType === 'String.Array' && !Array.isArray(jsonOf(StringValue))) {
    throw invalidValue(`The message attribute '${name}' must be a JSON array.`)
  }
  return { DataType, StringValue }
}

type BatchEntries = NonNullable<Shape<PublishBatchInput>['PublishBatchRequestEntries']>

/** Throws for what refuses the whole batch. */
export const checkBatch = (entries: BatchEntries = []): BatchEntries => {
  if (entries.length === 0) {
    throw batchError('EmptyBatchRequestException', "The batch request doesn't contain any entries.")
  }
  if (entries.length > BATCH_MAX) {
    throw batchError(
      'TooManyEntriesInBatchRequestException',
      'The batch request contains more entries than permissible.',
    )
  }
  const bad = entries.find(({ Id = '' }) => !/^[\w-]{1,80}$/.test(Id))
  if (bad !== undefined) {
    throw batchError(
      'InvalidBatchEntryIdException',
      'The Id of a batch entry in a batch request does not abide by the specification.',
    )
  }
  if (new Set(entries.map(({ Id }) => Id)).size < entries.length) {
    throw batchError(
      'BatchEntryIdsNotDistinctException',
      'Two or more batch entries in the request have the same Id.',
    )
  }
  if (entries.reduce((sum, entry) => sum + sizeOf(entry), 0) > MESSAGE_BYTES_MAX) {
    throw batchError(
      'BatchRequestTooLongException',
      'The length of all the messages put together is more than the limit.',
    )
  }
  return entries
}
