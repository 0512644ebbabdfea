// Source of all texts: behaviour.md §1.5 and recorded-answers.md, recorded against the real service.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { printedOrder } from '#wire/constraints.ts'
import { headerOf } from '#wire/message.ts'
import { serverOf } from './served.ts'

const OP = '[add, remove, move, test, replace, copy]'
const op = (input: string, value: string, index = 1) =>
  `Value '${value}' at '${input}.patchOperations.${index}.member.op' failed to satisfy constraint: Member must satisfy enum value set: ${OP}`
const STATUS = String.raw`Value 'wrong' at 'statusCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [1-5]\d\d`
const TYPES = `Value '[wrong]' at 'createRestApiInput.endpointConfiguration.types' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [PRIVATE, EDGE, REGIONAL]]`
const IP_TYPE = `Value 'wrong' at 'createRestApiInput.endpointConfiguration.ipAddressType' failed to satisfy constraint: Member must satisfy enum value set: [ipv4, dualstack]`
const INTEGRATION = '/restapis/a/resources/b/methods/GET/integration'

interface Case {
  readonly says: string
  readonly method: string
  readonly path: string
  readonly body: unknown
  readonly message: string
  readonly code?: string
}

const cases: readonly Case[] = [
  {
    says: 'an integration type that does not exist. [F042]',
    method: 'PUT',
    path: INTEGRATION,
    body: { type: 'HTTPS_PROXY' },
    message:
      "1 validation error detected: Value 'HTTPS_PROXY' at 'putIntegrationInput.type' failed to satisfy constraint: Member must satisfy enum value set: [HTTP, MOCK, AWS_PROXY, HTTP_PROXY, AWS]",
  },
  {
    says: 'a type of documentation part that does not exist, inside a structure',
    method: 'POST',
    path: '/restapis/a/documentation/parts',
    body: { location: { type: 'INVALID' }, properties: '{}' },
    message:
      "1 validation error detected: Value 'INVALID' at 'createDocumentationPartInput.location.type' failed to satisfy constraint: Member must satisfy enum value set: [RESPONSE_BODY, RESPONSE, METHOD, MODEL, AUTHORIZER, RESPONSE_HEADER, RESOURCE, PATH_PARAMETER, REQUEST_BODY, QUERY_PARAMETER, API, REQUEST_HEADER]",
  },
  {
    says: 'a list with a member that does not exist, told as a whole',
    method: 'POST',
    path: '/restapis',
    body: { name: 'a', endpointConfiguration: { types: ['wrong'] } },
    message: `1 validation error detected: ${TYPES}`,
  },
  {
    says: 'an IP address type that does not exist',
    method: 'POST',
    path: '/restapis',
    body: { name: 'a', endpointConfiguration: { ipAddressType: 'wrong' } },
    message: `1 validation error detected: ${IP_TYPE}`,
  },
  {
    says: 'both at once, in the order of the schema',
    method: 'POST',
    path: '/restapis',
    body: { name: 'a', endpointConfiguration: { ipAddressType: 'wrong', types: ['wrong'] } },
    message: `2 validation errors detected: ${TYPES}; ${IP_TYPE}`,
  },
  {
    says: 'a status code that is none, in the path, under its bare name',
    method: 'PUT',
    path: `${INTEGRATION}/responses/wrong`,
    body: {},
    message: `1 validation error detected: ${STATUS}`,
  },
  {
    says: 'a patch operation that does not exist',
    method: 'PATCH',
    path: '/restapis/a/gatewayresponses/DEFAULT_4XX',
    body: { patchOperations: [{ op: 'wrong-op', path: '/statusCode', value: '1' }] },
    message: `1 validation error detected: ${op('updateGatewayResponseInput', 'wrong-op')}`,
  },
  {
    says: 'three patch operations that do not exist, counted from one',
    method: 'PATCH',
    path: '/restapis/a',
    body: { patchOperations: [{ op: 'wrong' }, { op: 'wrong1' }, { op: 'add' }, { op: 'wrong2' }] },
    message: `3 validation errors detected: ${op('updateRestApiInput', 'wrong')}; ${op('updateRestApiInput', 'wrong1', 2)}; ${op('updateRestApiInput', 'wrong2', 4)}`,
  },
  {
    says: 'the body before the path',
    method: 'PATCH',
    path: '/restapis/a/resources/b/methods/GET/responses/wrong',
    body: { patchOperations: [{ op: 'wrong_op' }] },
    message: `2 validation errors detected: ${op('updateMethodResponseInput', 'wrong_op')}; ${STATUS}`,
  },
  {
    says: 'a required member that is missing',
    method: 'POST',
    path: '/restapis',
    body: { name: null },
    message:
      "1 validation error detected: Value null at 'createRestApiInput.name' failed to satisfy constraint: Member must not be null",
  },
  {
    says: 'a boolean where a string belongs. [put_integration_request_parameter_bool_type]',
    method: 'PUT',
    path: INTEGRATION,
    body: { type: 'HTTP', requestParameters: { 'integration.request.path.x': true } },
    code: 'SerializationException',
    message: 'class java.lang.Boolean can not be converted to an String',
  },
  {
    says: 'a number where a string belongs. [F055]',
    method: 'PUT',
    path: `${INTEGRATION}/responses/200`,
    body: { responseTemplates: { 'application/json': 123 } },
    code: 'SerializationException',
    message:
      'class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to an String',
  },
  {
    says: 'a string where a boolean belongs, by the same pattern',
    method: 'POST',
    path: '/restapis',
    body: { name: 'a', disableExecuteApiEndpoint: 'true' },
    code: 'SerializationException',
    message: 'class java.lang.String can not be converted to an Boolean',
  },
  {
    says: 'a scalar where a list belongs',
    method: 'POST',
    path: '/restapis',
    body: { name: 'a', binaryMediaTypes: 'image/png' },
    code: 'SerializationException',
    message: 'Expected list or null',
  },
  {
    says: 'a list where a map belongs',
    method: 'POST',
    path: '/restapis',
    body: { name: 'a', tags: [] },
    code: 'SerializationException',
    message: 'Expected map or null',
  },
]

describe('the framework refuses, in the words of AWS,', () => {
  for (const { says, method, path, body, message, code = 'ValidationException' } of cases) {
    it(says, async () => {
      const answer = await send(method, path, JSON.stringify(body))
      assert.equal(answer.statusCode, 400)
      assert.equal(headerOf(answer.headers, 'x-amzn-errortype'), code)
      assert.deepEqual(JSON.parse(String(answer.body)), { message })
    })
  }

  it('a gateway response type that does not exist, as far as the recording goes', async () => {
    const path = '/restapis/a/gatewayresponses/FAKE_RESPONSE_TYPE'
    const { message } = JSON.parse(String((await send('PUT', path, '{}')).body))
    assert.match(
      message,
      /^1 validation error detected: Value 'FAKE_RESPONSE_TYPE' at 'responseType' failed to satisfy constraint: Member must satisfy enum value set: \[REQUEST_TOO_LARGE, RESOURCE_NOT_FOUND, AUTHORIZER_CONFIGURATION_ERROR, MISSING_AUTHENTICATION_TOKEN, .*, UNSUPPORTED_MEDIA_TYPE, INTEGRATION_FAILURE, EXPIRED_TOKEN\]$/,
    )
  })

  it('nothing of a request that is well formed', async () => {
    const body = JSON.stringify({ name: 'a', unheardOf: { deep: [1] }, description: null })
    assert.equal((await send('POST', '/restapis', body)).statusCode, 201)
  })
})

describe('printedOrder', () => {
  it('is the order of every recorded set, whatever the order of the constants', () => {
    const recorded = ['HTTP', 'MOCK', 'AWS_PROXY', 'HTTP_PROXY', 'AWS']
    assert.deepEqual(printedOrder([...recorded].sort()), recorded)
    assert.deepEqual(printedOrder(['ipv4', 'dualstack']), ['ipv4', 'dualstack'])
    assert.deepEqual(printedOrder(['dualstack', 'ipv4']), ['ipv4', 'dualstack'])
    assert.equal(
      `[${printedOrder(['copy', 'test', 'add', 'move', 'remove', 'replace']).join(', ')}]`,
      OP,
    )
  })
})

const send = async (method: string, target: string, body: string) => {
  const { server } = await serverOf('apigateway', { CreateRestApi: () => ({}), ...unreached })
  return server({
    method,
    target,
    headers: [],
    host: 'localhost',
    body: new TextEncoder().encode(body),
    remoteAddress: '127.0.0.1',
  })
}

const unreached = Object.fromEntries(
  [
    'PutIntegration',
    'PutIntegrationResponse',
    'CreateDocumentationPart',
    'PutGatewayResponse',
    'UpdateGatewayResponse',
    'UpdateMethodResponse',
    'UpdateRestApi',
  ].map((name) => [name, () => assert.fail(`${name} was called`)]),
)
