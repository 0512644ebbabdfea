import assert from 'node:assert/strict'
import test from 'node:test'
import type { AuthorizerV2 } from '#model/apigatewayv2/api.ts'
import {
  ask,
  headersOf,
  httpRoute,
  lambdaIntegration,
  testServices,
  testStage,
  textOf,
} from '../../../support/http-api.ts'
import { askPooled } from '../../../support/pools.ts'
import { ecKey, ISSUER, issuerServer, NOW, rsaKey, signToken } from '../../../support/tokens.ts'

const KEY = rsaKey()
const OTHER = rsaKey()

const authorizer = (more: Partial<AuthorizerV2> = {}): AuthorizerV2 => ({
  authorizerId: 'auth1',
  name: 'tokens',
  authorizerType: 'JWT',
  identitySource: ['$request.header.Authorization'],
  jwtConfiguration: { issuer: ISSUER, audience: ['web', 'app'] },
  ...more,
})

interface ApiOptions {
  readonly scopes?: readonly string[]
  readonly format?: string
  readonly authorizer?: Partial<AuthorizerV2>
}

const api = ({ scopes = [], format = '2.0', authorizer: more = {} }: ApiOptions = {}) =>
  testStage({
    routes: [
      httpRoute('$default', {
        authorizationType: 'JWT',
        authorizerId: 'auth1',
        authorizationScopes: scopes,
      }),
    ],
    integrations: [lambdaIntegration({ payloadFormatVersion: format })],
    authorizers: [authorizer(more)],
  })

const CLAIMS = { iss: ISSUER, aud: 'web', sub: 'ann', exp: NOW + 300, iat: NOW - 10 }

const services = () => {
  const server = issuerServer(KEY, ecKey())
  return { server, heard: testServices({ upstream: server.upstream }) }
}

const call = async (token: string, options: ApiOptions = {}) => {
  const { heard } = services()
  const response = await ask(api(options), heard, { headers: ['Authorization', token] })
  const hint = heard.records[0]?.error?.hint
  return { response, heard, hint, challenge: headersOf(response.headers)['www-authenticate'] }
}

test('8.1 JWT: a good token passes, with Bearer in any case or without', async () => {
  const token = signToken(KEY, CLAIMS)
  for (const value of [token, `Bearer ${token}`, `bearer ${token}`]) {
    const { response, heard } = await call(value)
    assert.equal(response.statusCode, 200)
    assert.deepEqual(heard.bugs, [])
  }
})

test('8.1 JWT: claims are text in the event, lists as [a b], with null for no scopes', async () => {
  const claims = { ...CLAIMS, groups: ['a', 'b'], admin: true, count: 1_584_039_838, ratio: 1.5 }
  const { heard } = await call(signToken(KEY, claims))
  const context = heard.event().requestContext as { readonly authorizer: unknown }
  assert.deepEqual(context.authorizer, {
    jwt: {
      claims: {
        iss: ISSUER,
        aud: 'web',
        sub: 'ann',
        exp: `${NOW + 300}`,
        iat: `${NOW - 10}`,
        groups: '[a b]',
        admin: 'true',
        count: '1584039838',
        ratio: '1.5',
      },
      scopes: null,
    },
  })
})

test('8.1 JWT: in events of format 1.0 claims and scopes are in the authorizer itself', async () => {
  const options = { format: '1.0', scopes: ['read'] }
  const { heard } = await call(signToken(KEY, { ...CLAIMS, scope: 'read write' }), options)
  const { authorizer: given } = heard.event().requestContext as {
    readonly authorizer: { readonly claims: Record<string, string>; readonly scopes: unknown }
  }
  assert.equal(given.claims.sub, 'ann')
  assert.deepEqual(given.scopes, ['read', 'write'])
})

test('$context.authorizer.claims.x is a claim in parameter mappings', async () => {
  const { heard } = services()
  const stage = testStage({
    routes: [httpRoute('$default', { authorizationType: 'JWT', authorizerId: 'auth1' })],
    integrations: [
      lambdaIntegration({
        requestParameters: { 'append:header.sub': '$context.authorizer.claims.sub' },
      }),
    ],
    authorizers: [authorizer()],
  })
  await ask(stage, heard, { headers: ['Authorization', signToken(KEY, CLAIMS)] })
  assert.equal((heard.event().headers as Record<string, string>).sub, 'ann')
})

test('8.1 JWT: no token is a 401 with the scheme alone', async () => {
  const { heard } = services()
  const response = await ask(api(), heard, {})
  assert.equal(response.statusCode, 401)
  assert.equal(textOf(response.body), '{"message":"Unauthorized"}')
  assert.deepEqual(headersOf(response.headers)['www-authenticate'], ['Bearer'])
})

test('8.1 JWT: a token of another audience is a 401 with AWS’s words in www-authenticate', async () => {
  const { response, challenge, hint } = await call(signToken(KEY, { ...CLAIMS, aud: 'other' }))
  assert.equal(response.statusCode, 401)
  assert.equal(textOf(response.body), '{"message":"Unauthorized"}')
  assert.deepEqual(challenge, [
    'Bearer scope="" error="invalid_token" error_description="the token does not have a valid audience"',
  ])
  assert.match(hint ?? '', /audience/)
})

const { aud: _aud, ...NO_AUDIENCE } = CLAIMS
const { exp: _exp, ...NO_EXPIRY } = CLAIMS

const TOKENS: readonly [name: string, claims: Record<string, unknown>, status: number][] = [
  ['aud in a list', { ...CLAIMS, aud: ['x', 'app'] }, 200],
  ['client_id without aud', { ...NO_AUDIENCE, client_id: 'web' }, 200],
  ['client_id beside an aud of another', { ...CLAIMS, aud: 'x', client_id: 'web' }, 401],
  ['neither', NO_AUDIENCE, 401],
  ['another issuer', { ...CLAIMS, iss: 'https://evil.example' }, 401],
  ['the issuer with a slash', { ...CLAIMS, iss: `${ISSUER}/` }, 401],
  ['expired this second', { ...CLAIMS, exp: NOW }, 401],
  ['no expiry', NO_EXPIRY, 401],
  ['an expiry of text', { ...CLAIMS, exp: `${NOW + 300}` }, 401],
  ['not yet valid', { ...CLAIMS, nbf: NOW + 5 }, 401],
  ['valid since now', { ...CLAIMS, nbf: NOW }, 200],
  ['issued later', { ...CLAIMS, iat: NOW + 5 }, 401],
]

for (const [name, claims, status] of TOKENS) {
  test(`8.1 JWT claims: ${name} is a ${status}`, async () => {
    const { response, heard } = await call(signToken(KEY, claims))
    assert.equal(response.statusCode, status)
    assert.deepEqual(heard.bugs, [])
  })
}

const scoped: readonly [name: string, claims: Record<string, unknown>, status: number][] = [
  ['one of them in scope', { scope: 'x write' }, 200],
  ['one of them in scp as a list', { scp: ['write'] }, 200],
  ['none of them', { scope: 'x' }, 403],
  ['a scope that only begins so', { scope: 'writer' }, 403],
  ['no scope', {}, 403],
]

for (const [name, more, status] of scoped) {
  test(`8.1 JWT scopes: ${name} is a ${status}`, async () => {
    const options = { scopes: ['read', 'write'] }
    const { response, challenge } = await call(signToken(KEY, { ...CLAIMS, ...more }), options)
    assert.equal(response.statusCode, status)
    if (status === 403) {
      assert.equal(textOf(response.body), '{"message":"Forbidden"}')
      assert.match(challenge?.[0] ?? '', /^Bearer scope="read write" error="insufficient_scope"/)
    }
  })
}

const good = signToken(KEY, CLAIMS)
const [head = '', payload = '', signature = ''] = good.split('.')
const evil = Buffer.from(JSON.stringify({ ...CLAIMS, sub: 'eve' })).toString('base64url')

const FORGED: readonly [name: string, token: string][] = [
  ['alg none', signToken(KEY, CLAIMS, { alg: 'none' })],
  ['alg None in other letters', signToken(KEY, CLAIMS, { alg: 'nOnE' })],
  ['alg HS256 with the public key as secret', signToken(KEY, CLAIMS, { alg: 'HS256' })],
  [
    'alg ES256, which HTTP APIs do not take',
    signToken({ ...ecKey(), kid: 'ec-1' }, CLAIMS, { alg: 'ES256' }),
  ],
  ['a key of its own under the known id', signToken(OTHER, CLAIMS)],
  ['a key of its own in jwk', signToken(OTHER, CLAIMS, { jwk: OTHER.jwk })],
  ['a key set of its own in jku', signToken(OTHER, CLAIMS, { jku: 'https://evil.example/keys' })],
  ['a certificate of its own in x5u', signToken(OTHER, CLAIMS, { x5u: 'https://evil.example/x' })],
  ['a key id that is a path', signToken({ ...KEY, kid: '../../dev/null' }, CLAIMS)],
  ['a key id that is no text', signToken(KEY, CLAIMS, { kid: ['key-1'] })],
  ['no key id', signToken(KEY, CLAIMS, { kid: undefined })],
  ['crit', signToken(KEY, CLAIMS, { crit: ['exp'] })],
  ['an unknown crit', signToken(KEY, CLAIMS, { crit: ['http://example.com/x'] })],
  ['b64 false', signToken(KEY, CLAIMS, { b64: false, crit: ['b64'] })],
  ['another payload', `${head}.${evil}.${signature}`],
  ['no signature', `${head}.${payload}.`],
  ['two segments', `${head}.${payload}`],
  ['four segments', `${good}.x`],
  ['padding', `${head}=.${payload}.${signature}`],
  ['a stray bit', `${good.slice(0, -1)}${good.endsWith('B') ? 'C' : 'B'}`],
  ['a claims set that is a list', signToken(KEY, [] as unknown as Record<string, unknown>)],
  ['rubbish', 'rubbish'],
]

for (const [name, token] of FORGED) {
  test(`a token with ${name} is a 401, and nobody is asked for keys but the issuer`, async () => {
    const { server, heard } = services()
    const response = await ask(
      api({ authorizer: { identitySource: ['$request.querystring.t'] } }),
      heard,
      {
        target: `/?t=${token}`,
      },
    )
    assert.equal(response.statusCode, 401)
    assert.match(
      headersOf(response.headers)['www-authenticate']?.[0] ?? '',
      /error="invalid_token"/,
    )
    assert.ok(server.asked.every((url) => url.startsWith(ISSUER)))
    assert.deepEqual(heard.bugs, [])
    assert.ok(!JSON.stringify(heard.records[0]?.error).includes(token), 'the token is not told')
  })
}

test('a good token is verified once, and its times are looked at each time', async () => {
  const { server, heard } = services()
  const stage = api()
  const status = async () =>
    (await ask(stage, heard, { headers: ['Authorization', good] })).statusCode
  assert.equal(await status(), 200)
  assert.equal(await status(), 200)
  assert.equal(heard.services.authorizers.tokens.size, 1)
  assert.equal(server.asked.length, 2, 'discovery and keys')
  heard.clock.advance(300_000)
  assert.equal(await status(), 401)
})

test('a key that its issuer withdrew takes its tokens with it', async () => {
  const { server, heard } = services()
  const stage = api()
  const long = signToken(KEY, { ...CLAIMS, exp: NOW + 90_000 })
  const status = async (token: string) =>
    (await ask(stage, heard, { headers: ['Authorization', token] })).statusCode
  assert.equal(await status(long), 200)
  const fresh = rsaKey('key-2')
  server.answers['/keys'] = { keys: [fresh.jwk] }
  heard.clock.advance(10_000)
  assert.equal(await status(signToken(fresh, CLAIMS)), 200, 'an unknown kid asks for the keys anew')
  assert.equal(await status(long), 401)
})

test('10^5 distinct tokens take bounded memory', async () => {
  const { heard } = services()
  const { tokens } = heard.services.authorizers
  const verified = { claims: {}, keyId: 'key-1', key: undefined as never }
  for (let at = 0; at < 100_000; at += 1) tokens.put(`${good}${at}`, verified)
  assert.ok(tokens.size <= 20_000, `${tokens.size}`)
})

test('a pool of this gateway is an issuer without any network', async () => {
  const { heard, server } = services()
  const issuer = 'http://localhost:4566/us-east-1_pets'
  const aws = 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_pets'
  for (const [configured, iss] of [
    [issuer, issuer],
    [aws, issuer],
    [aws, aws],
  ]) {
    const stage = api({
      authorizer: { jwtConfiguration: { issuer: `${configured}`, audience: ['web'] } },
    })
    const pool = { kind: 'user-pool', poolId: 'us-east-1_pets', issuer, keys: [KEY.jwk] } as const
    const token = signToken(KEY, { ...CLAIMS, iss })
    const response = await askPooled(stage, heard, pool, { headers: ['Authorization', token] })
    assert.equal(response.statusCode, 200, `${configured} ${iss}`)
  }
  assert.deepEqual(server.asked, [])
})
