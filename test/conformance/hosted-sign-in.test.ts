// openid-client through the sign-in page of a running gateway, in a real browser: Debian's chromium.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { it } from 'node:test'
import * as idp from '@aws-sdk/client-cognito-identity-provider'
import * as oidc from 'openid-client'
import { chromium, type Page } from 'playwright-core'
import { SHAPES, startGateway } from '../support/gateway.ts'
import { startUpstream } from '../support/upstream.ts'

const CHROMIUM = '/usr/bin/chromium'
const PASSWORD = 'Correct-horse-1'
const skip = !existsSync(CHROMIUM) && 'chromium is not installed'

for (const shape of SHAPES)
  it(`daemun ${shape}: somebody signs up and in through the page, in a real browser`, {
    skip,
  }, async (t) => {
    const gateway = await startGateway({ shape })
    t.after(() => gateway.stop())
    const app = await startUpstream(() => ({
      headers: { 'content-type': 'text/html' },
      body: '<h1>Back in the application</h1>',
    }))
    t.after(() => app.close())
    const callback = `${app.url.replace('127.0.0.1', 'localhost')}/callback`
    const operator = new idp.CognitoIdentityProviderClient({
      endpoint: gateway.endpoint,
      region: 'us-east-1',
      credentials: gateway.credentials,
      maxAttempts: 1,
    })
    const { UserPool } = await operator.send(
      new idp.CreateUserPoolCommand({ PoolName: 'people', AutoVerifiedAttributes: ['email'] }),
    )
    const UserPoolId = UserPool?.Id ?? ''
    const { UserPoolClient } = await operator.send(
      new idp.CreateUserPoolClientCommand({
        UserPoolId,
        ClientName: 'web',
        GenerateSecret: true,
        AllowedOAuthFlowsUserPoolClient: true,
        AllowedOAuthFlows: ['code'],
        AllowedOAuthScopes: ['openid', 'email'],
        CallbackURLs: [callback],
        LogoutURLs: [callback],
        SupportedIdentityProviders: ['COGNITO'],
      }),
    )
    await operator.send(new idp.CreateUserPoolDomainCommand({ UserPoolId, Domain: 'shop' }))
    const base = `${gateway.endpoint.replace('127.0.0.1', 'localhost')}/_aws/cognito-idp/shop`
    const issuer = `https://cognito-idp.us-east-1.amazonaws.com/${UserPoolId}`
    const config = new oidc.Configuration(
      {
        issuer,
        authorization_endpoint: `${base}/oauth2/authorize`,
        token_endpoint: `${base}/oauth2/token`,
        userinfo_endpoint: `${base}/oauth2/userInfo`,
        revocation_endpoint: `${base}/oauth2/revoke`,
        jwks_uri: `${gateway.endpoint}/${UserPoolId}/.well-known/jwks.json`,
      },
      UserPoolClient?.ClientId ?? '',
      undefined,
      oidc.ClientSecretBasic(UserPoolClient?.ClientSecret ?? ''),
    )
    oidc.allowInsecureRequests(config)
    oidc.enableNonRepudiationChecks(config)

    const browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ['--no-sandbox', '--disable-gpu', '--no-proxy-server'],
    })
    t.after(() => browser.close())
    const page = await browser.newPage()
    const problems: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text())
    })

    const begin = async (page: Page) => {
      const verifier = oidc.randomPKCECodeVerifier()
      const checks = {
        pkceCodeVerifier: verifier,
        expectedState: oidc.randomState(),
        expectedNonce: oidc.randomNonce(),
      }
      const url = oidc.buildAuthorizationUrl(config, {
        redirect_uri: callback,
        scope: 'openid email',
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state: checks.expectedState,
        nonce: checks.expectedNonce,
      })
      await page.goto(url.href)
      return checks
    }

    const checks = await begin(page)
    await page.getByRole('link', { name: 'Sign up' }).click()
    await page.getByLabel('Username').fill('ada')
    await page.getByLabel('email').fill('ada@shop.example')
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign up' }).click()
    const mail = await gateway.event(({ event }) => event === 'mail')
    await page.getByLabel('Code').fill((mail['message'] as { readonly code: string }).code)
    await page.getByRole('button', { name: 'Confirm account' }).click()
    await page.getByLabel('Username').fill('ada')
    await page.getByLabel('Password').fill('Wrong-horse-1')
    await page.getByRole('button', { name: 'Sign in' }).click()
    const alert = await page.getByRole('alert').textContent()
    assert.equal(alert, 'Incorrect username or password.')
    // The page is used by its labels and the keyboard alone.
    await page.getByLabel('Password').fill(PASSWORD)
    await page.keyboard.press('Enter')
    await page.waitForURL(`${callback}?**`)
    const tokens = await oidc.authorizationCodeGrant(config, new URL(page.url()), checks)
    const claims = tokens.claims()
    assert.equal(claims?.['cognito:username'], 'ada')
    assert.equal(claims.iss, issuer)
    const info = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub)
    assert.equal(info.email, 'ada@shop.example')
    await assert.rejects(oidc.authorizationCodeGrant(config, new URL(page.url()), checks))

    // The session of the browser signs in again without a page.
    const again = await begin(page)
    await page.waitForURL(`${callback}?**`)
    await oidc.authorizationCodeGrant(config, new URL(page.url()), again)
    const fresh = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '')
    assert.ok(fresh.access_token)
    await oidc.tokenRevocation(config, tokens.refresh_token ?? '')
    await assert.rejects(oidc.refreshTokenGrant(config, tokens.refresh_token ?? ''))
    const out = new URLSearchParams({
      client_id: UserPoolClient?.ClientId ?? '',
      logout_uri: callback,
    })
    await page.goto(`${base}/logout?${out}`)
    assert.equal(page.url(), callback)
    await begin(page)
    assert.equal(await page.title(), 'Sign in')
    // A wrong password answers 400, which browsers note; nothing else is to be noted, of the policy least.
    assert.deepEqual(
      problems.filter((text) => !/status of 4\d\d|favicon/.test(text)),
      [],
    )
  })
