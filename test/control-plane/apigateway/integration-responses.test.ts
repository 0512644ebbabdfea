import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { badRequest, createSetting, invalid, notFound, operations } from './setting.ts'

const { PutIntegrationResponse, GetIntegrationResponse, DeleteIntegrationResponse } = operations

const onIntegration = async () => {
  const setting = createSetting()
  const { at } = await setting.createMockApi()
  const address = { ...at, statusCode: '200' }
  const put = (members: object = {}) =>
    setting.run(PutIntegrationResponse, { ...address, ...members })
  return { ...setting, at, address, put }
}

describe('IntegrationResponse', () => {
  it('F044, F052, F139: what is empty is kept as AWS keeps it', async () => {
    const { put } = await onIntegration()
    assert.deepEqual(await put(), { statusCode: '200' })
    assert.deepEqual(await put({ responseTemplates: {}, selectionPattern: '' }), {
      statusCode: '200',
      responseTemplates: {},
      selectionPattern: '',
    })
    const { responseTemplates } = await put({
      responseTemplates: { 'application/json': '', 'text/plain': null },
    })
    assert.deepEqual(responseTemplates, { 'application/json': null, 'text/plain': null })
  })

  it('F052: a deleted response leaves no empty map behind', async () => {
    const { run, put, at, address, getMethod } = await onIntegration()
    await put()
    await run(DeleteIntegrationResponse, address)
    assert.ok(!('integrationResponses' in ((await getMethod(at)).methodIntegration ?? {})))
  })

  it('F053, F056, F058: each unknown thing has its own words', async () => {
    const { run, address } = await onIntegration()
    const resource = 'Invalid Resource identifier specified'
    await notFound(run(PutIntegrationResponse, { ...address, restApiId: 'nothing' }), resource)
    await notFound(run(GetIntegrationResponse, { ...address, restApiId: 'nothing' }), resource)
    await notFound(run(DeleteIntegrationResponse, { ...address, resourceId: 'x' }), resource)
    await notFound(
      run(DeleteIntegrationResponse, { ...address, httpMethod: 'POST' }),
      'Invalid Integration identifier specified',
    )
    const status = 'Invalid Response status code specified'
    await notFound(run(GetIntegrationResponse, address), status)
    await notFound(run(DeleteIntegrationResponse, address), status)
  })

  it('F055: a content type must be a media type', async () => {
    const { put } = await onIntegration()
    await badRequest(
      put({ responseTemplates: { 123: 'x' } }),
      'Validation Result: warnings : [], errors : [Invalid content type specified: 123]',
    )
  })

  it('a status that is none is refused with its pattern', async () => {
    const { put } = await onIntegration()
    await invalid(
      put({ statusCode: 'wrong' }),
      String.raw`1 validation error detected: Value 'wrong' at 'statusCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [1-5]\d\d`,
    )
  })

  it('a header that the method response does not declare is refused', async () => {
    const { run, put, address } = await onIntegration()
    const responseParameters = { 'method.response.header.x': "'1'" }
    await badRequest(
      put({ responseParameters }),
      'Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression parameter specified: method.response.header.x]',
    )
    await run(operations.PutMethodResponse, {
      ...address,
      responseParameters: { 'method.response.header.x': false },
    })
    assert.deepEqual((await put({ responseParameters })).responseParameters, responseParameters)
  })

  it('templates and patterns are patched', async () => {
    const { run, put, address } = await onIntegration()
    await put({ selectionPattern: '2..' })
    const patched = await run(operations.UpdateIntegrationResponse, {
      ...address,
      patchOperations: [
        { op: 'replace', path: '/selectionPattern', value: '' },
        { op: 'add', path: '/responseTemplates/application~1json', value: '{}' },
      ],
    })
    assert.deepEqual(patched, {
      statusCode: '200',
      selectionPattern: '',
      responseTemplates: { 'application/json': '{}' },
    })
  })
})
