// Models of an API: AWS's subset, references between models, the words of what does not fit, and bombs.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { ModelBudgetError, ModelSchemaError } from '#languages/json-schema/errors.ts'
import {
  compileModelValidator,
  ignoredKeywords,
  VALUE_DEPTH_MAX,
  validationErrorString,
} from '#languages/json-schema/model-validator.ts'

const explained = (schema: unknown, value: unknown): string =>
  validationErrorString(compileModelValidator(schema)(value))

describe('a body that does not fit is told so in the words of java-json-tools (behaviour.md §4)', () => {
  const rows: readonly (readonly [schema: unknown, value: unknown, text: string])[] = [
    [{ required: ['name'] }, {}, '[object has missing required properties (["name"])]'],
    [{ required: ['b', 'a'] }, {}, '[object has missing required properties (["a","b"])]'],
    [
      { type: 'number' },
      'x',
      '[instance type (string) does not match any allowed primitive type (allowed: ["integer","number"])]',
    ],
    [
      { enum: ['a', 'b'] },
      'x',
      '[instance value ("x") not found in enum (possible values: ["a","b"])]',
    ],
    [{ minLength: 3 }, 'x', '[string "x" is too short (length: 1, required minimum: 3)]'],
    [{ maxLength: 1 }, 'xy', '[string "xy" is too long (length: 2, maximum allowed: 1)]'],
    [{ pattern: '^a' }, 'b', '[ECMA 262 regex "^a" does not match input string "b"]'],
    [
      { minimum: 2 },
      1,
      '[numeric instance is lower than the required minimum (minimum: 2, found: 1)]',
    ],
    [
      { maximum: 2 },
      3,
      '[numeric instance is greater than the required maximum (maximum: 2, found: 3)]',
    ],
    [
      { maximum: 2, exclusiveMaximum: true },
      2,
      '[numeric instance is not strictly lower than the required maximum 2]',
    ],
    [{ multipleOf: 2 }, 3, '[remainder of division is not zero (3 / 2)]'],
    [
      { minItems: 1 },
      [],
      '[array is too short: must have at least 1 elements but instance has 0 elements]',
    ],
    [
      { maxItems: 1 },
      [1, 2],
      '[array is too long: must have at most 1 elements but instance has 2 elements]',
    ],
    [
      { uniqueItems: true },
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
      '[array must not contain duplicate elements]',
    ],
    [
      { items: [{}], additionalItems: false },
      [1, 2],
      '[schema only allows 1 elements in array but instance has 2 elements]',
    ],
    [
      { additionalProperties: false },
      { z: 1, a: 1 },
      '[object instance has properties which are not allowed by the schema: ["a","z"]]',
    ],
    [
      { minProperties: 1 },
      {},
      '[object has too few properties (found 0 but schema requires at least 1)]',
    ],
    [
      { maxProperties: 0 },
      { a: 1 },
      '[object has too many properties (found 1 but schema requires at most 0)]',
    ],
    [
      { dependencies: { a: ['b'] } },
      { a: 1 },
      '[property "a" of object has missing property dependencies (schema requires ["b"]; missing: ["b"])]',
    ],
    [
      { anyOf: [{ type: 'null' }, { minimum: 5 }] },
      1,
      '[instance failed to match at least one required schema among 2]',
    ],
    [
      { allOf: [{}, { minimum: 5 }] },
      1,
      '[instance failed to match all required schemas (matched only 1 out of 2)]',
    ],
    [{ oneOf: [{}, {}] }, 1, '[instance failed to match exactly one schema (matched 2 out of 2)]'],
    [{ not: {} }, 1, '[instance matched a schema which it should not have]'],
    [{ format: 'ipv4' }, 'x', '[string "x" is not a valid IPv4 address]'],
  ]
  for (const [schema, value, text] of rows) {
    it(text, () => assert.equal(explained(schema, value), text))
  }

  it('names every keyword of a schema by its name, and goes no deeper once one has failed', () => {
    const schema = {
      required: ['a'],
      maxProperties: 0,
      properties: { b: { type: 'string' } },
    }
    assert.equal(
      explained(schema, { b: 1 }),
      '[object has too many properties (found 1 but schema requires at most 0), object has missing required properties (["a"])]',
    )
  })

  it('says where in the body', () => {
    const validate = compileModelValidator({ properties: { 'a/b': { items: { type: 'string' } } } })
    const problems = validate({ 'a/b': ['x', 1, 2] })
    assert.deepEqual(
      problems.map(({ pointer, keyword }) => [pointer, keyword]),
      [
        ['/a~1b/1', 'type'],
        ['/a~1b/2', 'type'],
      ],
    )
  })
})

describe('models of an API', () => {
  const address = (name: string) =>
    `https://apigateway.amazonaws.com/restapis/a1b2c3d4e5/models/${name}`

  it('refer to each other by the address AWS gives them, item by item (F179)', () => {
    const models = new Map<string, unknown>([
      [
        'Pet',
        {
          type: 'object',
          required: ['id'],
          properties: { id: { $ref: '#/definitions/Id' } },
          definitions: { Id: { type: 'integer' } },
        },
      ],
    ])
    const validate = compileModelValidator(
      { type: 'array', items: { $ref: address('Pet') } },
      (name) => models.get(name),
    )
    assert.deepEqual(validate([{ id: 1 }, { id: 2 }]), [])
    assert.equal(validate([{ id: 1 }, {}])[0]?.pointer, '/1')
    assert.equal(validate([{ id: 'x' }])[0]?.pointer, '/0/id')
    const id = compileModelValidator({ $ref: `${address('Pet')}#/definitions/Id` }, (name) =>
      models.get(name),
    )
    assert.equal(id('x').length, 1)
  })

  it('may go in circles (F111)', () => {
    const models = new Map<string, unknown>([
      [
        'Person',
        {
          properties: { name: { type: 'string' }, house: { $ref: address('House') } },
          required: ['name'],
        },
      ],
      ['House', { properties: { people: { type: 'array', items: { $ref: address('Person') } } } }],
    ])
    const validate = compileModelValidator({ $ref: address('Person') }, (name) => models.get(name))
    assert.deepEqual(validate({ name: 'a', house: { people: [{ name: 'b', house: {} }] } }), [])
    const [problem] = validate({ name: 'a', house: { people: [{ name: 'b' }, {}] } })
    assert.equal(problem?.pointer, '/house/people/1')
  })

  it('cannot refer to what is not there, or not of the API', () => {
    for (const $ref of [
      address('Nope'),
      'https://example.com/x',
      '#/definitions/x',
      '#x',
      'file:///etc/passwd',
    ]) {
      assert.throws(() => compileModelValidator({ items: { $ref } }), ModelSchemaError, $ref)
    }
  })

  it('take what people write and AWS passes over, and say so by name', () => {
    const schema = {
      required: [],
      discriminator: 'kind',
      properties: {
        price: {
          type: 'number',
          multipleOf: 0.01,
          minimum: 0,
          exclusiveMinimum: true,
          nullable: true,
        },
        count: { type: 'integer', format: 'int32', example: 3, readOnly: true, xml: {} },
      },
    }
    const validate = compileModelValidator(schema)
    for (const price of [0, 4.02, 19.99]) assert.deepEqual(validate({ price }), [])
    assert.equal(validate({ price: 0.001 }).length, 1)
    assert.deepEqual(
      ignoredKeywords(schema)
        .map(({ keyword, pointer }) => `${pointer} ${keyword}`)
        .sort(),
      [
        '/properties/count example',
        '/properties/count format',
        '/properties/count readOnly',
        '/properties/count xml',
        '/properties/price exclusiveMinimum',
        '/properties/price nullable',
        ' discriminator',
      ].sort(),
    )
  })

  it('see own members of the body only', () => {
    assert.equal(compileModelValidator({ required: ['constructor', '__proto__'] })({}).length, 1)
    const validate = compileModelValidator(
      JSON.parse('{"properties":{"__proto__":{"type":"string"}}}'),
    )
    assert.deepEqual(validate({}), [])
    assert.equal(validate(JSON.parse('{"__proto__":1}')).length, 1)
  })

  it('compare bodies by what they are, whatever their members are called', () => {
    const validate = compileModelValidator({ enum: [{ valueOf: 1 }, { constructor: { a: 1 } }] })
    assert.deepEqual(validate({ valueOf: 1 }), [])
    assert.deepEqual(validate({ constructor: { a: 1 } }), [])
    assert.equal(validate({ toString: 1, valueOf: 2 }).length, 1)
  })

  it('are refused, with the place, where a keyword has a wrong value', () => {
    for (const schema of [
      { type: 'text' },
      { minLength: -1 },
      { minLength: '3' },
      { required: true },
      { enum: [] },
      { properties: [] },
      { properties: { a: true } },
      { allOf: [] },
      { pattern: '(' },
      { multipleOf: 0 },
      { $ref: 1 },
      [],
      'x',
    ]) {
      assert.throws(
        () => compileModelValidator({ properties: { x: schema } }),
        (error) => error instanceof ModelSchemaError && error.pointer.startsWith('/properties/x'),
        JSON.stringify(schema),
      )
    }
  })
})

describe('no model and no body stalls the process', () => {
  it('refuses circles and endless chains for one and the same value', () => {
    assert.throws(() => compileModelValidator({ $ref: '#' }), ModelSchemaError)
    assert.throws(
      () => compileModelValidator({ allOf: [{ anyOf: [{ $ref: '#' }] }] }),
      ModelSchemaError,
    )
    const definitions: Record<string, unknown> = { d500: {} }
    for (let at = 0; at < 500; at += 1) definitions[`d${at}`] = { $ref: `#/definitions/d${at + 1}` }
    assert.throws(
      () => compileModelValidator({ $ref: '#/definitions/d0', definitions }),
      ModelSchemaError,
    )
    let deep: unknown = {}
    for (let at = 0; at < 10_000; at += 1) deep = { items: deep }
    assert.throws(() => compileModelValidator(deep), ModelSchemaError)
  })

  it('runs out of steps where references multiply', () => {
    const definitions: Record<string, unknown> = { d25: { minimum: 0 } }
    for (let at = 0; at < 25; at += 1) {
      const next = { $ref: `#/definitions/d${at + 1}` }
      definitions[`d${at}`] = { allOf: [next, next] }
    }
    const wide = compileModelValidator({ $ref: '#/definitions/d0', definitions })
    assert.throws(() => wide(1), ModelBudgetError)
    const tall = compileModelValidator({
      properties: { x: { allOf: [{ $ref: '#' }, { $ref: '#' }] } },
    })
    let value: unknown = {}
    for (let at = 0; at < 60; at += 1) value = { x: value }
    assert.throws(() => tall(value), ModelBudgetError)
  })

  it('runs out of steps, or comes to an end, with evil patterns', () => {
    const text = `${'a'.repeat(50_000)}!`
    assert.equal(compileModelValidator({ pattern: '^(a+)+$' })(text).length, 1)
    assert.throws(() => compileModelValidator({ pattern: '^(?=(a+)+$)b' })(text), ModelBudgetError)
    const names = Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`n${at}`, at]))
    const patternProperties = Object.fromEntries(
      Array.from({ length: 500 }, (_, at) => [`x${at}$`, {}]),
    )
    assert.throws(() => compileModelValidator({ patternProperties })(names), ModelBudgetError)
  })

  it('compares many items in linear time', () => {
    const items = Array.from({ length: 10_000 }, (_, at) => ({ at }))
    const validate = compileModelValidator({ uniqueItems: true })
    assert.deepEqual(validate(items), [])
    const many = Array.from({ length: 100_000 }, (_, at) => ({ at }))
    assert.throws(() => validate(many), ModelBudgetError)
  })

  it('takes bodies of any depth', () => {
    const validate = compileModelValidator({
      properties: { x: { $ref: '#' } },
      items: { $ref: '#' },
    })
    const nested = (depth: number): unknown =>
      JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`)
    assert.deepEqual(validate(nested(VALUE_DEPTH_MAX)), [])
    assert.equal(validate(nested(100_000)).length, 1)
  })

  it('names few of many problems', () => {
    const validate = compileModelValidator({ items: { type: 'string' } })
    assert.ok(validate(Array.from({ length: 100_000 }, () => 1)).length <= 60)
  })

  it('finds reasons exactly where ajv finds none to accept, and throws its named errors only', () => {
    const leaf = fc.oneof(
      fc.record(
        {
          type: fc.constantFrom(
            'string',
            'integer',
            'number',
            'object',
            'array',
            'null',
            ['string', 'null'],
            'x',
          ),
        },
        { requiredKeys: [] },
      ),
      fc.record(
        {
          minimum: fc.integer({ min: -3, max: 3 }),
          maximum: fc.integer({ min: -3, max: 3 }),
          exclusiveMaximum: fc.boolean(),
          multipleOf: fc.constantFrom(1, 2, 0.5, 0),
        },
        { requiredKeys: [] },
      ),
      fc.record(
        {
          minLength: fc.nat(3),
          maxLength: fc.nat(3),
          pattern: fc.constantFrom('^a', 'a$', '[', '(?=a)', 'b*'),
        },
        { requiredKeys: [] },
      ),
      fc.record(
        {
          required: fc.constantFrom([], ['a'], ['a', 'b'], ['__proto__']),
          additionalProperties: fc.boolean(),
          dependencies: fc.constantFrom({ a: ['b'] }, { b: { minProperties: 2 } }),
          minProperties: fc.nat(2),
        },
        { requiredKeys: [] },
      ),
      fc.record(
        {
          uniqueItems: fc.boolean(),
          minItems: fc.nat(2),
          maxItems: fc.nat(2),
          enum: fc.constantFrom([1], ['a', null], [[], {}]),
        },
        { requiredKeys: [] },
      ),
      fc.constantFrom<unknown>(
        { $ref: '#' },
        { $ref: '#/properties/a' },
        { format: 'ipv4' },
        1,
        true,
      ),
    )
    const { schema } = fc.letrec<{ schema: unknown }>((tie) => ({
      schema: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc.record(
          {
            properties: fc.record({ a: tie('schema'), b: tie('schema') }, { requiredKeys: [] }),
            patternProperties: fc.dictionary(fc.constantFrom('a', '^b', '.'), tie('schema'), {
              maxKeys: 2,
            }),
            additionalProperties: fc.oneof(tie('schema'), fc.constant(false)),
            items: fc.oneof(tie('schema'), fc.array(tie('schema'), { maxLength: 2 })),
            additionalItems: fc.oneof(tie('schema'), fc.constant(false)),
            anyOf: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }),
            oneOf: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }),
            allOf: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }),
            not: tie('schema'),
          },
          { requiredKeys: [] },
        ),
      ),
    }))
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 2 },
        fc.constantFrom<unknown>(null, true, 0, 1, 2.5, -1, '', 'a', 'ba', '1.2.3.4'),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom('a', 'b', 'ab', 'c', '__proto__'), tie('value'), {
          maxKeys: 3,
        }),
      ),
    }))
    fc.assert(
      fc.property(schema, fc.array(value, { minLength: 1, maxLength: 5 }), (model, bodies) => {
        try {
          const validate = compileModelValidator(model)
          for (const body of JSON.parse(JSON.stringify(bodies))) {
            for (const problem of validate(body, 50_000))
              assert.notEqual(problem.keyword, '', JSON.stringify([model, body]))
          }
        } catch (error) {
          assert.ok(
            error instanceof ModelSchemaError || error instanceof ModelBudgetError,
            String(error),
          )
        }
      }),
      { numRuns: 300, seed: 8 },
    )
  })
})
