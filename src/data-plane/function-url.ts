// A function URL is served as an HTTP API of one route: the whole request goes to the function, in payload format 2.0.
// https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
import type { FunctionUrlEntry } from '#model/documents.ts'
import type { FunctionUrlCors } from '#model/function.ts'
import type { Cors } from '#model/apigatewayv2/api.ts'
import { ANONYMOUS } from '#model/caller.ts'
import { allows } from './admit/function-policy.ts'
import { shallowArn } from './admit/function-arn.ts'
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
    authorize: (request) => {
      admit(entry, request)
      return ANONYMOUS
    },
    integrate: (request, caller, services) => integrate(entry, request, caller, services),
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

/** AWS: AuthType NONE asks nobody who they are, and the function's policy must let everybody in. [guide: urls-auth] */
const admit = (entry: FunctionUrlEntry, request: HttpApiRequest): void => {
  if (entry.authType === 'AWS_IAM') {
    throw forbidden('AuthType AWS_IAM of function URLs is not provided here yet')
  }
  if (entry.invokeMode === 'RESPONSE_STREAM') {
    throw new GatewayFailure(
      'NOT_IMPLEMENTED',
      'function URLs with InvokeMode RESPONSE_STREAM are not implemented here',
      { hint: 'give the function URL the InvokeMode BUFFERED, or stream through a REST API' },
    )
  }
  const { name, qualifier, key } = shallowArn(entry.functionArn)
  const found = request.directory.find('function', key)
  const facts = { 'lambda:FunctionUrlAuthType': 'NONE' }
  const everybody = { kind: 'anonymous' } as const
  if (found && allows(found, qualifier, 'lambda:InvokeFunctionUrl', everybody, facts)) return
  throw forbidden(
    `the policy of ${name} does not let everybody invoke its URL. Call: aws lambda add-permission --function-name ${name} ` +
      `--statement-id url --action lambda:InvokeFunctionUrl --principal '*' --function-url-auth-type NONE`,
  )
}

const forbidden = (hint: string): GatewayFailure =>
  new GatewayFailure('ACCESS_DENIED', 'Forbidden', { hint })

const integrate = async (
  { functionArn }: FunctionUrlEntry,
  request: HttpApiRequest,
  caller: Parameters<HttpRoutePlan['integrate']>[1],
  services: Parameters<HttpRoutePlan['integrate']>[2],
) => {
  const { traceId } = request
  const body = await request.readBody()
  const mapped = { headers: request.http.headers, rawQuery: request.rawQuery, path: undefined }
  const event = makeEvent20({ request, caller, mapped, body })
  const payload = Buffer.from(JSON.stringify(event), 'utf8')
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
