// Deployment: a snapshot of an API. https://docs.aws.amazon.com/apigateway/latest/api/API_Deployment.html
import type {
  CreateDeploymentRequest,
  DeleteDeploymentRequest,
  GetDeploymentRequest,
  GetDeploymentsRequest,
  UpdateDeploymentRequest,
} from '@aws-sdk/client-api-gateway'
import { compilePolicy } from '#languages/iam-policy/compile-policy.ts'
import { MalformedPolicy } from '#languages/iam-policy/policy.ts'
import type { RestApi } from '#model/apigateway/rest-api.ts'
import { CACHE_CLUSTER_SIZES, type Deployment, type Stage } from '#model/apigateway/stage.ts'
import { dropDocument, freezeRest, storeDocument } from '#snapshot/freeze.ts'
import type { RestDocument } from '#model/documents.ts'
import { deployments, documents, stages } from '#store/collections.ts'
import { GLOBAL_SCOPE } from '#model/scope.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { badRequest } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { constrain, oneOf, required } from '../constraints.ts'
import { defined, nonEmpty } from '../defined.ts'
import { applyPatch, type PatchTable } from '../patch-operations.ts'
import { text } from '../patch-rules.ts'
import { newPartId } from './draft.ts'
import { deploymentOf, restApiOf } from './lookups.ts'
import { type Page, pageOf } from './pages.ts'
import { cacheCluster, checkPercent, checkStageName, newStage, writeStage } from './stage-rules.ts'

/** A deployment as it is answered: the document's hash stays here. */
export interface DeploymentAnswer {
  readonly id: string
  readonly createdDate: number
  readonly description?: string
  /** Path → method → what it asks of a caller; only with `embed=apisummary`. */
  readonly apiSummary?: Readonly<Record<string, Readonly<Record<string, MethodSnapshot>>>>
}

interface MethodSnapshot {
  readonly authorizationType: string
  readonly apiKeyRequired: boolean
}

export const createDeployment = async (
  input: Shape<CreateDeploymentRequest>,
  call: WriteCall,
): Promise<DeploymentAnswer> => {
  constrain(
    oneOf(input.cacheClusterSize, 'createDeploymentInput.cacheClusterSize', CACHE_CLUSTER_SIZES),
  )
  const api = await restApiOf(call, required(input.restApiId, 'createDeploymentInput.restApiId'))
  const current = await stageToDeploy(call, api, input)
  const id = await newPartId(call, deployments, api.id)
  const document = await freezeRest(call.view, call, api.id, id)
  checkDeployable(document)
  const deployment: Deployment = defined({
    id,
    createdDate: call.nowMs,
    description: input.description,
    documentHash: await storeDocument(call.tx, document),
  })
  await call.tx.put(deployments, call, `${api.id}/${id}`, deployment)
  if (input.stageName) {
    await writeStage(call, api.id, deployedStage(input, input.stageName, current, deployment))
  }
  return answer(deployment)
}

export const getDeployment = async (
  input: Shape<GetDeploymentRequest>,
  call: ReadCall,
): Promise<DeploymentAnswer> => {
  const api = await restApiOf(call, required(input.restApiId, 'getDeploymentInput.restApiId'))
  const id = required(input.deploymentId, 'getDeploymentInput.deploymentId')
  const deployment = await deploymentOf(call, api.id, id)
  if (!input.embed?.some((embed) => embed.toLowerCase() === 'apisummary')) return answer(deployment)
  const document = await call.view.get(documents, GLOBAL_SCOPE, deployment.documentHash)
  return document?.protocol === 'REST'
    ? { ...answer(deployment), apiSummary: apiSummary(document) }
    : answer(deployment)
}

export const getDeployments = async (
  input: Shape<GetDeploymentsRequest>,
  call: ReadCall,
): Promise<Page<DeploymentAnswer>> => {
  const api = await restApiOf(call, required(input.restApiId, 'getDeploymentsInput.restApiId'))
  const page = await pageOf(call, deployments, `${api.id}/`, input)
  return { ...page, items: page.items.map(answer) }
}

export const updateDeployment = async (
  input: Shape<UpdateDeploymentRequest>,
  call: WriteCall,
): Promise<DeploymentAnswer> => {
  const api = await restApiOf(call, required(input.restApiId, 'updateDeploymentInput.restApiId'))
  const id = required(input.deploymentId, 'updateDeploymentInput.deploymentId')
  const before = await deploymentOf(call, api.id, id)
  const deployment = applyPatch(DEPLOYMENT_PATCH, before, input.patchOperations)
  await call.tx.put(deployments, call, `${api.id}/${id}`, deployment)
  return answer(deployment)
}

export const deleteDeployment = async (
  input: Shape<DeleteDeploymentRequest>,
  call: WriteCall,
): Promise<void> => {
  const api = await restApiOf(call, required(input.restApiId, 'deleteDeploymentInput.restApiId'))
  const id = required(input.deploymentId, 'deleteDeploymentInput.deploymentId')
  const deployment = await deploymentOf(call, api.id, id)
  for (const { value } of await call.view.list(stages, call, { prefix: `${api.id}/` })) {
    if (value.deploymentId === id || value.canarySettings?.deploymentId === id) {
      throw badRequest('Active stages pointing to this deployment must be moved or deleted')
    }
  }
  await call.tx.delete(deployments, call, `${api.id}/${id}`)
  await dropDocument(call.tx, deployment.documentHash)
}

const DEPLOYMENT_PATCH: PatchTable = {
  input: 'updateDeploymentInput',
  refusal: 'listed',
  rules: [text('description')],
}

/** The stage that a deployment names, where there is one already; throws where it may not be deployed to. */
const stageToDeploy = async (
  call: ReadCall,
  api: RestApi,
  input: Shape<CreateDeploymentRequest>,
): Promise<Stage | undefined> => {
  const { stageName, canarySettings } = input
  if (canarySettings !== undefined && !stageName) {
    throw badRequest(
      `Invalid deployment content specified.Non null and non empty stageName must be provided for canary deployment. Provided value is ${stageName ?? 'null'}`,
    )
  }
  if (!stageName) return undefined
  checkStageName(stageName)
  const stage = await call.view.get(stages, call, `${api.id}/${stageName}`)
  if (canarySettings !== undefined && stage === undefined) {
    throw badRequest(
      `Invalid deployment content specified.Stage ${stageName} must already be created before making a canary release deployment`,
    )
  }
  // AWS: such a stage takes canaries alone until its canary is gone; in which words is not known. [guide: canary-release]
  if (canarySettings === undefined && stage?.canarySettings !== undefined) {
    throw badRequest(
      `Stage ${stageName} has a canary: promote or remove it first, or deploy with canarySettings`,
    )
  }
  return stage
}

/** The stage after the deployment: a new one, or the current one pointed to it. */
const deployedStage = (
  input: Shape<CreateDeploymentRequest>,
  stageName: string,
  current: Stage | undefined,
  deployment: Deployment,
): Stage => {
  const { canarySettings } = input
  if (current !== undefined && canarySettings !== undefined) {
    // AWS: a canary deployment leaves the stage where it is. [F086]
    return {
      ...current,
      lastUpdatedDate: deployment.createdDate,
      canarySettings: defined({
        percentTraffic: checkPercent(canarySettings.percentTraffic ?? 0),
        deploymentId: deployment.id,
        stageVariableOverrides: nonEmpty(canarySettings.stageVariableOverrides),
        useStageCache: canarySettings.useStageCache ?? false,
      }),
    }
  }
  const { description, variables, ...stage } =
    current ?? newStage(stageName, deployment.id, deployment.createdDate)
  return defined({
    ...stage,
    ...cacheCluster(input, stage),
    deploymentId: deployment.id,
    lastUpdatedDate: deployment.createdDate,
    description: input.stageDescription ?? description,
    variables: nonEmpty(input.variables) ?? variables,
    tracingEnabled: input.tracingEnabled ?? stage.tracingEnabled,
  })
}

/** Throws for a draft that AWS does not deploy. What it deploys and then answers 500 for is deployed here, too. */
const checkDeployable = (document: RestDocument): void => {
  const methods = document.resources.flatMap(({ resourceMethods }) =>
    Object.values(resourceMethods ?? {}),
  )
  if (methods.length === 0) throw badRequest("The REST API doesn't contain any methods")
  if (methods.some((method) => method.methodIntegration === undefined)) {
    throw badRequest('No integration defined for method')
  }
  // AWS: nobody could reach such an API. [terraform-provider-aws#14290]
  const { endpointConfiguration, policy } = document.api
  if (endpointConfiguration.types?.includes('PRIVATE') && !isReadable(policy ?? '')) {
    throw badRequest("Private REST API doesn't have a resource policy attached to it")
  }
}

/** A policy that cannot be read admits nobody, as a missing one does. */
const isReadable = (policy: string): boolean => {
  try {
    compilePolicy(policy, {
      kind: 'resource',
      // The API's ARN is of no matter here: only whether it is one.
      expandResource: (resource) =>
        resource.replace(/^execute-api:\//, 'arn:aws:execute-api:*:*:*/'),
    })
    return true
  } catch (error) {
    if (error instanceof MalformedPolicy) return false
    throw error
  }
}

const apiSummary = (document: RestDocument): NonNullable<DeploymentAnswer['apiSummary']> =>
  Object.fromEntries(
    document.resources.flatMap(({ path, resourceMethods }) => {
      if (resourceMethods === undefined) return []
      const methods = Object.values(resourceMethods).map(
        ({ httpMethod, authorizationType, apiKeyRequired }) =>
          [httpMethod, { authorizationType, apiKeyRequired }] as const,
      )
      return [[path, Object.fromEntries(methods)]]
    }),
  )

const answer = (deployment: Deployment): DeploymentAnswer => {
  const { documentHash: _, ...answered } = deployment
  return answered
}
