// Sign-ins through the SDK: MFA, refresh and revocation, and AWS's refusals of what is wrong.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import * as idp from '@aws-sdk/client-cognito-identity-provider'
import { codeOf } from '#identity/cognito-idp/totp.ts'
import { base32Bytes } from '../support/base32.ts'
import { call, type Gateway, runDaemun, startGateway } from '../support/gateway.ts'
import {
  claimsOf,
  idpClient,
  mailTo,
  makePool,
  PASSWORD,
  type TestPool,
} from '../support/user-pools.ts'

describe('sign-ins to a user pool', () => {
  let gateway: Gateway
  let client: idp.CognitoIdentityProviderClient
  let pool: TestPool
  before(async () => {
    gateway = await startGateway({ shape: 'start', args: ['--clock', '2026-11-21T12:00:00Z'] })
    client = idpClient(gateway)
    pool = await makePool(client)
  })
  after(() => gateway.stop())

  const addUser = async (Username: string, { poolId: UserPoolId } = pool) => {
    const UserAttributes = [{ Name: 'email', Value: `${Username}@example.com` }]
    await client.send(
      new idp.AdminCreateUserCommand({
        UserPoolId,
        Username,
        UserAttributes,
        MessageAction: 'SUPPRESS',
      }),
    )
    const Permanent = true
    await client.send(
      new idp.AdminSetUserPasswordCommand({ UserPoolId, Username, Password: PASSWORD, Permanent }),
    )
  }
  const signIn = (USERNAME: string, password = PASSWORD, { clientId } = pool) =>
    client.send(
      new idp.InitiateAuthCommand({
        AuthFlow: 'USER_PASSWORD_AUTH',
        ClientId: clientId,
        AuthParameters: { USERNAME, PASSWORD: password },
      }),
    )
  const advance = (advanceMs: number) =>
    call(gateway.endpoint, '/_daemun/clock', {
      method: 'POST',
      body: JSON.stringify({ advanceMs }),
    })

  it('asks for a code of the authenticator application, once for each code', async () => {
    const made = await makePool(client, {})
    const UserPoolId = made.poolId
    await client.send(
      new idp.SetUserPoolMfaConfigCommand({
        UserPoolId,
        MfaConfiguration: 'ON',
        SoftwareTokenMfaConfiguration: { Enabled: true },
      }),
    )
    await addUser('cy', made)
    const setup = await signIn('cy', PASSWORD, made)
    assert.equal(setup.ChallengeName, 'MFA_SETUP')
    const { SecretCode, Session } = await client.send(
      new idp.AssociateSoftwareTokenCommand({ Session: setup.Session }),
    )
    const secret = base32Bytes(SecretCode ?? '')
    const { text } = await call(gateway.endpoint, '/_daemun/clock')
    const step = Math.floor(Date.parse(JSON.parse(text).now) / 30_000)
    await assert.rejects(
      client.send(new idp.VerifySoftwareTokenCommand({ Session, UserCode: '000000' })),
      { name: 'EnableSoftwareTokenMFAException' },
    )
    const verified = await client.send(
      new idp.VerifySoftwareTokenCommand({ Session, UserCode: codeOf(secret, step) }),
    )
    assert.equal(verified.Status, 'SUCCESS')
    const ready = await client.send(
      new idp.RespondToAuthChallengeCommand({
        ChallengeName: 'MFA_SETUP',
        ClientId: made.clientId,
        Session: verified.Session,
        ChallengeResponses: { USERNAME: 'cy' },
      }),
    )
    assert.ok(ready.AuthenticationResult?.AccessToken)

    const second = await signIn('cy', PASSWORD, made)
    assert.equal(second.ChallengeName, 'SOFTWARE_TOKEN_MFA')
    const answer = (code: string) =>
      client.send(
        new idp.RespondToAuthChallengeCommand({
          ChallengeName: 'SOFTWARE_TOKEN_MFA',
          ClientId: made.clientId,
          Session: second.Session,
          ChallengeResponses: { USERNAME: 'cy', SOFTWARE_TOKEN_MFA_CODE: code },
        }),
      )
    await assert.rejects(answer(codeOf(secret, step)), { name: 'CodeMismatchException' })
    const done = await answer(codeOf(secret, step + 1))
    assert.ok(done.AuthenticationResult?.IdToken)
    await assert.rejects(answer(codeOf(secret, step + 1)), { name: 'NotAuthorizedException' })
  })

  it('refreshes until the sign-in is revoked, and takes no token that was changed', async () => {
    await addUser('dan')
    const { AuthenticationResult: first } = await signIn('dan')
    const refresh = (REFRESH_TOKEN = first?.RefreshToken ?? '') =>
      client.send(
        new idp.InitiateAuthCommand({
          AuthFlow: 'REFRESH_TOKEN_AUTH',
          ClientId: pool.clientId,
          AuthParameters: { REFRESH_TOKEN },
        }),
      )
    const { AuthenticationResult: next } = await refresh()
    assert.equal(next?.RefreshToken, undefined)
    assert.equal(
      claimsOf(next?.AccessToken)['origin_jti'],
      claimsOf(first?.AccessToken)['origin_jti'],
    )
    const getUser = (AccessToken = next?.AccessToken ?? '') =>
      client.send(new idp.GetUserCommand({ AccessToken }))
    assert.equal((await getUser()).Username, 'dan')
    await assert.rejects(refresh(`${first?.RefreshToken}x`), { name: 'NotAuthorizedException' })
    const [head, body, signature] = (next?.AccessToken ?? '').split('.')
    const forged = Buffer.from(
      JSON.stringify({ ...claimsOf(next?.AccessToken), username: 'cy' }),
    ).toString('base64url')
    for (const bad of [`${head}.${forged}.${signature}`, `${head}.${body}.`, next?.IdToken, 'x'])
      await assert.rejects(getUser(bad ?? ''), {
        name: 'NotAuthorizedException',
        message: 'Invalid Access Token',
      })
    await client.send(
      new idp.RevokeTokenCommand({ ClientId: pool.clientId, Token: first?.RefreshToken }),
    )
    await assert.rejects(refresh(), { message: 'Refresh Token has been revoked' })
    await assert.rejects(getUser(), { message: 'Access Token has been revoked' })
  })

  it('takes a rotated refresh token once', async () => {
    const made = await makePool(
      client,
      {},
      {
        ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH'],
        RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: 0 },
      },
    )
    await addUser('eve', made)
    const { AuthenticationResult: first } = await signIn('eve', PASSWORD, made)
    const exchange = (RefreshToken: string | undefined) =>
      client.send(
        new idp.GetTokensFromRefreshTokenCommand({ ClientId: made.clientId, RefreshToken }),
      )
    const { AuthenticationResult: second } = await exchange(first?.RefreshToken)
    assert.ok(second?.RefreshToken)
    await advance(1_000)
    await assert.rejects(exchange(first?.RefreshToken), { name: 'RefreshTokenReuseException' })
    await exchange(second.RefreshToken)
  })

  it('locks who tries passwords out, longer each time, and lets in after the wait', async () => {
    await addUser('fay')
    for (const name of ['fay', 'nobody']) {
      for (let at = 0; at < 5; at++)
        await assert.rejects(signIn(name, 'wrong'), { message: 'Incorrect username or password.' })
      await assert.rejects(signIn(name), { message: 'Password attempts exceeded' })
    }
    await advance(1_001)
    assert.ok((await signIn('fay')).AuthenticationResult)
  })

  it('does not tell who is there, unless the client is told to', async () => {
    const forgot = (ClientId: string, Username: string) =>
      client.send(new idp.ForgotPasswordCommand({ ClientId, Username }))
    const sent = await forgot(pool.clientId, 'nobody2')
    assert.equal(sent.CodeDeliveryDetails?.DeliveryMedium, 'EMAIL')
    await assert.rejects(
      client.send(
        new idp.ConfirmForgotPasswordCommand({
          ClientId: pool.clientId,
          Username: 'nobody2',
          ConfirmationCode: '123456',
          Password: PASSWORD,
        }),
      ),
      { name: 'ExpiredCodeException' },
    )
    const srp = await client.send(
      new idp.InitiateAuthCommand({
        AuthFlow: 'USER_SRP_AUTH',
        ClientId: pool.clientId,
        AuthParameters: { USERNAME: 'nobody2', SRP_A: 'abcdef' },
      }),
    )
    assert.match(srp.ChallengeParameters?.['SALT'] ?? '', /^[0-9a-f]{32}$/)
    const told = await makePool(client, {}, { PreventUserExistenceErrors: 'LEGACY' })
    await assert.rejects(forgot(told.clientId, 'nobody2'), { name: 'UserNotFoundException' })
    await assert.rejects(signIn('nobody2', PASSWORD, told), { name: 'UserNotFoundException' })
  })

  it('refuses A = 0, missing parameters, flows that are off, wrong codes and attributes of a megabyte', async () => {
    const initiate = (
      AuthFlow: idp.AuthFlowType,
      AuthParameters: Record<string, string>,
      ClientId = pool.clientId,
    ) => client.send(new idp.InitiateAuthCommand({ AuthFlow, ClientId, AuthParameters }))
    for (const SRP_A of ['0', '00', 'xyz', 'f'.repeat(2_000)])
      await assert.rejects(initiate('USER_SRP_AUTH', { USERNAME: 'dan', SRP_A }), {
        name: 'InvalidParameterException',
      })
    await assert.rejects(initiate('USER_PASSWORD_AUTH', { USERNAME: 'dan' }), {
      message: 'Missing required parameter PASSWORD',
    })
    await assert.rejects(initiate('USER_PASSWORD_AUTH', {}, 'nope'), {
      name: 'ResourceNotFoundException',
      message: 'User pool client nope does not exist.',
    })
    const off = await makePool(client, {}, { ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH'] })
    await assert.rejects(
      initiate('USER_PASSWORD_AUTH', { USERNAME: 'dan', PASSWORD }, off.clientId),
      { message: 'USER_PASSWORD_AUTH flow not enabled for this client' },
    )
    const signUp = (Username: string, Password: string, Value: string) =>
      client.send(
        new idp.SignUpCommand({
          ClientId: pool.clientId,
          Username,
          Password,
          UserAttributes: [{ Name: 'email', Value }],
        }),
      )
    await assert.rejects(signUp('gil', PASSWORD, `${'x'.repeat(1_000_000)}@example.com`), {
      name: 'InvalidParameterException',
    })
    await assert.rejects(signUp('gil', 'short', 'gil@example.com'), {
      name: 'InvalidPasswordException',
      message: 'Password did not conform with policy: Password not long enough',
    })
    await signUp('gil', PASSWORD, 'gil@example.com')
    const confirm = (ConfirmationCode: string) =>
      client.send(
        new idp.ConfirmSignUpCommand({
          ClientId: pool.clientId,
          Username: 'gil',
          ConfirmationCode,
        }),
      )
    const { code } = await mailTo(gateway, 'gil')
    for (let at = 0; at < 5; at++)
      await assert.rejects(confirm('x'), { name: 'CodeMismatchException' })
    await assert.rejects(confirm(code), { name: 'LimitExceededException' })
    await assert.rejects(signUp('gil', PASSWORD, 'gil@example.com'), {
      name: 'UsernameExistsException',
    })
  })

  it('lists by pages and filters, and finds users by their addresses', async () => {
    const made = await makePool(client, { AliasAttributes: ['email'] })
    const UserPoolId = made.poolId
    for (const name of ['u1', 'u2', 'u3']) await addUser(name, made)
    const names: (string | undefined)[] = []
    let PaginationToken: string | undefined
    do {
      const page = await client.send(
        new idp.ListUsersCommand({ UserPoolId, Limit: 2, PaginationToken }),
      )
      names.push(...(page.Users ?? []).map(({ Username }) => Username))
      PaginationToken = page.PaginationToken
    } while (PaginationToken !== undefined)
    assert.deepEqual(names, ['u1', 'u2', 'u3'])
    for (const [Filter, count] of [
      ['email = "u2@example.com"', 1],
      ['email ^= "u"', 3],
      ['username ^= "u3"', 1],
      ['cognito:user_status = "CONFIRMED"', 3],
      ['status = "Disabled"', 0],
    ] as const) {
      const { Users } = await client.send(new idp.ListUsersCommand({ UserPoolId, Filter }))
      assert.equal(Users?.length, count, Filter)
    }
    await assert.rejects(
      client.send(new idp.ListUsersCommand({ UserPoolId, Filter: 'custom:x = "1"' })),
      {
        name: 'InvalidParameterException',
      },
    )
    await client.send(
      new idp.AdminUpdateUserAttributesCommand({
        UserPoolId,
        Username: 'u1',
        UserAttributes: [{ Name: 'email_verified', Value: 'true' }],
      }),
    )
    assert.ok((await signIn('u1@example.com', PASSWORD, made)).AuthenticationResult)
    await assert.rejects(signIn('u2@example.com', PASSWORD, made), {
      name: 'NotAuthorizedException',
    })
  })

  it('gives tokens to the command line, adds users by it, and signs with new keys', async () => {
    const { poolId } = pool
    const where = ['--pool', poolId, '--endpoint-url', gateway.endpoint]
    const added = await runDaemun(['users', 'add', 'hal', ...where, '--password', PASSWORD])
    assert.equal(added.status, 0, added.stderr)
    const listed = await runDaemun(['users', 'list', ...where])
    assert.match(listed.stdout, /^hal +CONFIRMED/m)
    const jwks = async () =>
      JSON.parse((await call(gateway.endpoint, `/${poolId}/.well-known/jwks.json`)).text).keys
    const before = await jwks()
    assert.equal(before.length, 2)
    const old = await signIn('hal')
    const rotated = await runDaemun(['users', 'rotate-keys', ...where])
    assert.equal(rotated.status, 0, rotated.stderr)
    const after = await jwks()
    assert.deepEqual(after.slice(2), before)
    const { stdout } = await runDaemun(['token', '--user', 'hal', ...where, '--scope', 'pets/read'])
    assert.equal(claimsOf(stdout.trim())['scope'], 'pets/read')
    const header = JSON.parse(Buffer.from(stdout.split('.')[0] ?? '', 'base64url').toString())
    assert.equal(header.kid, after[1].kid)
    const AccessToken = old.AuthenticationResult?.AccessToken
    assert.equal((await client.send(new idp.GetUserCommand({ AccessToken }))).Username, 'hal')
    const unknown = await runDaemun(['token', '--user', 'zed', ...where])
    assert.equal(unknown.status, 1)
    assert.match(unknown.stderr, /User does not exist/)
  })
})
