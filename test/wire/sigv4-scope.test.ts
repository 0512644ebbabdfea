import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseTarget } from '#wire/message.ts'
import { credentialScope } from '#wire/sigv4-scope.ts'

const rest = 'SignedHeaders=host;x-amz-date, Signature=00ff'
const ofHeader = (value: string) => credentialScope(['authorization', value], [])
const scope = {
  accessKeyId: 'AKIDEXAMPLE',
  date: '20260101',
  region: 'us-east-1',
  service: 'apigateway',
}

describe('the credential scope', () => {
  it('is read from the Authorization header', () => {
    const credential = 'Credential=AKIDEXAMPLE/20260101/us-east-1/apigateway/aws4_request'
    assert.deepEqual(ofHeader(`AWS4-HMAC-SHA256 ${credential}, ${rest}`), scope)
    assert.deepEqual(ofHeader(`AWS4-HMAC-SHA256 ${rest},${credential}`), scope)
  })

  it('is read from the query of a presigned request', () => {
    const { query } = parseTarget(
      '/?X-Amz-Credential=AKIDEXAMPLE%2F20260101%2Fus-east-1%2Fapigateway%2Faws4_request&a=b',
    )
    assert.deepEqual(credentialScope([], query), scope)
  })

  it('has no region where the signature holds in several', () => {
    assert.deepEqual(
      ofHeader(`AWS4-ECDSA-P256-SHA256 Credential=AKID/20260101/execute-api/aws4_request, ${rest}`),
      { accessKeyId: 'AKID', date: '20260101', service: 'execute-api' },
    )
  })

  it('is nothing where there is none', () => {
    for (const value of [
      '',
      'Bearer Credential=A/20260101/us-east-1/s3/aws4_request',
      'AWS4-HMAC-SHA256',
      'AWS4-HMAC-SHA256 Credential=A/20260101/us-east-1/aws4',
      'AWS4-HMAC-SHA256 Credential=A/2026/us-east-1/s3/aws4_request',
      'AWS4-HMAC-SHA256 Credential=/20260101/us-east-1/s3/aws4_request',
      'AWS4-HMAC-SHA256 Credential=A/20260101/a/b/c/aws4_request',
      'AWS4-HMAC-SHA256 Credential=A/20260101//s3/aws4_request',
      'AWS4-HMAC-SHA256 NotCredential=A/20260101/a/s3/aws4_request',
      `AWS4-HMAC-SHA256 ${' '.repeat(100_000)}Credential=A/20260101/a/s3/aws4_request`,
    ])
      assert.equal(ofHeader(value), undefined, value)
  })
})
