import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startCrc32c, startCrc64Nvme } from '#services/s3/crc.ts'

const CHECK = Buffer.from('123456789')

test('CRC-32C and CRC-64/NVME give the check values of their definitions, in one piece or many', () => {
  for (const [start, expected] of [
    [startCrc32c, 'e3069283'],
    [startCrc64Nvme, 'ae8b14860a799888'],
  ] as const) {
    const [whole, pieces] = [start(), start()]
    whole.update(CHECK)
    for (const byte of CHECK) pieces.update(Uint8Array.of(byte))
    assert.equal(whole.digest().toString('hex'), expected)
    assert.equal(pieces.digest().toString('hex'), expected)
  }
})
