// Stage: "a path into a snapshot". https://docs.aws.amazon.com/apigateway/latest/api/API_Stage.html
import type {
  CanarySettings as CanarySettingsInput,
  CreateStageRequest,
  DeleteStageRequest,
  FlushStageAuthorizersCacheRequest,
  FlushStageCacheRequest,
  GetStageRequest,
  GetStagesRequest,
  UpdateStageRequest,
} from '@aws-sdk/client-api-gateway'
import { CACHE_CLUSTER_SIZES, type CanarySettings, type Stage } from '#model/apigateway/stage.ts'
import { unpublishStage } from '#snapshot/publish.ts'
import { deployments, stages } from '#store/collections.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { badRequest, conflict } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { constrain, oneOf, required } from '../constraints.ts'
import { defined, nonEmpty } from '../defined.ts'
import { refuseMapped } from '../domain-names.ts'
import { restApiOf, stageOf } from './lookups.ts'
import { patchStage } from './stage-patch.ts'
import { cacheCluster, checkPercent, checkStageName, newStage, writeStage } from './stage-rules.ts'
import { checkTags } from './tag-rules.ts'

export const createStage = async (
  input: Shape<CreateStageRequest>,
  call: WriteCall,
): Promise<Stage> => {
  constrain(oneOf(input.cacheClusterSize, 'createStageInput.cacheClusterSize', CACHE_CLUSTER_SIZES))
  const api = await restApiOf(call, required(input.restApiId, 'createStageInput.restApiId'))
  const stageName = required(input.stageName, 'createStageInput.stageName')
  checkStageName(stageName)
  checkTags(input.tags)
  const deploymentId = required(input.deploymentId, 'createStageInput.deploymentId')
  await checkDeployment(call, api.id, deploymentId)
  if ((await call.view.get(stages, call, `${api.id}/${stageName}`)) !== undefined) {
    throw conflict('Stage already exists')
  }
  const stage = newStage(stageName, deploymentId, call.nowMs)
  const created = defined({
    ...stage,
    ...cacheCluster(input, stage),
    description: input.description,
    documentationVersion: input.documentationVersion,
    variables: nonEmpty(input.variables),
    tracingEnabled: input.tracingEnabled ?? false,
    tags: nonEmpty(input.tags),
    canarySettings: await canarySettingsOf(call, api.id, input.canarySettings, deploymentId),
  })
  await writeStage(call, api.id, created)
  return created
}

export const getStage = async (input: Shape<GetStageRequest>, call: ReadCall): Promise<Stage> => {
  const api = await restApiOf(call, required(input.restApiId, 'getStageInput.restApiId'))
  return stageOf(call, api.id, required(input.stageName, 'getStageInput.stageName'))
}

/** All stages: AWS does not page them. */
export const getStages = async (
  input: Shape<GetStagesRequest>,
  call: ReadCall,
): Promise<{ readonly item: readonly Stage[] }> => {
  const api = await restApiOf(call, required(input.restApiId, 'getStagesInput.restApiId'))
  const entries = await call.view.list(stages, call, { prefix: `${api.id}/` })
  const { deploymentId } = input
  const item = entries
    .map(({ value }) => value)
    .filter((stage) => deploymentId === undefined || stage.deploymentId === deploymentId)
  return { item }
}

export const updateStage = async (
  input: Shape<UpdateStageRequest>,
  call: WriteCall,
): Promise<Stage> => {
  const api = await restApiOf(call, required(input.restApiId, 'updateStageInput.restApiId'))
  const name = required(input.stageName, 'updateStageInput.stageName')
  const before = await stageOf(call, api.id, name)
  const patched = patchStage(before, input.patchOperations)
  const { cacheClusterSize: _, ...rest } = patched
  const stage = {
    ...rest,
    ...cacheCluster(patched, patched),
    ...cacheGenerationAfter(before, patched),
    lastUpdatedDate: call.nowMs,
  }
  for (const named of [stage.deploymentId, stage.canarySettings?.deploymentId]) {
    if (named !== undefined) await checkDeployment(call, api.id, named)
  }
  await writeStage(call, api.id, stage)
  return stage
}

export const deleteStage = async (
  input: Shape<DeleteStageRequest>,
  call: WriteCall,
): Promise<void> => {
  const api = await restApiOf(call, required(input.restApiId, 'deleteStageInput.restApiId'))
  const name = required(input.stageName, 'deleteStageInput.stageName')
  const stage = await stageOf(call, api.id, name)
  await refuseMapped(call, api.id, stage.stageName)
  await call.tx.delete(stages, call, `${api.id}/${stage.stageName}`)
  await unpublishStage(call.tx, api.id, stage.stageName)
}

/** AWS: a cluster of another size, or one that was switched off, comes back empty. [guide: api-gateway-caching] */
const cacheGenerationAfter = (before: Stage, after: Stage): Pick<Stage, 'cacheGeneration'> =>
  before.cacheClusterEnabled === after.cacheClusterEnabled &&
  before.cacheClusterSize === after.cacheClusterSize
    ? {}
    : { cacheGeneration: (before.cacheGeneration ?? 0) + 1 }

/** What was answered before is asked for again: the cache's keys carry the generation. */
export const flushStageCache = async (
  input: Shape<FlushStageCacheRequest>,
  call: WriteCall,
): Promise<void> => {
  const stage = await stageNamed(input, call)
  const cacheGeneration = (stage.cacheGeneration ?? 0) + 1
  await writeStage(call, `${input.restApiId}`, { ...stage, cacheGeneration })
}

/** The same of what authorizers answered. */
export const flushStageAuthorizersCache = async (
  input: Shape<FlushStageAuthorizersCacheRequest>,
  call: WriteCall,
): Promise<void> => {
  const stage = await stageNamed(input, call)
  const authorizersCacheGeneration = (stage.authorizersCacheGeneration ?? 0) + 1
  await writeStage(call, `${input.restApiId}`, { ...stage, authorizersCacheGeneration })
}

const stageNamed = async (
  input: { readonly restApiId?: string | undefined; readonly stageName?: string | undefined },
  call: ReadCall,
): Promise<Stage> => {
  const api = await restApiOf(call, required(input.restApiId, 'restApiId'))
  return stageOf(call, api.id, required(input.stageName, 'stageName'))
}

const checkDeployment = async (
  call: ReadCall,
  apiId: string,
  deploymentId: string,
): Promise<void> => {
  const deployment = await call.view.get(deployments, call, `${apiId}/${deploymentId}`)
  if (deployment === undefined) throw badRequest('Deployment id does not exist')
}

const canarySettingsOf = async (
  call: ReadCall,
  apiId: string,
  input: Shape<CanarySettingsInput> | undefined,
  stageDeploymentId: string,
): Promise<CanarySettings | undefined> => {
  if (input === undefined) return undefined
  const deploymentId = input.deploymentId ?? stageDeploymentId
  await checkDeployment(call, apiId, deploymentId)
  return defined({
    percentTraffic: checkPercent(input.percentTraffic ?? 0),
    deploymentId,
    stageVariableOverrides: nonEmpty(input.stageVariableOverrides),
    useStageCache: input.useStageCache ?? false,
  })
}
