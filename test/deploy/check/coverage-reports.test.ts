// The coverage reports of templates like those that people have: a REST API with CORS over a function behind templates, raw
// CloudFormation of the same, an OpenAPI document over HTTP. Where APPS_SRC names checkouts of the applications that these are
// modelled on, theirs are held too.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { type Coverage, checkTemplate, createCheckStore } from '#deploy/check/check-template.ts'
import { FUNCTION, SCOPE, workspace } from '../deployment.ts'

const check = (t: TestContext, text: string, name = 'template.yaml'): Promise<Coverage> => {
  const file = workspace(t).write(name, text)
  return checkTemplate({ file, parameters: {}, scope: SCOPE }, createCheckStore())
}

const isHonoured = ({ worst, counts, rows }: Coverage, atLeast: number): void => {
  assert.equal(worst, 'enforced', JSON.stringify(rows.filter((row) => row.honour !== 'enforced')))
  assert.ok(counts.enforced >= atLeast, `${counts.enforced} rows`)
}

const INTEGRATION = `
        Type: AWS
        IntegrationHttpMethod: POST
        Uri: !Sub arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${Hello.Arn}/invocations
        PassthroughBehavior: WHEN_NO_TEMPLATES
        RequestTemplates: {application/json: '{"city": "$input.params(''city'')"}'}
        IntegrationResponses:
          - {StatusCode: 200, ResponseParameters: {method.response.header.Access-Control-Allow-Origin: "'*'"}}
          - {StatusCode: 400, SelectionPattern: '.*Bad.*', ResponseTemplates: {application/json: '{"m": "$input.path(''$.errorMessage'')"}'}}`

const TEMPLATES: Readonly<Record<string, readonly [string, number]>> = {
  'CORS over a function behind templates': [
    `Resources:${FUNCTION}
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: cors}}
  Get:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: GET
      AuthorizationType: NONE
      MethodResponses:
        - {StatusCode: 200, ResponseParameters: {method.response.header.Access-Control-Allow-Origin: true}}
        - {StatusCode: 400}
      Integration:${INTEGRATION}
  Options:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: OPTIONS
      AuthorizationType: NONE
      MethodResponses: [{StatusCode: 200, ResponseParameters: {method.response.header.Access-Control-Allow-Methods: true}}]
      Integration:
        Type: MOCK
        RequestTemplates: {application/json: '{"statusCode": 200}'}
        IntegrationResponses: [{StatusCode: 200, ResponseParameters: {method.response.header.Access-Control-Allow-Methods: "'GET,OPTIONS'"}}]
  Permission: {Type: AWS::Lambda::Permission, Properties: {Action: lambda:InvokeFunction, FunctionName: !Ref Hello, Principal: apigateway.amazonaws.com}}
  Deployment: {Type: AWS::ApiGateway::Deployment, DependsOn: [Get, Options], Properties: {RestApiId: !Ref Api, StageName: prod}}
`,
    50,
  ],
  'a function behind templates, with its role and log group': [
    `Parameters: {Env: {Type: String, Default: dev, AllowedValues: [dev, prod]}}
Resources:${FUNCTION}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Version: 2012-10-17, Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]}
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: !Sub 'api-\${Env}', EndpointConfiguration: {Types: [REGIONAL]}}}
  City: {Type: AWS::ApiGateway::Resource, Properties: {RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: '{city}'}}
  Post:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !Ref City
      HttpMethod: POST
      AuthorizationType: NONE
      RequestParameters: {method.request.path.city: true}
      MethodResponses: [{StatusCode: 200, ResponseParameters: {method.response.header.Access-Control-Allow-Origin: true}}, {StatusCode: 400}]
      Integration:${INTEGRATION}
  Deployment: {Type: AWS::ApiGateway::Deployment, DependsOn: Post, Properties: {RestApiId: !Ref Api}}
  Stage: {Type: AWS::ApiGateway::Stage, Properties: {RestApiId: !Ref Api, DeploymentId: !Ref Deployment, StageName: !Ref Env}}
Outputs: {Url: {Value: !Sub 'https://\${Api}.execute-api.\${AWS::Region}.\${AWS::URLSuffix}/\${Env}'}}
`,
    40,
  ],
}

describe('the coverage report', () => {
  for (const [name, [template, rows]] of Object.entries(TEMPLATES)) {
    it(`of ${name} honours all of it`, async (t) => isHonoured(await check(t, template), rows))
  }

  it('of an OpenAPI document over HTTP honours all of it', async (t) => {
    const integration = (uri: string) => ({
      type: 'http',
      httpMethod: 'GET',
      uri,
      requestParameters: {
        'integration.request.querystring.type': 'method.request.querystring.type',
      },
      responses: { default: { statusCode: '200' } },
    })
    const document = {
      swagger: '2.0',
      info: { title: 'pets', version: '1' },
      schemes: ['https'],
      paths: {
        '/pets': {
          get: {
            parameters: [{ name: 'type', in: 'query', type: 'string' }],
            responses: { 200: { description: 'ok' } },
            'x-amazon-apigateway-integration': integration('http://petstore.example/pets'),
          },
        },
      },
    }
    isHonoured(await check(t, JSON.stringify(document), 'openapi.json'), 1)
  })
})

/** The folder in a checkout, and what the application's steps change before it is started. */
const APPS = {
  'aws-samples+serverless-patterns/apigw-cors-nonproxy/template.yaml': (text: string) => text,
  'aws-cloudformation+aws-cloudformation-templates/APIGateway/apigateway_lambda_integration.yaml': (
    text: string,
  ) =>
    text.replace(
      /ZipFile: !Rain::Embed \S+/,
      'ZipFile: |\n          def lambda_handler(event, _): return {}',
    ),
}

describe('the coverage report of an application of others', () => {
  const source = process.env['APPS_SRC']
  for (const [path, edit] of Object.entries(APPS)) {
    const file = source === undefined ? '' : join(source, path)
    const skip = !existsSync(file) && 'APPS_SRC names no checkout of it'
    it(`${path} honours all of it`, { skip }, async (t) => {
      isHonoured(await check(t, edit(readFileSync(file, 'utf8'))), 40)
    })
  }
})
