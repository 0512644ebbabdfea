import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseProxyResponse } from '#data-plane/integrate/proxy-response.ts'
import { GatewayFailure } from '#data-plane/plan.ts'

const parse = (value: unknown, acceptsBinary = false) =>
  parseProxyResponse(
    Buffer.from(typeof value === 'string' ? value : (JSON.stringify(value) ?? '')),
    acceptsBinary,
  )

describe('what a function may answer [F131]', () => {
  const rows: readonly (readonly [string, unknown, number])[] = [
    ['only a status', { statusCode: 204 }, 204],
    ['only headers', { headers: { a: 'b' } }, 200],
    ['a status as text', { statusCode: '404' }, 404],
    ['nulls for what there is not', { statusCode: 200, headers: null, body: null }, 200],
  ]
  for (const [name, answer, status] of rows) {
    it(`${name} is ${status} with an empty body`, () => {
      const response = parse(answer)
      assert.equal(response.statusCode, status)
      assert.equal(response.body, '')
    })
  }
})

describe('what a function may not answer is 502 [F131]', () => {
  const rows: readonly (readonly [string, unknown])[] = [
    ['an empty object', {}],
    ['null', null],
    ['a string', '"hello"'],
    ['a list', []],
    ['no JSON', '{'],
    ['an unknown member', { statusCode: 200, cookies: [] }],
    ['a status that is no number', { statusCode: 'ok' }],
    ['a status that is no status', { statusCode: 99 }],
    ['a status with a fraction', { statusCode: 200.5 }],
    ['an interim status', { statusCode: 101 }],
    ['a body that is an object', { body: {} }],
    ['a body that is a number', { body: 1 }],
    ['headers that are a list', { headers: [] }],
    ['a header that is an object', { headers: { a: {} } }],
    ['a header that is null', { headers: { a: null } }],
    ['multi-value headers that are text', { multiValueHeaders: { a: 'b' } }],
    ['isBase64Encoded that is text', { body: '', isBase64Encoded: 'true' }],
    ['a header name with a line break', { headers: { 'a\r\nb': 'c' } }],
  ]
  for (const [name, answer] of rows) {
    it(name, () => {
      assert.throws(
        () => parse(answer),
        (error) =>
          error instanceof GatewayFailure &&
          error.statusCode === 502 &&
          error.message === 'Internal server error' &&
          error.hint?.startsWith('Malformed Lambda proxy response: ') === true,
      )
    })
  }
})

describe('headers', () => {
  it('multi-value ones come first, their spelling wins, equal values are sent once', () => {
    const { headers } = parse({
      headers: { 'x-a': '3', 'X-B': 'b', 'X-N': 1, 'X-T': true },
      multiValueHeaders: { 'X-A': ['1', '2'], 'x-b': ['b'] },
    })
    assert.deepEqual(
      headers,
      [
        ['X-A', '1', 'X-A', '2', 'X-A', '3'],
        ['x-b', 'b'],
        ['X-N', '1'],
        ['X-T', 'true'],
      ].flat(),
    )
  })

  it('those of the connection are renamed or dropped', () => {
    const { headers } = parse({
      headers: {
        Date: 'd',
        Server: 's',
        Connection: 'c',
        'Content-Length': '3',
        Via: 'v',
        Upgrade: 'u',
      },
    })
    assert.deepEqual(
      headers,
      [
        ['x-amzn-Remapped-Date', 'd'],
        ['x-amzn-Remapped-Server', 's'],
        ['x-amzn-Remapped-Connection', 'c'],
        ['x-amzn-Remapped-Content-Length', '3'],
      ].flat(),
    )
  })

  it('a value cannot end its line', () => {
    const { headers } = parse({ headers: { 'X-A': 'a\r\nSet-Cookie: b\0' } })
    assert.deepEqual(headers, ['X-A', 'a  Set-Cookie: b '])
  })

  it('characters beyond Latin-1 go as UTF-8 bytes', () => {
    const { headers } = parse({ headers: { 'X-A': '문' } })
    assert.equal(Buffer.from(headers[1] ?? '', 'latin1').toString('utf8'), '문')
  })
})

describe('a base64 body', () => {
  const answer = { body: 'iVD/', isBase64Encoded: true }
  it('is decoded where the client accepts a binary type [F135]', () => {
    assert.deepEqual(parse(answer, true).body, Buffer.from([0x89, 0x50, 0xff]))
  })
  it('is sent as text otherwise [F134]', () => {
    assert.equal(parse(answer, false).body, 'iVD/')
  })
})
