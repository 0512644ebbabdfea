import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { applyPatch, type PatchTable } from '#control-plane/patch-operations.ts'
import { entry, flag, integer, listMember, text } from '#control-plane/patch-rules.ts'

interface Thing {
  readonly name?: string
  readonly on?: boolean
  readonly size?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly scopes?: readonly string[]
}

const TABLE: PatchTable = {
  input: 'updateThingInput',
  refusal: 'listed',
  rules: [
    text('name'),
    flag('on'),
    integer('size', { min: 0, max: 9, invalid: 'Invalid size' }),
    entry('headers', { absent: 'Invalid header' }),
    listMember('scopes', { path: '/scopes' }),
  ],
}

describe('patch operations', () => {
  it('apply in order and leave the resource they began with alone', () => {
    const thing: Thing = { name: 'a', headers: { x: '1' } }
    const patched = applyPatch(TABLE, thing, [
      { op: 'replace', path: '/name', value: 'b' },
      { op: 'replace', path: '/name', value: 'c' },
      { op: 'replace', path: '/on', value: 'true' },
      { op: 'replace', path: '/size', value: '3' },
    ])
    assert.deepEqual(patched, { name: 'c', on: true, size: 3, headers: { x: '1' } })
    assert.deepEqual(thing, { name: 'a', headers: { x: '1' } })
  })

  it('unescape keys, tilde last', () => {
    const patched = applyPatch<Thing>(TABLE, {}, [
      { op: 'add', path: '/headers/a~1b~01', value: '1' },
      { op: 'add', path: '/headers/__proto__', value: '2' },
    ])
    assert.deepEqual(Object.entries(patched.headers ?? {}), [
      ['a/b~1', '1'],
      ['__proto__', '2'],
    ])
  })

  it('take a member away with its last entry', () => {
    const thing: Thing = { headers: { x: '1' }, scopes: ['s'] }
    const patched = applyPatch(TABLE, thing, [
      { op: 'remove', path: '/headers/x' },
      { op: 'remove', path: '/scopes', value: 's' },
    ])
    assert.deepEqual(patched, {})
  })

  it('refuse what they cannot be: numbers, paths, operations', () => {
    const refuses = (op: 'add' | 'replace' | 'test', path: string, value: string, say: RegExp) =>
      assert.throws(() => applyPatch<Thing>(TABLE, {}, [{ op, path, value }]), say)
    refuses('replace', '/size', '10', /^ServiceError: Invalid size$/)
    refuses('replace', '/size', '1.5', /Invalid size/)
    refuses('replace', '/size', ' ', /Invalid size/)
    refuses('replace', '/headers/x', '1', /Invalid header/)
    refuses(
      'test',
      '/name',
      'x',
      /Invalid patch path {2}'\/name' specified for op 'test'. Please choose supported operations/,
    )
    refuses('add', '/nothing', 'x', /Must be one of: \[\/headers\/\*, \/scopes\]/)
  })
})
