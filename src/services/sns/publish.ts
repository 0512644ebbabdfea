// Publishing: which subscribers a message is for. It is accepted when what cannot be delivered at once is in the outbox.
// https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
import type { PublishBatchInput, PublishInput } from '@aws-sdk/client-sns'
import type { Random } from '#shared/random.ts'
import { createReadings } from '#store/readings.ts'
import type { Store } from '#store/store.ts'
import type { StoreCall } from '#store/transactional.ts'
import { ServiceError } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { type Carry, type Parcel, Undeliverable } from '../delivery/courier.ts'
import type { MessageFile } from '../delivery/message-file.ts'
import type { Outbox, Posting } from '../delivery/outbox.ts'
import { invalidParameter, topicNotFound } from './errors.ts'
import { createFifoTopics, type PublishedMessage } from './fifo.ts'
import { checkBatch, checkMessage, isFifo, type Message } from './message.ts'
import { confirmationMessage, type Signer } from './notification.ts'
import { partsOfArn, subscriptions, type TopicRecord, topics } from './records.ts'
import type { SigningKey } from './signing.ts'
import {
  httpHeaders,
  parcelFor,
  readTopic,
  serverRules,
  type Subscriber,
  type Topic,
} from './subscribers.ts'
import type { AskToConfirm } from './subscriptions.ts'

export interface Publishing {
  publish(input: Shape<PublishInput>, call: StoreCall): Promise<Published>
  publishBatch(input: Shape<PublishBatchInput>, call: StoreCall): Promise<unknown>
  /** For other services: a message as text, to a topic's ARN. */
  readonly carry: Carry
  readonly askToConfirm: AskToConfirm
  /** The certificate that messages name, by its file; undefined where it is another. */
  certificate(fileName: string): Promise<string | undefined>
  close(): void
}

interface Published {
  readonly MessageId: string
  /** Of a FIFO topic. */
  readonly SequenceNumber?: string
}

const KNOWN_MAX = 1_000

export const createPublishing = (options: {
  readonly store: Store
  readonly file: MessageFile
  readonly outbox: Outbox
  readonly carry: Carry
  readonly random: Random
  readonly nowMs: () => number
  readonly signingKey: () => Promise<SigningKey>
  /** Where this node is found; undefined before it is known. */
  readonly origin: () => string | undefined
}): Publishing => {
  const { store, outbox, random, nowMs, signingKey, origin } = options
  const distribute = createDistribution(options)
  const known = createReadings<Topic | undefined>(store, [topics, subscriptions], KNOWN_MAX)
  const find = (arn: string) => known.of(arn, () => readTopic(store, arn))
  const topicFor = async (arn: string | undefined, call: StoreCall): Promise<Topic> => {
    if (arn === undefined || partsOfArn(arn, call) === undefined) throw invalidParameter('TopicArn')
    const topic = await find(arn)
    if (topic === undefined) throw topicNotFound()
    return topic
  }

  return {
    publish: async (input, call) => {
      if (input.PhoneNumber !== undefined) {
        throw new ServiceError('NotImplementedException', 501, 'SMS are not sent here.')
      }
      const topic = await topicFor(input.TopicArn ?? input.TargetArn, call)
      return distribute(topic, checkMessage(topic.record, input))
    },
    publishBatch: async (input, call) => {
      const topic = await topicFor(input.TopicArn, call)
      const Successful: unknown[] = []
      const Failed: unknown[] = []
      for (const { Id, ...entry } of checkBatch(input.PublishBatchRequestEntries)) {
        try {
          Successful.push({ Id, ...(await distribute(topic, checkMessage(topic.record, entry))) })
        } catch (error) {
          if (!(error instanceof ServiceError)) throw error
          const Code = error.code.replace(/Exception$/, '')
          Failed.push({ Id, Code, Message: error.message, SenderFault: true })
        }
      }
      return { Successful, Failed }
    },
    carry: async ({ target, body, attributes = {}, groupId, dedupId }) => {
      const topic = await find(target)
      if (topic === undefined) throw new Undeliverable('NO_RESOURCE', `there is no topic ${target}`)
      const fifo = isFifo(topic.record) && {
        groupId: groupId ?? 'default',
        dedupId: dedupId ?? random.uuid(),
      }
      const plain = { subject: undefined, byProtocol: undefined, groupId, dedupId, ...fifo }
      await distribute(topic, { ...plain, message: body, attributes })
    },
    askToConfirm: async (subscription) => {
      const about = { id: random.uuid(), timestamp: new Date(nowMs()).toISOString() }
      const { topicArn, endpoint: target, attributes } = subscription
      const record = (await find(topicArn))?.record
      const parcel: Parcel = {
        target,
        headers: httpHeaders('SubscriptionConfirmation', { id: about.id, topicArn }),
        body: confirmationMessage(subscription, about, {
          key: await signingKey(),
          ...versionOf(record),
          origin: origin(),
        }),
      }
      await outbox.add([{ parcel, rules: serverRules(attributes, record).rules }])
    },
    certificate: async (fileName) => {
      const key = await signingKey()
      return key.fileName === fileName ? key.certificatePem : undefined
    },
    close: known.close,
  }
}

const versionOf = (topic: TopicRecord | undefined): Pick<Signer, 'version'> => ({
  version: topic?.attributes['SignatureVersion'] === '2' ? '2' : '1',
})

/** A message to all subscribers that it is for. */
const createDistribution = ({
  file,
  outbox,
  carry,
  random,
  nowMs,
  signingKey,
  origin,
}: Parameters<typeof createPublishing>[0]) => {
  const fifo = createFifoTopics({ file, newId: () => random.uuid(), nowMs })
  const pace = createPace(nowMs)
  const deliver = async (
    topic: Topic,
    message: Message,
    { id, sequenceNumber }: Pick<PublishedMessage, 'id'> & Partial<PublishedMessage>,
  ): Promise<void> => {
    const timestamp = new Date(nowMs()).toISOString()
    const about = { id, topicArn: topic.arn, timestamp, sequenceNumber }
    const signer = { key: await signingKey(), ...versionOf(topic.record), origin: origin() }
    const waiting: Posting[] = []
    for (const subscriber of topic.subscribers) {
      if (!subscriber.isFor(message)) continue
      const posting = { ...parcelFor(subscriber, message, about, signer), ...pace(subscriber) }
      // Queues are of this node and keep what they get: there is nothing to wait for, and the order stays.
      const isDone = subscriber.record.protocol === 'sqs' && (await tried(carry, posting.parcel))
      if (!isDone) waiting.push(posting)
    }
    await outbox.add(waiting)
  }
  return async (topic: Topic, message: Message): Promise<Published> => {
    if (!isFifo(topic.record)) {
      const id = random.uuid()
      await deliver(topic, message, { id })
      return { MessageId: id }
    }
    const published = await fifo.publish(topic.arn, topic.record, message, (made) =>
      deliver(topic, message, made),
    )
    return { MessageId: published.id, SequenceNumber: published.sequenceNumber }
  }
}

const PACED_MAX = 10_000

/** When a server that wants so many messages a second, and no more, gets the next one. */
const createPace = (nowMs: () => number) => {
  const next = new Map<string, number>()
  return ({ record: { arn }, perSecondMax }: Subscriber): Pick<Posting, 'atMs'> => {
    if (perSecondMax === undefined) return {}
    if (next.size >= PACED_MAX) next.clear()
    const atMs = Math.max(nowMs(), next.get(arn) ?? 0)
    next.set(arn, atMs + 1_000 / perSecondMax)
    return { atMs: Math.ceil(atMs) }
  }
}

const tried = async (carry: Carry, parcel: Parcel): Promise<boolean> => {
  try {
    await carry(parcel)
    return true
  } catch {
    return false // The outbox tries again, and says why in the end.
  }
}
