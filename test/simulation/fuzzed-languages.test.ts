// Templates, JSON paths, schemas and regular expressions from a fuzzer, each alone and all in one method: nothing but
// the documented errors comes out, and nobody spends more than the budget he was given.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { JsonPathBudgetError, JsonPathSyntaxError } from '#languages/json-path/errors.ts'
import { compileJsonPath } from '#languages/json-path/json-path.ts'
import { ModelBudgetError, ModelSchemaError } from '#languages/json-schema/errors.ts'
import { compileModelValidator } from '#languages/json-schema/model-validator.ts'
import {
  RegexBudgetError,
  RegexReplacementError,
  RegexSyntaxError,
} from '#languages/regex/errors.ts'
import { compileJavaRegex } from '#languages/regex/java-regex.ts'
import { testServices } from '../support/http-api.ts'
import { askRest, restIntegration, restMethod } from '../support/rest-api.ts'

/** `--long` plays ten times as many. */
const numRuns = process.env.DAEMUN_TEST_LONG === '1' ? 2_000 : 200

const regexes = fc
  .array(
    fc.constantFrom(
      '(a+)+',
      '(a|aa)*',
      '$',
      '^',
      '\\b',
      '(?=a)',
      '(?<!b)',
      '[^x]{0,40}',
      '.*',
      '\\p{L}',
      '(',
      '(?i)',
      'ab?',
      '\\1',
      '(x)',
      '|',
      '*',
      '{2,',
      '[a-z&&[^b]]',
      '\\Q',
      '한',
      '(?:a?){20}',
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(''))

const paths = fc
  .array(
    fc.constantFrom(
      '$',
      '..',
      '.a',
      '[*]',
      '.*',
      "['a','b']",
      '[0:2]',
      '[-1:]',
      '[?(@.a)]',
      '.length()',
      '[?(@.a =~ /(a+)+$/)]',
      '[?(@..a)]',
      '.__proto__',
      '.constructor',
      '[',
      '.sum()',
      '@',
    ),
    { maxLength: 6 },
  )
  .map((parts) => `$${parts.join('')}`)

const texts = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.nat({ max: 3_000 }).map((length) => `${'a'.repeat(length)}!`),
)

const schemas = fc.letrec<{ schema: unknown; inner: unknown }>((tie) => ({
  inner: fc.oneof({ maxDepth: 2, depthIdentifier: 'schema' }, fc.constant({}), tie('schema')),
  schema: fc.record(
    {
      type: fc.constantFrom('object', 'array', 'string', 'number', 'null', 'odd', ['string']),
      properties: fc.dictionary(fc.constantFrom('a', 'b', '__proto__', 'k0'), tie('inner'), {
        maxKeys: 2,
      }),
      patternProperties: fc.dictionary(regexes, tie('inner'), { maxKeys: 2 }),
      items: tie('inner'),
      anyOf: fc.array(tie('inner'), { maxLength: 2 }),
      not: tie('inner'),
      enum: fc.array(fc.jsonValue(), { maxLength: 3 }),
      uniqueItems: fc.boolean(),
      pattern: regexes,
      $ref: fc.constantFrom('#', '#/properties/a', 'other', 'https://apigateway.amazonaws.com/x'),
      required: fc.array(fc.constantFrom('a', 'constructor'), { maxLength: 2 }),
    },
    { requiredKeys: [] },
  ),
})).schema

const bodies = fc.oneof(
  fc.json(),
  fc.string(),
  fc.constantFrom(
    `[${'{},'.repeat(5_000)}1]`,
    `{${Array.from({ length: 3_000 }, (_, at) => `"k${at}":1`).join()}}`,
    `${'['.repeat(3_000)}${']'.repeat(3_000)}`,
    '{"__proto__":{"a":1},"a":[{"a":"aaaaaaaaaaaaaaaaaaaaaaaaaaaa!"}]}',
  ),
)

type Named = abstract new (...given: never[]) => Error

/** Runs it; what it throws must be one of these. */
const only = (errors: readonly Named[], run: () => void): void => {
  try {
    run()
  } catch (error) {
    if (!errors.some((named) => error instanceof named)) throw error
  }
}

describe('within any budget', () => {
  const budgets = fc.nat({ max: 50_000 })

  it('a regular expression matches, finds, replaces and splits, or says why not', () => {
    const errors = [RegexSyntaxError, RegexBudgetError, RegexReplacementError]
    fc.assert(
      fc.property(regexes, texts, budgets, fc.string(), (pattern, text, left, replacement) => {
        only(errors, () => {
          const regex = compileJavaRegex(pattern)
          const budget = { left }
          regex.matches(text, budget)
          regex.find(text, 0, budget)
          regex.replaceAll(text, replacement, budget)
          regex.split(text, 0, budget)
          assert.ok(budget.left >= 0)
        })
      }),
      { numRuns },
    )
  })

  it('a JSON path reads, or says why not', () => {
    fc.assert(
      fc.property(paths, fc.jsonValue(), budgets, (path, value, left) => {
        only([JsonPathSyntaxError, JsonPathBudgetError], () => {
          const budget = { left }
          compileJsonPath(path).read(JSON.parse(JSON.stringify(value)), budget)
          assert.ok(budget.left >= 0)
        })
      }),
      { numRuns },
    )
  })

  it('a schema validates, or says why not', () => {
    fc.assert(
      fc.property(schemas, fc.jsonValue(), budgets, (schema, value, left) => {
        only([ModelSchemaError, ModelBudgetError], () => {
          for (const { message } of compileModelValidator(schema)(value, left)) {
            assert.equal(typeof message, 'string')
          }
        })
      }),
      { numRuns },
    )
  })
})

it('a method of fuzzed template, path, schema and pattern answers, and every failure has its reason', async () => {
  const quoted = (text: string) => text.replaceAll("'", '')
  const templates = fc
    .array(
      fc.oneof(
        paths.map((path) => `$input.json('${quoted(path)}')`),
        paths.map((path) => `#foreach($x in $input.path('${quoted(path)}'))$x#end`),
        regexes.map((pattern) => `$input.body.replaceAll('${quoted(pattern)}','$0')`),
        regexes.map((pattern) => `#if($input.body.matches('${quoted(pattern)}'))y#end`),
        fc.constantFrom(
          '#set($a = $util.parseJson($input.body))$a',
          '$util.escapeJavaScript($input.body)',
          '#macro(m)#m()#end#m()',
          '$input.params()',
          '#if(',
          '$!{',
          '#evaluate($input.body)',
        ),
      ),
      { maxLength: 4 },
    )
    .map((parts) => parts.join(' '))
  await fc.assert(
    fc.asyncProperty(
      templates,
      paths,
      schemas,
      regexes,
      bodies,
      async (template, path, schema, selectionPattern, body) => {
        const heard = testServices()
        const api = {
          methods: {
            'POST /pets': restMethod({
              requestValidatorId: 'all',
              requestModels: { 'application/json': 'Pet' },
              methodIntegration: restIntegration({
                type: 'AWS',
                requestTemplates: { 'application/json': template },
                requestParameters: {
                  'integration.request.header.x': `method.request.body${path.slice(1)}`,
                },
                integrationResponses: {
                  '400': { statusCode: '400', selectionPattern },
                  '200': { statusCode: '200', responseTemplates: { 'application/json': template } },
                },
              }),
            }),
          },
          document: {
            models: [
              {
                id: 'm',
                name: 'Pet',
                contentType: 'application/json',
                schema: JSON.stringify(schema),
              },
            ],
            requestValidators: [
              { id: 'all', validateRequestBody: true, validateRequestParameters: true },
            ],
          },
        }
        const { statusCode } = await askRest(api, heard, { method: 'POST', body })
        assert.deepEqual(heard.bugs, [])
        assert.ok([200, 400, 500, 501].includes(statusCode), `${statusCode}`)
        assert.ok(statusCode === 200 || heard.records[0]?.error !== undefined || statusCode === 400)
      },
    ),
    { numRuns: numRuns / 2 },
  )
})
