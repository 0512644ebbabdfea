import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { zipOf } from '../lambda/api/support.ts'
import { startGateway } from '../support/gateway.ts'

const ZIP = zipOf({
  'handler.js':
    "exports.hello = async (event) => ({ statusCode: 200, body: 'hello ' + event.path })\n",
})

const KEY = 'serverless/shop/dev/1700000000000-2023-11-14T22:13:20.000Z/shop.zip'

/** Written by hand as `serverless package` writes it for a function with one http event. */
const TEMPLATE = {
  AWSTemplateFormatVersion: '2010-09-09',
  Description: 'The AWS CloudFormation template for this Serverless application',
  Resources: {
    ServerlessDeploymentBucket: { Type: 'AWS::S3::Bucket' },
    HelloLogGroup: {
      Type: 'AWS::Logs::LogGroup',
      Properties: { LogGroupName: '/aws/lambda/shop-dev-hello' },
    },
    IamRoleLambdaExecution: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { Service: ['lambda.amazonaws.com'] },
              Action: ['sts:AssumeRole'],
            },
          ],
        },
        Policies: [],
        Path: '/',
        RoleName: { 'Fn::Join': ['-', ['shop', 'dev', { Ref: 'AWS::Region' }, 'lambdaRole']] },
      },
    },
    HelloLambdaFunction: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Code: { S3Bucket: { Ref: 'ServerlessDeploymentBucket' }, S3Key: KEY },
        Handler: 'handler.hello',
        Runtime: 'nodejs22.x',
        FunctionName: 'shop-dev-hello',
        MemorySize: 1024,
        Timeout: 6,
        Role: { 'Fn::GetAtt': ['IamRoleLambdaExecution', 'Arn'] },
      },
      DependsOn: ['HelloLogGroup'],
    },
    HelloLambdaVersionabc: {
      Type: 'AWS::Lambda::Version',
      DeletionPolicy: 'Retain',
      Properties: {
        FunctionName: { Ref: 'HelloLambdaFunction' },
        CodeSha256: createHash('sha256').update(ZIP).digest('base64'),
      },
    },
    ApiGatewayRestApi: {
      Type: 'AWS::ApiGateway::RestApi',
      Properties: { Name: 'dev-shop', EndpointConfiguration: { Types: ['EDGE'] }, Policy: '' },
    },
    ApiGatewayResourceHello: {
      Type: 'AWS::ApiGateway::Resource',
      Properties: {
        ParentId: { 'Fn::GetAtt': ['ApiGatewayRestApi', 'RootResourceId'] },
        PathPart: 'hello',
        RestApiId: { Ref: 'ApiGatewayRestApi' },
      },
    },
    ApiGatewayMethodHelloGet: {
      Type: 'AWS::ApiGateway::Method',
      Properties: {
        HttpMethod: 'GET',
        RequestParameters: {},
        ResourceId: { Ref: 'ApiGatewayResourceHello' },
        RestApiId: { Ref: 'ApiGatewayRestApi' },
        ApiKeyRequired: false,
        AuthorizationType: 'NONE',
        Integration: {
          IntegrationHttpMethod: 'POST',
          Type: 'AWS_PROXY',
          Uri: {
            'Fn::Join': [
              '',
              [
                'arn:',
                { Ref: 'AWS::Partition' },
                ':apigateway:',
                { Ref: 'AWS::Region' },
                ':lambda:path/2015-03-31/functions/',
                { 'Fn::GetAtt': ['HelloLambdaFunction', 'Arn'] },
                '/invocations',
              ],
            ],
          },
        },
        MethodResponses: [],
      },
      DependsOn: ['HelloLambdaPermissionApiGateway'],
    },
    ApiGatewayDeployment1700000000000: {
      Type: 'AWS::ApiGateway::Deployment',
      Properties: { RestApiId: { Ref: 'ApiGatewayRestApi' }, StageName: 'dev' },
      DependsOn: ['ApiGatewayMethodHelloGet'],
    },
    HelloLambdaPermissionApiGateway: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        FunctionName: { 'Fn::GetAtt': ['HelloLambdaFunction', 'Arn'] },
        Action: 'lambda:InvokeFunction',
        Principal: 'apigateway.amazonaws.com',
        SourceArn: {
          'Fn::Join': [
            '',
            [
              'arn:',
              { Ref: 'AWS::Partition' },
              ':execute-api:',
              { Ref: 'AWS::Region' },
              ':',
              { Ref: 'AWS::AccountId' },
              ':',
              { Ref: 'ApiGatewayRestApi' },
              '/*/*',
            ],
          ],
        },
      },
    },
  },
  Outputs: {
    ServiceEndpoint: {
      Value: {
        'Fn::Sub': 'https://${ApiGatewayRestApi}.execute-api.${AWS::Region}.amazonaws.com/dev',
      },
      Export: { Name: 'sls-shop-dev-ServiceEndpoint' },
    },
  },
}

test('a packaged serverless.yml starts from its folder, its zip included, and answers', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'daemun-sls-'))
  const packaged = join(folder, '.serverless')
  await mkdir(packaged)
  await writeFile(
    join(packaged, 'cloudformation-template-update-stack.json'),
    JSON.stringify(TEMPLATE),
  )
  await writeFile(
    join(packaged, 'serverless-state.json'),
    JSON.stringify({ service: { service: 'shop', provider: { stage: 'dev' } } }),
  )
  await writeFile(join(packaged, 'shop.zip'), ZIP)
  try {
    const gateway = await startGateway({ shape: 'start', file: folder, args: ['--no-watch'] })
    try {
      const api = gateway.api('dev-shop')
      const { status, text } = await gateway.call(api, '/dev/hello')
      assert.deepEqual([status, text], [200, 'hello /hello'])
    } finally {
      await gateway.stop()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
