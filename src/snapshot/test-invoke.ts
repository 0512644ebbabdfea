// TestInvokeMethod: compiles the draft and runs one request through rest-api.ts, with a listener that keeps what the
// request tells of itself. https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-test-method.html
import { acceptRequest } from '#data-plane/accept/request.ts'
import { passBy } from '#data-plane/integrate/cache.ts'
import { noStep } from '#data-plane/compiling.ts'
import type { Directory, RestMethodPlan, RestStagePlan, Services } from '#data-plane/plan.ts'
import { handleRestRequest } from '#data-plane/rest-api.ts'
import { ANONYMOUS } from '#model/caller.ts'
import type { TimedExecutionEvent } from '#model/execution-event.ts'
import type { MethodTest, MethodTestResult } from '#model/draft-tests.ts'
import { PAYLOAD_BYTES_MAX } from '#model/quotas.ts'
import { present } from '#shared/assert.ts'
import { rooted, testRequest } from './test-request.ts'
import { compileTestStage } from './test-stage.ts'

/** Renders what a request told: observability/execution-log.ts, handed in by processes/. */
export type RenderLog = (requestId: string, events: readonly TimedExecutionEvent[]) => string

export interface TestBench {
  readonly services: Services
  readonly directory: Directory
  readonly renderLog: RenderLog
}

export const testMethod = async (test: MethodTest, bench: TestBench): Promise<MethodTestResult> => {
  const { clock } = bench.services
  const plan = compileTest(test, clock.nowMs())
  const events: TimedExecutionEvent[] = []
  // No record: a test is no request of the API's clients.
  const services: Services = { ...bench.services, observe: undefined }
  const execution = {
    note: (event: TimedExecutionEvent['event']): void => {
      if (!OF_STAGES.has(event.kind)) events.push({ atMs: clock.nowMs(), event })
    },
  }
  const sent = { verb: test.verb, target: targetOf(test), headers: test.headers, body: test.body }
  const { http, address } = testRequest(sent, plan)
  const request = acceptRequest(http, address, services, 'REST', bench.directory, { execution })
  const startMs = clock.monotonicMs()
  const response = await handleRestRequest(request, plan, services)
  const body = await textOf(response.body ?? '')
  return {
    status: response.statusCode,
    headers: response.headers.filter((_, at) => {
      const name = response.headers[at - (at % 2)] ?? ''
      return !ID_HEADERS.has(name.toLowerCase())
    }),
    body,
    latencyMs: Math.round(clock.monotonicMs() - startMs),
    log: bench.renderLog(request.requestId, events),
  }
}

/** What the execution log of a deployed stage has and that of a test has not. [F192] */
const OF_STAGES: ReadonlySet<string> = new Set([
  'accepted',
  'usage-plan-started',
  'usage-plan-passed',
  'gateway-response',
])

const STAGE_NAME = 'test-invoke-stage'

/** AWS: the ids of a real answer do not stand in a test's. [F192] */
const ID_HEADERS: ReadonlySet<string> = new Set(['x-amzn-requestid', 'x-amz-apigw-id'])

/** The one method, with the steps that AWS leaves out of a test: throttles, authorizers, keys, caches, compression. */
const compileTest = (test: MethodTest, nowMs: number): RestStagePlan => {
  const { document } = test
  const resource = present(
    document.resources.find(({ id }) => id === test.resourceId),
    `testing a method of ${test.resourceId}`,
  )
  const method = present(resource.resourceMethods?.[test.httpMethod], `testing ${test.httpMethod}`)
  const tested = {
    ...document,
    resources: [{ ...resource, resourceMethods: { [test.httpMethod]: method } }],
  }
  const compiled = compileTestStage(tested, { ...test, stageName: STAGE_NAME, nowMs })
  return {
    ...compiled,
    compress: (_request, response) => response,
    // AWS: a path that is not the resource's runs all the same, without path parameters. [F194]
    routes: {
      match: (verb, path) => {
        const own = compiled.routes.match(verb, resource.path)
        const match = test.pathWithQueryString && compiled.routes.match(verb, path)
        const found = match || (own && { plan: own.plan, pathParameters: undefined })
        return found && { ...found, plan: withoutAdmission(found.plan) }
      },
    },
  }
}

const withoutAdmission = (plan: RestMethodPlan): RestMethodPlan => ({
  ...plan,
  throttle: noStep,
  authorize: () => ANONYMOUS,
  admit: [],
  throughCache: passBy,
})

const targetOf = ({ document, resourceId, pathWithQueryString }: MethodTest): string => {
  if (pathWithQueryString === undefined) {
    return document.resources.find(({ id }) => id === resourceId)?.path ?? '/'
  }
  return rooted(pathWithQueryString)
}

/** The answer as one text, as much of it as a payload may have; bytes that are no text become U+FFFD. */
const textOf = async (body: Uint8Array | string | AsyncIterable<Uint8Array>): Promise<string> => {
  if (typeof body === 'string') return body
  if (body instanceof Uint8Array) return Buffer.from(body).toString('utf8')
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes >= PAYLOAD_BYTES_MAX) break
  }
  return Buffer.concat(chunks).subarray(0, PAYLOAD_BYTES_MAX).toString('utf8')
}
