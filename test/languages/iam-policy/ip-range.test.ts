import assert from 'node:assert/strict'
import { BlockList, isIP } from 'node:net'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { isInRange, parseAddress, parseRange } from '#languages/iam-policy/ip-range.ts'

const inRange = (addressText: string, rangeText: string): boolean => {
  const address = parseAddress(addressText)
  const range = parseRange(rangeText)
  assert.ok(address !== undefined, addressText)
  assert.ok(range, rangeText)
  return isInRange(address, range)
}

test('addresses are in ranges of their own family', () => {
  for (const [address, range, expected] of [
    ['203.0.113.7', '203.0.113.0/24', true],
    ['203.0.113.7', '203.0.113.99/24', true],
    ['203.0.114.7', '203.0.113.0/24', false],
    ['203.0.113.7', '203.0.113.7', true],
    ['1.2.3.4', '0.0.0.0/0', true],
    ['1.2.3.4', '::/0', false],
    ['2001:db8::1', '0.0.0.0/0', false],
    ['2001:db8::1', '2001:DB8::/32', true],
    ['2001:db9::1', '2001:db8::/32', false],
    ['2001:db8:0:0:0:0:0:1', '2001:db8::1', true],
    ['::ffff:203.0.113.7', '203.0.113.0/24', true],
    ['203.0.113.7', '::ffff:203.0.113.0/120', true],
    ['fe80::1%eth0', 'fe80::/10', true],
    ['::1', '::/127', true],
  ] as const) {
    assert.equal(inRange(address, range), expected, `${address} in ${range}`)
  }
})

test('what is no address and no range is none', () => {
  for (const text of [
    '',
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    '01.2.3.4',
    ':::',
    '1::2::3',
    'g::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '::1.2.3',
    '1.2.3.4::',
    '12345::',
    'localhost',
  ]) {
    assert.equal(parseAddress(text), undefined, text)
    assert.equal(parseRange(text), undefined, text)
  }
  for (const text of ['1.2.3.4/33', '1.2.3.4/', '1.2.3.4/-1', '::/129', '::/1/2', 'fe80::1%e/10']) {
    assert.equal(parseRange(text), undefined, text)
  }
})

test('every address is read, and is in every range, as the engine has it', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.ipV4(), fc.ipV6()),
      fc.oneof(fc.ipV4(), fc.ipV6()),
      fc.nat(32),
      (address, other, bits) => {
        assert.ok(isIP(address))
        const family = isIP(other) === 6 ? 'ipv6' : 'ipv4'
        const oracle = new BlockList()
        oracle.addSubnet(other, bits, family)
        const mapped = /^::(?:ffff:)?\d+\./i.test(address) || /^::(?:ffff:)?\d+\./i.test(other)
        if (!mapped && isIP(address) === isIP(other)) {
          assert.equal(inRange(address, `${other}/${bits}`), oracle.check(address, family))
        }
        assert.ok(inRange(address, `${address}`))
      },
    ),
  )
})

test('no text makes it throw', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...'0123456789abcdef:./%'), maxLength: 50 }),
      (text) => {
        const address = parseAddress(text)
        assert.ok(!Array.isArray(address) || address.length === 16)
        parseRange(text)
      },
    ),
    { numRuns: 1000 },
  )
})
