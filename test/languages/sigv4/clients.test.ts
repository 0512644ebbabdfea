// Signatures of real clients' own signers, taken apart only by us. [T24]
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { SignatureV4 } from '@smithy/signature-v4'
import type { SignableRequest } from '#languages/sigv4/message.ts'
import { byteString, HOST, KEY, NOW_MS, SCOPE, Sha256, verifierOf } from './signers.ts'

const TOKEN = 'IQoJb3JpZ2luX2VjE//=='
const QUERY = {
  type: 'dog',
  list: ['b', 'a', 'B'],
  'päth+name': "!'()* +~",
  empty: '',
}
const PATHS = [
  '/prod/pets',
  '/prod/pets/',
  '/',
  '/prod//pets/./a/../b/',
  '/prod/a%20b/%C3%A4%2Fc',
  '/prod/(x)!*',
]

const signer = (temporary: boolean, options: { uriEscapePath?: boolean } = {}) =>
  new SignatureV4({
    ...SCOPE,
    ...options,
    credentials: { ...KEY, ...(temporary && { sessionToken: TOKEN }) },
    sha256: Sha256,
  })

const credentials = (temporary: boolean) => ({
  secretAccessKey: KEY.secretAccessKey,
  ...(temporary && { sessionToken: TOKEN }),
})

interface SmithyRequest {
  readonly method: string
  readonly path: string
  readonly query?: Record<string, string | string[] | null>
  readonly headers: Record<string, string>
}

/** As @smithy's HTTP client writes it on the wire. */
const onTheWire = ({ method, path, query, headers }: SmithyRequest, body: string) => {
  const escape = (text: string): string =>
    encodeURIComponent(text).replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)
  const pairs = Object.entries(query ?? {}).flatMap(([name, value]) =>
    [value ?? ''].flat().map((one) => `${escape(name)}=${escape(one)}`),
  )
  return {
    method,
    target: pairs.length > 0 ? `${path}?${pairs.join('&')}` : path,
    headers: Object.entries(headers).flat().map(byteString),
    body: Buffer.from(body),
  } satisfies SignableRequest
}

const requestTo = (path: string, body: string) => ({
  method: 'POST',
  protocol: 'https:',
  hostname: HOST,
  path,
  query: QUERY,
  headers: { host: HOST, 'content-type': 'application/json', 'x-note': '  a   b ', expect: 'x' },
  body,
})

describe('@smithy/signature-v4', () => {
  const signingDate = new Date(NOW_MS)

  for (const path of PATHS) {
    for (const temporary of [false, true]) {
      const who = temporary ? 'temporary' : 'long-term'
      it(`its signature of ${path} verifies with ${who} credentials, in the header and presigned`, async () => {
        const body = '{"n":"ä"}'
        const signed = await signer(temporary).sign(requestTo(path, body), { signingDate })
        const verifier = verifierOf({}, credentials(temporary))
        const outcome = verifier.verify(onTheWire(signed, body))
        assert.equal(outcome.kind, 'verified', JSON.stringify(outcome))
        const presigned = await signer(temporary).presign(requestTo(path, body), {
          signingDate,
          expiresIn: 60,
        })
        assert.equal(verifier.verify(onTheWire(presigned, body)).kind, 'verified')
        assert.equal(verifier.verify(onTheWire(presigned, `${body} `)).kind, 'refused')
      })
    }
  }

  it('a signature without the checksum header verifies', async () => {
    const plainSigner = new SignatureV4({
      ...SCOPE,
      credentials: KEY,
      sha256: Sha256,
      applyChecksum: false,
    })
    const signed = await plainSigner.sign(requestTo('/prod', 'body'), { signingDate })
    assert.equal(verifierOf().verify(onTheWire(signed, 'body')).kind, 'verified')
  })

  it('an unsigned payload verifies with any body, and is told', async () => {
    const request = requestTo('/prod', 'one')
    const signed = await signer(false).sign(
      { ...request, headers: { ...request.headers, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } },
      { signingDate },
    )
    const outcome = verifierOf().verify(onTheWire(signed, 'two'))
    assert.ok(outcome.kind === 'verified')
    assert.equal(outcome.payload, 'unsigned')
  })

  it('S3 escapes a path once and takes nothing out of it', async () => {
    const s3 = new SignatureV4({
      region: 'us-east-1',
      service: 's3',
      credentials: KEY,
      sha256: Sha256,
      uriEscapePath: false,
    })
    const verifier = verifierOf({ service: 's3' })
    for (const path of ['/bucket/a//b/../c', '/bucket/a%20b%2Bc', '/bucket/%28x%29']) {
      const signed = await s3.sign(requestTo(path, 'x'), { signingDate })
      assert.equal(verifier.verify(onTheWire(signed, 'x')).kind, 'verified', path)
      const presigned = await s3.presign(
        {
          ...requestTo(path, ''),
          headers: { host: HOST, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
        },
        { signingDate },
      )
      const outcome = verifier.verify(onTheWire(presigned, 'anything'))
      assert.equal(outcome.kind, 'verified', path)
    }
  })
})

describe('botocore', () => {
  const python = spawnSync('python3', ['-c', 'import botocore'], { timeout: 20_000 })
  const skip = python.status === 0 ? false : 'botocore is not installed'

  it('its signatures verify, in the header and presigned', { skip }, () => {
    const run = spawnSync('python3', ['-c', BOTOCORE], {
      timeout: 30_000,
      encoding: 'utf8',
      input: JSON.stringify({ ...KEY, ...SCOPE, token: TOKEN, host: HOST, paths: PATHS }),
    })
    assert.equal(run.status, 0, run.stderr)
    const requests: SignableRequest[] = JSON.parse(run.stdout)
    assert.equal(requests.length, PATHS.length * 2)
    const verifier = verifierOf({ clock: { nowMs: () => Date.now() } }, credentials(true))
    for (const request of requests) {
      const body = Buffer.from(request.target.includes('X-Amz-Signature') ? '' : '{"a":1}')
      assert.equal(verifier.verify({ ...request, body }).kind, 'verified', request.target)
      assert.equal(verifier.verify({ ...request, body: Buffer.from('{}') }).kind, 'refused')
    }
  })
})

const BOTOCORE = `
import json, sys
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
given = json.load(sys.stdin)
credentials = Credentials(given['accessKeyId'], given['secretAccessKey'], given['token'])
signed = []
for path in given['paths']:
    for auth in (SigV4Auth, SigV4QueryAuth):
        url = 'https://' + given['host'] + path + '?b=%20x&a=1&a=0&c='
        request = AWSRequest('POST', url, {'X-Note': ' a  b '}, None if auth is SigV4QueryAuth else b'{"a":1}')
        auth(credentials, given['service'], given['region']).add_auth(request)
        prepared = request.prepare()
        target = prepared.url[len('https://' + given['host']):]
        headers = [x for pair in prepared.headers.items() for x in pair] + ['Host', given['host']]
        text = [x.decode() if isinstance(x, bytes) else x for x in headers]
        signed.append({'method': 'POST', 'target': target, 'headers': text})
print(json.dumps(signed))
`
