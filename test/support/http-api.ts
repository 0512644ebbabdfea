// An HTTP API for tests of the data plane: a request, a stage and services, each with what a test cares about.
import { type HandClock, handClock, limitsFor } from './limits.ts'
import { EMPTY_DIRECTORY } from './directory.ts'
import type { FindEntry, HttpDocument } from '#model/documents.ts'
import type { AuthorizerV2, Cors, IntegrationV2, Route, StageV2 } from '#model/apigatewayv2/api.ts'
import type { InvokeAnswer, InvokeRequest } from '#model/ports.ts'
import type { RequestRecord } from '#model/request-record.ts'
import { accountLimits } from '#model/apigateway/usage-limits.ts'
import { createAuthorizerCaches } from '#data-plane/admit/authorizers/caches.ts'
import { createStageCaches } from '#state/stage-caches.ts'
import { acceptRequest } from '#data-plane/accept/request.ts'
import { handleHttpApiRequest } from '#data-plane/http-api.ts'
import { compileHttpStage } from '#data-plane/http-stage.ts'
import type { HttpStagePlan, Services } from '#data-plane/plan.ts'
import { BodyTooLarge, type FlatHeaders, type HttpRequest } from '#transport/contract.ts'

/** 12/Mar/2020:19:03:58 +0000 */
const ARRIVED_AT_MS = 1_584_039_838_390

export interface Sent {
  readonly method?: string
  /** Below the stage. */
  readonly target?: string
  readonly headers?: FlatHeaders
  readonly body?: string | Uint8Array
  /** Default `$default`. */
  readonly stageName?: string
}

export const sentRequest = (sent: Sent = {}): HttpRequest => {
  const { method = 'GET', target = '/', headers = [], body = '' } = sent
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  return {
    method,
    target,
    httpVersion: '1.1',
    headers: ['Host', 'abc123.execute-api.us-east-1.amazonaws.com', ...headers],
    host: 'abc123.execute-api.us-east-1.amazonaws.com',
    body: {
      declaredBytes: bytes.length,
      read: (bytesMax) =>
        bytes.length > bytesMax
          ? Promise.reject(new BodyTooLarge('too large'))
          : Promise.resolve(bytes),
      stream: async function* () {
        yield bytes
      },
    },
    remoteAddress: '192.0.2.7',
    remotePort: 50_000,
    tls: { protocol: 'TLSv1.3', cipherSuite: 'TLS_AES_128_GCM_SHA256' },
    signal: new AbortController().signal,
  }
}

export interface Heard {
  readonly services: Services
  readonly clock: HandClock
  readonly invoked: InvokeRequest[]
  readonly records: RequestRecord[]
  readonly bugs: unknown[]
  /** The JSON of the last event. */
  event(): Record<string, unknown>
}

export const answered = (payload: unknown): InvokeAnswer => ({
  kind: 'answered',
  statusCode: 200,
  payload: Buffer.from(JSON.stringify(payload)),
  requestId: 'invoke-1',
})

export const testServices = (overrides: Partial<Services> = {}): Heard => {
  const invoked: InvokeRequest[] = []
  const records: RequestRecord[] = []
  const bugs: unknown[] = []
  const clock = handClock(ARRIVED_AT_MS)
  const { limits } = limitsFor(clock)
  const invokeFunction: Services['invokeFunction'] =
    overrides.invokeFunction ?? (() => Promise.resolve(answered({ statusCode: 200, body: 'ok' })))
  const services: Services = {
    clock,
    limits,
    accountLimit: accountLimits(),
    random: { bytes: (length) => Buffer.alloc(length, 7), uuid: () => 'uuid' },
    invokeFunctionStream: () => Promise.reject(new Error('not streamed')),
    upstream: {
      call: () => Promise.reject(new Error('no upstream')),
      stream: () => Promise.reject(new Error('no upstream')),
      close: () => Promise.resolve(),
    },
    authorizers: createAuthorizerCaches(),
    answers: createStageCaches({ bytesMax: 16 * 2 ** 20 }),
    observe: (record) => void records.push(record),
    onBug: (error) => void bugs.push(error),
    ...overrides,
    invokeFunction: (request) => {
      invoked.push(request)
      return invokeFunction(request)
    },
  }
  const event = () => JSON.parse(Buffer.from(invoked.at(-1)?.payload ?? []).toString('utf8'))
  return { services, clock, invoked, records, bugs, event }
}

export const FUNCTION_ARN = 'arn:aws:lambda:us-east-1:123456789012:function:hello'

export const lambdaIntegration = (more: Partial<IntegrationV2> = {}): IntegrationV2 => ({
  integrationId: 'int1',
  integrationType: 'AWS_PROXY',
  connectionType: 'INTERNET',
  integrationUri: FUNCTION_ARN,
  payloadFormatVersion: '2.0',
  timeoutInMillis: 30_000,
  ...more,
})

export const httpRoute = (routeKey: string, more: Partial<Route> = {}): Route => ({
  routeId: routeKey,
  routeKey,
  apiKeyRequired: false,
  authorizationType: 'NONE',
  target: 'integrations/int1',
  ...more,
})

export interface TestApi {
  readonly routes?: readonly Route[]
  readonly integrations?: readonly IntegrationV2[]
  readonly cors?: Cors
  readonly authorizers?: readonly AuthorizerV2[]
  readonly stage?: Partial<StageV2>
}

export const testStage = (api: TestApi = {}): HttpStagePlan => {
  const scope = { accountId: '123456789012', region: 'us-east-1' }
  const document: HttpDocument = {
    protocol: 'HTTP',
    scope,
    deploymentId: 'dep1',
    api: {
      apiId: 'abc123',
      name: 'pets',
      protocolType: 'HTTP',
      createdDate: 0,
      routeSelectionExpression: '$request.method $request.path',
      apiKeySelectionExpression: '$request.header.x-api-key',
      apiEndpoint: 'https://abc123.execute-api.us-east-1.amazonaws.com',
      disableExecuteApiEndpoint: false,
      ...(api.cors && { corsConfiguration: api.cors }),
    },
    routes: api.routes ?? [httpRoute('$default')],
    integrations: api.integrations ?? [lambdaIntegration()],
    authorizers: api.authorizers ?? [],
    models: [],
    routeResponses: {},
    integrationResponses: {},
  }
  return compileHttpStage(
    {
      kind: 'stage',
      protocol: 'HTTP',
      scope,
      apiId: 'abc123',
      apiName: 'pets',
      disableExecuteApiEndpoint: false,
      documentHash: 'hash',
      stage: { stageName: '$default', createdDate: 0, lastUpdatedDate: 0, ...api.stage },
    },
    document,
  )
}

/** What the request is answered by the whole of the data plane behind the listener. */
export const ask = (
  stage: HttpStagePlan,
  heard: Heard,
  sent: Sent = {},
  find: FindEntry = EMPTY_DIRECTORY.find,
) => {
  const directory = { ...EMPTY_DIRECTORY, find }
  const http = sentRequest(sent)
  const [path = '/'] = http.target.split('?')
  const address = {
    apiId: stage.apiId,
    stageName: stage.stageName,
    path,
    fullPath: stage.stageName === '$default' ? path : `/${stage.stageName}${path}`,
    domainName: 'abc123.execute-api.us-east-1.amazonaws.com',
    domainPrefix: 'abc123',
  }
  const request = acceptRequest(http, address, heard.services, 'HTTP', directory)
  return handleHttpApiRequest(request, stage, heard.services)
}

/** Values of a flat header list by lower-case name. */
export const headersOf = (headers: FlatHeaders): Record<string, string[]> => {
  const byName: Record<string, string[]> = {}
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at]?.toLowerCase() ?? ''
    byName[name] = [...(byName[name] ?? []), headers[at + 1] ?? '']
  }
  return byName
}

export const textOf = (body: unknown): string =>
  typeof body === 'string' ? body : Buffer.from(body instanceof Uint8Array ? body : []).toString()
