import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { badRequest, createSetting, invalid, NOW_MS, notFound, operations } from './setting.ts'

const { CreateRestApi, GetRestApi, GetRestApis, UpdateRestApi, DeleteRestApi } = operations

describe('RestApi', () => {
  it('F001: CreateRestApi answers exactly the members that AWS answers', async () => {
    const { run } = createSetting()
    const api = await run(CreateRestApi, { name: 'pets' })
    assert.deepEqual(api, {
      id: api.id,
      name: 'pets',
      createdDate: NOW_MS,
      apiKeySource: 'HEADER',
      disableExecuteApiEndpoint: false,
      endpointConfiguration: { types: ['EDGE'], ipAddressType: 'ipv4' },
      rootResourceId: api.rootResourceId,
    })
    assert.match(api.id, /^[a-z0-9]{10}$/)
  })

  it('F003, F017: what was given is answered by create, get and list; empty lists are absent', async () => {
    const { run } = createSetting()
    const api = await run(CreateRestApi, {
      name: 'pets',
      version: 'v1',
      description: 'all pets',
      binaryMediaTypes: [],
      tags: { team: 'zoo' },
    })
    assert.equal(api.version, 'v1')
    assert.deepEqual(api.tags, { team: 'zoo' })
    assert.ok(!('binaryMediaTypes' in api))
    assert.deepEqual(await run(GetRestApi, { restApiId: api.id }), api)
    assert.deepEqual(await run(GetRestApis, {}), { items: [api] })
  })

  it('F003, F014: a blank description is refused before anything else', async () => {
    const { run } = createSetting()
    await badRequest(
      run(CreateRestApi, {
        name: 'pets',
        description: '',
        endpointConfiguration: { types: ['PRIVATE'], ipAddressType: 'ipv4' },
      }),
      'Description cannot be an empty string',
    )
  })

  it('F014: a private API is dualstack, and may not be anything else', async () => {
    const { run } = createSetting()
    const configuration = { types: ['PRIVATE' as const] }
    const api = await run(CreateRestApi, { name: 'pets', endpointConfiguration: configuration })
    assert.equal(api.endpointConfiguration.ipAddressType, 'dualstack')
    await badRequest(
      run(CreateRestApi, {
        name: 'pets',
        endpointConfiguration: { ...configuration, ipAddressType: 'ipv4' },
      }),
      'Only dualstack ipAddressType is supported for Private APIs.',
    )
  })

  it('an API has exactly one endpoint type', async () => {
    const { run } = createSetting()
    await badRequest(
      run(CreateRestApi, {
        name: 'pets',
        endpointConfiguration: { types: ['REGIONAL', 'EDGE'] },
      }),
      'Cannot create an api with multiple Endpoint Types.',
    )
    await badRequest(
      run(CreateRestApi, { name: 'pets', endpointConfiguration: { types: [] } }),
      'REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.',
    )
  })

  it('words that are none are refused together, as the framework of AWS does', async () => {
    const { run } = createSetting()
    // The wire layer passes what a client sent, whatever the type says.
    const wrong: unknown = { types: ['wrong'], ipAddressType: 'wrong' }
    await invalid(
      run(CreateRestApi, { name: 'pets', endpointConfiguration: wrong as object }),
      "2 validation errors detected: Value '[wrong]' at 'createRestApiInput.endpointConfiguration.types' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [PRIVATE, EDGE, REGIONAL]]; Value 'wrong' at 'createRestApiInput.endpointConfiguration.ipAddressType' failed to satisfy constraint: Member must satisfy enum value set: [ipv4, dualstack]",
    )
  })

  it('F004, F006: the compression size is kept at 0, switched off by no value, refused past its bounds', async () => {
    const { run } = createSetting()
    const message = 'Invalid minimum compression size, must be between 0 and 10485760'
    await badRequest(run(CreateRestApi, { name: 'pets', minimumCompressionSize: -1 }), message)
    const { id } = await run(CreateRestApi, { name: 'pets', minimumCompressionSize: 0 })
    const patch = (op: 'add' | 'replace', value?: string) =>
      run(UpdateRestApi, {
        restApiId: id,
        patchOperations: [{ op, path: '/minimumCompressionSize', value }],
      })
    assert.equal((await patch('replace', '10')).minimumCompressionSize, 10)
    assert.equal((await patch('replace', '0')).minimumCompressionSize, 0)
    await badRequest(patch('replace', '-1'), message)
    await badRequest(patch('replace', 'text'), message)
    await badRequest(
      patch('add', '1'),
      'Invalid patch operation specified. Must be one of: [replace]',
    )
    assert.ok(!('minimumCompressionSize' in (await patch('replace'))))
  })

  it('F008: an unknown API is told with the account', async () => {
    const { run } = createSetting()
    const message = 'Invalid API identifier specified 111111111111:nothing'
    await notFound(run(UpdateRestApi, { restApiId: 'nothing' }), message)
    await notFound(run(GetRestApi, { restApiId: 'nothing' }), message)
    await notFound(run(DeleteRestApi, { restApiId: 'nothing' }), message)
  })

  it('F010, F011: endpoint type and address type are changed together, and only to what they can be', async () => {
    const { run, createApi } = createSetting()
    const { restApiId } = await createApi()
    const patch = (path: string, value: string, op: 'add' | 'replace' | 'copy' = 'replace') =>
      run(UpdateRestApi, { restApiId, patchOperations: [{ op, path, value }] })
    const types = '/endpointConfiguration/types/EDGE'
    const address = '/endpointConfiguration/ipAddressType'
    await badRequest(
      patch(types, 'wrong'),
      'Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE',
    )
    await badRequest(patch(address, 'wrong'), 'ipAddressType must be either ipv4 or dualstack.')
    await badRequest(
      patch(address, 'ipv4', 'add'),
      'Invalid patch operation specified. Must be one of: [replace]',
    )
    await badRequest(
      patch(types, 'EDGE', 'copy'),
      "Invalid patch operation specified. Must be 'add'|'remove'|'replace'",
    )
    const api = await patch(types, 'PRIVATE')
    assert.deepEqual(api.endpointConfiguration, { types: ['PRIVATE'], ipAddressType: 'dualstack' })
    await badRequest(
      patch(address, 'ipv4'),
      'Only dualstack ipAddressType is supported for Private APIs.',
    )
  })

  it('binary media types are members of a set, escaped in the path', async () => {
    const { run, createApi } = createSetting()
    const { restApiId } = await createApi()
    const patch = (op: 'add' | 'remove' | 'replace', path: string, value?: string) =>
      run(UpdateRestApi, { restApiId, patchOperations: [{ op, path, value }] })
    await badRequest(
      patch('add', '/binaryMediaTypes', 'image/png'),
      'Invalid patch path /binaryMediaTypes',
    )
    await patch('add', '/binaryMediaTypes/image~1png')
    const both = await patch('add', '/binaryMediaTypes/image~1gif')
    assert.deepEqual(both.binaryMediaTypes, ['image/png', 'image/gif'])
    const replaced = await patch('replace', '/binaryMediaTypes/image~1gif', 'image~1webp')
    assert.deepEqual(replaced.binaryMediaTypes, ['image/png', 'image/webp'])
    await patch('remove', '/binaryMediaTypes/image~1png')
    assert.ok(!('binaryMediaTypes' in (await patch('remove', '/binaryMediaTypes/image~1webp'))))
  })

  it('the policy comes back as escaped JSON text, and what is no policy is refused', async () => {
    const { run } = createSetting()
    const { id, policy } = await run(CreateRestApi, { name: 'pets', policy: '{"Version":"x"}' })
    assert.equal(policy, String.raw`{\"Version\":\"x\"}`)
    const unchanged = await run(UpdateRestApi, {
      restApiId: id,
      patchOperations: [{ op: 'replace', path: '/name', value: 'cats' }],
    })
    assert.equal(unchanged.policy, policy)
    await badRequest(
      run(CreateRestApi, { name: 'pets', policy: 'no JSON' }),
      'Invalid policy document. Please check the policy syntax and ensure that Principals are valid.',
    )
  })

  it('a wrong operation among right ones changes nothing', async () => {
    const { run, createApi } = createSetting()
    const { restApiId } = await createApi()
    await badRequest(
      run(UpdateRestApi, {
        restApiId,
        patchOperations: [
          { op: 'replace', path: '/name', value: 'cats' },
          { op: 'replace', path: '/nothing', value: 'x' },
        ],
      }),
      'Invalid patch path /nothing',
    )
    assert.equal((await run(GetRestApi, { restApiId })).name, 'pets')
  })

  it('wrong words for operations are told together', async () => {
    const { run, createApi } = createSetting()
    const { restApiId } = await createApi()
    const wrong = (op: unknown) => ({ op: op as 'add', path: '/name' })
    const set = 'Member must satisfy enum value set: [add, remove, move, test, replace, copy]'
    await invalid(
      run(UpdateRestApi, { restApiId, patchOperations: [wrong('wrong'), wrong('worse')] }),
      `2 validation errors detected: Value 'wrong' at 'updateRestApiInput.patchOperations.1.member.op' failed to satisfy constraint: ${set}; Value 'worse' at 'updateRestApiInput.patchOperations.2.member.op' failed to satisfy constraint: ${set}`,
    )
  })

  it('lists come in pages', async () => {
    const { run, createApi } = createSetting()
    for (let count = 0; count < 3; count++) await createApi(`api ${count}`)
    const first = await run(GetRestApis, { limit: 2 })
    assert.equal(first.items.length, 2)
    const second = await run(GetRestApis, { limit: 2, position: first.position })
    assert.equal(second.items.length, 1)
    assert.equal(second.position, undefined)
    await badRequest(
      run(operations.GetModels, {
        restApiId: first.items[0]?.id ?? '',
        position: first.position,
      }),
      'Invalid position parameter specified',
    )
  })

  it('a clone has the draft of its original', async () => {
    const { run, createMockApi, getMethod } = createSetting()
    const { restApiId, at } = await createMockApi()
    const clone = await run(CreateRestApi, { name: 'clone', cloneFrom: restApiId })
    assert.notEqual(clone.id, restApiId)
    const cloned = { ...at, restApiId: clone.id, resourceId: clone.rootResourceId }
    assert.deepEqual(await getMethod(cloned), await getMethod(at))
  })

  it('deleting an API deletes all that is beneath it', async () => {
    const { run, createMockApi, store } = createSetting()
    const { restApiId } = await createMockApi()
    await run(operations.CreateDeployment, { restApiId, stageName: 'prod' })
    await run(DeleteRestApi, { restApiId })
    await notFound(
      run(GetRestApi, { restApiId }),
      `Invalid API identifier specified 111111111111:${restApiId}`,
    )
    const { directory, documents, resources } = await import('#store/collections.ts')
    const { GLOBAL_SCOPE } = await import('#model/scope.ts')
    const left = await store.read(async (view) => [
      ...(await view.list(directory, GLOBAL_SCOPE)),
      ...(await view.list(documents, GLOBAL_SCOPE)),
      ...(await view.list(resources, { accountId: '111111111111', region: 'us-east-1' })),
    ])
    assert.deepEqual(left, [])
  })
})
