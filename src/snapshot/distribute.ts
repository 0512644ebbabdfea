// How documents and directory entries reach whoever serves: a pull by revision. A push only shortens the wait.
import {
  type DeploymentDocument,
  type DirectoryDelta,
  type DirectoryEntry,
  documentHashesOf,
  type StageEntry,
} from '#model/documents.ts'
import { GLOBAL_SCOPE } from '#model/scope.ts'
import { present } from '#shared/assert.ts'
import type { Clock, Timer } from '#shared/clock.ts'
import type { Store } from '#store/store.ts'
import type { FindDocument } from './compile.ts'
import { documents } from './freeze.ts'
import { directory } from './publish.ts'

/** Where changes are pulled from: the store (in the host) or the host (in a worker). */
export interface DirectorySource {
  changes(since: number): Promise<DirectoryDelta>
  document(hash: string): Promise<DeploymentDocument>
}

export const storeSource = (store: Store): DirectorySource => ({
  changes: async (since) => {
    const { revision, changes } = await store.changes<DirectoryEntry>(directory, since)
    return { revision, changes: changes.map(({ key, value }) => ({ key, entry: value ?? null })) }
  },
  document: async (hash) =>
    present(
      await store.read((view) => view.get(documents, GLOBAL_SCOPE, hash)),
      `document ${hash} is not in the store`,
    ),
})

/** All documents of one stage, fetched. */
export const documentsOf = async (
  entry: StageEntry,
  source: Pick<DirectorySource, 'document'>,
): Promise<FindDocument> => {
  const found = new Map<string, DeploymentDocument>()
  for (const hash of documentHashesOf(entry)) found.set(hash, await source.document(hash))
  return (hash) => found.get(hash)
}

export interface Follower {
  /**
   * Pulls what is new, and fulfils with the revision that is taken in. Calls while one is under way are answered by one
   * further pull.
   */
  pull(): Promise<number>
}

export interface FollowOptions {
  readonly source: DirectorySource
  /** Applies a delta; a throw leaves the revision where it was, so that the next pull brings it again. */
  readonly apply: (delta: DirectoryDelta) => Promise<void>
  /** The revision that is already applied. */
  readonly since?: number
}

export const follow = ({ source, apply, since = 0 }: FollowOptions): Follower => {
  let revision = since
  let running: Promise<number> | undefined
  let next: Promise<number> | undefined

  const once = async (): Promise<number> => {
    let delta = await source.changes(revision)
    // A source that is behind what was applied is another one (a restored backup): all of it counts anew.
    if (delta.revision < revision) delta = await source.changes(0)
    await apply(delta)
    revision = delta.revision
    return revision
  }

  const start = (): Promise<number> => {
    running = once().finally(() => {
      running = undefined
    })
    return running
  }

  return {
    pull: () => {
      if (running === undefined) return start()
      next ??= running
        .catch(() => undefined) // Its own caller was told; this pull tries again.
        .then(() => {
          next = undefined
          return start()
        })
      return next
    },
  }
}

/** A pull that failed is tried again this much later, until one is through: the push that asked for it comes once. */
const RETRY_MS = 1_000

/** Pulls whenever it is called; a failure is told once, and tried again. */
export const keepPulling = (
  follower: Follower,
  options: {
    readonly clock: Clock
    /** Told what is taken in now. */
    readonly onPulled?: (revision: number) => void
    readonly onError: (error: unknown) => void
  },
): (() => void) => {
  const { clock, onPulled, onError } = options
  let retry: Timer | undefined
  let isFailing = false
  const pull = (): void => {
    retry?.cancel()
    retry = undefined
    follower.pull().then(
      (revision) => {
        isFailing = false
        onPulled?.(revision)
      },
      (error: unknown) => {
        if (!isFailing) onError(error)
        isFailing = true
        retry ??= clock.setTimer(pull, RETRY_MS)
      },
    )
  }
  return pull
}
