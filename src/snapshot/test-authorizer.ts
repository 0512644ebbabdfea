// TestInvokeAuthorizer: asks an authorizer of the draft about one request, and shows what it said; no method is run.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/configure-api-gateway-lambda-authorization-with-console.html
import { acceptRequest, withRoute } from '#data-plane/accept/request.ts'
import { compileRestAuthorizer } from '#data-plane/admit/authorizers/index.ts'
import { compileRestSources } from '#data-plane/admit/authorizers/identity-sources.ts'
import { noteAuthorizerRequest } from '#data-plane/execution-notes.ts'
import { limitsAt, type MethodSource, type StageFacts } from '#data-plane/compiling.ts'
import { GatewayFailure, type RestRequest, type Services } from '#data-plane/plan.ts'
import { RESPONSE_TYPES } from '#data-plane/respond/gateway-response.ts'
import type { Authorizer, Method, Resource } from '#model/apigateway/rest-api.ts'
import type { AuthorizerTest, AuthorizerTestResult } from '#model/draft-tests.ts'
import type { ExecutionNotes, TimedExecutionEvent } from '#model/execution-event.ts'
import { present } from '#shared/assert.ts'
import { isObject } from '#shared/json.ts'
import type { TestBench } from './test-invoke.ts'
import { rooted, testRequest } from './test-request.ts'
import { compileTestStage } from './test-stage.ts'

export const testAuthorizer = async (
  test: AuthorizerTest,
  bench: TestBench,
): Promise<AuthorizerTestResult> => {
  const { clock } = bench.services
  const events: TimedExecutionEvent[] = []
  const execution = {
    note: (event: TimedExecutionEvent['event']) => void events.push({ atMs: clock.nowMs(), event }),
  }
  const { request, source, authorizer } = prepare(test, bench)
  const heard: { payload?: Uint8Array } = {}
  const { requestId } = request
  const startMs = clock.monotonicMs()
  const identity = identityOf(source, authorizer, request)
  const hear = (payload: Uint8Array) => (heard.payload = payload)
  const services = listening(bench.services, execution, identity, hear)
  execution.note({ kind: 'authorizer-started', authorizerId: authorizer.id, requestId, identity })
  const ended = await ask(compileRestAuthorizer(source), request, services)
  const said = ended.failure === undefined ? saidBy(heard.payload) : {}
  if (ended.failure === undefined) {
    const { principalId } = said
    execution.note({
      kind: 'authorizer-completed',
      ...(principalId !== undefined && { principalId }),
    })
  } else {
    const { responseType, hint } = ended.failure
    const told = { requestId, responseType, ...(hint !== undefined && { hint }) }
    execution.note({ kind: 'authorizer-failed', ...told })
  }
  return {
    clientStatus: ended.failure === undefined ? 0 : statusOf(ended.failure),
    latencyMs: Math.round(clock.monotonicMs() - startMs),
    log: bench.renderLog(requestId, events),
    ...said,
    ...(ended.claims !== undefined && { claims: ended.claims }),
  }
}

/** AWS: the ARN that an authorizer under test is asked about names this stage. [exp] */
const STAGE_NAME = 'ESTestInvoke-stage'

/** A method that asks for this authorizer, at the root of the draft, and the request to it. */
const prepare = (
  test: AuthorizerTest,
  { services, directory }: TestBench,
): { request: RestRequest; source: MethodSource; authorizer: Authorizer } => {
  const found = present(
    test.document.authorizers.find(({ id }) => id === test.authorizerId),
    `testing the authorizer ${test.authorizerId}`,
  )
  // What it said before is no test of it.
  const authorizer = { ...found, authorizerResultTtlInSeconds: 0 }
  const method: Method = {
    httpMethod: 'GET',
    authorizationType: found.type === 'COGNITO_USER_POOLS' ? found.type : 'CUSTOM',
    authorizerId: found.id,
    apiKeyRequired: false,
  }
  const resource: Resource = { id: 'test', path: '/', resourceMethods: { GET: method } }
  const document = { ...test.document, resources: [resource], authorizers: [authorizer] }
  const stage = compileTestStage(document, {
    stageName: STAGE_NAME,
    stageVariables: test.stageVariables,
    nowMs: services.clock.nowMs(),
  })
  const limits = limitsAt('the authorizer', [])
  const { api } = document
  const { binaryMediaTypes: isBinary } = stage
  const facts: StageFacts = stage
  const source = { stage: facts, document, api, resource, method, isBinary, limits }
  const target = rooted(test.pathWithQueryString ?? '/')
  const sent = { verb: 'GET', target, headers: test.headers, body: test.body }
  const { http, address } = testRequest(sent, stage)
  const unobserved = { ...services, observe: undefined }
  const accepted = acceptRequest(http, address, unobserved, 'REST', directory)
  const match = present(stage.routes.match('GET', '/'), 'the method under test')
  return {
    request: withRoute(accepted, stage, match),
    source: { ...source, resourcePolicy: undefined, authorizersCacheGeneration: 0 },
    authorizer,
  }
}

interface Ended {
  readonly failure?: GatewayFailure
  readonly claims?: Readonly<Record<string, string>>
}

const ask = async (
  authorize: ReturnType<typeof compileRestAuthorizer>,
  request: RestRequest,
  services: Services,
): Promise<Ended> => {
  try {
    const { caller } = await authorize(request, services)
    const claims = caller.authorizer?.claims
    // The claims of a token are text, all of them.
    return isObject(claims) ? { claims: claims as Readonly<Record<string, string>> } : {}
  } catch (error) {
    if (error instanceof GatewayFailure) return { failure: error }
    services.onBug(error, request.requestId)
    const hint = 'a bug in the gateway: its log has the stack under this request id'
    return { failure: new GatewayFailure('AUTHORIZER_FAILURE', '', { hint }) }
  }
}

/** The function's answer on its way to whoever asked for it. */
const listening = (
  services: Services,
  execution: ExecutionNotes,
  identity: readonly string[],
  hear: (payload: Uint8Array) => void,
): Services => ({
  ...services,
  observe: undefined,
  invokeFunction: async (question) => {
    noteAuthorizerRequest(execution, question, identity)
    const answer = await services.invokeFunction(question)
    if (answer.kind === 'answered') {
      hear(answer.payload)
      execution.note({ kind: 'authorizer-answered', body: answer.payload })
    }
    return answer
  },
})

const identityOf = (
  { stage }: MethodSource,
  { identitySource = 'method.request.header.Authorization' }: Authorizer,
  request: RestRequest,
): readonly string[] =>
  (compileRestSources(identitySource, stage) ?? []).flatMap((source) => source(request) ?? [])

const saidBy = (
  payload: Uint8Array | undefined,
): { readonly principalId?: string; readonly policy?: string } => {
  if (payload === undefined) return {}
  const said: unknown = JSON.parse(Buffer.from(payload).toString('utf8'))
  if (!isObject(said)) return {}
  const { principalId, policyDocument } = said
  return {
    ...(principalId !== undefined && { principalId: String(principalId) }),
    ...(policyDocument !== undefined && {
      policy: typeof policyDocument === 'string' ? policyDocument : JSON.stringify(policyDocument),
    }),
  }
}

const statusOf = ({ statusCode, responseType }: GatewayFailure): number =>
  statusCode ?? RESPONSE_TYPES[responseType]?.statusCode ?? 500
