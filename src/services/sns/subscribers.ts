// A topic with its subscribers as publishing needs them: compiled when it is first published to, and again when
// something is committed to the store.
import type { Scope } from '#model/scope.ts'
import type { Store } from '#store/store.ts'
import type { Parcel, Sender } from '../delivery/courier.ts'
import type { DeliveryRules } from '../delivery/outbox.ts'
import { httpDelivery } from './delivery-policy.ts'
import { compileFilter } from './filter-policy.ts'
import type { Message } from './message.ts'
import { envelope, functionEvent, type Notification, type Signer } from './notification.ts'
import {
  partsOfArn,
  type SubscriptionRecord,
  subscriptions,
  type TopicRecord,
  topics,
} from './records.ts'
import { redriveOf, scopeOf } from './subscription-attributes.ts'

export interface Subscriber {
  readonly record: SubscriptionRecord
  readonly isFor: (message: Message) => boolean
  readonly isRaw: boolean
  readonly by: Sender
  readonly contentType: string | undefined
  /** Of an HTTP server that wants no more. */
  readonly perSecondMax: number | undefined
  readonly rules: DeliveryRules
}

export interface Topic {
  readonly record: TopicRecord
  readonly arn: string
  readonly subscribers: readonly Subscriber[]
}

/** What is AWS's own is tried for 23 days there, which here are bounded to a day. */
const OWN_RULES: DeliveryRules = { attemptsMax: 50, ageSecondsMax: 86_400 }
/** AWS: a server is tried for an hour in all. */
const SERVER_SECONDS_MAX = 3_600

export const readTopic = async (store: Store, arn: string): Promise<Topic | undefined> => {
  const [, , , region = '', accountId = ''] = arn.split(':')
  const scope: Scope = { region, accountId }
  const name = partsOfArn(arn, scope)?.name ?? ''
  return store.read(async (view) => {
    const record = await view.get(topics, scope, name)
    if (record === undefined) return undefined
    const held = await view.list(subscriptions, scope, { prefix: `${name}/` })
    const confirmed = held.filter(({ value }) => value.token === undefined)
    const subscribers = confirmed.map(({ value }) => subscriberOf(value, record, accountId))
    return { record, arn, subscribers }
  })
}

const subscriberOf = (
  record: SubscriptionRecord,
  topic: TopicRecord,
  accountId: string,
): Subscriber => {
  const { attributes, protocol, topicArn } = record
  const policy = attributes['FilterPolicy']
  const matches = policy && compileFilter(policy, scopeOf(attributes['FilterPolicyScope']))
  const deadLetterArn = redriveOf(attributes['RedrivePolicy'])
  const isOwn = protocol === 'sqs' || protocol === 'lambda'
  const server = isOwn ? undefined : serverRules(attributes, topic)
  return {
    record,
    by: { service: 'sns.amazonaws.com', sourceArn: topicArn, sourceAccount: accountId },
    isFor: ({ message, attributes: given }) => !matches || matches(message, given),
    isRaw: attributes['RawMessageDelivery']?.toLowerCase() === 'true',
    contentType: server?.contentType,
    perSecondMax: server?.perSecondMax,
    rules: {
      ...(server?.rules ?? OWN_RULES),
      ...(deadLetterArn !== undefined && { deadLetterArn }),
    },
  }
}

export const serverRules = (
  attributes: SubscriptionRecord['attributes'],
  topic: TopicRecord | undefined,
) => {
  const policy = httpDelivery(attributes['DeliveryPolicy'], topic?.attributes['DeliveryPolicy'])
  const { pausesMs, contentType, perSecondMax } = policy
  const rules: DeliveryRules = {
    attemptsMax: pausesMs.length + 1,
    ageSecondsMax: SERVER_SECONDS_MAX,
    pausesMs,
  }
  return { rules, contentType, perSecondMax }
}

/** What a subscriber gets of a message, and what its dead-letter queue would. */
export const parcelFor = (
  { record, isRaw, by, contentType, rules }: Subscriber,
  message: Message,
  about: Pick<Notification, 'id' | 'topicArn' | 'timestamp' | 'sequenceNumber'>,
  signer: Signer,
): { readonly parcel: Parcel; readonly rules: DeliveryRules } => {
  const { subject, attributes, byProtocol, groupId, dedupId } = message
  const text = byProtocol?.[record.protocol] ?? byProtocol?.['default'] ?? message.message
  const notification: Notification = { ...about, subject, attributes, message: text }
  const target = record.endpoint
  if (record.protocol === 'lambda') {
    const body = functionEvent(notification, record, signer)
    if (rules.deadLetterArn === undefined) return { parcel: { target, body, by }, rules }
    // AWS: a dead-letter queue gets what a queue would.
    const deadLetter = { body: envelope(notification, record, signer) }
    return { parcel: { target, body, by }, rules: { ...rules, deadLetter } }
  }
  const body = isRaw ? text : envelope(notification, record, signer)
  if (record.protocol !== 'sqs') {
    const raw = isRaw ? ['x-amz-sns-rawdelivery', 'true'] : []
    const headers = httpHeaders('Notification', about, { arn: record.arn, contentType })
    return { parcel: { target, body, headers: [...headers, ...raw], by }, rules }
  }
  const parcel: Parcel = {
    target,
    body,
    by,
    ...(isRaw && Object.keys(attributes).length > 0 && { attributes }),
    ...(groupId !== undefined && { groupId }),
    ...(dedupId !== undefined && { dedupId }),
  }
  return { parcel, rules }
}

/** https://docs.aws.amazon.com/sns/latest/dg/http-header.html */
export const httpHeaders = (
  type: string,
  { id, topicArn }: Pick<Notification, 'id' | 'topicArn'>,
  subscription: { readonly arn?: string; readonly contentType?: string | undefined } = {},
): readonly string[] => [
  'x-amz-sns-message-type',
  type,
  'x-amz-sns-message-id',
  id,
  'x-amz-sns-topic-arn',
  topicArn,
  ...(subscription.arn === undefined ? [] : ['x-amz-sns-subscription-arn', subscription.arn]),
  'Content-Type',
  subscription.contentType ?? 'text/plain; charset=UTF-8',
  'User-Agent',
  'Amazon Simple Notification Service Agent',
]
