import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { badRequest, createSetting, NOW_MS, notFound, operations } from './setting.ts'

const { CreateApiKey, GetApiKey, GetApiKeys, UpdateApiKey, DeleteApiKey } = operations

describe('ApiKey', () => {
  it('F092: a key is answered with its value once, and disabled until it is enabled', async () => {
    const { run } = createSetting()
    const key = await run(CreateApiKey, { name: 'customer' })
    const { value, ...rest } = key
    assert.match(value ?? '', /^[a-z0-9]{40}$/)
    assert.deepEqual(rest, {
      id: key.id,
      name: 'customer',
      enabled: false,
      createdDate: NOW_MS,
      lastUpdatedDate: NOW_MS,
      stageKeys: [],
    })
    assert.deepEqual(await run(GetApiKey, { apiKey: key.id }), rest)
    assert.deepEqual(await run(GetApiKey, { apiKey: key.id, includeValue: true }), key)
  })

  it('F092: names are searched by prefix, with case', async () => {
    const { run } = createSetting()
    for (const name of ['Alpha', 'alpha', 'beta']) await run(CreateApiKey, { name })
    const { items } = await run(GetApiKeys, { nameQuery: 'al', includeValues: false })
    assert.deepEqual(
      items.map(({ name, value }) => [name, value]),
      [['alpha', undefined]],
    )
  })

  it('keys are found by customer, with their values where these are asked for [behaviour.md 9 "API keys"]', async () => {
    const { run } = createSetting()
    const made = await run(CreateApiKey, { customerId: 'c1', generateDistinctId: true })
    await run(CreateApiKey, { customerId: 'c2' })
    const { items } = await run(GetApiKeys, { customerId: 'c1', includeValues: true })
    assert.deepEqual(items, [made])
    // AWS: an id that is the value is a thing of the past. [api: CreateApiKey, generateDistinctId]
    assert.notEqual(made.id, made.value)
  })

  it('F095: a value has 20 to 128 characters; an empty one is made', async () => {
    const { run } = createSetting()
    await badRequest(
      run(CreateApiKey, { value: 'short' }),
      'API Key value should be at least 20 characters',
    )
    await badRequest(
      run(CreateApiKey, { value: 'x'.repeat(129) }),
      'API Key value exceeds maximum size of 128 characters',
    )
    assert.equal((await run(CreateApiKey, { value: '' })).value?.length, 40)
  })

  it('F097: an update answers tags and no value, and a word that is no boolean is false', async () => {
    const { run } = createSetting()
    const { id } = await run(CreateApiKey, { name: 'customer', enabled: true })
    const patch = (path: string, value: string) =>
      run(UpdateApiKey, { apiKey: id, patchOperations: [{ op: 'replace', path, value }] })
    const updated = await patch('/enabled', 'maybe')
    assert.equal(updated.enabled, false)
    assert.deepEqual(updated.tags, {})
    assert.ok(!('value' in updated))
    await badRequest(
      patch('/id', 'x'),
      "Invalid patch path  '/id' specified for op 'replace'. Must be one of: [/description, /enabled, /name, /customerId]",
    )
  })

  it('a deleted key is not found', async () => {
    const { run } = createSetting()
    const { id } = await run(CreateApiKey, {})
    await run(DeleteApiKey, { apiKey: id })
    await notFound(run(GetApiKey, { apiKey: id }), 'Invalid API Key identifier specified')
  })
})
