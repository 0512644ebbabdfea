// ★ The life of a request to a REST API: one function, read it first. docs/life-of-a-request.md has its table.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-basic-concept.html
import type { HttpResponse } from '#transport/contract.ts'
import { drawRelease } from './accept/canary.ts'
import { type GatewayRequest, withRoute } from './accept/request.ts'
import { admitRestRequestSize } from './accept/rest-api-limits.ts'
import type { RouteMatch } from './accept/routes.ts'
import { unknownMethod } from './accept/unknown-method.ts'
import { toldBy } from './accept/request-notes.ts'
import { noStep } from './compiling.ts'
import type { ContextRequest } from './context-variables.ts'
import {
  noteAccepted,
  noteEnd,
  noteGatewayResponse,
  noteMethodRequest,
  noteUsagePlan,
  noteUsagePlanPassed,
  noteValidated,
} from './execution-notes.ts'
import { GatewayFailure, type RestMethodPlan, type RestStagePlan, type Services } from './plan.ts'
import { type Ending, makeRequestRecord } from './request-record.ts'

export const handleRestRequest = async (
  request: GatewayRequest,
  deployed: RestStagePlan,
  services: Services,
): Promise<HttpResponse> => {
  const stage = drawRelease(deployed, services.random)
  try {
    const response = await serve(request, stage, services)
    request.trace.leave()
    return tell({ request, stage, response }, services)
  } catch (error) {
    // fail well
    const failure = asFailure(error, request, services)
    request.trace.leave(failure.responseType)
    const response = stage.gatewayResponses.render(failure, request)
    return tell({ request, stage, response, failure }, services)
  }
}

/** The story. Each line's result is the next line's input; what is not configured was compiled to nothing. */
const serve = async (
  accepted: GatewayRequest,
  stage: RestStagePlan,
  services: Services,
): Promise<HttpResponse> => {
  const { trace } = accepted
  // accept: what may come in at all, and which method does it mean?
  trace.enter('limits')
  admitRestRequestSize(accepted, stage)
  trace.enter('route')
  const match = findMethod(accepted, stage, services)
  const method = match.plan
  const request = withRoute(accepted, stage, match)
  if (trace.execution) noteAccepted(request, trace.execution)

  // admit: how fast; who, and allowed; which customer; well formed?
  trace.enter('throttle')
  const wait = method.throttle(request, services)
  if (wait) await wait
  trace.enter('authorize')
  const caller = await method.authorize(request, services)
  trace.caller = caller
  trace.enter('api key')
  if (trace.execution) noteUsagePlan(request, caller, method.admit.length > 0, trace.execution)
  for (const admit of method.admit) {
    const wait = admit(request, caller, services)
    if (wait) await wait
  }
  if (trace.execution) noteUsagePlanPassed(request, trace.execution)
  trace.enter('validate')
  stage.decode(request)
  if (trace.execution) await noteMethodRequest(request, trace.execution)
  const reading = method.validate(request)
  if (reading) await reading
  if (method.validate !== noStep) noteValidated(request)

  // integrate: seen before? Else translate, ask and translate back (these three steps enter themselves)
  trace.enter('cache')
  const answer = method.throughCache(request, caller, services, method.integrate)
  const response = answer instanceof Promise ? await answer : answer

  // respond
  trace.enter('respond')
  return stage.compress(request, response)
}

const findMethod = (
  request: GatewayRequest,
  stage: RestStagePlan,
  { recording }: Services,
): RouteMatch<RestMethodPlan> => {
  const match = stage.routes.match(request.method, request.address.path)
  if (match !== undefined) return match
  const { method, address } = request
  const isKept = recording?.requests === true
  const near = isKept ? (stage.suggestRoute?.(method, address.path) ?? '') : ''
  throw unknownMethod(request, `stage ${stage.stageName} of ${stage.apiName}${near}`)
}

/** Anything but an outcome that the API defines is a bug: its stack goes to the log, never to the client. */
const asFailure = (error: unknown, request: GatewayRequest, services: Services): GatewayFailure => {
  if (error instanceof GatewayFailure) return error
  services.onBug(error, request.requestId)
  return new GatewayFailure('DEFAULT_5XX', 'Internal server error', {
    hint: 'a bug in the gateway: its log has the stack under this request id',
    cause: error,
  })
}

/** One record per request, once its answer is known; a streamed answer tells at its end. Never fails the request. */
const tell = (
  ending: Omit<Ending, 'route' | 'resourceId' | 'stage'> & { readonly stage: RestStagePlan },
  services: Services,
): HttpResponse => {
  const { observe } = services
  const { request, response, stage } = ending
  const { execution } = request.trace
  if (execution) noteEnd(execution, response, ending.failure)
  if (execution && ending.failure) noteGatewayResponse(execution, response, ending.failure)
  if (observe === undefined) return response
  const { match }: ContextRequest = request
  const { resourcePath: route, resourceId, executionLog } = match?.plan ?? {}
  const told = () => toldBy(request, services, executionLog)
  const record = () => makeRequestRecord({ ...ending, route, resourceId })
  const { body } = response
  if (!isStream(body) || request.method === 'HEAD') {
    observe(record(), stage.observation, told())
    return response
  }
  const observed = tellAfter(body, (responseBytes) =>
    observe({ ...record(), responseBytes }, stage.observation, told()),
  )
  return { ...response, body: observed }
}

const isStream = (body: HttpResponse['body']): body is AsyncIterable<Uint8Array> =>
  typeof body === 'object' && Symbol.asyncIterator in body

const tellAfter = async function* (
  body: AsyncIterable<Uint8Array>,
  end: (bytes: number) => void,
): AsyncIterable<Uint8Array> {
  let bytes = 0
  try {
    for await (const chunk of body) {
      bytes += chunk.length
      yield chunk
    }
  } finally {
    end(bytes)
  }
}
