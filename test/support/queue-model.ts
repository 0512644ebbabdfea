// What clients of a queue may rely on, whatever becomes of the node between two of their calls: told of every call
// before it is made and when it is answered, this says which answers are wrong. An answer that was lost leaves open
// whether the call was carried out.
// source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
import assert from 'node:assert/strict'
import type { Message } from '@aws-sdk/client-sqs'

export interface Sent {
  readonly number: number
  readonly body: string
  /** Of a FIFO queue. */
  readonly group: string | undefined
  /** When it was answered that it was sent, and that it was deleted while nobody else could have it. */
  sentAt: number
  deletedAt: number
  isDeleteAsked: boolean
  messageId: string | undefined
  /** By whom it was received last. */
  grip: Grip | undefined
  /** For whoever reads why a test failed. */
  readonly story: string[]
}

/** Nobody else can have a message: since which moment, and until when by the clock. */
interface Grip {
  at: number
  untilMs: number
}

/** A received message, as long as its receipt is in somebody's hands. */
export interface Hold {
  readonly sent: Sent
  readonly receiptHandle: string
  readonly grip: Grip
}

export interface QueueModel {
  /** The node's clock was. */
  advanced(ms: number): void
  sending(group?: string): Sent
  sent(one: Sent, messageId: string | undefined): void
  receiving(visibilitySeconds: number): (messages: readonly Message[]) => readonly Hold[]
  /** What is returned says that it was answered. */
  hiding(hold: Hold, seconds: number): () => void
  deleting(hold: Hold): () => void
  /** What the queue has for sure, received or not. */
  left(): readonly Sent[]
}

const FILLER_MAX = 3_000

export const createQueueModel = (isFifo: boolean): QueueModel => {
  const all: Sent[] = []
  const byBody = new Map<string, Sent>()
  /** Moments: calls and answers, counted. */
  let now = 0
  let aheadMs = 0
  const nowMs = (): number => Date.now() + aheadMs
  const isHeld = ({ grip }: Sent, askedAt: number): boolean =>
    grip !== undefined && grip.at < askedAt && nowMs() < grip.untilMs

  const check = (one: Sent, message: Message, askedAt: number): void => {
    const told = `message ${one.number}: ${one.story.join('; ')}`
    assert.equal(message.MessageAttributes?.['number']?.StringValue, `${one.number}`, told)
    one.messageId ??= message.MessageId
    assert.equal(message.MessageId, one.messageId, `stored twice: ${told}`)
    assert.ok(one.deletedAt > askedAt, `deleted, and there again: ${told}`)
    assert.ok(!isHeld(one, askedAt), `received by two at once: ${told}`)
  }

  /** What comes of a group is what is left of it, from the first on, and nothing while one of it is held. */
  const checkOrder = (received: readonly Sent[], askedAt: number): void => {
    for (const group of new Set(received.map((one) => one.group))) {
      const ofGroup = received.filter((one) => one.group === group)
      const numbers = ofGroup.map(({ number }) => number)
      const told = `group ${group}: ${numbers}`
      assert.deepEqual(
        numbers,
        numbers.toSorted((a, b) => a - b),
        told,
      )
      const last = numbers.at(-1) ?? 0
      for (const one of all) {
        if (one.group !== group || one.number > last || ofGroup.includes(one)) continue
        const isThere = one.sentAt < askedAt && !one.isDeleteAsked
        assert.ok(!isThere, `${told} before ${one.number}: ${one.story.join('; ')}`)
      }
    }
  }

  return {
    advanced: (ms) => {
      aheadMs += ms
    },
    sending: (group) => {
      const number = all.length
      const filler = 'é'.repeat((number * 7_919) % FILLER_MAX)
      const one: Sent = {
        number,
        group,
        body: JSON.stringify({ number, group, filler }),
        sentAt: Number.POSITIVE_INFINITY,
        deletedAt: Number.POSITIVE_INFINITY,
        isDeleteAsked: false,
        messageId: undefined,
        grip: undefined,
        story: [`sending at ${now++}`],
      }
      all.push(one)
      byBody.set(one.body, one)
      return one
    },
    sent: (one, messageId) => {
      one.story.push(`sent at ${now}`)
      one.messageId ??= messageId
      assert.equal(messageId, one.messageId, `another id of message ${one.number}`)
      one.sentAt = Math.min(one.sentAt, now++)
    },
    receiving: (visibilitySeconds) => {
      const askedAt = now++
      const untilMs = nowMs() + visibilitySeconds * 1_000
      return (messages) => {
        const holds = messages.map((message): Hold => {
          const sent = byBody.get(message.Body ?? '')
          assert.ok(sent, `nobody has sent ${message.Body?.slice(0, 200)}`)
          check(sent, message, askedAt)
          const { ReceiptHandle: receiptHandle = '' } = message
          return { sent, receiptHandle, grip: { at: now, untilMs } }
        })
        const received = holds.map(({ sent }) => sent)
        assert.equal(new Set(received).size, received.length, 'one message twice in one answer')
        if (isFifo) checkOrder(received, askedAt)
        for (const { sent, grip } of holds) {
          sent.story.push(`received at ${now} for ${visibilitySeconds} s, asked at ${askedAt}`)
          sent.grip = grip
        }
        now++
        return holds
      }
    },
    hiding: ({ sent, grip }, seconds) => {
      sent.story.push(`hiding for ${seconds} s at ${now++}`)
      const untilMs = nowMs() + seconds * 1_000
      grip.untilMs = Math.min(grip.untilMs, untilMs)
      return () => {
        sent.story.push(`hidden at ${now}`)
        Object.assign(grip, { at: now++, untilMs })
        sent.grip = grip
      }
    },
    deleting: ({ sent, grip }) => {
      sent.story.push(`deleting at ${now++}`)
      sent.isDeleteAsked = true
      return () => {
        // AWS: the answer is the same where somebody else has received it meanwhile, and it is not deleted.
        const isSure = sent.grip === grip && nowMs() < grip.untilMs
        sent.story.push(`${isSure ? 'deleted' : 'perhaps deleted'} at ${now}`)
        if (isSure) sent.deletedAt = Math.min(sent.deletedAt, now)
        now++
      }
    },
    left: () => all.filter((one) => one.sentAt < now && !one.isDeleteAsked),
  }
}
