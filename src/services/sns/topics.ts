// Topics. https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html
import type {
  AddPermissionInput,
  CreateTopicInput,
  DeleteTopicInput,
  GetTopicAttributesInput,
  ListTagsForResourceRequest,
  ListTopicsInput,
  RemovePermissionInput,
  SetTopicAttributesInput,
  TagResourceRequest,
  UntagResourceRequest,
} from '@aws-sdk/client-sns'
import { isObject } from '#shared/json.ts'
import { notImplemented, ServiceError } from '#wire/errors.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { keyOf, tokenOf } from '#wire/pagination.ts'
import { problemOfPolicy } from '../delivery/resource-policy.ts'
import { problemOfDeliveryPolicy } from './delivery-policy.ts'
import { invalidParameter, resourceNotFound, topicLimitExceeded, topicNotFound } from './errors.ts'
import { partsOfArn, subscriptions, topicArn, type TopicRecord, topics } from './records.ts'

const PAGE = 100
/** AWS: of an account. [guide: sns-quotas] */
const TOPICS_MAX = 100_000
const TAGS_MAX = 50

/** What may be set. */
const ATTRIBUTES: ReadonlySet<string> = new Set([
  'ArchivePolicy',
  'ContentBasedDeduplication',
  'DeliveryPolicy',
  'DisplayName',
  'FifoThroughputScope',
  'FifoTopic',
  'KmsMasterKeyId',
  'Policy',
  'SignatureVersion',
  'TracingConfig',
])
const FEEDBACK =
  /^(?:Application|Firehose|HTTP|Lambda|SQS)(?:Failure|Success)Feedback(?:RoleArn|SampleRate)$/

export const topicOf = async (arn: string | undefined, call: ReadCall): Promise<TopicRecord> => {
  const parts = partsOfArn(arn, call)
  if (parts === undefined) throw invalidParameter('TopicArn')
  const found = await call.view.get(topics, call, parts.name)
  if (found === undefined) throw topicNotFound()
  return found
}

const checkAttribute = (name: string, value: string): void => {
  if (!ATTRIBUTES.has(name) && !FEEDBACK.test(name)) throw invalidParameter('AttributeName')
  if (value === '') return
  const problem = Object.hasOwn(PROBLEMS, name) ? PROBLEMS[name]?.(value) : undefined
  if (problem !== undefined) throw invalidParameter(`${name}: ${problem}`)
  const unbuilt = Object.hasOwn(UNBUILT, name) ? UNBUILT[name] : undefined
  if (FEEDBACK.test(name)) throw notImplemented(`${name}: deliveries are not logged here.`)
  if (unbuilt !== undefined && value !== unbuilt.but) {
    throw notImplemented(`${name}: ${unbuilt.why}`)
  }
}

const oneOf =
  (...values: readonly string[]) =>
  (value: string): string | undefined =>
    values.includes(value) ? undefined : `must be one of: ${values.join(', ')}`

const PROBLEMS: Readonly<Record<string, (value: string) => string | undefined>> = {
  ContentBasedDeduplication: oneOf('true', 'false'),
  DeliveryPolicy: (value) => problemOfDeliveryPolicy(value, 'topic'),
  DisplayName: (value) => (value.length > 100 ? 'is longer than 100 characters' : undefined),
  FifoThroughputScope: oneOf('Topic', 'MessageGroup'),
  FifoTopic: oneOf('true', 'false'),
  Policy: problemOfPolicy,
  SignatureVersion: oneOf('1', '2'),
}

/** What is not provided here, and the value that asks for nothing. */
const UNBUILT: Readonly<Record<string, { readonly but?: string; readonly why: string }>> = {
  ArchivePolicy: { why: 'messages are not archived here.' },
  TracingConfig: { but: 'PassThrough', why: 'deliveries are not traced here.' },
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export const createTopic = async (input: Shape<CreateTopicInput>, call: WriteCall) => {
  const { Name = '', Attributes: attributes = {}, Tags = [] } = input
  const isFifo = attributes['FifoTopic'] === 'true'
  if (!/^[\w-]{1,256}$/.test(isFifo ? Name.replace(/\.fifo$/, '') : Name)) {
    throw invalidParameter('Topic Name')
  }
  if (isFifo !== Name.endsWith('.fifo')) {
    throw invalidParameter(
      'Fifo Topic names must end with .fifo and must be made up of only uppercase and lowercase ASCII letters, numbers, underscores, and hyphens, and must be between 1 and 256 characters long.',
    )
  }
  for (const [name, value] of Object.entries(attributes)) checkAttribute(name, value)
  const before = await call.view.get(topics, call, Name)
  if (before !== undefined) {
    const isOther = Object.entries(attributes).some(
      ([key, value]) => before.attributes[key] !== value,
    )
    if (isOther)
      throw invalidParameter('Attributes Reason: Topic already exists with different attributes')
    return { TopicArn: topicArn(call, Name) }
  }
  if ((await call.view.list(topics, call, { limit: TOPICS_MAX })).length >= TOPICS_MAX)
    throw topicLimitExceeded()
  await call.tx.put(topics, call, Name, { name: Name, attributes, tags: tagged({}, Tags) })
  return { TopicArn: topicArn(call, Name) }
}

/** AWS: deleting what is not there is no error. */
export const deleteTopic = async (
  input: Shape<DeleteTopicInput>,
  call: WriteCall,
): Promise<void> => {
  const parts = partsOfArn(input.TopicArn, call)
  if (parts === undefined) throw invalidParameter('TopicArn')
  await call.tx.delete(topics, call, parts.name)
  await call.tx.deletePrefix(subscriptions, call, `${parts.name}/`)
}

export const getTopicAttributes = async (input: Shape<GetTopicAttributesInput>, call: ReadCall) => {
  const { name, attributes } = await topicOf(input.TopicArn, call)
  const arn = topicArn(call, name)
  const held = await call.view.list(subscriptions, call, { prefix: `${name}/` })
  const pending = held.filter(({ value }) => value.token !== undefined).length
  return {
    Attributes: {
      DisplayName: '',
      Policy: JSON.stringify(ownersPolicy(arn, call.accountId)),
      EffectiveDeliveryPolicy: DELIVERY_POLICY,
      ...attributes,
      TopicArn: arn,
      Owner: call.accountId,
      SubscriptionsConfirmed: String(held.length - pending),
      SubscriptionsPending: String(pending),
      SubscriptionsDeleted: '0',
    },
  }
}

/** AWS's default: three more attempts, twenty seconds apart. [guide: sns-message-delivery-retries] */
const DELIVERY_POLICY =
  '{"http":{"defaultHealthyRetryPolicy":{"minDelayTarget":20,"maxDelayTarget":20,"numRetries":3,"numMaxDelayRetries":0,"numNoDelayRetries":0,"numMinDelayRetries":0,"backoffFunction":"linear"},"disableSubscriptionOverrides":false,"defaultRequestPolicy":{"headerContentType":"text/plain; charset=UTF-8"}}}'

const ownersPolicy = (arn: string, accountId: string) => ({
  Version: '2008-10-17',
  Id: '__default_policy_ID',
  Statement: [
    {
      Sid: '__default_statement_ID',
      Effect: 'Allow',
      Principal: { AWS: '*' },
      Action: [
        'GetTopicAttributes',
        'SetTopicAttributes',
        'AddPermission',
        'RemovePermission',
        'DeleteTopic',
        'Subscribe',
        'ListSubscriptionsByTopic',
        'Publish',
      ].map((action) => `SNS:${action}`),
      Resource: arn,
      Condition: { StringEquals: { 'AWS:SourceOwner': accountId } },
    },
  ],
})

export const setTopicAttributes = async (
  input: Shape<SetTopicAttributesInput>,
  call: WriteCall,
): Promise<void> => {
  const topic = await topicOf(input.TopicArn, call)
  const { AttributeName = '', AttributeValue = '' } = input
  if (AttributeName === 'FifoTopic') throw invalidParameter('AttributeName')
  checkAttribute(AttributeName, AttributeValue)
  const attributes = { ...topic.attributes, [AttributeName]: AttributeValue }
  await call.tx.put(topics, call, topic.name, { ...topic, attributes })
}

export const listTopics = async (input: Shape<ListTopicsInput>, call: ReadCall) => {
  const after = afterOf(input.NextToken)
  const found = await call.view.list(topics, call, {
    limit: PAGE + 1,
    ...(after !== undefined && { after }),
  })
  const page = found.slice(0, PAGE)
  return {
    Topics: page.map(({ key }) => ({ TopicArn: topicArn(call, key) })),
    ...(found.length > PAGE && { NextToken: tokenOf(page.at(-1)?.key ?? '') }),
  }
}

/** Where a page goes on. */
export const afterOf = (token: string | undefined): string | undefined => {
  if (token === undefined || token === '') return undefined
  const key = keyOf(token)
  if (key === undefined) throw invalidParameter('NextToken')
  return key
}

type Tags = readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[]

const tagged = (before: TopicRecord['tags'], added: Tags): TopicRecord['tags'] => {
  const tags = {
    ...before,
    ...Object.fromEntries(added.map(({ Key = '', Value = '' }) => [Key, Value])),
  }
  if (Object.keys(tags).length > TAGS_MAX)
    throw new ServiceError(
      'TagLimitExceededException',
      400,
      'Could not complete request: tag quota of per resource exceeded',
    )
  return tags
}

const taggable = async (arn: string | undefined, call: ReadCall): Promise<TopicRecord> => {
  const name = partsOfArn(arn, call)?.name
  const found = name === undefined ? undefined : await call.view.get(topics, call, name)
  if (found === undefined) throw resourceNotFound()
  return found
}

export const tagResource = async (input: Shape<TagResourceRequest>, call: WriteCall) => {
  const topic = await taggable(input.ResourceArn, call)
  const tags = tagged(topic.tags, input.Tags ?? [])
  await call.tx.put(topics, call, topic.name, { ...topic, tags })
  return {}
}

export const untagResource = async (input: Shape<UntagResourceRequest>, call: WriteCall) => {
  const topic = await taggable(input.ResourceArn, call)
  const left = Object.entries(topic.tags).filter(([key]) => !input.TagKeys?.includes(key))
  await call.tx.put(topics, call, topic.name, { ...topic, tags: Object.fromEntries(left) })
  return {}
}

export const listTagsForResource = async (
  input: Shape<ListTagsForResourceRequest>,
  call: ReadCall,
) => {
  const { tags } = await taggable(input.ResourceArn, call)
  return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }
}

interface Policy {
  readonly Statement: readonly unknown[]
}

const policyOf = (topic: TopicRecord, arn: string, accountId: string): Policy => {
  const read = jsonOf(topic.attributes['Policy'] ?? '')
  if (!isObject(read)) return ownersPolicy(arn, accountId)
  const statement = read['Statement']
  return { ...read, Statement: Array.isArray(statement) ? statement : [statement] }
}

/** AWS: what a topic's policy can be about. [guide: sns-using-identity-based-policies, "Amazon SNS policy keys"] */
const POLICY_ACTIONS: ReadonlySet<string> = new Set([
  'AddPermission',
  'DeleteTopic',
  'GetDataProtectionPolicy',
  'GetTopicAttributes',
  'ListSubscriptionsByTopic',
  'ListTagsForResource',
  'Publish',
  'PutDataProtectionPolicy',
  'RemovePermission',
  'SetTopicAttributes',
  'Subscribe',
])

export const addPermission = async (
  input: Shape<AddPermissionInput>,
  call: WriteCall,
): Promise<void> => {
  const topic = await topicOf(input.TopicArn, call)
  const arn = topicArn(call, topic.name)
  const policy = policyOf(topic, arn, call.accountId)
  if (policy.Statement.some((one) => isObject(one) && one['Sid'] === input.Label)) {
    throw invalidParameter('Statement already exists')
  }
  const foreign = (input.ActionName ?? []).find((action) => !POLICY_ACTIONS.has(action))
  if (foreign !== undefined) {
    throw invalidParameter('Policy statement action out of service scope!')
  }
  if (!(input.AWSAccountId ?? []).every((id) => /^\d{12}$/.test(id))) {
    throw invalidParameter('Policy Error: PrincipalNotFound')
  }
  const statement = {
    Sid: input.Label,
    Effect: 'Allow',
    Principal: { AWS: (input.AWSAccountId ?? []).map((id) => `arn:aws:iam::${id}:root`) },
    Action: (input.ActionName ?? []).map((action) => `SNS:${action}`),
    Resource: arn,
  }
  await savePolicy(topic, { ...policy, Statement: [...policy.Statement, statement] }, call)
}

export const removePermission = async (
  input: Shape<RemovePermissionInput>,
  call: WriteCall,
): Promise<void> => {
  const topic = await topicOf(input.TopicArn, call)
  const policy = policyOf(topic, topicArn(call, topic.name), call.accountId)
  const left = policy.Statement.filter((one) => !isObject(one) || one['Sid'] !== input.Label)
  await savePolicy(topic, { ...policy, Statement: left }, call)
}

const savePolicy = (topic: TopicRecord, policy: Policy, call: WriteCall): Promise<void> => {
  const attributes = { ...topic.attributes, Policy: JSON.stringify(policy) }
  return call.tx.put(topics, call, topic.name, { ...topic, attributes })
}
