// A stage of a WebSocket API, compiled: its routes, each with its steps, and how a message selects one.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-routes-integrations.html
import {
  compileSelectionExpression,
  type SelectionExpression,
  SelectionExpressionError,
} from '#languages/selection-expression/selection-expression.ts'
import type { Route } from '#model/apigatewayv2/api.ts'
import type { HttpDocument } from '#model/documents.ts'
import { compileSocketAuthorization } from './admit/socket-authorization.ts'
import { compileSocketKey } from './admit/api-key.ts'
import { compileHttpApiThrottle } from './admit/http-api-throttle.ts'
import { throttleOf } from './admit/throttle.ts'
import { messageValue, readMessage } from './admit/socket-variables.ts'
import { compileSocketValidator } from './admit/socket-validator.ts'
import { type Limits, limitsAt } from './compiling.ts'
import { beginStage, type HttpStageEntry } from './http-stage.ts'
import { routeLogSetting } from './execution-log-setting.ts'
import { compileSocketIntegration } from './integrate/websocket-integrations/index.ts'
import type { SocketRouteSource } from './integrate/websocket-integrations/rest-source.ts'
import type { SocketRoutePlan, WebSocketStagePlan } from './plan.ts'

export const compileWebSocketStage = (
  entry: HttpStageEntry,
  document: HttpDocument,
): WebSocketStagePlan => {
  const { facts, limitations, stageLimits, observation } = beginStage(entry, document)
  const routes = new Map(
    document.routes.map((route) => {
      const limits = limitsAt(route.routeKey, limitations)
      return [route.routeKey, compileRoute({ stage: facts, document, route, limits }, entry)]
    }),
  )
  return {
    ...facts,
    protocol: 'WEBSOCKET',
    keepsLog: [...routes.values()].some((route) => route.executionLog !== undefined),
    limitations,
    ...(observation !== undefined && { observation }),
    throttle: throttleOf(facts, undefined, '@connections').admit,
    connect: routes.get('$connect'),
    disconnect: routes.get('$disconnect'),
    selectRoute: compileRouteSelection(document, routes, stageLimits),
  }
}

const compileRoute = (source: SocketRouteSource, entry: HttpStageEntry): SocketRoutePlan => {
  const { route, document } = source
  const throttle = compileHttpApiThrottle(source.stage, route.routeKey, entry.stage)
  const integrationId = route.target?.replace(/^integrations\//, '')
  const integration = document.integrations.find((each) => each.integrationId === integrationId)
  return {
    routeKey: route.routeKey,
    httpMethod: 'POST',
    resourceId: route.routeId,
    resourcePath: route.routeKey,
    operationName: route.operationName,
    executionLog: routeLogSetting(entry.stage, route.routeKey),
    throttle: throttle.admit,
    authorize: compileSocketAuthorization(source),
    admit: compileSocketKey(source.stage, route, document.api, throttle),
    validate: compileSocketValidator(source),
    integrate: compileSocketIntegration(source, integration),
    isTwoWay: isTwoWay(route, document),
  }
}

/**
 * AWS: a route answers its sender where it has a response. The guide asks for routeResponseSelectionExpression too, and
 * a sample of AWS's own is answered without one. [behaviour.md 14; 18 #8: serverless-patterns, apigw-websocket-api-connection-dynamodb]
 */
const isTwoWay = (route: Route, { routeResponses }: HttpDocument): boolean =>
  (routeResponses[route.routeId] ?? []).some(
    ({ routeResponseKey }) => routeResponseKey === '$default',
  )

/** AWS: an exact match, else `$default`; a message that is no JSON is one for `$default`. */
const compileRouteSelection = (
  { api }: HttpDocument,
  routes: ReadonlyMap<string, SocketRoutePlan>,
  limits: Limits,
): WebSocketStagePlan['selectRoute'] => {
  const otherwise = routes.get('$default')
  const select = expressionOf(api.routeSelectionExpression, limits)
  return (text) => {
    if (select === undefined) return otherwise
    const message = readMessage(text)
    if (message === undefined) return otherwise
    const key = select((_variable, [, , ...names]) => messageValue(message, names))
    // AWS: the routes with a dollar are not for messages to choose. [guide: websocket-api-develop-routes]
    return RESERVED.has(key) ? otherwise : (routes.get(key) ?? otherwise)
  }
}

const RESERVED: ReadonlySet<string> = new Set(['$connect', '$disconnect'])

const expressionOf = (text: string, limits: Limits): SelectionExpression | undefined => {
  try {
    return compileSelectionExpression(text, ['request.body'])
  } catch (error) {
    if (!(error instanceof SelectionExpressionError)) throw error
    limits.refuse(`the route selection expression ${error.message}`)
    return undefined
  }
}
