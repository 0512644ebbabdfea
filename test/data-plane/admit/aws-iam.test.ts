// AWS_IAM: every way in which a signature is refused, and what a good one tells events, templates and the log.
// Source: behaviour.md 8.1 (AWS_IAM), 3.1 #10 and #12, 4 (INVALID_SIGNATURE, EXPIRED_TOKEN, MISSING_AUTHENTICATION_TOKEN)
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { presignRequest } from '#languages/sigv4/sign.ts'
import {
  ask,
  headersOf,
  httpRoute,
  type Sent,
  sentRequest,
  testServices,
  testStage,
  textOf,
} from '../../support/http-api.ts'
import { askRest, restMethod, restPlane, type TestRestApi } from '../../support/rest-api.ts'
import { ALLOW_ALL, signedBy, testSigners, type TestSigner } from '../../support/signers.ts'

const ANN: TestSigner = { name: 'ann', policies: [ALLOW_ALL] }
const PETS: TestRestApi = {
  methods: {
    'GET /pets': restMethod({ authorizationType: 'AWS_IAM' }),
    'POST /pets': restMethod({ authorizationType: 'AWS_IAM' }),
    'GET /{proxy+}': restMethod({ authorizationType: 'AWS_IAM' }),
  },
}

const hearing = (...signers: readonly TestSigner[]) =>
  testServices({ signers: testSigners(...(signers.length === 0 ? [ANN] : signers)) })

const answer = async (sent: (nowMs: number) => Sent, api = PETS, heard = hearing()) => {
  const response = await askRest(api, heard, sent(heard.clock.nowMs()))
  assert.deepEqual(heard.bugs, [])
  const [record] = heard.records
  return {
    status: response.statusCode,
    errorType: headersOf(response.headers)['x-amzn-errortype']?.[0],
    message: messageOf(textOf(response.body)),
    body: textOf(response.body),
    responseType: record?.error?.responseType,
    record,
    heard,
  }
}

const messageOf = (body: string): string =>
  body.startsWith('{"message"') ? JSON.parse(body).message : ''

const PETS_SENT: Sent = { target: '/prod/pets' }
/** Replaces a header's value by what `change` makes of it. */
const changed = (sent: Sent, name: string, change: (value: string) => string): Sent => ({
  ...sent,
  headers: (sent.headers ?? []).map((text, at, all) =>
    at % 2 === 1 && all[at - 1] === name ? change(text) : text,
  ),
})

describe('a request to an AWS_IAM method is refused', () => {
  const rows: readonly (readonly [
    what: string,
    sent: (nowMs: number) => Sent,
    errorType: string,
    message: RegExp,
    responseType: string,
  ])[] = [
    [
      'without a signature',
      () => PETS_SENT,
      'MissingAuthenticationTokenException',
      /^Missing Authentication Token$/,
      'MISSING_AUTHENTICATION_TOKEN',
    ],
    [
      'with a bearer token, which is not repeated',
      () => ({ ...PETS_SENT, headers: ['Authorization', 'Bearer abc.def'] }),
      'IncompleteSignatureException',
      /^Invalid key=value pair \(missing equal-sign\) in Authorization header \(hashed /,
      'INVALID_SIGNATURE',
    ],
    [
      'with a part of a signature',
      () => ({
        ...PETS_SENT,
        headers: ['Authorization', 'AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request'],
      }),
      'IncompleteSignatureException',
      /^Authorization header requires 'Signature' parameter\./,
      'INVALID_SIGNATURE',
    ],
    [
      'with SigV4a, which is not verified here',
      (nowMs) =>
        changed(signedBy('ann', PETS_SENT, nowMs), 'Authorization', (value) =>
          value.replace('AWS4-HMAC-SHA256', 'AWS4-ECDSA-P256-SHA256'),
        ),
      'IncompleteSignatureException',
      /Unsupported AWS 'algorithm'/,
      'INVALID_SIGNATURE',
    ],
    [
      'signed with a wrong secret',
      (nowMs) => signedBy('ann', PETS_SENT, nowMs, { secret: 'guess' }),
      'InvalidSignatureException',
      /^The request signature we calculated does not match [^]*The Canonical String for this request/,
      'INVALID_SIGNATURE',
    ],
    [
      'signed for another region',
      (nowMs) => signedBy('ann', PETS_SENT, nowMs, { region: 'eu-west-1' }),
      'InvalidSignatureException',
      /^Credential should be scoped to a valid region, not 'eu-west-1'\. $/,
      'INVALID_SIGNATURE',
    ],
    [
      'signed for another service',
      (nowMs) => signedBy('ann', PETS_SENT, nowMs, { service: 'apigateway' }),
      'InvalidSignatureException',
      /^Credential should be scoped to correct service: 'execute-api'\. $/,
      'INVALID_SIGNATURE',
    ],
    [
      'signed more than five minutes ago',
      (nowMs) => signedBy('ann', PETS_SENT, nowMs - 301_000),
      'InvalidSignatureException',
      /^Signature expired: \d{8}T\d{6}Z is now earlier than /,
      'INVALID_SIGNATURE',
    ],
    [
      'signed in the future',
      (nowMs) => signedBy('ann', PETS_SENT, nowMs + 301_000),
      'InvalidSignatureException',
      /^Signature not yet current: /,
      'INVALID_SIGNATURE',
    ],
    [
      'signed with a key that nobody has',
      (nowMs) => signedBy('bob', PETS_SENT, nowMs),
      'UnrecognizedClientException',
      /^The security token included in the request is invalid\.$/,
      'ACCESS_DENIED',
    ],
    [
      'signed with a key that is switched off',
      (nowMs) => signedBy('inactive', PETS_SENT, nowMs),
      'UnrecognizedClientException',
      /^The security token included in the request is invalid\.$/,
      'ACCESS_DENIED',
    ],
    [
      'signed with temporary credentials that have ended',
      (nowMs) => signedBy('expired', PETS_SENT, nowMs, { sessionToken: 'token' }),
      'ExpiredTokenException',
      /^The security token included in the request is expired$/,
      'EXPIRED_TOKEN',
    ],
    [
      'whose body was changed after it was signed',
      (nowMs) => ({
        ...signedBy('ann', { ...PETS_SENT, method: 'POST', body: '{"a":1}' }, nowMs),
        body: '{"a":2}',
      }),
      'InvalidSignatureException',
      /^The request signature we calculated does not match/,
      'INVALID_SIGNATURE',
    ],
    [
      'whose query was changed after it was signed',
      (nowMs) => ({ ...signedBy('ann', PETS_SENT, nowMs), target: '/prod/pets?admin=true' }),
      'InvalidSignatureException',
      /^The request signature we calculated does not match/,
      'INVALID_SIGNATURE',
    ],
  ]
  for (const [what, sent, errorType, message, responseType] of rows) {
    it(`${what}: 403 ${errorType}`, async () => {
      const given = await answer(sent)
      assert.equal(given.status, 403, given.body)
      assert.equal(given.errorType, errorType)
      assert.match(given.message, message)
      assert.equal(given.responseType, responseType)
      assert.equal(given.heard.invoked.length, 0)
      // The reason is in the record; what the caller sent is not.
      const told = JSON.stringify(given.record)
      assert.ok((given.record?.error?.hint ?? '').startsWith(errorType), told)
      assert.ok(!told.includes('Canonical String') && !told.includes('AWS4-HMAC-SHA256 Cred'), told)
      assert.ok(!given.body.includes('abc.def') && !told.includes('abc.def'))
    })
  }
})

describe('a request to an AWS_IAM method is admitted', () => {
  it('signed in its headers, over its body and query as they were sent', async () => {
    const body = '{"name":"é","of":[1,2]}'
    const sent: Sent = {
      method: 'POST',
      target: '/prod/pets?b=2&a=%20x&a=1&c',
      headers: ['Content-Type', 'application/json', 'X-Thing', '  many   blanks '],
      body,
    }
    const given = await answer((nowMs) => signedBy('ann', sent, nowMs))
    assert.equal(given.status, 200, given.body)
    assert.equal(given.heard.event().body, body)
  })

  it('on a path with escapes, double slashes and dots, verified as it is on the wire', async () => {
    for (const target of ['/prod/a%2Fb', '/prod//pets', '/prod/a/../pets', '/prod/caf%C3%A9%20x']) {
      const given = await answer((nowMs) => signedBy('ann', { target }, nowMs))
      assert.equal(given.status, 200, `${target} ${given.body}`)
    }
  })

  it('by a presigned URL, until it expires', async () => {
    const presigned = (atMs: number): Sent => {
      const { method, target, headers } = sentRequest(PETS_SENT)
      return {
        target: presignRequest(
          { method, target, headers },
          { accessKeyId: 'AKIAANN', secretAccessKey: 'secret of ann' },
          { region: 'us-east-1', service: 'execute-api', nowMs: atMs, expiresSeconds: 600 },
        ),
      }
    }
    const given = await answer((nowMs) => presigned(nowMs - 500_000))
    assert.equal(given.status, 200, given.body)
    const late = await answer((nowMs) => presigned(nowMs - 601_000))
    assert.equal(late.status, 403)
    assert.match(late.message, /^Signature expired: /)
  })

  it('with UNSIGNED-PAYLOAD, where the body is not covered', async () => {
    const sent: Sent = { ...PETS_SENT, method: 'POST', body: 'x' }
    const given = await answer((nowMs) => ({
      ...signedBy('ann', sent, nowMs, { unsignedPayload: true }),
      body: 'another body',
    }))
    assert.equal(given.status, 200, given.body)
    assert.equal(given.heard.event().body, 'another body')
  })

  it('and nothing is read of a body that is too large, nor of one without a signature', async () => {
    const large: Sent = { ...PETS_SENT, method: 'POST', body: Buffer.alloc(10 * 1024 * 1024 + 1) }
    const given = await answer((nowMs) => signedBy('ann', large, nowMs))
    assert.equal(given.status, 413)
    const heard = hearing()
    let reads = 0
    const http = sentRequest({ ...PETS_SENT, method: 'POST', body: 'x' })
    const body = {
      ...http.body,
      read: (bytesMax: number) => {
        reads += 1
        return http.body.read(bytesMax)
      },
    }
    assert.equal((await restPlane(PETS, heard)({ ...http, body })).statusCode, 403)
    assert.equal(reads, 0)
  })
})

describe('a route of an HTTP API with AWS_IAM', () => {
  const stage = testStage({ routes: [httpRoute('GET /pets', { authorizationType: 'AWS_IAM' })] })
  const rows: readonly (readonly [string, readonly TestSigner[], (nowMs: number) => Sent])[] = [
    ['no signature', [ANN], () => ({})],
    [
      'a wrong secret',
      [ANN],
      (nowMs) => signedBy('ann', { target: '/pets' }, nowMs, { secret: 'x' }),
    ],
    ['an unknown key', [], (nowMs) => signedBy('ann', { target: '/pets' }, nowMs)],
    [
      'a caller without policies',
      [{ name: 'ann' }],
      (nowMs) => signedBy('ann', { target: '/pets' }, nowMs),
    ],
    [
      'a caller of another account',
      [{ ...ANN, accountId: '210987654321' }],
      (nowMs) => signedBy('ann', { target: '/pets' }, nowMs),
    ],
  ]
  for (const [what, signers, sent] of rows) {
    it(`answers ${what} with 403 {"message":"Forbidden"} [behaviour.md 8.1: AWS_IAM]`, async () => {
      const heard = testServices({ signers: testSigners(...signers) })
      const response = await ask(stage, heard, { target: '/pets', ...sent(heard.clock.nowMs()) })
      assert.equal(response.statusCode, 403)
      assert.equal(textOf(response.body), '{"message":"Forbidden"}')
      assert.ok((heard.records[0]?.error?.hint ?? '') !== '')
    })
  }
})

describe('an unknown path [behaviour.md 3.1 #10]', () => {
  it('is about the Authorization header where that is no AWS signature', async () => {
    const given = await answer(() => ({
      method: 'PUT',
      target: '/prod/none',
      headers: ['Authorization', 'Bearer abc.def'],
    }))
    assert.equal(given.status, 403)
    assert.equal(given.errorType, 'IncompleteSignatureException')
    assert.match(given.message, /missing equal-sign/)
    assert.equal(given.responseType, 'MISSING_AUTHENTICATION_TOKEN')
  })

  it('is "Missing Authentication Token" without one, and with a good signature', async () => {
    const target = '/prod/none'
    for (const sent of [
      () => ({ method: 'PUT', target }),
      (nowMs: number) => signedBy('ann', { method: 'PUT', target }, nowMs),
    ]) {
      const given = await answer(sent)
      assert.equal(given.message, 'Missing Authentication Token')
      assert.equal(given.errorType, 'MissingAuthenticationTokenException')
    }
  })
})
