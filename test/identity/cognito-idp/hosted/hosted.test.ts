// The hosted pages and OAuth endpoints of a user pool: the whole flow, and each of its refusals.
import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { it } from 'node:test'
import { askNewPasswords, confirmAll, putScopes } from '../../../support/confirm-users.ts'
import { CALLBACK, PASSWORD, queryFor, type Seen, startHosted } from '../../../support/hosted.ts'

const AUTO = { AutoVerifiedAttributes: ['email'] }
const VERIFIER = 'v'.repeat(43)
const CHALLENGE = {
  code_challenge: hash('sha256', VERIFIER, 'base64url'),
  code_challenge_method: 'S256',
}
const paramsOf = ({ location }: Seen) => new URL(location).searchParams
const bodyOf = ({ text }: Seen) => JSON.parse(text)
const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())

it('signs somebody up, confirms, signs in, and gives tokens for a code, once', async () => {
  const shop = await startHosted({ pool: AUTO })
  const { ClientId } = shop.client
  const { send, submit } = shop.browser()
  const query = queryFor(ClientId, { scope: 'openid email', nonce: 'n1', ...CHALLENGE })
  const toLogin = await send(`/oauth2/authorize?${query}`)
  assert.equal(toLogin.status, 302)
  const page = await send(toLogin.location)
  assert.equal(page.status, 200)
  assert.match(
    page.header('content-security-policy') ?? '',
    /^default-src 'none'; style-src 'self'; form-action 'self' https:\/\/app\.example;/,
  )
  assert.doesNotMatch(page.text, /<script|<style| on\w+=/)
  assert.match(page.header('set-cookie') ?? '', /HttpOnly; SameSite=Lax$/)
  const signUpLink = /href="([^"]*\/signup[^"]*)"/.exec(page.text)?.[1] ?? ''
  const form = await send(signUpLink.replaceAll('&#38;', '&'))
  const confirming = await submit(form, {
    username: 'ada',
    password: PASSWORD,
    'attribute.email': 'ada@app.example',
  })
  assert.match(confirming.text, /Confirm your account/)
  const wrong = await submit(confirming, { code: '000000x' })
  assert.match(wrong.text, /role="alert">Invalid verification code/)
  const confirmed = await submit(wrong, { code: shop.mailbox.at(-1)?.code ?? '' })
  assert.equal(confirmed.status, 302)
  const again = await send(confirmed.location)
  const bad = await submit(again, { username: 'ada', password: 'nope' })
  assert.match(bad.text, /Incorrect username or password\./)
  const done = await submit(bad, { username: 'ada', password: PASSWORD })
  assert.equal(done.status, 302)
  assert.ok(done.location.startsWith(`${CALLBACK}?`))
  assert.equal(paramsOf(done).get('state'), 'abc')
  const code = paramsOf(done).get('code') ?? ''
  const redeem = (more: Record<string, string> = {}) =>
    send('/oauth2/token', {
      form: {
        grant_type: 'authorization_code',
        client_id: ClientId,
        redirect_uri: CALLBACK,
        code,
        code_verifier: VERIFIER,
        ...more,
      },
    })
  const tokens = await redeem()
  assert.equal(tokens.status, 200, tokens.text)
  const { id_token, access_token, refresh_token, expires_in, token_type } = bodyOf(tokens)
  assert.equal(token_type, 'Bearer')
  assert.equal(expires_in, 3_600)
  const id = claimsOf(id_token)
  assert.equal(id.nonce, 'n1')
  assert.equal(id.aud, ClientId)
  assert.equal(claimsOf(access_token).scope, 'openid email')
  assert.deepEqual(bodyOf(await redeem()), { error: 'invalid_grant' })

  const info = await send('/oauth2/userInfo', {
    headers: ['authorization', `Bearer ${access_token}`],
  })
  assert.equal(bodyOf(info).email, 'ada@app.example')
  assert.equal(bodyOf(info).username, 'ada')
  assert.equal((await send('/oauth2/userInfo')).status, 401)
  assert.equal(
    (await send('/oauth2/userInfo', { headers: ['authorization', `Bearer ${id_token}`] })).status,
    401,
  )
  const refresh = () =>
    send('/oauth2/token', {
      form: { grant_type: 'refresh_token', client_id: ClientId, refresh_token },
    })
  const fresh = await refresh()
  assert.equal(fresh.status, 200, fresh.text)
  assert.equal(bodyOf(fresh).refresh_token, undefined)
  assert.equal(claimsOf(bodyOf(fresh).access_token).scope, 'openid email')

  // Within the hour nobody asks for the password again, unless the application wants it asked.
  const sso = await send(`/oauth2/authorize?${query}`)
  assert.ok(paramsOf(sso).get('code'))
  assert.ok((await send(`/oauth2/authorize?${query}&prompt=login`)).location.startsWith('/login?'))
  const revoked = await send('/oauth2/revoke', {
    form: { token: refresh_token, client_id: ClientId },
  })
  assert.equal(revoked.status, 200)
  assert.equal(bodyOf(await refresh()).error, 'invalid_grant')
  const bye = await send(
    `/logout?client_id=${ClientId}&logout_uri=${encodeURIComponent('https://app.example/bye')}`,
  )
  assert.equal(bye.location, 'https://app.example/bye')
  assert.ok((await send(`/oauth2/authorize?${query}`)).location.startsWith('/login?'))
  assert.equal(
    paramsOf(await send(`/oauth2/authorize?${query}&prompt=none`)).get('error'),
    'login_required',
  )
})

const signedIn = async (
  given: Readonly<Record<string, string | undefined>> = {},
  client: object = {},
) => {
  const shop = await startHosted({ client })
  await shop.addUser('ada')
  const { ClientId } = shop.client
  const browser = shop.browser()
  // Without AutoVerifiedAttributes nobody is sent a code: an operator confirms.
  await confirmAll(shop)
  const page = await browser.send(`/login?${queryFor(ClientId, given)}`)
  const done = await browser.submit(page, { username: 'ada', password: PASSWORD })
  return { shop, ClientId, ...browser, done, code: paramsOf(done).get('code') ?? '' }
}

it('refuses a code with a wrong verifier, address or client, too late, or twice', async () => {
  for (const [given, more] of [
    [CHALLENGE, { code_verifier: 'w'.repeat(43) }],
    [CHALLENGE, {}],
    [CHALLENGE, { code_verifier: CHALLENGE.code_challenge }],
    [{}, { code_verifier: VERIFIER }],
    [{}, { redirect_uri: `${CALLBACK}/` }],
    [{}, { redirect_uri: 'myapp://done' }],
    [{}, { code: 'another' }],
  ] as const) {
    const { ClientId, send, code } = await signedIn(given)
    const answer = await send('/oauth2/token', {
      form: {
        grant_type: 'authorization_code',
        client_id: ClientId,
        redirect_uri: CALLBACK,
        code,
        ...more,
      },
    })
    assert.equal(answer.status, 400)
    assert.equal(bodyOf(answer).error, 'invalid_grant', JSON.stringify(more))
  }
  const { shop, ClientId, send, code } = await signedIn()
  const form = {
    grant_type: 'authorization_code',
    client_id: ClientId,
    redirect_uri: CALLBACK,
    code,
  }
  const other = await shop.createClient()
  const stolen = await send('/oauth2/token', { form: { ...form, client_id: other.ClientId } })
  assert.equal(bodyOf(stolen).error, 'invalid_grant')
  assert.equal(bodyOf(await send('/oauth2/token', { form })).error, 'invalid_grant')
  const late = await signedIn()
  late.shop.clock.nowMs += 300_000
  const answer = await late.send('/oauth2/token', {
    form: { ...form, client_id: late.ClientId, code: late.code },
  })
  assert.equal(bodyOf(answer).error, 'invalid_grant')
})

it('tells the application what it asked wrong, and nobody else than a registered address', async () => {
  const shop = await startHosted()
  const { ClientId } = shop.client
  const { send } = shop.browser()
  const ask = (given: Record<string, string | undefined>) =>
    send(`/oauth2/authorize?${queryFor(ClientId, given)}`)
  for (const redirect_uri of [
    'https://evil.example/callback',
    `${CALLBACK}/`,
    `${CALLBACK}?x`,
    `${CALLBACK}#x`,
    'https://APP.example/callback',
    'https://app.example/callback/../evil',
    'javascript:alert(1)',
    '//app.example/callback',
    '',
  ]) {
    const refused = await ask({ redirect_uri })
    assert.equal(refused.status, 400, redirect_uri)
    assert.equal(refused.location, '')
  }
  assert.equal((await ask({ redirect_uri: undefined })).status, 400)
  assert.equal((await ask({ client_id: 'nobody' })).status, 400)
  const errors = [
    [{ response_type: 'id_token' }, 'unsupported_response_type'],
    [{ response_type: undefined }, 'invalid_request'],
    [{ response_type: 'token' }, 'unauthorized_client'],
    [{ scope: 'openid phone' }, 'invalid_scope'],
    [{ ...CHALLENGE, code_challenge_method: 'plain' }, 'invalid_request'],
    [{ code_challenge: CHALLENGE.code_challenge }, 'invalid_request'],
    [{ code_challenge_method: 'S256' }, 'invalid_request'],
    [{ ...CHALLENGE, code_challenge: 'short' }, 'invalid_request'],
    [{ identity_provider: 'Nobody' }, 'invalid_request'],
  ] as const
  for (const [given, error] of errors) {
    const refused = await ask(given)
    assert.equal(refused.status, 302)
    assert.ok(refused.location.startsWith(`${CALLBACK}?`))
    assert.equal(paramsOf(refused).get('error'), error, JSON.stringify(given))
    assert.equal(paramsOf(refused).get('state'), 'abc')
  }
  assert.equal((await send(`/oauth2/authorize?${queryFor(ClientId)}&state=2`)).status, 400)
  const bye = (uri: string) =>
    send(`/logout?client_id=${ClientId}&logout_uri=${encodeURIComponent(uri)}`)
  assert.equal((await bye('https://evil.example')).status, 400)
  assert.equal((await bye('https://app.example/bye/')).status, 400)
  assert.equal((await send('/nothing')).status, 404)
  assert.equal((await send('/oauth2/token')).status, 405)
})

it('takes no form that its own page did not make', async () => {
  const shop = await startHosted()
  const { ClientId } = shop.client
  const { send, submit, jar } = shop.browser()
  const page = await send(`/login?${queryFor(ClientId)}`)
  const forged = await submit(page, { _csrf: 'x'.repeat(36), username: 'a', password: 'b' })
  assert.equal(forged.status, 403)
  jar.clear()
  assert.equal((await submit(page, { username: 'a', password: 'b' })).status, 403)
})

it('gives an application its own token for scopes of a resource server alone', async () => {
  const shop = await startHosted()
  const scopes = ['orders/read', 'orders/write', 'openid']
  await putScopes(shop, 'orders', ['read', 'write'])
  const client = await shop.createClient({
    GenerateSecret: true,
    AllowedOAuthFlows: ['client_credentials'],
    AllowedOAuthScopes: scopes.slice(0, 2),
  })
  const { ClientId, ClientSecret = '' } = client
  const { send } = shop.browser()
  const basic = (id: string, secret: string) => [
    'authorization',
    `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
  ]
  const ask = (form: Record<string, string>, headers: readonly string[] = []) =>
    send('/oauth2/token', { form: { grant_type: 'client_credentials', ...form }, headers })
  const made = bodyOf(await ask({ scope: 'orders/read' }, basic(ClientId, ClientSecret)))
  assert.equal(claimsOf(made.access_token).scope, 'orders/read')
  assert.equal(claimsOf(made.access_token).client_id, ClientId)
  assert.equal(made.refresh_token, undefined)
  const all = bodyOf(await ask({ client_id: ClientId, client_secret: ClientSecret }))
  assert.equal(claimsOf(all.access_token).scope, 'orders/read orders/write')
  const error = async (...given: Parameters<typeof ask>) => bodyOf(await ask(...given)).error
  assert.equal(await error({}, basic(ClientId, 'wrong')), 'invalid_client')
  assert.equal(await error({ client_id: ClientId }), 'invalid_client')
  assert.equal(await error({ client_id: 'nobody' }), 'invalid_client')
  assert.equal(await error({}), 'invalid_request')
  assert.equal(
    await error({ client_secret: ClientSecret }, basic(ClientId, ClientSecret)),
    'invalid_request',
  )
  assert.equal(
    await error({ scope: 'orders/none' }, basic(ClientId, ClientSecret)),
    'invalid_scope',
  )
  assert.equal(await error({ client_id: shop.client.ClientId }), 'unauthorized_client')
  assert.equal(
    await error({ client_id: shop.client.ClientId, client_secret: 'x' }),
    'invalid_client',
  )
  assert.equal(
    await error({ client_id: ClientId, client_secret: ClientSecret, grant_type: 'password' }),
    'unsupported_grant_type',
  )
  const twice = await send('/oauth2/token', {
    body: 'grant_type=client_credentials&grant_type=refresh_token',
  })
  assert.equal(bodyOf(twice).error, 'invalid_request')
})

it('lets somebody choose a new password: a forgotten one, and the first after an operator’s', async () => {
  const shop = await startHosted({ pool: AUTO })
  await shop.addUser('ada')
  const { ClientId } = shop.client
  const { send, submit } = shop.browser()
  const query = queryFor(ClientId)
  const asking = await send(`/forgotPassword?${query}`)
  // Whether there is such an account is not to be told from the answer.
  const nobody = await submit(asking, { username: 'nobody' })
  const reset = await submit(asking, { username: 'ada' })
  assert.equal(nobody.text.replaceAll('nobody', 'ada'), reset.text)
  const code = shop.mailbox.at(-1)?.code ?? ''
  const weak = await submit(reset, { code, password: 'short' })
  assert.match(weak.text, /role="alert">Password did not conform with policy/)
  const next = 'Battery-staple-2'
  const done = await submit(reset, { code, password: next })
  assert.equal(done.status, 302, done.text)
  const page = await send(done.location)
  assert.match((await submit(page, { username: 'ada', password: PASSWORD })).text, /Incorrect/)
  await askNewPasswords(shop)
  const challenge = await submit(page, { username: 'ada', password: next })
  assert.match(challenge.text, /Choose a new password/)
  assert.doesNotMatch(challenge.text, /Battery/)
  const entered = await submit(challenge, { answer: 'Third-password-3' })
  assert.ok(paramsOf(entered).get('code'), entered.text)
  // The step before is used up.
  assert.equal((await submit(challenge, { answer: 'Fourth-password-4' })).status, 400)
})

it('gives tokens behind the address where a client may have them so, and no refresh token', async () => {
  const { done } = await signedIn(
    { response_type: 'token', scope: 'openid' },
    { AllowedOAuthFlows: ['implicit'] },
  )
  const hashed = new URLSearchParams(new URL(done.location).hash.slice(1))
  assert.equal(claimsOf(hashed.get('access_token') ?? '').scope, 'openid')
  assert.equal(claimsOf(hashed.get('id_token') ?? '').token_use, 'id')
  assert.equal(hashed.get('refresh_token'), null)
  assert.equal(hashed.get('state'), 'abc')
  const { send } = (await startHosted()).browser()
  const preflight = await send('/oauth2/token', { method: 'OPTIONS' })
  assert.equal(preflight.status, 204)
  assert.equal(preflight.header('access-control-allow-origin'), '*')
})
