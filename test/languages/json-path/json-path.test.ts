// Jayway JsonPath as Jayway itself answered: 86 paths by two of its versions, and what no path may do to the process.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { JsonPathBudgetError, JsonPathSyntaxError } from '#languages/json-path/errors.ts'
import { compileJsonPath } from '#languages/json-path/json-path.ts'
import type { JaywayVersion } from '#languages/json-path/syntax.ts'
import type { JsonValue } from '#shared/json.ts'

type Outcome = { readonly out: JsonValue } | { readonly missing: true } | { readonly err: string }

interface Truth {
  readonly doc: JsonValue
  readonly cases: readonly {
    readonly path: string
    readonly jayway_3: Outcome
    readonly jayway_2_0_0: Outcome
  }[]
}

const TRUTH = join(import.meta.dirname, '../../../../shared/data/jsonpath_truth.json')
const absent = existsSync(TRUTH) ? false : 'the recorded answers of Jayway are not on this machine'
const truth: Truth = absent ? { doc: null, cases: [] } : JSON.parse(readFileSync(TRUTH, 'utf8'))

const outcomeOf = (path: string, doc: JsonValue, version: JaywayVersion): string => {
  try {
    const result = compileJsonPath(path, { version }).read(doc)
    return result.found ? JSON.stringify(result.value) : 'missing'
  } catch (error) {
    if (error instanceof JsonPathSyntaxError) return 'error'
    throw error
  }
}

const expected = (outcome: Outcome): string => {
  if ('out' in outcome) return JSON.stringify(outcome.out)
  return 'err' in outcome ? 'error' : 'missing'
}

/** An error that Jayway 2.0.0 raises while it reads, and that is a path which leads nowhere here. */
const RAISED_WHILE_READING = new Set(['$..id[0]'])

describe('a JSON path means what Jayway makes of it', { skip: absent }, () => {
  for (const { path, jayway_3: newer } of truth.cases) {
    it(`${path} in the newer version`, () => {
      assert.equal(outcomeOf(path, truth.doc, '3.0'), expected(newer))
    })
  }

  it('in 2.0.0, behind an option', () => {
    for (const { path, jayway_2_0_0: older } of truth.cases) {
      if (RAISED_WHILE_READING.has(path)) continue
      assert.equal(outcomeOf(path, truth.doc, '2.0.0'), expected(older), path)
    }
  })
})

const read = (path: string, doc: JsonValue): JsonValue | undefined => {
  const result = compileJsonPath(path).read(doc)
  return result.found ? result.value : undefined
}

describe('a JSON path', () => {
  const store: JsonValue = {
    book: [
      { title: 'A', price: 8, tags: ['x', 'y'] },
      { title: 'B', price: 12, tags: [] },
      { title: 'C', price: 20 },
    ],
    limit: 10,
    'a b': { c: null },
  }

  it('says whether it leads to one value at most', () => {
    for (const path of ['$', '$.a.b', "$['a','b']", '$.a[0]', '$.a.length()', '$..a.sum()']) {
      assert.equal(compileJsonPath(path).definite, true, path)
    }
    for (const path of ['$.a[*]', '$..a', '$.a[0,1]', '$.a[1:]', '$.a[?(@.b)]', "$['a','b'].c"]) {
      assert.equal(compileJsonPath(path).definite, false, path)
    }
  })

  it('compares with values of the document, with lists and with patterns', () => {
    assert.deepEqual(read('$.book[?(@.price > $.limit)].title', store), ['B', 'C'])
    assert.deepEqual(read('$.book[?(@.price>5 && (@.title=="A" || !(@.tags)))].title', store), [
      'A',
      'C',
    ])
    assert.deepEqual(read("$.book[?(@.title in ['A', 'C'])].price", store), [8, 20])
    assert.deepEqual(read("$.book[?(@.tags anyof ['y', 'z'])].title", store), ['A'])
    assert.deepEqual(read("$.book[?(@.tags subsetof ['x'])].title", store), ['B'])
    assert.deepEqual(read("$.book[?(@.tags noneof ['x'])].title", store), ['B'])
    assert.deepEqual(read("$.book[?(@.tags all ['x','y'])].title", store), ['A'])
    assert.deepEqual(read('$.book[?(@.title =~ /[b-c]/i)].title', store), ['B', 'C'])
    assert.deepEqual(read('$.book[?(@.tags == ["x","y"])].title', store), ['A'])
    assert.deepEqual(read('$.book[?(@.price === "8")].title', store), [])
    assert.deepEqual(read('$.book[?(@.price == "8")].title', store), ['A'])
    assert.deepEqual(read('$.book[?(@.tags.length() == 2)].title', store), ['A'])
    assert.deepEqual(read('$..[?(@.price == 12)].title', store), ['B'])
  })

  it('computes with functions, over all that a deep scan finds', () => {
    assert.equal(read('$..price.sum()', store), 40)
    assert.equal(read('$.sum($.book[0].price, 2)', store), 10)
    assert.equal(read('$..tags.length()', store), 2)
    assert.equal(read('$.book.length()', store), 3)
    assert.equal(read('$.concat("a", $.book[*].title)', store), 'aABC')
    assert.equal(read('$.book[0].tags.stddev()', store), undefined)
    assert.equal(read('$.nope()', store), undefined)
  })

  it('tells null from nothing', () => {
    assert.deepEqual(compileJsonPath("$['a b'].c").read(store), { found: true, value: null })
    assert.deepEqual(compileJsonPath("$['a b'].d").read(store), { found: false })
  })

  it('sees own members only, under whatever name', () => {
    const doc: JsonValue = JSON.parse('{"__proto__":{"constructor":1},"hasOwnProperty":2}')
    assert.equal(read('$.__proto__.constructor', doc), 1)
    assert.equal(read('$.hasOwnProperty', doc), 2)
    assert.equal(read('$.toString', doc), undefined)
    const merged = read("$['__proto__','hasOwnProperty']", doc)
    assert.equal(JSON.stringify(merged), JSON.stringify(doc))
    assert.equal(Object.getPrototypeOf(merged), Object.prototype)
  })
})

describe('no JSON path stalls the process', () => {
  const wide: JsonValue = Array.from({ length: 500_000 }, () => 0)

  it('reads $..* of a megabyte', () => {
    const { value } = compileJsonPath('$..*').read(wide)
    assert.equal(Array.isArray(value) && value.length, 500_000)
  })

  it('runs out of steps where scans multiply', () => {
    let nested: JsonValue = 0
    for (let level = 0; level < 14; level += 1) nested = [nested, nested]
    for (const path of ['$..*..*..*..*..*', '$..[?(@..[?(@..*)])]', '$[-2147483648:2147483647]']) {
      assert.throws(() => compileJsonPath(path).read(nested), JsonPathBudgetError, path)
    }
    assert.throws(() => compileJsonPath('$..*').read(wide, 1_000), JsonPathBudgetError)
    const texts: JsonValue = Array.from({ length: 1_000 }, () => 'a'.repeat(200))
    assert.throws(
      () => compileJsonPath('$[?(@ =~ /(?=(a+)+b)c/)]').read(texts),
      JsonPathBudgetError,
    )
  })

  it('walks a document of any depth', () => {
    const doc: JsonValue = JSON.parse(`${'['.repeat(100_000)}{"x":1}${']'.repeat(100_000)}`)
    assert.deepEqual(read('$..x', doc), [1])
    assert.deepEqual(read('$[?(@ == @)]', doc), [])
  })

  it('bounds the length and the depth of a path', () => {
    for (const path of [
      `$${'.a'.repeat(1_000)}`,
      `$.${'a'.repeat(20_000)}`,
      `$${'[?(@'.repeat(1_000)}${')]'.repeat(1_000)}`,
      `$[?(${'('.repeat(500)}@.a${')'.repeat(500)})]`,
      `$[?(${'!('.repeat(500)}@.a${')'.repeat(500)})]`,
      `$[?(@ in ${'['.repeat(500)}${']'.repeat(500)})]`,
      `$${'.sum($'.repeat(200)}${')'.repeat(200)}`,
    ]) {
      assert.throws(() => compileJsonPath(path), JsonPathSyntaxError, path.slice(0, 20))
    }
  })

  it('throws its named errors and no others, whatever the path and the document', () => {
    const words =
      '$ @ . .. * [ ] ( ) [?( )] a b length() sum( , : - 0 1 -1 \'a\' "b" == != > =~ /a+/ && || ! in [1,2] true null { } \\ '
    const path = fc
      .array(fc.oneof(fc.constantFrom(...words.split(' '), ' '), fc.string({ maxLength: 2 })), {
        maxLength: 12,
      })
      .map((parts) => parts.join(''))
    const rooted = path.map((text) => `$${text}`)
    fc.assert(
      fc.property(fc.oneof(path, rooted), fc.jsonValue(), fc.boolean(), (text, doc, newer) => {
        try {
          const version = newer ? '3.0' : '2.0.0'
          // fast-check's JSON values are our own but for the name of their type.
          compileJsonPath(text, { version }).read(doc as JsonValue, 20_000)
        } catch (error) {
          const named = error instanceof JsonPathSyntaxError || error instanceof JsonPathBudgetError
          assert.ok(named, `${text}: ${error}`)
        }
      }),
      { numRuns: 5_000, seed: 3 },
    )
  })
})
