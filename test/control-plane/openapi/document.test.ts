import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseDefinitionText } from '#control-plane/openapi/document.ts'

const SCOPE = { accountId: '111111111111', region: 'eu-west-1' }
const parse = (text: string) => parseDefinitionText(text, SCOPE)

for (const text of ['', 'hello', '[]', '42', 'null', '"text"', '- a\n- b']) {
  test(`what is no object is no document: ${JSON.stringify(text)} [F103]`, () => {
    assert.throws(() => parse(text), { message: 'Invalid OpenAPI input.' })
  })
}

test('JSON and YAML give the same tree, whose objects inherit nothing', () => {
  const json = parse('{"swagger": "2.0", "paths": {"/a": {"get": {"responses": {"200": {}}}}}}')
  const yaml = parse('swagger: "2.0"\npaths:\n  /a:\n    get:\n      responses:\n        200: {}\n')
  assert.deepEqual(JSON.parse(JSON.stringify(yaml)), JSON.parse(JSON.stringify(json)))
  assert.equal(Object.getPrototypeOf(json), null)
})

test('the names that JavaScript gives meaning to are keys like any other', () => {
  const tree = parse('__proto__: {polluted: true}\nconstructor: {prototype: 1}\n')
  assert.deepEqual(Object.keys(tree), ['__proto__', 'constructor'])
  assert.equal(Reflect.get({}, 'polluted'), undefined)
  assert.deepEqual(Object.keys(parse('{"__proto__": {"polluted": true}}')), ['__proto__'])
})

test('a version that is written as a number keeps its zero', () => {
  assert.equal(JSON.stringify(parse('info:\n  version: 1.0\n')), '{"info":{"version":"1.0"}}')
})

test('the AWS variables are put in [behaviour.md 1.4]', () => {
  const text =
    'uri: arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:${stageVariables.f}'
  assert.equal(
    JSON.stringify(parse(text)),
    '{"uri":"arn:aws:lambda:eu-west-1:111111111111:${stageVariables.f}"}',
  )
})

test('anchors and merge keys are resolved', () => {
  const tree = parse('base: &base {a: 1}\nb: {<<: *base, c: 2}\n')
  assert.equal(JSON.stringify(tree), '{"base":{"a":1},"b":{"a":1,"c":2}}')
})

test('an error of YAML says where it is', () => {
  assert.throws(
    () => parse('swagger: "2.0"\npaths: {\n'),
    /^ServiceError: Invalid OpenAPI input\. .*line \d+, column \d+$/,
  )
})

const billionLaughs = () => {
  const lines = ['a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]']
  for (let level = 1; level < 12; level++) {
    const aliases = Array.from({ length: 9 }, () => `*a${level - 1}`).join(', ')
    lines.push(`a${level}: &a${level} [${aliases}]`)
  }
  return lines.join('\n')
}

const hostile: Readonly<Record<string, () => string>> = {
  'a billion laughs': billionLaughs,
  'an anchor within itself': () => 'a: &a\n  b: *a\n',
  'brackets without end': () => `a: ${'['.repeat(50_000)}`,
  'JSON nested deeply': () => `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
  'blocks nested deeply': () =>
    Array.from({ length: 1500 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
  'more values than a definition has': () => `{"a":[${'0,'.repeat(600_000)}0]}`,
  'more than 6 MB': () => `{"a":"${'x'.repeat(6 * 1024 * 1024)}"}`,
}
for (const [name, make] of Object.entries(hostile)) {
  test(`${name} is refused`, () => {
    assert.throws(() => parse(make()), /^ServiceError: Invalid OpenAPI input\./)
  })
}
