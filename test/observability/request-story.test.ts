// The page of one request in a terminal.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { formatStory } from '#observability/request-story.ts'
import { requestRecord, tracedRecord } from '../support/records.ts'

const HOSTILE = '\u001b[2J\u001b]0;owned\u0007\r\nforged 200 OK\u202e\u0000'

test('nothing that a caller or a backend sent moves the cursor, turns text around or adds a line', () => {
  const record = requestRecord({
    path: HOSTILE,
    userAgent: HOSTILE,
    requestId: HOSTILE,
    error: { responseType: 'X', message: '', hint: HOSTILE },
    caller: { principalId: HOSTILE },
    steps: [{ name: HOSTILE, outcome: HOSTILE, startMs: 0, durationMs: 0 }],
    executionLog: { logGroupName: 'g', lines: [{ atMs: 0, text: HOSTILE }] },
    messages: [
      {
        kind: 'method request',
        atMs: 0,
        head: HOSTILE,
        headers: [HOSTILE, HOSTILE],
        body: HOSTILE,
        bodyBytes: 1,
      },
    ],
  })
  const story = stripVTControlCharacters(formatStory(record))
  assert.doesNotMatch(story, /(?!\n)[\p{Cc}\p{Bidi_Control}]/u)
  assert.ok(story.split('\n').every((line) => !line.startsWith('forged')))
})

test('it says who answered a 4xx or 5xx that was passed through, and why a failure is one', () => {
  const why = (more: Parameters<typeof tracedRecord>[0]) =>
    /^why +(.*)$/m.exec(stripVTControlCharacters(formatStory(tracedRecord(more))))?.[1]
  const target = 'arn:aws:lambda:us-east-1:123456789012:function:hello'
  const integration = { target, latencyMs: 1, status: 200, functionStatus: 404 }
  assert.equal(why({ status: 404, integration }), 'function hello answered 404')
  assert.equal(
    why({
      status: 400,
      integration: { target: 'https://example.com/x', latencyMs: 1, status: 500 },
    }),
    'https://example.com/x answered 500, and the API makes 400 of it',
  )
  assert.equal(why({ status: 200 }), undefined)
})

test('a long body is shown by its beginning, JSON over several lines', () => {
  const message = (body: string) =>
    formatStory(
      requestRecord({
        messages: [{ kind: 'method response', atMs: 1, head: '', headers: [], body, bodyBytes: 9 }],
      }),
    )
  assert.match(message('{"a":{"b":1}}'), /\n {4}\{\n {6}"a": \{\n/)
  assert.match(message('x\n'.repeat(100)), /… and 41 lines more\n/)
})
