// Answers that stages keep: one cache for each stage, all of them within one bound of bytes for the process. The least
// recently used answer of a stage goes first; where all together are too much, that of the stage that has not kept
// anything for longest. Times are monotonic milliseconds.
import { LRUCache } from 'lru-cache'

export interface StageCaches<Answer> {
  /** The cache of a stage, made where it is not there. A later generation empties it. */
  open(settings: StageCacheSettings): StageCache<Answer>
  /** Of all stages together. */
  readonly bytes: number
}

export interface StageCacheSettings {
  readonly name: string
  /** Counts flushes. */
  readonly generation: number
  /** What its size class allows. */
  readonly bytesMax: number
}

export interface StageCache<Answer> {
  /** Undefined where there is none, or none younger than that. */
  find(key: string, ttlMs: number, nowMs: number): Answer | undefined
  /** The answer that is being fetched for a key; undefined where nobody does. */
  fetched(key: string): Promise<Answer | undefined> | undefined
  /**
   * Fetches an answer and keeps it. A later fetch for the same key, and a flush, take the right to be kept from those
   * that are under way: what is kept was asked for last.
   */
  fetch(key: string, nowMs: () => number, ask: FetchAnswer<Answer>): Promise<void>
}

/** Undefined: nothing to be kept, and nothing for others who wait. */
export type FetchAnswer<Answer> = () => Promise<
  { readonly answer: Answer; readonly bytes: number } | undefined
>

export const createStageCaches = <Answer>(options: {
  readonly bytesMax: number
}): StageCaches<Answer> => {
  /** In the order in which they last kept something. */
  const stages = new Map<string, HeldCache<Answer>>()
  let total = 0

  const makeRoom = (): void => {
    for (const [name, stage] of stages) {
      while (total > options.bytesMax && stage.size > 0) total += stage.dropOldest()
      if (stage.size === 0 && stages.delete(name)) stage.retire()
      if (total <= options.bytesMax) return
    }
  }
  return {
    open: ({ name, generation, bytesMax }) => {
      const held = stages.get(name)
      if (held !== undefined && generation <= held.generation) return held
      if (held !== undefined) total -= held.retire()
      const kept = (change: number): void => {
        total += change
        stages.delete(name)
        stages.set(name, made)
        if (total > options.bytesMax) makeRoom()
      }
      const made = new HeldCache<Answer>(generation, Math.min(bytesMax, options.bytesMax), kept)
      stages.set(name, made)
      return made
    },
    get bytes() {
      return total
    },
  }
}

interface Kept<Answer> {
  readonly answer: Answer
  readonly storedMs: number
}

class HeldCache<Answer> implements StageCache<Answer> {
  readonly #answers: LRUCache<string, Kept<Answer>>
  /** As many as there are requests that wait, which the listener bounds. */
  readonly #fetching = new Map<string, Promise<Answer | undefined>>()
  readonly #kept: (change: number) => void
  readonly generation: number
  #isRetired = false

  constructor(generation: number, bytesMax: number, kept: (change: number) => void) {
    this.#answers = new LRUCache({ maxSize: bytesMax })
    this.generation = generation
    this.#kept = kept
  }

  get size(): number {
    return this.#answers.size
  }

  find(key: string, ttlMs: number, nowMs: number): Answer | undefined {
    const kept = this.#answers.get(key)
    return kept !== undefined && nowMs < kept.storedMs + ttlMs ? kept.answer : undefined
  }

  fetched(key: string): Promise<Answer | undefined> | undefined {
    return this.#fetching.get(key)
  }

  async fetch(key: string, nowMs: () => number, ask: FetchAnswer<Answer>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<Answer | undefined>()
    this.#fetching.set(key, promise)
    let answer: Answer | undefined
    try {
      const fetched = await ask()
      if (fetched === undefined) return
      answer = fetched.answer
      if (this.#isRetired || this.#fetching.get(key) !== promise) return
      const before = this.#answers.calculatedSize
      const size = fetched.bytes + 2 * key.length + ANSWER_OVERHEAD_BYTES
      this.#answers.set(key, { answer, storedMs: nowMs() }, { size })
      this.#kept(this.#answers.calculatedSize - before)
    } finally {
      if (this.#fetching.get(key) === promise) this.#fetching.delete(key)
      resolve(answer)
    }
  }

  /** Returns by how much the bytes changed. */
  dropOldest(): number {
    const before = this.#answers.calculatedSize
    this.#answers.pop()
    return this.#answers.calculatedSize - before
  }

  /** Gives up all that it has: who asked before is answered, and what comes of it is not kept. Returns its bytes. */
  retire(): number {
    const before = this.#answers.calculatedSize
    this.#isRetired = true
    this.#answers.clear()
    this.#fetching.clear()
    return before
  }
}

/** An entry's objects and the tables' share of it. */
const ANSWER_OVERHEAD_BYTES = 512
