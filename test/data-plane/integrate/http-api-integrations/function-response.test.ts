import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  readFunctionResponse10,
  readFunctionResponse20,
} from '#data-plane/integrate/http-api-integrations/function-response.ts'
import { GatewayFailure } from '#data-plane/plan.ts'
import { textOf } from '../../../support/http-api.ts'

const bytes = (payload: unknown): Buffer =>
  Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload))

const PLAIN = ['content-type', 'text/plain;charset=UTF-8']
const JSON_TYPE = ['content-type', 'application/json']

/** Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html */
const inferred: readonly (readonly [string, string])[] = [
  ['"Hello from Lambda!"', 'Hello from Lambda!'],
  ['{ "message": "Hello from Lambda!" }', '{ "message": "Hello from Lambda!" }'],
  ['null', 'null'],
  ['42', '42'],
  ['[1,2]', '[1,2]'],
  ['{}', '{}'],
  ['""', ''],
]

test('format 2.0: JSON without a statusCode is the body of a 200', () => {
  for (const [payload, body] of inferred) {
    assert.deepEqual(readFunctionResponse20(bytes(payload)), {
      statusCode: 200,
      headers: JSON_TYPE,
      body,
    })
  }
})

interface Row {
  readonly answer: Record<string, unknown>
  readonly status?: number
  readonly headers?: readonly string[]
  readonly body?: string
}

const both: readonly Row[] = [
  { answer: { statusCode: 204 }, status: 204 },
  { answer: { statusCode: '201', body: 'x' }, status: 201, body: 'x' },
  { answer: { statusCode: 200, body: null, headers: null, isBase64Encoded: null } },
  {
    answer: { statusCode: 200, headers: { 'Content-Type': 'text/html', 'X-N': 1, 'X-B': true } },
    headers: ['Content-Type', 'text/html', 'X-N', '1', 'X-B', 'true'],
  },
  { answer: { statusCode: 200, body: 'aGk=', isBase64Encoded: true }, body: 'hi' },
  { answer: { statusCode: 200, body: 'aGk=' }, body: 'aGk=' },
  {
    answer: {
      statusCode: 200,
      headers: { 'Content-Length': '9', 'transfer-encoding': 'chunked', 'apigw-requestid': 'x' },
    },
  },
  {
    answer: { statusCode: 200, headers: { 'x-a': 'one\r\nset-cookie: two' } },
    headers: [...PLAIN, 'x-a', 'one  set-cookie: two'],
  },
]

test('both formats: status, headers and body are taken over, framing and our own headers are not', () => {
  for (const read of [readFunctionResponse20, readFunctionResponse10]) {
    for (const { answer, status = 200, headers = PLAIN, body = '' } of both) {
      const response = read(bytes(answer))
      assert.equal(response.statusCode, status)
      assert.deepEqual(response.headers, headers, JSON.stringify(answer))
      assert.equal(textOf(response.body), body)
    }
  }
})

test('format 2.0: each cookie is a set-cookie header', () => {
  const { headers } = readFunctionResponse20(
    bytes({ statusCode: 200, cookies: ['a=1; Secure', 'b=2'] }),
  )
  assert.deepEqual(headers, [...PLAIN, 'set-cookie', 'a=1; Secure', 'set-cookie', 'b=2'])
})

test('format 1.0: multiValueHeaders come first, and win over a header of the same name', () => {
  const { headers } = readFunctionResponse10(
    bytes({
      statusCode: 200,
      headers: { 'x-a': 'single', 'X-B': 'b' },
      multiValueHeaders: { 'X-A': ['1', '2'] },
      cookies: ['ignored=1'],
    }),
  )
  assert.deepEqual(headers, [...PLAIN, 'X-A', '1', 'X-A', '2', 'X-B', 'b'])
})

const malformedInBoth: readonly unknown[] = [
  'not json',
  '',
  { statusCode: 'abc' },
  { statusCode: 99 },
  { statusCode: 100 },
  { statusCode: 600 },
  { statusCode: null },
  { statusCode: 200, body: { a: 1 } },
  { statusCode: 200, body: 7 },
  { statusCode: 200, headers: 'x' },
  { statusCode: 200, headers: ['a'] },
  { statusCode: 200, headers: { 'x-a': null } },
  { statusCode: 200, headers: { 'x-a': { b: 1 } } },
  { statusCode: 200, headers: { 'x a': '1' } },
  { statusCode: 200, headers: { 'x-a\r\nx-b': '1' } },
  { statusCode: 200, headers: { '': '1' } },
  { statusCode: 200, body: 'x', isBase64Encoded: 'true' },
  { statusCode: 200, body: '!!', isBase64Encoded: true },
]

const refuses = (read: (payload: Uint8Array) => unknown, payload: unknown): void => {
  assert.throws(
    () => read(bytes(payload)),
    (error) =>
      error instanceof GatewayFailure &&
      error.statusCode === 500 &&
      error.message === 'Internal Server Error' &&
      /format that API Gateway expects/.test(error.hint ?? ''),
    JSON.stringify(payload),
  )
}

test('malformed answers are 500 with the reason as a hint', () => {
  for (const payload of malformedInBoth) {
    refuses(readFunctionResponse20, payload)
    refuses(readFunctionResponse10, payload)
  }
  refuses(readFunctionResponse20, { statusCode: 200, cookies: 'a=1' })
  refuses(readFunctionResponse20, { statusCode: 200, cookies: [1] })
  for (const payload of ['null', '"text"', '[]', {}, { body: 'x' }]) {
    refuses(readFunctionResponse10, payload)
  }
  refuses(readFunctionResponse10, { statusCode: 200, multiValueHeaders: { 'x-a': '1' } })
})
