import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  compileFilterPattern,
  FilterPatternError,
} from '#languages/log-filter-pattern/compile-filter-pattern.ts'

const JSON_LINE =
  '{"status":404,"path":"/pets/1","user":{"id":"a b","admin":true},"n":null,"list":[1,{"x":"y"}]}'
const CLF = '192.0.2.1 - frank [10/Mar/2020:00:03:59 +0000] "GET /pets HTTP/1.1" 404 20'

/** Source: FilterAndPatternSyntax and its pages of examples. */
const CASES: readonly (readonly [string, string, boolean])[] = [
  ['', 'anything', true],
  ['ERROR', '[ERROR 400] BAD REQUEST', true],
  ['error', '[ERROR 400] BAD REQUEST', false],
  ['ERROR ARGUMENTS', 'ERROR 419 MISSING ARGUMENTS', true],
  ['ERROR ARGUMENTS', 'ERROR 401', false],
  ['"INTERNAL SERVER ERROR"', '[ERROR 500] INTERNAL SERVER ERROR', true],
  ['?ERROR ?WARN', 'WARN x', true],
  ['?ERROR ?WARN', 'INFO x', false],
  ['ERROR -ARGUMENTS', 'ERROR 419 MISSING ARGUMENTS', false],
  ['%AUTHORIZED|DENIED%', 'UNAUTHORIZED', true],
  ['{ $.status = 404 }', JSON_LINE, true],
  ['{ $.status = 4* }', JSON_LINE, true],
  ['{ $.status >= 500 }', JSON_LINE, false],
  ['{ $.status > 400 && ($.path = "/pets/*" || $.path = "x") }', JSON_LINE, true],
  ['{ $.status != 404 }', JSON_LINE, false],
  ['{ $.missing != 404 }', JSON_LINE, false],
  ['{ $.missing NOT EXISTS }', JSON_LINE, true],
  ['{ $.n IS NULL }', JSON_LINE, true],
  ['{ $.user.admin IS TRUE }', JSON_LINE, true],
  ['{ $.user.id = "a b" }', JSON_LINE, true],
  ['{ $.path = %/pets/[0-9]+% }', JSON_LINE, true],
  ['{ $.list[1].x = "y" }', JSON_LINE, true],
  ['{ $.list[*] = 1 }', JSON_LINE, true],
  ['{ $.status = 404 }', 'no json', false],
  ['{ $.toString = "x" }', JSON_LINE, false],
  ['[ip, id, user, time, request, status = 404, bytes]', CLF, true],
  ['[ip, , user = frank, time, request = *GET*, status = 4*, bytes > 10]', CLF, true],
  ['[ip, ..., status = 404, bytes]', CLF, true],
  ['[..., status = 500, bytes]', CLF, false],
  ['[ip, id, user, time, request, (status = 404 || status = 500), bytes]', CLF, true],
  ['[ip, id]', CLF, false],
]

describe('filter patterns', () => {
  for (const [pattern, message, expected] of CASES) {
    it(`${pattern || '(empty)'} ${expected ? 'matches' : 'does not match'} ${message.slice(0, 40)}`, () => {
      assert.equal(compileFilterPattern(pattern)?.(message) ?? true, expected)
    })
  }

  it('what is no pattern is refused, whatever it is', () => {
    for (const bad of ['{ $.a }', '{ $.a = }', '{ a = 1 }', '{ $.a > x }', '[a, b', '{ (', '%(%'])
      assert.throws(() => compileFilterPattern(bad), FilterPatternError, bad)
    assert.throws(() => compileFilterPattern(`{ ${'('.repeat(500)} }`), FilterPatternError)
    assert.throws(() => compileFilterPattern('x'.repeat(2_000)), FilterPatternError)
  })

  it('random texts are patterns or are refused, and never anything else', () => {
    const words = [
      '{',
      '}',
      '[',
      ']',
      '$',
      '.a',
      '=',
      '"',
      '%',
      '*',
      '&&',
      '||',
      '(',
      ')',
      ',',
      ' ',
      'x',
      '1',
      '?',
      '-',
      '\\',
    ]
    let seed = 7
    for (let round = 0; round < 20_000; round++) {
      let text = ''
      for (let at = 0; at < 8; at++) {
        seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
        text += words[(seed >>> 8) % words.length]
      }
      try {
        compileFilterPattern(text)?.(JSON_LINE)
      } catch (error) {
        assert.ok(error instanceof FilterPatternError, `${text}: ${error}`)
      }
    }
  })
})
