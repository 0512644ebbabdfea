import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compileSelectionPattern } from '#data-plane/integrate/selection-pattern.ts'

describe('a selection pattern matches the whole text', () => {
  const rows: readonly (readonly [string, string, boolean])[] = [
    ['200', '200', true],
    ['200', '2000', false],
    ['5\\d{2}', '503', true],
    ['5\\d{2}', '403', false],
    ['4[0-9]{2}', '404', true],
    ['4..|5..', '502', true],
    ['(400|404)', '404', true],
    ['[45]\\d\\d', '500', true],
    ['[^2]\\d\\d', '200', false],
    ['.*Error.*', 'An Error happened', true],
    ['Error', 'An Error happened', false],
    ['.*"status":400.*', '{"status":400}', true],
    ['.*\\[BadRequest\\].*', '[BadRequest] no name', true],
  ]
  for (const [pattern, text, matches] of rows) {
    it(`${pattern} ${matches ? 'fits' : 'does not fit'} ${text}`, () => {
      assert.equal(compileSelectionPattern(pattern)?.(text), matches)
    })
  }
})

describe('a pattern that Java reads otherwise, or that may backtrack without bound, is not read', () => {
  for (const pattern of [
    '(a+)+',
    '(a|b)*',
    '(a*){9}',
    'a*+',
    '\\Qa\\E',
    '(?i)error',
    '(?=a)b',
    '[a-z&&[^b]]',
    '.*a.*b.*c.*d.*e',
    '\\p{Alpha}',
    '\\1',
    '(',
    'a'.repeat(1025).concat('.'),
  ]) {
    it(pattern.slice(0, 20), () => {
      assert.equal(compileSelectionPattern(pattern), undefined)
    })
  }
})
