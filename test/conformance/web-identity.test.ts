// AssumeRoleWithWebIdentity with a real issuer on loopback, through the SDK, which does not sign it.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import {
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  IAMClient,
} from '@aws-sdk/client-iam'
import {
  AssumeRoleWithWebIdentityCommand,
  GetCallerIdentityCommand,
  STSClient,
  type STSServiceException,
} from '@aws-sdk/client-sts'
import { startGateway } from '../support/gateway.ts'
import { rsaKey, signToken } from '../support/tokens.ts'
import { startUpstream } from '../support/upstream.ts'

it('daemun serve gives a role for a token of a provider, and only for the right one', async (t) => {
  const key = rsaKey()
  const issuer = await startUpstream(({ url }) => ({
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(
      url.endsWith('/openid-configuration')
        ? { issuer: issuer.url, jwks_uri: `${issuer.url}/keys` }
        : { keys: [key.jwk] },
    ),
  }))
  t.after(() => issuer.close())
  const gateway = await startGateway({ shape: 'serve' })
  t.after(() => gateway.stop())
  const options = { endpoint: gateway.endpoint, region: 'us-east-1', maxAttempts: 1 }
  const iam = new IAMClient({ ...options, credentials: gateway.credentials })
  const { OpenIDConnectProviderArn: provider } = await iam.send(
    new CreateOpenIDConnectProviderCommand({ Url: issuer.url, ClientIDList: ['client'] }),
  )
  const name = issuer.url.replace('http://', '')
  const { Role } = await iam.send(
    new CreateRoleCommand({
      RoleName: 'web',
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: {
          Effect: 'Allow',
          Principal: { Federated: provider },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: { StringEquals: { [`${name}:sub`]: 'ada' } },
        },
      }),
    }),
  )
  const now = Math.floor(Date.now() / 1_000)
  const claims = { iss: issuer.url, sub: 'ada', aud: 'client', iat: now - 5, exp: now + 300 }
  // Signing is none of this call's business: any credentials will do, and none are asked for.
  const sts = new STSClient({ ...options, credentials: { accessKeyId: 'x', secretAccessKey: 'x' } })
  const assume = (token: string) =>
    sts.send(
      new AssumeRoleWithWebIdentityCommand({
        RoleArn: Role?.Arn,
        RoleSessionName: 'session',
        WebIdentityToken: token,
      }),
    )
  const made = await assume(signToken(key, claims))
  assert.equal(made.SubjectFromWebIdentityToken, 'ada')
  assert.equal(made.Audience, 'client')
  assert.equal(made.Provider, provider)
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = made.Credentials ?? {}
  const credentials = {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
  }
  const identity = await new STSClient({ ...options, credentials }).send(
    new GetCallerIdentityCommand({}),
  )
  assert.equal(identity.Arn, 'arn:aws:sts::123456789012:assumed-role/web/session')

  const refuses = (token: string, code: string, message: RegExp) =>
    assert.rejects(assume(token), (error: STSServiceException) => {
      assert.equal(error.name, code, error.message)
      assert.match(error.message, message)
      return true
    })
  await refuses(
    signToken(key, { ...claims, sub: 'eve' }),
    'AccessDenied',
    /^Not authorized to perform sts:AssumeRoleWithWebIdentity$/,
  )
  await refuses(
    signToken(key, { ...claims, aud: 'other' }),
    'InvalidIdentityTokenException',
    /^Incorrect token audience$/,
  )
  await refuses(
    signToken(key, { ...claims, exp: now - 1 }),
    'ExpiredTokenException',
    /^Token expired: current date\/time \d+ must be before the expiration date\/time \d+$/,
  )
  await refuses(
    signToken(key, { ...claims, iss: 'https://elsewhere.example' }),
    'InvalidIdentityTokenException',
    /^No OpenIDConnect provider found in your account for https:\/\/elsewhere\.example$/,
  )
  await refuses(
    signToken({ ...rsaKey(), kid: key.kid }, claims),
    'InvalidIdentityTokenException',
    /cannot be verified/,
  )
  await refuses(signToken(key, claims, { alg: 'none' }), 'InvalidIdentityTokenException', /JWT/)
  await refuses('nonsense', 'InvalidIdentityTokenException', /JWT/)
})
