import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import type { SignableRequest } from '#languages/sigv4/message.ts'
import { presignRequest, signRequest } from '#languages/sigv4/sign.ts'
import { createSigV4Verifier } from '#languages/sigv4/verify.ts'
import { HOST, KEY, NOW_MS, plain, SCOPE, verifierOf } from './signers.ts'

const options = { ...SCOPE, nowMs: NOW_MS }
const signed = (request: SignableRequest = plain, more = {}): SignableRequest => ({
  ...request,
  headers: signRequest(request, KEY, { ...options, ...more }),
})
const presigned = (expiresSeconds: number, nowMs = NOW_MS): SignableRequest => ({
  ...plain,
  target: presignRequest(plain, KEY, { ...SCOPE, nowMs, expiresSeconds }),
})
const refusalOf = (request: SignableRequest, verifier = verifierOf()) => {
  const outcome = verifier.verify(request)
  assert.ok(outcome.kind === 'refused', 'the request must be refused')
  assert.ok(!outcome.hint.includes(KEY.secretAccessKey))
  assert.ok(!outcome.message.includes(KEY.secretAccessKey))
  return outcome
}
const replaced = (request: SignableRequest, name: string, change: (value: string) => string) => ({
  ...request,
  headers: request.headers.map((text, index) =>
    index % 2 === 1 && request.headers[index - 1]?.toLowerCase() === name ? change(text) : text,
  ),
})
const withHeaders = (request: SignableRequest, ...headers: string[]): SignableRequest => ({
  ...request,
  headers: [...request.headers, ...headers],
})
const without = (request: SignableRequest, name: string): SignableRequest => ({
  ...request,
  headers: request.headers.filter((_, index) => {
    return request.headers[index - (index % 2)]?.toLowerCase() !== name
  }),
})

describe('what verifies', () => {
  it('a signed request says who signed it, for what and when', () => {
    const outcome = verifierOf().verify(signed())
    assert.deepEqual(outcome, {
      kind: 'verified',
      accessKeyId: KEY.accessKeyId,
      credentials: { secretAccessKey: KEY.secretAccessKey },
      scope: { date: '20260304', ...SCOPE },
      signedAtMs: NOW_MS,
      signedHeaders: ['content-type', 'host', 'x-amz-date', 'x-api-key'],
      presigned: false,
      payload: 'signed',
    })
  })

  it('a presigned request verifies until it expires', () => {
    assert.equal(verifierOf().verify(presigned(1, NOW_MS - 1000)).kind, 'verified')
    assert.equal(verifierOf().verify(presigned(604_800, NOW_MS - 604_800_000)).kind, 'verified')
    assert.deepEqual(refusalOf(presigned(60, NOW_MS - 61_000)).message, EXPIRED_PRESIGNED)
  })

  it('any region will do where the verifier has none', () => {
    const anywhere = createSigV4Verifier({
      service: SCOPE.service,
      clock: { nowMs: () => NOW_MS },
      findCredentials: () => KEY,
    })
    const request = signed(plain, { region: 'eu-west-1' })
    assert.equal(anywhere.verify(request).kind, 'verified')
    assert.equal(verifierOf().verify(request).kind, 'refused')
  })

  it('a header that was not signed may be added, changed and taken away', () => {
    assert.equal(
      verifierOf().verify(withHeaders(signed(), 'X-Forwarded-For', '1.2.3.4')).kind,
      'verified',
    )
    assert.equal(verifierOf().verify(withHeaders(signed(), 'User-Agent', 'curl')).kind, 'verified')
  })

  it('a repeated header is signed in the order of the wire', () => {
    const request = withHeaders(plain, 'X-List', 'b', 'x-list', ' a ')
    const headers = signed(request).headers
    assert.equal(verifierOf().verify(signed(request)).kind, 'verified')
    const swapped = headers.map((text) => (text === 'b' ? ' a ' : text === ' a ' ? 'b' : text))
    assert.equal(verifierOf().verify({ ...plain, headers: swapped }).kind, 'refused')
  })

  it('a plus sign in the query string is a space', () => {
    const request = signed({ ...plain, target: '/prod?q=a%20b' })
    assert.equal(verifierOf().verify({ ...request, target: '/prod?q=a+b' }).kind, 'verified')
    assert.equal(verifierOf().verify({ ...request, target: '/prod?q=a%2Bb' }).kind, 'refused')
  })

  it('a Date header serves where there is no X-Amz-Date', () => {
    const request: SignableRequest = { method: 'GET', target: '/', headers: ['Host', HOST] }
    const byDate = without(signed(request), 'x-amz-date')
    assert.equal(refusalOf(byDate).errorType, 'IncompleteSignatureException')
    const unsignedDate = withHeaders(byDate, 'Date', new Date(NOW_MS).toUTCString())
    assert.equal(
      refusalOf(unsignedDate).message,
      "'date' must be a 'SignedHeader' in the AWS Authorization.",
    )
  })
})

describe('what is refused, in the words of AWS', () => {
  it('a request without a signature has a missing token', () => {
    for (const request of [plain, withHeaders(plain, 'Authorization', ' ')]) {
      const refusal = refusalOf(request)
      assert.equal(refusal.errorType, 'MissingAuthenticationTokenException')
      assert.equal(refusal.message, 'Missing Authentication Token')
    }
  })

  it('another Authorization header is a parse error that does not repeat the token [3.1 #10]', () => {
    const refusal = refusalOf(withHeaders(plain, 'Authorization', 'Bearer s3cret.t0ken'))
    assert.equal(refusal.errorType, 'IncompleteSignatureException')
    assert.match(
      refusal.message,
      /^Invalid key=value pair \(missing equal-sign\) in Authorization header \(hashed with SHA-256 and encoded with Base64\): '[A-Za-z0-9+/]{43}='\.$/,
    )
    const raw = refusalOf(withHeaders(plain, 'Authorization', 's3cret.t0ken'))
    assert.match(
      raw.message,
      /^Authorization header requires 'Credential' parameter\. Authorization header requires 'Signature' parameter\. Authorization header requires 'SignedHeaders' parameter\. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header\. \(Hashed with SHA-256/,
    )
    for (const { message, hint } of [refusal, raw]) assert.doesNotMatch(message + hint, /s3cret/)
  })

  it('a signature that does not fit says what would have fitted', () => {
    const refusal = refusalOf(
      replaced(signed(), 'authorization', (text) => text.replace(/.$/, '0x')),
    )
    assert.equal(refusal.errorType, 'InvalidSignatureException')
    assert.equal(
      refusal.message.replaceAll(/[0-9a-f]{64}/g, 'HASH'),
      `The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.

The Canonical String for this request should have been
'POST
/prod/pets
page=2&type=dog
content-type:application/json
host:${HOST}
x-amz-date:20260304T050607Z
x-api-key:k

content-type;host;x-amz-date;x-api-key
HASH'

The String-to-Sign should have been
'AWS4-HMAC-SHA256
20260304T050607Z
20260304/us-east-1/execute-api/aws4_request
HASH'
`,
    )
    assert.doesNotMatch(refusal.hint, /x-api-key:k/)
  })

  it('a clock that is off by more than five minutes is told both times', () => {
    const at = (offset: number) => verifierOf({ clock: { nowMs: () => NOW_MS + offset } })
    assert.equal(at(300_000).verify(signed()).kind, 'verified')
    assert.equal(at(-300_000).verify(signed()).kind, 'verified')
    assert.equal(
      refusalOf(signed(), at(301_000)).message,
      'Signature expired: 20260304T050607Z is now earlier than 20260304T050608Z (20260304T051108Z - 5 min.)',
    )
    assert.equal(
      refusalOf(signed(), at(-301_000)).message,
      'Signature not yet current: 20260304T050607Z is still later than 20260304T050606Z (20260304T050106Z + 5 min.)',
    )
    assert.equal(refusalOf(signed(), at(301_000)).errorType, 'InvalidSignatureException')
  })

  it('a wrong region, service, terminator and day are told, one sentence each', () => {
    const refusal = refusalOf(signed(plain, { region: 'eu-west-1', service: 'lambda' }))
    assert.equal(refusal.errorType, 'InvalidSignatureException')
    assert.equal(
      refusal.message,
      "Credential should be scoped to a valid region, not 'eu-west-1'. Credential should be scoped to correct service: 'execute-api'. ",
    )
    const odd = replaced(signed(), 'authorization', (text) =>
      text.replace('20260304/', '20260303/').replace('aws4_request', 'aws5_request'),
    )
    assert.equal(
      refusalOf(odd).message,
      "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'. Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20260303' != '20260304', from '20260304T050607Z'. ",
    )
  })

  it('an unknown access key is an unrecognized client', () => {
    const stranger = { ...KEY, accessKeyId: 'AKIDNOBODY' }
    const refusal = refusalOf({ ...plain, headers: signRequest(plain, stranger, options) })
    assert.equal(refusal.errorType, 'UnrecognizedClientException')
    assert.equal(refusal.message, 'The security token included in the request is invalid.')
    const guess = { ...stranger, secretAccessKey: 'nobody has this secret access key' }
    const guessed = refusalOf({ ...plain, headers: signRequest(plain, guess, options) })
    assert.deepEqual(guessed, refusal)
  })

  it('a host, a date or a target that is not signed is refused', () => {
    const cut = (name: string) =>
      refusalOf(
        replaced(signed(withHeaders(plain, 'X-Amz-Target', 'A.B')), 'authorization', (text) =>
          text.replace(new RegExp(`([=;])${name};`), '$1'),
        ),
      )
    assert.equal(
      cut('host').message,
      "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
    )
    assert.match(cut('x-amz-date').message, /^'x-amz-date' must be a 'SignedHeader'/)
    assert.match(cut('x-amz-target').message, /^'x-amz-target' must be a 'SignedHeader'/)
  })

  it('what could be read in two ways is refused', () => {
    const [authorization = ''] = signed().headers.slice(-1)
    const twice = [
      withHeaders(signed(), 'authorization', authorization),
      withHeaders(signed(), 'x-amz-date', '20260304T050607Z'),
      withHeaders(signed(), 'x-amz-security-token', 'a', 'X-Amz-Security-Token', 'b'),
      withHeaders(presigned(60), 'Authorization', authorization),
      { ...presigned(60), target: `${presigned(60).target}&x-amz-date=20260304T050607Z` },
      replaced(signed(), 'authorization', (text) => `${text}, Signature=00`),
    ]
    for (const request of twice) {
      assert.equal(refusalOf(request).errorType, 'IncompleteSignatureException')
    }
  })

  it('an algorithm, a date or a credential that is none is refused by name', () => {
    const broken = (from: string | RegExp, to: string) =>
      refusalOf(replaced(signed(), 'authorization', (text) => text.replace(from, to))).message
    assert.match(
      broken('AWS4-HMAC-SHA256', 'AWS4-ECDSA-P256-SHA256'),
      /^Unsupported AWS 'algorithm'/,
    )
    assert.match(broken('/aws4_request', ''), /^Credential must have exactly 5 slash-delimited/)
    assert.match(broken('AWS4-HMAC-SHA256 ', ''), /must begin with the algorithm name/)
    for (const date of ['2026-03-04T05:06:07Z', '20260231T050607Z', '20260304T050660Z', 'now']) {
      const refusal = refusalOf(replaced(signed(), 'x-amz-date', () => date))
      assert.match(refusal.message, /^Date must be in ISO-8601 'basic format'\. Got '/)
    }
    const { target } = presigned(60)
    for (const expires of ['-1', '1e3', '604801', '99999999999999999999', '']) {
      const changed = { ...plain, target: target.replace('Expires=60', `Expires=${expires}`) }
      assert.equal(refusalOf(changed).errorType, 'IncompleteSignatureException', expires)
    }
    const partial = { ...plain, target: '/prod?X-Amz-Signature=00' }
    assert.match(refusalOf(partial).message, /must include 'X-Amz-Credential'/)
  })

  it('a body signed in chunks is refused, not believed', () => {
    const request = withHeaders(
      signed(),
      'X-Amz-Content-Sha256',
      'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
    )
    assert.match(refusalOf(request).hint, /STREAMING-AWS4-HMAC-SHA256-PAYLOAD/)
  })

  it('a body is hashed, whatever the checksum header says', () => {
    const s3 = { ...options, service: 's3' }
    const request = { ...plain, headers: signRequest(plain, KEY, s3) }
    const verifier = verifierOf({ service: 's3' })
    assert.equal(verifier.verify(request).kind, 'verified')
    refusalOf({ ...request, body: Buffer.from('{}') }, verifier)
  })
})

describe('session tokens', () => {
  const temporary = { ...KEY, sessionToken: 'token/+=' }
  const request: SignableRequest = { ...plain, headers: signRequest(plain, temporary, options) }
  const invalid = 'The security token included in the request is invalid.'

  it('temporary credentials verify with their own token alone', () => {
    const verifier = verifierOf({}, temporary)
    assert.equal(verifier.verify(request).kind, 'verified')
    assert.equal(refusalOf(signed(), verifier).message, invalid)
    assert.equal(refusalOf(request).message, invalid)
    assert.equal(
      refusalOf(request, verifierOf({}, { ...temporary, sessionToken: 'x' })).message,
      invalid,
    )
  })

  it('a token may be added after signing, but only the right one', () => {
    const verifier = verifierOf({}, temporary)
    const late = withHeaders(signed(), 'x-amz-security-token', temporary.sessionToken)
    assert.equal(verifier.verify(late).kind, 'verified')
    refusalOf(withHeaders(signed(), 'x-amz-security-token', 'other'), verifier)
    const url = presigned(60)
    const lateUrl = { ...url, target: `${url.target}&X-Amz-Security-Token=token%2F%2B%3D` }
    assert.equal(verifier.verify(lateUrl).kind, 'verified')
  })

  it('past its expiration a token is an expired one', () => {
    const live = verifierOf({}, { ...temporary, expiresAtMs: NOW_MS + 1 })
    assert.equal(live.verify(request).kind, 'verified')
    const refusal = refusalOf(request, verifierOf({}, { ...temporary, expiresAtMs: NOW_MS }))
    assert.equal(refusal.errorType, 'ExpiredTokenException')
    assert.equal(refusal.message, 'The security token included in the request is expired')
  })

  it('the token is handed over, so that credentials can be sealed in it', () => {
    const asked: unknown[] = []
    const verifier = verifierOf({
      findCredentials: (id, token) => {
        asked.push([id, token])
        return temporary
      },
    })
    assert.equal(verifier.verify(request).kind, 'verified')
    assert.deepEqual(asked, [[KEY.accessKeyId, temporary.sessionToken]])
  })
})

describe('properties', () => {
  const text = fc
    .string({ unit: 'binary-ascii', maxLength: 12 })
    .map((value) => encodeURIComponent(value))
  const requests = fc.record({
    method: fc.constantFrom('GET', 'POST', 'DELETE'),
    target: fc
      .tuple(fc.array(text, { maxLength: 4 }), fc.array(fc.tuple(text, text), { maxLength: 4 }))
      .map(
        ([path, query]) => `/${path.join('/')}?${query.map((pair) => pair.join('=')).join('&')}`,
      ),
    headers: fc
      .array(fc.stringMatching(/^[!-~ ]{0,10}$/), { maxLength: 3 })
      .map((values) => ['Host', HOST, ...values.flatMap((value, index) => [`x-h${index}`, value])]),
    body: fc.uint8Array({ maxLength: 20 }),
  })

  it('what is signed verifies, and with one byte changed it does not', () => {
    const verifier = verifierOf()
    fc.assert(
      fc.property(requests, fc.nat(), fc.integer({ min: 1, max: 255 }), (request, place, flip) => {
        const whole = signed(request)
        const outcome = verifier.verify(whole)
        assert.equal(outcome.kind, 'verified', JSON.stringify(outcome))
        const body = Buffer.from(request.body.length > 0 ? request.body : [0])
        const index = place % body.length
        body[index] = (body[index] ?? 0) ^ flip
        assert.equal(verifier.verify({ ...whole, body }).kind, 'refused')
        assert.equal(verifier.verify({ ...whole, method: `${request.method}X` }).kind, 'refused')
        assert.equal(verifier.verify({ ...whole, target: `${whole.target}&z=1` }).kind, 'refused')
        assert.equal(verifier.verify({ ...whole, target: `/z${whole.target}` }).kind, 'refused')
        for (const name of [
          'host',
          'x-amz-date',
          ...request.headers.filter((h) => h.startsWith('x-h')),
        ]) {
          assert.equal(
            verifier.verify(replaced(whole, name, (value) => `${value}1`)).kind,
            'refused',
          )
          assert.equal(verifier.verify(without(whole, name)).kind, 'refused')
        }
      }),
      { numRuns: 100 },
    )
  })

  it('every hexadecimal digit of a signature counts', () => {
    const whole = signed()
    for (let index = 0; index < 64; index += 1) {
      const changed = replaced(whole, 'authorization', (text) => {
        const at = text.length - 64 + index
        return `${text.slice(0, at)}${text[at] === '0' ? '1' : '0'}${text.slice(at + 1)}`
      })
      refusalOf(changed)
    }
  })

  it('no Authorization header and no query string makes it throw', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.string({ unit: 'binary', maxLength: 64 }).map((signature) => {
        return `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260304/us-east-1/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=${signature}`
      }),
    )
    fc.assert(
      fc.property(hostile, (value) => {
        const date = ['X-Amz-Date', '20260304T050607Z']
        refusalOf(withHeaders(plain, 'Authorization', value, ...date))
        refusalOf({ ...plain, target: `/?X-Amz-Signature=${value}&X-Amz-Algorithm=${value}` })
      }),
      { numRuns: 200 },
    )
  })
})

const EXPIRED_PRESIGNED =
  'Signature expired: 20260304T050506Z is now earlier than 20260304T050507Z (20260304T050607Z - 1 min.)'
