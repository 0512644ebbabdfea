// java.util.regex as OpenJDK 17 answered (each row was run there), and what no pattern may do to the process.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import {
  RegexBudgetError,
  RegexReplacementError,
  RegexSyntaxError,
} from '#languages/regex/errors.ts'
import { compileEcmaRegex, compileJavaRegex } from '#languages/regex/java-regex.ts'
import { PATTERN_CHARS_MAX } from '#languages/regex/pattern-reader.ts'
import { regexBudget } from '#languages/regex/step-budget.ts'

/** Pattern, text, String.matches, String.replaceAll(pattern, "<$0>"). */
const RECORDED: readonly (readonly [string, string, boolean, string])[] = [
  ['a|ab', 'ab', true, '<a>b'],
  ['.*Error.*', 'An Error occurred', true, '<An Error occurred>'],
  ['.*Error.*', 'An Error\noccurred', false, '<An Error>\noccurred'],
  ['^abc$', 'abc\n', false, '<abc>\n'],
  ['abc\\z', 'abc\n', false, 'abc\n'],
  ['(?m)^a$', 'a\r\na', false, '<a>\r\n<a>'],
  ['(?i)K', 'k\u212a', false, '<k>\u212a'],
  ['(?iu)k', '\u212a', true, '<\u212a>'],
  ['\\bcaf\u00e9\\b', 'caf\u00e9 x', false, '<caf\u00e9> x'],
  ['[a-z&&[^x]]+', 'axb', false, '<a>x<b>'],
  ['[^a-d&&c-f]+', 'abcdef', false, '<ab>cd<ef>'],
  ['[a-c[x-z]]+', 'aqz', false, '<a>q<z>'],
  ['[]a]+', 'a]', true, '<a]>'],
  ['(?=.*\\d)(?=.*[a-z]).{4,}', 'ab12', true, '<ab12>'],
  ['(\\w)\\1', 'abba', false, 'a<bb>a'],
  ['(?<q>["\']).*?\\k<q>', '"it\'s"', true, '<"it\'s">'],
  ['(?<!a)b', 'abcb', false, 'abc<b>'],
  ['(?<=\\$)\\d+', 'a$12 13', false, 'a$<12> 13'],
  ['a*+a', 'aaa', false, 'aaa'],
  ['(?>a|ab)c', 'abc', false, 'abc'],
  ['\\Qa.b\\E+', 'a.bb', true, '<a.bb>'],
  ['(?x) a b # comment', 'ab', true, '<ab>'],
  ['\\R', '\r\n', true, '<\r\n>'],
  ['\\h+', ' \t\u00a0', true, '< \t\u00a0>'],
  ['\\p{Lu}\\p{javaLowerCase}+', 'Ab', true, '<Ab>'],
  ['\\x41\\u0042\\0103', 'ABC', true, '<ABC>'],
  ['.', '\ud83d\ude00', true, '<\ud83d\ude00>'],
  ['a*', 'baac', false, '<>b<aa><>c<>'],
  ['\\G\\d', '12a3', false, '<1><2>a3'],
  ['(a)|b\\1', 'ba', false, 'b<a>'],
  ['[\\w&&[^\\d_]]+', 'a_1b', false, '<a>_1<b>'],
]

describe('a Java regular expression', () => {
  for (const [pattern, text, matches, replaced] of RECORDED) {
    it(`${pattern} means on ${JSON.stringify(text)} what Java makes it mean`, () => {
      const regex = compileJavaRegex(pattern)
      assert.equal(regex.matches(text), matches)
      assert.equal(regex.replaceAll(text, '<$0>'), replaced)
    })
  }

  it('finds from an index, with groups that took no part undefined', () => {
    const regex = compileJavaRegex('(a)|(b)')
    assert.deepEqual(regex.find('xab', 2), { index: 2, end: 3, groups: ['b', undefined, 'b'] })
    assert.equal(regex.find('xyz'), undefined)
    const behind = compileJavaRegex('(?<=x)(a)|(b)')
    assert.deepEqual(behind.find('xab'), { index: 1, end: 2, groups: ['a', 'a', undefined] })
  })

  it('splits as java.lang.String does: no empty strings at the end, none of no width at the start', () => {
    const split = (pattern: string, text: string, limit?: number) =>
      compileJavaRegex(pattern).split(text, limit)
    assert.deepEqual(split(',', 'a,b,,'), ['a', 'b'])
    assert.deepEqual(split(',', ',a'), ['', 'a'])
    assert.deepEqual(split(',', ''), [''])
    assert.deepEqual(split(',', ',,'), [])
    assert.deepEqual(split('', 'abc'), ['a', 'b', 'c'])
    assert.deepEqual(split(',', 'a,b,c', 2), ['a', 'b,c'])
    assert.deepEqual(split(',', 'a,b,,', -1), ['a', 'b', '', ''])
    assert.deepEqual(split('(?=b)', 'abab'), ['a', 'ba', 'b'])
    assert.deepEqual(split('\\.', '10.0.0.1'), ['10', '0', '0', '1'])
  })

  it('replaces by group number, by name and by escaped characters', () => {
    const regex = compileJavaRegex('(?<first>\\w)(\\w)')
    assert.equal(regex.replaceAll('abcd', '$2${first}'), 'badc')
    assert.equal(regex.replaceAll('ab', '\\$1\\\\'), '$1\\')
    assert.equal(regex.replaceAll('ab', '$12'), 'a2')
    assert.equal(regex.replaceFirst('abcd', '-'), '-cd')
    assert.equal(compileJavaRegex("\\\\'").replaceAll("it\\'s", "'"), "it's")
  })

  it('refuses replacements that Java refuses, and only where there is something to replace', () => {
    const regex = compileJavaRegex('a')
    for (const replacement of ['$', '\\', '$1', '${none}', '${', '$x']) {
      assert.throws(() => regex.replaceAll('a', replacement), RegexReplacementError)
      assert.equal(regex.replaceAll('b', replacement), 'b')
    }
  })

  it('names what is wrong with a pattern and where', () => {
    const errors: readonly (readonly [string, RegExp, number])[] = [
      ['a(b', /Unclosed group/, 3],
      ['a)b', /Unmatched closing '\)'/, 1],
      ['*a', /Dangling meta character '\*'/, 0],
      ['a**', /Dangling meta character '\*'/, 2],
      ['[a', /Unclosed character class/, 2],
      ['[z-a]', /Illegal character range/, 1],
      ['a{x}', /Illegal repetition/, 2],
      ['a{3,1}', /Illegal repetition range/, 5],
      ['\\q', /Illegal\/unsupported escape sequence/, 1],
      ['\\p{Nope}', /Unknown character property name/, 2],
      ['\\k<n>', /does not exist/, 2],
      ['(?<n>a)(?<n>b)', /already defined/, 12],
      ['(?y)', /Unknown inline modifier/, 2],
      ['\\xg', /Illegal hexadecimal escape sequence/, 2],
    ]
    for (const [pattern, message, index] of errors) {
      assert.throws(
        () => compileJavaRegex(pattern),
        (error) =>
          error instanceof RegexSyntaxError && message.test(error.message) && error.index === index,
        pattern,
      )
    }
  })
})

describe('a regular expression of ECMA 262', () => {
  it('reads what a model may write and Java would read otherwise', () => {
    const rows: readonly (readonly [string, string, boolean])[] = [
      ['^a$', 'a\n', false],
      ['^[a[]$', '[', true],
      ['^[a&&b]$', '&', true],
      ['^\\_\\q$', '_q', true],
      ['^{a}$', '{a}', true],
      ['^\\s$', '\u00a0', true],
      ['^.$', '\u0085', true],
      ['[^]', '\n', true],
      ['[]', 'a', false],
      ['^[\\w-.]+$', 'a-.b', true],
      ['^\\d{3}-\\d{4}$', '555-1234', true],
    ]
    for (const [pattern, text, found] of rows) {
      assert.equal(compileEcmaRegex(pattern).find(text) !== undefined, found, pattern)
    }
    assert.throws(() => compileEcmaRegex('a++'), RegexSyntaxError)
  })
})

describe('no regular expression stalls the process', () => {
  const many = 'a'.repeat(50_000)

  it('matches catastrophic patterns in linear time', () => {
    for (const pattern of [
      '(a+)+$',
      '(a|a)*b',
      '(a|aa)+$',
      '^(([a-z])+.)+[A-Z]([a-z])+$',
      '(.*)*x',
    ]) {
      assert.equal(compileJavaRegex(pattern).matches(`${many}!`), false)
    }
  })

  it('runs out of steps where only backtracking can tell', () => {
    for (const pattern of ['(?=(a+)+$)x', '(a+)+\\1b', '(?:(?=a)a|a)*?b(?!c)', '(.+)*\\1{3}#']) {
      assert.throws(() => compileJavaRegex(pattern).find(many), RegexBudgetError, pattern)
    }
  })

  it('draws on the budget it is given', () => {
    const budget = regexBudget(10_000)
    const regex = compileJavaRegex('(?=.*b)a')
    assert.throws(() => {
      for (let round = 0; round < 10_000; round += 1) regex.find('aaaaaaaa', 0, budget)
    }, RegexBudgetError)
    assert.ok(budget.left < 0)
  })

  it('bounds what a replacement may make', () => {
    const regex = compileJavaRegex('(a+)')
    assert.throws(() => regex.replaceAll('a '.repeat(20_000), '$1'.repeat(1_000)), RegexBudgetError)
  })

  it('bounds the length, the depth and the repetitions of a pattern', () => {
    assert.throws(() => compileJavaRegex('a'.repeat(PATTERN_CHARS_MAX + 1)), RegexSyntaxError)
    assert.throws(() => compileJavaRegex('('.repeat(1_000)), RegexSyntaxError)
    assert.throws(() => compileJavaRegex('['.repeat(1_000)), RegexSyntaxError)
    const huge = compileJavaRegex('((a{2000}){2000}){2000}')
    assert.equal(huge.matches('a'.repeat(3_000_000)), false)
    assert.equal(huge.matches('aaa'), false)
    assert.equal(compileJavaRegex('a{2147483647}').matches('aaa'), false)
  })

  it('throws its named errors and no others, whatever the pattern, text and replacement', () => {
    const pieces =
      'a b . * + ? {2} {1,3} ( ) (?: (?= (?<! (?> [ ] ^ $ | \\1 \\b \\w && - \\ (?i) (?x) \\Q \\E # \ud800 ' +
      '\\p{L} \\R (?<n> \\k<n> { } \u00e9 \ud83d\ude00 \\G \\x \0'
    const piece = fc.constantFrom(...pieces.split(' '))
    const pattern = fc.array(piece, { maxLength: 14 }).map((parts) => parts.join(''))
    const text = fc.oneof(fc.string({ maxLength: 40 }), fc.constant('aabbab\r\n'))
    fc.assert(
      fc.property(pattern, text, fc.string({ maxLength: 8 }), (source, input, replacement) => {
        try {
          const regex = compileJavaRegex(source)
          regex.matches(input, regexBudget(20_000))
          regex.find(input, 0, regexBudget(20_000))
          regex.split(input, 0, regexBudget(20_000))
          regex.replaceAll(input, replacement, regexBudget(20_000))
        } catch (error) {
          assert.ok(
            error instanceof RegexSyntaxError ||
              error instanceof RegexBudgetError ||
              error instanceof RegexReplacementError,
            String(error),
          )
        }
      }),
      { numRuns: 3_000, seed: 5 },
    )
  })
})
