import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { documentationParts, documentationVersions } from '#store/collections.ts'
import {
  badRequest,
  conflict,
  createSetting,
  invalid,
  notFound,
  NOW_MS,
  operations,
  SCOPE,
} from './setting.ts'

const PROPERTIES = '{"description":"all pets"}'
const UNKNOWN_PART = 'Invalid Documentation part identifier specified'

const createDocumented = async () => {
  const setting = createSetting()
  const { run, createMockApi } = setting
  const { restApiId, at } = await createMockApi()
  const create = (location: object = { type: 'API' }, properties = PROPERTIES) =>
    run(operations.CreateDocumentationPart, {
      restApiId,
      location: location as { type: 'API' },
      properties,
    })
  const list = async (more: object = {}) =>
    (await run(operations.GetDocumentationParts, { restApiId, ...more })).items
  const load = (body: string, more: object = {}) =>
    run(operations.ImportDocumentationParts, { restApiId, body: Buffer.from(body), ...more })
  return { ...setting, restApiId, at, create, list, load }
}

const documentOf = (...documentationParts: readonly object[]): string =>
  JSON.stringify({ openapi: '3.0.1', 'x-amazon-apigateway-documentation': { documentationParts } })

describe('a documentation part', () => {
  it('is read back as it was written, and there is one at a place', async () => {
    const { create, run, restApiId, list } = await createDocumented()
    const part = await create()
    assert.deepEqual(part, { id: part.id, location: { type: 'API' }, properties: PROPERTIES })
    const one = { restApiId, documentationPartId: part.id }
    assert.deepEqual(await run(operations.GetDocumentationPart, one), part)
    assert.deepEqual(await list(), [part])
    await conflict(
      create(),
      "Documentation part already exists for the specified location: type 'API'.",
    )
    await create({ type: 'METHOD', path: '/', method: 'GET' })
    await conflict(
      create({ type: 'METHOD', method: 'GET' }),
      "Documentation part already exists for the specified location: type 'METHOD', method 'GET'.",
    )
    await run(operations.DeleteDocumentationPart, one)
    await notFound(run(operations.DeleteDocumentationPart, one), UNKNOWN_PART)
  })

  it('of an unknown API or id is an unknown part [F069]', async () => {
    const { run, restApiId, create } = await createDocumented()
    const { id: documentationPartId } = await create()
    for (const one of [
      { restApiId, documentationPartId: 'nothing' },
      { restApiId: 'api_id', documentationPartId },
    ]) {
      await notFound(run(operations.GetDocumentationPart, one), UNKNOWN_PART)
      await notFound(run(operations.DeleteDocumentationPart, one), UNKNOWN_PART)
      await notFound(run(operations.UpdateDocumentationPart, one), UNKNOWN_PART)
    }
  })

  it('changes its properties and nothing else [F071]', async () => {
    const { run, restApiId, create } = await createDocumented()
    const { id: documentationPartId } = await create()
    const update = (op: 'add' | 'replace', path: string, value: string) =>
      run(operations.UpdateDocumentationPart, {
        restApiId,
        documentationPartId,
        patchOperations: [{ op, path, value }],
      })
    const { properties } = await update('replace', '/properties', '{"summary":"x"}')
    assert.equal(properties, '{"summary":"x"}')
    await badRequest(
      update('add', '/properties', '{}'),
      "Invalid patch path  '/properties' specified for op 'add'. Please choose supported operations",
    )
    await badRequest(
      update('replace', '/invalidPath', '{}'),
      "Invalid patch path  '/invalidPath' specified for op 'replace'. Must be one of: [/properties]",
    )
    await badRequest(
      update('replace', '/properties', '[]'),
      'Invalid properties specified: a JSON object is expected',
    )
  })

  it('is refused where its place or its API is nothing', async () => {
    const { create, run } = await createDocumented()
    await invalid(
      create({ type: 'INVALID' }),
      "1 validation error detected: Value 'INVALID' at 'createDocumentationPartInput.location.type' failed to satisfy constraint: Member must satisfy enum value set: [RESPONSE_BODY, RESPONSE, METHOD, MODEL, AUTHORIZER, RESPONSE_HEADER, RESOURCE, PATH_PARAMETER, REQUEST_BODY, QUERY_PARAMETER, API, REQUEST_HEADER]",
    )
    await notFound(
      run(operations.CreateDocumentationPart, {
        restApiId: 'api_id',
        location: { type: 'API' },
        properties: '{}',
      }),
      'Invalid API identifier specified 111111111111:api_id',
    )
    await badRequest(create({ type: 'MODEL' }), 'Invalid location specified: MODEL needs a name')
    await badRequest(
      create({ type: 'API', path: '/' }),
      'Invalid location specified: API does not take path',
    )
    await badRequest(
      create({ type: 'API' }, 'text'),
      'Invalid properties specified: a JSON object is expected',
    )
  })

  it('is listed by type, path and name, and what has none by its place', async () => {
    const { create, list } = await createDocumented()
    const api = await create()
    const model = await create({ type: 'MODEL', name: 'Empty' })
    assert.deepEqual(await list({ type: 'MODEL' }), [model])
    assert.deepEqual(await list({ nameQuery: 'Emp' }), [model])
    assert.deepEqual(await list({ locationStatus: 'DOCUMENTED', type: 'API' }), [api])
    assert.deepEqual(await list({ locationStatus: 'UNDOCUMENTED' }), [
      { location: { type: 'MODEL', name: 'Error' } },
      { location: { type: 'RESOURCE', path: '/' } },
      { location: { type: 'METHOD', path: '/', method: 'GET' } },
    ])
  })

  it('comes with an import: merged by its place, or in the place of all others', async () => {
    const { create, list, load } = await createDocumented()
    const { id } = await create()
    const other = { location: { type: 'RESOURCE', path: '/pets' }, properties: { summary: 'x' } }
    const api = { location: { type: 'API' }, properties: { info: { title: 'y' } } }
    const merged = await load(documentOf(api, other))
    assert.deepEqual(merged.warnings, [])
    assert.equal(merged.ids[0], id)
    const properties = (await list()).map((part) => part.properties)
    assert.deepEqual(properties.toSorted(), ['{"info":{"title":"y"}}', '{"summary":"x"}'])
    const replaced = await load(documentOf(other, { location: { type: 'NONE' } }), {
      mode: 'overwrite',
    })
    assert.deepEqual(replaced.warnings, [
      'documentationParts[1]: the location type NONE is unknown',
    ])
    assert.deepEqual(
      (await list()).map((part) => part.location),
      [other.location],
    )
    await badRequest(
      load(documentOf({}), { failOnWarnings: true }),
      'Warnings found during import:\n\tdocumentationParts[0]: a location is expected',
    )
  })

  for (const body of ['', 'no document', '{}', '[', 'a: [']) {
    it(`is not found in what is no document: ${JSON.stringify(body)} [F072]`, async () => {
      const { load } = await createDocumented()
      await badRequest(load(body), 'Unable to build importer with provided input.')
    })
  }
})

describe('a documentation version', () => {
  it('goes with its API, and parts come along with a clone', async () => {
    const { create, run, restApiId, store } = await createDocumented()
    const part = await create()
    await run(operations.CreateDocumentationVersion, { restApiId, documentationVersion: '1' })
    const clone = await run(operations.CreateRestApi, { name: 'clone', cloneFrom: restApiId })
    await run(operations.DeleteRestApi, { restApiId })
    const { items } = await run(operations.GetDocumentationParts, { restApiId: clone.id })
    assert.deepEqual(items, [part])
    const kept = await store.read(async (view) => [
      ...(await view.list(documentationVersions, SCOPE)),
      ...(await view.list(documentationParts, SCOPE, { prefix: restApiId })),
    ])
    assert.deepEqual(kept, [])
  })

  it('keeps the parts as they were, and a stage shows it in its exports', async () => {
    const { create, run, restApiId } = await createDocumented()
    const { id: documentationPartId } = await create()
    await run(operations.CreateDeployment, { restApiId, stageName: 'dev' })
    const one = { restApiId, documentationVersion: '1.0' }
    const version = await run(operations.CreateDocumentationVersion, {
      ...one,
      stageName: 'dev',
      description: 'first',
    })
    assert.deepEqual(version, { version: '1.0', createdDate: NOW_MS, description: 'first' })
    await run(operations.DeleteDocumentationPart, { restApiId, documentationPartId })
    const stage = await run(operations.GetStage, { restApiId, stageName: 'dev' })
    assert.equal(stage.documentationVersion, '1.0')
    const { body } = await run(operations.GetExport, {
      restApiId,
      stageName: 'dev',
      exportType: 'oas30',
      parameters: { extensions: 'documentation' },
    })
    const definition = JSON.parse(Buffer.from(body).toString('utf8'))
    assert.equal(definition.info.description, 'all pets')
    assert.deepEqual(definition['x-amazon-apigateway-documentation'], {
      version: '1.0',
      createdDate: '2026-11-21T00:00:00Z',
      documentationParts: [{ location: { type: 'API' }, properties: { description: 'all pets' } }],
    })
  })

  it('exists once, changes its description, and is gone when deleted', async () => {
    const { run, restApiId } = await createDocumented()
    const one = { restApiId, documentationVersion: '1.0' }
    await run(operations.CreateDocumentationVersion, one)
    await conflict(
      run(operations.CreateDocumentationVersion, one),
      'Documentation version already exists: 1.0',
    )
    const updated = await run(operations.UpdateDocumentationVersion, {
      ...one,
      patchOperations: [{ op: 'replace', path: '/description', value: 'd' }],
    })
    assert.equal(updated.description, 'd')
    const { items } = await run(operations.GetDocumentationVersions, { restApiId })
    assert.deepEqual(items, [updated])
    await run(operations.DeleteDocumentationVersion, one)
    await notFound(
      run(operations.GetDocumentationVersion, one),
      'Invalid Documentation version specified',
    )
  })
})
