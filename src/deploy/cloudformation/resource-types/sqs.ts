// AWS::SQS::Queue and the policies of queues.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html
import { PARTITION } from '#model/scope.ts'
import { policyText, list, type Reader, tags, text } from '../properties.ts'
import type { ResourceContext, ResourceType } from '../resource-type.ts'
import { byName, nameOf } from './iam-names.ts'
import { attributesOf, attributeText, HELD_WHERE_ENFORCED, unlessGone } from './messaging-names.ts'

const NAME_LENGTH_MAX = 80

const ATTRIBUTES = [
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'DelaySeconds',
  'FifoQueue',
  'FifoThroughputLimit',
  'KmsDataKeyReusePeriodSeconds',
  'KmsMasterKeyId',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'ReceiveMessageWaitTimeSeconds',
  'RedriveAllowPolicy',
  'RedrivePolicy',
  'SqsManagedSseEnabled',
  'VisibilityTimeout',
]

/** AWS: `FifoQueue: false` is as good as none. */
const attributes = (input: Readonly<Record<string, unknown>>) => {
  const { FifoQueue, ...rest } = attributesOf(input, ATTRIBUTES)
  return FifoQueue === 'true' ? { FifoQueue, ...rest } : rest
}

const unencrypted: Reader = (value, path, audience) => {
  const effect = 'kept with the queue; nothing is encrypted with it'
  audience.report(path, 'KmsMasterKeyId', effect)
  return attributeText(value, path, audience)
}

export const queue: ResourceType = {
  properties: byName({
    ...Object.fromEntries(ATTRIBUTES.map((name): [string, Reader] => [name, attributeText])),
    KmsMasterKeyId: unencrypted,
    QueueName: text,
    Tags: tags,
  }),
  create: async (input, context) => {
    const isFifo = input['FifoQueue'] === 'true'
    const room = isFifo ? NAME_LENGTH_MAX - SUFFIX.length : NAME_LENGTH_MAX
    const made = nameOf(input['QueueName'], context, room)
    const QueueName = isFifo && input['QueueName'] === undefined ? `${made}${SUFFIX}` : made
    const { QueueUrl } = await context.call('sqs', 'CreateQueue', {
      QueueName,
      Attributes: attributes(input),
      tags: input['Tags'] ?? {},
    })
    const Arn = arnOf(QueueName, context)
    return {
      physicalId: String(QueueUrl),
      attributes: { Arn, QueueName, QueueUrl: String(QueueUrl) },
      keys: { url: String(QueueUrl), fixed: fixedOf(input) },
    }
  },
  update: async (input, existing, context) => {
    const { url } = existing.keys
    if (url === undefined || existing.keys['fixed'] !== fixedOf(input)) return undefined
    const cleared = Object.fromEntries(
      ATTRIBUTES.filter((name) => input[name] === undefined && !FIFO_ONLY.has(name)).map((name) => [
        name,
        '',
      ]),
    )
    await context.call('sqs', 'SetQueueAttributes', {
      QueueUrl: url,
      Attributes: { ...withDefaults(cleared), ...attributes(input) },
    })
    return existing
  },
  delete: async ({ keys }, { call }) => {
    // Of a stack from before there was SQS here there is a record only.
    if (keys['url'] !== undefined) {
      await unlessGone(call('sqs', 'DeleteQueue', { QueueUrl: keys['url'] }))
    }
  },
}

const SUFFIX = '.fifo'
const FIFO_ONLY: ReadonlySet<string> = new Set([
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'FifoQueue',
  'FifoThroughputLimit',
  'KmsDataKeyReusePeriodSeconds',
  'SqsManagedSseEnabled',
])

/** What a property that was taken out of a template comes to. */
const withDefaults = (cleared: Readonly<Record<string, string>>) => ({
  ...cleared,
  ...Object.fromEntries(
    Object.entries({
      DelaySeconds: '0',
      MaximumMessageSize: '1048576',
      MessageRetentionPeriod: '345600',
      ReceiveMessageWaitTimeSeconds: '0',
      VisibilityTimeout: '30',
    }).filter(([name]) => name in cleared),
  ),
})

const fixedOf = (input: Readonly<Record<string, unknown>>): string =>
  JSON.stringify([input['QueueName'] ?? null, input['FifoQueue'] === 'true'])

const arnOf = (name: string, { scope: { region, accountId } }: ResourceContext): string =>
  `arn:${PARTITION}:sqs:${region}:${accountId}:${name}`

const policyOf = (urlsOf: (input: Readonly<Record<string, unknown>>) => readonly string[]) =>
  ({
    create: async (input, context) => {
      const urls = urlsOf(input)
      const Policy = String(input['PolicyDocument'])
      for (const QueueUrl of urls) {
        await context.call('sqs', 'SetQueueAttributes', { QueueUrl, Attributes: { Policy } })
      }
      return {
        physicalId: `${context.stackName}-${context.logicalId}-${context.ids.next(12)}`,
        keys: { urls: JSON.stringify(urls) },
      }
    },
    delete: async ({ keys }, { call }) => {
      const urls: readonly string[] = JSON.parse(keys['urls'] ?? '[]') // We wrote it.
      for (const QueueUrl of urls) {
        await unlessGone(
          call('sqs', 'SetQueueAttributes', { QueueUrl, Attributes: { Policy: '' } }),
        )
      }
    },
  }) satisfies Pick<ResourceType, 'create' | 'delete'>

export const queuePolicy: ResourceType = {
  properties: byName({ PolicyDocument: policyText, Queues: list(text) }),
  approximates: HELD_WHERE_ENFORCED,
  ...policyOf(({ Queues }) => (Array.isArray(Queues) ? Queues.map(String) : [])),
}

export const queueInlinePolicy: ResourceType = {
  properties: byName({ PolicyDocument: policyText, Queue: text }),
  approximates: HELD_WHERE_ENFORCED,
  ...policyOf(({ Queue }) => [String(Queue)]),
}
