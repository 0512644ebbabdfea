// Takes messages to where an ARN or a URL leads: a queue, a topic, a bus, a function or somebody's HTTP server.
import type { DeliverMessage, InvokeFunction } from '#model/ports.ts'
import { present } from '#shared/assert.ts'
import type { UpstreamClient } from '#transport/contract.ts'
import { UpstreamError } from '#transport/contract.ts'
import type { QueueEngine } from '../sqs/engine.ts'
import type { KeptAttributes } from '../sqs/message-attributes.ts'
import type { ServiceCaller } from './resource-policy.ts'

/** In whose name a message is sent: a service's, or that of a role that it takes. */
export interface Sender extends ServiceCaller {
  readonly roleArn?: string
}

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
  /** Absent: nobody is asked whether it may be. */
  readonly by?: Sender
  /** In its body this stands for the number of the attempt. */
  readonly attemptMark?: string
}

/** It would fail again however often it is tried. AWS: so it is not. [sns-dead-letter-queues, eb-rule-dlq] */
export class Undeliverable extends Error {
  override readonly name = 'Undeliverable'
  /** As EventBridge tells dead-letter queues. */
  readonly code: UndeliverableCode

  constructor(code: UndeliverableCode, message: string) {
    super(message)
    this.code = code
  }
}

export type UndeliverableCode =
  | 'INVALID_PARAMETER'
  | 'NO_PERMISSIONS'
  | 'NO_RESOURCE'
  | 'ERROR_FROM_TARGET'

/** Why somebody may not send there, or undefined. */
export type AskPermission = (
  asked: { readonly action: string; readonly resource: string },
  sender: Sender,
) => Promise<string | undefined>

/** Rejects with an error whose message says why it could not be delivered. */
export type Carry = (parcel: Parcel) => Promise<void>

export interface CourierParts {
  readonly queues: QueueEngine
  readonly invoke: InvokeFunction
  readonly upstream: UpstreamClient
  readonly toTopic: Carry
  readonly toBus: Carry
  /** Absent where policies are not held. */
  readonly askPermission?: AskPermission | undefined
}

const HTTP_TIMEOUT_MS = 15_000
const ANSWER_BYTES_MAX = 64 * 1024
const ATTRIBUTES_MAX = 10
/** Who sends what no signature says. */
const SENDER = 'AIDAISERVICE'

export const createCourier = (parts: CourierParts): Carry => {
  const { queues, invoke, upstream, toTopic, toBus, askPermission } = parts
  const toQueue: Carry = async ({ target, body, attributes, groupId, dedupId }) => {
    const queue = await queues.findByArn(target)
    if (queue === undefined) throw new Undeliverable('NO_RESOURCE', `there is no queue ${target}`)
    const size = Buffer.byteLength(body)
    if (size > queue.messageBytesMax) {
      const message = `the message is too large for ${target}: ${size} bytes`
      throw new Undeliverable('INVALID_PARAMETER', message)
    }
    // AWS: what a queue would not take is not delivered. [guide: sns-large-payload-raw-message-delivery]
    if (Object.keys(attributes ?? {}).length > ATTRIBUTES_MAX) {
      const message = `the message has more than ${ATTRIBUTES_MAX} attributes`
      throw new Undeliverable('INVALID_PARAMETER', message)
    }
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
    if (answer.kind !== 'refused') return
    const code = Object.hasOwn(REFUSALS, answer.errorType) ? REFUSALS[answer.errorType] : undefined
    throw code === undefined ? new Error(answer.message) : new Undeliverable(code, answer.message)
  }
  const toServer: Carry = async ({ target, body, headers = [] }) => {
    const url = new URL(target)
    const { statusCode } = await upstream
      .call({
        method: 'POST',
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        headers,
        body: Buffer.from(body),
        timeoutMs: HTTP_TIMEOUT_MS,
        responseBytesMax: ANSWER_BYTES_MAX,
      })
      .catch((error: unknown) => {
        throw error instanceof UpstreamError && error.code === 'forbidden'
          ? new Undeliverable('INVALID_PARAMETER', error.message)
          : error
      })
    if (statusCode >= 200 && statusCode <= 299) return
    const message = `${url.origin} answered ${statusCode}`
    // AWS: what the server does not want is not sent again. [guide: SendMessageToHttp.prepare]
    if (statusCode >= 300 && statusCode <= 499 && statusCode !== 429)
      throw new Undeliverable('ERROR_FROM_TARGET', message)
    throw new UpstreamError('protocol', message)
  }
  const byService: Readonly<Record<string, Carry>> = {
    sqs: toQueue,
    lambda: toFunction,
    sns: toTopic,
    events: toBus,
  }
  return async (parcel) => {
    const { target, by } = parcel
    if (/^https?:/.test(target)) return toServer(parcel)
    const [, , service = ''] = target.split(':')
    const carry = Object.hasOwn(byService, service) ? byService[service] : undefined
    if (carry === undefined) {
      throw new Undeliverable('NO_RESOURCE', `nothing here takes messages for ${target}`)
    }
    if (by !== undefined && askPermission !== undefined) {
      const action = present(ACTIONS[service], `no action of ${service}`)
      const refusal = await askPermission({ action, resource: target }, by)
      if (refusal !== undefined) throw new Undeliverable('NO_PERMISSIONS', refusal)
    }
    return carry(parcel)
  }
}

/** What it takes to send something there, as policies call it. */
const ACTIONS: Readonly<Record<string, string>> = {
  sqs: 'sqs:SendMessage',
  lambda: 'lambda:InvokeFunction',
  sns: 'sns:Publish',
  events: 'events:PutEvents',
}

/** Refusals of an invocation that another attempt would meet again. */
const REFUSALS: Readonly<Record<string, UndeliverableCode>> = {
  InvalidRequestContentException: 'INVALID_PARAMETER',
  RequestTooLargeException: 'INVALID_PARAMETER',
  ResourceNotFoundException: 'NO_RESOURCE',
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
