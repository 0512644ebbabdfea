// The management API on SQLite: GET of one API with 300 APIs of 50 resources each in the store, and CreateDeployment of
// an API of 300 resources. `node bin/run.js bench/management.ts`; latencies over HTTP, one call after the other.
import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFrontDoor } from '#processes/front-door.ts'
import { openHost } from '#processes/host.ts'
import { startHttpListener } from '#transport/http-listener.ts'
import { parseSettings } from '../src/settings.ts'

const APIS = 300
const RESOURCES = 50
const RESOURCES_LARGE = 300
const READS = 500
const DEPLOYMENTS = 20

const AUTHORIZATION =
  'AWS4-HMAC-SHA256 Credential=bench/20260101/us-east-1/apigateway/aws4_request, SignedHeaders=host, Signature=0'

/** An API whose every resource has a GET that answers by itself. */
const definition = (name: string, resources: number): string => {
  const get = {
    responses: { 200: { description: 'ok' } },
    'x-amazon-apigateway-integration': {
      type: 'mock',
      requestTemplates: { 'application/json': '{"statusCode": 200}' },
      responses: { default: { statusCode: '200' } },
    },
  }
  const paths: Record<string, unknown> = {}
  for (let index = 0; index < resources; index++) paths[`/resource${index}`] = { get }
  return JSON.stringify({ openapi: '3.0.1', info: { title: name, version: '1' }, paths })
}

const folder = await mkdtemp(join(tmpdir(), 'daemun-bench-'))
const settings = parseSettings('start', [], { dataDir: folder }, {})
const host = openHost({
  settings,
  tests: {
    method: () => Promise.reject(new Error('no method is tested here')),
    authorizer: () => Promise.reject(new Error('no authorizer is tested here')),
  },
  invokeFunction: () => Promise.reject(new Error('there are no functions')),
  onMessage: () => undefined,
  onError: (error) => process.stderr.write(`${error}\n`),
})
const handler = createFrontDoor({
  settings,
  management: host.management,
  gate: host.gate,
  userPools: host.userPools,
  hostedPages: host.hostedPages,
  isReady: () => true,
  clock: { clock: host.clock },
})
const listener = await startHttpListener({
  host: '127.0.0.1',
  port: 0,
  handler,
  onError: (error) => process.stderr.write(`${error}\n`),
})

const call = (method: string, path: string, body?: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const headers = { authorization: AUTHORIZATION, host: 'localhost' }
    const sent = request({ port: listener.port, host: '127.0.0.1', path, method, headers })
    sent.on('error', reject)
    sent.on('response', (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.on('end', () => {
        if ((response.statusCode ?? 500) < 300) resolve(text)
        else reject(new Error(`${method} ${path}: ${response.statusCode} ${text}`))
      })
    })
    sent.end(body)
  })

const importApi = async (name: string, resources: number): Promise<string> => {
  const text = await call('POST', '/restapis?mode=import', definition(name, resources))
  return String((JSON.parse(text) as { id: string }).id) // Our own server.
}

const median = (values: readonly number[]): number =>
  [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN

const timed = async (count: number, work: (index: number) => Promise<unknown>): Promise<string> => {
  const taken: number[] = []
  for (let index = 0; index < count; index++) {
    const startMs = performance.now()
    await work(index)
    taken.push(performance.now() - startMs)
  }
  const sorted = taken.sort((left, right) => left - right)
  return `p50 ${median(taken).toFixed(2)} ms, ${sorted[0]?.toFixed(2)} to ${sorted.at(-1)?.toFixed(2)} ms`
}

try {
  const ids: string[] = []
  for (let index = 0; index < APIS; index++) ids.push(await importApi(`api-${index}`, RESOURCES))
  const large = await importApi('large', RESOURCES_LARGE)
  const get = await timed(READS, (index) => call('GET', `/restapis/${ids[index % APIS]}`))
  const page = await timed(READS, (index) =>
    call('GET', `/restapis/${ids[index % APIS]}/resources?embed=methods`),
  )
  const deploy = await timed(DEPLOYMENTS, () =>
    call('POST', `/restapis/${large}/deployments`, '{"stageName":"prod"}'),
  )
  process.stdout.write(`GetRestApi, ${APIS} APIs of ${RESOURCES} resources: ${get}\n`)
  process.stdout.write(`GetResources of 25 with methods: ${page}\n`)
  process.stdout.write(`CreateDeployment of ${RESOURCES_LARGE} resources: ${deploy}\n`)
} finally {
  await listener.close(0)
  await host.close()
  await rm(folder, { recursive: true, force: true })
}

// Templates go through the same operations: their figures belong to these.
await import('./templates.ts')
