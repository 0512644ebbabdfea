// A pool that asks for a second factor of users who have none: they set one up on the page.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { setUserPoolMfaConfig } from '#identity/cognito-idp/pools.ts'
import { codeOf } from '#identity/cognito-idp/totp.ts'
import { writes } from '#store/transactional.ts'
import { base32Bytes } from '../../../support/base32.ts'
import { PASSWORD, queryFor, type Seen, startHosted } from '../../../support/hosted.ts'

const secretOf = ({ text }: Seen): string =>
  /name="secret" value="([A-Z2-7]{52})"/.exec(text)?.[1] ?? ''

it('sets up an authenticator application, and asks it for a code from then on', async () => {
  const shop = await startHosted({ pool: { AutoVerifiedAttributes: ['email'] } })
  const call = shop.callOf({ region: 'us-east-1' })
  await writes(setUserPoolMfaConfig)(
    {
      UserPoolId: shop.poolId,
      MfaConfiguration: 'ON',
      SoftwareTokenMfaConfiguration: { Enabled: true },
    },
    call,
  )
  await shop.addUser('ada')
  const codeAt = (page: Seen, later = 0) =>
    codeOf(base32Bytes(secretOf(page)), Math.floor(shop.clock.nowMs / 30_000) + later)
  const signIn = async () => {
    const browser = shop.browser()
    const page = await browser.send(`/login?${queryFor(shop.client.ClientId)}`)
    return { ...browser, page: await browser.submit(page, { username: 'ada', password: PASSWORD }) }
  }
  const { page: setup, submit } = await signIn()
  assert.match(setup.text, /<h1>Set up an authenticator app<\/h1>/)
  const secret = secretOf(setup)
  assert.ok(setup.text.includes(secret.replaceAll(/(.{4})(?!$)/g, '$1 ')), 'the key is shown')
  assert.ok(
    setup.text.includes(`href="otpauth://totp/shop:ada?secret=${secret}&#38;issuer=shop"`),
    setup.text,
  )
  const wrong = await submit(setup, { answer: '000000' })
  assert.equal(wrong.status, 400)
  assert.match(wrong.text, /role="alert">Code mismatch/)
  assert.equal(secretOf(wrong), secret)
  const done = await submit(wrong, { answer: codeAt(wrong) })
  assert.equal(done.status, 302, done.text)
  assert.ok(new URL(done.location).searchParams.get('code'))

  const next = await signIn()
  assert.match(next.page.text, /<h1>Enter your code<\/h1>/)
  assert.equal(secretOf(next.page), '')
  const code = codeOf(base32Bytes(secret), Math.floor(shop.clock.nowMs / 30_000) + 1)
  const entered = await next.submit(next.page, { answer: code })
  assert.ok(new URL(entered.location).searchParams.get('code'))
})

it('shows no key that a form brings and that is none', async () => {
  const shop = await startHosted({ pool: { AutoVerifiedAttributes: ['email'] } })
  const { send, submit } = shop.browser()
  const page = await send(`/login?${queryFor(shop.client.ClientId)}`)
  const forged = { challenge: 'MFA_SETUP', session: 'x', answer: '1', secret: '<b>' }
  const refused = await submit(page, { ...forged, username: 'ada' })
  assert.equal(refused.status, 400)
  assert.match(refused.text, /<h1>Sign in<\/h1>/)
  assert.doesNotMatch(refused.text, /<b>/)
})
