import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createSealing } from '#identity/sealing.ts'
import { systemRandom } from '#shared/random.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const sealing = createSealing(systemRandom.bytes(32), systemRandom)

it('opens what it sealed, for that purpose and about that alone', () => {
  const sealed = sealing.seal('access-key', bytes('secret'), 'AKIA1')
  assert.equal(new TextDecoder().decode(sealing.open('access-key', sealed, 'AKIA1')), 'secret')
  assert.equal(sealing.open('access-key', sealed, 'AKIA2'), undefined)
  assert.equal(sealing.open('session-token', sealed, 'AKIA1'), undefined)
  const other = createSealing(systemRandom.bytes(32), systemRandom)
  assert.equal(other.open('access-key', sealed, 'AKIA1'), undefined)
})

it('opens nothing that was changed in any bit, cut short or made up', () => {
  const sealed = sealing.seal('session-token', bytes('a session'), 'ASIA1')
  const body = Buffer.from(sealed.slice(3), 'base64url')
  for (let bit = 0; bit < body.length * 8; bit++) {
    const changed = Buffer.from(body)
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    const text = `d1.${changed.toString('base64url')}`
    assert.equal(sealing.open('session-token', text, 'ASIA1'), undefined)
  }
  for (let length = 0; length < body.length; length++) {
    const text = `d1.${body.subarray(0, length).toString('base64url')}`
    assert.equal(sealing.open('session-token', text, 'ASIA1'), undefined)
  }
  for (const text of ['', 'd1.', 'd2.AAAA', 'IQoJb3JpZ2luX2VjE', '\u0000'])
    assert.equal(sealing.open('session-token', text, 'ASIA1'), undefined)
})

it('never seals the same text twice alike', () => {
  const seals = new Set(
    Array.from({ length: 100 }, () => sealing.seal('access-key', bytes('secret'), 'AKIA1')),
  )
  assert.equal(seals.size, 100)
})
