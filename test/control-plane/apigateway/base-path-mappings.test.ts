import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { basePathMappings } from '#store/collections.ts'
import { badRequest, conflict, createSetting, notFound, operations, SCOPE } from './setting.ts'

const domainName = 'api.example.com'

const createMapped = async () => {
  const setting = createSetting()
  const { run, createMockApi } = setting
  const { restApiId } = await createMockApi()
  await run(operations.CreateDeployment, { restApiId, stageName: 'dev' })
  await run(operations.CreateDomainName, { domainName })
  const create = (more: object = {}) =>
    run(operations.CreateBasePathMapping, { domainName, restApiId, stage: 'dev', ...more })
  const get = (basePath: string) => run(operations.GetBasePathMapping, { domainName, basePath })
  return { ...setting, restApiId, create, get }
}

describe('a base path mapping', () => {
  it('of the root is `(none)` in answers and in URLs', async () => {
    const { create, get, run, restApiId } = await createMapped()
    const answer = { basePath: '(none)', restApiId, stage: 'dev' }
    assert.deepEqual(await create(), answer)
    assert.deepEqual(await get('(none)'), answer)
    await conflict(create({ basePath: '' }), 'Base path already exists for this domain name')
    await create({ basePath: 'v2', stage: undefined })
    const { items } = await run(operations.GetBasePathMappings, { domainName })
    assert.deepEqual(items, [answer, { basePath: 'v2', restApiId }])
    await run(operations.DeleteBasePathMapping, { domainName, basePath: '(none)' })
    await notFound(get('(none)'), 'Invalid base path mapping identifier specified')
    assert.deepEqual(await get('v2'), { basePath: 'v2', restApiId })
  })

  it('moves by the path that AWS names `/basepath` and Terraform `/basePath`', async () => {
    const { create, get, run, restApiId } = await createMapped()
    await create({ basePath: 'v1' })
    for (const [from, path, to] of [
      ['v1', '/basepath', 'v2'],
      ['v2', '/basePath', 'v3'],
      ['v3', '/basePath', ''],
    ] as const) {
      const moved = await run(operations.UpdateBasePathMapping, {
        domainName,
        basePath: from,
        patchOperations: [{ op: 'replace', path, value: to }],
      })
      assert.equal(moved.basePath, to || '(none)')
      await notFound(get(from), 'Invalid base path mapping identifier specified')
    }
    const update = (op: 'add' | 'replace', path: string, value: string) =>
      run(operations.UpdateBasePathMapping, {
        domainName,
        basePath: '(none)',
        patchOperations: [{ op, path, value }],
      })
    await badRequest(update('replace', '/stage', 'nowhere'), 'Invalid stage identifier specified')
    await badRequest(update('replace', '/restapiId', ''), 'Invalid REST API identifier specified')
    await badRequest(update('replace', '/restapiId', 'x'), 'Invalid REST API identifier specified')
    await badRequest(
      update('add', '/stage', 'dev'),
      "Invalid patch path  '/stage' specified for op 'add'. Please choose supported operations",
    )
    const same = await update('replace', '/restapiId', restApiId)
    assert.deepEqual(same, { basePath: '(none)', restApiId, stage: 'dev' })
  })

  it('that v2 made keeps its slashes while its stage changes', async () => {
    const { run, restApiId, store, get } = await createMapped()
    await store.write((tx) =>
      tx.put(basePathMappings, SCOPE, `${domainName}/a/b`, {
        apiMappingId: 'abcdef',
        basePath: 'a/b',
        apiId: restApiId,
      }),
    )
    await run(operations.UpdateBasePathMapping, {
      domainName,
      basePath: 'a/b',
      patchOperations: [{ op: 'replace', path: '/stage', value: 'dev' }],
    })
    assert.deepEqual(await get('a/b'), { basePath: 'a/b', restApiId, stage: 'dev' })
  })

  it('is refused where its domain name, API, stage or path is nothing', async () => {
    const { create, run } = await createMapped()
    await notFound(create({ domainName: 'x.y' }), 'Invalid domain name identifier specified')
    await badRequest(create({ restApiId: 'x' }), 'Invalid REST API identifier specified')
    await badRequest(create({ stage: 'x' }), 'Invalid stage identifier specified')
    await badRequest(
      create({ basePath: 'a/b' }),
      "API Gateway V1 doesn't support the slash character (/) in base path mappings. To create a multi-level base path mapping, use API Gateway V2.",
    )
    await assert.rejects(create({ basePath: 'a b' }), { code: 'BadRequestException' })
    await notFound(
      run(operations.GetBasePathMappings, { domainName: 'x.y' }),
      'Invalid domain name identifier specified',
    )
  })

  it('keeps its stage and its API from being deleted', async () => {
    const { create, run, restApiId } = await createMapped()
    await create()
    const stage = { restApiId, stageName: 'dev' }
    await badRequest(
      run(operations.DeleteStage, stage),
      `Please remove all base path mappings related to the stage: dev in your domain: ${domainName} before deleting the stage.`,
    )
    await badRequest(
      run(operations.DeleteRestApi, { restApiId }),
      'Please remove all base path mappings related to the API in your domain before deleting the API.',
    )
    await run(operations.DeleteDomainName, { domainName })
    await run(operations.DeleteStage, stage)
    await run(operations.DeleteRestApi, { restApiId })
  })
})
