import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import { readMockStatus } from '#data-plane/integrate/integrations/mock.ts'
import type { Integration } from '#model/apigateway/rest-api.ts'
import { headersOf, type Sent, testServices, textOf } from '../../../support/http-api.ts'
import { askRest, restIntegration, restMethod } from '../../../support/rest-api.ts'

const askMock = (more: Partial<Integration>, sent: Sent = {}) => {
  const { uri: _, ...integration } = restIntegration({ type: 'MOCK', ...more })
  const api = { methods: { 'ANY /pets': restMethod({ methodIntegration: integration }) } }
  return askRest(api, testServices(), sent)
}

const CORS: Partial<Integration> = {
  requestTemplates: { 'application/json': '{ statusCode: 200 }' },
  integrationResponses: {
    '204': {
      statusCode: '204',
      responseParameters: {
        'method.response.header.Access-Control-Allow-Origin': "'*'",
        'method.response.header.Access-Control-Allow-Methods': "'GET,OPTIONS'",
      },
    },
  },
}

test('a preflight of a REST API is a MOCK with literal headers', async () => {
  const response = await askMock(CORS, { method: 'OPTIONS' })
  assert.equal(response.statusCode, 204)
  assert.equal(textOf(response.body), '')
  assert.deepEqual(headersOf(response.headers), {
    'access-control-allow-origin': ['*'],
    'access-control-allow-methods': ['GET,OPTIONS'],
    'x-amzn-requestid': ['uuid'],
    'x-amz-apigw-id': ['BwcHBwcHBwcHBwc='],
    'content-type': ['application/json'],
  })
})

describe('the status is read leniently [F161]', () => {
  for (const text of [
    '{"statusCode": 200}',
    '{ statusCode: 200 }',
    "{'statusCode': 200}",
    '{"statusCode": 200 , }',
    '{"statusCode": 200 ,, }',
    '{statusCode: 200, foo}: [ba r]}',
    '{"a": "b", "statusCode": "200"}',
    '\n  {\n  "statusCode" : 200\n}\n',
  ]) {
    it(text.trim(), () => assert.equal(readMockStatus(text), 200))
  }
  for (const text of [
    '',
    'statusCode: 200',
    '{}',
    '{"statusCode": "ok"}',
    '{"statusCode": 2000}',
  ]) {
    it(`not in ${JSON.stringify(text)}: a 500`, () =>
      assert.throws(() => readMockStatus(text), /Internal server error/))
  }
})

test('the response is chosen by its pattern, the one without a pattern is the default', async () => {
  const responses: Partial<Integration> = {
    integrationResponses: {
      '200': { statusCode: '200', responseTemplates: { 'application/json': 'default' } },
      '418': {
        statusCode: '418',
        selectionPattern: '4\\d{2}',
        responseTemplates: { 'text/plain': 'teapot' },
      },
    },
  }
  const templates = (status: number) => ({
    requestTemplates: { 'application/json': `{"statusCode": ${status}}` },
  })
  assert.equal(textOf((await askMock({ ...responses, ...templates(201) })).body), 'default')
  const teapot = await askMock({ ...responses, ...templates(404) })
  assert.equal(teapot.statusCode, 418)
  assert.equal(textOf(teapot.body), 'teapot')
  assert.deepEqual(headersOf(teapot.headers)['content-type'], ['text/plain'])
})

test('without a response that fits, and without a template that gives a status, it is a 500', async () => {
  const requestTemplates = { 'application/json': '{"statusCode": 200}' }
  const without = await askMock({ requestTemplates })
  assert.equal(without.statusCode, 500)
  assert.equal(textOf(without.body), '{"message": "Internal server error"}')
  assert.equal(
    (await askMock({ integrationResponses: CORS.integrationResponses ?? {} })).statusCode,
    500,
  )
})

describe('passthroughBehavior [F169]', () => {
  const integrationResponses = { '200': { statusCode: '200' } }
  const requestTemplates = { 'application/json': '{"statusCode": 200}' }
  const xml: Sent = {
    method: 'POST',
    headers: ['Content-Type', 'text/xml'],
    body: '{"statusCode": 200}',
  }
  it('NEVER refuses a type without a template', async () => {
    const response = await askMock(
      { integrationResponses, requestTemplates, passthroughBehavior: 'NEVER' },
      xml,
    )
    assert.equal(response.statusCode, 415)
    assert.equal(textOf(response.body), '{"message": "Unsupported Media Type"}')
  })
  it('WHEN_NO_TEMPLATES refuses it only where there are templates', async () => {
    const passthroughBehavior = 'WHEN_NO_TEMPLATES'
    const some = await askMock({ integrationResponses, requestTemplates, passthroughBehavior }, xml)
    const none = await askMock({ integrationResponses, passthroughBehavior }, xml)
    assert.deepEqual([some.statusCode, none.statusCode], [415, 200])
  })
  it('WHEN_NO_MATCH passes the body, and $default takes any type', async () => {
    assert.equal((await askMock({ integrationResponses, requestTemplates }, xml)).statusCode, 200)
    const $default = await askMock(
      {
        integrationResponses,
        requestTemplates: { $default: '{"statusCode": 200}' },
        passthroughBehavior: 'NEVER',
      },
      xml,
    )
    assert.equal($default.statusCode, 200)
  })
})
