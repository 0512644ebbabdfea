// What Lambda authorizers answered, kept by the identity that was asked about: one cache for a process, bounded in
// entries and in bytes. Who asks while the same question is open waits for its answer.
import { LRUCache } from 'lru-cache'

/** An answer with the bytes it came in. */
export interface Asked<Answer> {
  readonly answer: Answer
  readonly bytes: number
}

export interface ResultCache<Answer> {
  /** Without a promise where the answer is there. Failures are not kept. Times are monotonic milliseconds. */
  find(
    key: string,
    ttlMs: number,
    nowMs: () => number,
    ask: () => Promise<Asked<Answer>>,
  ): Answer | Promise<Answer>
  readonly size: number
  readonly bytes: number
}

/** Both bounds hold for all APIs of a process together; the least recently used goes first. */
export const RESULTS_MAX = 20_000
export const RESULT_BYTES_MAX = 64 * 1024 * 1024

interface Kept<Answer> {
  readonly answer: Answer
  readonly expiresMs: number
}

export const createResultCache = <Answer>({
  resultsMax = RESULTS_MAX,
  bytesMax = RESULT_BYTES_MAX,
} = {}): ResultCache<Answer> => {
  // Made with the first answer: it has its full length at once.
  let kept: LRUCache<string, Kept<Answer>> | undefined
  // As many as there are requests that wait, which the listener bounds.
  const open = new Map<string, Promise<Answer>>()

  const askOnce = async (
    key: string,
    ttlMs: number,
    nowMs: () => number,
    ask: () => Promise<Asked<Answer>>,
  ): Promise<Answer> => {
    try {
      const { answer, bytes } = await ask()
      const size = RESULT_OVERHEAD_BYTES + 2 * key.length + BYTES_PER_BYTE * bytes
      kept ??= new LRUCache({ max: resultsMax, maxSize: bytesMax })
      kept.set(key, { answer, expiresMs: nowMs() + ttlMs }, { size })
      return answer
    } finally {
      open.delete(key)
    }
  }
  return {
    find: (key, ttlMs, nowMs, ask) => {
      const known = kept?.get(key)
      if (known !== undefined && nowMs() < known.expiresMs) return known.answer
      const waiting = open.get(key)
      if (waiting !== undefined) return waiting
      const asking = askOnce(key, ttlMs, nowMs, ask)
      open.set(key, asking)
      return asking
    },
    get size() {
      return kept?.size ?? 0
    },
    get bytes() {
      return kept?.calculatedSize ?? 0
    },
  }
}

/** A compiled policy takes a multiple of its text; measured with 20 KB policies of wildcards: under 8. */
const BYTES_PER_BYTE = 8
const RESULT_OVERHEAD_BYTES = 1024
