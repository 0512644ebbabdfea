// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies.html [behaviour.md 3.1 #4]
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { refuseOtherName } from '#data-plane/accept/endpoint-access.ts'
import type { RestApi } from '#model/apigateway/rest-api.ts'
import type { TlsFacts } from '#transport/contract.ts'
import { sentRequest, testServices, textOf } from '../../support/http-api.ts'
import { restMethod, restPlan, restPlane } from '../../support/rest-api.ts'

const HOST = 'abc123.execute-api.us-east-1.amazonaws.com'
const TLS = { protocol: 'TLSv1.3', cipherSuite: 'TLS_AES_128_GCM_SHA256' }

const ask = async (
  endpointAccessMode: NonNullable<RestApi['endpointAccessMode']>,
  tls: TlsFacts | undefined,
  host = HOST,
) => {
  const heard = testServices()
  const api = { methods: { 'GET /pets': restMethod() }, api: { endpointAccessMode } }
  const { tls: _, ...plain } = sentRequest({ target: '/prod/pets' })
  const http = { ...plain, host, ...(tls !== undefined && { tls }) }
  const response = await restPlane(api, heard)(http)
  return { status: response.statusCode, body: textOf(response.body), records: heard.records }
}

it('STRICT takes no request whose TLS handshake named another host, or none', async () => {
  for (const tls of [TLS, { ...TLS, serverName: 'other.example' }]) {
    const { status, body, records } = await ask('STRICT', tls)
    assert.deepEqual([status, body], [403, '{"message":"Forbidden"}'])
    assert.match(records[0]?.error?.hint ?? '', /STRICT, and the TLS handshake had (?:no|the) name/)
  }
})

it('STRICT takes the name that was asked for, in any case and with a port, and what had no TLS here', async () => {
  const named = { ...TLS, serverName: HOST.toUpperCase() }
  assert.equal((await ask('STRICT', named, `${HOST}:8443`)).status, 200)
  assert.equal((await ask('STRICT', undefined)).status, 200)
})

it('BASIC takes any', async () => {
  assert.equal((await ask('BASIC', { ...TLS, serverName: 'other.example' })).status, 200)
})

it('a custom domain name is as strict as it says, whatever the API', () => {
  const stage = restPlan({ methods: {} })
  const http = { ...sentRequest(), host: 'api.example', tls: { ...TLS, serverName: 'cdn.example' } }
  const address = {
    apiId: 'abc123',
    stageName: 'prod',
    path: '/',
    fullPath: '/',
    domainName: 'api.example',
    domainPrefix: 'api',
  }
  const refused = (isStrict: boolean) =>
    refuseOtherName(http, { ...address, customDomain: { basePathMatched: '', isStrict } }, stage)
  assert.equal(refused(true)?.responseType, 'FORBIDDEN')
  assert.equal(refused(false), undefined)
})
