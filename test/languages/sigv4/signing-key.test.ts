import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSigningKeys, deriveSigningKey, secretsEqual } from '#languages/sigv4/signing-key.ts'
import { signRequest } from '#languages/sigv4/sign.ts'
import { KEY, NOW_MS, plain, SCOPE, verifierOf } from './signers.ts'

const scope = (region: string) => ({ date: '20120215', region, service: 'iam' })

test('a signing key is the one of the example in the guide', () => {
  const key = deriveSigningKey('wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', scope('us-east-1'))
  assert.equal(
    key.toString('hex'),
    'f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d',
  )
})

test('keys are remembered up to a bound, and the oldest goes', () => {
  const keys = createSigningKeys(2)
  for (const region of ['a', 'b', 'a', 'c']) {
    keys.keep('AK', 's', scope(region), keys.of('AK', 's', scope(region)))
  }
  assert.equal(keys.size, 2)
  const again = keys.of('AK', 's', scope('a'))
  assert.equal(keys.of('AK', 's', scope('a')), again, 'a was used again and is held')
  assert.notEqual(keys.of('AK', 's', scope('b')), keys.of('AK', 's', scope('b')), 'b is gone')
})

test('a key id whose secret has changed is not verified with the old secret', () => {
  let secretAccessKey = KEY.secretAccessKey
  const verifier = verifierOf({ findCredentials: () => ({ secretAccessKey }) })
  const request = { ...plain, headers: signRequest(plain, KEY, { ...SCOPE, nowMs: NOW_MS }) }
  assert.equal(verifier.verify(request).kind, 'verified')
  secretAccessKey = 'another'
  assert.equal(verifier.verify(request).kind, 'refused')
})

test('secrets of any characters compare without throwing', () => {
  assert.ok(secretsEqual('é', 'é'))
  assert.ok(!secretsEqual('é', 'e'))
  assert.ok(!secretsEqual('', 'a'))
})
