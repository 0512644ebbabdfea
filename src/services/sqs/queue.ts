// A queue as it is stored, and what its attributes come to when a message is sent or received.
import { isObject } from '#shared/json.ts'
import { collection } from '#store/store.ts'
import { PARTITION, type Scope } from '#model/scope.ts'

export interface QueueRecord {
  readonly name: string
  /** Of this queue alone: one of the same name that is made later has none of its messages. */
  readonly queueId: string
  /** As they were set; defaults are not among them. */
  readonly attributes: Readonly<Record<string, string>>
  readonly tags: Readonly<Record<string, string>>
  readonly createdMs: number
  readonly modifiedMs: number
}

/** By `{QueueName}`. */
export const queues = collection<QueueRecord>('sqs/queues')

/** What the messages of a queue are kept by. */
export interface QueueFacts {
  readonly queueId: string
  readonly name: string
  readonly arn: string
  readonly isFifo: boolean
  readonly isContentBased: boolean
  /** Deduplication is by group, not by queue. */
  readonly dedupesByGroup: boolean
  readonly visibilitySeconds: number
  readonly delaySeconds: number
  readonly retentionSeconds: number
  readonly waitSeconds: number
  readonly messageBytesMax: number
  readonly redrive?: Redrive
}

export interface Redrive {
  readonly deadLetterArn: string
  readonly maxReceiveCount: number
}

export const ATTRIBUTE_DEFAULTS: Readonly<Record<string, string>> = {
  VisibilityTimeout: '30',
  DelaySeconds: '0',
  MessageRetentionPeriod: '345600',
  ReceiveMessageWaitTimeSeconds: '0',
  // AWS: 1 MiB since August 2025. [guide: quotas-messages]
  MaximumMessageSize: '1048576',
}

export const queueArn = ({ region, accountId }: Scope, name: string): string =>
  `arn:${PARTITION}:sqs:${region}:${accountId}:${name}`

export const queueFacts = (
  { name, queueId, attributes }: QueueRecord,
  scope: Scope,
): QueueFacts => {
  const number = (attribute: string): number =>
    Number(attributes[attribute] ?? ATTRIBUTE_DEFAULTS[attribute])
  const redrive = readRedrive(attributes['RedrivePolicy'])
  return {
    queueId,
    name,
    arn: queueArn(scope, name),
    isFifo: attributes['FifoQueue'] === 'true',
    isContentBased: attributes['ContentBasedDeduplication'] === 'true',
    dedupesByGroup: attributes['DeduplicationScope'] === 'messageGroup',
    visibilitySeconds: number('VisibilityTimeout'),
    delaySeconds: number('DelaySeconds'),
    retentionSeconds: number('MessageRetentionPeriod'),
    waitSeconds: number('ReceiveMessageWaitTimeSeconds'),
    messageBytesMax: number('MaximumMessageSize'),
    ...(redrive !== undefined && { redrive }),
  }
}

/** Undefined where there is none, or none that can be read. */
export const readRedrive = (text: string | undefined): Redrive | undefined => {
  if (text === undefined || text === '') return undefined
  let read: unknown
  try {
    read = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isObject(read)) return undefined
  const { deadLetterTargetArn, maxReceiveCount } = read
  const count = Number(maxReceiveCount)
  if (typeof deadLetterTargetArn !== 'string' || !Number.isInteger(count)) return undefined
  if (count < 1 || count > 1_000) return undefined
  return { deadLetterArn: deadLetterTargetArn, maxReceiveCount: count }
}

/** `…/123456789012/name`, a URL or only its path; undefined where it is neither. */
export const nameOfUrl = (
  url: string,
): { readonly accountId: string; readonly name: string } | undefined => {
  const [, accountId, name] = /(?:^|\/)(\d{12})\/([\w-]{1,80}(?:\.fifo)?)\/?$/.exec(url) ?? []
  return accountId === undefined || name === undefined ? undefined : { accountId, name }
}
