import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  compileBinaryMediaTypes,
  convertRequest,
  convertResponse,
} from '#data-plane/integrate/payload.ts'
import { firstAccept } from '#data-plane/integrate/template.ts'
import { GatewayFailure } from '#data-plane/plan.ts'

describe('binary media types match the first media type of Accept [F135]', () => {
  const isBinary = compileBinaryMediaTypes(['image/png', '*/test'])
  const rows: readonly (readonly [string, boolean])[] = [
    ['image/png', true],
    ['IMAGE/PNG; q=0.5', true],
    ['text/test', true],
    ['image/jpg', false],
    ['image/*', false],
    ['*/*', false],
    ['*/test', false],
    ['image/webp,image/png,*/*;q=0.8', false],
    ['image/png,image/*,*/*;q=0.8', true],
  ]
  for (const [accept, matches] of rows) {
    it(`${accept} ${matches ? 'does' : 'does not'}`, () => {
      assert.equal(isBinary(firstAccept(accept)), matches)
    })
  }

  it('*/* matches everything, image/* any image, nothing matches nothing', () => {
    assert.equal(compileBinaryMediaTypes(['*/*'])(undefined), true)
    assert.equal(compileBinaryMediaTypes(['image/*'])('image/gif'), true)
    assert.equal(compileBinaryMediaTypes(['image/*'])('text/gif'), false)
    assert.equal(compileBinaryMediaTypes([])('image/gif'), false)
  })
})

const bad = Buffer.from([0x61, 0xff])
const bytes = Buffer.from([0x89, 0x50])

describe('a request payload [F181]', () => {
  it('of a text type is read as UTF-8, bad bytes become U+FFFD', () => {
    assert.deepEqual(convertRequest(bad, false, undefined), Buffer.from('a\ufffd'))
  })
  it('of a text type and CONVERT_TO_BINARY is decoded', () => {
    assert.deepEqual(convertRequest(Buffer.from('iVA='), false, 'CONVERT_TO_BINARY'), bytes)
  })
  it('of a binary type passes raw', () => {
    assert.equal(convertRequest(bad, true, undefined), bad)
  })
  it('of a binary type and CONVERT_TO_TEXT becomes base64', () => {
    assert.deepEqual(convertRequest(bytes, true, 'CONVERT_TO_TEXT'), Buffer.from('iVA='))
  })
})

describe('a response payload', () => {
  const base64 = Buffer.from('iVA=')
  it('binary for a text client becomes base64', () => {
    assert.deepEqual(convertResponse(bytes, true, false, undefined), base64)
  })
  it('binary for a binary client passes raw', () => {
    assert.equal(convertResponse(bytes, true, true, undefined), bytes)
  })
  it('text for a binary client is decoded', () => {
    assert.deepEqual(convertResponse(base64, false, true, undefined), bytes)
    assert.deepEqual(convertResponse(base64, false, false, 'CONVERT_TO_BINARY'), bytes)
  })
  it('text for a text client passes', () => {
    assert.equal(convertResponse(base64, false, false, undefined), base64)
  })
  it('text that is not base64 and should be is a 500', () => {
    assert.throws(
      () => convertResponse(Buffer.from('{}'), false, true, undefined),
      (error) =>
        error instanceof GatewayFailure && error.responseType === 'API_CONFIGURATION_ERROR',
    )
  })
})
