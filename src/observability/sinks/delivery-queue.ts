// What waits to be delivered somewhere that may be slow, refuse or hang: bounded in bytes, delivered in batches one at a
// time, tried again with growing pauses, dropped and counted where it does not fit. Whoever adds never waits.
import type { Clock, Timer } from '#shared/clock.ts'

export interface DeliveryQueue<Item> {
  add(item: Item, bytes: number): void
  /** Items dropped since the start: they did not fit, or were refused for good. */
  readonly dropped: number
  readonly queuedBytes: number
  /** Delivers what waits, once more and with no second try, and takes nothing from then on. */
  close(): Promise<void>
}

export interface DeliveryOptions<Item> {
  readonly clock: Clock
  readonly bytesMax: number
  readonly batchItemsMax: number
  readonly batchBytesMax: number
  /** How long the first item of a batch waits for others. */
  readonly lingerMs: number
  /** A delivery that takes longer has failed. */
  readonly timeoutMs: number
  /** Rejects where it failed; with `DeliveryRefused` where trying again makes no sense. */
  readonly deliver: (items: readonly Item[], signal: AbortSignal) => Promise<void>
  /** Told of the first failure after a success, not of each. */
  readonly onFailure: (error: unknown) => void
}

/** The other side will never take this. */
export class DeliveryRefused extends Error {
  override readonly name = 'DeliveryRefused'
}

const RETRY_MS_FIRST = 500
const RETRY_MS_MAX = 30_000

export const createDeliveryQueue = <Item>(options: DeliveryOptions<Item>): DeliveryQueue<Item> => {
  const { clock, bytesMax, onFailure } = options
  let waiting: { readonly item: Item; readonly bytes: number }[] = []
  let queuedBytes = 0
  let dropped = 0
  let retryMs = 0
  let isClosed = false
  let timer: Timer | undefined
  let delivering: Promise<void> | undefined

  const schedule = (delayMs: number): void => {
    if (timer !== undefined || delivering !== undefined || waiting.length === 0) return
    timer = clock.setTimer(() => {
      timer = undefined
      void pump()
    }, delayMs)
  }
  const takeBatch = () => {
    let bytes = 0
    let count = 0
    for (const { bytes: more } of waiting) {
      if (count >= options.batchItemsMax || (count > 0 && bytes + more > options.batchBytesMax))
        break
      bytes += more
      count++
    }
    return { count, bytes, items: waiting.slice(0, count).map(({ item }) => item) }
  }
  const pump = (): Promise<void> => {
    delivering ??= deliverOne().finally(() => {
      delivering = undefined
      schedule(
        retryMs > 0 ? retryMs : waiting.length >= options.batchItemsMax ? 0 : options.lingerMs,
      )
    })
    return delivering
  }
  const deliverOne = async (): Promise<void> => {
    const { count, bytes, items } = takeBatch()
    if (count === 0) return
    try {
      await withinTime(options, items)
      retryMs = 0
    } catch (error) {
      if (retryMs === 0) onFailure(error)
      const isRefused = error instanceof DeliveryRefused
      retryMs = isRefused ? 0 : Math.min(Math.max(retryMs * 2, RETRY_MS_FIRST), RETRY_MS_MAX)
      if (!isRefused && !isClosed) return
      dropped += count
    }
    waiting = waiting.slice(count)
    queuedBytes -= bytes
  }
  return {
    add: (item, bytes) => {
      if (isClosed || queuedBytes + bytes > bytesMax) {
        dropped++
        return
      }
      waiting.push({ item, bytes })
      queuedBytes += bytes
      schedule(waiting.length >= options.batchItemsMax ? 0 : options.lingerMs)
    },
    get dropped() {
      return dropped
    },
    get queuedBytes() {
      return queuedBytes
    },
    close: async () => {
      isClosed = true
      timer?.cancel()
      await delivering
      while (waiting.length > 0) {
        timer?.cancel()
        timer = undefined
        await pump()
      }
      timer?.cancel()
    },
  }
}

/** Whatever becomes of a delivery that is too late: nobody waits for it. */
const withinTime = async <Item>(
  { clock, timeoutMs, deliver }: DeliveryOptions<Item>,
  items: readonly Item[],
): Promise<void> => {
  const stop = new AbortController()
  let timer: Timer | undefined
  const late = new Promise<never>((_, reject) => {
    timer = clock.setTimer(() => {
      stop.abort()
      reject(new Error(`the delivery took longer than ${timeoutMs} ms`))
    }, timeoutMs)
  })
  try {
    await Promise.race([deliver(items, stop.signal), late])
  } finally {
    timer?.cancel()
  }
}
