// What docs/parity.md says is what the code and the tests say: its list of operations, and which recorded answers of the
// real service, and which rows of the table of its behaviour, have a test.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { apigatewayv2Operations } from '#control-plane/apigatewayv2/operations.ts'
import { withOperations } from '../scripts/generate-parity.ts'

const PAGE = readFileSync(join(import.meta.dirname, '../docs/parity.md'), 'utf8')

describe('the list of operations in docs/parity.md', () => {
  it('is what the registries say', () => {
    assert.equal(PAGE, withOperations(PAGE), 'run npm run generate')
  })

  it('names as many operations as it says that there are, those of the gateway among them', () => {
    const rows = [...PAGE.matchAll(/^\| (\w+) \| (?:DELETE|GET|HEAD|PATCH|POST|PUT) `/gm)]
    const said = Number(/of AWS's (\d+) operations/.exec(PAGE)?.[1])
    assert.equal(rows.length, said)
    const counts = [...PAGE.matchAll(/^### (\w+).*: \d+ of (\d+)$/gm)].map(([, name, count]) => [
      name,
      Number(count),
    ])
    const { apigateway, apigatewayv2 } = Object.fromEntries(counts) as Record<string, number>
    assert.deepEqual([apigateway, apigatewayv2], [124, 103])
    assert.equal(
      counts.reduce((sum, [, count]) => sum + Number(count), 0),
      said,
    )
  })

  it('stands beside what others wrote, wherever it is', () => {
    const page = withOperations('before\n')
    assert.match(page, /^before\n\n<!-- generated/)
    assert.equal(withOperations(page), page)
    assert.equal(withOperations(`${page}after\n`), `${page}after\n`)
  })

  it('has all 103 operations of apigatewayv2', () => {
    assert.equal(Object.keys(apigatewayv2Operations).length, 103)
  })
})

const TESTS = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && file !== 'parity.test.ts')
  .map((file) => readFileSync(join(import.meta.dirname, file), 'utf8'))

// Kept beside the repository, not in it.
const REFERENCE = join(import.meta.dirname, '../../shared/reference')
const RECORDED = join(REFERENCE, 'recorded-answers.md')
const BEHAVIOUR = join(REFERENCE, 'behaviour.md')

describe('the recorded answers of the real service', () => {
  const skip = existsSync(RECORDED) ? false : `there is no ${RECORDED}`

  it('are each named in a test, or in docs/parity.md with the reason why not', { skip }, () => {
    const facts = readFileSync(RECORDED, 'utf8').match(/(?<=^- \*\*)F\d{3}/gm) ?? []
    assert.ok(facts.length > 90, `${facts.length} facts`)
    const named = new Set(TESTS.flatMap((text) => text.match(/\bF\d{3}\b/g) ?? []))
    const excused = new Set(PAGE.match(/(?<=^\| )F\d{3}(?= \|)/gm) ?? [])
    const missing = facts.filter((fact) => !named.has(fact) && !excused.has(fact))
    assert.deepEqual(missing, [])
  })
})

describe('what keys, limits, caches and canaries do on the real service', () => {
  const skip = existsSync(BEHAVIOUR) ? false : `there is no ${BEHAVIOUR}`

  it('is tested row by row: each is named in a test, or in docs/parity.md with the reason why not', {
    skip,
  }, () => {
    const page = readFileSync(BEHAVIOUR, 'utf8')
    const rows = ['9', '10', '11'].flatMap((section) =>
      rowsOf(page, section).map((row) => `${section} "${row}"`),
    )
    // Of the lifecycle of stages, what a canary does is meant.
    const wanted = rows.filter((row) => !row.startsWith('11 ') || row.includes('Canary'))
    assert.ok(wanted.length >= 18, wanted.join(', '))
    const named = new Set(TESTS.flatMap(rowsNamedIn))
    const excused = new Set(rowsNamedIn(PAGE))
    assert.deepEqual(
      wanted.filter((row) => !named.has(row) && !excused.has(row)),
      [],
    )
  })
})

describe('what WebSocket APIs do on the real service', () => {
  const skip = existsSync(BEHAVIOUR) ? false : `there is no ${BEHAVIOUR}`

  it('is tested row by row: each is named in brackets by a test of them', { skip }, () => {
    const rows = rowsOf(readFileSync(BEHAVIOUR, 'utf8'), '14')
    assert.ok(rows.length >= 16, rows.join(', '))
    const named = TESTS.filter((text) => text.includes('behaviour.md 14')).flatMap((text) =>
      [...text.matchAll(/\[(?:behaviour\.md 14: )?([^\]\n]+)\]/g)].flatMap(([, names = '']) =>
        names.split(/[,;] /),
      ),
    )
    assert.deepEqual(
      rows.filter((row) => !named.includes(row)),
      [],
    )
  })
})

/** The first cells of the table of a section. */
const rowsOf = (page: string, section: string): readonly string[] => {
  const [, rest = ''] = page.split(`\n## ${section}. `)
  const [table = ''] = rest.split('\n## ')
  const cells = [...table.matchAll(/^\| ([^|]+?) \|/gm)].map(([, cell = '']) => cell)
  return cells.filter((cell) => cell !== 'Feature')
}

/** `9 "Usage plan"`, `9 "GetUsage", "UpdateUsage"`: sections and their rows. */
const rowsNamedIn = (text: string): readonly string[] =>
  [...text.matchAll(/\b(9|10|11) ("[^"\n]+"(?:(?:, | and )"[^"\n]+")*)/g)].flatMap(
    ([, section, names = '']) =>
      [...names.matchAll(/"([^"]+)"/g)].map(([, name]) => `${section} "${name}"`),
  )
