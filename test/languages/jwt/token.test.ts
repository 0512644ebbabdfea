import assert from 'node:assert/strict'
import test from 'node:test'
import { checkAudience, checkTimes, scopesOf } from '#languages/jwt/claims.ts'
import { TokenError } from '#languages/jwt/errors.ts'
import { readKey, readKeySet } from '#languages/jwt/key-set.ts'
import { parseToken, readClaims, verifyToken } from '#languages/jwt/token.ts'
import { ecKey, rsaKey, signToken } from '../../support/tokens.ts'

const KEY = rsaKey()
const EC = ecKey()

const problemOf = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    if (error instanceof TokenError) return error.problem
    throw error
  }
  return 'none'
}

test('RSA and EC tokens verify with their keys, and say what they claim', () => {
  const claims = { sub: 'ann', exp: 7 }
  for (const [key, alg] of [
    [KEY, 'RS256'],
    [EC, 'ES256'],
  ] as const) {
    const token = parseToken(signToken(key, claims, { alg }))
    const found = readKeySet({ keys: [key.jwk] })?.find(key.kid)
    assert.ok(found)
    verifyToken(token, found)
    assert.deepEqual(readClaims(token), claims)
  }
})

test('a token over 20 KB is refused before anything of it is read', () => {
  assert.equal(
    problemOf(() => parseToken('a'.repeat(20_481))),
    'too-large',
  )
  assert.equal(
    problemOf(() => parseToken(`.${'.'.repeat(20_000)}`)),
    'segments',
  )
})

test('a header that says a member twice is refused: two readers could read it in two ways', () => {
  const header = Buffer.from('{"alg":"none","alg":"RS256","kid":"key-1"}').toString('base64url')
  assert.equal(
    problemOf(() => parseToken(`${header}.e30.AA`)),
    'header',
  )
})

test('text that is no UTF-8 is no header and no payload', () => {
  const bytes = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')])
  const [head = '', , signature = ''] = signToken(KEY, {}).split('.')
  const token = parseToken(`${head}.${bytes.toString('base64url')}.${signature}`)
  assert.equal(
    problemOf(() => readClaims(token)),
    'claims',
  )
})

test('a key of one kind does not verify tokens of another', () => {
  const token = parseToken(signToken(EC, {}, { alg: 'ES256', kid: KEY.kid }))
  const rsa = readKey(KEY.jwk)
  assert.ok(rsa)
  assert.equal(
    problemOf(() => verifyToken(token, rsa)),
    'algorithm',
  )
})

const UNUSABLE: readonly [name: string, more: Record<string, unknown>][] = [
  ['for encryption', { use: 'enc' }],
  ['that may only sign', { key_ops: ['sign'] }],
  ['with its private half', { d: 'AQAB' }],
  ['of an algorithm that is none', { alg: 'RS999' }],
  ['of another algorithm', { alg: 'ES256' }],
  ['that is symmetric', { kty: 'oct', k: 'AAAA' }],
  ['of 1024 bits', { n: Buffer.alloc(128, 0xff).toString('base64url') }],
  ['with an exponent of 1', { e: 'AQ' }],
  ['of rubbish', { n: '!!', e: [] }],
]

for (const [name, more] of UNUSABLE) {
  test(`a key ${name} is not used`, () => {
    assert.equal(readKey({ ...KEY.jwk, ...more }), undefined)
  })
}

test('two keys with one id leave neither', () => {
  const set = readKeySet({ keys: [KEY.jwk, { ...rsaKey().jwk, kid: KEY.kid }, EC.jwk] })
  assert.equal(set?.find(KEY.kid), undefined)
  assert.ok(set?.find(EC.kid))
})

test('what is no key set is none, and keys without an id are left out', () => {
  for (const value of [null, [], 'x', {}, { keys: {} }]) assert.equal(readKeySet(value), undefined)
  const { kid: _kid, ...nameless } = KEY.jwk
  assert.equal(readKeySet({ keys: [nameless, 7, null] })?.size, 0)
})

test('a key that is still in the set stays the same object', () => {
  const before = readKeySet({ keys: [KEY.jwk] })
  const after = readKeySet({ keys: [EC.jwk, KEY.jwk] }, before)
  assert.equal(after?.find(KEY.kid), before?.find(KEY.kid))
})

test('times that are no finite numbers are refused', () => {
  for (const exp of [undefined, null, '9e9', true, [], {}, Number.POSITIVE_INFINITY]) {
    assert.equal(
      problemOf(() => checkTimes({ exp }, 0)),
      'claims',
    )
  }
  assert.equal(
    problemOf(() => checkTimes({ exp: 9, nbf: '1' }, 0)),
    'not-yet-valid',
  )
})

test('nothing is an audience that is empty or no text', () => {
  for (const aud of [undefined, '', [], [null], {}, 7]) {
    assert.equal(
      problemOf(() => checkAudience({ aud }, ['web'])),
      'audience',
    )
  }
})

test('scopes are words, or a list of them', () => {
  assert.deepEqual(scopesOf({ scope: ' a  b ' }), ['a', 'b'])
  assert.deepEqual(scopesOf({ scp: ['a', 7, 'b c'] }), ['a', 'b c'])
  assert.deepEqual(scopesOf({ scope: { a: 1 } }), [])
})

test('a token with any one character changed is never accepted', () => {
  const key = readKey(KEY.jwk)
  assert.ok(key)
  const good = signToken(KEY, { sub: 'ann', exp: 7 })
  verifyToken(parseToken(good), key)
  for (let at = 0; at < good.length; at += 1) {
    for (const other of ['A', 'z', '-', '.', '=', ' ', '\u0000', 'é']) {
      if (good[at] === other) continue
      const changed = good.slice(0, at) + other + good.slice(at + 1)
      assert.notEqual(
        problemOf(() => verifyToken(parseToken(changed), key)),
        'none',
        `${at} ${other}`,
      )
    }
  }
})

test('rubbish of all kinds is refused as a token, and never breaks', () => {
  let seed = 7
  const next = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below
  const alphabet = 'eyJ{}"[]:,.=-_AZaz09 \n\u0000\ud800é'
  for (let round = 0; round < 20_000; round += 1) {
    const text = Array.from({ length: next(60) }, () => alphabet[next(alphabet.length)]).join('')
    assert.notEqual(
      problemOf(() => parseToken(text)),
      'none',
    )
  }
})
