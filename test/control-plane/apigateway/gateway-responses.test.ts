import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { badRequest, createSetting, notFound, operations } from './setting.ts'

const {
  PutGatewayResponse,
  GetGatewayResponse,
  GetGatewayResponses,
  UpdateGatewayResponse,
  DeleteGatewayResponse,
} = operations

const inApi = async () => {
  const setting = createSetting()
  const { restApiId } = await setting.createApi()
  const patch = (
    responseType: 'DEFAULT_4XX',
    op: 'add' | 'remove' | 'replace',
    path?: string,
    value?: string,
  ) =>
    setting.run(UpdateGatewayResponse, {
      restApiId,
      responseType,
      patchOperations: [{ op, path, value }],
    })
  return { ...setting, restApiId, patch }
}

const TEMPLATES = { 'application/json': '{"message":$context.error.messageString}' }

describe('GatewayResponse', () => {
  it('all 21 types exist before any is set', async () => {
    const { run, restApiId } = await inApi()
    const { items } = await run(GetGatewayResponses, { restApiId })
    assert.equal(items.length, 21)
    assert.ok(items.every((item) => item.defaultResponse))
    assert.deepEqual(
      await run(GetGatewayResponse, { restApiId, responseType: 'MISSING_AUTHENTICATION_TOKEN' }),
      {
        responseType: 'MISSING_AUTHENTICATION_TOKEN',
        statusCode: '403',
        responseParameters: {},
        responseTemplates: TEMPLATES,
        defaultResponse: true,
      },
    )
  })

  it('F065: what is left out takes its default; DEFAULT_5XX changes unset types alone', async () => {
    const { run, restApiId } = await inApi()
    const put = await run(PutGatewayResponse, { restApiId, responseType: 'INTEGRATION_TIMEOUT' })
    assert.deepEqual(put, {
      responseType: 'INTEGRATION_TIMEOUT',
      statusCode: '504',
      responseParameters: {},
      responseTemplates: TEMPLATES,
      defaultResponse: false,
    })
    const responseParameters = { 'gatewayresponse.header.x': "'1'" }
    await run(PutGatewayResponse, {
      restApiId,
      responseType: 'DEFAULT_5XX',
      statusCode: '599',
      responseParameters,
    })
    const { items } = await run(GetGatewayResponses, { restApiId })
    const unset = items.find(({ responseType }) => responseType === 'INTEGRATION_FAILURE')
    assert.equal(unset?.statusCode, '599')
    assert.equal(unset?.defaultResponse, true)
    assert.deepEqual(unset?.responseParameters, responseParameters)
    const set = items.find(({ responseType }) => responseType === 'INTEGRATION_TIMEOUT')
    assert.equal(set?.statusCode, '504')
    const other = items.find(({ responseType }) => responseType === 'UNAUTHORIZED')
    assert.equal(other?.statusCode, '401')
  })

  it('F067: an update sets an unset type, and refuses in the words of AWS', async () => {
    const { patch } = await inApi()
    const set = await patch('DEFAULT_4XX', 'replace', '/statusCode', '444')
    assert.equal(set.statusCode, '444')
    assert.equal(set.defaultResponse, false)
    await badRequest(
      patch('DEFAULT_4XX', 'add', '/statusCode', '400'),
      'Invalid patch path /statusCode',
    )
    await badRequest(patch('DEFAULT_4XX', 'add', '/wrongPath'), 'Invalid patch path /wrongPath')
    await badRequest(patch('DEFAULT_4XX', 'add'), 'Invalid patch path null')
    await notFound(
      patch('DEFAULT_4XX', 'replace', '/responseParameters/gatewayresponse.header.x', "'1'"),
      'Invalid parameter name specified',
    )
    await badRequest(
      patch('DEFAULT_4XX', 'add', '/responseTemplates/text~1plain'),
      'Invalid null or empty value in responseTemplates',
    )
  })

  it('deleting what was not set is not found', async () => {
    const { run, restApiId } = await inApi()
    const one = { restApiId, responseType: 'THROTTLED' as const }
    await run(PutGatewayResponse, one)
    await run(DeleteGatewayResponse, one)
    await notFound(run(DeleteGatewayResponse, one), 'Gateway response type not defined on api')
    await notFound(
      run(GetGatewayResponses, { restApiId: 'fake-api-id' }),
      'Invalid API identifier specified 111111111111:fake-api-id',
    )
  })

  it('a type that is none is refused with all there are', async () => {
    const { run, restApiId } = await inApi()
    const wrong: unknown = 'FAKE_RESPONSE_TYPE'
    // The recorded message was shortened in its middle, so its beginning and its end are what is compared.
    await assert.rejects(
      run(GetGatewayResponse, { restApiId, responseType: wrong as 'THROTTLED' }),
      ({ message }: Error) =>
        message.startsWith(
          "1 validation error detected: Value 'FAKE_RESPONSE_TYPE' at 'responseType' failed to satisfy constraint: Member must satisfy enum value set: [REQUEST_TOO_LARGE, RESOURCE_NOT_FOUND, AUTHORIZER_CONFIGURATION_ERROR, MISSING_AUTHENTICA",
        ) && message.endsWith('UNSUPPORTED_MEDIA_TYPE, INTEGRATION_FAILURE, EXPIRED_TOKEN]'),
    )
  })
})
