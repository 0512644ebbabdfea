// TestInvokeAuthorizer through the real SDK: what an authorizer of a draft says of one request.
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it, type TestContext } from 'node:test'
import {
  APIGatewayClient,
  type CreateAuthorizerCommandInput,
  CreateAuthorizerCommand,
  CreateRestApiCommand,
  NotFoundException,
  TestInvokeAuthorizerCommand,
  type TestInvokeAuthorizerCommandInput,
} from '@aws-sdk/client-api-gateway'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { SHAPES, type Shape, startGateway } from '../support/gateway.ts'
import { startUpstream } from '../support/upstream.ts'

const TEMPLATE = `Transform: AWS::Serverless-2016-10-31
Resources:
  Guard:
    Type: AWS::Serverless::Function
    Properties: {FunctionName: guard, Runtime: nodejs22.x, Handler: index.handler, CodeUri: .}
  MayAsk:
    Type: AWS::Lambda::Permission
    Properties: {Action: lambda:InvokeFunction, FunctionName: !Ref Guard, Principal: apigateway.amazonaws.com}
`
const CODE = `exports.handler = async (event) => {
  const word = event.authorizationToken ?? event.headers?.Authorization
  if (word === 'nobody') throw new Error('Unauthorized')
  if (word === 'broken') return { rubbish: true }
  const Effect = word === 'deny' ? 'Deny' : 'Allow'
  const Statement = [{ Action: 'execute-api:Invoke', Effect, Resource: event.methodArn }]
  return { principalId: 'somebody-with-a-long-name', policyDocument: { Version: '2012-10-17', Statement }, context: { type: event.type } }
}`

const FUNCTION =
  'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:guard/invocations'

const start = async (t: TestContext, shape: Shape, args: readonly string[] = []) => {
  const folder = await mkdtemp(join(tmpdir(), 'daemun-test-authorizer-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'template.yaml')
  await writeFile(file, TEMPLATE)
  await writeFile(join(folder, 'index.js'), CODE)
  const gateway = await startGateway({ shape, file, args })
  t.after(() => gateway.stop())
  const client = new APIGatewayClient({
    region: 'us-east-1',
    credentials: gateway.credentials,
    endpoint: gateway.endpoint,
    maxAttempts: 1,
  })
  t.after(() => client.destroy())
  const { id: restApiId = '' } = await client.send(new CreateRestApiCommand({ name: 'doors' }))
  const authorizer = async (given: Partial<CreateAuthorizerCommandInput>) => {
    const { id: authorizerId = '' } = await client.send(
      new CreateAuthorizerCommand({
        restApiId,
        name: `guard-${given.type}`,
        type: 'TOKEN',
        authorizerUri: FUNCTION,
        identitySource: 'method.request.header.Authorization',
        ...given,
      }),
    )
    return (more: Partial<TestInvokeAuthorizerCommandInput>) =>
      client.send(new TestInvokeAuthorizerCommand({ restApiId, authorizerId, ...more }))
  }
  return { client, restApiId, authorizer }
}

const linesOf = (log: string | undefined): readonly string[] =>
  (log ?? '').split('\n').map((line) => line.replace(/^\w{3} \w{3} \d\d [\d:]{8} UTC \d{4} : /, ''))

for (const shape of SHAPES) {
  it(`daemun ${shape} shows what a Lambda authorizer of a draft says`, async (t) => {
    const { authorizer } = await start(t, shape)
    const ask = await authorizer({ type: 'TOKEN', identityValidationExpression: '[a-z-]+' })
    const token = 'a-long-token-of-somebody'
    const allowed = await ask({ headers: { Authorization: token } })
    assert.equal(allowed.clientStatus, 0)
    assert.equal(allowed.principalId, 'somebody-with-a-long-name')
    const { Statement } = JSON.parse(allowed.policy ?? '') as {
      Statement: readonly { Effect: string; Resource: string }[]
    }
    assert.equal(Statement[0]?.Effect, 'Allow')
    assert.match(Statement[0]?.Resource ?? '', /:123456789012:\w{10}\/ESTestInvoke-stage\/GET\/$/)
    assert.equal(typeof allowed.latency, 'number')
    const log = linesOf(allowed.log)
    assert.match(log[1] ?? '', /^Starting authorizer: \w{6} for request: [0-9a-f-]{36}$/)
    assert.equal(log[2], `Incoming identity: ${'*'.repeat(token.length - 6)}mebody`)
    assert.ok(log.some((line) => line.startsWith('Authorizer result body before parsing: {"pr')))
    assert.equal(log.at(-2), 'Successfully completed authorizer execution')
    assert.ok(!allowed.log?.includes(token))

    // A policy that denies is shown as one that allows: no method is asked for.
    const denied = await ask({ headers: { Authorization: 'deny' } })
    assert.deepEqual([denied.clientStatus, /"Deny"/.test(denied.policy ?? '')], [0, true])
    const nobody = await ask({ multiValueHeaders: { Authorization: ['nobody'] } })
    assert.deepEqual([nobody.clientStatus, nobody.policy], [401, undefined])
    assert.match(linesOf(nobody.log).at(-2) ?? '', /^Unauthorized request: [0-9a-f-]{36}$/)
    for (const headers of [{}, { Authorization: 'NOT IN PATTERN' }]) {
      const unasked = await ask({ headers })
      assert.equal(unasked.clientStatus, 401)
      assert.ok(!unasked.log?.includes('Sending request to'))
    }
    const broken = await ask({ headers: { Authorization: 'broken' } })
    assert.equal(broken.clientStatus, 500)
    assert.equal(linesOf(broken.log).at(-2), 'AuthorizerConfigurationException')
  })
}

it('asks a REQUEST authorizer about its stage variables, each time anew', async (t) => {
  const { authorizer, client, restApiId } = await start(t, 'start')
  const ask = await authorizer({
    type: 'REQUEST',
    identitySource: 'stageVariables.door',
    authorizerResultTtlInSeconds: 300,
  })
  const stageVariables = { door: 'front' }
  const first = await ask({ stageVariables, headers: { Authorization: 'deny' } })
  assert.ok(!first.log?.includes('front'))
  const second = await ask({ stageVariables, headers: { Authorization: 'allow' } })
  assert.match(first.policy ?? '', /"Deny"/)
  assert.match(second.policy ?? '', /"Allow"/)
  await assert.rejects(ask({ additionalContext: { a: 'b' } }), { name: 'NotImplementedException' })
  await assert.rejects(
    client.send(new TestInvokeAuthorizerCommand({ restApiId, authorizerId: 'nothing' })),
    (error) =>
      error instanceof NotFoundException &&
      error.message === 'Invalid Authorizer identifier specified',
  )
})

it('shows the claims of a user pool’s token', async (t) => {
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }
  const upstream = await startUpstream(() => ({
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ keys: [jwk] }),
  }))
  t.after(() => upstream.close())
  const { authorizer } = await start(t, 'start', ['--endpoint', `cognito-idp=${upstream.url}`])
  const pool = 'us-east-1_doors'
  const ask = await authorizer({
    type: 'COGNITO_USER_POOLS',
    providerARNs: [`arn:aws:cognito-idp:us-east-1:123456789012:userpool/${pool}`],
  })
  const token = await new SignJWT({ token_use: 'id', email: 'ann@example.com' })
    .setProtectedHeader({ alg: 'RS256', kid: 'one' })
    .setIssuer(`${upstream.url}/${pool}`)
    .setAudience('app')
    .setSubject('ann')
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(privateKey)
  const known = await ask({ headers: { Authorization: token } })
  assert.deepEqual(
    [known.clientStatus, known.claims?.email, known.claims?.sub],
    [0, 'ann@example.com', 'ann'],
  )
  const unknown = await ask({ headers: { Authorization: `${token.slice(0, -8)}AAAAAAAA` } })
  assert.deepEqual([unknown.clientStatus, unknown.claims], [401, undefined])
})
