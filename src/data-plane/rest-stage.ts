// A stage of a REST API, compiled: its methods, each with its steps in the order of rest-api.ts.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-basic-concept.html
import type { RestDocument, StageEntry } from '#model/documents.ts'
import { compileDecode } from './accept/content-encoding.ts'
import { compileSuggestions } from './accept/suggest-route.ts'
import { compileRoutes, type RouteEntry } from './accept/routes.ts'
import { compileApiKey } from './admit/api-key.ts'
import { compileAuthorization } from './admit/authorization.ts'
import { compileResourcePolicy, isPrivate } from './admit/resource-policy.ts'
import { compileRequestValidator } from './admit/request-validator.ts'
import { compileStageSettings } from './admit/stage-settings.ts'
import { compileThrottle, findMethodSetting } from './admit/throttle.ts'
import { compileUsagePlans, type FindKeyInPlan } from './admit/usage-plan.ts'
import { limitsAt, type MethodSource, type StageFacts } from './compiling.ts'
import { methodLogSetting } from './execution-log-setting.ts'
import { compileCache } from './integrate/cache.ts'
import { compileIntegration } from './integrate/integrations/index.ts'
import { compileBinaryMediaTypes } from './integrate/payload.ts'
import type { Limitation, RestMethodPlan, RestStagePlan } from './plan.ts'
import { compileCompression } from './respond/compression.ts'
import { compileGatewayResponses } from './respond/gateway-response.ts'
import { observeRestStage } from './respond/stage-observation.ts'

export type RestStageEntry = Extract<StageEntry, { readonly protocol: 'REST' }>

/** With a canary's document, the stage has two releases, each with its own deployment and stage variables. */
export const compileRestStage = (
  entry: RestStageEntry,
  document: RestDocument,
  canaryDocument?: RestDocument,
): RestStagePlan => {
  const { variables = {}, canarySettings } = entry.stage
  const plan = compileRelease(entry, document, variables)
  if (canaryDocument === undefined) return plan
  const { percentTraffic = 0, stageVariableOverrides } = canarySettings ?? {}
  const overridden = { ...variables, ...stageVariableOverrides }
  const canary = compileRelease(entry, canaryDocument, overridden, true)
  const limitations = [...plan.limitations]
  const all = limitsAt('', limitations)
  for (const limitation of canary.limitations) all.add(limitation)
  return { ...plan, limitations, canary: { percentTraffic, plan: canary } }
}

const compileRelease = (
  entry: RestStageEntry,
  document: RestDocument,
  stageVariables: Readonly<Record<string, string>>,
  isCanary = false,
): RestStagePlan => {
  const { stage } = entry
  const { api } = document
  const facts: StageFacts = {
    scope: entry.scope,
    apiId: entry.apiId,
    apiName: entry.apiName,
    stageName: stage.stageName,
    deploymentId: document.deploymentId,
    stageVariables,
    ...(isCanary && { isCanary }),
  }
  const limitations: Limitation[] = []
  const stageLimits = limitsAt(`stage ${stage.stageName}`, limitations)
  const refuseAll = compileStageSettings(stage, api, stageLimits)
  const observation = observeRestStage(
    facts,
    stage.accessLogSettings,
    stage.methodSettings,
    stageLimits,
  )
  const isBinary = compileBinaryMediaTypes(api.binaryMediaTypes ?? [])
  const resourcePolicy = compileResourcePolicy(api, facts, stageLimits)
  const findKeyInPlan = compileUsagePlans(facts)
  const routes: RouteEntry<RestMethodPlan>[] = []
  for (const resource of document.resources) {
    for (const [verb, method] of Object.entries(resource.resourceMethods ?? {})) {
      const limits = limitsAt(`${verb} ${resource.path}`, limitations)
      const source: MethodSource = {
        stage: facts,
        document,
        api,
        resource,
        method,
        isBinary,
        resourcePolicy,
        authorizersCacheGeneration: stage.authorizersCacheGeneration ?? 0,
        limits,
      }
      for (const [served, plan] of compileVerbs(source, entry, findKeyInPlan)) {
        const refused = refuseAll === undefined ? plan : { ...plan, throttle: refuseAll }
        routes.push({ method: served, path: resource.path, plan: refused })
      }
    }
  }
  return {
    ...facts,
    protocol: 'REST',
    isPrivate: isPrivate(api),
    isStrict: api.endpointAccessMode === 'STRICT',
    suggestRoute: compileSuggestions(routes.map(({ method, path }) => `${method} ${path}`)),
    keepsLog: routes.some(({ plan }) => plan.executionLog !== undefined),
    isTraced: stage.tracingEnabled,
    limitations,
    ...(observation !== undefined && { observation }),
    routes: compileRoutes(routes),
    binaryMediaTypes: isBinary,
    decode: compileDecode(api.minimumCompressionSize),
    compress: compileCompression(api.minimumCompressionSize),
    gatewayResponses: compileGatewayResponses(document.gatewayResponses, facts, stageLimits),
  }
}

/** By verb. AWS: ANY stands for seven of them, and the settings of a stage may name one. [behaviour.md 11 "Resources"] */
const compileVerbs = (
  source: MethodSource,
  { stage }: RestStageEntry,
  findKeyInPlan: FindKeyInPlan,
): readonly (readonly [verb: string, plan: RestMethodPlan])[] => {
  const { resource, method } = source
  const plan: RestMethodPlan = {
    httpMethod: method.httpMethod,
    resourceId: resource.id,
    resourcePath: resource.path,
    operationName: method.operationName,
    authorize: compileAuthorization(source),
    validate: compileRequestValidator(source),
    integrate: compileIntegration(source),
    ...compileSettings(source, stage, findKeyInPlan),
  }
  if (method.httpMethod !== 'ANY') return [[method.httpMethod, plan]]
  const apart = ANY_VERBS.filter(
    (verb) =>
      resource.resourceMethods?.[verb] === undefined &&
      findMethodSetting(stage, resource.path, verb) !== undefined,
  )
  const ofVerbs = apart.map((verb) => {
    const one = { ...source, method: { ...method, httpMethod: verb } }
    return [verb, { ...plan, ...compileSettings(one, stage, findKeyInPlan) }] as const
  })
  return [['ANY', plan], ...ofVerbs]
}

const ANY_VERBS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']

/** What the stage sets for a method. */
const compileSettings = (
  source: MethodSource,
  stage: RestStageEntry['stage'],
  findKeyInPlan: FindKeyInPlan,
): Pick<RestMethodPlan, 'executionLog' | 'throttle' | 'admit' | 'caching' | 'throughCache'> => {
  const { path } = source.resource
  const { httpMethod } = source.method
  const throttle = compileThrottle(source.stage, stage, path, httpMethod)
  return {
    executionLog: methodLogSetting(stage, path, httpMethod),
    throttle: throttle.admit,
    admit: compileApiKey(source, findKeyInPlan, throttle),
    ...compileCache(source, stage),
  }
}
