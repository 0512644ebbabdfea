// The queues of this node: their messages, and who waits for some. Queues themselves are in the store; what is known of
// one is kept until something is committed there.
import { createHash } from 'node:crypto'
import type { Clock, Timer } from '#shared/clock.ts'
import type { Random } from '#shared/random.ts'
import type { Scope } from '#model/scope.ts'
import type { Store } from '#store/store.ts'
import type { MessageFile } from '../delivery/message-file.ts'
import { overLimit } from './errors.ts'
import { type QueueFacts, queueFacts, queues } from './queue.ts'
import {
  type NewMessage,
  type QueueCounts,
  queueMessages,
  type StoredMessage,
} from './queue-messages.ts'

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
  /** Ends the wait early. */
  readonly signal?: AbortSignal
}

/** What a receipt handle says; undefined where it is none of this queue's. */
export interface Receipt {
  readonly seq: number
  readonly nonce: string
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
  /** False where the message is not in flight by this receipt. */
  hide(queue: QueueFacts, receipt: Receipt, seconds: number): Promise<boolean>
  purge(queueId: string): Promise<void>
  count(queueId: string): Promise<QueueCounts>
  move(from: QueueFacts, to: QueueFacts | undefined): Promise<number>
  /** The queue was deleted in a transaction that may yet fail: what it had goes when it is gone. */
  forgetLater(scope: Scope, name: string, queueId: string): void
  /** The clock was set: what waits looks again. */
  wake(): void
  clear(): Promise<void>
  close(): void
}

/** Receivers that wait, of all queues. */
const WAITERS_MAX = 10_000
/** Queues that are known without a look into the store. */
const KNOWN_MAX = 10_000
/** How often what is too old is looked for, in a queue that is asked. */
const EXPIRY_EVERY_MS = 60_000
/** A pause before another look where the clock is fixed. */
const LOOK_AGAIN_MS_MAX = 20_000

export const createQueueEngine = (options: {
  readonly file: MessageFile
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly onError: (error: unknown) => void
}): QueueEngine => {
  const { file, store, clock, random, onError } = options
  const messages = queueMessages(file.database)
  const known = new Map<string, Promise<QueueFacts | undefined>>()
  const waiters = createWaiters()
  const expiredAtMs = new Map<string, number>()
  const leaving: { readonly scope: Scope; readonly name: string; readonly queueId: string }[] = []

  const find = (scope: Scope, name: string): Promise<QueueFacts | undefined> => {
    const key = `${scope.accountId}/${scope.region}/${name}`
    const before = known.get(key)
    if (before !== undefined) return before
    if (known.size >= KNOWN_MAX) known.clear()
    const finding = store
      .read((view) => view.get(queues, scope, name))
      .then((record) => record && queueFacts(record, scope))
    known.set(key, finding)
    finding.catch(() => known.delete(key)) // The caller has the error.
    return finding
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
    known.clear()
    if (leaving.length > 0) void sweep().catch(onError)
  })

  const expireSometimes = (queueId: string, nowMs: number): void => {
    if (nowMs - (expiredAtMs.get(queueId) ?? 0) < EXPIRY_EVERY_MS) return
    if (expiredAtMs.size >= KNOWN_MAX) expiredAtMs.clear()
    expiredAtMs.set(queueId, nowMs)
    messages.expire(queueId, nowMs)
  }

  const receiveNow = async (queue: QueueFacts, order: ReceiveOrder) => {
    const deadLetterQueue = queue.redrive && (await findByArn(queue.redrive.deadLetterArn))
    const nonce = Buffer.from(random.bytes(12)).toString('base64url')
    const { found, buried, nowMs } = await file.run(() => {
      const nowMs = clock.nowMs()
      expireSometimes(queue.queueId, nowMs)
      const visibleMs = nowMs + order.visibilitySeconds * 1_000
      const { max } = order
      const taken = messages.receive(
        queue,
        { max, visibleMs, receipt: nonce },
        nowMs,
        deadLetterQueue,
      )
      return { ...taken, nowMs }
    })
    if (buried > 0 && deadLetterQueue !== undefined) waiters.wake(deadLetterQueue.queueId)
    const received = found.map((message) => ({
      message,
      receiptHandle: formatReceipt(queue.queueId, message.seq, nonce),
    }))
    return { received, nextMs: messages.nextVisibleMs(queue.queueId, nowMs) }
  }

  const receive: QueueEngine['receive'] = async (queue, order) => {
    const deadlineMs = clock.monotonicMs() + order.waitMs
    const realDeadline = performance.now() + order.waitMs
    for (;;) {
      // Whoever sends from here on wakes this one up.
      const woken = waiters.expect(queue.queueId)
      const { received, nextMs } = await receiveNow(queue, order)
      const leftMs = Math.min(deadlineMs - clock.monotonicMs(), realDeadline - performance.now())
      if (received.length > 0 || leftMs <= 0 || order.signal?.aborted === true) {
        woken.cancel()
        return received
      }
      if (waiters.size > WAITERS_MAX) {
        woken.cancel()
        throw overLimit(`More than ${WAITERS_MAX} callers wait for messages.`)
      }
      const untilNextMs = nextMs === undefined ? leftMs : Math.max(1, nextMs - clock.nowMs())
      await woken.within(clock, Math.min(leftMs, untilNextMs, LOOK_AGAIN_MS_MAX), order.signal)
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
      const isDone = await file.run(() => {
        const found = messages.find(queueId, seq)
        const nowMs = clock.nowMs()
        if (found === undefined || found.receipt !== nonce || found.visibleMs <= nowMs) return false
        messages.hide(queueId, seq, nowMs + seconds * 1_000)
        return true
      })
      waiters.wake(queueId)
      return isDone
    },
    purge: (queueId) => file.run(() => messages.purge(queueId)),
    count: (queueId) =>
      file.run(() => {
        const nowMs = clock.nowMs()
        expireSometimes(queueId, nowMs)
        return messages.count(queueId, nowMs)
      }),
    move: async (from, to) => {
      const plan = to === undefined ? await homes(from) : [{ to, source: undefined }]
      const moved = await file.run(() =>
        plan.map(({ to, source }) =>
          messages.move(from.queueId, to.queueId, clock.nowMs(), source),
        ),
      )
      for (const { to } of plan) waiters.wake(to.queueId)
      return moved.reduce((sum, count) => sum + count, 0)
    },
    forgetLater: (scope, name, queueId) => void leaving.push({ scope, name, queueId }),
    wake: () => waiters.wakeAll(),
    clear: () =>
      file.run(() => {
        for (const queueId of messages.queueIds()) messages.purge(queueId)
        file.database.exec('DELETE FROM seen')
      }),
    close: () => {
      stopWatching()
      waiters.wakeAll()
    },
  }

  /** Where the messages of a dead-letter queue came from. */
  async function homes(from: QueueFacts) {
    const plan: { readonly to: QueueFacts; readonly source: string | undefined }[] = []
    for (const source of messages.sources(from.queueId)) {
      const to = await findByArn(source)
      if (to !== undefined) plan.push({ to, source })
    }
    return plan
  }
}

/** AWS: twenty digits. [API reference: SendMessage SequenceNumber] */
const SEQUENCE_BASE = 18_850_000_000_000_000_000n

export const formatSequence = (seq: number): string => String(SEQUENCE_BASE + BigInt(seq))

const formatReceipt = (queueId: string, seq: number, nonce: string): string =>
  Buffer.from(`${queueId} ${seq} ${nonce}`).toString('base64')

const RECEIPT_LENGTH_MAX = 1_024

const readReceipt = (queueId: string, handle: string): Receipt | undefined => {
  if (handle.length > RECEIPT_LENGTH_MAX) return undefined
  const [id, seq, nonce, ...more] = Buffer.from(handle, 'base64').toString('utf8').split(' ')
  const number = Number(seq)
  if (id !== queueId || !Number.isSafeInteger(number) || nonce === undefined) return undefined
  return more.length === 0 ? { seq: number, nonce } : undefined
}

interface Expectation {
  /** Fulfils when woken, aborted or after `delayMs`, whichever is first. */
  within(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void>
  cancel(): void
}

/** Who waits for messages, by queue; nothing where nobody waits. */
const createWaiters = () => {
  const waiting = new Map<string, Set<() => void>>()
  let size = 0

  const expect = (queueId: string): Expectation => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const all = waiting.get(queueId) ?? new Set()
    waiting.set(queueId, all)
    let timer: Timer | undefined
    const done = (): void => {
      if (!all.delete(done)) return
      size--
      if (all.size === 0 && waiting.get(queueId) === all) waiting.delete(queueId)
      timer?.cancel()
      resolve()
    }
    all.add(done)
    size++
    return {
      cancel: done,
      within: async (clock, delayMs, signal) => {
        if (!all.has(done)) return // Somebody has sent meanwhile.
        timer = clock.setTimer(done, delayMs)
        signal?.addEventListener('abort', done, { once: true })
        await promise
        signal?.removeEventListener('abort', done)
      },
    }
  }

  const wake = (queueId: string): void => {
    for (const done of waiting.get(queueId) ?? []) done()
  }
  return {
    expect,
    wake,
    wakeAll: (): void => {
      for (const queueId of waiting.keys()) wake(queueId)
    },
    get size() {
      return size
    },
  }
}
