// The SAM transform against SAM's own results: the pairs that come out alike are pinned by name.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TemplateError } from '#deploy/template/template-error.ts'
import { comparePair, hasData, pairNames, transformPair } from './oracle.ts'
import { SUPPORTED } from './supported.ts'

const skip = !hasData() && 'shared/data/sam is not on this machine'

test('templates come out as SAM itself transforms them', { skip }, () => {
  const failures = SUPPORTED.flatMap((name) => {
    const failure = comparePair(name)
    return failure === undefined ? [] : [`${name}: ${failure}`]
  })
  assert.deepEqual(failures, [])
})

test('no template of the collection makes the transform throw', { skip }, () => {
  for (const name of pairNames()) {
    try {
      transformPair(name)
    } catch (error) {
      assert.ok(error instanceof TemplateError, `${name}: ${String(error)}`)
    }
  }
})
