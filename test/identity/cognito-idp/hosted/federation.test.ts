// Sign-in by another OpenID Connect provider: there and back, and who is not believed.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { readKey } from '#languages/jwt/key-set.ts'
import { poolScope, poolUsers } from '#identity/cognito-idp/collections.ts'
import { CALLBACK, queryFor, type Seen, startHosted } from '../../../support/hosted.ts'
import { rsaKey, signToken } from '../../../support/tokens.ts'

const ISSUER = 'https://login.corp.example'
const paramsOf = ({ location }: Seen) => new URL(location).searchParams

const startFederated = async () => {
  const key = rsaKey()
  const answer: { claims: Record<string, unknown>; info: object; status: number } = {
    claims: {},
    info: {},
    status: 200,
  }
  const asked: string[] = []
  const shop = await startHosted({
    client: { SupportedIdentityProviders: ['COGNITO'] },
    findTokenKey: async (issuer, keyId) =>
      issuer === ISSUER && keyId === key.kid ? readKey(key.jwk) : undefined,
    ask: async ({ url, body = '' }) => {
      asked.push(`${url} ${body}`)
      const texts: Record<string, unknown> = {
        [`${ISSUER}/.well-known/openid-configuration`]: {
          issuer: ISSUER,
          authorization_endpoint: `${ISSUER}/authorize`,
          token_endpoint: `${ISSUER}/token`,
          userinfo_endpoint: `${ISSUER}/userinfo`,
        },
        [`${ISSUER}/token`]: { access_token: 'at', id_token: signToken(key, answer.claims) },
        [`${ISSUER}/userinfo`]: answer.info,
      }
      return { statusCode: answer.status, text: JSON.stringify(texts[url]) }
    },
  })
  await shop.addProvider({
    ProviderName: 'Corp',
    ProviderDetails: { client_id: 'there', oidc_issuer: ISSUER, authorize_scopes: 'openid email' },
    AttributeMapping: { username: 'sub', email: 'mail', name: 'display_name' },
  })
  // The operation that makes a client would ask for the provider: the row is enough here.
  const { poolClients } = await import('#identity/cognito-idp/collections.ts')
  const scope = poolScope(shop.callOf({ region: '' }), shop.poolId)
  const at = `${shop.poolId}/${shop.client.ClientId}`
  await shop.store.write(async (tx) => {
    const held = await tx.get(poolClients, scope, at)
    assert.ok(held)
    await tx.put(poolClients, scope, at, {
      ...held,
      SupportedIdentityProviders: ['COGNITO', 'Corp'],
    })
  })
  const begin = async (browser = shop.browser()) => {
    const query = queryFor(shop.client.ClientId, { identity_provider: 'Corp' })
    const away = await browser.send(`/oauth2/authorize?${query}`)
    const params = paramsOf(away)
    const seconds = Math.floor(shop.clock.nowMs / 1_000)
    answer.claims = {
      iss: ISSUER,
      aud: 'there',
      sub: 'u1',
      nonce: params.get('nonce'),
      iat: seconds - 1,
      exp: seconds + 60,
      mail: 'ada@corp.example',
    }
    answer.info = { sub: 'u1', display_name: 'Ada' }
    return { browser, away, state: params.get('state') ?? '' }
  }
  const back = (browser: ReturnType<typeof shop.browser>, state: string) =>
    browser.send(`/oauth2/idpresponse?${new URLSearchParams({ code: 'c1', state })}`)
  const user = () => shop.store.read((view) => view.get(poolUsers, scope, `${shop.poolId}/Corp_u1`))
  return { shop, answer, asked, begin, back, user }
}

it('a user of the provider becomes Provider_sub with mapped attributes', async () => {
  const { shop, asked, begin, back, user } = await startFederated()
  const page = await shop.browser().send(`/login?${queryFor(shop.client.ClientId)}`)
  assert.match(page.text, /Continue with Corp/)
  const { browser, away, state } = await begin()
  assert.ok(away.location.startsWith(`${ISSUER}/authorize?`))
  assert.equal(paramsOf(away).get('client_id'), 'there')
  assert.match(paramsOf(away).get('redirect_uri') ?? '', /amazoncognito\.com\/oauth2\/idpresponse$/)
  const done = await back(browser, state)
  assert.ok(done.location.startsWith(`${CALLBACK}?`), done.location)
  assert.equal(paramsOf(done).get('state'), 'abc')
  assert.match(asked.find((one) => one.startsWith(`${ISSUER}/token`)) ?? '', /code=c1/)
  const made = await user()
  assert.equal(made?.UserStatus, 'EXTERNAL_PROVIDER')
  assert.equal(made.Attributes['email'], 'ada@corp.example')
  assert.equal(made.Attributes['name'], 'Ada')
  assert.equal(JSON.parse(made.Attributes['identities'] ?? '')[0].providerName, 'Corp')
  const tokens = await browser.send('/oauth2/token', {
    form: {
      grant_type: 'authorization_code',
      client_id: shop.client.ClientId,
      redirect_uri: CALLBACK,
      code: paramsOf(done).get('code') ?? '',
    },
  })
  const { id_token } = JSON.parse(tokens.text)
  const claims = JSON.parse(Buffer.from(id_token.split('.')[1], 'base64url').toString())
  assert.equal(claims['cognito:username'], 'Corp_u1')
  const again = await begin()
  await back(again.browser, again.state)
  assert.equal((await user())?.sub, made.sub)
})

it('believes no token of another sign-in, audience, issuer or user, and no other browser', async () => {
  const { answer, begin, back, user, shop } = await startFederated()
  for (const wrong of [
    { nonce: 'another' },
    { nonce: undefined },
    { aud: 'elsewhere' },
    { iss: 'https://evil.example' },
    { exp: 1 },
    { sub: '' },
    { sub: 'u2' },
  ]) {
    const { browser, state } = await begin()
    answer.claims = { ...answer.claims, ...wrong }
    const refused = await back(browser, state)
    assert.equal(paramsOf(refused).get('error'), 'server_error', JSON.stringify(wrong))
    assert.equal(paramsOf(refused).get('code'), null)
  }
  const down = await begin()
  answer.status = 500
  assert.equal(paramsOf(await back(down.browser, down.state)).get('error'), 'server_error')
  answer.status = 200
  const { state } = await begin()
  assert.equal((await back(shop.browser(), state)).status, 400)
  assert.equal((await back(shop.browser(), 'nonsense')).status, 400)
  const late = await begin()
  shop.clock.nowMs += 600_001
  assert.equal((await back(late.browser, late.state)).status, 400)
  assert.equal(await user(), undefined)
})
