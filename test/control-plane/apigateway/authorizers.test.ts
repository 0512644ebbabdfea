import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { conflict, createSetting, notFound, operations } from './setting.ts'

const { CreateAuthorizer, GetAuthorizer, GetAuthorizers, UpdateAuthorizer, DeleteAuthorizer } =
  operations

const URI =
  'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:111111111111:function:auth/invocations'

const inApi = async () => {
  const setting = createSetting()
  const { restApiId, rootId } = await setting.createApi()
  const authorizer = await setting.run(CreateAuthorizer, {
    restApiId,
    name: 'auth',
    type: 'TOKEN',
    authorizerUri: URI,
    identitySource: 'method.request.header.Authorization',
  })
  return { ...setting, restApiId, rootId, authorizer }
}

describe('Authorizer', () => {
  it('F041: a TOKEN authorizer is custom, and has no lifetime unless one was given', async () => {
    const { run, restApiId, authorizer } = await inApi()
    assert.deepEqual(authorizer, {
      id: authorizer.id,
      name: 'auth',
      type: 'TOKEN',
      authType: 'custom',
      authorizerUri: URI,
      identitySource: 'method.request.header.Authorization',
    })
    assert.deepEqual(await run(GetAuthorizers, { restApiId }), { items: [authorizer] })
  })

  it('an unknown API is a conflict on create and not found elsewhere', async () => {
    const { run } = createSetting()
    await conflict(
      run(CreateAuthorizer, { restApiId: 'x', name: 'auth', type: 'TOKEN', authorizerUri: URI }),
      'Unable to complete operation due to concurrent modification. Please try again later.',
    )
    await notFound(
      run(GetAuthorizers, { restApiId: 'x' }),
      'Invalid API identifier specified 111111111111:x',
    )
  })

  it('members are patched one by one', async () => {
    const { run, restApiId, authorizer } = await inApi()
    const patched = await run(UpdateAuthorizer, {
      restApiId,
      authorizerId: authorizer.id,
      patchOperations: [
        { op: 'replace', path: '/authorizerResultTtlInSeconds', value: '300' },
        { op: 'remove', path: '/identitySource' },
        { op: 'add', path: '/providerARNs', value: 'arn:aws:cognito-idp:x' },
      ],
    })
    assert.equal(patched.authorizerResultTtlInSeconds, 300)
    assert.ok(!('identitySource' in patched))
    assert.deepEqual(patched.providerARNs, ['arn:aws:cognito-idp:x'])
  })

  it('an authorizer that a method uses stays, and a deleted one is not found', async () => {
    const { run, restApiId, rootId, authorizer } = await inApi()
    const at = { restApiId, resourceId: rootId, httpMethod: 'GET' }
    const one = { restApiId, authorizerId: authorizer.id }
    await run(operations.PutMethod, {
      ...at,
      authorizationType: 'CUSTOM',
      authorizerId: authorizer.id,
    })
    await assert.rejects(run(DeleteAuthorizer, one), { code: 'ConflictException' })
    await run(operations.DeleteMethod, at)
    await run(DeleteAuthorizer, one)
    await notFound(run(GetAuthorizer, one), 'Invalid Authorizer identifier specified')
  })
})
