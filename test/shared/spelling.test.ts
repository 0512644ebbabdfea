import assert from 'node:assert/strict'
import { it } from 'node:test'
import { didYouMean, nearestWord } from '#shared/spelling.ts'

it('a misspelt word has its neighbour named, whatever its case', () => {
  const known = ['QueueName', 'DelaySeconds', 'Tags']
  assert.equal(nearestWord('QueueNme', known), 'QueueName')
  assert.equal(nearestWord('queuename', known), 'QueueName')
  assert.equal(didYouMean('delayseconds', known), '; did you mean DelaySeconds?')
})

it('a word that is near to nothing gets no advice, and neither does a short or an endless one', () => {
  assert.equal(didYouMean('Colour', ['QueueName', 'Tags']), '')
  assert.equal(nearestWord('N', ['X', 'Y']), undefined)
  assert.equal(nearestWord('x'.repeat(100_000), ['x'.repeat(100_000)]), undefined)
})
