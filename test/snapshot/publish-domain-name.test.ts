import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { DomainName } from '#model/domain-name.ts'
import { GLOBAL_SCOPE } from '#model/scope.ts'
import { publishDomainName } from '#snapshot/publish-domain-name.ts'
import { basePathMappings, directory, domainNames, routingRules } from '#store/collections.ts'
import { createMemoryStore } from '#store/memory.ts'

const SCOPE = { accountId: '111111111111', region: 'us-east-1' }

const DOMAIN: DomainName = {
  domainName: 'api.example.com',
  domainNameArn: 'arn',
  domainNameStatus: 'AVAILABLE',
  endpointConfiguration: { types: ['REGIONAL'] },
  routingMode: 'BASE_PATH_MAPPING_ONLY',
}

const NAME = 'api.example.com'
const find = (store: ReturnType<typeof createMemoryStore>, name: string) =>
  store.read((view) => view.get(directory, GLOBAL_SCOPE, `domain-name/${name}`))

it('a domain name is one entry with all that leads from it, rules in the order of priority', async () => {
  const store = createMemoryStore()
  const rule = { routingRuleId: 'a', routingRuleArn: 'arn', conditions: [], actions: [] }
  await store.write(async (tx) => {
    await tx.put(domainNames, SCOPE, NAME, {
      ...DOMAIN,
      mutualTlsAuthentication: { truststoreUri: 's3://bucket/key' },
    })
    const mapping = { apiMappingId: 'm', basePath: 'v1', apiId: 'abc', stage: 'prod' }
    await tx.put(basePathMappings, SCOPE, `${NAME}/v1`, mapping)
    await tx.put(routingRules, SCOPE, `${NAME}/a`, { ...rule, priority: 20 })
    await tx.put(routingRules, SCOPE, `${NAME}/b`, { ...rule, priority: 3 })
    await publishDomainName(tx, SCOPE, NAME)
  })
  const entry = await find(store, NAME)
  assert.ok(entry?.kind === 'domain-name')
  assert.deepEqual(entry.mappings, [{ basePath: 'v1', apiId: 'abc', stage: 'prod' }])
  assert.deepEqual(
    entry.routingRules.map(({ priority }) => priority),
    [3, 20],
  )
  assert.equal(entry.mutualTls, true)
})

it('a domain name that is gone is in nobody’s directory, and neither is a private one', async () => {
  const store = createMemoryStore()
  await store.write(async (tx) => {
    await tx.put(domainNames, SCOPE, NAME, DOMAIN)
    await publishDomainName(tx, SCOPE, NAME)
    await tx.delete(domainNames, SCOPE, NAME)
    await publishDomainName(tx, SCOPE, NAME)
    await tx.put(domainNames, SCOPE, `${NAME}+d1`, { ...DOMAIN, domainNameId: 'd1' })
    await publishDomainName(tx, SCOPE, `${NAME}+d1`)
  })
  assert.equal(await find(store, NAME), undefined)
  assert.equal(await find(store, `${NAME}+d1`), undefined)
})
