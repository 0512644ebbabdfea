// What this node serves right now: the directory, and the plans that are alive. A request reads it once and keeps it.
//
// A plan is compiled on its stage's first request. A stage that is being served is compiled aside when it changes,
// and then swapped; where that fails, the old plan serves on and the failure is told. Thousands of stages that nobody
// calls cost their documents.
import type { ApiEntry, Directory, StagePlan } from '#data-plane/plan.ts'
import {
  type DeploymentDocument,
  type DirectoryChange,
  type DirectoryDelta,
  type DirectoryEntry,
  documentHashesOf,
  type FindEntry,
  type StageEntry,
} from '#model/documents.ts'
import { errorMessage } from '#shared/assert.ts'
import { canonicalJson } from '#shared/json.ts'
import { brokenStage } from './broken-stage.ts'
import { compileStage, documentOf, type FindDocument } from './compile.ts'
import { EMPTY_ENTRIES, type EntryMap } from './entry-map.ts'

type FetchDocument = (hash: string) => Promise<DeploymentDocument>

export interface Current {
  readonly directory: () => Directory
  /** Takes a delta in, whole or not at all: a throw of `fetchDocument` leaves everything as it was. */
  readonly apply: (delta: DirectoryDelta, fetchDocument: FetchDocument) => Promise<void>
}

export interface CurrentOptions {
  /** A stage that could not be compiled; its old plan, if it had one, serves on. */
  readonly onFailure: (error: Error) => void
}

export const createCurrent = ({ onFailure }: CurrentOptions): Current => {
  let world = EMPTY
  let applying: Promise<void> = Promise.resolve()

  const applyNow = async (delta: DirectoryDelta, fetchDocument: FetchDocument): Promise<void> => {
    const documents = await fetchMissing(world, delta, fetchDocument)
    world = nextWorld(world, delta, documents, onFailure)
  }
  return {
    directory: () => world,
    apply: (delta, fetchDocument) => {
      const turn = applying.then(() => applyNow(delta, fetchDocument))
      applying = turn.catch(() => undefined) // Its caller is told; the next delta comes all the same.
      return turn
    },
  }
}

/** One moment: never changed, only replaced. */
interface World extends Directory {
  readonly stages: ReadonlyMap<string, Stage>
  /** All that are no stage, by key. */
  readonly others: EntryMap
  /** By hash, those that a stage of this moment names. */
  readonly documents: ReadonlyMap<string, DeploymentDocument>
}

interface Stage {
  readonly entry: StageEntry
  /** Compiled on first use. */
  readonly plan: () => StagePlan
  readonly livePlan: () => StagePlan | undefined
}

const EMPTY: World = {
  revision: 0,
  stages: new Map(),
  others: EMPTY_ENTRIES,
  documents: new Map(),
  findApi: () => undefined,
  find: () => undefined,
}

const fetchMissing = async (
  world: World,
  delta: DirectoryDelta,
  fetchDocument: FetchDocument,
): Promise<ReadonlyMap<string, DeploymentDocument>> => {
  if (!delta.changes.some(({ entry }) => entry?.kind === 'stage')) return world.documents
  const documents = new Map(world.documents)
  for (const { entry } of delta.changes) {
    if (entry?.kind !== 'stage') continue
    for (const hash of documentHashesOf(entry)) {
      if (!documents.has(hash)) documents.set(hash, await fetchDocument(hash))
    }
  }
  return documents
}

const nextWorld = (
  world: World,
  delta: DirectoryDelta,
  documents: ReadonlyMap<string, DeploymentDocument>,
  onFailure: (error: Error) => void,
): World => {
  // An older revision is another source (a restored backup): what it does not name is gone.
  const isOtherSource = delta.revision < world.revision
  const { changes, revision } = delta
  const before = isOtherSource ? EMPTY_ENTRIES : world.others
  const news = changes.filter(({ key, entry }) => !isStage(key) && !isKept(before.get(key), entry))
  const others = before.with(news.map(({ key, entry }) => [key, entry]))
  const entries = { revision, others, find: findIn(others) }
  const stageChanges = changes.filter(({ key }) => isStage(key))
  if (!isOtherSource && stageChanges.length === 0) return { ...world, ...entries }

  const stages = new Map(isOtherSource ? [] : world.stages)
  for (const change of stageChanges) applyStage(stages, world, change, documents, onFailure)
  const named = new Set([...stages.values()].flatMap(({ entry }) => documentHashesOf(entry)))
  const apis = gatherApis(stages)
  return {
    ...entries,
    stages,
    documents: new Map([...documents].filter(([hash]) => named.has(hash))),
    findApi: (apiId) => apis.get(apiId),
  }
}

const isStage = (key: string): boolean => key.startsWith('stage/')

/** What is compiled from an entry is kept by its identity: an entry that says the same stays the same object. */
const isKept = (old: DirectoryEntry | undefined, entry: DirectoryEntry | null): boolean =>
  old !== undefined && entry !== null && canonicalJson(old) === canonicalJson(entry)

const findIn = (others: EntryMap): FindEntry => {
  // A key begins with the kind of its entry, so what is found under it is of that kind.
  const find = (kind: string, name: string) => others.get(`${kind}/${name}`)
  return find as FindEntry
}

const applyStage = (
  stages: Map<string, Stage>,
  world: World,
  { key, entry }: DirectoryChange,
  documents: ReadonlyMap<string, DeploymentDocument>,
  onFailure: (error: Error) => void,
): void => {
  const old = world.stages.get(key)
  if (entry?.kind !== 'stage') {
    stages.delete(key)
    return
  }
  if (old !== undefined && canonicalJson(old.entry) === canonicalJson(entry)) {
    stages.set(key, old)
    return
  }
  const held = new Map(documentHashesOf(entry).map((hash) => [hash, documents.get(hash)]))
  const findDocument: FindDocument = (hash) => held.get(hash)
  const live = old?.livePlan()
  stages.set(
    key,
    live === undefined
      ? lazyStage(entry, findDocument, onFailure)
      : swappedStage(entry, findDocument, live, onFailure),
  )
}

const lazyStage = (
  entry: StageEntry,
  findDocument: FindDocument,
  onFailure: (error: Error) => void,
): Stage => {
  let plan: StagePlan | undefined
  return {
    entry,
    plan: () =>
      (plan ??=
        tryCompile(entry, findDocument, onFailure) ??
        brokenStage(entry, documentOf(entry.documentHash, findDocument))),
    livePlan: () => plan,
  }
}

const swappedStage = (
  entry: StageEntry,
  findDocument: FindDocument,
  live: StagePlan,
  onFailure: (error: Error) => void,
): Stage => {
  const plan = tryCompile(entry, findDocument, onFailure) ?? live
  return { entry, plan: () => plan, livePlan: () => plan }
}

const tryCompile = (
  entry: StageEntry,
  findDocument: FindDocument,
  onFailure: (error: Error) => void,
): StagePlan | undefined => {
  try {
    return compileStage(entry, findDocument)
  } catch (error) {
    const where = `stage ${entry.stage.stageName} of API ${entry.apiName} (${entry.apiId})`
    const message = `${where} could not be compiled: ${errorMessage(error)}`
    onFailure(new Error(message, { cause: error }))
    return undefined
  }
}

const gatherApis = (stages: ReadonlyMap<string, Stage>): ReadonlyMap<string, ApiEntry> => {
  const byApi = new Map<string, Map<string, Stage>>()
  for (const stage of stages.values()) {
    const { apiId } = stage.entry
    const named = byApi.get(apiId) ?? new Map<string, Stage>()
    byApi.set(apiId, named.set(stage.entry.stage.stageName, stage))
  }
  const apis = new Map<string, ApiEntry>()
  for (const [apiId, named] of byApi) {
    const [first] = named.values()
    if (first !== undefined) apis.set(apiId, apiEntry(first.entry, named))
  }
  return apis
}

const apiEntry = (entry: StageEntry, named: ReadonlyMap<string, Stage>): ApiEntry => ({
  apiId: entry.apiId,
  protocol: entry.protocol,
  scope: entry.scope,
  disableExecuteApiEndpoint: entry.disableExecuteApiEndpoint,
  onlyStage: named.size === 1 ? entry.stage.stageName : undefined,
  stage: (name) => named.get(name)?.plan(),
})
