// The last requests, for whoever looks: a ring of their records, bounded by bytes, with filters and followers.
import type { RequestRecord } from '#model/request-record.ts'

export interface RequestFilter {
  /** Id or name of an API. */
  readonly api?: string
  readonly stage?: string
  /** `404`, or `4xx` for all of them. */
  readonly status?: string
  readonly route?: string
  /** Milliseconds since the epoch. */
  readonly sinceMs?: number
  /** Stands somewhere in the path, the ids, the failure or its reason, in any case. */
  readonly text?: string
}

/** A line that a function wrote. */
export interface FunctionLine {
  readonly function: string
  readonly requestId?: string
  readonly line: string
}

/** What followers are told. */
export type Happening =
  | { readonly kind: 'request'; readonly record: RequestRecord }
  | ({ readonly kind: 'function-log' } & FunctionLine)

export interface RequestStore {
  add(record: RequestRecord): void
  /** So many more were not told, because there were too many at once. */
  skip(count: number): void
  /** Kept nowhere: for those who follow. */
  tellLine(line: FunctionLine): void
  find(requestId: string): RequestRecord | undefined
  /** The newest first. */
  list(filter: RequestFilter, limit: number): readonly RequestRecord[]
  /** Undefined where there are too many followers already. */
  follow(filter: RequestFilter & { readonly functionLogs?: boolean }): Follower | undefined
  readonly counts: RequestCounts
  /** Ends all followers. */
  close(): void
}

export interface RequestCounts {
  readonly kept: number
  readonly bytes: number
  /** Records that made room for later ones. */
  readonly evicted: number
  /** Records that busy workers did not tell. */
  readonly skipped: number
  /** Records that slow followers did not get. */
  readonly dropped: number
  readonly followers: number
}

export interface Follower {
  /** What came since the last call, as soon as there is any; undefined after `close`. */
  next(): Promise<readonly Happening[] | undefined>
  /** Records that it did not get, because it was slow or there were too many. */
  readonly dropped: number
  close(): void
}

interface Kept {
  readonly record: RequestRecord
  readonly bytes: number
}

/** Places that are given up together. */
const COMPACTED_AT = 1_024
const FOLLOWERS_MAX = 16
/** Records that wait for one follower. */
const BACKLOG_MAX = 1_000

export const createRequestStore = ({ bytesMax }: { readonly bytesMax: number }): RequestStore => {
  const records = new Map<string, Kept>()
  // In the order in which they came; what is before `first` is gone. A Map keeps an order too, but looks at every key
  // that was deleted on its way to the first.
  let ring: (Kept | undefined)[] = []
  let first = 0
  const followers = new Set<QueueingFollower>()
  let bytes = 0
  let evicted = 0
  let skipped = 0
  let dropped = 0
  const evictOldest = (): void => {
    const oldest = ring[first]
    ring[first++] = undefined
    if (first >= COMPACTED_AT && first * 2 > ring.length) {
      ring = ring.slice(first)
      first = 0
    }
    if (oldest === undefined) return
    bytes -= oldest.bytes
    const { requestId } = oldest.record
    // An id that its client chose may have come again: the last request of that id is the one that is found.
    if (records.get(requestId) === oldest) records.delete(requestId)
    evicted++
  }
  return {
    add: (record) => {
      for (const follower of followers) {
        if (!matches(record, follower.filter)) continue
        if (!follower.push({ kind: 'request', record })) dropped++
      }
      const size = bytesOf(record)
      if (size > bytesMax) {
        evicted++
        return
      }
      const kept = { record, bytes: size }
      records.set(record.requestId, kept)
      ring.push(kept)
      bytes += size
      // oxlint-disable-next-line no-unmodified-loop-condition -- evicting makes it less
      while (bytes > bytesMax) evictOldest()
    },
    skip: (count) => {
      skipped += count
      for (const follower of followers) follower.dropped += count
    },
    tellLine: (line) => {
      for (const follower of followers) {
        if (follower.filter.functionLogs !== true) continue
        if (!follower.push({ kind: 'function-log', ...line })) dropped++
      }
    },
    find: (requestId) => records.get(requestId)?.record,
    list: (filter, limit) => {
      const found: RequestRecord[] = []
      for (let at = ring.length - 1; at >= first && found.length < limit; at--) {
        const record = ring[at]?.record
        if (record !== undefined && matches(record, filter)) found.push(record)
      }
      return found
    },
    follow: (filter) => {
      if (followers.size >= FOLLOWERS_MAX) return undefined
      const follower = new QueueingFollower(filter, () => followers.delete(follower))
      followers.add(follower)
      return follower
    },
    get counts() {
      const kept = ring.length - first
      return { kept, bytes, evicted, skipped, dropped, followers: followers.size }
    },
    close: () => {
      for (const follower of followers) follower.close()
    },
  }
}

class QueueingFollower implements Follower {
  readonly filter: Parameters<RequestStore['follow']>[0]
  readonly #onClose: () => void
  #queue: Happening[] = []
  #wake: (() => void) | undefined
  #closed = false
  dropped = 0

  constructor(filter: Parameters<RequestStore['follow']>[0], onClose: () => void) {
    this.filter = filter
    this.#onClose = onClose
  }

  /** False where it has to do without. */
  push(happening: Happening): boolean {
    if (this.#queue.length >= BACKLOG_MAX) {
      this.dropped++
      return false
    }
    this.#queue.push(happening)
    this.#wake?.()
    return true
  }

  async next(): Promise<readonly Happening[] | undefined> {
    if (this.#queue.length === 0 && !this.#closed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      this.#wake = undefined
    }
    if (this.#closed) return undefined
    const given = this.#queue
    this.#queue = []
    return given
  }

  close(): void {
    this.#closed = true
    this.#queue = []
    this.#wake?.()
    this.#onClose()
  }
}

const matches = (record: RequestRecord, filter: RequestFilter): boolean => {
  const { api, stage, status, route, sinceMs, text } = filter
  if (api !== undefined && record.apiId !== api && record.apiName !== api) return false
  if (stage !== undefined && record.stage !== stage) return false
  if (route !== undefined && record.route !== route) return false
  if (sinceMs !== undefined && record.arrivedAtMs < sinceMs) return false
  if (status !== undefined && !hasStatus(record.status, status)) return false
  return text === undefined || hasText(record, text.toLowerCase())
}

const hasStatus = (status: number, wanted: string): boolean =>
  /^[1-5]xx$/i.test(wanted) ? String(status)[0] === wanted[0] : String(status) === wanted

const hasText = (record: RequestRecord, text: string): boolean =>
  [
    record.requestId,
    record.extendedRequestId,
    record.traceId,
    record.path,
    record.route,
    record.httpMethod,
    record.sourceIp,
    record.error?.responseType,
    record.error?.hint,
    record.error?.message,
    record.integration?.target,
    record.socket?.connectionId,
  ].some((value) => value?.toLowerCase().includes(text) === true)

/** What a record holds on to, near enough: two bytes a character of what callers decide, and the rest by its shape. */
const bytesOf = (record: RequestRecord): number => {
  let characters = record.path.length + (record.userAgent?.length ?? 0)
  const { error, sent, messages, executionLog, steps, caller } = record
  if (error !== undefined) characters += error.message.length + (error.hint?.length ?? 0)
  if (caller?.authorizer !== undefined) characters += JSON.stringify(caller.authorizer).length
  if (sent !== undefined) {
    characters += sent.target.length + (sent.body?.length ?? 0) + lengthOf(sent.headers)
  }
  for (const message of messages ?? []) {
    characters += message.body.length + message.head.length + lengthOf(message.headers) + 50
  }
  for (const line of executionLog?.lines ?? []) characters += line.text.length + 20
  return RECORD_BYTES + steps.length * STEP_BYTES + 2 * characters
}

const RECORD_BYTES = 1_200
const STEP_BYTES = 80

const lengthOf = (texts: readonly string[]): number => {
  let characters = 0
  for (const text of texts) characters += text.length + 8
  return characters
}
