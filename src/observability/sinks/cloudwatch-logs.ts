// The log groups of this gateway: batches wait in a queue for a moment, then go to the event store in one transaction.
// A group that nobody created is made, as Lambda makes its functions'.
import type { LogBatch } from '#model/ports.ts'
import type { Clock } from '#shared/clock.ts'
import { createRemembered } from '#store/remembered.ts'
import type { Store, View } from '#store/store.ts'
import { EVENT_OVERHEAD_BYTES, type EventBatch, type LogEventStore } from '../logs/event-store.ts'
import { logGroups, logScopes, newGroup, putGroup } from '../logs/groups.ts'
import { createDeliveryQueue, DeliveryRefused } from './delivery-queue.ts'
import type { LogSink } from './log-sink.ts'

const LINGER_MS = 100
const BATCHES_AT_ONCE = 2_000
const BATCH_BYTES_MAX = 4 * 1024 * 1024
const TIMEOUT_MS = 30_000
const SWEEP_MS = 60_000
const DAY_MS = 86_400_000

export const createCloudWatchLogs = (options: {
  readonly store: Store
  readonly events: LogEventStore
  readonly queueBytesMax: number
  readonly clock: Clock
  /** The time that events are stamped with, and that retention goes by. */
  readonly nowMs: () => number
  readonly onFailure: (error: unknown) => void
}): LogSink => {
  const { store, events, clock, nowMs, onFailure } = options
  // A group may be deleted and made anew at any time: it then has another id.
  const known = createRemembered<string>(store)
  let lost = 0

  const groupIdOf = async ({ scope, logGroupName }: LogBatch): Promise<string> => {
    const key = `${scope.accountId}/${scope.region}/${logGroupName}`
    const held = known.get(key)
    if (held !== undefined) return held
    const keep = known.reading()
    const found = await findOrMake(store, scope, logGroupName, nowMs())
    keep([[key, found]])
    return found
  }
  const deliver = async (batches: readonly LogBatch[]): Promise<void> => {
    const written: EventBatch[] = []
    for (const batch of batches) {
      const { logStreamName: streamName } = batch
      written.push({ groupId: await groupIdOf(batch), streamName, events: batch.events })
    }
    try {
      events.append(written, nowMs())
    } catch (error) {
      // A full disk: what cannot be kept is counted, and the next batch may fit.
      lost += batches.reduce((sum, batch) => sum + batch.events.length - 1, 0)
      throw new DeliveryRefused('log events could not be stored', { cause: error })
    }
  }
  const queue = createDeliveryQueue<LogBatch>({
    clock,
    bytesMax: options.queueBytesMax,
    batchItemsMax: BATCHES_AT_ONCE,
    batchBytesMax: BATCH_BYTES_MAX,
    lingerMs: LINGER_MS,
    timeoutMs: TIMEOUT_MS,
    deliver,
    onFailure,
  })
  const sweeping = startSweeping(options)
  return {
    name: 'cloudwatch',
    write: (batch) => {
      const before = queue.dropped
      queue.add(batch, bytesOf(batch))
      // The queue counts batches, this sink events.
      if (queue.dropped > before) lost += batch.events.length - 1
    },
    get dropped() {
      return queue.dropped + lost
    },
    close: async () => {
      await queue.close()
      await sweeping.stop()
    },
  }
}

const bytesOf = ({ events }: LogBatch): number => {
  let bytes = 0
  for (const { message } of events) bytes += Buffer.byteLength(message) + EVENT_OVERHEAD_BYTES
  return bytes
}

const findOrMake = async (
  store: Store,
  scope: LogBatch['scope'],
  name: string,
  nowMs: number,
): Promise<string> => {
  const found = await store.read((view) => view.get(logGroups, scope, name))
  if (found !== undefined) return found.id
  return store.write(async (tx) => {
    const made = (await tx.get(logGroups, scope, name)) ?? newGroup(name, nowMs)
    await putGroup({ tx, ...scope }, made)
    return made.id
  })
}

/** Retention, and events of groups that are gone: looked after once a minute. */
const startSweeping = (options: Parameters<typeof createCloudWatchLogs>[0]) => {
  const { store, events, clock, nowMs, onFailure } = options
  let running: Promise<void> = Promise.resolve()
  let isStopped = false
  let unknown: ReadonlySet<string> = new Set()
  const next = () => clock.setTimer(() => void sweep(), SWEEP_MS)
  const sweep = async (): Promise<void> => {
    running = store
      .read(readGroups(nowMs()))
      .then((groups) => {
        if (!isStopped) unknown = events.sweep(groups, unknown)
      })
      .catch(onFailure)
    await running
    if (!isStopped) timer = next()
  }
  let timer = next()
  return {
    stop: async () => {
      isStopped = true
      timer.cancel()
      await running
    },
  }
}

const readGroups = (nowMs: number) => async (view: View) => {
  const groups = new Map<string, { readonly keptSinceMs?: number }>()
  for (const { value: scope } of await view.list(logScopes, { accountId: '', region: '' })) {
    for (const { value } of await view.list(logGroups, scope)) {
      const { id, retentionInDays } = value
      groups.set(
        id,
        retentionInDays === undefined ? {} : { keptSinceMs: nowMs - retentionInDays * DAY_MS },
      )
    }
  }
  return groups
}
