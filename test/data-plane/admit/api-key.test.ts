import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDataPlane } from '#data-plane/accept/listener.ts'
import type { Directory } from '#data-plane/plan.ts'
import { apiKeyHash } from '#model/apigateway/api-key-hash.ts'
import type { ApiKeyEntry, FindEntry, UsagePlanEntry } from '#model/documents.ts'
import { heapBytes } from '../../support/memory.ts'
import { sentRequest, testServices, textOf } from '../../support/http-api.ts'
import { restMethod, restPlan, SCOPE } from '../../support/rest-api.ts'

const LONG = process.argv.includes('--long')
const VALUE = 'a-key-of-twenty-characters'

/** A method that asks for a key, and a directory of one key in the given plans. */
const start = (
  plans: readonly UsagePlanEntry[],
  apiKeySource: 'HEADER' | 'AUTHORIZER' = 'HEADER',
) => {
  const heard = testServices()
  const plan = restPlan({
    methods: { 'GET /pets': restMethod({ apiKeyRequired: true }) },
    api: { apiKeySource },
  })
  const key: ApiKeyEntry = {
    kind: 'api-key',
    id: 'key1',
    enabled: true,
    usagePlans: plans.map(({ id }) => id),
  }
  const prefix = `${SCOPE.accountId}/${SCOPE.region}/`
  const entries = new Map<string, unknown>([[`api-key/${prefix}${apiKeyHash(VALUE)}`, key]])
  for (const one of plans) entries.set(`usage-plan/${prefix}${one.id}`, one)
  const find = ((kind: string, name: string) => entries.get(`${kind}/${name}`)) as FindEntry
  const directory: Directory = {
    revision: 1,
    find,
    findApi: () => ({
      apiId: 'abc123',
      protocol: 'REST',
      scope: SCOPE,
      disableExecuteApiEndpoint: false,
      stage: () => plan,
    }),
  }
  const serve = createDataPlane(() => directory, heard.services)
  const ask = (value?: string) =>
    serve(
      sentRequest({
        target: '/prod/pets',
        headers: value === undefined ? [] : ['X-Api-Key', value],
      }),
    )
  return { heard, ask }
}

const plan = (id: string, stage = 'prod'): UsagePlanEntry => ({
  kind: 'usage-plan',
  id,
  apiStages: [{ apiId: 'abc123', stage }],
})

test('8.3, F127: identity.apiKey and apiKeyId are in the event of a method that asks for a key', async () => {
  const { heard, ask } = start([plan('other', 'dev'), plan('mine')])
  assert.equal((await ask(VALUE)).statusCode, 200)
  const { requestContext } = heard.event()
  const { identity } = requestContext as { identity: Record<string, unknown> }
  assert.equal(identity.apiKey, VALUE)
  assert.equal(identity.apiKeyId, 'key1')
})

test('8.3: a key whose plans have other stages is forbidden', async () => {
  const { ask } = start([plan('other', 'dev')])
  assert.equal((await ask(VALUE)).statusCode, 403)
})

test('8.3: where the source is the authorizer, the header is no key', async () => {
  const { ask } = start([plan('mine')], 'AUTHORIZER')
  assert.equal((await ask(VALUE)).statusCode, 403)
})

test('distinct unknown keys leave nothing behind: memory is flat, and no limit is opened for them', async () => {
  const { heard, ask } = start([plan('mine')])
  const count = LONG ? 1_000_000 : 20_000
  const refuse = async (from: number, to: number) => {
    for (let index = from; index < to; index++) {
      assert.equal((await ask(`unknown-key-number-${index}`)).statusCode, 403)
      heard.records.length = 0
      // The account's own limit is not what is looked at.
      if (index % 4_000 === 0) heard.clock.advance(1_000)
    }
  }
  await refuse(0, count / 10)
  const before = heapBytes()
  await refuse(count / 10, count)
  const grownBytes = heapBytes() - before
  process.stdout.write(
    `${count} unknown keys: the heap grew by ${Math.round(grownBytes / 1e3)} KB\n`,
  )
  assert.ok(grownBytes < 2e6, `${grownBytes} bytes`)
  assert.equal(textOf((await ask('x'.repeat(1e4))).body), '{"message":"Forbidden"}')
})
