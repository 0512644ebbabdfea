import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { pageOf, pageOfNextToken, pageOfPosition } from '#wire/pagination.ts'

const identity = (item: string) => item
const numbered = (count: number) => Array.from({ length: count }, (_, index) => `k${1000 + index}`)

describe('pages', () => {
  it('are 25 items by default and 500 at most', () => {
    const items = numbered(600)
    assert.equal(pageOf(items, identity, pageOfPosition({})).items.length, 25)
    assert.equal(pageOf(items, identity, pageOfPosition({ limit: 9999 })).items.length, 500)
    assert.equal(pageOf(items, identity, pageOfNextToken({ maxResults: '3' })).items.length, 3)
  })

  it('together are the whole list, each item once, in the order of keys', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ maxLength: 8 }), { maxLength: 60 }),
        fc.integer({ min: 1, max: 10 }),
        (keys, limit) => {
          const seen: string[] = []
          let position: string | undefined
          do {
            const page = pageOf(keys, identity, pageOfPosition({ limit, position }))
            seen.push(...page.items)
            position = page.token
          } while (position !== undefined)
          assert.deepEqual(
            seen,
            [...keys].sort((left, right) => (left < right ? -1 : 1)),
          )
        },
      ),
      { numRuns: 100 },
    )
  })

  it('go on where they were although the item of the token is gone', () => {
    const { token } = pageOf(['a', 'b', 'c'], identity, pageOfPosition({ limit: 2 }))
    const rest = pageOf(['a', 'c'], identity, pageOfPosition({ limit: 2, position: token }))
    assert.deepEqual(rest, { items: ['c'] })
  })

  it('refuse a token that was not made here, and a number that is none', () => {
    for (const position of ['x', 'aGVsbG8', 'MTph=', '1:a', 'MTphYg ', '\u0000'])
      assert.throws(() => pageOfPosition({ position }), /Invalid position parameter specified/)
    assert.throws(() => pageOfNextToken({ nextToken: '!' }), /Invalid nextToken/)
    for (const limit of [0, -1, 1.5]) assert.throws(() => pageOfPosition({ limit }), /limit/)
    for (const maxResults of ['0', '-1', 'ten', '1.5', '', '1e3'])
      assert.throws(() => pageOfNextToken({ maxResults }), /Invalid maxResults/)
  })

  it('begin where no token is given, or an empty one', () => {
    assert.equal(pageOfPosition({ position: '' }).after, undefined)
    assert.equal(pageOfNextToken({}).after, undefined)
  })
})
