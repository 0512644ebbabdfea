// The whole story of an application built on Cognito, and each step's refusal: sign up, sign in, an id token, an identity
// pool, temporary credentials, a signed call that the role's policy allows.
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import * as ci from '@aws-sdk/client-cognito-identity'
import * as idp from '@aws-sdk/client-cognito-identity-provider'
import { SignatureV4 } from '@smithy/signature-v4'
import { Sha256 } from '../languages/sigv4/signers.ts'
import { call, SHAPES, startGateway } from '../support/gateway.ts'

const PASSWORD = 'Correct-horse-1'
const POOLS = 'cognito-identity.amazonaws.com'
const NOBODY = { accessKeyId: 'x', secretAccessKey: 'x' }

const method = (template: string) => ({
  security: [{ sigv4: [] }],
  responses: { 200: { description: 'ok' } },
  'x-amazon-apigateway-integration': {
    type: 'mock',
    requestTemplates: { 'application/json': '{"statusCode":200}' },
    responses: {
      default: { statusCode: '200', responseTemplates: { 'application/json': template } },
    },
  },
})

const WHO = JSON.stringify({
  identity: '$context.identity.cognitoIdentityId',
  pool: '$context.identity.cognitoIdentityPoolId',
  type: '$context.identity.cognitoAuthenticationType',
  provider: '$context.identity.cognitoAuthenticationProvider',
  user: '$context.identity.userArn',
})

const trust = (amr: string) => ({
  Version: '2012-10-17',
  Statement: {
    Effect: 'Allow',
    Principal: { Federated: POOLS },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: {
      StringEquals: { [`${POOLS}:aud`]: { Ref: 'People' } },
      'ForAnyValue:StringLike': { [`${POOLS}:amr`]: amr },
    },
  },
})

const role = (amr: string, paths: readonly string[]) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: trust(amr),
    Policies: [
      {
        PolicyName: 'call',
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: {
            Effect: 'Allow',
            Action: 'execute-api:Invoke',
            Resource: paths.map((path) => `arn:aws:execute-api:*:*:*/prod/GET/${path}`),
          },
        },
      },
    ],
  },
})

const TEMPLATE = {
  Resources: {
    Api: {
      Type: 'AWS::ApiGateway::RestApi',
      Properties: {
        Body: {
          openapi: '3.0.1',
          info: { title: 'shop', version: '1' },
          paths: { '/me': { get: method(WHO) }, '/staff': { get: method('{}') } },
          components: {
            securitySchemes: {
              sigv4: {
                type: 'apiKey',
                name: 'Authorization',
                in: 'header',
                'x-amazon-apigateway-authtype': 'awsSigv4',
              },
            },
          },
        },
      },
    },
    Deployment: {
      Type: 'AWS::ApiGateway::Deployment',
      Properties: { RestApiId: { Ref: 'Api' }, StageName: 'prod' },
    },
    People: {
      Type: 'AWS::Cognito::IdentityPool',
      Properties: { IdentityPoolName: 'people', AllowUnauthenticatedIdentities: false },
    },
    Member: role('authenticated', ['me']),
    Roles: {
      Type: 'AWS::Cognito::IdentityPoolRoleAttachment',
      Properties: {
        IdentityPoolId: { Ref: 'People' },
        Roles: { authenticated: { 'Fn::GetAtt': ['Member', 'Arn'] } },
      },
    },
  },
}

for (const shape of SHAPES)
  it(`daemun ${shape}: from sign-up to a call that the role allows, and every step refuses`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'daemun-story-'))
    t.after(() => rm(folder, { recursive: true, force: true }))
    const file = join(folder, 'template.json')
    await writeFile(file, JSON.stringify(TEMPLATE))
    const gateway = await startGateway({ shape, file })
    t.after(() => gateway.stop())
    const options = { endpoint: gateway.endpoint, region: 'us-east-1', maxAttempts: 1 }
    const operator = new idp.CognitoIdentityProviderClient({
      ...options,
      credentials: gateway.credentials,
    })
    const identities = new ci.CognitoIdentityClient({
      ...options,
      credentials: gateway.credentials,
    })
    // The application has no credentials at all.
    const people = new idp.CognitoIdentityProviderClient({ ...options, credentials: NOBODY })
    const visitor = new ci.CognitoIdentityClient({ ...options, credentials: NOBODY })
    const refuses = (promise: Promise<unknown>, name: string) =>
      assert.rejects(promise, (error: Error) => {
        assert.equal(error.name, name, error.message)
        return true
      })

    const { UserPool } = await operator.send(
      new idp.CreateUserPoolCommand({ PoolName: 'people', AutoVerifiedAttributes: ['email'] }),
    )
    const UserPoolId = UserPool?.Id ?? ''
    const makeClient = async () =>
      (
        await operator.send(
          new idp.CreateUserPoolClientCommand({
            UserPoolId,
            ClientName: 'web',
            ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
          }),
        )
      ).UserPoolClient?.ClientId ?? ''
    const ClientId = await makeClient()
    const otherClient = await makeClient()
    const { IdentityPools } = await identities.send(
      new ci.ListIdentityPoolsCommand({ MaxResults: 10 }),
    )
    const IdentityPoolId = IdentityPools?.[0]?.IdentityPoolId ?? ''
    const provider = `cognito-idp.us-east-1.amazonaws.com/${UserPoolId}`
    const pool = await identities.send(new ci.DescribeIdentityPoolCommand({ IdentityPoolId }))
    await identities.send(
      new ci.UpdateIdentityPoolCommand({
        IdentityPoolId,
        IdentityPoolName: pool.IdentityPoolName,
        AllowUnauthenticatedIdentities: false,
        CognitoIdentityProviders: [
          { ProviderName: provider, ClientId, ServerSideTokenCheck: true },
        ],
      }),
    )

    // Sign up.
    const signUp = (Password: string) =>
      people.send(
        new idp.SignUpCommand({
          ClientId,
          Username: 'ada',
          Password,
          UserAttributes: [{ Name: 'email', Value: 'ada@shop.example' }],
        }),
      )
    await refuses(signUp('short'), 'InvalidPasswordException')
    await signUp(PASSWORD)
    await refuses(signUp(PASSWORD), 'UsernameExistsException')
    const signIn = async (Password = PASSWORD, client = ClientId) =>
      (
        await people.send(
          new idp.InitiateAuthCommand({
            ClientId: client,
            AuthFlow: 'USER_PASSWORD_AUTH',
            AuthParameters: { USERNAME: 'ada', PASSWORD: Password },
          }),
        )
      ).AuthenticationResult
    await refuses(signIn(), 'UserNotConfirmedException')
    const confirm = (ConfirmationCode: string) =>
      people.send(new idp.ConfirmSignUpCommand({ ClientId, Username: 'ada', ConfirmationCode }))
    await refuses(confirm('not-it'), 'CodeMismatchException')
    const mail = await gateway.event(({ event }) => event === 'mail')
    await confirm((mail['message'] as { readonly code: string }).code)

    // Sign in.
    await refuses(signIn('Wrong-horse-1'), 'NotAuthorizedException')
    const tokens = await signIn()
    const id = tokens?.IdToken ?? ''

    // The identity pool.
    const identityOf = async (token?: string) =>
      (
        await visitor.send(
          new ci.GetIdCommand({
            IdentityPoolId,
            ...(token !== undefined && { Logins: { [provider]: token } }),
          }),
        )
      ).IdentityId ?? ''
    await refuses(identityOf(), 'NotAuthorizedException')
    await refuses(identityOf(tokens?.AccessToken ?? ''), 'NotAuthorizedException')
    await refuses(identityOf(`${id.slice(0, -8)}AAAAAAAA`), 'NotAuthorizedException')
    const others = await signIn(PASSWORD, otherClient)
    await refuses(identityOf(others?.IdToken ?? ''), 'NotAuthorizedException')
    const IdentityId = await identityOf(id)
    assert.equal(await identityOf(id), IdentityId)

    // Temporary credentials.
    const credentialsOf = async (Logins?: Record<string, string>) =>
      (
        await visitor.send(
          new ci.GetCredentialsForIdentityCommand({ IdentityId, ...(Logins && { Logins }) }),
        )
      ).Credentials
    await refuses(credentialsOf(), 'NotAuthorizedException')
    const made = await credentialsOf({ [provider]: id })

    // A signed call.
    const api = gateway.api('shop')
    const get = async (path: string, credentials?: object) => {
      const host = `${api.id}.execute-api.us-east-1.amazonaws.com`
      const unsigned = {
        protocol: 'https:',
        hostname: host,
        path,
        method: 'GET',
        headers: { host },
      }
      if (credentials === undefined) return call(gateway.dataOrigin, path, { headers: { host } })
      const signer = new SignatureV4({
        service: 'execute-api',
        region: 'us-east-1',
        sha256: Sha256,
        credentials: credentials as never, // Any of the three members may be missing, on purpose.
      })
      const { headers } = await signer.sign(unsigned)
      return call(gateway.dataOrigin, path, { headers })
    }
    const credentials = {
      accessKeyId: made?.AccessKeyId ?? '',
      secretAccessKey: made?.SecretKey ?? '',
      sessionToken: made?.SessionToken ?? '',
    }
    const answer = await get('/prod/me', credentials)
    assert.equal(answer.status, 200, answer.text)
    const seen = JSON.parse(answer.text)
    assert.equal(seen.identity, IdentityId)
    assert.equal(seen.pool, IdentityPoolId)
    assert.equal(seen.type, 'authenticated')
    assert.match(seen.provider, new RegExp(`^${provider},${provider}:CognitoSignIn:[0-9a-f-]{36}$`))
    assert.match(
      seen.user,
      /^arn:aws:sts::123456789012:assumed-role\/.+\/CognitoIdentityCredentials$/,
    )
    assert.equal((await get('/prod/staff', credentials)).status, 403)
    assert.equal((await get('/prod/me')).status, 403)
    const { sessionToken: _, ...tokenless } = credentials
    assert.equal((await get('/prod/me', tokenless)).status, 403)
    assert.equal((await get('/prod/me', { ...credentials, secretAccessKey: 'x' })).status, 403)

    // Who has signed out everywhere gets no further credentials, as the pool asks its user pool.
    await people.send(new idp.GlobalSignOutCommand({ AccessToken: tokens?.AccessToken }))
    await refuses(credentialsOf({ [provider]: id }), 'NotAuthorizedException')
  })
