// The `Auth` sections of a SAM template with the real command: who passes, who does not, and what the backend is told.
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { APIGatewayClient, FlushStageAuthorizersCacheCommand } from '@aws-sdk/client-api-gateway'
import { type Gateway, SHAPES, startGateway } from '../support/gateway.ts'
import { rsaKey, signToken } from '../support/tokens.ts'
import { startUpstream } from '../support/upstream.ts'

const POOL = 'us-east-1_pets'

const TEMPLATE = `Transform: AWS::Serverless-2016-10-31
Parameters:
  Issuer: {Type: String}
Resources:
  Rest:
    Type: AWS::Serverless::Api
    Properties:
      Name: rest
      StageName: prod
      Auth:
        DefaultAuthorizer: Token
        Authorizers:
          Token: {FunctionArn: !GetAtt Guard.Arn}
          Pool: {UserPoolArn: 'arn:aws:cognito-idp:us-east-1:123456789012:userpool/${POOL}'}
  Http:
    Type: AWS::Serverless::HttpApi
    Properties:
      Name: http
      Auth:
        DefaultAuthorizer: Tokens
        Authorizers:
          Tokens:
            JwtConfiguration: {issuer: !Ref Issuer, audience: [web]}
            IdentitySource: $request.header.Authorization
          Simple:
            AuthorizerPayloadFormatVersion: '2.0'
            EnableSimpleResponses: true
            FunctionArn: !GetAtt Simple.Arn
            Identity: {Headers: [Auth]}
  SimpleIsAsked:
    Type: AWS::Lambda::Permission
    Properties:
      Action: lambda:InvokeFunction
      FunctionName: !Ref Simple
      Principal: apigateway.amazonaws.com
      SourceArn: !Sub arn:aws:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${Http}/authorizers/*
  Guard:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      InlineCode: |
        let asked = 0
        exports.handler = async ({ authorizationToken, methodArn }) => {
          if (authorizationToken === 'nobody') throw new Error('Unauthorized')
          if (authorizationToken === 'broken') return { hello: 'world' }
          const Effect = authorizationToken === 'allow' ? 'Allow' : 'Deny'
          const Statement = [{ Effect, Action: 'execute-api:Invoke', Resource: methodArn }]
          return {
            principalId: 'ann',
            policyDocument: { Version: '2012-10-17', Statement },
            context: { asked: ++asked },
          }
        }
  Simple:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      InlineCode: |
        exports.handler = async ({ identitySource: [word] }) =>
          ({ isAuthorized: word === 'yes', context: { words: [word] } })
  Backend:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      InlineCode: |
        exports.handler = async ({ requestContext: { authorizer } }) =>
          ({ statusCode: 200, body: JSON.stringify(authorizer) })
      Events:
        Token: {Type: Api, Properties: {RestApiId: !Ref Rest, Path: /token, Method: get}}
        Pool:
          Type: Api
          Properties: {RestApiId: !Ref Rest, Path: /pool, Method: get, Auth: {Authorizer: Pool}}
        Open:
          Type: Api
          Properties: {RestApiId: !Ref Rest, Path: /open, Method: get, Auth: {Authorizer: NONE}}
        Jwt: {Type: HttpApi, Properties: {ApiId: !Ref Http, Path: /jwt, Method: get}}
        Scoped:
          Type: HttpApi
          Properties:
            {ApiId: !Ref Http, Path: /scoped, Method: get, Auth: {AuthorizationScopes: [pets]}}
        Simple:
          Type: HttpApi
          Properties: {ApiId: !Ref Http, Path: /simple, Method: get, Auth: {Authorizer: Simple}}
`

const KEY = rsaKey()
const KEYS = JSON.stringify({ keys: [KEY.jwk] })

/** Both issuers: the pool, and one that is discovered. */
const startIssuers = async () => {
  const issuers = await startUpstream(({ url }) => {
    if (url.endsWith('/openid-configuration')) {
      return { body: JSON.stringify({ jwks_uri: `${issuers.url}/keys` }) }
    }
    return { body: KEYS }
  })
  return issuers
}

const nowSeconds = () => Math.floor(Date.now() / 1000)

for (const shape of SHAPES) {
  it(`daemun ${shape} lets in whom the authorizers of a SAM template let in`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'daemun-authorizers-'))
    t.after(() => rm(folder, { recursive: true, force: true }))
    const issuers = await startIssuers()
    t.after(() => issuers.close())
    const file = join(folder, 'template.yaml')
    await writeFile(file, TEMPLATE)
    const parameters = ['--parameter', `Issuer=${issuers.url}`]
    const args = [...parameters, '--endpoint', `cognito-idp=${issuers.url}`]
    const gateway = await startGateway({ shape, file, args })
    t.after(() => gateway.stop())
    await checkLambda(gateway)
    await checkPool(gateway, issuers.url)
    await checkJwt(gateway, issuers.url)
    await checkSimple(gateway)
    if (shape === 'start') await checkFlush(gateway)
  })
}

const get = async (gateway: Gateway, api: string, path: string, headers = {}) => {
  const { status, text, headers: given } = await gateway.call(gateway.api(api), path, { headers })
  return { status, text, challenge: given['www-authenticate'] }
}

const checkLambda = async (gateway: Gateway): Promise<void> => {
  const ask = (Authorization?: string) =>
    get(gateway, 'rest', '/prod/token', Authorization === undefined ? {} : { Authorization })
  const allowed = await ask('allow')
  assert.equal(allowed.status, 200, allowed.text)
  const { principalId, asked } = JSON.parse(allowed.text)
  assert.deepEqual({ principalId, asked }, { principalId: 'ann', asked: '1' })
  assert.equal((await ask()).status, 401)
  assert.deepEqual(await ask('nobody'), {
    status: 401,
    text: '{"message":"Unauthorized"}',
    challenge: undefined,
  })
  assert.equal(
    (await ask('no')).text,
    '{"Message":"User is not authorized to access this resource with an explicit deny"}',
  )
  assert.equal((await ask('broken')).text, '{"message":null}')
  const open = await get(gateway, 'rest', '/prod/open')
  assert.equal(open.status, 200)
}

const checkPool = async (gateway: Gateway, url: string): Promise<void> => {
  const claims = { iss: `${url}/${POOL}`, sub: 'ann', token_use: 'id', exp: nowSeconds() + 300 }
  const ask = (token: string) =>
    get(gateway, 'rest', '/prod/pool', { Authorization: `Bearer ${token}` })
  const allowed = await ask(signToken(KEY, claims))
  assert.equal(allowed.status, 200, allowed.text)
  assert.equal(JSON.parse(allowed.text).claims.sub, 'ann')
  assert.equal((await ask(signToken(KEY, { ...claims, token_use: 'access' }))).status, 401)
  const expired = await ask(signToken(KEY, { ...claims, exp: nowSeconds() - 1 }))
  assert.equal(expired.text, '{"message":"The incoming token has expired"}')
}

const checkJwt = async (gateway: Gateway, iss: string): Promise<void> => {
  const claims = { iss, aud: 'web', sub: 'ann', exp: nowSeconds() + 300, scope: 'pets' }
  const ask = (path: string, token?: string) =>
    get(gateway, 'http', path, token === undefined ? {} : { Authorization: `Bearer ${token}` })
  const allowed = await ask('/jwt', signToken(KEY, claims))
  assert.equal(allowed.status, 200, allowed.text)
  assert.equal(JSON.parse(allowed.text).jwt.claims.sub, 'ann')
  assert.deepEqual(await ask('/jwt'), {
    status: 401,
    text: '{"message":"Unauthorized"}',
    challenge: 'Bearer',
  })
  assert.equal((await ask('/jwt', signToken(rsaKey(), claims))).status, 401)
  assert.equal((await ask('/scoped', signToken(KEY, claims))).status, 200)
  const other = await ask('/scoped', signToken(KEY, { ...claims, scope: 'cars' }))
  assert.equal(other.text, '{"message":"Forbidden"}')
}

const checkSimple = async (gateway: Gateway): Promise<void> => {
  const ask = (Auth: string) => get(gateway, 'http', '/simple', { Auth })
  const allowed = await ask('yes')
  assert.equal(allowed.status, 200, allowed.text)
  assert.deepEqual(JSON.parse(allowed.text), { lambda: { words: ['yes'] } })
  assert.equal((await ask('no')).text, '{"message":"Forbidden"}')
}

/** The generation of a stage's cache is part of its keys. */
const checkFlush = async (gateway: Gateway): Promise<void> => {
  const asked = async () => {
    const { text } = await get(gateway, 'rest', '/prod/token', { Authorization: 'allow' })
    return JSON.parse(text).asked
  }
  const before = await asked()
  assert.equal(await asked(), before)
  const client = new APIGatewayClient({
    endpoint: gateway.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  const { id: restApiId } = gateway.api('rest')
  await client.send(new FlushStageAuthorizersCacheCommand({ restApiId, stageName: 'prod' }))
  client.destroy()
  assert.notEqual(await asked(), before)
}
