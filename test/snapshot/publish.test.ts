import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { GLOBAL_SCOPE } from '#model/scope.ts'
import {
  claimApiId,
  directory,
  findEntry,
  publishStage,
  releaseApiId,
  republishApi,
  stageKey,
  unpublishApi,
} from '#snapshot/publish.ts'
import { derivedIds } from '#shared/ids.ts'
import { apisV2, deploymentsV2, stagesV2 } from '#store/collections.ts'
import { createMemoryStore } from '#store/memory.ts'
import type { Transaction } from '#store/store.ts'

const SCOPE = { accountId: '111111111111', region: 'us-east-1' }

const API = {
  apiId: 'def',
  name: 'cats',
  protocolType: 'HTTP' as const,
  createdDate: 0,
  routeSelectionExpression: '$request.method $request.path',
  apiKeySelectionExpression: '$request.header.x-api-key',
  apiEndpoint: 'https://def.execute-api.us-east-1.amazonaws.com',
  disableExecuteApiEndpoint: false,
}

const STAGE = { stageName: '$default', createdDate: 0, lastUpdatedDate: 0 }

const putApi = async (tx: Transaction) => {
  await tx.put(apisV2, SCOPE, 'def', API)
  await tx.put(stagesV2, SCOPE, 'def/$default', STAGE)
}

const deploy = async (tx: Transaction) => {
  await tx.put(deploymentsV2, SCOPE, 'def/dep', {
    deploymentId: 'dep',
    createdDate: 0,
    autoDeployed: true,
    deploymentStatus: 'DEPLOYED',
    documentHash: 'hash',
  })
  await tx.put(stagesV2, SCOPE, 'def/$default', { ...STAGE, deploymentId: 'dep' })
}

describe('publishing', () => {
  it('a stage without a deployment is not served; with one it is, whole', async () => {
    const store = createMemoryStore()
    await store.write(async (tx) => {
      await putApi(tx)
      await publishStage(tx, SCOPE, 'def', '$default')
      assert.equal(await findEntry(tx, stageKey('def', '$default')), undefined)
      await deploy(tx)
      await publishStage(tx, SCOPE, 'def', '$default')
    })
    assert.deepEqual(await store.read((view) => findEntry(view, 'stage/def/$default')), {
      kind: 'stage',
      protocol: 'HTTP',
      scope: SCOPE,
      apiId: 'def',
      apiName: 'cats',
      disableExecuteApiEndpoint: false,
      documentHash: 'hash',
      stage: { ...STAGE, deploymentId: 'dep' },
    })
  })

  it('what an API shares with its stages reaches all of them, and can be withdrawn at once', async () => {
    const store = createMemoryStore()
    await store.write(async (tx) => {
      await putApi(tx)
      await deploy(tx)
      await tx.put(apisV2, SCOPE, 'def', { ...API, disableExecuteApiEndpoint: true })
      await republishApi(tx, SCOPE, 'def')
    })
    const entry = await store.read((view) => findEntry(view, 'stage/def/$default'))
    assert.equal(entry?.kind === 'stage' && entry.disableExecuteApiEndpoint, true)
    await store.write((tx) => unpublishApi(tx, 'def'))
    assert.deepEqual(await store.read((view) => view.list(directory, GLOBAL_SCOPE)), [])
  })

  it('an operation that fails publishes nothing', async () => {
    const store = createMemoryStore()
    const failing = store.write(async (tx) => {
      await putApi(tx)
      await deploy(tx)
      await publishStage(tx, SCOPE, 'def', '$default')
      throw new Error('later')
    })
    await assert.rejects(failing, { message: 'later' })
    assert.equal((await store.changes(directory, 0)).changes.length, 0)
  })

  it('no two APIs of a gateway share an id, in whatever region, until one is gone', async () => {
    const store = createMemoryStore()
    const claim = (region: string) =>
      store.write((tx) => claimApiId(tx, { ...SCOPE, region }, derivedIds('stack/Api')))
    const first = await claim('us-east-1')
    assert.notEqual(await claim('eu-west-1'), first)
    await store.write((tx) => releaseApiId(tx, first))
    assert.equal(await claim('us-west-2'), first)
  })
})
