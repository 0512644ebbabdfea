import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { badRequest, createSetting, invalid, notFound, operations } from './setting.ts'

const { PutMethod, PutIntegration, GetIntegration, UpdateIntegration, DeleteIntegration } =
  operations

const FUNCTION = 'arn:aws:lambda:us-east-1:111111111111:function:pets'
const FUNCTION_URI = `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${FUNCTION}/invocations`

const onMethod = async () => {
  const setting = createSetting()
  const { restApiId, rootId } = await setting.createApi()
  const at = { restApiId, resourceId: rootId, httpMethod: 'POST' }
  await setting.run(PutMethod, {
    ...at,
    authorizationType: 'NONE',
    requestParameters: { 'method.request.path.proxy': true },
  })
  const put = (type: 'HTTP' | 'HTTP_PROXY' | 'AWS' | 'AWS_PROXY' | 'MOCK', members: object = {}) =>
    setting.run(PutIntegration, { ...at, type, ...members })
  const patch = (op: 'add' | 'remove' | 'replace', path: string, value?: string) =>
    setting.run(UpdateIntegration, { ...at, patchOperations: [{ op, path, value }] })
  return { ...setting, at, rootId, put, patch }
}

describe('Integration', () => {
  it('F046, F049: an HTTP integration answers its defaults, and INTERNET', async () => {
    const { put, rootId } = await onMethod()
    const uri = 'https://example.com/{proxy}'
    assert.deepEqual(await put('HTTP_PROXY', { integrationHttpMethod: 'ANY', uri }), {
      type: 'HTTP_PROXY',
      httpMethod: 'ANY',
      uri,
      connectionType: 'INTERNET',
      passthroughBehavior: 'WHEN_NO_MATCH',
      timeoutInMillis: 29000,
      cacheNamespace: rootId,
      cacheKeyParameters: [],
    })
  })

  it('F046: a VPC link may be a stage variable, and be replaced', async () => {
    const { put, patch } = await onMethod()
    const connectionId = '${stageVariables.vpcLinkId}'
    const integration = await put('HTTP_PROXY', {
      integrationHttpMethod: 'GET',
      uri: 'http://example.com',
      connectionType: 'VPC_LINK',
      connectionId,
    })
    assert.equal(integration.connectionId, connectionId)
    assert.equal((await patch('replace', '/connectionId', 'abc123')).connectionId, 'abc123')
  })

  it('F049: other types carry no connection type', async () => {
    const { put } = await onMethod()
    const proxy = await put('AWS_PROXY', { integrationHttpMethod: 'POST', uri: FUNCTION_URI })
    assert.ok(!('connectionType' in proxy))
    assert.ok(!('connectionType' in (await put('MOCK'))))
  })

  it('F042: a type that is none is refused with all there are', async () => {
    const { put } = await onMethod()
    const wrong: unknown = 'HTTPS_PROXY'
    await invalid(
      put(wrong as 'HTTP'),
      "1 validation error detected: Value 'HTTPS_PROXY' at 'putIntegrationInput.type' failed to satisfy constraint: Member must satisfy enum value set: [HTTP, MOCK, AWS_PROXY, HTTP_PROXY, AWS]",
    )
  })

  it('F048, F051: a URI must be what its type needs', async () => {
    const { put } = await onMethod()
    const post = { integrationHttpMethod: 'POST' }
    for (const type of ['HTTP', 'HTTP_PROXY', 'AWS'] as const) {
      await badRequest(
        put(type, { uri: 'http://example.com' }),
        'Enumeration value for HttpMethod must be non-empty',
      )
    }
    await badRequest(
      put('HTTP', { ...post, uri: 'no-url' }),
      'Invalid HTTP endpoint specified for URI',
    )
    await badRequest(put('AWS', { ...post, uri: 'x' }), 'Invalid ARN specified in the request')
    for (const type of ['AWS', 'AWS_PROXY'] as const) {
      await badRequest(
        put(type, { ...post, uri: FUNCTION }),
        'AWS ARN for integration must contain path or action',
      )
    }
    await badRequest(
      put('AWS_PROXY', {
        ...post,
        uri: 'arn:aws:apigateway:us-east-1:dynamodb:action/PutItem',
      }),
      "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations.",
    )
  })

  it('F173: stage variables may stand anywhere in a URI', async () => {
    const { put } = await onMethod()
    const post = { integrationHttpMethod: 'POST' }
    await put('HTTP', { ...post, uri: 'https://${stageVariables.host}/x' })
    await put('AWS_PROXY', {
      ...post,
      uri: FUNCTION_URI.replace(':pets', ':${stageVariables.name}'),
    })
  })

  it('a mapping must be an expression, of a parameter that the method declares', async () => {
    const { put } = await onMethod()
    const map = (source: string) =>
      put('HTTP', {
        integrationHttpMethod: 'GET',
        uri: 'http://example.com',
        requestParameters: { 'integration.request.path.proxy': source },
      })
    const invalidMapping = (detail: string) =>
      `Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression ${detail}]`
    await map('method.request.path.proxy')
    await map("'fixed'")
    await map('context.resourceId')
    await badRequest(map('true'), invalidMapping('specified: true'))
    await badRequest(
      map('method.request.path.other'),
      invalidMapping('parameter specified: method.request.path.other'),
    )
  })

  it('members are patched, and what results is checked as on a put', async () => {
    const { put, patch } = await onMethod()
    await put('HTTP', { integrationHttpMethod: 'POST', uri: 'http://example.com' })
    const flag = await patch('replace', '/tlsConfig/insecureSkipVerification', 'true')
    assert.deepEqual(flag.tlsConfig, { insecureSkipVerification: true })
    const templated = await patch('add', '/requestTemplates/application~1json', '$input.body')
    assert.deepEqual(templated.requestTemplates, { 'application/json': '$input.body' })
    const keyed = await patch('add', '/cacheKeyParameters/method.request.path.proxy')
    assert.deepEqual(keyed.cacheKeyParameters, ['method.request.path.proxy'])
    assert.equal((await patch('replace', '/timeoutInMillis', '1000')).timeoutInMillis, 1000)
    await badRequest(
      patch('replace', '/timeoutInMillis', '10'),
      'Timeout should be between 50 ms and 29000 ms',
    )
    await badRequest(patch('replace', '/uri', 'x'), 'Invalid HTTP endpoint specified for URI')
    await badRequest(patch('replace', '/type', 'MOCK'), 'Invalid patch path /type')
  })

  it('an integration of an unknown method is not found, and neither is a deleted one', async () => {
    const { run, put, at, getMethod } = await onMethod()
    await put('MOCK')
    await notFound(
      run(GetIntegration, { ...at, httpMethod: 'GET' }),
      'Invalid Method identifier specified',
    )
    await run(DeleteIntegration, at)
    assert.ok(!('methodIntegration' in (await getMethod(at))))
    await notFound(run(GetIntegration, at), 'Invalid Integration identifier specified')
    await notFound(run(DeleteIntegration, at), 'Invalid Integration identifier specified')
  })
})
