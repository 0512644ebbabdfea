// A message as it is sent: what AWS takes of it, and what is kept.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
import { createHash } from 'node:crypto'
import type { SendMessageRequest } from '@aws-sdk/client-sqs'
import type { StoreCall } from '#store/transactional.ts'
import { ServiceError } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import type { Outgoing } from './engine.ts'
import { invalidParameter, missingParameter } from './errors.ts'
import { invalidCharacter, isSendable } from './sendable.ts'
import {
  attributesBytes,
  type KeptAttributes,
  keepAttributes,
  keepSystemAttributes,
} from './message-attributes.ts'
import type { QueueFacts } from './queue.ts'

const DELAY_SECONDS_MAX = 900

type SendInput = Omit<Shape<SendMessageRequest>, 'QueueUrl'>

export interface Checked {
  readonly outgoing: Outgoing
  readonly attributes: KeptAttributes | undefined
  readonly system: KeptAttributes | undefined
  readonly bytes: number
}

export const checkMessage = (queue: QueueFacts, input: SendInput, call: StoreCall): Checked => {
  const { MessageBody: body = '' } = input
  if (body === '') throw missingParameter('The request must contain the parameter MessageBody.')
  if (!isSendable(body)) {
    const message = invalidCharacter('message body')
    throw new ServiceError('InvalidMessageContents', 400, message)
  }
  const attributes = keepAttributes(input.MessageAttributes)
  const system = keepSystemAttributes(input.MessageSystemAttributes)
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
  checkId('MessageGroupId', groupId)
  checkId('MessageDeduplicationId', given)
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

export const checkId = (name: string, id: string | undefined): void => {
  if (id === undefined || /^[\x21-\x7e]{1,128}$/.test(id)) return
  throw invalidParameter(
    `Value ${id.slice(0, 128)} for parameter ${name} is invalid. Reason: ${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
  )
}

export const checkBytes = (bytes: number, { messageBytesMax }: QueueFacts): void => {
  if (bytes <= messageBytesMax) return
  throw invalidParameter(
    `One or more parameters are invalid. Reason: Message must be shorter than ${messageBytesMax} bytes.`,
  )
}

export const range = (name: string, value: number, min: number, max: number): number => {
  if (Number.isInteger(value) && value >= min && value <= max) return value
  throw invalidParameter(
    `Value ${value} for parameter ${name} is invalid. Reason: Must be >= ${min} and <= ${max}, if provided.`,
  )
}
