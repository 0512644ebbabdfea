import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LookUp } from '#languages/parameter-mapping/mapping-value.ts'
import { compileResponseMapping } from '#languages/parameter-mapping/response-mapping.ts'

const lookUp: LookUp = (reference) =>
  reference.kind === 'context' && reference.name === 'requestId' ? 'id=' : undefined

const answer = (statusCode: number) => ({ statusCode, headers: ['X-A', '1', 'x-a', '2'] })

/** Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html, examples */
test('the mapping of a status code changes answers of that status code alone', () => {
  const { mapping, problems } = compileResponseMapping({
    '500': { 'append:header.header1': '$context.requestId', 'overwrite:statuscode': '403' },
    '404': { 'append:header.error': '$stageVariables.environmentId' },
  })
  assert.deepEqual(problems, [])
  assert.ok(mapping)
  assert.deepEqual(mapping(answer(500), lookUp), {
    statusCode: 403,
    headers: ['X-A', '1', 'x-a', '2', 'header1', 'id='],
  })
  assert.deepEqual(mapping(answer(404), lookUp), answer(404))
  assert.deepEqual(mapping(answer(200), lookUp), answer(200))
})

test('values of the answer itself are those that the backend sent', () => {
  const { mapping } = compileResponseMapping({
    '200': { 'remove:header.x-a': '', 'append:header.x-b': '${response.header.X-A}!' },
  })
  assert.deepEqual(mapping?.(answer(200), lookUp).headers, ['x-b', '1,2!'])
})

test('a status code that is none leaves the answer as it is', () => {
  const { mapping } = compileResponseMapping({
    '200': { 'overwrite:statuscode': '$response.header.x-a' },
  })
  assert.equal(mapping?.(answer(200), lookUp).statusCode, 200)
})

test('reserved headers, unknown keys, bodies and bad status codes are named, not obeyed', () => {
  for (const [status, key, value] of [
    ['200', 'append:header.apigw-requestid', 'v'],
    ['200', 'append:querystring.x', 'v'],
    ['200', 'overwrite:path', '/'],
    ['200', 'append:header.x', '$response.body.id'],
    ['2xx', 'append:header.x', 'v'],
  ] as const) {
    const { mapping, problems } = compileResponseMapping({ [status]: { [key]: value } })
    assert.equal(mapping, undefined)
    assert.equal(problems.length, 1, key)
  }
})
