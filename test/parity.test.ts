// What docs/parity.md says is what the code and the tests say: its list of operations, and which recorded answers of the
// real service have a test.
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

/** Kept beside the repository, not in it. */
const RECORDED = join(import.meta.dirname, '../../shared/reference/recorded-answers.md')

describe('the recorded answers of the real service', () => {
  const skip = existsSync(RECORDED) ? false : `there is no ${RECORDED}`

  it('are each named in a test, or in docs/parity.md with the reason why not', { skip }, () => {
    const facts = readFileSync(RECORDED, 'utf8').match(/(?<=^- \*\*)F\d{3}/gm) ?? []
    assert.ok(facts.length > 90, `${facts.length} facts`)
    const tests = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => readFileSync(join(import.meta.dirname, file), 'utf8'))
    const named = new Set(tests.flatMap((text) => text.match(/\bF\d{3}\b/g) ?? []))
    const excused = new Set(PAGE.match(/(?<=^\| )F\d{3}(?= \|)/gm) ?? [])
    const missing = facts.filter((fact) => !named.has(fact) && !excused.has(fact))
    assert.deepEqual(missing, [])
  })
})
