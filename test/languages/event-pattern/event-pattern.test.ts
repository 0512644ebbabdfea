// source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileEventPattern, InvalidPattern } from '#languages/event-pattern/event-pattern.ts'

const CASES: readonly (readonly [string, unknown, unknown, boolean])[] = [
  ['exact', { a: ['x'] }, { a: 'x' }, true],
  ['a list of the event', { a: ['x'] }, { a: ['y', 'x'] }, true],
  ['null', { a: [null] }, { a: null }, true],
  ['null is not nothing', { a: [null] }, {}, false],
  ['nested', { a: { b: ['x'] } }, { a: { b: 'x' } }, true],
  ['prefix', { a: [{ prefix: 'ab' }] }, { a: 'abc' }, true],
  ['suffix, folded', { a: [{ suffix: { 'equals-ignore-case': '.PNG' } }] }, { a: 'x.png' }, true],
  ['equals-ignore-case', { a: [{ 'equals-ignore-case': 'AB' }] }, { a: 'ab' }, true],
  ['anything-but', { a: [{ 'anything-but': ['x', 'y'] }] }, { a: 'x' }, false],
  ['anything-but what is not there', { a: [{ 'anything-but': 'x' }] }, {}, false],
  ['anything-but prefix', { a: [{ 'anything-but': { prefix: 'in' } }] }, { a: 'out' }, true],
  ['numeric', { a: [{ numeric: ['>', 0, '<=', 5] }] }, { a: 5 }, true],
  ['numeric of text', { a: [{ numeric: ['=', 5] }] }, { a: '5' }, false],
  ['exists', { a: [{ exists: false }] }, { b: 1 }, true],
  ['cidr', { a: [{ cidr: '10.0.0.0/24' }] }, { a: '10.0.0.255' }, true],
  ['cidr outside', { a: [{ cidr: '10.0.0.0/24' }] }, { a: '10.0.1.0' }, false],
  ['wildcard', { a: [{ wildcard: 'a*b*c' }] }, { a: 'aXbYc' }, true],
  ['wildcard, overlapping', { a: [{ wildcard: 'ab*ba' }] }, { a: 'aba' }, false],
  ['$or', { $or: [{ a: ['x'] }, { b: ['y'] }] }, { b: 'y' }, true],
  ['a prototype is no event', { constructor: [{ exists: true }] }, {}, false],
]

for (const [name, pattern, event, fits] of CASES) {
  test(`${name}: ${fits ? 'fits' : 'does not fit'}`, () => {
    assert.equal(compileEventPattern(pattern)(event), fits)
  })
}

test('what is no pattern is refused', () => {
  for (const bad of [
    [],
    'x',
    { a: 'x' },
    { a: [] },
    { a: [{ odd: 1 }] },
    { a: [{ numeric: ['?', 1] }] },
  ]) {
    assert.throws(() => compileEventPattern(bad), InvalidPattern, JSON.stringify(bad))
  }
})
