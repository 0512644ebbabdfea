// Who may connect to a WebSocket API: REQUEST authorizers, AWS_IAM and API keys on $connect, in both shapes.
// [behaviour.md 8.1, W authorization]
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type Gateway, SHAPES, startGateway } from '../support/gateway.ts'
import { openSocket, Refused } from '../support/web-socket.ts'

const integration = (api: string) => `
  ${api}Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: {Ref: ${api}}
      IntegrationType: AWS_PROXY
      IntegrationUri: {Fn::Sub: 'arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${Echo.Arn}/invocations'}
  ${api}Default: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: {Ref: ${api}}, RouteKey: $default, RouteResponseSelectionExpression: $default, Target: {Fn::Sub: 'integrations/\${${api}Integration}'}}}
  ${api}Response: {Type: AWS::ApiGatewayV2::RouteResponse, Properties: {ApiId: {Ref: ${api}}, RouteId: {Ref: ${api}Default}, RouteResponseKey: $default}}
  ${api}Deployment: {Type: AWS::ApiGatewayV2::Deployment, DependsOn: [${api}Connect, ${api}Default, ${api}Response], Properties: {ApiId: {Ref: ${api}}}}
  ${api}Stage: {Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: {Ref: ${api}}, StageName: Prod, DeploymentId: {Ref: ${api}Deployment}, StageVariables: {color: red}}}
`

const TEMPLATE = `AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Custom: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: custom, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}}
  Keyed: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: keyed, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}}
  KeyedConnect: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: {Ref: Keyed}, RouteKey: $connect, ApiKeyRequired: true, Target: {Fn::Sub: 'integrations/\${KeyedIntegration}'}}}
  Key: {Type: AWS::ApiGateway::ApiKey, Properties: {Name: k, Enabled: true, Value: key-key-key-key-key-key}}
  Plan: {Type: AWS::ApiGateway::UsagePlan, DependsOn: KeyedStage, Properties: {ApiStages: [{ApiId: {Ref: Keyed}, Stage: Prod}], Quota: {Limit: 1, Period: DAY}}}
  PlanKey: {Type: AWS::ApiGateway::UsagePlanKey, Properties: {KeyId: {Ref: Key}, KeyType: API_KEY, UsagePlanId: {Ref: Plan}}}
  Signed: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: signed, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}}
  Echo:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      InlineCode: |
        exports.handler = async (event) => ({statusCode: 200, body: JSON.stringify(event.requestContext.authorizer)})
  Guard:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      InlineCode: |
        exports.handler = async (event) => {
          const {token} = event.queryStringParameters
          if (token === 'nobody') throw 'Unauthorized'
          if (token === 'broken') throw new Error('broken')
          const Resource = token === 'elsewhere' ? event.methodArn.replace('$connect', 'other') : event.methodArn
          const {eventType, routeKey} = event.requestContext
          return {principalId: 'ann', context: {type: event.type, arn: event.methodArn, eventType, routeKey, color: event.stageVariables.color},
            policyDocument: {Version: '2012-10-17', Statement: [{Effect: token === 'no' ? 'Deny' : 'Allow', Action: 'execute-api:Invoke', Resource}]}}
        }
  EchoPermission: {Type: AWS::Lambda::Permission, Properties: {Action: lambda:InvokeFunction, FunctionName: {Ref: Echo}, Principal: apigateway.amazonaws.com}}
  GuardPermission: {Type: AWS::Lambda::Permission, Properties: {Action: lambda:InvokeFunction, FunctionName: {Ref: Guard}, Principal: apigateway.amazonaws.com}}
  Authorizer:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      ApiId: {Ref: Custom}
      Name: guard
      AuthorizerType: REQUEST
      IdentitySource: [route.request.querystring.token]
      AuthorizerUri: {Fn::Sub: 'arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${Guard.Arn}/invocations'}
  CustomConnect: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: {Ref: Custom}, RouteKey: $connect, AuthorizationType: CUSTOM, AuthorizerId: {Ref: Authorizer}, Target: {Fn::Sub: 'integrations/\${CustomIntegration}'}}}
  SignedConnect: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: {Ref: Signed}, RouteKey: $connect, AuthorizationType: AWS_IAM, Target: {Fn::Sub: 'integrations/\${SignedIntegration}'}}}
${integration('Custom')}${integration('Signed')}${integration('Keyed')}`

for (const shape of SHAPES)
  describe(`$connect with an authorizer in daemun ${shape}`, () => {
    let folder: string
    let gateway: Gateway
    const connect = (name: string, query: string, headers: Readonly<Record<string, string>> = {}) =>
      openSocket(gateway, gateway.api(name), { path: `/Prod${query}`, headers })
    const refusal = async (
      name: string,
      query: string,
      headers?: Readonly<Record<string, string>>,
    ): Promise<Refused> => {
      try {
        await connect(name, query, headers)
      } catch (error) {
        assert.ok(error instanceof Refused)
        return error
      }
      assert.fail(`${query} was let in`)
    }

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'daemun-websocket-'))
      await writeFile(join(folder, 'template.yaml'), TEMPLATE)
      gateway = await startGateway({ shape, file: join(folder, 'template.yaml') })
    })
    after(async () => {
      await gateway?.stop()
      await rm(folder, { recursive: true, force: true })
    })

    it('lets in whom the policy allows, and shows the context to every later event', async () => {
      const socket = await connect('custom', '?token=yes')
      socket.send('hello')
      const { integrationLatency, arn, ...context } = JSON.parse(await socket.next())
      assert.deepEqual(context, {
        principalId: 'ann',
        type: 'REQUEST',
        eventType: 'CONNECT',
        routeKey: '$connect',
        color: 'red',
      })
      assert.match(arn, /^arn:aws:execute-api:us-east-1:\d{12}:\w+\/Prod\/\$connect$/)
      assert.equal(typeof integrationLatency, 'number')
      await socket.close()
    })

    it('refuses the handshake with 403 where the policy denies or says nothing', async () => {
      assert.equal((await refusal('custom', '?token=no')).status, 403)
      assert.equal((await refusal('custom', '?token=elsewhere')).status, 403)
    })

    it('refuses with 401 where nobody is named, and with 500 where the function fails', async () => {
      assert.equal((await refusal('custom', '')).status, 401)
      assert.equal((await refusal('custom', '?token=nobody')).status, 401)
      assert.equal((await refusal('custom', '?token=broken')).status, 500)
    })

    it('asks for the key of a plan, and counts its quota [behaviour.md 14: API keys / usage plans]', async () => {
      assert.equal((await refusal('keyed', '')).status, 403)
      assert.equal((await refusal('keyed', '', { 'x-api-key': 'wrong' })).status, 403)
      const key = { 'x-api-key': 'key-key-key-key-key-key' }
      await (await connect('keyed', '', key)).close()
      assert.equal((await refusal('keyed', '', key)).status, 429)
    })

    it('refuses an unsigned handshake of an AWS_IAM route with 403', async () => {
      const { status, headers } = await refusal('signed', '')
      assert.equal(status, 403)
      assert.equal(headers['x-amzn-errortype'], 'MissingAuthenticationTokenException')
    })
  })
