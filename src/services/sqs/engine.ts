// The queues of this node: their messages, and who waits for some. Queues themselves are in the store; what is known of
// one is kept until something is committed there.
import { createHash } from 'node:crypto'
import type { Clock } from '#shared/clock.ts'
import type { Random } from '#shared/random.ts'
import type { Scope } from '#model/scope.ts'
import { createReadings } from '#store/readings.ts'
import type { Store } from '#store/store.ts'
import type { MessageFile } from '../delivery/message-file.ts'
import { overLimit } from './errors.ts'
import { createMovers, type Movers } from './movers.ts'
import { type QueueFacts, queueFacts, queues } from './queue.ts'
import {
  type NewMessage,
  type QueueCounts,
  queueMessages,
  type StoredMessage,
} from './queue-messages.ts'
import { formatReceipt, formatSequence, readReceipt, receivedMs, type Receipt } from './receipts.ts'
import { createWaiters } from './waiters.ts'

export type Outgoing = Omit<NewMessage, 'id' | 'md5' | 'delaySeconds'> & {
  readonly delaySeconds?: number | undefined
}

export interface Sent {
  readonly id: string
  readonly md5: string
  readonly sequenceNumber: string
}

export interface Received {
  readonly message: StoredMessage
  readonly receiptHandle: string
}

export interface ReceiveOrder {
  readonly max: number
  readonly visibilitySeconds: number
  readonly waitMs: number
  /** Ends the wait early, with nothing received. */
  readonly signal?: AbortSignal | undefined
  /** Of a FIFO queue: who asks twice with the same id, because no answer came, gets the same messages. */
  readonly attemptId?: string | undefined
}

export interface QueueEngine {
  /** Undefined where there is none of that name. */
  find(scope: Scope, name: string): Promise<QueueFacts | undefined>
  findByArn(arn: string): Promise<QueueFacts | undefined>
  send(queue: QueueFacts, messages: readonly Outgoing[]): Promise<readonly Sent[]>
  receive(queue: QueueFacts, order: ReceiveOrder): Promise<readonly Received[]>
  readReceipt(queue: QueueFacts, handle: string): Receipt | undefined
  /** `expired`: of a FIFO queue, whose message is visible to others again. */
  remove(queue: QueueFacts, receipt: Receipt): Promise<'removed' | 'expired'>
  /** `not-in-flight` by this receipt; `too-long`: more than twelve hours since it was received. */
  hide(
    queue: QueueFacts,
    receipt: Receipt,
    seconds: number,
  ): Promise<'hidden' | 'not-in-flight' | 'too-long'>
  /** False where that was done in the last minute. */
  purge(queueId: string): Promise<boolean>
  count(queueId: string): Promise<QueueCounts>
  /** At most `max`, to where they came from unless `to` says where. */
  move(from: QueueFacts, to: QueueFacts | undefined, max: number): Promise<number>
  /** The queue was deleted in a transaction that may yet fail: what it had goes when it is gone. */
  forgetLater(scope: Scope, name: string, queueId: string): void
  /** The clock was set: what waits looks again. */
  wake(): void
  /** What moves messages at a rate. */
  readonly movers: Movers
  clear(): Promise<void>
  close(): void
}

/** Receivers that wait, of all queues. */
const WAITERS_MAX = 10_000
/** Queues that are known without a look into the store. */
const KNOWN_MAX = 10_000
/** How often what is too old is looked for, in a queue that is asked. */
const EXPIRY_EVERY_MS = 60_000
/** AWS: one purge a minute. [API reference: PurgeQueue] */
const PURGE_EVERY_MS = 60_000
/** AWS: of standard queues and of FIFO queues. [guide: quotas-queues, quotas-fifo] */
const IN_FLIGHT_MAX = 120_000
/** AWS: since a message was received. [guide: sqs-visibility-timeout] */
const HIDDEN_MS_MAX = 43_200_000
/** A pause before another look where the clock is fixed. */
const LOOK_AGAIN_MS_MAX = 20_000

export const createQueueEngine = (options: {
  readonly file: MessageFile
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly onError: (error: unknown) => void
  /** Messages of a queue that were received and not deleted. */
  readonly inFlightMax?: number
}): QueueEngine => {
  const { file, store, clock, random, onError, inFlightMax = IN_FLIGHT_MAX } = options
  const messages = queueMessages(file.database)
  const known = createReadings<QueueFacts | undefined>(store, [queues], KNOWN_MAX)
  const waiters = createWaiters()
  const movers = createMovers(clock)
  const expiredAtMs = new Map<string, number>()
  const purgedAtMs = new Map<string, number>()
  /** No more than so many are in flight: counted anew only where that would be too many. */
  const inFlightAtMost = new Map<string, number>()
  const leaving: { readonly scope: Scope; readonly name: string; readonly queueId: string }[] = []

  const find = (scope: Scope, name: string): Promise<QueueFacts | undefined> => {
    const key = `${scope.accountId}/${scope.region}/${name}`
    return known.of(key, async () => {
      const record = await store.read((view) => view.get(queues, scope, name))
      return record && queueFacts(record, scope)
    })
  }

  const findByArn = async (arn: string): Promise<QueueFacts | undefined> => {
    const [, , service, region = '', accountId = '', name = ''] = arn.split(':')
    return service === 'sqs' ? find({ accountId, region }, name) : undefined
  }

  const sweep = async (): Promise<void> => {
    for (const { scope, name, queueId } of leaving.splice(0)) {
      const now = await store.read((view) => view.get(queues, scope, name))
      if (now?.queueId !== queueId) await file.run(() => messages.purge(queueId))
    }
  }
  const stopWatching = store.watch(() => {
    // Any commit: a template's deletion may be told of after its own.
    if (leaving.length > 0) void sweep().catch(onError)
  })

  const expireSometimes = (queueId: string, nowMs: number): void => {
    if (nowMs - (expiredAtMs.get(queueId) ?? 0) < EXPIRY_EVERY_MS) return
    if (expiredAtMs.size >= KNOWN_MAX) expiredAtMs.clear()
    expiredAtMs.set(queueId, nowMs)
    messages.expire(queueId, nowMs)
  }

  /** How many more may be in flight, `wanted` at most. */
  const roomFor = (queueId: string, wanted: number, nowMs: number): number => {
    let inFlight = inFlightAtMost.get(queueId)
    if (inFlight === undefined || inFlight + wanted > inFlightMax) {
      if (inFlightAtMost.size >= KNOWN_MAX) inFlightAtMost.clear()
      inFlight = messages.inFlight(queueId, nowMs)
    }
    const room = Math.min(wanted, Math.max(0, inFlightMax - inFlight))
    inFlightAtMost.set(queueId, inFlight + room)
    return room
  }

  const receiveNow = async (queue: QueueFacts, order: ReceiveOrder) => {
    const { queueId } = queue
    const { attemptId } = order
    const deadLetterQueue = queue.redrive && (await findByArn(queue.redrive.deadLetterArn))
    const salt = Buffer.from(random.bytes(12)).toString('base64url')
    const { found, receipt, buried, nowMs, isFull } = await file.run(() => {
      const nowMs = clock.nowMs()
      expireSometimes(queueId, nowMs)
      const visibleMs = nowMs + order.visibilitySeconds * 1_000
      if (attemptId !== undefined) {
        const again = messages.receiveAgain(queueId, attemptId, visibleMs, nowMs)
        if (again !== undefined) return { ...again, buried: 0, nowMs, isFull: false }
      }
      const max = roomFor(queueId, order.max, nowMs)
      const receipt = `${nowMs.toString(36)}.${salt}`
      const taken = messages.receive(queue, { max, visibleMs, receipt }, nowMs, deadLetterQueue)
      if (attemptId !== undefined && taken.found.length > 0) {
        const seqs = taken.found.map(({ seq }) => seq)
        messages.rememberAttempt(queueId, attemptId, { seqs, receipt, visibleMs }, nowMs)
      }
      return { ...taken, receipt, nowMs, isFull: max === 0 }
    })
    if (buried > 0 && deadLetterQueue !== undefined) waiters.wake(deadLetterQueue.queueId)
    const received = found.map((message) => ({
      message,
      receiptHandle: formatReceipt(queueId, message.seq, receipt),
    }))
    const nextMs = received.length > 0 ? nowMs : messages.nextVisibleMs(queueId, nowMs)
    return { received, isFull, nextMs }
  }

  const receive: QueueEngine['receive'] = async (queue, order) => {
    const deadlineMs = clock.monotonicMs() + order.waitMs
    const realDeadline = performance.now() + order.waitMs
    for (;;) {
      // Whoever sends from here on wakes this one up.
      const woken = waiters.expect(queue.queueId)
      const { received, nextMs, isFull } = await receiveNow(queue, order)
      const leftMs = Math.min(deadlineMs - clock.monotonicMs(), realDeadline - performance.now())
      if (received.length > 0 || leftMs <= 0 || isGone(order)) {
        woken.cancel()
        // AWS: told to who does not wait, of a standard queue. [guide: quotas-queues]
        if (isFull && order.waitMs === 0 && !queue.isFifo) throw tooManyInFlight(queue.arn)
        return received
      }
      if (waiters.size > WAITERS_MAX) {
        woken.cancel()
        throw overLimit(`More than ${WAITERS_MAX} callers wait for messages.`)
      }
      const untilNextMs = nextMs === undefined ? leftMs : Math.max(1, nextMs - clock.nowMs())
      await woken.within(clock, Math.min(leftMs, untilNextMs, LOOK_AGAIN_MS_MAX), order.signal)
      if (isGone(order)) return []
    }
  }

  return {
    find,
    findByArn,
    send: async (queue, outgoing) => {
      const made = outgoing.map((message) => ({
        ...message,
        id: random.uuid(),
        md5: createHash('md5').update(message.body, 'utf8').digest('hex'),
        delaySeconds: message.delaySeconds ?? queue.delaySeconds,
      }))
      const sent = await file.run(() => {
        const nowMs = clock.nowMs()
        return made.map((message) => messages.send(queue, message, nowMs))
      })
      waiters.wake(queue.queueId)
      return sent.map(({ id, seq }, at) => ({
        id,
        md5: made[at]?.md5 ?? '',
        sequenceNumber: formatSequence(seq),
      }))
    },
    receive,
    readReceipt: ({ queueId }, handle) => readReceipt(queueId, handle),
    remove: ({ queueId, isFifo }, { seq, nonce }) =>
      file.run(() => {
        const found = messages.find(queueId, seq)
        // AWS: of a standard queue an older handle than the last deletes nothing and is no error.
        if (found === undefined || found.receipt !== nonce) return 'removed'
        if (isFifo && found.visibleMs <= clock.nowMs()) return 'expired'
        messages.remove(queueId, seq)
        if (isFifo) setImmediate(() => waiters.wake(queueId))
        return 'removed'
      }),
    hide: async ({ queueId }, { seq, nonce }, seconds) => {
      const done = await file.run(() => {
        const found = messages.find(queueId, seq)
        const nowMs = clock.nowMs()
        if (found === undefined || found.receipt !== nonce || found.visibleMs <= nowMs)
          return 'not-in-flight'
        const untilMs = nowMs + seconds * 1_000
        if (untilMs > receivedMs(nonce) + HIDDEN_MS_MAX) return 'too-long'
        messages.hide(queueId, seq, untilMs)
        return 'hidden'
      })
      waiters.wake(queueId)
      return done
    },
    purge: (queueId) =>
      file.run(() => {
        const nowMs = clock.nowMs()
        const lastMs = purgedAtMs.get(queueId)
        if (lastMs !== undefined && nowMs - lastMs < PURGE_EVERY_MS) return false
        if (purgedAtMs.size >= KNOWN_MAX) purgedAtMs.clear()
        purgedAtMs.set(queueId, nowMs)
        messages.purge(queueId)
        return true
      }),
    count: (queueId) =>
      file.run(() => {
        const nowMs = clock.nowMs()
        expireSometimes(queueId, nowMs)
        return messages.count(queueId, nowMs)
      }),
    move: async (from, to, max) => {
      const plan = to === undefined ? await homes(from) : [{ to, sourceArn: undefined }]
      const moved = await file.run(() => {
        let count = 0
        for (const { to, sourceArn } of plan) {
          const order = { from, to, max: max - count, sourceArn, newId: () => random.uuid() }
          count += messages.move(order, clock.nowMs())
        }
        return count
      })
      for (const { to } of plan) waiters.wake(to.queueId)
      return moved
    },
    forgetLater: (scope, name, queueId) => void leaving.push({ scope, name, queueId }),
    wake: () => waiters.wakeAll(),
    movers,
    clear: () =>
      file.run(() => {
        for (const queueId of messages.queueIds()) messages.purge(queueId)
        file.database.exec('DELETE FROM seen')
      }),
    close: () => {
      known.close()
      stopWatching()
      movers.close()
      waiters.wakeAll()
    },
  }

  /** Where the messages of a dead-letter queue came from. */
  async function homes(from: QueueFacts) {
    const plan: { readonly to: QueueFacts; readonly sourceArn: string | undefined }[] = []
    for (const sourceArn of messages.sources(from.queueId)) {
      const to = await findByArn(sourceArn)
      if (to !== undefined) plan.push({ to, sourceArn })
    }
    return plan
  }
}

const isGone = ({ signal }: ReceiveOrder): boolean => signal?.aborted === true

const tooManyInFlight = (arn: string) =>
  overLimit(`Too many messages in flight for the queue ${arn}: delete some that were received.`)
