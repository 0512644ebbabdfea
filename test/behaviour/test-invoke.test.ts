// TestInvokeMethod through the real SDK, on drafts that nobody deployed.
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it, type TestContext } from 'node:test'
import {
  APIGatewayClient,
  GenerateClientCertificateCommand,
  ImportRestApiCommand,
  NotFoundException,
  TestInvokeMethodCommand,
  type TestInvokeMethodCommandInput,
} from '@aws-sdk/client-api-gateway'
import { SHAPES, type Shape, startGateway } from '../support/gateway.ts'
import { startUpstream } from '../support/upstream.ts'

const TEMPLATE = `Transform: AWS::Serverless-2016-10-31
Resources:
  Cook:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: cook
      Runtime: nodejs22.x
      Handler: index.handler
      CodeUri: .
  MayAsk:
    Type: AWS::Lambda::Permission
    Properties: {Action: lambda:InvokeFunction, FunctionName: !Ref Cook, Principal: apigateway.amazonaws.com}
`
const CODE = `exports.handler = async (event) => {
  if (event.body === 'fail') throw new Error('the oven is cold')
  if (event.body === 'odd') return { status: 200 }
  const { stage, domainName, identity } = event.requestContext
  const { pathParameters, stageVariables, queryStringParameters, path } = event
  const seen = { stage, domainName, sourceIp: identity.sourceIp, pathParameters, stageVariables, queryStringParameters, path }
  return { statusCode: 201, headers: { 'x-dish': 'soup' }, multiValueHeaders: { 'x-many': ['a', 'b'] }, body: JSON.stringify(seen) }
}`

const FUNCTION =
  'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:cook/invocations'

const definition = (backend: string) => ({
  swagger: '2.0',
  info: { title: 'kitchen', version: '1' },
  'x-amazon-apigateway-request-validators': {
    all: { validateRequestBody: true, validateRequestParameters: true },
  },
  definitions: { Dish: { type: 'object', required: ['name'] } },
  securityDefinitions: {
    guard: {
      type: 'apiKey',
      name: 'Authorization',
      in: 'header',
      'x-amazon-apigateway-authtype': 'custom',
      'x-amazon-apigateway-authorizer': { type: 'token', authorizerUri: FUNCTION },
    },
    api_key: { type: 'apiKey', name: 'x-api-key', in: 'header' },
  },
  paths: {
    '/pets/{petId}': {
      get: {
        security: [{ guard: [], api_key: [] }],
        'x-amazon-apigateway-integration': {
          type: 'mock',
          requestTemplates: { 'application/json': '{"statusCode": 200}' },
          responses: {
            default: {
              statusCode: '200',
              responseTemplates: {
                'application/json': '{"pet": "$input.params(\'petId\')", "v": "$stageVariables.v"}',
              },
            },
          },
        },
      },
      post: {
        'x-amazon-apigateway-integration': {
          type: 'mock',
          requestTemplates: { 'application/json': 'no status' },
        },
      },
    },
    '/dishes': {
      'x-amazon-apigateway-any-method': {
        'x-amazon-apigateway-integration': { type: 'aws_proxy', httpMethod: 'POST', uri: FUNCTION },
      },
      post: {
        'x-amazon-apigateway-request-validator': 'all',
        parameters: [{ in: 'body', name: 'Dish', schema: { $ref: '#/definitions/Dish' } }],
        'x-amazon-apigateway-integration': {
          type: 'http_proxy',
          httpMethod: 'POST',
          uri: `${backend}/kitchen`,
        },
      },
    },
  },
})

const start = async (t: TestContext, shape: Shape) => {
  const folder = await mkdtemp(join(tmpdir(), 'daemun-test-invoke-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'template.yaml')
  await writeFile(file, TEMPLATE)
  await writeFile(join(folder, 'index.js'), CODE)
  const upstream = await startUpstream(() => ({
    status: 418,
    headers: { 'content-type': 'application/json' },
    body: '{"tea":true}',
  }))
  t.after(() => upstream.close())
  const gateway = await startGateway({ shape, file })
  t.after(() => gateway.stop())
  const { credentials } = gateway
  const client = new APIGatewayClient({
    region: 'us-east-1',
    credentials,
    endpoint: gateway.endpoint,
    maxAttempts: 1,
  })
  t.after(() => client.destroy())
  const body = Buffer.from(JSON.stringify(definition(upstream.url)))
  const { id: restApiId = '' } = await client.send(new ImportRestApiCommand({ body }))
  const { GetResourcesCommand } = await import('@aws-sdk/client-api-gateway')
  const { items = [] } = await client.send(new GetResourcesCommand({ restApiId }))
  const test = (
    path: string,
    httpMethod: string,
    more: Partial<TestInvokeMethodCommandInput> = {},
  ) =>
    client.send(
      new TestInvokeMethodCommand({
        restApiId,
        resourceId: items.find((one) => one.path === path)?.id ?? 'nothing',
        httpMethod,
        ...more,
      }),
    )
  return { client, test, upstream, restApiId }
}

/** The lines of a log without their times. */
const linesOf = (log: string | undefined): readonly string[] =>
  (log ?? '').split('\n').map((line) => line.replace(/^\w{3} \w{3} \d\d [\d:]{8} UTC \d{4} : /, ''))

for (const shape of SHAPES) {
  it(`daemun ${shape} tests a method of a draft and logs it as AWS does [F192]`, async (t) => {
    const { test } = await start(t, shape)
    const answer = await test('/pets/{petId}', 'GET', {
      pathWithQueryString: '/pets/123?foo=bar',
      stageVariables: { v: 'blue' },
    })
    assert.equal(answer.status, 200)
    assert.equal(answer.body, '{"pet": "123", "v": "blue"}')
    assert.deepEqual(answer.headers, { 'Content-Type': 'application/json' })
    assert.deepEqual(answer.multiValueHeaders, { 'Content-Type': ['application/json'] })
    assert.equal(typeof answer.latency, 'number')
    const [heading = '', ...lines] = linesOf(answer.log)
    const id = heading.replace('Execution log for request ', '')
    assert.match(id, /^[0-9a-f-]{36}$/)
    assert.deepEqual(lines, [
      `Starting execution for request: ${id}`,
      'HTTP Method: GET, Resource Path: /pets/123',
      'Method request path: {petId=123}',
      'Method request query string: {foo=bar}',
      'Method request headers: {}',
      'Method request body before transformations: ',
      'Method response body after transformations: {"pet": "123", "v": "blue"}',
      'Method response headers: {Content-Type=application/json}',
      'Successfully completed execution',
      'Method completed with status: 200',
      '',
    ])
    assert.match(
      answer.log ?? '',
      /\n[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d UTC \d{4} : HTTP/,
    )
  })

  it(`daemun ${shape} asks the functions in a test`, async (t) => {
    const { test } = await start(t, shape)
    const answer = await test('/dishes', 'PUT', {
      pathWithQueryString: '/elsewhere?a=1',
      stageVariables: { v: 'x' },
    })
    assert.equal(answer.status, 201)
    // F194: a path that is not the resource's runs all the same.
    assert.deepEqual(JSON.parse(answer.body ?? ''), {
      stage: 'test-invoke-stage',
      domainName: 'testPrefix.testDomainName',
      sourceIp: 'test-invoke-source-ip',
      pathParameters: null,
      stageVariables: { v: 'x' },
      queryStringParameters: { a: '1' },
      path: '/elsewhere',
    })
    assert.deepEqual(answer.multiValueHeaders?.['x-many'], ['a', 'b'])
    const log = linesOf(answer.log)
    assert.ok(log.some((line) => line.startsWith('Sending request to https://lambda.us-east-1')))
    assert.ok(log.some((line) => line.startsWith('Received response. Status: 200, Integration')))

    const failed = await test('/dishes', 'PUT', { body: 'fail' })
    assert.deepEqual([failed.status, failed.body], [502, '{"message": "Internal server error"}'])
    assert.match(
      failed.log ?? '',
      /Lambda execution failed with status 200 due to customer function error: the oven is cold\. Lambda request id: [0-9a-f-]{36}\n.* Method completed with status: 502\n$/,
    )
    const odd = await test('/dishes', 'PUT', { body: 'odd' })
    assert.equal(odd.status, 502)
    assert.match(odd.log ?? '', /configuration error: Malformed Lambda proxy response\n/)
  })
}

it('tests a method behind a validator and an HTTP backend, and keeps credentials out of the log', async (t) => {
  const { test, upstream } = await start(t, 'start')
  const key = 'a-very-long-api-key-of-somebody-123456'
  const answer = await test('/dishes', 'POST', {
    headers: { 'Content-Type': 'application/json', 'x-api-key': key },
    multiValueHeaders: { 'x-two': ['1', '2'] },
    body: '{"name":"soup"}',
  })
  assert.deepEqual([answer.status, answer.body], [418, '{"tea":true}'])
  assert.equal(upstream.seen[0]?.body, '{"name":"soup"}')
  const log = linesOf(answer.log)
  const masked = `${'*'.repeat(key.length - 6)}123456`
  assert.ok(
    log.includes(
      `Method request headers: {x-two=1,2, Content-Type=application/json, x-api-key=${masked}}`,
    ),
    answer.log ?? '',
  )
  assert.ok(!answer.log?.includes(key))
  assert.ok(log.includes('Request validation succeeded for content type application/json'))
  assert.ok(log.includes(`Endpoint request URI: ${upstream.url}/kitchen`))
  assert.ok(log.includes('Endpoint request body after transformations: {"name":"soup"}'))
  assert.ok(log.includes('Endpoint response body before transformations: {"tea":true}'))

  const bad = await test('/dishes', 'POST', { body: '{}' })
  assert.deepEqual([bad.status, bad.body], [400, '{"message": "Invalid request body"}'])
  assert.match(
    bad.log ?? '',
    /Request body does not match model schema for content type application\/json: \[/,
  )
  assert.equal(upstream.seen.length, 1)
})

it('refuses a test of what is not there [F194]', async (t) => {
  const { client, test, restApiId } = await start(t, 'start')
  const refused = (message: string) => (error: unknown) =>
    error instanceof NotFoundException && error.message === message
  await assert.rejects(test('/pets/{petId}', 'PUT'), refused('Invalid Method identifier specified'))
  await assert.rejects(test('/nowhere', 'GET'), refused('Invalid Resource identifier specified'))
  await assert.rejects(
    test('/dishes', 'GET', { restApiId: 'nothing' }),
    refused('Invalid Resource identifier specified'),
  )
  await assert.rejects(
    test('/dishes', 'POST', { clientCertificateId: 'nothing' }),
    refused('Invalid Client Certificate identifier specified'),
  )
  const { clientCertificateId = '' } = await client.send(new GenerateClientCertificateCommand({}))
  const shown = await test('/pets/{petId}', 'GET', { clientCertificateId })
  assert.equal(shown.status, 200)
  const broken = await test('/pets/{petId}', 'POST')
  assert.equal(broken.status, 500)
  assert.match(broken.log ?? '', /configuration error: Unable to parse statusCode\n/)
  await assert.rejects(
    test('/dishes', 'POST', { headers: { 'x-a': 'b\r\nx-c: d' } }),
    /Invalid value specified for the header x-a/,
  )
  assert.ok(restApiId)
})
