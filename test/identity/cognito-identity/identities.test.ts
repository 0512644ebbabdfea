import assert from 'node:assert/strict'
import { it } from 'node:test'
import {
  identities,
  identityCounts,
  poolIdentities,
} from '#identity/cognito-identity/collections.ts'
import { cognitoIdentityOperations } from '#identity/cognito-identity/operations.ts'
import { createSealing } from '#identity/sealing.ts'
import { randomIds } from '#shared/ids.ts'
import { systemRandom } from '#shared/random.ts'
import { createMemoryStore } from '#store/memory.ts'

const SCOPE = { accountId: '123456789012', region: 'eu-west-1' }

const start = async () => {
  const store = createMemoryStore()
  const operations = cognitoIdentityOperations({
    mint: { sealing: createSealing(systemRandom.bytes(32), systemRandom), random: systemRandom },
    findTokenKey: async () => undefined,
    issueCredentials: async () => 'no-such-role',
  })
  const call = {
    ...SCOPE,
    requestId: 'r',
    nowMs: 1,
    ids: randomIds(systemRandom),
    store,
  }
  const { IdentityPoolId } = await operations.CreateIdentityPool(
    { IdentityPoolName: 'shop', AllowUnauthenticatedIdentities: true },
    call,
  )
  // A call that nobody signed names no region: the pool's id does.
  const elsewhere = { ...call, region: 'us-east-1' }
  const guest = () =>
    operations.GetId({ IdentityPoolId, AccountId: undefined, Logins: undefined }, elsewhere)
  return { store, operations, call, IdentityPoolId, guest }
}

it('a pool takes no more guests than it may hold, and counts those that went', async () => {
  const { store, operations, call, IdentityPoolId, guest } = await start()
  const { IdentityId } = await guest()
  assert.match(IdentityId, /^eu-west-1:/)
  const full = { count: 1_000_000 }
  await store.write((tx) => tx.put(identityCounts, SCOPE, IdentityPoolId, full))
  await assert.rejects(guest(), { code: 'LimitExceededException' })
  await operations.DeleteIdentities({ IdentityIdsToDelete: [IdentityId] }, call)
  assert.ok((await guest()).IdentityId)
  await assert.rejects(guest(), { code: 'LimitExceededException' })
})

it('a pool takes its identities along when it goes', async () => {
  const { store, operations, call, IdentityPoolId, guest } = await start()
  await guest()
  await guest()
  await operations.DeleteIdentityPool({ IdentityPoolId }, call)
  for (const collection of [identities, poolIdentities, identityCounts])
    assert.deepEqual(await store.read((view) => view.list<unknown>(collection, SCOPE)), [])
})
