// ★ The life of a request to an HTTP API: one function, read it first.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop.html
import type { HttpResponse } from '#transport/contract.ts'
import { admitHttpApiRequestSize } from './accept/http-api-limits.ts'
import { type GatewayRequest, withRoute } from './accept/request.ts'
import { toldBy } from './accept/request-notes.ts'
import type { RouteMatch } from './accept/routes.ts'
import { noteMethodRequest, noteMethodResponse } from './execution-notes.ts'
import { GatewayFailure, type HttpRoutePlan, type HttpStagePlan, type Services } from './plan.ts'
import { makeRequestRecord } from './request-record.ts'
import { renderHttpApiFailure } from './respond/http-api-failure.ts'

export const handleHttpApiRequest = async (
  request: GatewayRequest,
  stage: HttpStagePlan,
  services: Services,
): Promise<HttpResponse> => {
  const { trace } = request
  let route: RouteMatch<HttpRoutePlan> | undefined
  let failure: GatewayFailure | undefined
  let response: HttpResponse
  try {
    // accept
    trace.enter('accept')
    admitHttpApiRequestSize(request)
    const preflight = stage.preflight(request)
    if (preflight !== undefined) {
      response = preflight
    } else {
      trace.enter('route')
      route = findRoute(request, stage, services)
      const routed = withRoute(request, stage, route)
      // admit
      trace.enter('throttle')
      const wait = route.plan.throttle(routed, services)
      if (wait) await wait
      trace.enter('authorize')
      const caller = await route.plan.authorize(routed, services)
      trace.caller = caller
      if (trace.execution) await noteMethodRequest(routed, trace.execution)
      // integrate
      trace.enter('integrate')
      const answer = await route.plan.integrate(routed, caller, services)
      // respond
      trace.enter('respond')
      response = stage.cors(request, answer)
    }
    trace.leave()
  } catch (error) {
    failure = asFailure(error, request, services)
    trace.leave(failure.responseType)
    const render = stage.renderFailure ?? renderHttpApiFailure
    response = stage.cors(request, render(failure))
  }
  // AWS: the one header of its own that an HTTP API sends, in lower case. [behaviour.md 3.3]
  const headers = [...response.headers, 'apigw-requestid', request.requestId]
  const answered = { ...response, headers }
  if (trace.execution) noteMethodResponse(trace.execution, headers, answered.body)
  const routeKey = route?.plan.routeKey
  services.observe?.(
    makeRequestRecord({ request, stage, response: answered, route: routeKey, failure }),
    stage.observation,
    toldBy(request, services, undefined),
  )
  return answered
}

const findRoute = (
  { method, address }: GatewayRequest,
  stage: HttpStagePlan,
  { recording }: Services,
): RouteMatch<HttpRoutePlan> => {
  const match = stage.routes.match(method, address.path)
  if (match !== undefined) return match
  const isKept = recording?.requests === true
  const near = isKept ? (stage.suggestRoute?.(method, address.path) ?? '') : ''
  throw new GatewayFailure('RESOURCE_NOT_FOUND', 'Not Found', {
    hint: `no route of ${stage.apiName} matches ${method} ${address.path}${near}`,
  })
}

/** Anything but an outcome that the API defines is a bug: its stack goes to the log, never to the client. */
const asFailure = (error: unknown, request: GatewayRequest, services: Services): GatewayFailure => {
  if (error instanceof GatewayFailure) return error
  services.onBug(error, request.requestId)
  return new GatewayFailure('API_CONFIGURATION_ERROR', 'Internal Server Error', {
    statusCode: 500,
    hint: 'a bug in the gateway: its log has the stack under this request id',
    cause: error,
  })
}
