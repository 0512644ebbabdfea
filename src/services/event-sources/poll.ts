// What polling a queue and polling a stream share: read, cut what was read into batches that an event can carry, filter,
// ask the function, until the poller is to end. Nothing is acknowledged before the function has it.
import type { InvokeFunction } from '#model/ports.ts'
import { askFunction } from './ask-function.ts'
import type { BatchOutcome, Mapping } from './mapping.ts'
import type { Sleep } from './pollers.ts'

export interface Poll {
  readonly mapping: Mapping
  readonly invoke: InvokeFunction
  readonly sleep: Sleep
  readonly signal: AbortSignal
  readonly onError: (error: unknown) => void
}

/** Something of a source, and what the function gets of it. */
export interface Item {
  /** As a function names it that reports failures. */
  readonly id: string
  readonly record: unknown
  /** The same as filters see it. */
  readonly filtered: unknown
}

export interface EventSource<One extends Item> {
  /** Batches that may be worked on side by side; undefined where there is no such source yet. */
  read(): Promise<readonly (readonly One[])[] | undefined>
  /** False where the poller ended before the batch was through. */
  work(batch: readonly One[]): Promise<boolean>
  /** Everything that was read is through. Absent: the next read does not wait for that. */
  readonly settle?: () => void
  /** Batches at once. */
  readonly concurrency: number
  /** Fulfils when a missing one is worth another look, or the poller is to end. */
  awaitSource(): Promise<void>
}

/** An event is at most 6 MB; the rest is for what is around the records. */
const BATCH_BYTES_MAX = 5_500_000

/** Polls until the signal says to end, and until what is under way is done. */
export const pollSource = async <One extends Item>(
  { signal, onError }: Poll,
  source: EventSource<One>,
): Promise<void> => {
  const running = new Set<Promise<void>>()
  let isThrough = true
  let failure: { readonly error: unknown } | undefined
  const room = async (): Promise<void> => {
    while (running.size >= source.concurrency) await Promise.race(running)
  }
  const start = (batch: readonly One[]): void => {
    const run = source
      .work(batch)
      .then(
        (done) => {
          isThrough &&= done
        },
        (error: unknown) => {
          failure = { error }
          if (source.settle === undefined) onError(error)
        },
      )
      .finally(() => running.delete(run))
    running.add(run)
  }
  while (!signal.aborted) {
    await room() // What is read and not worked on would be hidden from others for nothing.
    const batches = await source.read()
    if (batches === undefined) {
      await source.awaitSource()
      continue
    }
    for (const batch of batches) {
      await room()
      start(batch)
    }
    if (source.settle === undefined) continue
    await Promise.all(running)
    if (failure !== undefined) throw failure.error
    // It ended before all was through: the next poller begins there again.
    if (!isThrough) break
    source.settle()
  }
  await Promise.all(running)
}

/** Cut to what one event can carry. */
export function* slices<One extends Item>(
  batch: readonly One[],
  countMax: number,
): Iterable<readonly One[]> {
  let slice: One[] = []
  let bytes = 0
  for (const one of batch) {
    const size = Buffer.byteLength(JSON.stringify(one.record))
    if (slice.length >= countMax || (slice.length > 0 && bytes + size > BATCH_BYTES_MAX)) {
      yield slice
      slice = []
      bytes = 0
    }
    slice.push(one)
    bytes += size
  }
  if (slice.length > 0) yield slice
}

/** Those that the function wants, and what it said of them; done where it wants none. */
export const ask = async <One extends Item>(
  { mapping, invoke }: Poll,
  batch: readonly One[],
): Promise<{ readonly wanted: readonly One[]; readonly outcome: BatchOutcome }> => {
  const { filter } = mapping
  const wanted = filter === undefined ? batch : batch.filter(({ filtered }) => filter(filtered))
  if (wanted.length === 0) return { wanted, outcome: { kind: 'done' } }
  const ids = new Set(wanted.map(({ id }) => id))
  const records = wanted.map(({ record }) => record)
  return { wanted, outcome: await askFunction(invoke, mapping, records, ids) }
}
