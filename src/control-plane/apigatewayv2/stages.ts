// Stage: a path into a deployment.
// https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-stages.html
import type {
  CreateStageRequest,
  DeleteAccessLogSettingsRequest,
  DeleteRouteSettingsRequest,
  DeleteStageRequest,
  GetStageRequest,
  GetStagesRequest,
  ResetAuthorizersCacheRequest,
  UpdateStageRequest,
} from '@aws-sdk/client-apigatewayv2'
import type { RouteSettings, StageV2 } from '#model/apigatewayv2/api.ts'
import { publishStage, unpublishStage } from '#snapshot/publish.ts'
import { routesV2, stagesV2 } from '#store/collections.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { badRequest, conflict } from '#wire/errors.ts'
import type { Uncapitalized } from '#wire/operation.ts'
import { checkTags } from '../apigateway/tag-rules.ts'
import { required } from '../constraints.ts'
import { defined } from '../defined.ts'
import { refuseMapped } from '../domain-names.ts'
import { deployStage } from './deployments.ts'
import { apiOf, deploymentOf, notFoundOf, type Page, pageOf, partsOf, stageOf } from './lookups.ts'
import { merged, mergedTexts } from './merge.ts'
import { checkStageName, checkStageVariables, newStage } from './stage-rules.ts'

type Settings = NonNullable<Uncapitalized<CreateStageRequest>['routeSettings']>

const AUTO_DEPLOYED = 'Deployment ID cannot be set on a stage with auto-deploy enabled'

export const createStage = async (
  input: Uncapitalized<CreateStageRequest>,
  call: WriteCall,
): Promise<StageV2> => {
  const { apiId, protocolType } = await apiOf(call, input.apiId)
  const stageName = required(input.stageName, 'createStageInput.stageName')
  checkStageName(protocolType, stageName)
  if ((await call.view.get(stagesV2, call, `${apiId}/${stageName}`)) !== undefined) {
    throw conflict('Stage already exists')
  }
  checkStageVariables(input.stageVariables)
  checkTags(input.tags)
  await checkRouteSettings(call, apiId, input.routeSettings)
  await checkDeployment(call, apiId, input)
  const fresh = newStage(call, protocolType, stageName)
  const stage: StageV2 = defined({
    ...fresh,
    autoDeploy: input.autoDeploy,
    accessLogSettings: input.accessLogSettings && defined(input.accessLogSettings),
    clientCertificateId: input.clientCertificateId,
    defaultRouteSettings: mergedSettings(fresh.defaultRouteSettings, input.defaultRouteSettings),
    deploymentId: input.deploymentId,
    description: input.description,
    routeSettings: mergedRouteSettings({}, input.routeSettings) ?? {},
    stageVariables: input.stageVariables ?? {},
    tags: input.tags ?? {},
  })
  return writeStage(call, apiId, stage, stage.autoDeploy === true)
}

export const getStage = (input: Uncapitalized<GetStageRequest>, call: ReadCall): Promise<StageV2> =>
  stageOf(call, input.apiId, input.stageName)

export const getStages = async (
  input: Uncapitalized<GetStagesRequest>,
  call: ReadCall,
): Promise<Page<StageV2>> => {
  const { apiId } = await apiOf(call, input.apiId)
  return pageOf(call, stagesV2, `${apiId}/`, input)
}

export const updateStage = async (
  input: Uncapitalized<UpdateStageRequest>,
  call: WriteCall,
): Promise<StageV2> => {
  const before = await stageOf(call, input.apiId, input.stageName)
  const apiId = `${input.apiId}`
  const stageVariables = mergedTexts(before.stageVariables, input.stageVariables)
  checkStageVariables(stageVariables)
  await checkRouteSettings(call, apiId, input.routeSettings)
  const autoDeploy = input.autoDeploy ?? before.autoDeploy
  await checkDeployment(call, apiId, { autoDeploy, deploymentId: input.deploymentId })
  const stage: StageV2 = merged<StageV2>(before, {
    lastUpdatedDate: call.nowMs,
    autoDeploy: input.autoDeploy,
    accessLogSettings: input.accessLogSettings && defined(input.accessLogSettings),
    clientCertificateId: input.clientCertificateId,
    defaultRouteSettings:
      input.defaultRouteSettings &&
      mergedSettings(before.defaultRouteSettings, input.defaultRouteSettings),
    deploymentId: input.deploymentId,
    description: input.description,
    routeSettings: mergedRouteSettings(before.routeSettings, input.routeSettings),
    stageVariables,
  })
  return writeStage(call, apiId, stage, stage.autoDeploy === true && before.autoDeploy !== true)
}

export const deleteStage = async (
  input: Uncapitalized<DeleteStageRequest>,
  call: WriteCall,
): Promise<void> => {
  const { stageName } = await stageOf(call, input.apiId, input.stageName)
  await refuseMapped(call, `${input.apiId}`, stageName)
  await call.tx.delete(stagesV2, call, `${input.apiId}/${stageName}`)
  await unpublishStage(call.tx, `${input.apiId}`, stageName)
}

export const deleteAccessLogSettings = async (
  input: Uncapitalized<DeleteAccessLogSettingsRequest>,
  call: WriteCall,
): Promise<void> => {
  const { accessLogSettings: _, ...stage } = await stageOf(call, input.apiId, input.stageName)
  await writeStage(call, `${input.apiId}`, { ...stage, lastUpdatedDate: call.nowMs }, false)
}

export const deleteRouteSettings = async (
  input: Uncapitalized<DeleteRouteSettingsRequest>,
  call: WriteCall,
): Promise<void> => {
  const stage = await stageOf(call, input.apiId, input.stageName)
  const before = Object.entries(stage.routeSettings ?? {})
  const kept = before.filter(([routeKey]) => routeKey !== input.routeKey)
  if (kept.length === before.length) {
    throw notFoundOf('RouteSettings', `Invalid route key specified ${input.routeKey}`)
  }
  const changed = { ...stage, routeSettings: Object.fromEntries(kept), lastUpdatedDate: call.nowMs }
  await writeStage(call, `${input.apiId}`, changed, false)
}

/** What an authorizer answered before is asked for again: the cache's keys carry the generation. */
export const resetAuthorizersCache = async (
  input: Uncapitalized<ResetAuthorizersCacheRequest>,
  call: WriteCall,
): Promise<void> => {
  const { protocolType } = await apiOf(call, input.apiId)
  const stage = await stageOf(call, input.apiId, input.stageName)
  if (protocolType !== 'HTTP') {
    throw badRequest('The authorizers cache can only be reset for HTTP APIs')
  }
  const authorizersCacheGeneration = (stage.authorizersCacheGeneration ?? 0) + 1
  await writeStage(call, `${input.apiId}`, { ...stage, authorizersCacheGeneration }, false)
}

/**
 * Writes a stage and what is served of it; a new automatic deployment only where its deployment is
 * in question.
 */
const writeStage = async (
  call: WriteCall,
  apiId: string,
  stage: StageV2,
  deploys: boolean,
): Promise<StageV2> => {
  await call.tx.put(stagesV2, call, `${apiId}/${stage.stageName}`, stage)
  if (deploys) return deployStage(call, apiId, stage)
  await publishStage(call.tx, call, apiId, stage.stageName)
  return stage
}

const checkDeployment = async (
  call: ReadCall,
  apiId: string,
  input: { readonly autoDeploy?: boolean | undefined; readonly deploymentId?: string | undefined },
): Promise<void> => {
  if (input.deploymentId === undefined) return
  if (input.autoDeploy === true) throw badRequest(AUTO_DEPLOYED)
  await deploymentOf(call, apiId, input.deploymentId)
}

const checkRouteSettings = async (
  call: ReadCall,
  apiId: string,
  settings: Settings | undefined,
): Promise<void> => {
  if (settings === undefined) return
  const routes = await partsOf(call, routesV2, apiId)
  for (const routeKey of Object.keys(settings)) {
    if (routes.some((route) => route.routeKey === routeKey)) continue
    throw notFoundOf(
      'Route',
      `Unable to find Route by key ${routeKey} within the provided RouteSettings`,
    )
  }
}

const mergedSettings = (
  before: RouteSettings | undefined,
  changes: Settings[string] | undefined,
): RouteSettings => ({ ...before, ...defined(changes ?? {}) })

const mergedRouteSettings = (
  before: StageV2['routeSettings'],
  changes: Settings | undefined,
): StageV2['routeSettings'] => {
  if (changes === undefined) return undefined
  const all = new Map(Object.entries(before ?? {}))
  for (const [key, settings] of Object.entries(changes)) {
    all.set(key, mergedSettings(all.get(key), settings))
  }
  return Object.fromEntries(all)
}
