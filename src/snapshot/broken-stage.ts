// A stage whose document could not be compiled and that had no plan before: every request is a 500 that says so in
// its record, instead of a 403 as if the stage did not exist.
import { isPrivate } from '#data-plane/admit/resource-policy.ts'
import { limitsAt, type StageFacts } from '#data-plane/compiling.ts'
import { GatewayFailure, type Limitation, type StagePlan } from '#data-plane/plan.ts'
import { compileGatewayResponses } from '#data-plane/respond/gateway-response.ts'
import type { DeploymentDocument, StageEntry } from '#model/documents.ts'

export const brokenStage = (entry: StageEntry, document: DeploymentDocument): StagePlan => {
  const { scope, apiId, apiName } = entry
  const { stageName } = entry.stage
  const { deploymentId } = document
  const facts: StageFacts = { scope, apiId, apiName, stageName, deploymentId, stageVariables: {} }
  const limitations: Limitation[] = []
  const limits = limitsAt(`stage ${stageName}`, limitations)
  limits.refuse('a deployment that could not be compiled')
  if (entry.protocol !== 'REST') {
    const plan = { routeKey: '$default', throttle: refuse, authorize: refuse, integrate: refuse }
    return {
      ...facts,
      protocol: 'HTTP',
      limitations,
      routes: { match: () => ({ plan, pathParameters: undefined }) },
      preflight: () => undefined,
      cors: (_request, response) => response,
    }
  }
  const plan = {
    httpMethod: 'ANY',
    resourceId: '',
    resourcePath: '/',
    operationName: undefined,
    caching: undefined,
    throttle: refuse,
    authorize: refuse,
    admit: [],
    validate: refuse,
    throughCache: refuse,
    integrate: refuse,
  }
  return {
    ...facts,
    protocol: 'REST',
    // Its 500 is for everyone who comes to it, by whichever way.
    isPrivate: document.protocol === 'REST' && isPrivate(document.api),
    limitations,
    routes: { match: () => ({ plan, pathParameters: undefined }) },
    binaryMediaTypes: () => false,
    decode: () => undefined,
    compress: (_request, response) => response,
    gatewayResponses: compileGatewayResponses([], facts, limits),
  }
}

const refuse = (): never => {
  throw new GatewayFailure('API_CONFIGURATION_ERROR', 'Internal server error', {
    hint: 'this stage could not be compiled: the log says why',
  })
}
