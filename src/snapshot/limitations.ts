// What stages ask for and do not get from this version: refused with 501, or served without. Found by compiling, so
// that what is listed and what happens to a request cannot differ.
import type { DirectoryEntry, StageEntry } from '#model/documents.ts'
import { GLOBAL_SCOPE } from '#model/scope.ts'
import { present } from '#shared/assert.ts'
import type { View } from '#store/store.ts'
import { compileStage, type FindDocument } from './compile.ts'
import { documentsOf } from './distribute.ts'
import { documents } from './freeze.ts'
import { directory, stageKey } from './publish.ts'

export interface StageLimitation {
  readonly effect: 'refused' | 'ignored'
  /** `GET /pets/{petId}`, `stage prod`. */
  readonly where: string
  readonly feature: string
}

/** Whether one of the names of a VPC link leads somewhere. */
export type IsReached = (names: readonly string[]) => boolean

/** `upstreams` are names that lead somewhere; what else a link is called is known from the directory. */
export const reachedBy = (
  upstreams: readonly string[],
  entries: Iterable<{ readonly key: string; readonly entry: DirectoryEntry | null }>,
): IsReached => {
  const led = new Set(upstreams)
  const namesById = new Map<string, readonly string[]>()
  for (const { key, entry } of entries) {
    if (entry?.kind !== 'vpc-link') continue
    namesById.set(key.slice(key.lastIndexOf('/') + 1), entry.names)
  }
  return (names) =>
    names.some((name) => led.has(name) || namesById.get(name)?.some((other) => led.has(other)))
}

export const limitationsOfStage = (
  entry: StageEntry,
  findDocument: FindDocument,
  isReached: IsReached,
): readonly StageLimitation[] => {
  return compileStage(entry, findDocument)
    .limitations.filter(
      ({ unlessReached }) => unlessReached === undefined || !isReached(unlessReached),
    )
    .map(({ effect, where, feature }) => ({ effect, where, feature }))
}

/** Of all published stages of an API, as `view` has them; the same thing on two stages is said once. */
export const limitationsOfApi = async (
  view: View,
  apiId: string,
  upstreams: readonly string[] = [],
): Promise<readonly StageLimitation[]> => {
  const found = new Map<string, StageLimitation>()
  const links = await view.list(directory, GLOBAL_SCOPE, { prefix: 'vpc-link/' })
  const isReached = reachedBy(
    upstreams,
    links.map(({ key, value: entry }) => ({ key, entry })),
  )
  const rows = await view.list(directory, GLOBAL_SCOPE, { prefix: stageKey(apiId, '') })
  for (const { value: entry } of rows) {
    if (entry.kind !== 'stage') continue
    const document = async (hash: string) =>
      present(await view.get(documents, GLOBAL_SCOPE, hash), hash)
    const named = await documentsOf(entry, { document })
    const limitations = limitationsOfStage(entry, named, isReached)
    for (const limitation of limitations) found.set(JSON.stringify(limitation), limitation)
  }
  return [...found.values()]
}
