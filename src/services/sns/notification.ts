// What a subscriber gets: the envelope, its signature, and the event of a function.
// https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
import type { KeptAttributes } from '../sqs/message-attributes.ts'
import type { SubscriptionRecord } from './records.ts'
import type { SignatureVersion, SigningKey } from './signing.ts'

export interface Notification {
  readonly id: string
  readonly topicArn: string
  readonly subject: string | undefined
  /** What this subscriber gets. */
  readonly message: string
  readonly attributes: KeptAttributes
  readonly timestamp: string
  /** Of a FIFO topic. */
  readonly sequenceNumber?: string | undefined
}

/** What is signed, and how. */
export interface Signer {
  readonly key: SigningKey
  readonly version: SignatureVersion
  /** Where this node is found. */
  readonly origin: string | undefined
}

/** Where a subscriber finds this node: as it was called when the subscription was made, if it was not a template's. */
const originOf = ({ origin, topicArn }: SubscriptionRecord, signer: Signer): string =>
  origin ?? signer.origin ?? `https://sns.${topicArn.split(':')[3]}.amazonaws.com`

const certificateUrl = (subscription: SubscriptionRecord, signer: Signer): string =>
  `${originOf(subscription, signer)}/${signer.key.fileName}`

const unsubscribeUrl = (subscription: SubscriptionRecord, signer: Signer): string =>
  `${originOf(subscription, signer)}/?Action=Unsubscribe&SubscriptionArn=${subscription.arn}`

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
  signer: Signer,
): string => {
  const { id, topicArn, subject, message, attributes, timestamp, sequenceNumber } = notification
  return JSON.stringify({
    Type: 'Notification',
    MessageId: id,
    ...(sequenceNumber !== undefined && { SequenceNumber: sequenceNumber }),
    TopicArn: topicArn,
    ...(subject !== undefined && { Subject: subject }),
    Message: message,
    Timestamp: timestamp,
    SignatureVersion: signer.version,
    Signature: signer.key.sign(signedFields(notification), signer.version),
    SigningCertURL: certificateUrl(subscription, signer),
    UnsubscribeURL: unsubscribeUrl(subscription, signer),
    ...(Object.keys(attributes).length > 0 && { MessageAttributes: attributesShape(attributes) }),
  })
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html */
export const functionEvent = (
  notification: Notification,
  subscription: SubscriptionRecord,
  signer: Signer,
): string => {
  const { id, topicArn, subject, message, attributes, timestamp } = notification
  const Sns = {
    Type: 'Notification',
    MessageId: id,
    TopicArn: topicArn,
    Subject: subject ?? null,
    Message: message,
    Timestamp: timestamp,
    SignatureVersion: signer.version,
    Signature: signer.key.sign(signedFields(notification), signer.version),
    SigningCertUrl: certificateUrl(subscription, signer),
    UnsubscribeUrl: unsubscribeUrl(subscription, signer),
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

/** https://docs.aws.amazon.com/sns/latest/dg/http-subscription-confirmation-json.html */
export const confirmationMessage = (
  subscription: SubscriptionRecord,
  about: { readonly id: string; readonly timestamp: string },
  signer: Signer,
): string => {
  const { topicArn, token = '' } = subscription
  const query = new URLSearchParams({
    Action: 'ConfirmSubscription',
    TopicArn: topicArn,
    Token: token,
  })
  const signed = {
    Message: `You have chosen to subscribe to the topic ${topicArn}.\nTo confirm the subscription, visit the SubscribeURL included in this message.`,
    MessageId: about.id,
    SubscribeURL: `${originOf(subscription, signer)}/?${query}`,
    Timestamp: about.timestamp,
    Token: token,
    TopicArn: topicArn,
    Type: 'SubscriptionConfirmation',
  }
  return JSON.stringify({
    ...signed,
    SignatureVersion: signer.version,
    Signature: signer.key.sign(signed, signer.version),
    SigningCertURL: certificateUrl(subscription, signer),
  })
}
