// `node bin/run.js bench/data-plane.ts`: what the data plane itself costs a request, in microseconds of CPU time, with
// a backend that answers at once and no sockets. For the steps of a few microseconds that the end-to-end figures of
// bench.ts drown in the machine's noise.
import { setImmediate } from 'node:timers/promises'
import { createDataPlane } from '#data-plane/accept/listener.ts'
import type { Services } from '#data-plane/plan.ts'
import { compileRestStage } from '#data-plane/rest-stage.ts'
import { systemClock } from '#shared/clock.ts'
import { systemRandom } from '#shared/random.ts'
import type { HttpHandler, HttpRequest } from '#transport/contract.ts'
import {
  answered,
  lambdaIntegration,
  sentRequest,
  testServices,
  testStage,
} from '../test/support/http-api.ts'
import { restDocument, restEntry, restIntegration, restMethod } from '../test/support/rest-api.ts'
import { mappedBody, REQUEST_TEMPLATE, RESPONSE_TEMPLATE } from './mapped-body.ts'

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 15)
const REQUESTS = 20_000

const BACKEND = {
  statusCode: 200,
  headers: [
    [
      'Server',
      'nginx',
      'Date',
      'Sat, 21 Nov 2026 07:00:00 GMT',
      'Content-Type',
      'application/json',
    ],
    ['Content-Length', '1024', 'Connection', 'keep-alive'],
  ].flat(),
  body: Buffer.from(JSON.stringify({ data: 'x'.repeat(1024 - 11) })),
}

const services: Services = {
  ...testServices().services,
  observe: undefined,
  clock: systemClock,
  // What limits cost is measured end to end: here nothing is ever refused.
  limits: { take: () => true, refund: () => undefined },
  random: systemRandom,
  upstream: {
    call: () => Promise.resolve(BACKEND),
    stream: () => Promise.reject(new Error('nothing is streamed here')),
    close: () => Promise.resolve(),
  },
  invokeFunction: () => Promise.resolve(answered({ statusCode: 200, body: 'x'.repeat(1013) })),
}

const proxy = { uri: 'http://127.0.0.1:9000', type: 'HTTP_PROXY', httpMethod: 'ANY' } as const
const mapped = restIntegration({
  ...proxy,
  type: 'HTTP',
  httpMethod: 'POST',
  requestTemplates: { 'application/json': REQUEST_TEMPLATE },
  integrationResponses: {
    '200': { statusCode: '200', responseTemplates: { 'application/json': RESPONSE_TEMPLATE } },
  },
})
const rest = compileRestStage(
  restEntry(),
  restDocument({
    methods: {
      'GET /proxy': restMethod({ methodIntegration: restIntegration(proxy) }),
      'GET /lambda': restMethod(),
      'POST /mapped': restMethod({ methodIntegration: mapped }),
      'GET /mock': restMethod({
        methodIntegration: restIntegration({
          type: 'MOCK',
          requestTemplates: { 'application/json': '{"statusCode": 200}' },
          integrationResponses: { '200': { statusCode: '200' } },
        }),
      }),
    },
  }),
)
const cached = compileRestStage(
  restEntry({ cacheClusterEnabled: true, methodSettings: { '*/*': { cachingEnabled: true } } }),
  restDocument({
    methods: {
      'GET /cached': restMethod({ methodIntegration: restIntegration(proxy) }),
      'GET /keyed/{id}': restMethod({
        methodIntegration: restIntegration({
          ...proxy,
          cacheKeyParameters: [
            'method.request.path.id',
            'method.request.querystring.q',
            'method.request.header.X-A',
          ],
        }),
      }),
    },
  }),
)
const httpLambda = testStage()
const httpProxy = testStage({
  integrations: [
    lambdaIntegration({ integrationType: 'HTTP_PROXY', integrationUri: 'http://127.0.0.1:9000' }),
  ],
})

const planeOf = (stage: typeof rest | typeof httpProxy): HttpHandler => {
  const entry = {
    apiId: 'abc123',
    protocol: stage.protocol,
    scope: stage.scope,
    disableExecuteApiEndpoint: false,
    stage: (name: string) => (name === stage.stageName ? stage : undefined),
  }
  return createDataPlane(
    () => ({ revision: 1, findApi: () => entry, find: () => undefined }),
    services,
  )
}

const HEADERS = ['User-Agent', 'curl/8.5.0', 'Accept', '*/*', 'Accept-Encoding', 'gzip', 'X-A', '1']
const post = (target: string): HttpRequest =>
  sentRequest({
    method: 'POST',
    target,
    headers: [...HEADERS, 'Content-Type', 'application/json'],
    body: mappedBody(),
  })
const get = (target: string): HttpRequest => sentRequest({ target, headers: HEADERS })

const CASES: Readonly<Record<string, readonly [HttpHandler, HttpRequest]>> = {
  'HTTP API, HTTP_PROXY': [planeOf(httpProxy), get('/pets/7')],
  'HTTP API, AWS_PROXY': [planeOf(httpLambda), get('/pets/7')],
  'REST API, HTTP_PROXY': [planeOf(rest), get('/prod/proxy')],
  'REST API, AWS_PROXY': [planeOf(rest), get('/prod/lambda')],
  'REST API, HTTP mapped, 2 KB': [planeOf(rest), post('/prod/mapped')],
  'REST API, MOCK': [planeOf(rest), get('/prod/mock')],
  'REST API, from the cache': [planeOf(cached), get('/prod/cached')],
  'REST API, from the cache by 3 keys': [planeOf(cached), get('/prod/keyed/7?q=1&r=2')],
}

/** Microseconds a request. */
const measure = async (handle: HttpHandler, request: HttpRequest): Promise<number> => {
  const before = process.cpuUsage()
  for (let count = 0; count < REQUESTS; count++) {
    const { statusCode } = await handle(request)
    if (statusCode !== 200) throw new Error(`answered ${statusCode}`)
    if (count % 64 === 0) await setImmediate()
  }
  const { user, system } = process.cpuUsage(before)
  return (user + system) / REQUESTS
}

const only = process.argv[2] ?? ''
const taken = new Map<string, number[]>()
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, [handle, request]] of Object.entries(CASES)) {
    if (!name.includes(only)) continue
    const list = taken.get(name) ?? []
    taken.set(name, list)
    list.push(await measure(handle, request))
  }
}
for (const [name, list] of taken) {
  const sorted = list.toSorted((left, right) => left - right)
  const [least = 0, median = 0] = [sorted[0], sorted[Math.floor(sorted.length / 2)]]
  process.stdout.write(`${name.padEnd(24)} ${median.toFixed(2)} µs (least ${least.toFixed(2)})\n`)
}
