// JSON-Schema-Test-Suite, draft 4: every case but those in which models of API Gateway are deliberately different.
// https://github.com/json-schema-org/JSON-Schema-Test-Suite
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { ModelSchemaError } from '#languages/json-schema/errors.ts'
import { compileModelValidator } from '#languages/json-schema/model-validator.ts'

interface Group {
  readonly description: string
  readonly schema: unknown
  readonly tests: readonly {
    readonly description: string
    readonly data: unknown
    readonly valid: boolean
  }[]
}

const SUITE = join(import.meta.dirname, '../../../../shared/data/vectors/json-schema-draft4')
const absent = existsSync(SUITE) ? false : 'the JSON-Schema-Test-Suite is not on this machine'

const ELSEWHERE = 'a model refers to itself and to models of its API, and to nothing else'
const NO_BASES = 'the id of a schema is no base of addresses: models are known by their name'
const NO_PROPERTIES = 'ECMA 262 without the flag u, as AWS has it, knows no \\p of long names'

/** By file and group, or file, group and case: why models are different. */
const DIFFERENT: ReadonlyMap<string, string> = new Map([
  ['definitions.json: validate definition against metaschema', ELSEWHERE],
  ['minimum.json: exclusiveMinimum validation: boundary point is invalid', 'AWS: not supported'],
  [
    'multipleOf.json: float division = inf: invalid, but naive implementations may raise an overflow error',
    'remainders are rounded to six digits, so that 19.99 is a multiple of 0.01',
  ],
  [
    'optional/bignum.json: float comparison with high precision on negative numbers: comparison works for very negative numbers',
    'numbers are double precision; the limit and the number are the same one',
  ],
  [
    'optional/ecmascript-regex.json: patterns always use unicode semantics with pattern',
    NO_PROPERTIES,
  ],
  ['optional/ecmascript-regex.json: pattern with non-ASCII digits', NO_PROPERTIES],
  [
    'optional/ecmascript-regex.json: patterns always use unicode semantics with patternProperties',
    NO_PROPERTIES,
  ],
  ['optional/ecmascript-regex.json: patternProperties with non-ASCII digits', NO_PROPERTIES],
  [
    'optional/format/date-time.json: validation of date-time strings: a second fraction of fifteen nines is valid',
    'java-json-tools takes twelve digits',
  ],
  ['optional/id.json: id inside an enum is not a real identifier', NO_BASES],
  [
    'optional/zeroTerminatedFloats.json: some languages do not distinguish between different types of numeric value',
    'a parsed 1.0 is 1',
  ],
  ['ref.json: $ref prevents a sibling id from changing the base uri', NO_BASES],
  ['ref.json: remote ref, containing refs itself', ELSEWHERE],
  ['ref.json: Recursive references between schemas', NO_BASES],
  ['ref.json: Location-independent identifier', NO_BASES],
  ['ref.json: Location-independent identifier with base URI change in subschema', NO_BASES],
  ['ref.json: id must be resolved against nearest parent, not just immediate parent', NO_BASES],
  ['refRemote.json', ELSEWHERE],
])

const reasonFor = (file: string, group: string, test: string): string | undefined =>
  DIFFERENT.get(file) ??
  DIFFERENT.get(`${file}: ${group}`) ??
  DIFFERENT.get(`${file}: ${group}: ${test}`)

const files = absent
  ? []
  : readdirSync(SUITE, { recursive: true })
      .map(String)
      .filter((file) => file.endsWith('.json'))
      .sort()

describe('draft 4 as the JSON-Schema-Test-Suite has it', { skip: absent }, () => {
  for (const file of files) {
    it(`${file}`, () => {
      const groups: readonly Group[] = JSON.parse(readFileSync(join(SUITE, file), 'utf8'))
      for (const { description, schema, tests } of groups) {
        for (const { description: name, data, valid } of tests) {
          const outcome = outcomeOf(schema, data)
          const agrees = outcome === (valid ? 'valid' : 'invalid')
          const label = `${file}: ${description}: ${name}`
          assert.equal(
            agrees,
            reasonFor(file, description, name) === undefined,
            `${label} is ${outcome}`,
          )
        }
      }
    })
  }
})

const outcomeOf = (schema: unknown, data: unknown): 'valid' | 'invalid' | 'refused' => {
  try {
    return compileModelValidator(schema)(data).length === 0 ? 'valid' : 'invalid'
  } catch (error) {
    if (error instanceof ModelSchemaError) return 'refused'
    throw error
  }
}
