import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import type { Model } from '#model/apigateway/rest-api.ts'
import { headersOf, type Sent, testServices, textOf } from '../../support/http-api.ts'
import { askRest, restMethod, restPlan, type TestRestApi } from '../../support/rest-api.ts'

const model = (name: string, schema: unknown): Model => ({
  id: name,
  name,
  contentType: 'application/json',
  schema: typeof schema === 'string' ? schema : JSON.stringify(schema),
})

const PET = model('Pet', {
  type: 'object',
  required: ['name'],
  properties: {
    name: { type: 'string' },
    owner: { $ref: 'https://apigateway.amazonaws.com/restapis/abc123/models/Owner' },
  },
})
const OWNER = model('Owner', {
  type: 'object',
  properties: {
    age: { type: 'integer', minimum: 0 },
    pets: {
      type: 'array',
      items: { $ref: 'https://apigateway.amazonaws.com/restapis/abc123/models/Pet' },
    },
  },
})

const apiWith = (more: Partial<TestRestApi['document']> = {}, validate = true): TestRestApi => ({
  methods: {
    'POST /pets': restMethod({
      requestValidatorId: 'v',
      requestModels: { 'application/json': 'Pet' },
      requestParameters: { 'method.request.header.X-Id': validate },
    }),
  },
  document: {
    requestValidators: [
      { id: 'v', validateRequestBody: validate, validateRequestParameters: validate },
    ],
    models: [PET, OWNER],
    ...more,
  },
})

const ask = async (sent: Sent, api = apiWith()) => {
  const heard = testServices()
  const response = await askRest(api, heard, {
    method: 'POST',
    ...sent,
    headers: ['X-Id', '7', ...(sent.headers ?? [])],
  })
  return { response, text: textOf(response.body), heard }
}

describe('a body that does not fit its model is a 400 [F178]', () => {
  const rows: readonly (readonly [string, string])[] = [
    ['of a wrong type', '{"name":1}'],
    ['without a required member', '{}'],
    ['that is empty, which is {}', ''],
    ['that is not JSON', '{"name":'],
    ['whose circular models are broken inside [F111, F179]', '{"name":"a","owner":{"pets":[{}]}}'],
    ['nested beyond measure', `{"name":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
  ]
  for (const [name, body] of rows) {
    it(name, async () => {
      const { response, text, heard } = await ask({ body })
      assert.equal(response.statusCode, 400)
      assert.equal(text, '{"message": "Invalid request body"}')
      assert.deepEqual(headersOf(response.headers)['x-amzn-errortype'], ['BadRequestException'])
      assert.equal(heard.invoked.length, 0)
    })
  }
})

describe('a request passes', () => {
  it('with a body that fits, whatever circles the models make [F111, F179]', async () => {
    const body = '{"name":"a","owner":{"age":3,"pets":[{"name":"b"}]}}'
    assert.equal((await ask({ body })).response.statusCode, 200)
  })
  it('with any body of a type that has no model', async () => {
    const sent = { headers: ['Content-Type', 'text/csv'], body: 'a' }
    assert.equal((await ask(sent)).response.statusCode, 200)
  })
  it('where the validator is switched off [F178]', async () => {
    assert.equal((await ask({ body: '{"name":1}' }, apiWith({}, false))).response.statusCode, 200)
  })
})

test('a content type with parameters is validated as the type', async () => {
  const sent = { headers: ['Content-Type', 'application/json; charset=utf-8'], body: '{}' }
  assert.equal((await ask(sent)).response.statusCode, 400)
})

test('missing parameters are told before a bad body', async () => {
  const response = await askRest(apiWith(), testServices(), { method: 'POST', body: '{}' })
  assert.equal(textOf(response.body), '{"message": "Missing required request parameters: [X-Id]"}')
})

test('a gateway response can tell why by $context.error.validationErrorString', async () => {
  const api = apiWith({
    gatewayResponses: [
      {
        responseType: 'BAD_REQUEST_BODY',
        statusCode: '422',
        responseTemplates: { 'application/json': '$context.error.validationErrorString' },
        defaultResponse: false,
      },
    ],
  })
  const { response, text } = await ask({ body: '{}' }, api)
  assert.equal(response.statusCode, 422)
  assert.equal(text, '[object has missing required properties (["name"])]')
})

test('a model that is none refuses the method by name', async () => {
  const api = apiWith({ models: [model('Pet', { type: 'nonsense' })] })
  const { response, text } = await ask({ body: '{}' }, api)
  assert.equal(response.statusCode, 501)
  assert.match(text, /request body validation by model Pet/)
  assert.equal(restPlan(api).limitations.filter(({ effect }) => effect === 'refused').length, 1)
})
