import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import type { RequestRecord } from '#model/request-record.ts'
import { formatRequestLine, printable } from '#observability/request-line.ts'

const RECORD: RequestRecord = {
  domainPrefix: 'api',
  traceId: 'Root=1-0',
  requestBytes: 0,
  requestId: 'r',
  extendedRequestId: 'x',
  protocol: 'REST',
  accountId: '1',
  region: 'us-east-1',
  apiId: 'a',
  apiName: 'n',
  stage: 'prod',
  deploymentId: 'd',
  domainName: 'a.execute-api',
  httpMethod: 'GET',
  path: '/prod/pets',
  httpProtocol: 'HTTP/1.1',
  sourceIp: '127.0.0.1',
  status: 200,
  responseBytes: 1,
  arrivedAtMs: 0,
  latencyMs: 8.13,
  steps: [
    { name: 'route', startMs: 0, durationMs: 0.1 },
    { name: 'cache', outcome: 'MISS', startMs: 0, durationMs: 0.1 },
    { name: 'integration', startMs: 1, durationMs: 6.4 },
  ],
}

test('a request is one line: status, method, path, duration, and the steps that tell something', () => {
  const line = stripVTControlCharacters(formatRequestLine(RECORD))
  assert.match(line, /200 {2}GET +\/prod\/pets +8\.1 ms {3}cache MISS › integration 6\.4 ms$/)
})

test('nothing that a client sent can move the cursor, end the line or turn its text around', () => {
  const hostile = '/\u001b[2J\r\n\u009b1A\u202efdp.exe\u2028\u0000'
  const line = formatRequestLine({
    ...RECORD,
    path: hostile,
    httpMethod: 'G\u0007T',
    error: { responseType: 'DEFAULT_4XX', message: hostile },
  })
  assert.doesNotMatch(stripVTControlCharacters(line), /[\p{Cc}\u202e\u2028]/u)
  assert.equal(printable('\u001b[2J\u202e'), '\\x1b[2J\\x202e')
})

test('a reason is short: the whole of it is in the function’s log', () => {
  const line = formatRequestLine({
    ...RECORD,
    error: { responseType: 'INTEGRATION_FAILURE', message: 'm', hint: 'x'.repeat(1000) },
  })
  assert.ok(stripVTControlCharacters(line).length < 500)
  assert.match(line, /x…/)
})
