import assert from 'node:assert/strict'
import { it } from 'node:test'
import { hasMoreValues } from '#shared/json-size.ts'

it('values are counted, names as two more, and nothing that stands in a text', () => {
  const rows: readonly (readonly [string, number])[] = [
    ['[1,2,3,4,5,6,7,8,9]', 10],
    ['[[],[],[],[],[],[]]', 13],
    ['{"a":1,"b":2,"c":3}', 10],
    [String.raw`["a,b,[{:\",,,,,,,,,"]`, 2],
    [`"${','.repeat(100)}"`, 1],
    [`"${','.repeat(100)}`, 1],
    [`"${','.repeat(100)}\\`, 1],
    ['['.repeat(50), 51],
  ]
  for (const [text, values] of rows) {
    assert.equal(hasMoreValues(text, values), false, text)
    // A text that is so short cannot have more.
    if (text.length > (values - 1) * 2) assert.equal(hasMoreValues(text, values - 1), true, text)
  }
})
