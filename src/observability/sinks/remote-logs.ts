// CloudWatch Logs elsewhere (`--endpoint logs=URL`): what is written here goes there too, signed, by PutLogEvents.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
import { type SigningCredentials, signRequest } from '#languages/sigv4/sign.ts'
import type { LogBatch } from '#model/ports.ts'
import type { Clock } from '#shared/clock.ts'
import { isObject } from '#shared/json.ts'
import { EVENT_OVERHEAD_BYTES } from '../logs/event-store.ts'
import { createDeliveryQueue, DeliveryRefused } from './delivery-queue.ts'
import type { LogSink, QueuedEvent } from './log-sink.ts'

/** AWS: of one call. */
const BATCH_EVENTS_MAX = 10_000
const BATCH_BYTES_MAX = 900_000
const LINGER_MS = 1_000
const TIMEOUT_MS = 15_000
const ANSWER_CHARACTERS_SHOWN = 300

export interface RemoteLogs {
  readonly url: string
  readonly credentials: SigningCredentials
  readonly queueBytesMax: number
  readonly clock: Clock
  readonly onFailure: (error: unknown) => void
}

export const createRemoteLogs = (options: RemoteLogs): LogSink => {
  const { clock, queueBytesMax, onFailure } = options
  const queue = createDeliveryQueue<QueuedEvent>({
    clock,
    bytesMax: queueBytesMax,
    batchItemsMax: BATCH_EVENTS_MAX,
    batchBytesMax: BATCH_BYTES_MAX,
    lingerMs: LINGER_MS,
    timeoutMs: TIMEOUT_MS,
    deliver: (events, signal) => deliver(options, events, signal),
    onFailure,
  })
  return {
    name: 'remote',
    write: (batch) => {
      for (const event of batch.events) {
        queue.add({ ...event, batch }, Buffer.byteLength(event.message) + EVENT_OVERHEAD_BYTES)
      }
    },
    get dropped() {
      return queue.dropped
    },
    close: () => queue.close(),
  }
}

const deliver = async (
  options: RemoteLogs,
  events: readonly QueuedEvent[],
  signal: AbortSignal,
): Promise<void> => {
  const streams = Map.groupBy(events, ({ batch }) =>
    [batch.scope.region, batch.logGroupName, batch.logStreamName].join('\n'),
  )
  for (const group of streams.values()) {
    const [first] = group
    if (first === undefined) continue
    await put(options, first.batch, group, signal)
  }
}

const put = async (
  options: RemoteLogs,
  { scope, logGroupName, logStreamName }: LogBatch,
  events: readonly QueuedEvent[],
  signal: AbortSignal,
): Promise<void> => {
  const call = (operation: string, input: unknown) =>
    callLogs(options, scope.region, operation, input, signal)
  const sorted = events.toSorted((one, other) => one.timestampMs - other.timestampMs)
  const logEvents = sorted.map(({ timestampMs: timestamp, message }) => ({ timestamp, message }))
  const input = { logGroupName, logStreamName, logEvents }
  const answer = await call('PutLogEvents', input)
  if (answer.ok) return
  if (answer.type !== 'ResourceNotFoundException') throw failureOf(answer)
  await call('CreateLogGroup', { logGroupName })
  await call('CreateLogStream', { logGroupName, logStreamName })
  const second = await call('PutLogEvents', input)
  if (!second.ok) throw failureOf(second)
}

interface Answer {
  readonly ok: boolean
  readonly status: number
  readonly type: string
  readonly text: string
}

const callLogs = async (
  { url, credentials, clock }: RemoteLogs,
  region: string,
  operation: string,
  input: unknown,
  signal: AbortSignal,
): Promise<Answer> => {
  const { host, origin } = new URL(url)
  const body = Buffer.from(JSON.stringify(input), 'utf8')
  const headers = [
    'Host',
    host,
    'Content-Type',
    'application/x-amz-json-1.1',
    'X-Amz-Target',
    `Logs_20140328.${operation}`,
  ]
  const options = { region, service: 'logs', nowMs: clock.nowMs() }
  const signed = signRequest({ method: 'POST', target: '/', headers, body }, credentials, options)
  const response = await fetch(`${origin}/`, {
    method: 'POST',
    headers: pairsOf(signed).filter(([name]) => name.toLowerCase() !== 'host'),
    body,
    signal,
    redirect: 'error',
  })
  const text = (await response.text()).slice(0, ANSWER_CHARACTERS_SHOWN)
  return { ok: response.ok, status: response.status, type: typeOf(text), text }
}

const pairsOf = (flat: readonly string[]): [string, string][] => {
  const pairs: [string, string][] = []
  for (let at = 0; at + 1 < flat.length; at += 2) pairs.push([flat[at] ?? '', flat[at + 1] ?? ''])
  return pairs
}

const typeOf = (text: string): string => {
  try {
    const error: unknown = JSON.parse(text)
    return isObject(error) && typeof error.__type === 'string'
      ? (error.__type.split('#').at(-1) ?? '')
      : ''
  } catch {
    return '' // Something in front of the service answered: its status says enough.
  }
}

const failureOf = ({ status, text }: Answer): Error => {
  const message = `CloudWatch Logs answers ${status}: ${text}`
  return status < 500 && status !== 429 ? new DeliveryRefused(message) : new Error(message)
}
