import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { badRequest, conflict, createSetting, notFound, operations } from './setting.ts'

const { PutMethod, GetMethod, UpdateMethod, DeleteMethod } = operations

const onRoot = async () => {
  const setting = createSetting()
  const { restApiId, rootId } = await setting.createApi()
  const at = { restApiId, resourceId: rootId, httpMethod: 'ANY' }
  const put = (members: object = {}) =>
    setting.run(PutMethod, { ...at, authorizationType: 'NONE', ...members })
  const patch = (op: 'add' | 'remove' | 'replace', path: string, value?: string) =>
    setting.run(UpdateMethod, { ...at, patchOperations: [{ op, path, value }] })
  return { ...setting, restApiId, rootId, at, put, patch }
}

describe('Method', () => {
  it('F026: PutMethod answers three members, and what was deleted is not found', async () => {
    const { run, put, at } = await onRoot()
    assert.deepEqual(await put(), {
      httpMethod: 'ANY',
      authorizationType: 'NONE',
      apiKeyRequired: false,
    })
    await run(DeleteMethod, at)
    await notFound(run(GetMethod, at), 'Invalid Method identifier specified')
    await notFound(run(DeleteMethod, at), 'Invalid Method identifier specified')
  })

  it('F194: an unknown API or resource is an unknown resource', async () => {
    const { run, at } = await onRoot()
    const message = 'Invalid Resource identifier specified'
    await notFound(run(GetMethod, { ...at, restApiId: 'nothing' }), message)
    await notFound(run(GetMethod, { ...at, resourceId: 'nothing' }), message)
  })

  it('what every object inherits is no method', async () => {
    const { run, at, put } = await onRoot()
    await put()
    await notFound(
      run(GetMethod, { ...at, httpMethod: 'constructor' }),
      'Invalid Method identifier specified',
    )
  })

  it('a method that is there is a conflict', async () => {
    const { put } = await onRoot()
    await put()
    await conflict(put(), 'Method already exists for this resource')
  })

  it('what a method names must be there', async () => {
    const { put } = await onRoot()
    await badRequest(
      put({ httpMethod: 'FETCH' }),
      'Invalid HttpMethod specified. Valid options are GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY',
    )
    await badRequest(
      put({ requestValidatorId: 'nothing' }),
      'Invalid Request Validator identifier specified',
    )
    await badRequest(
      put({ requestModels: { 'application/json': 'petModel' } }),
      'Invalid model identifier specified: petModel',
    )
    await badRequest(
      put({ authorizationType: 'CUSTOM', authorizerId: 'nothing' }),
      'Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer.',
    )
    await badRequest(
      put({
        requestParameters: { 'method.request.header.x': true, 'method.request.path.x': true },
      }),
      'Parameter names must be unique across querystring, header and path',
    )
  })

  it('F031: parameters and models are patched one by one, and the last one takes its map along', async () => {
    const { put, patch } = await onRoot()
    await put()
    await patch('add', '/requestParameters/method.request.querystring.optional', 'true')
    const added = await patch('add', '/requestModels/application~1json', 'Empty')
    assert.deepEqual(added.requestParameters, { 'method.request.querystring.optional': true })
    assert.deepEqual(added.requestModels, { 'application/json': 'Empty' })
    await patch('remove', '/requestParameters/method.request.querystring.optional')
    const removed = await patch('remove', '/requestModels/application~1json')
    assert.ok(!('requestParameters' in removed))
    assert.ok(!('requestModels' in removed))
  })

  it('F031: plain members are replaced', async () => {
    const { put, patch } = await onRoot()
    await put()
    assert.equal((await patch('replace', '/apiKeyRequired', 'true')).apiKeyRequired, true)
    assert.equal((await patch('replace', '/operationName', 'getPets')).operationName, 'getPets')
    const method = await patch('replace', '/authorizationType', 'AWS_IAM')
    assert.equal(method.authorizationType, 'AWS_IAM')
  })

  it('other patches are refused in the words of AWS', async () => {
    const { put, patch } = await onRoot()
    await put()
    await badRequest(patch('replace', '/httpMethod', 'GET'), 'Invalid patch path /httpMethod')
    await badRequest(
      patch('replace', '/requestModels/application/json', 'Empty'),
      'Invalid patch path /requestModels/application/json',
    )
    await badRequest(patch('add', '/requestParameters'), 'Invalid patch path /requestParameters')
    await badRequest(
      patch('add', '/operationName', 'x'),
      'Invalid patch operation specified. Must be one of: [replace]',
    )
    await badRequest(
      patch('replace', '/authorizationType', 'CUSTOM'),
      'Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer.',
    )
  })
})
