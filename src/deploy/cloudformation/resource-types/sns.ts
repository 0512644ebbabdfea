// AWS::SNS::Topic, Subscription and TopicPolicy.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-topic.html
import { ServiceError } from '#wire/errors.ts'
import { json, policyText, list, type Reader, text, without } from '../properties.ts'
import type { Made, ResourceContext, ResourceType } from '../resource-type.ts'
import { byName, nameOf, tagList } from './iam-names.ts'
import {
  attributesOf,
  attributeText,
  entriesOf,
  HELD_WHERE_ENFORCED,
  unlessGone,
} from './messaging-names.ts'

const NAME_LENGTH_MAX = 256
const SUFFIX = '.fifo'

const TOPIC_ATTRIBUTES = [
  'ContentBasedDeduplication',
  'DisplayName',
  'FifoThroughputScope',
  'FifoTopic',
  'SignatureVersion',
]

export const topic: ResourceType = {
  properties: byName({
    ...Object.fromEntries(TOPIC_ATTRIBUTES.map((name): [string, Reader] => [name, attributeText])),
    ArchivePolicy: without('not provided here: messages are not archived'),
    DataProtectionPolicy: without('not provided here: messages are not inspected'),
    DeliveryStatusLogging: without('not provided here: deliveries are not logged'),
    KmsMasterKeyId: without('not honoured here: nothing is encrypted with it'),
    Subscription: json,
    Tags: tagList,
    TopicName: text,
    TracingConfig: without('not provided here: deliveries are not traced'),
  }),
  create: async (input, context) => {
    const isFifo = input['FifoTopic'] === 'true'
    const room = isFifo ? NAME_LENGTH_MAX - SUFFIX.length : NAME_LENGTH_MAX
    const made = nameOf(input['TopicName'], context, room)
    const Name = isFifo && input['TopicName'] === undefined ? `${made}${SUFFIX}` : made
    const { FifoTopic, ...rest } = attributesOf(input, TOPIC_ATTRIBUTES)
    const { TopicArn } = await context.call('sns', 'CreateTopic', {
      Name,
      Attributes: FifoTopic === 'true' ? { FifoTopic, ...rest } : rest,
      Tags: input['Tags'] ?? [],
    })
    const arn = String(TopicArn)
    for (const { Protocol, Endpoint } of entriesOf(input['Subscription'])) {
      await subscribe(context, { TopicArn: arn, Protocol, Endpoint })
    }
    return {
      physicalId: arn,
      attributes: { TopicArn: arn, TopicName: Name },
      keys: { arn },
    }
  },
  delete: async ({ keys }, { call }) => {
    // Of a stack from before there was SNS here there is a record only.
    if (keys['arn'] !== undefined) {
      await unlessGone(call('sns', 'DeleteTopic', { TopicArn: keys['arn'] }))
    }
  },
}

/** What cannot be subscribed here is told of, and the rest of the stack is made. */
const subscribe = async (
  context: ResourceContext,
  input: Readonly<Record<string, unknown>>,
): Promise<string | undefined> => {
  try {
    const made = await context.call('sns', 'Subscribe', { ...input, ReturnSubscriptionArn: true })
    return String(made['SubscriptionArn'])
  } catch (error) {
    if (!(error instanceof ServiceError) || error.statusCode !== 501) throw error
    context.report(context.path, context.type, `not made: ${error.message}`)
    return undefined
  }
}

const SUBSCRIPTION_ATTRIBUTES = [
  'DeliveryPolicy',
  'FilterPolicy',
  'FilterPolicyScope',
  'RawMessageDelivery',
  'RedrivePolicy',
  'ReplayPolicy',
  'SubscriptionRoleArn',
]

export const subscription: ResourceType = {
  properties: byName({
    ...Object.fromEntries(
      SUBSCRIPTION_ATTRIBUTES.map((name): [string, Reader] => [name, attributeText]),
    ),
    Endpoint: text,
    Protocol: text,
    Region: without('ignored: a subscription is where its topic is'),
    TopicArn: text,
  }),
  create: async (input, context): Promise<Made> => {
    const { TopicArn, Protocol, Endpoint } = input
    const Attributes = attributesOf(input, SUBSCRIPTION_ATTRIBUTES)
    const arn = await subscribe(context, { TopicArn, Protocol, Endpoint, Attributes })
    if (arn === undefined) return { physicalId: `${String(TopicArn)}:none` }
    return { physicalId: arn, attributes: { Arn: arn }, keys: { arn } }
  },
  delete: async ({ keys }, { call }) => {
    if (keys['arn'] !== undefined) {
      await unlessGone(call('sns', 'Unsubscribe', { SubscriptionArn: keys['arn'] }))
    }
  },
}

export const topicPolicy: ResourceType = {
  properties: byName({ PolicyDocument: policyText, Topics: list(text) }),
  approximates: HELD_WHERE_ENFORCED,
  create: async (input, context) => {
    const topics = Array.isArray(input['Topics']) ? input['Topics'].map(String) : []
    for (const TopicArn of topics) {
      const AttributeValue = input['PolicyDocument']
      await context.call('sns', 'SetTopicAttributes', {
        TopicArn,
        AttributeName: 'Policy',
        AttributeValue,
      })
    }
    return { physicalId: `${context.stackName}-${context.logicalId}-${context.ids.next(12)}` }
  },
  delete: async () => {}, // AWS: the topic keeps the policy that it has. [TopicPolicy: DeletionPolicy]
}
