import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { coerceInput, validateInput } from '#wire/coerce.ts'
import { ServiceError } from '#wire/errors.ts'
import { inputShape, loadServiceTable } from '#wire/table.ts'

const v1 = await loadServiceTable('apigateway')
const v2 = await loadServiceTable('apigatewayv2')

describe('coerceInput', () => {
  it('takes the properties of a template, capitalised and in CloudFormation’s scalars', () => {
    const { input, unknown } = coerceInput(v1, 'PutIntegration', {
      RestApiId: 'abc',
      resourceId: 'def',
      HttpMethod: 'GET',
      Type: 'HTTP',
      IntegrationHttpMethod: 'POST',
      TimeoutInMillis: '5000',
      TlsConfig: { InsecureSkipVerification: 'true' },
      RequestTemplates: { 'Application/Json': { statusCode: 200 }, 'text/plain': 5 },
      CacheKeyParameters: ['method.request.path.x'],
      Uri: null,
    })
    assert.deepEqual(input, {
      restApiId: 'abc',
      resourceId: 'def',
      httpMethod: 'GET',
      type: 'HTTP',
      integrationHttpMethod: 'POST',
      timeoutInMillis: 5000,
      tlsConfig: { insecureSkipVerification: true },
      requestTemplates: { 'Application/Json': '{"statusCode":200}', 'text/plain': '5' },
      cacheKeyParameters: ['method.request.path.x'],
    })
    assert.deepEqual(unknown, [])
    assert.deepEqual(coerceInput(v2, 'CreateApi', { ProtocolType: 'HTTP' }).input, {
      protocolType: 'HTTP',
    })
  })

  it('tells what no member takes, by its path, instead of dropping it', () => {
    const { input, unknown } = coerceInput(v1, 'CreateUsagePlan', {
      Name: 'n',
      Colour: 'red',
      ApiStages: [{ ApiId: 'a', Sage: 'v1' }],
      throttle: { burstLimit: 1, Burstlimit: 2, __proto__: null, constructor: {} },
    })
    assert.deepEqual(input, { name: 'n', apiStages: [{ apiId: 'a' }], throttle: { burstLimit: 1 } })
    assert.deepEqual(unknown, [
      'Colour',
      'ApiStages.1.Sage',
      'throttle.Burstlimit',
      'throttle.constructor',
    ])
  })

  it('names the place of a value that cannot be what the member takes', () => {
    const refuses = (value: Readonly<Record<string, unknown>>, message: string) =>
      assert.throws(
        () => coerceInput(v1, 'CreateRestApi', value),
        (error) => error instanceof ServiceError && error.message === message,
      )
    refuses({ MinimumCompressionSize: 'many' }, "Expected a number at 'MinimumCompressionSize'")
    refuses(
      { DisableExecuteApiEndpoint: 'yes' },
      "Expected true or false at 'DisableExecuteApiEndpoint'",
    )
    refuses({ BinaryMediaTypes: 'a/b' }, "Expected list or null at 'BinaryMediaTypes'")
    refuses({ EndpointConfiguration: 'EDGE' }, "Expected map or null at 'EndpointConfiguration'")
  })
})

describe('validateInput', () => {
  it('refuses what HTTP would refuse, in the same words', () => {
    assert.throws(
      () => validateInput(v1, 'CreateRestApi', { apiKeySource: 'COOKIE' }),
      /^ServiceError: 2 validation errors detected: Value null at 'createRestApiInput\.name' .*; Value 'COOKIE' at 'createRestApiInput\.apiKeySource' /,
    )
    validateInput(v1, 'CreateRestApi', { name: 'a', apiKeySource: 'HEADER' })
  })
})

describe('inputShape', () => {
  it('is the tree of members of an operation’s input', () => {
    const shape = inputShape(v1, 'CreateRestApi')
    const endpoint = shape.members.find(({ name }) => name === 'endpointConfiguration')
    assert.ok(endpoint?.type.kind === 'structure')
    assert.deepEqual(
      endpoint.type.members.map(({ name }) => name),
      ['types', 'ipAddressType', 'vpcEndpointIds'],
    )
  })
})
