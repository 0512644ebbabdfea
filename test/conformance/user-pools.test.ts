// User pools as the clients of applications see them: amazon-cognito-identity-js, aws-jwt-verify and the SDK, unmodified.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import * as idp from '@aws-sdk/client-cognito-identity-provider'
import * as identity from 'amazon-cognito-identity-js'
import { CognitoJwtVerifier } from 'aws-jwt-verify'
import { call, type Gateway, SHAPES, startGateway } from '../support/gateway.ts'
import {
  claimsOf,
  idpClient,
  mailTo,
  makePool,
  OTHER_PASSWORD,
  PASSWORD,
  type TestPool,
} from '../support/user-pools.ts'

const storage = () => {
  const held = new Map<string, string>()
  return {
    setItem: (key: string, value: string) => held.set(key, value),
    getItem: (key: string) => held.get(key) ?? null,
    removeItem: (key: string) => held.delete(key),
    clear: () => held.clear(),
  }
}

/** Its functions call back. */
const promised = <T>(work: (done: (error: unknown, value?: T) => void) => void): Promise<T> =>
  new Promise((resolve, reject) => {
    work((error, value) => (error ? reject(error) : resolve(value as T)))
  })

const signIn = (user: identity.CognitoUser, Username: string, Password: string) =>
  promised<identity.CognitoUserSession>((done) =>
    user.authenticateUser(new identity.AuthenticationDetails({ Username, Password }), {
      onSuccess: (session) => done(undefined, session),
      onFailure: done,
      newPasswordRequired: () => done(new Error('a new password is required')),
    }),
  )

for (const shape of SHAPES) {
  describe(`amazon-cognito-identity-js against ${shape}`, () => {
    let gateway: Gateway
    let made: TestPool
    let pool: identity.CognitoUserPool
    before(async () => {
      gateway = await startGateway({ shape })
      made = await makePool(idpClient(gateway))
      pool = new identity.CognitoUserPool({
        UserPoolId: made.poolId,
        ClientId: made.clientId,
        endpoint: `${gateway.endpoint}/`,
        Storage: storage() as identity.ICognitoStorage,
      })
    })
    after(() => gateway.stop())

    it('signs up, confirms, signs in with SRP, refreshes, changes and forgets the password', async () => {
      const email = new identity.CognitoUserAttribute({ Name: 'email', Value: 'ada@example.com' })
      const up = await promised<identity.ISignUpResult>((done) =>
        pool.signUp('ada', PASSWORD, [email], [], done),
      )
      assert.equal(up.userConfirmed, false)
      const details = up.codeDeliveryDetails as unknown as Record<string, string>
      assert.equal(details['Destination'], 'a***@e***')
      const user = new identity.CognitoUser({
        Username: 'ada',
        Pool: pool,
        Storage: storage() as identity.ICognitoStorage,
      })
      await assert.rejects(signIn(user, 'ada', PASSWORD), { code: 'UserNotConfirmedException' })
      const wrong = promised((done) => user.confirmRegistration('000000x', false, done))
      await assert.rejects(wrong, { code: 'CodeMismatchException' })
      const { code } = await mailTo(gateway, 'ada')
      await promised((done) => user.confirmRegistration(code, false, done))

      await assert.rejects(signIn(user, 'ada', 'wrong'), {
        code: 'NotAuthorizedException',
        message: 'Incorrect username or password.',
      })
      const session = await signIn(user, 'ada', PASSWORD)
      const verified = await verifier(gateway, made, 'id').verify(
        session.getIdToken().getJwtToken(),
      )
      assert.equal(verified['cognito:username'], 'ada')
      assert.equal(verified.email, 'ada@example.com')
      assert.equal(verified.email_verified, true)
      const access = session.getAccessToken().getJwtToken()
      const claims = await verifier(gateway, made, 'access').verify(access)
      assert.equal(claims.scope, 'aws.cognito.signin.user.admin')
      assert.equal(claims.username, 'ada')

      const next = await promised<identity.CognitoUserSession>((done) =>
        user.refreshSession(session.getRefreshToken(), done),
      )
      assert.notEqual(next.getAccessToken().getJwtToken(), access)
      assert.equal(
        next.getIdToken().payload['origin_jti'],
        session.getIdToken().payload['origin_jti'],
      )

      await promised((done) => user.changePassword(PASSWORD, OTHER_PASSWORD, done))
      await assert.rejects(signIn(user, 'ada', PASSWORD), { code: 'NotAuthorizedException' })

      const sent = await promised((done) =>
        user.forgotPassword({ onSuccess: (data) => done(undefined, data), onFailure: done }),
      )
      assert.ok(sent)
      const second = await mailTo(gateway, 'ada', 2)
      await promised((done) =>
        user.confirmPassword(second.code, PASSWORD, {
          onSuccess: (said) => done(undefined, said),
          onFailure: done,
        }),
      )
      await signIn(user, 'ada', PASSWORD)
      const data = await promised<identity.UserData>((done) => user.getUserData(done))
      assert.equal(data.Username, 'ada')
      await promised((done) =>
        user.globalSignOut({ onSuccess: (said) => done(undefined, said), onFailure: done }),
      )
      await assert.rejects(promised((done) => user.getUserAttributes(done)))
    })
  })
}

const verifier = (gateway: Gateway, made: TestPool, tokenUse: 'id' | 'access') => {
  const made2 = CognitoJwtVerifier.create({
    userPoolId: made.poolId,
    clientId: made.clientId,
    tokenUse,
  })
  return {
    verify: async (token: string) => {
      // Led home: the issuer is AWS's, the keys are this gateway's.
      const { text } = await call(gateway.endpoint, `/${made.poolId}/.well-known/jwks.json`, {
        headers: { host: `cognito-idp.us-east-1.amazonaws.com` },
      })
      made2.cacheJwks(JSON.parse(text))
      return made2.verify(token)
    },
  }
}

describe('user pools through the SDK', () => {
  let gateway: Gateway
  let client: idp.CognitoIdentityProviderClient
  before(async () => {
    gateway = await startGateway({ shape: 'start' })
    client = idpClient(gateway)
  })
  after(() => gateway.stop())

  it('gives the tokens of a sign-in by password the claims that AWS gives them', async () => {
    const { poolId, clientId } = await makePool(client)
    await client.send(
      new idp.AdminCreateUserCommand({
        UserPoolId: poolId,
        Username: 'bea',
        TemporaryPassword: PASSWORD,
        UserAttributes: [{ Name: 'email', Value: 'bea@example.com' }],
      }),
    )
    const first = await client.send(
      new idp.InitiateAuthCommand({
        AuthFlow: 'USER_PASSWORD_AUTH',
        ClientId: clientId,
        AuthParameters: { USERNAME: 'bea', PASSWORD },
      }),
    )
    assert.equal(first.ChallengeName, 'NEW_PASSWORD_REQUIRED')
    const { AuthenticationResult: tokens } = await client.send(
      new idp.RespondToAuthChallengeCommand({
        ChallengeName: 'NEW_PASSWORD_REQUIRED',
        ClientId: clientId,
        Session: first.Session,
        ChallengeResponses: { USERNAME: 'bea', NEW_PASSWORD: OTHER_PASSWORD },
      }),
    )
    assert.equal(tokens?.ExpiresIn, 3_600)
    assert.equal(tokens.TokenType, 'Bearer')
    const claims = claimsOf(tokens.IdToken)
    assert.equal(claims['iss'], `https://cognito-idp.us-east-1.amazonaws.com/${poolId}`)
    assert.equal(claims['aud'], clientId)
    assert.equal(claims['token_use'], 'id')
    assert.deepEqual(Object.keys(claimsOf(tokens.AccessToken)).sort(), [
      'auth_time',
      'client_id',
      'event_id',
      'exp',
      'iat',
      'iss',
      'jti',
      'origin_jti',
      'scope',
      'sub',
      'token_use',
      'username',
    ])
  })
})
