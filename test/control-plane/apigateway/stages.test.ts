import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { GLOBAL_SCOPE } from '#model/scope.ts'
import { findEntry, stageKey } from '#snapshot/publish.ts'
import { directory } from '#store/collections.ts'
import { badRequest, conflict, createSetting, notFound, operations } from './setting.ts'

const { CreateDeployment, CreateStage, GetStage, GetStages, UpdateStage, DeleteStage } = operations

type Op = 'add' | 'remove' | 'replace' | 'copy'

const deployed = async () => {
  const setting = createSetting()
  const { restApiId } = await setting.createMockApi()
  const { id: deploymentId } = await setting.run(CreateDeployment, { restApiId })
  const one = { restApiId, stageName: 'dev' }
  const create = (members: object = {}) =>
    setting.run(CreateStage, { ...one, deploymentId, ...members })
  const patch = (op: Op, path: string, value?: string, from?: string) =>
    setting.run(UpdateStage, { ...one, patchOperations: [{ op, path, value, from }] })
  const served = () =>
    setting.store.read((view) => view.get(directory, GLOBAL_SCOPE, `stage/${restApiId}/dev`))
  return { ...setting, restApiId, deploymentId, one, create, patch, served }
}

const noSetting = (path: string): string =>
  `Cannot remove method setting ${path} because there is no method setting for this method `

describe('Stage', () => {
  it('a stage is made, listed by its deployment, and there only once', async () => {
    const { run, restApiId, deploymentId, create } = await deployed()
    const stage = await create({ variables: { a: '1' }, tags: { team: 'zoo' } })
    assert.equal(stage.cacheClusterStatus, 'NOT_AVAILABLE')
    assert.deepEqual(stage.tags, { team: 'zoo' })
    assert.deepEqual(await run(GetStages, { restApiId, deploymentId }), { item: [stage] })
    assert.deepEqual(await run(GetStages, { restApiId, deploymentId: 'x' }), { item: [] })
    await conflict(create(), 'Stage already exists')
    await badRequest(
      create({ stageName: 'other', deploymentId: 'nothing' }),
      'Deployment id does not exist',
    )
  })

  it('a stage is served from its creation to its deletion, as it is now', async () => {
    const { run, one, create, patch, served } = await deployed()
    assert.equal(await served(), undefined)
    await create()
    await patch('replace', '/variables/host', 'example.com')
    const entry = await served()
    assert.ok(entry?.kind === 'stage' && entry.protocol === 'REST')
    assert.deepEqual(entry.stage.variables, { host: 'example.com' })
    await run(DeleteStage, one)
    assert.equal(await served(), undefined)
    await notFound(run(GetStage, one), 'Invalid stage identifier specified')
  })

  it('a renamed API is published under its new name', async () => {
    const { run, restApiId, create, served } = await deployed()
    await create()
    await run(operations.UpdateRestApi, {
      restApiId,
      patchOperations: [{ op: 'replace', path: '/name', value: 'cats' }],
    })
    const entry = await served()
    assert.equal(entry?.kind === 'stage' ? entry.apiName : undefined, 'cats')
  })

  it('the first setting of a method brings the defaults of all others', async () => {
    const { create, patch } = await deployed()
    await create()
    const all = await patch('replace', '/*/*/throttling/burstLimit', '10')
    assert.deepEqual(all.methodSettings, {
      '*/*': {
        metricsEnabled: false,
        dataTraceEnabled: false,
        throttlingBurstLimit: 10,
        throttlingRateLimit: 10000,
        cachingEnabled: false,
        cacheTtlInSeconds: 300,
        cacheDataEncrypted: false,
        requireAuthorizationForCacheControl: true,
        unauthorizedCacheControlHeaderStrategy: 'SUCCEED_WITH_RESPONSE_HEADER',
      },
    })
    const one = await patch('replace', '/~1pets~1{id}/GET/logging/loglevel', 'INFO')
    assert.equal(one.methodSettings?.['pets~1{id}/GET']?.loggingLevel, 'INFO')
  })

  it('F081: removed settings are gone, and absent ones cannot be removed', async () => {
    const { create, patch } = await deployed()
    await create()
    await badRequest(patch('remove', '/*/*'), noSetting('*/*'))
    await patch('replace', '/*/*/metrics/enabled', 'true')
    assert.deepEqual((await patch('remove', '/*/*')).methodSettings, {})
  })

  it('F082: access logs are set member by member and removed whole', async () => {
    const { create, patch } = await deployed()
    await create()
    await patch('add', '/accessLogSettings/format', '$context.requestId')
    const both = await patch('replace', '/accessLogSettings/destinationArn', 'arn:aws:logs:x')
    assert.deepEqual(both.accessLogSettings, {
      format: '$context.requestId',
      destinationArn: 'arn:aws:logs:x',
    })
    await badRequest(
      patch('replace', '/accessLogSettings/format', ''),
      'Access Log value must not be empty',
    )
    await badRequest(
      patch('add', '/accessLogSettings/randomValue', 'x'),
      'Invalid accessLogSettings path. Must be one of : [/accessLogSettings/destinationArn, /accessLogSettings/format]',
    )
    await badRequest(
      patch('remove', '/accessLogSettings/destinationArn'),
      noSetting('accessLogSettings/destinationArn'),
    )
    assert.ok(!('accessLogSettings' in (await patch('remove', '/accessLogSettings'))))
  })

  it('F088: a canary path begins a canary', async () => {
    const { run, restApiId, create, patch, deploymentId } = await deployed()
    await create()
    const other = await run(CreateDeployment, { restApiId })
    const percent = await patch('replace', '/canarySettings/percentTraffic', '25')
    assert.deepEqual(percent.canarySettings, {
      percentTraffic: 25,
      deploymentId,
      useStageCache: false,
    })
    await patch('remove', '/canarySettings')
    const moved = await patch('replace', '/canarySettings/deploymentId', other.id)
    assert.deepEqual(moved.canarySettings, {
      percentTraffic: 0,
      deploymentId: other.id,
      useStageCache: false,
    })
  })

  it('F089: canary patches are refused in the words of AWS', async () => {
    const { create, patch } = await deployed()
    await create()
    await badRequest(
      patch('remove', '/canarySettings/badPath'),
      noSetting('canarySettings/badPath'),
    )
    await badRequest(
      patch('add', '/canarySettings/deploymentId', 'x'),
      'Invalid add operation with path: /canarySettings/deploymentId',
    )
    await badRequest(
      patch('replace', '/canarySettings/deploymentId', 'x'),
      'Deployment id does not exist',
    )
  })

  it('a canary is promoted by copying', async () => {
    const { run, restApiId, create, patch } = await deployed()
    await create({ variables: { a: '1', b: '1' } })
    const copy = (path: string, from: string) => patch('copy', path, undefined, from)
    await badRequest(
      copy('/deploymentId', '/canarySettings/deploymentId'),
      'Promotion not available. Canary does not exist.',
    )
    await badRequest(
      copy('/canarySettings/stageVariableOverrides', '/variables'),
      'Invalid copy operation with path: /canarySettings/stageVariableOverrides and from /variables. Valid copy:path are [/deploymentId, /variables] and valid copy:from are [/canarySettings/deploymentId, /canarySettings/stageVariableOverrides]',
    )
    const other = await run(CreateDeployment, { restApiId })
    await patch('replace', '/canarySettings/deploymentId', other.id)
    await patch('replace', '/canarySettings/stageVariableOverrides/a', '2')
    await copy('/deploymentId', '/canarySettings/deploymentId')
    const promoted = await copy('/variables', '/canarySettings/stageVariableOverrides')
    assert.equal(promoted.deploymentId, other.id)
    assert.deepEqual(promoted.variables, { a: '2', b: '1' })
  })

  it('a path that is none is refused with all there are', async () => {
    const { create, patch } = await deployed()
    await create()
    for (const path of ['/tags/tag1', '/documentation_version', '/canarySettings/badPath']) {
      await assert.rejects(patch('replace', path, 'x'), ({ message }: Error) => {
        assert.ok(
          message.startsWith(
            `Invalid method setting path: ${path}. Must be one of: [/deploymentId, /description, /cacheClusterEnabled, /cacheClusterSize, /clientCertificateId, /accessLogSettings, /accessLogSettings/destinationArn, /accessLogSettings/f`,
          ),
        )
        assert.ok(message.endsWith('HeaderStrategy, /variables/{variable_name}, /tracingEnabled]'))
        return true
      })
    }
  })

  it('variables are removed one by one or all together', async () => {
    const { create, patch } = await deployed()
    await create({ variables: { a: '1', b: '2' } })
    assert.deepEqual((await patch('remove', '/variables/a')).variables, { b: '2' })
    assert.ok(!('variables' in (await patch('remove', '/variables'))))
  })

  it('a cache that is asked for has a size and a status', async () => {
    const { create, patch } = await deployed()
    await create()
    const on = await patch('replace', '/cacheClusterEnabled', 'true')
    assert.equal(on.cacheClusterSize, '0.5')
    assert.equal(on.cacheClusterStatus, 'AVAILABLE')
    const off = await patch('replace', '/cacheClusterEnabled', 'false')
    assert.equal(off.cacheClusterStatus, 'NOT_AVAILABLE')
  })

  it('a TTL is an hour at most, and a cluster of one of AWS’s sizes [behaviour.md 10 "What", "Cluster"]', async () => {
    const { create, patch } = await deployed()
    await create()
    for (const seconds of ['0', '3600']) {
      const { methodSettings } = await patch('replace', '/*/*/caching/ttlInSeconds', seconds)
      assert.equal(methodSettings?.['*/*']?.cacheTtlInSeconds, Number(seconds))
    }
    for (const seconds of ['3601', '-1', '1.5', 'long']) {
      await assert.rejects(patch('replace', '/*/*/caching/ttlInSeconds', seconds), {
        code: 'BadRequestException',
      })
    }
    await badRequest(
      patch('replace', '/cacheClusterSize', '0.7'),
      'Invalid cache cluster size specified. Valid options are 0.5,1.6,6.1,13.5,28.4,58.2,118,237',
    )
  })

  it('a canary’s share is a percentage, with fractions [behaviour.md 11 "Canary"]', async () => {
    const { create, patch } = await deployed()
    for (const percentTraffic of [-1, 100.1, Number.NaN]) {
      await badRequest(
        create({ canarySettings: { percentTraffic } }),
        'Percent traffic must be between 0 and 100',
      )
    }
    await create({ canarySettings: { percentTraffic: 0.5 } })
    const { canarySettings } = await patch('replace', '/canarySettings/percentTraffic', '33.25')
    assert.equal(canarySettings?.percentTraffic, 33.25)
  })

  it('a cache of another size, or one that was off, comes back empty [behaviour.md 10 "Cluster"]', async () => {
    const { create, patch, served } = await deployed()
    await create()
    const generation = async () => {
      const entry = await served()
      assert.ok(entry?.kind === 'stage' && entry.protocol === 'REST')
      return entry.stage.cacheGeneration ?? 0
    }
    await patch('replace', '/cacheClusterEnabled', 'true')
    const on = await generation()
    await patch('replace', '/*/*/caching/ttlInSeconds', '60')
    assert.equal(await generation(), on)
    for (const size of ['1.6', '6.1', '13.5', '28.4', '58.2', '118', '237', '0.5']) {
      const before = await generation()
      assert.equal((await patch('replace', '/cacheClusterSize', size)).cacheClusterSize, size)
      assert.equal(await generation(), before + 1)
    }
    const before = await generation()
    await patch('replace', '/cacheClusterEnabled', 'false')
    await patch('replace', '/cacheClusterEnabled', 'true')
    assert.equal(await generation(), before + 2)
  })

  it('a canary with traffic is published with its document, and keeps its deployment alive', async () => {
    const { run, restApiId, create, patch, served } = await deployed()
    await create()
    const { id: canary } = await run(CreateDeployment, {
      restApiId,
      stageName: 'dev',
      canarySettings: { percentTraffic: 5 },
    })
    const hashes = async () => {
      const entry = await served()
      assert.ok(entry?.kind === 'stage' && entry.protocol === 'REST')
      return [entry.documentHash, entry.canaryDocumentHash]
    }
    const [stage, own] = await hashes()
    assert.ok(own !== undefined && own !== stage)
    const remove = () => run(operations.DeleteDeployment, { restApiId, deploymentId: canary })
    await badRequest(remove(), 'Active stages pointing to this deployment must be moved or deleted')
    // Until it is gone, the stage takes no other deployment than a canary's. [behaviour.md 11 "Canary"]
    await badRequest(
      run(CreateDeployment, { restApiId, stageName: 'dev' }),
      'Stage dev has a canary: promote or remove it first, or deploy with canarySettings',
    )
    await patch('replace', '/canarySettings/percentTraffic', '0')
    assert.deepEqual(await hashes(), [stage, undefined])
    await patch('remove', '/canarySettings')
    await remove()
  })
})

it('a flush raises a generation that is shipped with the stage and part of the keys of its caches', async () => {
  const { run, createMockApi, store } = createSetting()
  const { restApiId } = await createMockApi()
  const one = { restApiId, stageName: 'dev' }
  await notFound(run(operations.FlushStageCache, one), 'Invalid stage identifier specified')
  await run(operations.CreateDeployment, one)
  await run(operations.FlushStageCache, one)
  await run(operations.FlushStageCache, one)
  await run(operations.FlushStageAuthorizersCache, one)
  const entry = await store.read((view) => findEntry(view, stageKey(restApiId, 'dev')))
  assert.ok(entry?.kind === 'stage' && entry.protocol === 'REST')
  assert.equal(entry.stage.cacheGeneration, 2)
  assert.equal(entry.stage.authorizersCacheGeneration, 1)
})
