// The lines of AWS's execution log. source: behaviour.md 12.2 and recorded answer F192
import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { ExecutionEvent } from '#model/execution-event.ts'
import { executionLogLines, renderTestLog } from '#observability/execution-log.ts'

const atMs = Date.UTC(2026, 10, 1, 5, 6, 7)
const linesOf = (event: ExecutionEvent) => executionLogLines([{ atMs, event }])
const textsOf = (event: ExecutionEvent) => linesOf(event).map(({ text }) => text)
const request = (
  headers: readonly string[],
  body: Uint8Array = Buffer.from(''),
): ExecutionEvent => ({
  kind: 'method-request',
  requestId: 'id-1',
  httpMethod: 'GET',
  path: '/x',
  pathParameters: { id: '1' },
  query: new Map([['a', ['1', '2']]]),
  headers,
  body,
})

it('a test log has a heading, the time of each line as ctime in UTC, and a newline at its end [F192]', () => {
  assert.equal(
    renderTestLog('id-1', [{ atMs, event: { kind: 'completed', status: 200 } }]),
    'Execution log for request id-1\nSun Nov 01 05:06:07 UTC 2026 : Method completed with status: 200\n',
  )
})

it('maps are printed as Java prints them, the last value of a query parameter, all of a header', () => {
  assert.deepEqual(textsOf(request(['A', '1', 'b', '2', 'a', '3'])).slice(2), [
    'Method request path: {id=1}',
    'Method request query string: {a=2}',
    'Method request headers: {A=1,3, b=2}',
    'Method request body before transformations: ',
  ])
})

it('credentials are shown by their last characters, short ones not at all', () => {
  const secrets = [
    'Authorization',
    'Bearer 0123456789abcdef',
    'X-API-Key',
    'short',
    'X-Amz-Security-Token',
    'x'.repeat(40),
  ]
  const line = textsOf(request(secrets))[4]
  assert.equal(
    line,
    `Method request headers: {Authorization=${'*'.repeat(17)}abcdef, X-API-Key=*****, X-Amz-Security-Token=${'*'.repeat(34)}xxxxxx}`,
  )
})

it('a value past 998 characters is cut and marked; bytes that are no text are named only', () => {
  const long = textsOf(request([], Buffer.from('é'.repeat(50_000))))[5] ?? ''
  assert.ok(long.endsWith(`${'é'.repeat(10)} [TRUNCATED]`))
  assert.equal(long.replace(/^[^:]*: /, '').length, 998 + ' [TRUNCATED]'.length)
  const binary = textsOf(request([], Buffer.from([0xff, 0xfe])))[5]
  assert.equal(binary, 'Method request body before transformations: [Binary Data]')
})

it('without a data trace no header, parameter or body is among the lines', () => {
  const kept = linesOf(request(['x-secret', 'word'], Buffer.from('word'))).filter(
    ({ isData }) => !isData,
  )
  assert.deepEqual(
    kept.map(({ text }) => text),
    ['Starting execution for request: id-1', 'HTTP Method: GET, Resource Path: /x'],
  )
})

it('a failure is the one line of level ERROR, in the words that AWS has for it', () => {
  const failure = (more: Partial<Extract<ExecutionEvent, { kind: 'failed' }>>) =>
    linesOf({
      kind: 'failed',
      status: 500,
      responseType: 'INTEGRATION_FAILURE',
      message: 'Internal server error',
      ...more,
    })
  assert.deepEqual(
    failure({ responseType: 'INTEGRATION_TIMEOUT', status: 504 }).map(({ level, text }) => [
      level,
      text,
    ]),
    [
      ['ERROR', 'Execution failed due to a timeout error'],
      ['INFO', 'Method completed with status: 504'],
    ],
  )
  assert.equal(failure({ logLine: 'as the step says' })[0]?.text, 'as the step says')
  assert.equal(
    failure({ responseType: 'API_CONFIGURATION_ERROR', hint: 'no such thing' })[0]?.text,
    'Execution failed due to configuration error: no such thing',
  )
  assert.equal(
    failure({ responseType: 'BAD_REQUEST_BODY', validationErrorString: '[x]' })[0]?.text,
    'Request body does not match model schema for content type application/json: [x]',
  )
  assert.equal(failure({})[0]?.text, 'Execution failed: Internal server error')
})

it('the credentials in the event of a function are masked as those of headers, also where the event is cut', () => {
  const shown = (event: string) =>
    textsOf({ kind: 'endpoint-request', uri: 'u', headers: [], body: Buffer.from(event) })[2]
  const key = 'k'.repeat(20)
  assert.equal(
    shown(
      `{"headers":{"x-api-key":"${key}","a":"b"},"multiValueHeaders":{"X-API-Key":["${key}","c"]}}`,
    ),
    `Endpoint request body after transformations: {"headers":{"x-api-key":"${'*'.repeat(14)}kkkkkk","a":"b"},"multiValueHeaders":{"X-API-Key":["****"]}}`,
  )
  const long = shown(`{"Authorization": "Bearer ${'s'.repeat(10_000)}"}`) ?? ''
  assert.ok(long.endsWith('* [TRUNCATED]'))
  assert.ok(!long.includes('ss'))
})
