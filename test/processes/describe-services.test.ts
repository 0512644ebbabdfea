import assert from 'node:assert/strict'
import { it } from 'node:test'
import { describeServices } from '#processes/describe-services.ts'
import { apiKeys, usagePlanKeys, usagePlans } from '#store/collections.ts'
import { createMemoryStore } from '#store/memory.ts'

const SCOPE = { accountId: '123456789012', region: 'us-east-1' }
const ORIGINS = { management: 'http://localhost:1', data: 'http://localhost:2' }

it('a gateway without services has nothing to tell of them', async () => {
  const store = createMemoryStore()
  assert.deepEqual(await store.read((view) => describeServices(view, SCOPE, ORIGINS)), [])
})

it('an API key is told by its last characters and what it may, never whole', async () => {
  const store = createMemoryStore()
  await store.write(async (tx) => {
    const created = { createdDate: 0, lastUpdatedDate: 0, stageKeys: [] }
    const ada = { id: 'k1', name: 'ada', value: 'a-long-secret-value', enabled: true, ...created }
    await tx.put(apiKeys, SCOPE, 'k1', ada)
    const bob = { id: 'k2', value: 'another-secret-word', enabled: false, ...created }
    await tx.put(apiKeys, SCOPE, 'k2', bob)
    const gold = { throttle: { rateLimit: 100 }, quota: { limit: 10_000, period: 'DAY' } } as const
    await tx.put(usagePlans, SCOPE, 'p1', { id: 'p1', name: 'gold', apiStages: [], ...gold })
    await tx.put(usagePlanKeys, SCOPE, 'p1/k1', { id: 'k1', type: 'API_KEY' })
  })
  const told = await store.read((view) => describeServices(view, SCOPE, ORIGINS))
  assert.deepEqual(
    told.map(({ kind, name, note }) => [kind, name, note]),
    [
      ['key', 'ada', '…alue   plan gold (100/s, 10000 a day)'],
      ['key', 'k2', '…word   in no usage plan, disabled'],
    ],
  )
})
