// docs/field-tests.md says where each test of the field notes is held; here it is looked that this is so.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'

const REPOSITORY = join(import.meta.dirname, '..')
/** Kept beside the repository, not in it. */
const NOTES = join(REPOSITORY, '../shared/reference/field-notes.md')

const rows = readFileSync(join(REPOSITORY, 'docs/field-tests.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\| T\d+ /.test(line))
  .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|')))
  .map(([, name = '', , held = '', otherwise = '']) => ({ name, held, otherwise }))

describe('the tests of the field', () => {
  for (const { name, held, otherwise } of rows) {
    it(`${name} is held where docs/field-tests.md says, or said to be not built`, () => {
      const named = [...held.matchAll(/`(test\/[^`]+)`(?: “([^”]+)”)?/g)]
      if (named.length === 0) assert.match(otherwise, /^not built: /)
      for (const [, file = '', title = ''] of named) {
        const text = readFileSync(join(REPOSITORY, file), 'utf8')
        assert.ok(text.includes(title), `${file} has no test “${title}”`)
      }
    })
  }

  const skip = existsSync(NOTES) ? false : `there is no ${NOTES}`
  it('have each their row', { skip }, () => {
    const section = readFileSync(NOTES, 'utf8').split('### 4.4 ')[1]?.split('\n## ')[0] ?? ''
    const numbers = new Set(section.match(/(?<=[ —])T\d+(?= )/g))
    assert.ok(numbers.size >= 50, `${numbers.size} tests`)
    const known = new Set(rows.map(({ name }) => name))
    assert.deepEqual(
      [...numbers].filter((number) => !known.has(number)),
      [],
    )
  })
})
