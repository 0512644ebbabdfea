import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { TokenError } from '#languages/jwt/errors.ts'
import { readKey, readKeySet } from '#languages/jwt/key-set.ts'
import { parseToken, verifyToken } from '#languages/jwt/token.ts'

const FOLDER = join(import.meta.dirname, '../../../../shared/data/vectors/jose')
const FILES = [
  'json_web_signature_test.json',
  'json_web_key_test.json',
  'json_web_crypto_test.json',
]

interface Group {
  readonly comment: string
  readonly public?: Record<string, unknown>
  readonly private?: Record<string, unknown>
  readonly tests: readonly {
    readonly tcId: number
    readonly comment: string
    readonly jws?: unknown
    readonly result: string
    readonly flags: readonly string[]
  }[]
}

const isAccepted = (jws: unknown, key: Record<string, unknown>): boolean => {
  try {
    if (typeof jws !== 'string') return false
    const token = parseToken(jws)
    // A single key is what its owner says that it is, whatever id the token has.
    const found = 'keys' in key ? readKeySet(key)?.find(token.keyId ?? '') : readKey(key)
    if (found === undefined) return false
    verifyToken(token, found)
    return true
  } catch (error) {
    if (error instanceof TokenError) return false
    throw error
  }
}

/**
 * Examples of RFC 7520 with a key whose `alg` is not the token's (PS256 and PS384), or none at all (ES521). The same
 * vectors have others of the kind as invalid (`mismatchedAlgAndCurve`), and refusing is the safe side.
 */
const KEYS_OF_ANOTHER_ALGORITHM: ReadonlySet<string> = new Set([
  'rfc7520/Figure20',
  'rfc7520/Figure27',
  'rfc7520WithKeyOps/Figure20',
  'rfc7520WithKeyOps/Figure27',
])

for (const file of FILES) {
  const path = join(FOLDER, file)
  const skip = existsSync(path)
    ? false
    : `${path} is not there: the vectors are not part of the repository`
  test(`Wycheproof ${file}: nothing invalid is accepted, and everything valid with a public key is`, {
    skip,
  }, () => {
    const groups: readonly Group[] = JSON.parse(readFileSync(path, 'utf8')).testGroups
    let refused = 0
    let accepted = 0
    const wrong: string[] = []
    for (const group of groups) {
      for (const { tcId, comment, jws, result, flags } of group.tests) {
        if (jws === undefined) continue
        const keys = [group.public, group.private].filter((key) => key !== undefined)
        const given = keys.map((key) => isAccepted(jws, key))
        const name = `${tcId} ${group.comment}/${comment} ${flags.join()} ${JSON.stringify(group.public)?.slice(0, 120)}`
        if (result === 'invalid' && given.includes(true)) wrong.push(`accepted: ${name}`)
        if (result === 'invalid') refused += 1
        if (result !== 'valid' || group.public === undefined) continue
        if (KEYS_OF_ANOTHER_ALGORITHM.has(`${group.comment}/${comment}`)) continue
        if (given[0] !== true) wrong.push(`refused: ${name}`)
        else accepted += 1
      }
    }
    assert.deepEqual(wrong, [])
    assert.ok(refused + accepted > 0, `${refused} refused, ${accepted} accepted`)
  })
}
