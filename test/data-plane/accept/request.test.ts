import { EMPTY_DIRECTORY } from '../../support/directory.ts'
import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import { acceptRequest } from '#data-plane/accept/request.ts'
import { systemRandom } from '#shared/random.ts'
import { BodyAborted } from '#transport/contract.ts'
import { type Sent, sentRequest, testServices } from '../../support/http-api.ts'

const ADDRESS = {
  apiId: 'abc123',
  stageName: 'prod',
  path: '/',
  fullPath: '/prod/',
  domainName: 'd',
  domainPrefix: 'd',
}

const accept = (sent: Sent = {}, kind: 'REST' | 'HTTP' = 'REST') =>
  acceptRequest(
    sentRequest(sent),
    ADDRESS,
    testServices({ random: systemRandom }).services,
    kind,
    EMPTY_DIRECTORY,
  )

describe('request ids', () => {
  const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/
  it('a REST request has a UUID and an extended id of sixteen characters, the same when asked again', () => {
    const request = accept()
    assert.match(request.requestId, UUID)
    assert.equal(request.requestId, request.requestId)
    assert.match(request.extendedRequestId, /^[\w-]{15}=$/)
    assert.equal(request.extendedRequestId, request.extendedRequestId)
  })
  it('an HTTP API’s request has one id', () => {
    const request = accept({}, 'HTTP')
    assert.match(request.requestId, /^[\w-]{15}=$/)
    assert.equal(request.extendedRequestId, request.requestId)
  })
  it('a client may name a REST request by a UUID, and anything else is replaced', () => {
    const own = '01234567-89ab-cdef-0123-456789abcdef'
    assert.equal(accept({ headers: ['X-Amzn-RequestId', own] }).requestId, own)
    const replaced = accept({ headers: ['X-Amzn-RequestId', 'evil\nid'] }).requestId
    assert.match(replaced, /^[0-9a-f-]{36}_REPLACED_INVALID_REQUEST_ID$/)
  })
})

describe('the trace id', () => {
  const root = 'Root=1-5e6a879e-111111111111111111111111'
  const traceId = (value: string) => accept({ headers: ['x-amzn-trace-id', value] }).traceId
  it('is as received where it has a sound root', () => {
    assert.equal(traceId(`${root};Sampled=1`), `${root};Sampled=1`)
    assert.equal(traceId(`Self=1-2-3;${root}`), `Self=1-2-3;${root}`)
  })
  it('gets a root where it has none, and is made anew where it is unsound', () => {
    const fresh = 'Root=1-5e6a879e-[0-9a-f]{24}'
    assert.match(traceId('Sampled=0'), new RegExp(`^${fresh};Sampled=0$`))
    for (const bad of ['Root=1-2-3', 'Root=x', 'a"b', 'x'.repeat(600)]) {
      assert.match(traceId(bad), new RegExp(`^${fresh}$`))
    }
    assert.match(accept().traceId, new RegExp(`^${fresh}$`))
  })
})

test('headers are found in any case, the last of several, or all', () => {
  const request = accept({ headers: ['X-A', '1', 'x-a', '2'] })
  assert.equal(request.header('X-a'), '2')
  assert.deepEqual(request.headerValues('x-A'), ['1', '2'])
  assert.equal(request.header('x-b'), undefined)
})

test('X-HTTP-Method-Override names the method of a REST request only', () => {
  const headers = ['X-HTTP-Method-Override', 'DELETE']
  assert.equal(accept({ method: 'POST', headers }).method, 'DELETE')
  assert.equal(accept({ method: 'POST', headers }, 'HTTP').method, 'POST')
  const odd = ['X-HTTP-Method-Override', 'TRACE']
  assert.equal(accept({ method: 'POST', headers: odd }).method, 'POST')
})

test('a semicolon splits the query of a REST request and not of an HTTP API’s', () => {
  const sent = { target: '/?a=1;b=2' }
  assert.deepEqual(
    [...accept(sent).query],
    [
      ['a', ['1']],
      ['b', ['2']],
    ],
  )
  assert.deepEqual([...accept(sent, 'HTTP').query], [['a', ['1;b=2']]])
})

test('an IPv4 client of a dual-stack listener has its IPv4 address', () => {
  const http = { ...sentRequest(), remoteAddress: '::ffff:192.0.2.1' }
  const request = acceptRequest(http, ADDRESS, testServices().services, 'REST', EMPTY_DIRECTORY)
  assert.equal(request.sourceIp, '192.0.2.1')
})

describe('the body', () => {
  it('is read once, however often it is asked for', async () => {
    const request = accept({ body: 'text' })
    assert.equal(request.readBody(), request.readBody())
    assert.equal(Buffer.from(await request.readBody()).toString(), 'text')
  })
  it('of more than 10 MB is a REQUEST_TOO_LARGE, also where its length was not declared', async () => {
    const http = sentRequest({ body: new Uint8Array(10 * 1024 * 1024 + 1) })
    const chunked = { ...http, body: { ...http.body, declaredBytes: undefined } }
    const request = acceptRequest(
      chunked,
      ADDRESS,
      testServices().services,
      'REST',
      EMPTY_DIRECTORY,
    )
    await assert.rejects(async () => request.readBody(), { responseType: 'REQUEST_TOO_LARGE' })
  })
  it('of a client that went away is its failure and not a bug', async () => {
    const http = sentRequest({ body: 'x' })
    const read = () => Promise.reject(new BodyAborted('gone'))
    const gone = { ...http, body: { ...http.body, read } }
    const request = acceptRequest(gone, ADDRESS, testServices().services, 'REST', EMPTY_DIRECTORY)
    await assert.rejects(async () => request.readBody(), {
      responseType: 'DEFAULT_4XX',
      statusCode: 400,
    })
  })
})
