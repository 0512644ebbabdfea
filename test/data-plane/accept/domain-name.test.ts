import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { findAddress, isDataPlaneAddress } from '#data-plane/accept/domain-name.ts'
import type { ApiEntry } from '#data-plane/plan.ts'
import { testStage } from '../../support/http-api.ts'
import { restPlan, SCOPE } from '../../support/rest-api.ts'

const api = (apiId: string, protocol: 'REST' | 'HTTP', stages: readonly string[]): ApiEntry => ({
  apiId,
  protocol,
  scope: SCOPE,
  disableExecuteApiEndpoint: false,
  stage: (name) => {
    if (!stages.includes(name)) return undefined
    return protocol === 'REST' ? restPlan({ methods: {} }) : testStage()
  },
})

const APIS: readonly ApiEntry[] = [
  api('rest1', 'REST', ['prod']),
  api('http1', 'HTTP', ['$default', 'dev']),
]

const find = (host: string, target: string) => {
  const findApi = (apiId: string) => APIS.find((each) => each.apiId === apiId)
  const address = findAddress(host, target, [], { findApi, find: () => undefined })
  return address && [address.apiId, address.stageName, address.path, address.fullPath]
}

describe('an address is found by host or by path', () => {
  const rows: readonly (readonly [string, string, unknown])[] = [
    [
      'rest1.execute-api.localhost:4566',
      '/prod/pets?a=/b',
      ['rest1', 'prod', '/pets', '/prod/pets'],
    ],
    ['rest1.execute-api.localhost', '/prod', ['rest1', 'prod', '/', '/prod']],
    ['REST1.Execute-Api.localhost.', '/prod/', ['rest1', 'prod', '/', '/prod/']],
    [
      'rest1.execute-api.localhost.localstack.cloud:4566',
      '/prod/a',
      ['rest1', 'prod', '/a', '/prod/a'],
    ],
    ['rest1.execute-api.eu-west-1.amazonaws.com', '/prod//a', ['rest1', 'prod', '//a', '/prod//a']],
    ['rest1.execute-api.localhost', '/', ['rest1', undefined, '/', '/']],
    ['rest1.execute-api.localhost', '//prod/a', ['rest1', 'prod', '/a', '/prod/a']],
    [
      '127.0.0.1:4566',
      '/restapis/rest1/prod/_user_request_/a/b',
      ['rest1', 'prod', '/a/b', '/prod/a/b'],
    ],
    ['127.0.0.1:4566', '/restapis/rest1/prod/_user_request_', ['rest1', 'prod', '/', '/prod/']],
    [
      '127.0.0.1:4566',
      '/_aws/execute-api/rest1/prod/a%2Fb',
      ['rest1', 'prod', '/a%2Fb', '/prod/a%2Fb'],
    ],
    ['127.0.0.1:4566', '/_aws/execute-api/rest1', ['rest1', undefined, '/', '/']],
    ['http1.execute-api.localhost', '/dev/a', ['http1', 'dev', '/a', '/dev/a']],
    ['http1.execute-api.localhost', '/pets/a', ['http1', undefined, '/pets/a', '/pets/a']],
    [
      'http1.execute-api.localhost',
      '/$default/a',
      ['http1', undefined, '/$default/a', '/$default/a'],
    ],
    ['localhost', '/_aws/execute-api/http1/$default/a', ['http1', '$default', '/a', '/a']],
    ['localhost', '/restapis/http1/%24default/_user_request_/a', ['http1', '$default', '/a', '/a']],
    ['localhost', '/_aws/execute-api/http1/pets', ['http1', undefined, '/pets', '/pets']],
    ['unknown.execute-api.localhost', '/prod/a', ['unknown', 'prod', '/a', '/prod/a']],
  ]
  for (const [host, target, expected] of rows) {
    it(`${host}${target}`, () => {
      assert.deepEqual(find(host, target), expected)
      assert.equal(isDataPlaneAddress(host, target), true)
    })
  }
})

describe('these are not the data plane’s', () => {
  const rows = [
    ['127.0.0.1:4566', '/restapis/rest1/stages/prod'],
    ['127.0.0.1:4566', '/restapis'],
    ['127.0.0.1:4566', '/v2/apis/http1'],
    ['apigateway.us-east-1.amazonaws.com', '/restapis'],
    ['a.b.execute-api.localhost', '/prod'],
    ['rest1.execute-api.localhost.evil.example', '/prod'],
    ['', '/'],
  ] as const
  for (const [host, target] of rows) {
    it(`${host}${target}`, () => {
      assert.equal(isDataPlaneAddress(host, target), false)
      assert.equal(find(host, target), undefined)
    })
  }
})

it('events and logs say AWS’s domain name, in the region of the API', () => {
  const address = findAddress('rest1.execute-api.localhost:4566', '/prod', [], {
    findApi: () => APIS[0],
    find: () => undefined,
  })
  assert.equal(address?.domainName, 'rest1.execute-api.us-east-1.amazonaws.com')
  assert.equal(address?.domainPrefix, 'rest1')
})
