// A function URL is served as an HTTP API of one route: the whole request goes to the function, in payload format 2.0.
// https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
import type { FunctionUrlEntry } from '#model/documents.ts'
import type { FunctionUrlCors } from '#model/function.ts'
import type { Cors } from '#model/apigatewayv2/api.ts'
import type { Caller } from '#model/caller.ts'
import type { HttpResponse } from '#transport/contract.ts'
import { compileFunctionUrlAccess } from './admit/function-url-access.ts'
import { shallowArn } from './admit/function-arn.ts'
import { type FunctionStream, openFunctionStream } from './integrate/function-stream.ts'
import { makeEvent20 } from './integrate/http-api-integrations/event-2-0.ts'
import { readFunctionResponse20 } from './integrate/http-api-integrations/function-response.ts'
import { invokeWithin, type TimedInvokeAnswer } from './integrate/invoke-function.ts'
import { utf8Of } from './integrate/payload.ts'
import {
  GatewayFailure,
  type HttpApiRequest,
  type HttpRoutePlan,
  type HttpStagePlan,
} from './plan.ts'
import { compileCors } from './respond/cors.ts'
import { renderFunctionUrlFailure } from './respond/function-url-failure.ts'

/** AWS: as long as a function may run. [guide: urls-invocation] */
const TIMEOUT_MS = 900_000

const plans = new WeakMap<FunctionUrlEntry, HttpStagePlan>()

/** The plan of a URL; compiled on its first request, kept as long as the entry is. */
export const functionUrlPlan = (entry: FunctionUrlEntry): HttpStagePlan => {
  const known = plans.get(entry)
  if (known !== undefined) return known
  const made = compileFunctionUrl(entry)
  plans.set(entry, made)
  return made
}

const compileFunctionUrl = (entry: FunctionUrlEntry): HttpStagePlan => {
  const plan: HttpRoutePlan = {
    routeKey: '$default',
    throttle: () => undefined,
    authorize: compileFunctionUrlAccess(entry),
    integrate: entry.invokeMode === 'RESPONSE_STREAM' ? streamed(entry) : buffered(entry),
  }
  const match = { plan, pathParameters: undefined }
  return {
    protocol: 'HTTP',
    scope: entry.scope,
    apiId: entry.urlId,
    apiName: shallowArn(entry.functionArn).name,
    stageName: '$default',
    deploymentId: '',
    stageVariables: {},
    limitations: [],
    routes: { match: () => match },
    renderFailure: renderFunctionUrlFailure,
    ...compileCors(entry.cors && corsOf(entry.cors)),
  }
}

const corsOf = (cors: FunctionUrlCors): Cors => ({
  ...(cors.AllowCredentials !== undefined && { allowCredentials: cors.AllowCredentials }),
  ...(cors.AllowHeaders !== undefined && { allowHeaders: cors.AllowHeaders }),
  ...(cors.AllowMethods !== undefined && { allowMethods: cors.AllowMethods }),
  ...(cors.AllowOrigins !== undefined && { allowOrigins: cors.AllowOrigins }),
  ...(cors.ExposeHeaders !== undefined && { exposeHeaders: cors.ExposeHeaders }),
  ...(cors.MaxAge !== undefined && { maxAge: cors.MaxAge }),
})

type Integrate = HttpRoutePlan['integrate']

const buffered =
  ({ functionArn }: FunctionUrlEntry): Integrate =>
  async (request, caller, services) => {
    const { traceId } = request
    const payload = await payloadOf(request, caller)
    const startMs = request.trace.elapsedMs()
    const invoke = { functionArn, payload, invocationType: 'RequestResponse', traceId } as const
    const answer = await invokeWithin(services, invoke, TIMEOUT_MS)
    const latencyMs = request.trace.elapsedMs() - startMs
    if (answer.kind === 'answered' && answer.functionError === undefined) {
      const { statusCode: status, requestId } = answer
      request.trace.integration = { target: functionArn, latencyMs, status, requestId }
      return readFunctionResponse20(answer.payload)
    }
    throw failureOf(answer)
  }

const streamed =
  ({ functionArn }: FunctionUrlEntry): Integrate =>
  async (request, caller, services) => {
    const { trace, traceId } = request
    const payload = await payloadOf(request, caller)
    const startMs = trace.elapsedMs()
    const invoke = { functionArn, payload, invocationType: 'RequestResponse', traceId } as const
    const onBegun = (requestId: string) => {
      const latencyMs = trace.elapsedMs() - startMs
      trace.integration = { target: functionArn, latencyMs, status: 200, requestId }
    }
    const hasPrelude = (type: string | undefined) => type === HTTP_RESPONSE
    const wishes = { timeoutMs: TIMEOUT_MS, hasPrelude, onBegun }
    const answer = await openFunctionStream(services, invoke, wishes)
    if (answer.kind === 'streaming') return streamedResponse(answer)
    if (answer.kind !== 'answered' || answer.functionError !== undefined) throw failureOf(answer)
    onBegun(answer.requestId)
    // AWS: what a function answers that does not stream is passed on as it is, whatever it means.
    return {
      statusCode: 200,
      headers: ['content-type', 'application/json'],
      body: answer.payload,
    }
  }

/** What HttpResponseStream.from says that the answer is. */
const HTTP_RESPONSE = 'application/vnd.awslambda.http-integration-response'
/** AWS: the type of a stream that has none. [recorded: honojs/hono#1672] */
const BYTES = 'application/octet-stream'

const streamedResponse = ({ prelude, contentType, body }: FunctionStream): HttpResponse => {
  if (prelude === undefined)
    return { statusCode: 200, headers: ['content-type', contentType ?? BYTES], body }
  const { statusCode, headers } = prelude
  const hasType = headers.some((name, at) => at % 2 === 0 && /^content-type$/i.test(name))
  return { statusCode, headers: hasType ? headers : ['content-type', BYTES, ...headers], body }
}

const payloadOf = async (request: HttpApiRequest, caller: Caller): Promise<Uint8Array> => {
  const body = await request.readBody()
  const mapped = { headers: request.http.headers, rawQuery: request.rawQuery, path: undefined }
  const event = makeEvent20({ request, caller, mapped, body })
  return Buffer.from(JSON.stringify(event), 'utf8')
}

/** AWS: 429 while throttled; a function that fails, or whose answer is none, is a 502. [guide: urls-invocation] */
const failureOf = (answer: TimedInvokeAnswer): GatewayFailure => {
  if (answer.kind === 'refused' && answer.statusCode === 429) {
    return new GatewayFailure('THROTTLED', 'Too Many Requests', { hint: answer.message })
  }
  return new GatewayFailure('INTEGRATION_FAILURE', 'Internal Server Error', {
    statusCode: 502,
    hint: reasonOf(answer),
  })
}

const reasonOf = (answer: TimedInvokeAnswer): string => {
  switch (answer.kind) {
    case 'timeout':
      return `the function did not answer within ${TIMEOUT_MS} ms`
    case 'refused':
      return `${answer.errorType}: ${answer.message}`
    case 'answered':
      return `the function failed: ${utf8Of(answer.payload.subarray(0, 512))}`
  }
}
