import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  compileMappingValue,
  type LookUp,
  type Reference,
} from '#languages/parameter-mapping/mapping-value.ts'

const known: Readonly<Record<string, string>> = {
  'header:x-a': 'from header',
  'querystring:Q': 'from query',
  'path:': '/raw/path',
  'pathParameter:petId': '7',
  'context:requestId': 'id=',
  'context:identity.sourceIp': '192.0.2.1',
  'stageVariable:env': 'prod',
}

const lookUp: LookUp = (reference: Reference) =>
  known[`${reference.kind}:${'name' in reference ? reference.name : ''}`]

/** Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html */
const requestValues: readonly (readonly [string, string | undefined])[] = [
  ['$request.header.X-A', 'from header'],
  ['${request.header.x-a}', 'from header'],
  ['$request.querystring.Q', 'from query'],
  ['$request.querystring.q', undefined],
  ['$request.path', '/raw/path'],
  ['$request.path.petId', '7'],
  ['$context.requestId', 'id='],
  ['$context.identity.sourceIp', '192.0.2.1'],
  ['$stageVariables.env', 'prod'],
  ['$stageVariables.missing', undefined],
  ['a constant value', 'a constant value'],
  ['', ''],
  ['$5', '$5'],
  ['cost $5', 'cost $5'],
  ['${stageVariables.env}-${request.path.petId}', 'prod-7'],
  ['pet ${request.path.petId} of ${context.requestId}!', 'pet 7 of id=!'],
  ['${stageVariables.missing}', ''],
  ['a${stageVariables.missing}b', 'ab'],
  ['${unclosed', '${unclosed'],
]

test('a value is a reference, text with references in it, or plain text', () => {
  for (const [text, expected] of requestValues) {
    const compiled = compileMappingValue(text, 'request')
    assert.ok('value' in compiled, text)
    assert.equal(compiled.value(lookUp, 'header'), expected, text)
  }
})

test('a value that reaches into the body or across sides is named as not supported', () => {
  for (const [text, side] of [
    ['$request.body', 'response'],
    ['$request.body..a', 'request'],
    ['$request.body.a[?(@.b)]', 'request'],
    ['$response.header.x', 'request'],
    ['$request.header.x', 'response'],
    ['$response.body.id', 'response'],
    ['$request.header.', 'request'],
  ] as const) {
    const compiled = compileMappingValue(text, side)
    assert.ok('problem' in compiled, text)
    assert.match(compiled.problem, /parameter mapping/)
  }
})

test('text beyond ASCII becomes its UTF-8 bytes, one character each', () => {
  const compiled = compileMappingValue('대문', 'request')
  assert.ok('value' in compiled)
  assert.deepEqual(
    Buffer.from(compiled.value(lookUp, 'header') ?? '', 'latin1').toString('utf8'),
    '대문',
  )
})
