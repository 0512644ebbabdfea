// The pollers of this node, one per enabled event source mapping: they follow the directory's entries.
import type { DirectoryDelta, EventSourceMappingEntry } from '#model/documents.ts'
import type { ChangeFeed, InvokeFunction, WriteObject } from '#model/ports.ts'
import { canonicalJson } from '#shared/json.ts'
import type { Clock } from '#shared/clock.ts'
import { systemRandom as random } from '#shared/random.ts'
import type { MessageFile } from '../delivery/message-file.ts'
import type { QueueEngine } from '../sqs/engine.ts'
import { type Mapping, readMapping } from './mapping.ts'
import { pollQueue } from './poll-queue.ts'
import { pollStream } from './poll-stream.ts'
import { createTellFailure } from './tell-failure.ts'

/** Waits so long, or until the poller is to end. */
export type Sleep = (delayMs: number) => Promise<void>

/** How far the mapping of a stream has come. */
export interface Checkpoints {
  get(uuid: string): string | undefined
  set(uuid: string, next: string): void
}

export const CHECKPOINT_SCHEMA: readonly string[] = [
  'CREATE TABLE IF NOT EXISTS checkpoints (mapping TEXT PRIMARY KEY, next TEXT NOT NULL) WITHOUT ROWID',
]

export interface Pollers {
  /** Takes the mappings of a delta in. */
  apply(delta: DirectoryDelta): Promise<void>
  close(): Promise<void>
}

export interface PollerParts {
  readonly queues: QueueEngine
  readonly file: MessageFile
  readonly feed: ChangeFeed
  readonly invoke: InvokeFunction
  /** Accepts a text for an ARN: it is delivered whatever happens to this process. */
  readonly post: (targetArn: string, body: string) => Promise<void>
  readonly writeObject: WriteObject
}

interface Poller {
  readonly text: string
  readonly ending: AbortController
  readonly ended: Promise<void>
}

const POLLERS_MAX = 1_000
const RESTART_MS = 1_000

export const createPollers = (options: {
  /** Opened with the first mapping. */
  readonly parts: () => Promise<PollerParts>
  readonly clock: Clock
  readonly onError: (error: unknown) => void
}): Pollers => {
  const { clock, onError } = options
  const pollers = new Map<string, Poller>()

  const start = (entry: EventSourceMappingEntry, text: string): void => {
    if (pollers.size >= POLLERS_MAX) {
      onError(
        new Error(`more than ${POLLERS_MAX} event source mappings: ${entry.uuid} is not polled`),
      )
      return
    }
    const ending = new AbortController()
    const sleep = sleeper(clock, ending.signal)
    const ended = keepRunning(options, entry, ending.signal, sleep)
    pollers.set(entry.uuid, { text, ending, ended })
  }

  const stop = (uuid: string): void => {
    pollers.get(uuid)?.ending.abort()
    pollers.delete(uuid)
  }

  return {
    apply: async ({ changes }) => {
      for (const { key, entry } of changes) {
        if (entry?.kind === 'event-source-mapping') {
          const text = canonicalJson(entry)
          if (pollers.get(entry.uuid)?.text === text) continue
          stop(entry.uuid)
          if (entry.enabled) start(entry, text)
        } else if (entry === null && key.startsWith(PREFIX)) stop(key.slice(PREFIX.length))
      }
    },
    close: async () => {
      const all = [...pollers.values()]
      for (const { ending } of all) ending.abort()
      pollers.clear()
      await Promise.race([Promise.all(all.map(({ ended }) => ended)), untilGrace(clock)])
    },
  }
}

const PREFIX = 'event-source-mapping/'
/** What a function in the middle of a batch gets when the node ends; its messages come again. */
const GRACE_MS = 2_000

const untilGrace = (clock: Clock): Promise<void> =>
  new Promise((resolve) => clock.setTimer(resolve, GRACE_MS))

/** A poller that stumbles is told of and begins again. */
const keepRunning = async (
  options: Parameters<typeof createPollers>[0],
  entry: EventSourceMappingEntry,
  signal: AbortSignal,
  sleep: Sleep,
): Promise<void> => {
  while (!signal.aborted) {
    try {
      await poll(options, readMapping(entry), signal, sleep)
      return
    } catch (error) {
      options.onError(error)
      await sleep(RESTART_MS)
    }
  }
}

const poll = async (
  { parts, clock, onError }: Parameters<typeof createPollers>[0],
  mapping: Mapping,
  signal: AbortSignal,
  sleep: Sleep,
): Promise<void> => {
  const [, , service] = mapping.sourceArn.split(':')
  const { queues, file, feed, invoke, post, writeObject } = await parts()
  const base = { mapping, invoke, sleep, signal, onError }
  if (service === 'sqs') return pollQueue({ ...base, queues })
  if (service === 'dynamodb') {
    const checkpoints = checkpointsOf(file)
    const nowMs = (): number => clock.nowMs()
    const tellFailure = createTellFailure({ post, writeObject, random, nowMs, onError })
    return pollStream({ ...base, feed, checkpoints, tellFailure, clock })
  }
  onError(
    new Error(`event source mapping ${mapping.uuid}: ${mapping.sourceArn} cannot be polled here`),
  )
}

const checkpointsOf = ({ database }: MessageFile): Checkpoints => {
  const get = database.prepare('SELECT next FROM checkpoints WHERE mapping = ?')
  const set = database.prepare('INSERT OR REPLACE INTO checkpoints VALUES (?, ?)')
  return {
    get: (uuid) => {
      const next = get.get(uuid)?.['next']
      return next === undefined ? undefined : String(next)
    },
    set: (uuid, next) => void set.run(uuid, next),
  }
}

const sleeper =
  (clock: Clock, signal: AbortSignal): Sleep =>
  (delayMs) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve()
      const done = (): void => {
        timer.cancel()
        signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = clock.setTimer(done, delayMs)
      signal.addEventListener('abort', done, { once: true })
    })
