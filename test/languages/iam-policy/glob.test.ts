import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { compileGlob, splitTokens, textOf, tokensOf } from '#languages/iam-policy/glob.ts'

const matches = (pattern: string, text: string): boolean =>
  compileGlob(tokensOf(pattern, true))(text)

/** What the words say, by trying everything. */
const naive = (pattern: string, text: string): boolean => {
  if (pattern === '') return text === ''
  if (pattern.startsWith('*')) {
    return naive(pattern.slice(1), text) || (text !== '' && naive(pattern, text.slice(1)))
  }
  if (text === '') return false
  return (pattern[0] === '?' || pattern[0] === text[0]) && naive(pattern.slice(1), text.slice(1))
}

test('an asterisk is any characters or none, a question mark is one', () => {
  for (const [pattern, text, expected] of [
    ['*', '', true],
    ['*', 'anything', true],
    ['', '', true],
    ['', 'a', false],
    ['?', '', false],
    ['?', 'a', true],
    ['a*', 'a', true],
    ['*a', 'ba', true],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['a**?b', 'axb', true],
    ['a**?b', 'ab', false],
    ['*/GET/*', 'api/prod/GET/pets/1', true],
    ['*/GET/*', 'api/prod/POST/pets/1', false],
    ['x*abc*abc*y', 'xabcy', false],
    ['x*abc*abc*y', 'xabcabcy', true],
  ] as const) {
    assert.equal(matches(pattern, text), expected, `${pattern} ${text}`)
  }
})

test('every pattern matches what a naive matcher matches', () => {
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 })
  const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 })
  fc.assert(
    fc.property(pattern, text, (pattern, text) => {
      assert.equal(matches(pattern, text), naive(pattern, text))
    }),
    { numRuns: 3000 },
  )
})

test('long segments are found where they are, and nowhere else', () => {
  const segments = fc.string({
    unit: fc.constantFrom('a', 'a', 'a', 'b', '?'),
    minLength: 30,
    maxLength: 100,
  })
  fc.assert(
    fc.property(segments, fc.nat(99), fc.nat(40), (segment, place, padding) => {
      const real = segment.replaceAll('?', 'c')
      const text = `${'a'.repeat(padding)}${real}${'b'.repeat(padding)}`
      assert.ok(matches(`*${segment}*`, text))
      assert.ok(matches(`*${segment}*${'b'.repeat(padding)}`, text))
      const at = place % segment.length
      const other = `${segment.slice(0, at)}b${segment.slice(at + 1)}`
      assert.equal(matches(`*${other}*`, text), naiveFind(other, text))
    }),
    { numRuns: 300 },
  )
})

const naiveFind = (segment: string, text: string): boolean =>
  Array.from(text).some((_, at) =>
    Array.from(segment).every((char, index) => {
      const actual = text[at + index]
      return actual !== undefined && (char === '?' || char === actual)
    }),
  )

test('adversarial patterns end at once', () => {
  const text = 'a'.repeat(2000)
  for (const pattern of [
    `${'*a'.repeat(1000)}b`,
    `${'?*'.repeat(1000)}b`,
    `*${'a'.repeat(1000)}b*`,
    `*${'a?'.repeat(500)}b*`,
    `*b${'a'.repeat(1000)}*`,
  ]) {
    assert.equal(matches(pattern, text), false)
  }
})

test('tokens without wildcards stand for themselves', () => {
  assert.equal(textOf(tokensOf('a*?', false)), 'a*?')
  assert.ok(compileGlob(tokensOf('a*', false))('a*'))
  assert.ok(!compileGlob(tokensOf('a*', false))('ab'))
})

test('tokens are split at the first separators, and the last part has the rest', () => {
  assert.deepEqual(splitTokens(tokensOf('a:b:c:d', true), 58, 3).map(textOf), ['a', 'b', 'c:d'])
})
