// A stage of an HTTP API, compiled: its routes, each with its steps, and what holds for all of them.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
import type { Route } from '#model/apigatewayv2/api.ts'
import type { HttpDocument, StageEntry } from '#model/documents.ts'
import { compileSuggestions } from './accept/suggest-route.ts'
import { compileRoutes, type RouteEntry, type RouteTable } from './accept/routes.ts'
import { compileHttpApiAuthorization } from './admit/http-api-authorization.ts'
import { compileHttpApiThrottle } from './admit/http-api-throttle.ts'
import { type Limits, limitsAt, type StageFacts } from './compiling.ts'
import { compileHttpApiIntegration } from './integrate/http-api-integrations/index.ts'
import { GatewayFailure, type HttpRoutePlan, type HttpStagePlan, type Limitation } from './plan.ts'
import { compileCors } from './respond/cors.ts'
import { observeStage } from './respond/stage-observation.ts'

export type HttpStageEntry = Extract<StageEntry, { readonly protocol: 'HTTP' | 'WEBSOCKET' }>

export const compileHttpStage = (entry: HttpStageEntry, document: HttpDocument): HttpStagePlan => {
  const { facts, limitations, observation } = beginStage(entry, document)
  const plans = document.routes.map((route) => {
    const limits = limitsAt(route.routeKey, limitations)
    return compileRoute(route, entry, document, facts, limits)
  })
  return {
    ...facts,
    protocol: 'HTTP',
    limitations,
    ...(observation !== undefined && { observation }),
    routes: compileRouteKeys(plans),
    suggestRoute: compileSuggestions(document.routes.map(({ routeKey }) => routeKey)),
    ...compileCors(document.api.corsConfiguration),
  }
}

/** What stages of HTTP and of WebSocket APIs have alike. */
export const beginStage = (entry: HttpStageEntry, document: HttpDocument) => {
  const { stage } = entry
  const facts: StageFacts = {
    scope: entry.scope,
    apiId: entry.apiId,
    apiName: entry.apiName,
    stageName: stage.stageName,
    deploymentId: document.deploymentId,
    stageVariables: stage.stageVariables ?? {},
  }
  const limitations: Limitation[] = []
  const stageLimits = limitsAt(`stage ${stage.stageName}`, limitations)
  // A backend that wants the certificate refuses by itself: nothing passes that should not.
  if (stage.clientCertificateId !== undefined) stageLimits.ignore('client certificates')
  return { facts, limitations, stageLimits, observation: observeStage(facts, stage, stageLimits) }
}

const compileRoute = (
  route: Route,
  entry: HttpStageEntry,
  document: HttpDocument,
  facts: StageFacts,
  limits: Limits,
): HttpRoutePlan => {
  const { routeKey } = route
  const authorizersCacheGeneration = entry.stage.authorizersCacheGeneration ?? 0
  const integrationId = route.target?.replace(/^integrations\//, '')
  const integration = document.integrations.find((each) => each.integrationId === integrationId)
  return {
    routeKey,
    throttle: compileHttpApiThrottle(facts, routeKey, entry.stage).admit,
    authorize: compileHttpApiAuthorization({
      stage: facts,
      document,
      route,
      authorizersCacheGeneration,
      limits,
    }),
    integrate:
      integration === undefined
        ? withoutIntegration(routeKey)
        : compileHttpApiIntegration(routeKey, integration, facts, limits),
  }
}

const withoutIntegration = (routeKey: string) => () => {
  throw new GatewayFailure('API_CONFIGURATION_ERROR', 'Internal Server Error', {
    statusCode: 500,
    hint: `the route ${routeKey} has no integration`,
  })
}

/**
 * AWS: a full match first, then greedy variables, then $default; a verb before ANY.
 * [guide: http-api-develop-routes, "Routing API requests"]
 */
const compileRouteKeys = (plans: readonly HttpRoutePlan[]): RouteTable<HttpRoutePlan> => {
  const entries: RouteEntry<HttpRoutePlan>[] = []
  let others: HttpRoutePlan | undefined
  for (const plan of plans) {
    const blank = plan.routeKey.indexOf(' ')
    if (plan.routeKey === '$default') others = plan
    else if (blank !== -1) {
      const method = plan.routeKey.slice(0, blank)
      entries.push({ method, path: plan.routeKey.slice(blank + 1).trim(), plan })
    }
  }
  const table = compileRoutes(entries, { greedy: 'last' })
  if (others === undefined) return table
  const rest = { plan: others, pathParameters: undefined }
  return { match: (method, path) => table.match(method, path) ?? rest }
}
