import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canonicalRequest, sha256Hex } from '#languages/sigv4/canonical-request.ts'
import type { SignableRequest } from '#languages/sigv4/message.ts'
import { signRequest } from '#languages/sigv4/sign.ts'
import { deriveSigningKey, signatureOf, stringToSign } from '#languages/sigv4/signing-key.ts'
import { KEY, NOW_MS, plain, SCOPE, verifierOf } from './signers.ts'

const EMPTY = sha256Hex(new Uint8Array())
const RULES = { normalized: true, doubleEncoded: true }

/** A request that a client with a mistake of its own has signed. */
const signedWrongly = (
  request: SignableRequest,
  mistake: { path?: typeof RULES; payloadHash?: string; headers?: readonly string[] },
): SignableRequest => {
  const amzDate = '20260304T050607Z'
  const headers = [...(mistake.headers ?? request.headers), 'X-Amz-Date', amzDate]
  const canonical = canonicalRequest(
    { ...request, headers },
    {
      path: mistake.path ?? RULES,
      signedHeaders: ['host', 'x-amz-date'],
      payloadHash: mistake.payloadHash ?? sha256Hex(request.body ?? new Uint8Array()),
      unsignedQuery: new Set(),
    },
  )
  const scope = { date: '20260304', ...SCOPE }
  const toSign = stringToSign(amzDate, scope, canonical)
  const signature = signatureOf(deriveSigningKey(KEY.secretAccessKey, scope), toSign)
  const credential = `${KEY.accessKeyId}/20260304/us-east-1/execute-api/aws4_request`
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host;x-amz-date, Signature=${signature}`
  return {
    ...request,
    headers: [...request.headers, 'X-Amz-Date', amzDate, 'Authorization', authorization],
  }
}

const hintOf = (request: SignableRequest): string => {
  const outcome = verifierOf().verify(request)
  assert.ok(outcome.kind === 'refused')
  assert.equal(outcome.errorType, 'InvalidSignatureException')
  return outcome.hint
}

test('a signature without a mistake verifies', () => {
  assert.equal(verifierOf().verify(signedWrongly(plain, {})).kind, 'verified')
})

test('the mistake of the client is named', () => {
  const odd = { ...plain, target: '/prod//a%20b?x=1' }
  const local = { ...plain, headers: ['Host', 'localhost:4566'] }
  const hints = [
    signedWrongly(odd, { path: { normalized: false, doubleEncoded: true } }),
    signedWrongly(odd, { path: { normalized: true, doubleEncoded: false } }),
    signedWrongly(plain, { payloadHash: EMPTY }),
    signedWrongly(plain, { payloadHash: 'UNSIGNED-PAYLOAD' }),
    signedWrongly(local, { headers: ['Host', 'localhost'] }),
  ].map(hintOf)
  const expected = [
    /signed the path as it is/,
    /escaped the path once/,
    /empty body/,
    /UNSIGNED-PAYLOAD/,
    /without its port/,
  ]
  for (const [index, pattern] of expected.entries()) assert.match(hints[index] ?? '', pattern)
})

test('where no mistake fits, the hint says what to compare, and no value of a header', () => {
  const secret = { ...KEY, secretAccessKey: 'another' }
  const options = { ...SCOPE, nowMs: NOW_MS }
  const hint = hintOf({ ...plain, headers: signRequest(plain, secret, options) })
  assert.match(hint, /The secret access key is another one/)
  assert.match(hint, /content-type, host, x-amz-date, x-api-key/)
})
