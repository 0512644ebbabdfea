// Private APIs: which way a request came, what that admits, and what policies and events see of it.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-private-api-test-invoke-url.html
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { VpcEndpoint } from '#data-plane/accept/request.ts'
import { endpointOfProxy } from '#data-plane/accept/vpc-endpoint.ts'
import type { EndpointConfiguration } from '#model/apigateway/rest-api.ts'
import type { HttpRequest } from '#transport/contract.ts'
import { headersOf, sentRequest, testServices, textOf } from '../../support/http-api.ts'
import { restMethod, restPlane } from '../../support/rest-api.ts'
import { policy } from '../../support/signers.ts'

const ENDPOINT: VpcEndpoint = { vpceId: 'vpce-0123456789abcdef0', vpcId: 'vpc-0a1b2c3d4e5f60718' }
const OTHER: VpcEndpoint = { vpceId: 'vpce-0ffffffffffffffff' }
const REGION = 'us-east-1.amazonaws.com'
const PUBLIC = `abc123.execute-api.${REGION}`
const VPCE_DNS = 'vpce-0123456789abcdef0-abcd.execute-api.us-east-1.vpce.amazonaws.com'

const INVOKE = { Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/*' }
const ONLY_ENDPOINT = policy(
  { Effect: 'Allow', ...INVOKE },
  {
    Effect: 'Deny',
    ...INVOKE,
    Condition: { StringNotEquals: { 'aws:SourceVpce': ENDPOINT.vpceId } },
  },
)

interface Asked {
  readonly host?: string
  readonly headers?: readonly string[]
  readonly through?: VpcEndpoint
  readonly policy?: string
  readonly configuration?: EndpointConfiguration
}

const ask = async (asked: Asked) => {
  const { host = PUBLIC, headers = [], through } = asked
  const heard = testServices()
  const plane = restPlane(
    {
      methods: { 'GET /pets': restMethod() },
      api: {
        endpointConfiguration: asked.configuration ?? { types: ['PRIVATE'] },
        ...(asked.policy !== undefined && { policy: asked.policy }),
      },
    },
    heard,
  )
  const sent = sentRequest({ target: '/prod/pets' })
  const http: HttpRequest = { ...sent, host, headers: ['Host', host, ...headers] }
  const response = await plane(http, through)
  assert.deepEqual(heard.bugs, [])
  return {
    status: response.statusCode,
    body: textOf(response.body),
    errorType: headersOf(response.headers)['x-amzn-errortype']?.[0],
    hint: heard.records[0]?.error?.hint ?? '',
    heard,
  }
}

describe('a private API', () => {
  it('answers through the endpoint that its policy names, by the name that private DNS gives it', async () => {
    const given = await ask({ through: ENDPOINT, policy: ONLY_ENDPOINT })
    assert.equal(given.status, 200, given.body)
    const { requestContext } = given.heard.event() as {
      requestContext: { identity: Record<string, unknown>; domainName: string }
    }
    assert.equal(requestContext.identity.vpceId, ENDPOINT.vpceId)
    assert.equal(requestContext.identity.vpcId, ENDPOINT.vpcId)
    assert.equal(requestContext.domainName, PUBLIC)
  })

  it('answers to the DNS name of the endpoint where x-apigw-api-id names it', async () => {
    const headers = ['X-Apigw-Api-Id', 'abc123']
    const given = await ask({ host: VPCE_DNS, headers, through: ENDPOINT, policy: ONLY_ENDPOINT })
    assert.equal(given.status, 200, given.body)
    const missing = await ask({ host: VPCE_DNS, through: ENDPOINT, policy: ONLY_ENDPOINT })
    assert.deepEqual([missing.status, missing.body], [403, '{"message":"Forbidden"}'])
    assert.match(missing.hint, /x-apigw-api-id/)
  })

  it('answers to {apiId}-{vpceId} where it is associated with that endpoint, and only there', async () => {
    const host = `abc123-${ENDPOINT.vpceId}.execute-api.${REGION}`
    const configuration: EndpointConfiguration = {
      types: ['PRIVATE'],
      vpcEndpointIds: [ENDPOINT.vpceId],
    }
    const associated = { host, configuration, policy: ONLY_ENDPOINT }
    const given = await ask({ ...associated, through: ENDPOINT })
    assert.equal(given.status, 200, given.body)
    const strange = await ask({ host, through: ENDPOINT, policy: ONLY_ENDPOINT })
    assert.equal(strange.status, 403)
    assert.match(strange.hint, /not associated/)
    const elsewhere = await ask({ ...associated, through: OTHER })
    assert.deepEqual([elsewhere.status, elsewhere.body], [403, '{"message":"Forbidden"}'])
    assert.equal((await ask(associated)).status, 403)
  })

  it('is denied by its policy through another endpoint', async () => {
    const given = await ask({ through: OTHER, policy: ONLY_ENDPOINT })
    assert.equal(given.status, 403)
    assert.match(given.body, /^\{"Message":"User: anonymous is not authorized .* explicit deny"\}$/)
  })

  it('without a policy admits nobody [behaviour.md 8.1: Private API]', async () => {
    const given = await ask({ through: ENDPOINT })
    assert.equal(given.status, 403)
    assert.equal(given.errorType, 'AccessDeniedException')
    assert.match(given.hint, /a private API must have/)
  })

  it('is refused to whoever did not come through an endpoint, whatever its policy says', async () => {
    const open = policy({ Effect: 'Allow', ...INVOKE })
    const given = await ask({ policy: open })
    assert.deepEqual([given.status, given.body], [403, '{"message":"Forbidden"}'])
    assert.equal(given.errorType, 'ForbiddenException')
    assert.match(given.hint, /VPC endpoint/)
    const named = await ask({ policy: open, host: 'a.b', headers: ['x-apigw-api-id', 'abc123'] })
    assert.equal(named.status, 403)
  })

  it('sees aws:VpcSourceIp and aws:SourceVpc, and no aws:SourceIp, through an endpoint', async () => {
    const when = (condition: object) => policy({ Effect: 'Allow', ...INVOKE, Condition: condition })
    for (const [condition, status] of [
      [{ IpAddress: { 'aws:VpcSourceIp': '192.0.2.0/24' } }, 200],
      [{ IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } }, 403],
      [{ StringEquals: { 'aws:SourceVpc': 'vpc-0a1b2c3d4e5f60718' } }, 200],
      [{ StringEquals: { 'aws:SourceVpc': 'vpc-00000000' } }, 403],
    ] as const) {
      const given = await ask({ through: ENDPOINT, policy: when(condition) })
      assert.equal(given.status, status, JSON.stringify(condition))
    }
  })
})

it('a public API is not reached through an endpoint [knowledge-center: api-gateway-vpc-connections]', async () => {
  const configuration: EndpointConfiguration = { types: ['REGIONAL'] }
  const given = await ask({ configuration, through: ENDPOINT })
  assert.deepEqual([given.status, given.body], [403, '{"message":"Forbidden"}'])
  assert.match(given.hint, /no private API/)
  assert.equal((await ask({ configuration })).status, 200)
})

describe('the endpoint that a proxy names', () => {
  const through = (...tlvs: readonly (readonly [type: number, text: string])[]) =>
    endpointOfProxy({
      ...sentRequest(),
      proxied: { tlvs: tlvs.map(([type, text]) => ({ type, value: Buffer.from(text, 'latin1') })) },
    })

  it('is that of the AWS TLV with the subtype for VPC endpoints', () => {
    const aws = [0xea, `\x01${ENDPOINT.vpceId}`] as const
    assert.deepEqual(through([4, 'x'], aws), { vpceId: ENDPOINT.vpceId })
    assert.deepEqual(through([0xea, '\x02other'], aws), { vpceId: ENDPOINT.vpceId })
  })

  it('is none where the TLV has another subtype, is empty, or holds anything but an id', () => {
    for (const text of [
      '',
      '\x01',
      `\x02${ENDPOINT.vpceId}`,
      '\x01vpce-1',
      '\x01vpce-0123456789abcdef0\n',
    ]) {
      assert.equal(through([0xea, text]), undefined, JSON.stringify(text))
    }
    assert.equal(through([0xeb, `\x01${ENDPOINT.vpceId}`]), undefined)
    assert.equal(endpointOfProxy(sentRequest()), undefined)
  })
})
