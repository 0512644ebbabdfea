// Keys that a Lambda authorizer gives: `apiKeySource: AUTHORIZER` and `usageIdentifierKey`, with real functions in both
// shapes. [behaviour.md 8.3; guide: api-gateway-api-key-source]
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import {
  APIGatewayClient,
  GetUsageCommand,
  GetUsagePlansCommand,
} from '@aws-sdk/client-api-gateway'
import { SHAPES, startGateway } from '../support/gateway.ts'

const [ANN, BOB] = ['the-key-of-ann-0123456789', 'the-key-of-bob-0123456789']

/** The token `ann` is Ann's; her authorizer's answer is kept. `keyless` is let in without a key. */
const TEMPLATE = `Transform: AWS::Serverless-2016-10-31
Resources:
  Sold:
    Type: AWS::Serverless::Api
    Properties:
      Name: sold
      StageName: prod
      ApiKeySourceType: AUTHORIZER
      Auth:
        ApiKeyRequired: true
        DefaultAuthorizer: Guard
        Authorizers:
          Guard: {FunctionArn: !GetAtt Guard.Arn, Identity: {ReauthorizeEvery: 300}}
  Ann: {Type: AWS::ApiGateway::ApiKey, Properties: {Value: ${ANN}, Enabled: true}}
  Bob: {Type: AWS::ApiGateway::ApiKey, Properties: {Value: ${BOB}, Enabled: true}}
  Plan:
    Type: AWS::ApiGateway::UsagePlan
    DependsOn: SoldprodStage
    Properties:
      ApiStages: [{ApiId: !Ref Sold, Stage: prod}]
      Quota: {Limit: 3, Period: DAY}
  AnnsPlan:
    Type: AWS::ApiGateway::UsagePlanKey
    Properties: {KeyId: !Ref Ann, KeyType: API_KEY, UsagePlanId: !Ref Plan}
  BobsPlan:
    Type: AWS::ApiGateway::UsagePlanKey
    Properties: {KeyId: !Ref Bob, KeyType: API_KEY, UsagePlanId: !Ref Plan}
  Guard:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      InlineCode: |
        const KEYS = { ann: '${ANN}', bob: '${BOB}', odd: 'a-key-that-nobody-has-made' }
        exports.handler = async ({ authorizationToken, methodArn }) => {
          const Effect = authorizationToken === 'nobody' ? 'Deny' : 'Allow'
          const Statement = [{ Effect, Action: 'execute-api:Invoke', Resource: methodArn }]
          const usageIdentifierKey = KEYS[authorizationToken]
          return {
            principalId: authorizationToken,
            policyDocument: { Version: '2012-10-17', Statement },
            ...(usageIdentifierKey && { usageIdentifierKey }),
          }
        }
  Backend:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      InlineCode: |
        exports.handler = async ({ requestContext: { identity } }) =>
          ({ statusCode: 200, body: JSON.stringify([identity.apiKeyId, identity.apiKey]) })
      Events:
        Get: {Type: Api, Properties: {RestApiId: !Ref Sold, Path: /orders, Method: get}}
`

for (const shape of SHAPES) {
  it(`daemun ${shape} counts a customer whom the authorizer names, and takes no header for a key [behaviour.md 8.3]`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'daemun-authorizer-keys-'))
    t.after(() => rm(folder, { recursive: true, force: true }))
    const file = join(folder, 'template.yaml')
    await writeFile(file, TEMPLATE)
    const gateway = await startGateway({
      shape,
      file,
      args: ['--clock', 'fixed:2026-11-21T12:00:00Z'],
    })
    t.after(() => gateway.stop())
    const ask = async (token: string, headers = {}) => {
      const sent = { headers: { authorization: token, ...headers } }
      const { status, text } = await gateway.call(gateway.api('sold'), '/prod/orders', sent)
      return { status, text }
    }
    const forbidden = { status: 403, text: '{"message":"Forbidden"}' }
    assert.deepEqual(await ask('keyless'), forbidden)
    assert.deepEqual(await ask('keyless', { 'x-api-key': ANN }), forbidden)
    assert.deepEqual(await ask('odd', { 'x-api-key': ANN }), forbidden)
    // Whom the authorizer denies does not come as far as the key.
    const denied = await ask('nobody', { 'x-api-key': ANN })
    assert.match(denied.text, /^\{"Message":"User is not authorized/)

    const first = await ask('ann', { 'x-api-key': BOB })
    assert.equal(first.status, 200, first.text)
    const [annsId, annsKey] = JSON.parse(first.text)
    assert.equal(annsKey, ANN)
    // An answer of the authorizer that is kept counts as a new one does.
    assert.deepEqual(
      [await ask('ann'), await ask('ann')].map(({ status }) => status),
      [200, 200],
    )
    const exceeded = { status: 429, text: '{"message":"Limit Exceeded"}' }
    assert.deepEqual(await ask('ann'), exceeded)
    const bobs = await ask('bob')
    assert.equal(bobs.status, 200, bobs.text)

    const client = new APIGatewayClient({
      endpoint: gateway.endpoint,
      region: 'us-east-1',
      credentials: gateway.credentials,
    })
    t.after(() => client.destroy())
    const { items = [] } = await client.send(new GetUsagePlansCommand({}))
    const usage = await client.send(
      new GetUsageCommand({
        usagePlanId: items[0]?.id ?? '',
        startDate: '2026-11-21',
        endDate: '2026-11-21',
      }),
    )
    const [bobsId] = JSON.parse(bobs.text)
    assert.deepEqual(usage.items, { [annsId]: [[3, 0]], [bobsId]: [[1, 2]] })
  })
}
