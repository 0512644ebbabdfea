import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import { findDomainName, nameOfHost, routesOfDomain } from '#data-plane/accept/custom-domain.ts'
import type { RoutingRule } from '#model/apigatewayv2/routing-rule.ts'
import type { FindEntry } from '#model/documents.ts'
import type { DomainNameEntry } from '#model/domain-name.ts'
import type { FlatHeaders } from '#transport/contract.ts'
import { SCOPE } from '../../support/rest-api.ts'

const entry = (more: Partial<DomainNameEntry> = {}): DomainNameEntry => ({
  kind: 'domain-name',
  scope: SCOPE,
  domainName: 'api.example.com',
  routingMode: 'BASE_PATH_MAPPING_ONLY',
  mutualTls: false,
  mappings: [],
  routingRules: [],
  ...more,
})

const rule = (more: Partial<RoutingRule>): RoutingRule => ({
  routingRuleId: 'r1',
  routingRuleArn: 'arn',
  priority: 1,
  conditions: [],
  actions: [{ invokeApi: { apiId: 'ruled', stage: 'prod' } }],
  ...more,
})

const route = (domain: DomainNameEntry, path: string, headers: FlatHeaders = []) => {
  const found = routesOfDomain(domain)(path, headers)
  return found && [found.apiId, found.stageName, found.path, found.eventPath]
}

describe('base path mappings: the longest match on whole segments', () => {
  const domain = entry({
    mappings: [
      { basePath: '', apiId: 'root', stage: 'prod' },
      { basePath: 'v1', apiId: 'one', stage: 'prod' },
      { basePath: 'v1/pets', apiId: 'pets', stage: 'dev' },
      { basePath: 'free', apiId: 'free' },
    ],
  })
  const rows: readonly (readonly [string, readonly unknown[]])[] = [
    ['/', ['root', 'prod', '/', '/']],
    ['/v2/x', ['root', 'prod', '/v2/x', '/v2/x']],
    ['/v1', ['one', 'prod', '/', '/v1']],
    ['/v1/', ['one', 'prod', '/', '/v1/']],
    ['/v1/cats/1', ['one', 'prod', '/cats/1', '/v1/cats/1']],
    ['/v1/pets', ['pets', 'dev', '/', '/v1/pets']],
    ['/v1/pets/1', ['pets', 'dev', '/1', '/v1/pets/1']],
    ['/v1/petsx', ['one', 'prod', '/petsx', '/v1/petsx']],
    ['/V1/cats', ['root', 'prod', '/V1/cats', '/V1/cats']],
    ['/v1x', ['root', 'prod', '/v1x', '/v1x']],
    ['/free/test/a/b', ['free', 'test', '/a/b', '/free/a/b']],
    ['/free', ['free', undefined, '/', '/free/']],
  ]
  for (const [path, expected] of rows) {
    it(`${path} is ${expected.join(' ')}`, () => assert.deepEqual(route(domain, path), expected))
  }

  it('a path that nothing maps leads nowhere', () => {
    const { mappings } = domain
    assert.equal(route(entry({ mappings: mappings.slice(1) }), '/v2/x'), undefined)
  })

  it('a path of any length costs no more than its first 300 characters', () => {
    const path = `/v1/pets${'/a'.repeat(5_000)}`
    assert.deepEqual(route(domain, path)?.slice(0, 2), ['pets', 'dev'])
  })
})

describe('routing rules: by priority, before mappings', () => {
  const mappings = [{ basePath: '', apiId: 'mapped', stage: 'prod' }]
  const beta = rule({
    routingRuleId: 'beta',
    conditions: [
      { matchHeaders: { anyOf: [{ header: 'X-Beta', valueGlob: 'on*' }] } },
      { matchBasePaths: { anyOf: ['v1', 'v1/a'] } },
    ],
    actions: [{ invokeApi: { apiId: 'beta', stage: 'dev', stripBasePath: true } }],
  })
  const both = entry({
    routingMode: 'ROUTING_RULE_THEN_BASE_PATH_MAPPING',
    mappings,
    routingRules: [beta],
  })

  it('all conditions must match, header names in any case, values exactly', () => {
    assert.equal(route(both, '/v1/x', ['x-beta', 'once'])?.[0], 'beta')
    assert.equal(route(both, '/v1/x', ['x-beta', 'Once'])?.[0], 'mapped')
    assert.equal(route(both, '/v2/x', ['x-beta', 'once'])?.[0], 'mapped')
    assert.equal(route(both, '/v1/x')?.[0], 'mapped')
  })

  it('the longest base path of the condition is stripped where the rule says so', () => {
    const headers = ['x-beta', 'on']
    assert.deepEqual(route(both, '/v1/a/b', headers), ['beta', 'dev', '/b', '/v1/a/b'])
    const kept = rule({ conditions: [{ matchBasePaths: { anyOf: ['v1'] } }] })
    const only = entry({ routingMode: 'ROUTING_RULE_ONLY', routingRules: [kept] })
    assert.deepEqual(route(only, '/v1/a'), ['ruled', 'prod', '/v1/a', '/v1/a'])
  })

  it('the mode decides whether rules and mappings count', () => {
    const routingRules = [rule({})]
    assert.equal(route(entry({ mappings, routingRules }), '/')?.[0], 'mapped')
    const rulesOnly = entry({ routingMode: 'ROUTING_RULE_ONLY', mappings, routingRules: [beta] })
    assert.equal(route(rulesOnly, '/'), undefined)
  })

  for (const [glob, hits, misses] of [
    ['ab', ['ab'], ['abc', 'xab', '']],
    ['ab*', ['ab', 'abc'], ['xab']],
    ['*ab', ['ab', 'xab'], ['abx']],
    ['*ab*', ['ab', 'xabx'], ['a', 'ba']],
  ] as const) {
    it(`a value glob ${glob}`, () => {
      const conditions = [{ matchHeaders: { anyOf: [{ header: 'h', valueGlob: glob }] } }]
      const routingRules = [rule({ conditions })]
      const domain = entry({ routingMode: 'ROUTING_RULE_ONLY', routingRules })
      for (const value of hits) assert.ok(route(domain, '/', ['H', value]), value)
      for (const value of misses) assert.equal(route(domain, '/', ['H', value]), undefined, value)
    })
  }
})

test('a host is a name in any case, with port and dot; a wildcard stands for one label', () => {
  const domains = new Map(
    ['api.example.com', '*.example.com'].map((name) => [name, entry({ domainName: name })]),
  )
  const find = ((_kind: string, name: string) => domains.get(name)) as FindEntry
  const nameOf = (host: string) => findDomainName(host, find)?.domainName
  assert.equal(nameOf('API.Example.com.:8080'), 'api.example.com')
  assert.equal(nameOf('other.example.com'), '*.example.com')
  assert.equal(nameOf('a.b.example.com'), undefined)
  assert.equal(nameOf('example.com'), undefined)
  assert.equal(nameOf('.example.com'), undefined)
  assert.equal(nameOf(''), undefined)
  assert.equal(nameOfHost('[::1]:80'), '[::1]:80')
})

test('an entry is compiled once, for as long as it lives', () => {
  const domain = entry()
  assert.equal(routesOfDomain(domain), routesOfDomain(domain))
})
