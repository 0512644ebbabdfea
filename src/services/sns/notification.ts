// What a subscriber gets: the envelope, its signature, and the event of a function.
// https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { KeptAttributes } from '../sqs/message-attributes.ts'
import type { SubscriptionRecord } from './records.ts'

export interface Notification {
  readonly id: string
  readonly topicArn: string
  readonly subject: string | undefined
  /** What this subscriber gets. */
  readonly message: string
  readonly attributes: KeptAttributes
  readonly timestamp: string
}

export type Sign = (fields: Readonly<Record<string, string | undefined>>) => string

/**
 * Signs as SNS does, version 1, with a key of this process alone: its certificate is AWS's address of one that does not
 * exist, so that whoever verifies signatures finds out, and nobody is deceived.
 */
export const createSigner = (): Sign => {
  let key: KeyObject | undefined
  return (fields) => {
    key ??= generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    const text = Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([name, value]) => `${name}\n${value}\n`)
      .join('')
    return sign('sha1', Buffer.from(text), key).toString('base64')
  }
}

export const certificateUrl = (topicArn: string): string =>
  `https://sns.${topicArn.split(':')[3]}.amazonaws.com/SimpleNotificationService-daemun.pem`

const unsubscribeUrl = ({ topicArn, arn }: SubscriptionRecord): string =>
  `https://sns.${topicArn.split(':')[3]}.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=${arn}`

/** The fields that are signed. [guide: sns-verify-signature-of-message] */
const signedFields = ({ id, topicArn, subject, message, timestamp }: Notification) => ({
  Message: message,
  MessageId: id,
  Subject: subject,
  Timestamp: timestamp,
  TopicArn: topicArn,
  Type: 'Notification',
})

const attributesShape = (attributes: KeptAttributes) =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      { Type: DataType, Value: StringValue ?? BinaryValue ?? '' },
    ]),
  )

/** For queues and HTTP servers without raw delivery. */
export const envelope = (
  notification: Notification,
  subscription: SubscriptionRecord,
  signer: Sign,
): string => {
  const { id, topicArn, subject, message, attributes, timestamp } = notification
  return JSON.stringify({
    Type: 'Notification',
    MessageId: id,
    TopicArn: topicArn,
    ...(subject !== undefined && { Subject: subject }),
    Message: message,
    Timestamp: timestamp,
    SignatureVersion: '1',
    Signature: signer(signedFields(notification)),
    SigningCertURL: certificateUrl(topicArn),
    UnsubscribeURL: unsubscribeUrl(subscription),
    ...(Object.keys(attributes).length > 0 && { MessageAttributes: attributesShape(attributes) }),
  })
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html */
export const functionEvent = (
  notification: Notification,
  subscription: SubscriptionRecord,
  signer: Sign,
): string => {
  const { id, topicArn, subject, message, attributes, timestamp } = notification
  const Sns = {
    Type: 'Notification',
    MessageId: id,
    TopicArn: topicArn,
    Subject: subject ?? null,
    Message: message,
    Timestamp: timestamp,
    SignatureVersion: '1',
    Signature: signer(signedFields(notification)),
    SigningCertUrl: certificateUrl(topicArn),
    UnsubscribeUrl: unsubscribeUrl(subscription),
    MessageAttributes: attributesShape(attributes),
  }
  const record = {
    EventSource: 'aws:sns',
    EventVersion: '1.0',
    EventSubscriptionArn: subscription.arn,
    Sns,
  }
  return JSON.stringify({ Records: [record] })
}
