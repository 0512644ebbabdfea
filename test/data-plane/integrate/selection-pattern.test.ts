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
    ['(?i)error', 'ERROR', true],
    ['\\Qa.b\\E', 'a.b', true],
    ['(a|b)*', 'abab', true],
    ['.*Error.*', 'An\nError', false],
    ['(\\n|.)+Error(\\n|.)*', 'An\nError', true],
    ['[a-z&&[^b]]', 'b', false],
    ['(a+)+', `${'a'.repeat(5000)}b`, false],
  ]
  for (const [pattern, text, matches] of rows) {
    it(`${pattern} ${matches ? 'fits' : 'does not fit'} ${text}`, () => {
      assert.equal(compileSelectionPattern(pattern)?.(text), matches)
    })
  }
})

describe('what is no regular expression of Java is not read', () => {
  for (const pattern of ['(', '[a', 'a{2,1}', '*']) {
    it(pattern, () => assert.equal(compileSelectionPattern(pattern), undefined))
  }
})
