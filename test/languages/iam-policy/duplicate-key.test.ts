import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { compilePolicy } from '#languages/iam-policy/compile-policy.ts'
import { findDuplicateKey } from '#languages/iam-policy/duplicate-key.ts'

test('a name that is there twice in one object is found, however it is written', () => {
  assert.equal(findDuplicateKey('{"a":1,"b":{"a":2},"a":3}'), 'a')
  assert.equal(findDuplicateKey(String.raw`{"a":1,"\u0061":2}`), 'a')
  assert.equal(findDuplicateKey('[{"x":[{"a":1}]},{"y":{"q":0,"b":"}","b":"{"}}]'), 'b')
  assert.equal(findDuplicateKey('{"__proto__":1,"__proto__":2}'), '__proto__')
})

test('no value, nesting or sibling is taken for one', () => {
  for (const json of [
    '{}',
    '"a:a"',
    '{"a":"a","b":"a"}',
    '[{"a":1},{"a":1}]',
    '{"a":{"a":{"a":"\\"a\\":"}}}',
  ]) {
    assert.equal(findDuplicateKey(json), undefined, json)
  }
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      assert.equal(findDuplicateKey(JSON.stringify(value)), undefined)
    }),
  )
})

test('a policy with two conditions of one operator is refused, not half enforced', () => {
  const policy =
    '{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"a":"1"},"StringEquals":{"b":"2"}}}}'
  assert.throws(() => compilePolicy(policy), /has "StringEquals" twice in one object/)
})
