// Roles end to end: what an integration and a function sign with is their role's, and what the role may not do is
// refused by the service.
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { call, type Gateway, SHAPES, startGateway } from '../support/gateway.ts'

const CODE = `const { STSClient, GetCallerIdentityCommand } = require('@aws-sdk/client-sts')
exports.handler = async () => {
  const { Arn } = await new STSClient().send(new GetCallerIdentityCommand({}))
  return { statusCode: 200, body: Arn }
}`

const role = (service: string, allowed: boolean) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
    },
    Policies: [
      {
        PolicyName: 'own',
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            { Effect: allowed ? 'Allow' : 'Deny', Action: 'dynamodb:Scan', Resource: '*' },
          ],
        },
      },
    ],
  },
})

const scanning = (name: string, verb: string) => ({
  [`${name}Method`]: {
    Type: 'AWS::ApiGateway::Method',
    Properties: {
      RestApiId: { Ref: 'Api' },
      ResourceId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
      HttpMethod: verb,
      AuthorizationType: 'NONE',
      Integration: {
        Type: 'AWS',
        IntegrationHttpMethod: 'POST',
        Uri: 'arn:aws:apigateway:us-east-1:dynamodb:action/Scan',
        Credentials: { 'Fn::GetAtt': [name, 'Arn'] },
        RequestTemplates: { 'application/json': '{"TableName": "things"}' },
        PassthroughBehavior: 'NEVER',
        IntegrationResponses: [
          { StatusCode: '200' },
          { StatusCode: '400', SelectionPattern: String.raw`4\d\d` },
        ],
      },
      MethodResponses: [{ StatusCode: '200' }, { StatusCode: '400' }],
    },
  },
})

const TEMPLATE = {
  Transform: 'AWS::Serverless-2016-10-31',
  Resources: {
    Things: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName: 'things',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      },
    },
    Reader: role('apigateway.amazonaws.com', true),
    Denied: role('apigateway.amazonaws.com', false),
    Stranger: role('lambda.amazonaws.com', true),
    Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'scanning' } },
    ...scanning('Reader', 'GET'),
    ...scanning('Denied', 'PUT'),
    ...scanning('Stranger', 'POST'),
    Deployment: {
      Type: 'AWS::ApiGateway::Deployment',
      DependsOn: ['ReaderMethod', 'DeniedMethod', 'StrangerMethod'],
      Properties: { RestApiId: { Ref: 'Api' }, StageName: 'prod' },
    },
    Who: {
      Type: 'AWS::Serverless::Function',
      Properties: {
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        InlineCode: CODE,
        Timeout: 20,
        Events: { Any: { Type: 'HttpApi' } },
      },
    },
  },
}

for (const shape of SHAPES) {
  describe(`a role on daemun ${shape}`, () => {
    let folder: string
    let gateway: Gateway
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'daemun-roles-'))
      const file = join(folder, 'template.json')
      await writeFile(file, JSON.stringify(TEMPLATE))
      const args = shape === 'start' ? ['--enforce-iam'] : []
      gateway = await startGateway({ shape, file, args })
    })
    after(async () => {
      await gateway?.stop()
      await rm(folder, { recursive: true, force: true })
    })
    const scan = (method: string) => gateway.call(gateway.api('scanning'), '/prod/', { method })

    it('lets the integration do what its policy allows', async () => {
      const answer = await scan('GET')
      assert.equal(answer.status, 200, answer.text)
      assert.equal(JSON.parse(answer.text).Count, 0)
    })

    it('and nothing else', async () => {
      const answer = await scan('PUT')
      assert.equal(answer.status, 400, answer.text)
      assert.match(answer.text, /AccessDenied/)
      assert.match(answer.text, /assumed-role\/[^/]*Denied[^/]*\/BackplaneAssumeRoleSession/)
    })

    it('is not taken where it does not trust API Gateway', async () => {
      const answer = await scan('POST')
      assert.equal(answer.status, 500)
      assert.equal(answer.text, '{"message": "Internal server error"}')
    })

    it('is what a function calls AWS with', async () => {
      const api = gateway.apis.find(({ protocol }) => protocol === 'HTTP')
      assert.ok(api)
      const answer = await call(gateway.dataOrigin, '/', {
        headers: { host: `${api.id}.execute-api.localhost` },
      })
      assert.equal(answer.status, 200, answer.text)
      assert.match(answer.text, /^arn:aws:sts::\d{12}:assumed-role\/[^/]*WhoRole[^/]*\/[^/]*Who/)
    })
  })
}
