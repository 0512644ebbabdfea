import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fixedIdOf } from '#control-plane/fixed-ids.ts'

test('any of the tags that emulators know fixes the id', () => {
  for (const tag of ['_custom_id_', 'ms-custom-id', 'floci:override-id'])
    assert.equal(fixedIdOf({ other: 'x', [tag]: 'my-api1' }), 'my-api1')
  assert.equal(fixedIdOf({ other: 'x' }), undefined)
  assert.equal(fixedIdOf(undefined), undefined)
})

test('an id that can be no label of a host name is refused', () => {
  for (const id of ['', 'Api', '-a', 'a-', 'a.b', 'a/b', 'a b', 'ä', 'x'.repeat(64)])
    assert.throws(() => fixedIdOf({ _custom_id_: id }), { code: 'BadRequestException' })
})
