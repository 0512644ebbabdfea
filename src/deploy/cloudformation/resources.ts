// Brings a stack's resources to what the template says: removes what is gone, then creates and updates in order.
import { hash } from 'node:crypto'
import { errorMessage } from '#shared/assert.ts'
import { derivedIds } from '#shared/ids.ts'
import { canonicalJson, type JsonValue } from '#shared/json.ts'
import { ServiceError } from '#wire/errors.ts'
import { failAt, memberOf } from '../template/source.ts'
import { readProperties } from './properties.ts'
import { removeResources } from './removal.ts'
import type { Made, ResourceContext, ResourceType, StackResource } from './resource-type.ts'
import { resourceType } from './resource-types/index.ts'
import type { ResourceDeclaration } from './sections.ts'
import type { StackDeployment } from './stack.ts'

export interface ResourceChange {
  readonly logicalId: string
  readonly type: string
  readonly action: 'create' | 'update' | 'replace' | 'redeploy' | 'delete'
}

export interface ResourceWork {
  readonly deployment: StackDeployment
  readonly order: readonly ResourceDeclaration[]
  /** Logical id → the logical ids that its properties name. */
  readonly references: ReadonlyMap<string, ReadonlySet<string>>
  readonly before: Readonly<Record<string, StackResource>>
  /** Filled as resources come to be; `Ref` and `Fn::GetAtt` read it. */
  readonly resources: Map<string, StackResource>
  readonly evaluateProperties: (resource: ResourceDeclaration) => JsonValue
}

export const createResources = async (work: ResourceWork) => {
  const { deployment, before, resources, order } = work
  const changes: ResourceChange[] = []
  const files = new Set<string>()
  const existing = new Map(Object.entries(before))
  const types = new Map(order.map(({ logicalId, type }) => [logicalId, type]))
  const gone = [...existing].filter(([id, { type }]) => types.get(id) !== type)
  await removeResources(
    existing,
    gone.map(([id]) => id),
    deployment.call,
  )
  for (const [logicalId, { type }] of gone) changes.push({ logicalId, type, action: 'delete' })
  for (const declaration of order) {
    const { logicalId } = declaration
    const action = await bringAbout(declaration, work, existing, files)
    if (action !== undefined) changes.push({ logicalId, type: declaration.type, action })
    const made = existing.get(logicalId)
    if (made !== undefined) resources.set(logicalId, made)
  }
  return { changes, files: [...files] }
}

const bringAbout = async (
  declaration: ResourceDeclaration,
  work: ResourceWork,
  existing: Map<string, StackResource>,
  files: Set<string>,
): Promise<ResourceChange['action'] | undefined> => {
  const { logicalId, type: name } = declaration
  const { deployment } = work
  const type = resourceType(name)
  const context = contextOf(declaration, work, files)
  // Read even where nothing changed: what is not honoured is reported at every start.
  const input =
    type.properties === undefined
      ? {}
      : readProperties(context.properties, type.properties, context.path, context, name)
  type.report?.(context)
  const digest = digestOf(declaration, type, context, work)
  const previous = existing.get(logicalId)
  if (previous?.hash === digest) {
    type.reportMade?.(previous, context)
    return undefined
  }
  const seed = `${deployment.name}/${logicalId}`
  const fresh = withIds(context, type.isSnapshot ? `${seed}/${digest}` : seed, deployment)
  try {
    const changed =
      previous &&
      (await type.update?.(input, previous, withIds(context, `${seed}/${digest}`, deployment)))
    if (changed === undefined) await removeResources(existing, [logicalId], deployment.call)
    const made: Made = changed ?? (await type.create(input, fresh))
    type.reportMade?.(made, context)
    existing.set(logicalId, {
      attributes: {},
      keys: {},
      ...made,
      type: name,
      hash: digest,
      dependsOn: [...(work.references.get(logicalId) ?? [])],
      retain: declaration.retain,
    })
    if (work.before[logicalId]?.type !== name) return 'create'
    if (type.isSnapshot) return 'redeploy'
    return changed === undefined ? 'replace' : 'update'
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    return failAt(
      deployment.source,
      deployment.locate(['Resources', logicalId]),
      `${name} was refused: ${error.code}: ${errorMessage(error)}`,
      'Correct the properties of this resource',
      error,
    )
  }
}

const contextOf = (
  declaration: ResourceDeclaration,
  work: ResourceWork,
  files: Set<string>,
): ResourceContext => {
  const { deployment } = work
  const { source, locate, report, name, scope, folder } = deployment
  const { logicalId, type, metadata } = declaration
  const context: Omit<ResourceContext, 'ids' | 'call'> = {
    stackName: name,
    logicalId,
    type,
    scope,
    path: ['Resources', logicalId, 'Properties'],
    properties: work.evaluateProperties(declaration),
    metadata,
    folder,
    made: (physicalId) =>
      [...work.resources.values()].find((resource) => resource.physicalId === physicalId),
    uses: (file) => files.add(file),
    report: (path, feature, effect, honour) => report.add(path, feature, effect, honour),
    read: (path, hasEffect) => report.read(path, hasEffect),
    fail: (path, problem, mend) => failAt(source, locate(path), problem, mend),
  }
  return withIds(context, `${name}/${logicalId}`, deployment)
}

const withIds = (
  context: Omit<ResourceContext, 'ids' | 'call'>,
  seed: string,
  { call }: StackDeployment,
): ResourceContext => {
  const ids = derivedIds(seed)
  return {
    ...context,
    ids,
    call: (service, operation, input) => call(service, operation, input, ids),
  }
}

/** What tells whether a resource changed; of a snapshot also what its API's draft is made of. */
const digestOf = (
  { logicalId, type: name, metadata }: ResourceDeclaration,
  type: ResourceType,
  context: ResourceContext,
  work: ResourceWork,
): string => {
  const draft =
    type.isSnapshot && work.deployment.redeploy === 'always' ? draftOf(logicalId, work) : []
  return hash(
    'sha256',
    canonicalJson([
      name,
      context.properties,
      memberOf(metadata, 'BuildMethod'),
      memberOf(metadata, 'BuildProperties'),
      type.fingerprint?.(context),
      draft,
    ]),
  )
}

/** The hashes of everything made so far that belongs to the draft of the snapshot's API. */
const draftOf = (snapshot: string, { resources, references }: ResourceWork): readonly string[] => {
  const apis = [...(references.get(snapshot) ?? [])].filter((id) =>
    /::(RestApi|Api)$/.test(resources.get(id)?.type ?? ''),
  )
  return [...resources]
    .filter(
      ([id, { type, dependsOn }]) =>
        apis.includes(id) ||
        (DRAFT_TYPE.test(type) && dependsOn.some((needed) => apis.includes(needed))),
    )
    .map(([, resource]) => resource.hash)
    .sort()
}

const DRAFT_TYPE =
  /^AWS::ApiGateway(V2)?::(Resource|Method|Model|RequestValidator|GatewayResponse|Authorizer|Route|RouteResponse|Integration|IntegrationResponse)$/
