// Deployment: the draft of an API, frozen.
// https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-deployments.html
// A stage with autoDeploy gets a new one with every change of its API, in the transaction of the
// change.
import type {
  CreateDeploymentRequest,
  DeleteDeploymentRequest,
  GetDeploymentRequest,
  GetDeploymentsRequest,
  UpdateDeploymentRequest,
} from '@aws-sdk/client-apigatewayv2'
import type { DeploymentV2, StageV2 } from '#model/apigatewayv2/api.ts'
import { dropDocument, freezeHttp, storeDocument } from '#snapshot/freeze.ts'
import { publishStage } from '#snapshot/publish.ts'
import { deploymentsV2, routesV2, stagesV2 } from '#store/collections.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { badRequest } from '#wire/errors.ts'
import type { Uncapitalized } from '#wire/operation.ts'
import { defined } from '../defined.ts'
import { apiOf, deploymentOf, newPartId, type Page, pageOf, partsOf } from './lookups.ts'
import { merged } from './merge.ts'
import { checkStageName, newStage } from './stage-rules.ts'

type DeploymentAnswer = Omit<DeploymentV2, 'documentHash'>

const NO_ROUTES = 'At least one route is required before deploying the API.'

export const createDeployment = async (
  input: Uncapitalized<CreateDeploymentRequest>,
  call: WriteCall,
): Promise<DeploymentAnswer> => {
  const api = await apiOf(call, input.apiId)
  const { stageName } = input
  const before =
    stageName === undefined
      ? undefined
      : await call.view.get(stagesV2, call, `${api.apiId}/${stageName}`)
  if (before?.autoDeploy === true) {
    throw badRequest(`Deployments cannot be made by hand to stage ${stageName}: auto-deploy is on`)
  }
  if (!(await hasRoutes(call, api.apiId))) throw badRequest(NO_ROUTES)
  const deployment = await deploy(call, api.apiId, {
    description: input.description,
    autoDeployed: false,
  })
  if (stageName !== undefined) {
    checkStageName(api.protocolType, stageName)
    const stage = before ?? newStage(call, api.protocolType, stageName)
    await pointStage(call, api.apiId, stage, deployment)
  }
  return answer(deployment)
}

export const getDeployment = async (
  input: Uncapitalized<GetDeploymentRequest>,
  call: ReadCall,
): Promise<DeploymentAnswer> => answer(await deploymentOf(call, input.apiId, input.deploymentId))

export const getDeployments = async (
  input: Uncapitalized<GetDeploymentsRequest>,
  call: ReadCall,
): Promise<Page<DeploymentAnswer>> => {
  const { apiId } = await apiOf(call, input.apiId)
  const page = await pageOf(call, deploymentsV2, `${apiId}/`, input)
  return { ...page, items: page.items.map(answer) }
}

export const updateDeployment = async (
  input: Uncapitalized<UpdateDeploymentRequest>,
  call: WriteCall,
): Promise<DeploymentAnswer> => {
  const before = await deploymentOf(call, input.apiId, input.deploymentId)
  const deployment = merged(before, { description: input.description })
  await call.tx.put(deploymentsV2, call, `${input.apiId}/${deployment.deploymentId}`, deployment)
  return answer(deployment)
}

export const deleteDeployment = async (
  input: Uncapitalized<DeleteDeploymentRequest>,
  call: WriteCall,
): Promise<void> => {
  const deployment = await deploymentOf(call, input.apiId, input.deploymentId)
  const stages = await partsOf(call, stagesV2, `${input.apiId}`)
  if (stages.some((stage) => stage.deploymentId === deployment.deploymentId)) {
    throw badRequest('Active stages pointing to this deployment must be moved or deleted')
  }
  await drop(call, `${input.apiId}`, deployment)
}

/**
 * Brings every stage with autoDeploy up to the draft. To be called after each change of what a
 * deployment freezes.
 */
export const deployAutomatically = async (call: WriteCall, apiId: string): Promise<void> => {
  for (const stage of await partsOf(call, stagesV2, apiId)) {
    if (stage.autoDeploy === true) await deployStage(call, apiId, stage)
  }
}

/** Writes a stage with autoDeploy, deployed as the draft is now. */
export const deployStage = async (
  call: WriteCall,
  apiId: string,
  stage: StageV2,
): Promise<StageV2> => {
  if (!(await hasRoutes(call, apiId))) {
    const failed = {
      ...stage,
      lastDeploymentStatusMessage: `Deployment attempt failed: ${NO_ROUTES}`,
    }
    await call.tx.put(stagesV2, call, `${apiId}/${stage.stageName}`, failed)
    await publishStage(call.tx, call, apiId, stage.stageName)
    return failed
  }
  const description = `Automatic deployment triggered by changes to the Api configuration`
  const deployment = await deploy(call, apiId, { description, autoDeployed: true })
  const deployed = await pointStage(call, apiId, stage, deployment)
  await dropSuperseded(call, apiId, stage.deploymentId)
  return deployed
}

const hasRoutes = async (call: ReadCall, apiId: string): Promise<boolean> =>
  (await call.view.list(routesV2, call, { prefix: `${apiId}/`, limit: 1 })).length > 0

const deploy = async (
  call: WriteCall,
  apiId: string,
  facts: { readonly description: string | undefined; readonly autoDeployed: boolean },
): Promise<DeploymentV2> => {
  const deploymentId = await newPartId(call, deploymentsV2, apiId, 6)
  const document = await freezeHttp(call.view, call, apiId, deploymentId)
  const deployment = defined({
    deploymentId,
    createdDate: call.nowMs,
    deploymentStatus: 'DEPLOYED' as const,
    documentHash: await storeDocument(call.tx, document),
    ...facts,
  })
  await call.tx.put(deploymentsV2, call, `${apiId}/${deploymentId}`, deployment)
  return deployment
}

const pointStage = async (
  call: WriteCall,
  apiId: string,
  stage: StageV2,
  { deploymentId }: DeploymentV2,
): Promise<StageV2> => {
  const pointed = {
    ...stage,
    deploymentId,
    lastUpdatedDate: call.nowMs,
    lastDeploymentStatusMessage: `Successfully deployed stage with deployment ID '${deploymentId}'`,
  }
  await call.tx.put(stagesV2, call, `${apiId}/${stage.stageName}`, pointed)
  await publishStage(call.tx, call, apiId, stage.stageName)
  return pointed
}

/**
 * An automatic deployment that a newer one replaced is dropped: every change makes one, and nobody
 * asked for them.
 */
const dropSuperseded = async (
  call: WriteCall,
  apiId: string,
  deploymentId: string | undefined,
): Promise<void> => {
  if (deploymentId === undefined) return
  const deployment = await call.view.get(deploymentsV2, call, `${apiId}/${deploymentId}`)
  if (deployment?.autoDeployed !== true) return
  const stages = await partsOf(call, stagesV2, apiId)
  if (stages.some((stage) => stage.deploymentId === deploymentId)) return
  await drop(call, apiId, deployment)
}

const drop = async (call: WriteCall, apiId: string, deployment: DeploymentV2): Promise<void> => {
  await dropDocument(call.tx, deployment.documentHash)
  await call.tx.delete(deploymentsV2, call, `${apiId}/${deployment.deploymentId}`)
}

const answer = (deployment: DeploymentV2): DeploymentAnswer => {
  const { documentHash: _, ...answered } = deployment
  return answered
}
