// ★ The life of a WebSocket: its handshake, its messages, its end. Three functions, read them first.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-overview.html
import type { Caller } from '#model/caller.ts'
import { ANONYMOUS } from '#model/caller.ts'
import type { HttpResponse } from '#transport/contract.ts'
import { lastHeader } from './accept/headers.ts'
import { toldBy } from './accept/request-notes.ts'
import { withRoute } from './accept/request.ts'
import {
  noteAccepted,
  noteEnd,
  noteMethodRequest,
  noteUsagePlan,
  noteUsagePlanPassed,
} from './execution-notes.ts'
import { GatewayFailure, type Services, type SocketRequest, type SocketRoutePlan } from './plan.ts'
import { asText } from './integrate/payload.ts'
import { makeRequestRecord } from './request-record.ts'
import { defaultResponse } from './respond/gateway-response.ts'
import { renderErrorFrame } from './respond/error-frame.ts'

export type Handshake =
  | {
      readonly kind: 'admitted'
      /** Of the whole connection: messages are not authorized again. */
      readonly caller: Caller
      /** The subprotocol that the integration chose. */
      readonly protocol: string | undefined
    }
  | { readonly kind: 'refused'; readonly response: HttpResponse }

/** `$connect`: whoever the route does not let in gets an HTTP answer instead of a connection. */
export const handleConnect = async (
  accepted: SocketRequest,
  services: Services,
): Promise<Handshake> => {
  const route = accepted.stage.connect
  try {
    // AWS: the route is optional; without it everyone gets in. [behaviour.md 14]
    if (route === undefined) {
      await accepted.stage.throttle(accepted, services)
      tell(accepted, OPEN, services)
      return { kind: 'admitted', caller: ANONYMOUS, protocol: undefined }
    }
    const request = onRoute(accepted, route)
    const { trace } = request
    if (trace.execution) noteAccepted(request, trace.execution)
    // admit
    trace.enter('throttle')
    await route.throttle(request, services)
    trace.enter('authorize')
    const caller = await route.authorize(request, services)
    trace.caller = caller
    trace.enter('api key')
    const hasKey = route.admit.length > 0
    if (trace.execution) noteUsagePlan(request, caller, hasKey, trace.execution)
    for (const admit of route.admit) await admit(request, caller, services)
    if (trace.execution) noteUsagePlanPassed(request, trace.execution)
    if (trace.execution) await noteMethodRequest(request, trace.execution)
    // integrate
    const response = await route.integrate(request, caller, services)
    trace.leave()
    // respond: AWS: what is no success refuses the handshake with its status. [behaviour.md 14]
    if (response.statusCode < 200 || response.statusCode > 299) {
      tell(request, response, services)
      return { kind: 'refused', response }
    }
    tell(request, { ...response, statusCode: 101 }, services)
    const protocol = lastHeader(response.headers, 'sec-websocket-protocol')
    return { kind: 'admitted', caller, protocol }
  } catch (error) {
    const failure = asFailure(error, accepted, services)
    const response = defaultResponse(failure, accepted)
    tell(accepted, response, services, failure)
    return { kind: 'refused', response }
  }
}

/** A message: answers the text, or its UTF-8, that goes back to its sender, if any does. Never throws. */
export const handleMessage = async (
  accepted: SocketRequest,
  message: string,
  caller: Caller,
  services: Services,
): Promise<Uint8Array | string | undefined> => {
  try {
    // accept
    accepted.trace.caller = caller
    accepted.trace.enter('route')
    const route = findRoute(accepted, message)
    const request = onRoute(accepted, route)
    const { trace } = request
    if (trace.execution) noteAccepted(request, trace.execution)
    // admit
    trace.enter('throttle')
    const wait = route.throttle(request, services)
    if (wait) await wait
    if (trace.execution) await noteMethodRequest(request, trace.execution)
    trace.enter('validate')
    const reading = route.validate(request)
    if (reading) await reading
    // integrate
    const response = await route.integrate(request, caller, services)
    trace.leave()
    tell(request, response, services)
    // respond
    return route.isTwoWay ? textOf(response.body) : undefined
  } catch (error) {
    const failure = asFailure(error, accepted, services)
    const frame = renderErrorFrame(failure, accepted)
    tell(accepted, { ...defaultResponse(failure, accepted), body: frame }, services, failure)
    return frame
  }
}

/** `$disconnect`: the connection is gone, and nobody is left to be told. Never throws. */
export const handleDisconnect = async (
  accepted: SocketRequest,
  caller: Caller,
  services: Services,
): Promise<void> => {
  const route = accepted.stage.disconnect
  try {
    accepted.trace.caller = caller
    const response =
      route === undefined ? OPEN : await route.integrate(onRoute(accepted, route), caller, services)
    accepted.trace.leave()
    tell(accepted, response, services)
  } catch (error) {
    const failure = asFailure(error, accepted, services)
    tell(accepted, defaultResponse(failure, accepted), services, failure)
  }
}

const OPEN: HttpResponse = { statusCode: 200, headers: [] }

const findRoute = ({ stage, socket }: SocketRequest, message: string): SocketRoutePlan => {
  const route = stage.selectRoute(message)
  if (route !== undefined) return route
  // AWS: no route is "Forbidden", as an unknown path of a REST API. [behaviour.md 14]
  throw new GatewayFailure('FORBIDDEN', 'Forbidden', {
    hint: `no route of ${stage.apiName} is selected by this message of ${socket.connectionId}, and there is no $default`,
  })
}

/** What the steps and the event see: the route that was found. */
const onRoute = (accepted: SocketRequest, route: SocketRoutePlan): SocketRequest =>
  Object.assign(withRoute(accepted, accepted.stage, { plan: route, pathParameters: undefined }), {
    socket: { ...accepted.socket, routeKey: route.routeKey },
  })

const textOf = (body: HttpResponse['body']): Uint8Array | string | undefined => {
  if (typeof body === 'string') return body === '' ? undefined : body
  return body instanceof Uint8Array && body.length > 0 ? asText(body) : undefined
}

/** Anything but an outcome that the API defines is a bug: its stack goes to the log, never to the client. */
const asFailure = (error: unknown, request: SocketRequest, services: Services): GatewayFailure => {
  const failure =
    error instanceof GatewayFailure
      ? error
      : new GatewayFailure('DEFAULT_5XX', 'Internal server error', {
          hint: 'a bug in the gateway: its log has the stack under this request id',
          cause: error,
        })
  if (failure !== error) services.onBug(error, request.requestId)
  request.trace.leave(failure.responseType)
  return failure
}

const tell = (
  request: SocketRequest,
  response: HttpResponse,
  services: Services,
  failure?: GatewayFailure,
): void => {
  const { stage, socket, match } = request
  const { execution } = request.trace
  if (execution) noteEnd(execution, response, failure)
  const told = toldBy(request, services, match.plan.executionLog)
  const record = { request, stage, response, route: socket.routeKey, failure }
  services.observe?.(makeRequestRecord(record), stage.observation, told)
}
