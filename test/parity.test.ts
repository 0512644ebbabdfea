// The list of operations in docs/parity.md is what the code says.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { apigatewayv2Operations } from '#control-plane/apigatewayv2/operations.ts'
import { withOperations } from '../scripts/generate-parity.ts'

const PAGE = readFileSync(join(import.meta.dirname, '../docs/parity.md'), 'utf8')

describe('the list of operations in docs/parity.md', () => {
  it('is what the registries say', () => {
    assert.equal(PAGE, withOperations(PAGE), 'run npm run generate')
  })

  it('names each of the 421 operations once', () => {
    const rows = [...PAGE.matchAll(/^\| (\w+) \| (?:DELETE|GET|PATCH|POST|PUT) `/gm)]
    assert.equal(rows.length, 124 + 103 + 3 + 180 + 11)
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
