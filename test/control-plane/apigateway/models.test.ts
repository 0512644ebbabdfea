import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { badRequest, conflict, createSetting, notFound, operations } from './setting.ts'

const { CreateModel, GetModel, GetModels, UpdateModel, DeleteModel } = operations

const inApi = async () => {
  const setting = createSetting()
  const { restApiId, rootId } = await setting.createApi()
  const create = (members: object = {}) =>
    setting.run(CreateModel, {
      restApiId,
      name: 'MySchema',
      contentType: 'application/json',
      schema: '{"type":"object"}',
      ...members,
    })
  const patch = (op: 'add' | 'replace', path: string, value?: string) =>
    setting.run(UpdateModel, {
      restApiId,
      modelName: 'MySchema',
      patchOperations: [{ op, path, value }],
    })
  return { ...setting, restApiId, rootId, create, patch }
}

describe('Model', () => {
  it('F033: a new API has the models Empty and Error', async () => {
    const { run, restApiId } = await inApi()
    const { items } = await run(GetModels, { restApiId })
    assert.deepEqual(
      items.map(({ name, description }) => [name, description]),
      [
        ['Empty', 'This is a default empty schema model'],
        ['Error', 'This is a default error schema model'],
      ],
    )
  })

  it('a model is made, read, and there only once', async () => {
    const { run, restApiId, create } = await inApi()
    const model = await create()
    assert.deepEqual(await run(GetModel, { restApiId, modelName: 'MySchema' }), model)
    await conflict(create(), 'Model name already exists for this REST API')
    await notFound(
      run(GetModel, { restApiId, modelName: 'mySchema' }),
      'Invalid model name specified: mySchema',
    )
    await notFound(
      create({ restApiId: 'abcde0' }),
      'Invalid API identifier specified 111111111111:abcde0',
    )
  })

  it('F035: a model without name or schema is refused, on create and on update', async () => {
    const { create, patch } = await inApi()
    await badRequest(create({ name: '' }), 'Model name must be non-empty')
    const message = 'Model schema must have at least 1 property or array items defined'
    await badRequest(create({ schema: '' }), message)
    await create()
    await badRequest(patch('replace', '/schema', ''), message)
    await badRequest(
      patch('replace', '/name', 'x'),
      "Invalid patch path  '/name' specified for op 'replace'. Must be one of: [/description, /schema]",
    )
    await badRequest(
      patch('add', '/wrong-path', 'x'),
      "Invalid patch path  '/wrong-path' specified for op 'add'. Please choose supported operations",
    )
  })

  it('F028: a model that a method uses stays', async () => {
    const { run, restApiId, rootId, create } = await inApi()
    await create()
    const at = { restApiId, resourceId: rootId, httpMethod: 'ANY' }
    await run(operations.PutMethod, {
      ...at,
      authorizationType: 'NONE',
      requestModels: { 'application/json': 'MySchema' },
    })
    await conflict(
      run(DeleteModel, { restApiId, modelName: 'MySchema' }),
      "Cannot delete model 'MySchema', is referenced in method request: //ANY",
    )
    const method = await run(operations.UpdateMethod, {
      ...at,
      patchOperations: [{ op: 'replace', path: '/requestModels/application~1json', value: '' }],
    })
    assert.ok(!('requestModels' in method))
    await run(DeleteModel, { restApiId, modelName: 'MySchema' })
  })
})

it('a model has a template that makes what it describes', async () => {
  const { run, createApi } = createSetting()
  const { restApiId } = await createApi()
  const at = { restApiId, modelName: 'Error' }
  const { value } = await run(operations.GetModelTemplate, at)
  assert.match(value, /^#set\(\$inputRoot = \$input\.path\('\$'\)\)\n\{\n {2}"message" : /)
  await notFound(
    run(operations.GetModelTemplate, { restApiId, modelName: 'None' }),
    'Invalid model name specified: None',
  )
})
