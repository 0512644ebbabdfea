import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import { createDataPlane } from '#data-plane/accept/listener.ts'
import type { FindEntry } from '#model/documents.ts'
import type { DomainNameEntry } from '#model/domain-name.ts'
import type { ApiEntry, Directory, StagePlan } from '#data-plane/plan.ts'
import { type Heard, sentRequest, testServices, testStage, textOf } from '../../support/http-api.ts'
import { restMethod, restPlan, SCOPE } from '../../support/rest-api.ts'

const entry = (
  apiId: string,
  plan: StagePlan | undefined,
  more: Partial<ApiEntry> = {},
): ApiEntry => ({
  apiId,
  protocol: plan?.protocol ?? 'WEBSOCKET',
  scope: SCOPE,
  disableExecuteApiEndpoint: false,
  stage: (name) => (name === plan?.stageName ? plan : undefined),
  ...more,
})

const REST = restPlan({ methods: { 'GET /pets': restMethod() } })
const APIS: readonly ApiEntry[] = [
  entry('rest1', REST),
  entry('http1', testStage()),
  entry('off1', REST, { disableExecuteApiEndpoint: true }),
  entry('ws1', undefined),
]

const DIRECTORY: Directory = {
  revision: 1,
  findApi: (apiId) => APIS.find((api) => api.apiId === apiId),
  find: ((kind: string, name: string) =>
    kind === 'domain-name' ? DOMAINS.get(name) : undefined) as FindEntry,
}

const domain = (
  domainName: string,
  apiId: string,
  stage: string,
  more: Partial<DomainNameEntry> = {},
): [string, DomainNameEntry] => [
  domainName,
  {
    kind: 'domain-name',
    scope: SCOPE,
    domainName,
    routingMode: 'BASE_PATH_MAPPING_ONLY',
    mutualTls: false,
    mappings: [{ basePath: 'base', apiId, stage }],
    routingRules: [],
    ...more,
  },
]

const DOMAINS = new Map([
  domain('off.example.com', 'off1', 'prod'),
  domain('http.example.com', 'http1', '$default'),
  domain('gone.example.com', 'none1', 'prod'),
  domain('mutual.example.com', 'rest1', 'prod', { mutualTls: true }),
])

const ask = (heard: Heard, host: string, target: string, directory = () => DIRECTORY) =>
  createDataPlane(directory, heard.services)({ ...sentRequest({ target }), host })

test('REST and HTTP APIs are each served by their own story', async () => {
  const heard = testServices()
  assert.equal((await ask(heard, 'rest1.execute-api.localhost', '/prod/pets')).statusCode, 200)
  assert.equal((await ask(heard, 'http1.execute-api.localhost', '/any')).statusCode, 200)
  assert.equal((await ask(heard, '[::1]:80', '/_aws/execute-api/rest1/prod/pets')).statusCode, 200)
  assert.deepEqual(
    heard.records.map(({ protocol }) => protocol),
    ['REST', 'HTTP', 'REST'],
  )
})

describe('a request that means no stage', () => {
  const rows: readonly (readonly [string, string, number, string, RegExp])[] = [
    ['none1', '/prod/pets', 403, '{"message":"Forbidden"}', /there is no API none1 here/],
    ['rest1', '/none/pets', 403, '{"message":"Forbidden"}', /rest1 has no stage none/],
    ['rest1', '/', 403, '{"message":"Forbidden"}', /must begin with a stage/],
    ['off1', '/prod/pets', 403, '{"message":"Forbidden"}', /switched off/],
    ['ws1', '/prod', 403, '{"message":"Forbidden"}', /ws1 has no stage prod/],
  ]
  for (const [apiId, target, status, body, hint] of rows) {
    it(`${apiId} ${target} is ${status}, told once with its reason`, async () => {
      const heard = testServices()
      const response = await ask(heard, `${apiId}.execute-api.localhost`, target)
      assert.equal(response.statusCode, status)
      assert.equal(textOf(response.body), body)
      assert.equal(heard.records.length, 1)
      assert.match(heard.records[0]?.error?.hint ?? '', hint)
    })
  }
  it('of an HTTP API is 404 Not Found', async () => {
    const heard = testServices()
    const target = '/restapis/http1/none/_user_request_/a'
    const response = await ask(heard, 'localhost', target)
    assert.equal(response.statusCode, 404)
    assert.equal(textOf(response.body), '{"message":"Not Found"}')
  })
})

test('a request reads the directory once', async () => {
  let reads = 0
  const heard = testServices()
  await ask(heard, 'rest1.execute-api.localhost', '/prod/pets', () => {
    reads++
    return DIRECTORY
  })
  assert.equal(reads, 1)
})

describe('a custom domain name', () => {
  it('leads to an API whose own endpoint is switched off', async () => {
    const heard = testServices()
    assert.equal((await ask(heard, 'off.example.com', '/base/pets')).statusCode, 200)
    assert.equal(heard.records[0]?.path, '/base/pets')
    assert.equal(heard.records[0]?.domainName, 'off.example.com')
    assert.equal((await ask(heard, 'http.example.com', '//base/any')).statusCode, 200)
  })

  const rows: readonly (readonly [string, string, RegExp])[] = [
    ['http.example.com', '/elsewhere', /nothing of the domain name http.example.com leads/],
    ['gone.example.com', '/base/pets', /there is no API none1 here/],
    // AWS: without a client's certificate there is no answer but this; none can be shown here. [behaviour.md 3 #2]
    ['mutual.example.com', '/base/pets', /mutual TLS/],
    ['off.example.com', '/restapis/rest1/prod/_user_request_/pets', /leads from/],
  ]
  for (const [host, target, hint] of rows) {
    it(`${host}${target} is 403 Forbidden, told once with its reason`, async () => {
      const heard = testServices()
      const response = await ask(heard, host, target)
      assert.equal(response.statusCode, 403)
      assert.equal(response.body, '{"message":"Forbidden"}')
      assert.match(heard.records[0]?.error?.hint ?? '', hint)
    })
  }
})
