// What is served, in words: the APIs of the directory with their URLs, routes and limitations, for the screen, the
// `ready` event and the logs.
import type { StageEntry } from '#model/documents.ts'
import type { FunctionDocument } from '#model/function.ts'
import { type DirectorySource, documentsOf } from '#snapshot/distribute.ts'
import {
  type IsReached,
  limitationsOfStage,
  reachedBy,
  type StageLimitation,
} from '#snapshot/limitations.ts'
import { describeRoutes, type RouteDescription } from './describe-routes.ts'
import type { ApiSummary } from './roles.ts'

export interface ApiDescription extends ApiSummary {
  readonly routes: readonly RouteDescription[]
  readonly limitations: readonly StageLimitation[]
}

/** Describes every API that `source` has; `origin` is where its data plane answers, `http://localhost:4566`. */
export const describeApis = async (
  source: DirectorySource,
  origin: string,
  upstreams: readonly string[] = [],
): Promise<readonly ApiDescription[]> => {
  const { changes } = await source.changes(0)
  const functions = new Map<string, FunctionDocument>()
  const stagesByApi = new Map<string, StageEntry[]>()
  for (const { entry } of changes) {
    if (entry?.kind === 'function') functions.set(entry.function.FunctionArn, entry.function)
    if (entry?.kind !== 'stage') continue
    const stages = stagesByApi.get(entry.apiId) ?? []
    stages.push(entry)
    stagesByApi.set(entry.apiId, stages)
  }
  const isReached = reachedBy(upstreams, changes)
  const descriptions: ApiDescription[] = []
  for (const stages of stagesByApi.values()) {
    const [first] = stages
    if (first === undefined) continue
    const document = await source.document(first.documentHash)
    descriptions.push({
      id: first.apiId,
      name: first.apiName,
      protocol: first.protocol,
      stages: stages.map((entry) => entry.stage.stageName),
      urls: stages.flatMap((entry) => urlsOf(entry, origin)),
      routes: describeRoutes(document, first, functions),
      limitations: await limitationsOf(stages, source, isReached),
    })
  }
  return descriptions.toSorted(inOrder)
}

const PROTOCOLS = ['REST', 'HTTP', 'WEBSOCKET']

/** Whatever was deployed last: a screen that is looked at again has everything where it was. */
const inOrder = (one: ApiDescription, other: ApiDescription): number =>
  PROTOCOLS.indexOf(one.protocol) - PROTOCOLS.indexOf(other.protocol) ||
  (one.name < other.name ? -1 : one.name > other.name ? 1 : 0)

/** An API of a template that has no stage yet: nothing answers there, but whoever deploys it asks for its id. */
export const withUndeployed = (
  described: readonly ApiDescription[],
  apis: readonly Pick<ApiDescription, 'id' | 'name' | 'protocol'>[],
): readonly ApiDescription[] => {
  const known = new Set(described.map(({ id }) => id))
  const undeployed = apis.filter(({ id }) => !known.has(id))
  return [
    ...described,
    ...undeployed.map(({ id, name, protocol }) => ({
      id,
      name,
      protocol,
      stages: [],
      urls: [],
      routes: [],
      limitations: [],
    })),
  ]
}

/** Every way to a stage, the path forms first: `*.localhost` does not resolve everywhere. */
const urlsOf = (entry: StageEntry, origin: string): readonly string[] => {
  const { apiId, protocol, stage } = entry
  const { host } = new URL(origin)
  const port = host.includes(':') ? host.slice(host.lastIndexOf(':')) : ''
  const segment = stage.stageName === '$default' ? '' : `${stage.stageName}/`
  const byHost = `http://${apiId}.execute-api.localhost${port}/${segment}`
  if (protocol === 'WEBSOCKET') {
    const byPath = `${origin}/_aws/execute-api/${apiId}/${stage.stageName}`
    return [byPath, byHost].map((url) => url.replace(/^http/, 'ws').replace(/\/$/, ''))
  }
  return protocol === 'REST'
    ? [`${origin}/restapis/${apiId}/${stage.stageName}/_user_request_/`, byHost]
    : [`${origin}/_aws/execute-api/${apiId}/${stage.stageName}/`, byHost]
}

/** What the stages' plans refuse or ignore; the same thing on two stages is said once. */
const limitationsOf = async (
  stages: readonly StageEntry[],
  source: DirectorySource,
  isReached: IsReached,
): Promise<readonly StageLimitation[]> => {
  const found = new Map<string, StageLimitation>()
  for (const entry of stages) {
    const limitations = limitationsOfStage(entry, await documentsOf(entry, source), isReached)
    for (const limitation of limitations) found.set(JSON.stringify(limitation), limitation)
  }
  return [...found.values()]
}
