// Takes messages to where an ARN or a URL leads: a queue, a topic, a bus, a function or somebody's HTTP server.
import type { DeliverMessage, InvokeFunction } from '#model/ports.ts'
import type { UpstreamClient } from '#transport/contract.ts'
import { UpstreamError } from '#transport/contract.ts'
import type { QueueEngine } from '../sqs/engine.ts'
import type { KeptAttributes } from '../sqs/message-attributes.ts'

export interface Parcel {
  /** An ARN, or the URL of a server. */
  readonly target: string
  readonly body: string
  readonly attributes?: KeptAttributes
  /** Of a FIFO queue or topic. */
  readonly groupId?: string
  readonly dedupId?: string
  /** Of an HTTP request, beside those that every one has. */
  readonly headers?: readonly string[]
  /** How many buses it has come through. */
  readonly hops?: number
}

/** Rejects with an error whose message says why it could not be delivered. */
export type Carry = (parcel: Parcel) => Promise<void>

export interface CourierParts {
  readonly queues: QueueEngine
  readonly invoke: InvokeFunction
  readonly upstream: UpstreamClient
  readonly toTopic: Carry
  readonly toBus: Carry
}

const HTTP_TIMEOUT_MS = 15_000
const ANSWER_BYTES_MAX = 64 * 1024
/** Who sends what no signature says. */
const SENDER = 'AIDAISERVICE'

export const createCourier = (parts: CourierParts): Carry => {
  const { queues, invoke, upstream, toTopic, toBus } = parts
  const toQueue: Carry = async ({ target, body, attributes, groupId, dedupId }) => {
    const queue = await queues.findByArn(target)
    if (queue === undefined) throw new Error(`there is no queue ${target}`)
    const size = Buffer.byteLength(body)
    if (size > queue.messageBytesMax)
      throw new Error(`the message is too large for ${target}: ${size} bytes`)
    await queues.send(queue, [
      {
        body,
        attributes: attributes && JSON.stringify(attributes),
        sender: SENDER,
        trace: undefined,
        groupId: groupId ?? (queue.isFifo ? 'default' : undefined),
        dedupId: queue.isFifo ? (dedupId ?? crypto.randomUUID()) : undefined,
      },
    ])
  }
  const toFunction: Carry = async ({ target, body }) => {
    const answer = await invoke({
      functionArn: target,
      payload: Buffer.from(body),
      invocationType: 'Event',
    })
    if (answer.kind === 'refused') throw new Error(answer.message)
  }
  const toServer: Carry = async ({ target, body, headers = [] }) => {
    const url = new URL(target)
    const { statusCode } = await upstream.call({
      method: 'POST',
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      headers,
      body: Buffer.from(body),
      timeoutMs: HTTP_TIMEOUT_MS,
      responseBytesMax: ANSWER_BYTES_MAX,
    })
    if (statusCode < 200 || statusCode > 299) {
      throw new UpstreamError('protocol', `${url.origin} answered ${statusCode}`)
    }
  }
  const byService: Readonly<Record<string, Carry>> = {
    sqs: toQueue,
    lambda: toFunction,
    sns: toTopic,
    events: toBus,
  }
  return (parcel) => {
    if (/^https?:/.test(parcel.target)) return toServer(parcel)
    const [, , service = ''] = parcel.target.split(':')
    const carry = Object.hasOwn(byService, service) ? byService[service] : undefined
    if (carry !== undefined) return carry(parcel)
    return Promise.reject(new Error(`nothing here takes messages for ${parcel.target}`))
  }
}

/** Whether anything here could take messages for an ARN. */
export const isCarried = (target: string): boolean =>
  /^arn:[^:]+:(?:sqs|lambda|sns|events):/.test(target)

/** The port of whoever has no more to say than text. */
export const delivering =
  (carry: Carry): DeliverMessage =>
  ({ targetArn, body, attributes }) =>
    carry({
      target: targetArn,
      body,
      ...(Object.keys(attributes).length > 0 && {
        attributes: Object.fromEntries(
          Object.entries(attributes)
            .filter(([, value]) => value !== '')
            .map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
        ),
      }),
    })
