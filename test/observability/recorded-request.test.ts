// What a record keeps of what its request told: within bounds, and without credentials.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TimedExecutionEvent } from '#model/execution-event.ts'
import { executionLogGroup, recordTold } from '#observability/recorded-request.ts'
import { requestRecord } from '../support/records.ts'
import { RULES } from '../support/told.ts'

const SECRETS = {
  authorization: 'Bearer of-the-caller-abcdef',
  cookie: 'session=of-the-caller',
  'x-api-key': 'key-of-the-caller-0123456789',
  'x-amz-security-token': 'session-token-of-the-caller',
}
const headers = [...Object.entries(SECRETS).flat(), 'accept', '*/*']
const sent = {
  method: 'POST',
  target: '/prod/pets?q=1&access_token=of-the-caller&X-Amz-Signature=abc',
  host: 'h',
  headers,
  body: Buffer.from('{"a":1}'),
  hasBody: true,
}

test('credentials in headers and parameters are withheld by name, and the rest can be sent again', () => {
  const { sent: kept } = recordTold(requestRecord(), { sent }, RULES)
  assert.deepEqual(kept, {
    method: 'POST',
    target: '/prod/pets?q=1&access_token=&X-Amz-Signature=',
    host: 'h',
    headers: ['accept', '*/*'],
    withheld: [...Object.keys(SECRETS), 'access_token', 'X-Amz-Signature'],
    body: Buffer.from('{"a":1}').toString('base64'),
  })
  const all = recordTold(requestRecord(), { sent }, { ...RULES, keepsSecrets: true }).sent
  assert.deepEqual([all?.target, all?.headers, all?.withheld], [sent.target, headers, []])
})

test('a body past the bound, or that nobody read, is not kept and said to be withheld', () => {
  const large = { ...sent, headers: [], target: '/', body: Buffer.alloc(2_000) }
  assert.deepEqual(recordTold(requestRecord(), { sent: large }, RULES).sent?.withheld, ['body'])
  const unread = { ...large, body: undefined }
  assert.deepEqual(recordTold(requestRecord(), { sent: unread }, RULES).sent?.withheld, ['body'])
  const none = { ...unread, hasBody: false }
  assert.deepEqual(recordTold(requestRecord(), { sent: none }, RULES).sent?.withheld, [])
})

const events: readonly TimedExecutionEvent[] = [
  {
    atMs: 1_465_510_280_003,
    event: {
      kind: 'endpoint-request',
      uri: 'https://example.com/pets?api_key=of-the-caller',
      headers,
      body: Buffer.from(
        JSON.stringify({
          headers: { ...SECRETS, Cookie: 'session=of-the-caller' },
          cookies: ['session=of-the-caller'],
        }),
      ),
    },
  },
  {
    atMs: 1_465_510_280_005,
    event: {
      kind: 'method-response',
      headers: ['Set-Cookie', 'session=of-the-caller'],
      body: 'é'.repeat(1_000),
    },
  },
]

test('messages have their moment, the beginning of their body, and no credentials', () => {
  const { messages = [] } = recordTold(
    requestRecord(),
    { events },
    { ...RULES, keepsMessages: true },
  )
  const [asked, answered] = messages
  assert.equal(asked?.atMs, 3)
  assert.equal(asked?.head, 'https://example.com/pets')
  assert.equal(answered?.bodyBytes, 2_000)
  assert.equal(answered?.body, 'é'.repeat(500))
  assert.doesNotMatch(JSON.stringify(messages), /of-the-caller(?!-abcdef)/)
})

test('an event of the log has a kilobyte at most, and its group is AWS’s [behaviour.md 12.2]', () => {
  const log = { level: 'INFO', dataTrace: true } as const
  const { executionLog } = recordTold(requestRecord(), { events, log }, RULES)
  assert.ok(executionLog?.lines.every(({ text }) => Buffer.byteLength(text) <= 1024))
  assert.ok(executionLog?.lines.every(({ text }) => text.startsWith('(id-1) ')))
  assert.equal(executionLog?.logGroupName, 'API-Gateway-Execution-Logs_abc123/prod')
  assert.equal(
    executionLogGroup({ protocol: 'WEBSOCKET', apiId: 'ws1', stage: 'prod' }),
    '/aws/apigateway/ws1/prod',
  )
})

test('messages are kept where the stage has a data trace, and not where it has none', () => {
  const of = (dataTrace: boolean) =>
    recordTold(requestRecord(), { events, log: { level: 'INFO', dataTrace } }, RULES).messages
  assert.equal(of(true)?.length, 2)
  assert.equal(of(false), undefined)
})
