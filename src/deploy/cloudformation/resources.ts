// Brings a stack's resources to what the template says: removes what is gone, then creates and updates in order.
import { hash } from 'node:crypto'
import { errorMessage } from '#shared/assert.ts'
import { derivedIds } from '#shared/ids.ts'
import { canonicalJson, type JsonValue } from '#shared/json.ts'
import { ServiceError } from '#wire/errors.ts'
import { failAt, memberOf } from '../template/source.ts'
import { TemplateError } from '../template/template-error.ts'
import { askingOf } from './custom-resources/asking.ts'
import { CustomResourceFailure } from './custom-resources/ask.ts'
import { type Input, readProperties } from './properties.ts'
import { deleteResource, type Removal, removeResources } from './removal.ts'
import type { Made, ResourceContext, ResourceType, StackResource } from './resource-type.ts'
import { resourceType } from './resource-types/index.ts'
import type { ResourceDeclaration } from './sections.ts'
import type { StackDeployment } from './stack.ts'
import { type BringAbout, tryingOut } from './try-out.ts'

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
  // What was made last goes first, so that DependsOn counts here, too.
  const gone = [...existing].filter(([id, { type }]) => types.get(id) !== type).toReversed()
  const { leaving, now } = leavingOf(gone)
  const superseded: Superseded[] = []
  for (const [id] of leaving) existing.delete(id)
  const removal = removalOf(deployment)
  await removeResources(
    existing,
    now.map(([id]) => id),
    removal,
    'inside',
  )
  for (const [logicalId, { type }] of gone) changes.push({ logicalId, type, action: 'delete' })
  const bring = deployment.isDry ? tryingOut(bringAbout) : bringAbout
  for (const declaration of order) {
    const { logicalId } = declaration
    const action = await bring(declaration, { work, existing, files, superseded })
    if (action !== undefined) changes.push({ logicalId, type: declaration.type, action })
    const made = existing.get(logicalId)
    if (made !== undefined) resources.set(logicalId, made)
  }
  await cleanUp(leaving, superseded, work)
  return { changes, files: [...files] }
}

interface Superseded {
  readonly logicalId: string
  readonly resource: StackResource
}

export interface Making {
  readonly work: ResourceWork
  readonly existing: Map<string, StackResource>
  readonly files: Set<string>
  readonly superseded: Superseded[]
}

type Entries = readonly (readonly [string, StackResource])[]

/** Custom resources, and whatever they need to be deleted, stay until everything else has succeeded. */
const leavingOf = (gone: Entries) => {
  const late = new Set(
    gone.filter(([, { type }]) => resourceType(type).asksOutside).map(([id]) => id),
  )
  const needs = new Map(gone.map(([id, { dependsOn }]) => [id, dependsOn]))
  for (const id of late) for (const need of needs.get(id) ?? []) late.add(need)
  return {
    leaving: new Map(gone.filter(([id]) => late.has(id))),
    now: gone.filter(([id]) => !late.has(id)),
  }
}

/** AWS: what cannot be deleted in the end is left behind, and the deployment has succeeded. */
const cleanUp = async (
  leaving: Map<string, StackResource>,
  superseded: readonly Superseded[],
  { deployment }: ResourceWork,
): Promise<void> => {
  const removal = removalOf(deployment)
  const askAll: readonly Superseded[] = [
    ...superseded,
    ...[...leaving]
      .filter(([, { type }]) => resourceType(type).asksOutside)
      .map(([logicalId, resource]) => ({ logicalId, resource })),
  ]
  for (const { logicalId, resource } of askAll) {
    leaving.delete(logicalId)
    if (resource.retain) continue
    try {
      await deleteResource(logicalId, resource, removal)
    } catch (error) {
      if (!(error instanceof CustomResourceFailure)) throw error
      const effect = `left behind: ${error.message}`
      deployment.report.add(['Resources', logicalId], `${resource.type} deletion`, effect)
    }
  }
  await removeResources(leaving, [...leaving.keys()], removal)
}

export const removalOf = (
  deployment: Pick<StackDeployment, 'call' | 'nested' | 'outside' | 'scope' | 'name'>,
): Removal => ({
  call: deployment.call,
  nested: deployment.nested,
  askingOf: (logicalId, type) =>
    deployment.outside &&
    askingOf(deployment.outside, {
      scope: deployment.scope,
      stackName: deployment.name,
      logicalId,
      type,
    }),
})

const bringAbout: BringAbout = async (declaration, making) => {
  const { work, existing } = making
  const { logicalId, type: name } = declaration
  const type = resourceType(name)
  const context = contextOf(declaration, making)
  // Read even where nothing changed: what is not honoured is reported at every start.
  const input =
    type.properties === undefined
      ? {}
      : readProperties(context.properties, type.properties, context.path, context, name)
  type.report?.(context)
  const digest = digestOf(declaration, type, context, work)
  const previous = existing.get(logicalId)
  const isWhole = previous !== undefined && type.isIncomplete?.(previous) !== true
  if (isWhole && previous.hash === digest && !type.isNested) {
    type.reportMade?.(previous, context)
    // How it is to be removed one day is no change of it.
    existing.set(logicalId, { ...previous, retain: declaration.retain })
    return undefined
  }
  try {
    return await makeResource({ declaration, type, context, input, digest, making })
  } catch (error) {
    throw explained(error, declaration, work)
  }
}

const makeResource = async (given: {
  readonly declaration: ResourceDeclaration
  readonly type: ResourceType
  readonly context: ResourceContext
  readonly input: Input
  readonly digest: string
  readonly making: Making
}): Promise<ResourceChange['action'] | undefined> => {
  const { declaration, type, context, input, digest, making } = given
  const { work, existing } = making
  const { deployment } = work
  const { logicalId, type: name } = declaration
  const previous = existing.get(logicalId)
  const seed = `${deployment.name}/${logicalId}`
  const changed =
    previous &&
    (await type.update?.(input, previous, withIds(context, `${seed}/${digest}`, deployment)))
  // What is kept beside the one that takes its place keeps its identifiers, too.
  const isKept = changed === undefined && previous !== undefined && declaration.retainReplaced
  if (changed === undefined && !isKept) {
    await removeResources(existing, [logicalId], removalOf(deployment), 'inside')
  }
  const isOwn = type.isSnapshot === true || isKept
  const fresh = withIds(context, isOwn ? `${seed}/${digest}` : seed, deployment)
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
  if (type.isNested && previous?.hash === digest) return undefined
  return changed === undefined ? 'replace' : 'update'
}

/** What an operation or a function refused, with the place of the resource. */
const explained = (
  error: unknown,
  { logicalId, type }: ResourceDeclaration,
  { deployment }: ResourceWork,
): unknown => {
  const { source, locate } = deployment
  const path = locate(['Resources', logicalId])
  const place = { file: source.file, line: source.lineOf(path), path }
  if (error instanceof ServiceError) {
    const problem = `${type} was refused: ${error.code}: ${errorMessage(error)}`
    const mend = 'Correct the properties of this resource'
    return new TemplateError({ ...place, problem, mend }, error)
  }
  if (error instanceof CustomResourceFailure) {
    const problem = `${type}: ${error.message.replace(/\.$/, '')}`
    const mend = 'See what its function wrote; the stack is as it was before'
    return new TemplateError({ ...place, problem, mend }, error)
  }
  return error
}

const contextOf = (
  declaration: ResourceDeclaration,
  { work, existing, files, superseded }: Making,
): ResourceContext => {
  const { deployment } = work
  const { source, locate, report, name, scope, folder } = deployment
  const { logicalId, type, metadata } = declaration
  const asking = removalOf(deployment).askingOf(logicalId, type)
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
    isDry: deployment.isDry,
    nested: deployment.nested,
    supersede: () => {
      const resource = existing.get(logicalId)
      if (resource !== undefined) superseded.push({ logicalId, resource })
    },
    ...(asking === undefined ? {} : { asking }),
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
