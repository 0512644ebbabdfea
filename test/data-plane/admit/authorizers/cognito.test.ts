import assert from 'node:assert/strict'
import test from 'node:test'
import type { Authorizer } from '#model/apigateway/rest-api.ts'
import { restAuthorizer } from '../../../support/authorizers.ts'
import { headersOf, testServices, textOf } from '../../../support/http-api.ts'
import { askRest, restIntegration, restMethod } from '../../../support/rest-api.ts'
import { keyServer, NOW, rsaKey, signToken } from '../../../support/tokens.ts'

const KEY = rsaKey()
const POOL = 'us-east-1_pets'
const ISSUER = `https://cognito-idp.us-east-1.amazonaws.com/${POOL}`
const POOL_ARN = `arn:aws:cognito-idp:us-east-1:123456789012:userpool/${POOL}`

const api = (
  scopes: readonly string[] = [],
  more: Partial<Authorizer> = {},
  integration = restIntegration(),
) => ({
  methods: {
    'GET /pets': restMethod({
      authorizationType: 'COGNITO_USER_POOLS',
      authorizerId: 'auth1',
      authorizationScopes: scopes,
      methodIntegration: integration,
    }),
  },
  document: {
    authorizers: [
      restAuthorizer({
        type: 'COGNITO_USER_POOLS',
        providerARNs: [POOL_ARN],
        identitySource: 'method.request.header.Authorization',
        ...more,
      }),
    ],
  },
})

const TIMES = { iss: ISSUER, sub: 'ann', exp: NOW + 300, iat: NOW - 10 }
const ID = { ...TIMES, token_use: 'id', aud: 'client1' }
const ACCESS = { ...TIMES, token_use: 'access', client_id: 'client1', scope: 'pets/read openid' }

const services = () => {
  const server = keyServer({ [`/${POOL}/.well-known/jwks.json`]: { keys: [KEY.jwk] } })
  return { server, heard: testServices({ upstream: server.upstream }) }
}

const call = async (claims: Record<string, unknown>, given = api(), prefix = '') => {
  const { server, heard } = services()
  const headers = ['Authorization', prefix + signToken(KEY, claims)]
  const response = await askRest(given, heard, { headers })
  return { response, heard, server, text: textOf(response.body) }
}

test('8.1 COGNITO_USER_POOLS: an id token passes, with Bearer or without', async () => {
  for (const prefix of ['', 'Bearer ']) {
    const { response, server, heard } = await call(ID, api(), prefix)
    assert.equal(response.statusCode, 200)
    assert.deepEqual(server.asked, [`${ISSUER}/.well-known/jwks.json`])
    assert.deepEqual(heard.bugs, [])
  }
})

test('8.1 COGNITO_USER_POOLS: claims are text in the event, exp and iat in words, lists with commas', async () => {
  const { heard } = await call({ ...ID, 'cognito:groups': ['a', 'b'], email_verified: true })
  const { authorizer } = heard.event().requestContext as { readonly authorizer: unknown }
  assert.deepEqual(authorizer, {
    claims: {
      iss: ISSUER,
      sub: 'ann',
      exp: 'Thu Mar 12 19:08:58 UTC 2020',
      iat: 'Thu Mar 12 19:03:48 UTC 2020',
      token_use: 'id',
      aud: 'client1',
      'cognito:groups': 'a,b',
      email_verified: 'true',
    },
  })
})

test('$context.authorizer.claims.x is a claim in templates', async () => {
  const integration = restIntegration({
    type: 'MOCK',
    requestTemplates: { 'application/json': '{"statusCode":200}' },
    integrationResponses: {
      200: {
        statusCode: '200',
        responseTemplates: { 'application/json': '$context.authorizer.claims.sub' },
      },
    },
  })
  const { text } = await call(ID, api([], {}, integration))
  assert.equal(text, 'ann')
})

const CASES: readonly [
  name: string,
  claims: Record<string, unknown>,
  scopes: string[],
  status: number,
][] = [
  ['an id token without scopes on the method', ID, [], 200],
  ['an access token without scopes on the method', ACCESS, [], 401],
  ['an access token with one of the scopes', ACCESS, ['pets/write', 'pets/read'], 200],
  ['an access token with none of the scopes', ACCESS, ['pets/write'], 401],
  ['an id token where scopes are asked for', ID, ['pets/read'], 401],
  ['a token of another pool', { ...ID, iss: `${ISSUER}x` }, [], 401],
  ['a token that is not valid yet', { ...ID, nbf: NOW + 10 }, [], 401],
]

for (const [name, claims, scopes, status] of CASES) {
  test(`8.1 COGNITO_USER_POOLS: ${name} is a ${status}`, async () => {
    const { response, text, heard } = await call(claims, api(scopes))
    assert.equal(response.statusCode, status)
    if (status !== 401) return
    assert.equal(text, '{"message":"Unauthorized"}')
    assert.deepEqual(headersOf(response.headers)['x-amzn-errortype'], ['UnauthorizedException'])
    assert.ok(heard.records[0]?.error?.hint)
  })
}

test('8.1, 4 UNAUTHORIZED: an expired token is told so', async () => {
  const { response, text } = await call({ ...ID, exp: NOW })
  assert.equal(response.statusCode, 401)
  assert.equal(text, '{"message":"The incoming token has expired"}')
})

test('8.1 COGNITO_USER_POOLS: no token is a 401', async () => {
  const { heard } = services()
  const response = await askRest(api(), heard)
  assert.equal(response.statusCode, 401)
  assert.equal(textOf(response.body), '{"message":"Unauthorized"}')
})

test('the validation expression of the authorizer is held against aud', async () => {
  const given = (identityValidationExpression: string) => api([], { identityValidationExpression })
  assert.equal((await call(ID, given('client[0-9]'))).response.statusCode, 200)
  assert.equal((await call(ID, given('client'))).response.statusCode, 401)
})

test('of several pools, the one that the token is of gives the key', async () => {
  const given = api([], { providerARNs: [POOL_ARN.replace('pets', 'others'), POOL_ARN] })
  const { response, server } = await call(ID, given)
  assert.equal(response.statusCode, 200)
  assert.deepEqual(server.asked, [`${ISSUER}/.well-known/jwks.json`])
})

test('a pool that gives no keys is the authorizer’s failure: 500', async () => {
  const heard = testServices({ upstream: keyServer({}).upstream })
  const response = await askRest(api(), heard, {
    headers: ['Authorization', signToken(KEY, ID)],
  })
  assert.equal(response.statusCode, 500)
  assert.equal(textOf(response.body), '{"message":null}')
})

test('an authorizer without a pool lets nobody in', async () => {
  const { response } = await call(ID, api([], { providerARNs: ['arn:aws:iam::1:role/x'] }))
  assert.equal(response.statusCode, 500)
})

test('pools can be led to an endpoint of one’s own', async () => {
  const issuer = `http://127.0.0.1:9229/${POOL}`
  const server = keyServer({ [`/${POOL}/.well-known/jwks.json`]: { keys: [KEY.jwk] } })
  const heard = testServices({
    upstream: server.upstream,
    aws: {
      endpoint: () => 'http://127.0.0.1:9229/',
      credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    },
  })
  const response = await askRest(api(), heard, {
    headers: ['Authorization', signToken(KEY, { ...ID, iss: issuer })],
  })
  assert.equal(response.statusCode, 200)
  assert.deepEqual(server.asked, [`${issuer}/.well-known/jwks.json`])
})
