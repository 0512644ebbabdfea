import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import {
  APIGatewayClient,
  CreateRestApiCommand,
  DeleteRestApiCommand,
  GetExportCommand,
  GetRestApiCommand,
  GetRestApisCommand,
  GetTagsCommand,
  GetUsageCommand,
  ImportApiKeysCommand,
  ImportRestApiCommand,
  NotFoundException,
  PutIntegrationCommand,
  PutRestApiCommand,
  TooManyRequestsException,
  UntagResourceCommand,
  UpdateRestApiCommand,
} from '@aws-sdk/client-api-gateway'
import {
  ApiGatewayV2Client,
  CreateApiCommand,
  DeleteRouteSettingsCommand,
  GetApisCommand,
  ImportApiCommand,
  NotFoundException as V2NotFoundException,
  UpdateStageCommand,
} from '@aws-sdk/client-apigatewayv2'
import { InvokeCommand, LambdaClient, ResourceNotFoundException } from '@aws-sdk/client-lambda'
import { notFound, ServiceError } from '#wire/errors.ts'
import { credentials, serve, type Served } from './served.ts'

const TIME = Date.UTC(2024, 1, 29, 12, 30, 15)
const clientOptions = { region: 'us-east-1', credentials, maxAttempts: 1 }

describe('a real client of apigateway', () => {
  let served: Served
  let client: APIGatewayClient

  before(async () => {
    served = await serve('apigateway', {
      CreateRestApi: ({ name }: { name: string }) => ({
        id: 'abcde12345',
        name,
        createdDate: TIME + 999,
        description: undefined,
      }),
      DeleteRestApi: () => undefined,
      GetExport: () => ({
        contentType: 'application/yaml',
        contentDisposition: 'attachment; filename="a\r\nX-Evil: 1.yaml"',
        body: new TextEncoder().encode('openapi: 3.0.1\n'),
      }),
      GetRestApi: () => {
        throw notFound('Invalid API identifier specified 111111111111:nope')
      },
      GetRestApis: () => ({ items: [{ id: 'a' }, { id: 'b' }], position: 'next page' }),
      GetTags: () => ({ tags: { team: 'pets' } }),
      GetUsage: () => ({ items: { key1: [[1, 2]] }, position: 'p' }),
      ImportApiKeys: () => ({ ids: ['k1'], warnings: [] }),
      ImportRestApi: () => ({ id: 'imported' }),
      PutIntegration: () => ({ httpMethod: 'POST', type: 'HTTP' }),
      PutIntegrationResponse: () => ({
        statusCode: '200',
        responseTemplates: { 'application/json': null },
      }),
      PutRestApi: () => {
        throw new TypeError('secret internals')
      },
      UntagResource: () => undefined,
      UpdateRestApi: () => {
        throw new ServiceError('TooManyRequestsException', 429, 'Too Many Requests', {
          retryAfterSeconds: '7',
        })
      },
    })
    client = new APIGatewayClient({ ...clientOptions, endpoint: served.endpoint })
  })
  after(async () => {
    client.destroy()
    await served.close()
  })
  const lastInput = () => served.inputs.at(-1)

  it('sends a JSON body and reads times as whole epoch seconds', async () => {
    const made = await client.send(new CreateRestApiCommand({ name: 'pets', tags: { a: 'b' } }))
    assert.deepEqual(lastInput(), { name: 'pets', tags: { a: 'b' } })
    assert.equal(made.$metadata.httpStatusCode, 201)
    assert.equal(made.createdDate?.getTime(), TIME)
    assert.equal(made.description, undefined)
    assert.equal(made.$metadata.requestId, 'b1946ac9-2f2f-4b3f-9a3c-111111111111')
  })

  it('tells the method of the resource from the method of the integration', async () => {
    await client.send(
      new PutIntegrationCommand({
        restApiId: 'abc',
        resourceId: 'def',
        httpMethod: 'GET',
        type: 'HTTP',
        integrationHttpMethod: 'POST',
        uri: 'https://example.com',
        cacheKeyParameters: ['method.request.path.x'],
        requestTemplates: { 'application/json': '{}' },
      }),
    )
    assert.deepEqual(lastInput(), {
      restApiId: 'abc',
      resourceId: 'def',
      httpMethod: 'GET',
      type: 'HTTP',
      integrationHttpMethod: 'POST',
      uri: 'https://example.com',
      cacheKeyParameters: ['method.request.path.x'],
      requestTemplates: { 'application/json': '{}' },
    })
  })

  it('reaches ImportRestApi by its literal query, with the document raw and the rest as parameters', async () => {
    await client.send(
      new ImportRestApiCommand({
        body: new TextEncoder().encode('swagger: "2.0"'),
        failOnWarnings: true,
        parameters: { endpointConfigurationTypes: 'REGIONAL', basepath: 'prepend' },
      }),
    )
    const { body, ...rest } = lastInput() as { body: Uint8Array } // What the operation was given.
    assert.equal(new TextDecoder().decode(body), 'swagger: "2.0"')
    assert.deepEqual(rest, {
      failOnWarnings: true,
      parameters: { endpointConfigurationTypes: 'REGIONAL', basepath: 'prepend' },
    })
    const keys = await client.send(
      new ImportApiKeysCommand({ body: Buffer.from('name,key\n'), format: 'csv' }),
    )
    assert.deepEqual(keys.ids, ['k1'])
  })

  it('encodes ARNs in one label and repeats tagKeys', async () => {
    const resourceArn = 'arn:aws:apigateway:us-east-1::/restapis/abc/stages/v1 + ü'
    await client.send(new UntagResourceCommand({ resourceArn, tagKeys: ['a b', 'c&d', 'e+f'] }))
    assert.deepEqual(lastInput(), { resourceArn, tagKeys: ['a b', 'c&d', 'e+f'] })
    assert.deepEqual((await client.send(new GetTagsCommand({ resourceArn }))).tags, {
      team: 'pets',
    })
  })

  it('gets lists under `item`, maps under `values`, and positions in the body', async () => {
    const page = await client.send(new GetRestApisCommand({ limit: 2, position: 'a/b=' }))
    assert.deepEqual(lastInput(), { limit: 2, position: 'a/b=' })
    assert.deepEqual(
      page.items?.map(({ id }) => id),
      ['a', 'b'],
    )
    assert.equal(page.position, 'next page')
    const usage = await client.send(
      new GetUsageCommand({ usagePlanId: 'u', startDate: '2024-01-01', endDate: '2024-01-02' }),
    )
    assert.deepEqual(usage.items, { key1: [[1, 2]] })
    assert.equal(usage.position, 'p')
  })

  it('gets raw payloads with their headers, and no stored line break makes a header of its own', async () => {
    const got = await client.send(
      new GetExportCommand({ restApiId: 'abc', stageName: 'v1', exportType: 'oas30' }),
    )
    assert.equal(got.contentType, 'application/yaml')
    assert.equal(got.contentDisposition, 'attachment; filename="a??X-Evil: 1.yaml"')
    assert.equal(Buffer.from(got.body ?? []).toString(), 'openapi: 3.0.1\n')
  })

  it('sends patch operations', async () => {
    const patchOperations = [{ op: 'replace', path: '/name', value: 'cats' }] as const
    const update = new UpdateRestApiCommand({
      restApiId: 'abc',
      patchOperations: [...patchOperations],
    })
    await assert.rejects(client.send(update), (error) => {
      assert.ok(error instanceof TooManyRequestsException)
      assert.equal(error.retryAfterSeconds, '7')
      return true
    })
    assert.deepEqual(lastInput(), { restApiId: 'abc', patchOperations })
  })

  it('keeps null in a map, in and out: a template that is null. [F044]', async () => {
    const response = await fetch(
      `${served.endpoint}/restapis/a/resources/b/methods/GET/integration/responses/200`,
      {
        method: 'PUT',
        body: '{"responseTemplates":{"application/json":null},"selectionPattern":null}',
      },
    )
    assert.deepEqual(await response.json(), {
      statusCode: '200',
      responseTemplates: { 'application/json': null },
    })
    const { responseTemplates, selectionPattern } = lastInput() as Record<string, unknown>
    assert.deepEqual(responseTemplates, { 'application/json': null })
    assert.equal(selectionPattern, undefined)
  })

  it('throws the modelled class of an error', async () => {
    await assert.rejects(client.send(new GetRestApiCommand({ restApiId: 'nope' })), (error) => {
      assert.ok(error instanceof NotFoundException)
      assert.equal(error.message, 'Invalid API identifier specified 111111111111:nope')
      assert.equal(error.$metadata.httpStatusCode, 404)
      return true
    })
  })

  it('is answered 202 without a body where an operation has no output. [F001]', async () => {
    const response = await fetch(`${served.endpoint}/restapis/abc`, { method: 'DELETE' })
    assert.equal(response.status, 202)
    assert.equal(await response.text(), '')
    await client.send(new DeleteRestApiCommand({ restApiId: 'abc' }))
  })

  it('learns nothing of a bug but its request id', async () => {
    const put = new PutRestApiCommand({ restApiId: 'a', body: Buffer.from('{}') })
    await assert.rejects(client.send(put), (error) => {
      assert.ok(error instanceof Error)
      assert.equal(error.name, 'InternalFailure')
      assert.doesNotMatch(error.message, /secret internals/)
      return true
    })
    assert.ok(served.bugs[0] instanceof TypeError)
  })

  it('is told plainly what exists in AWS and not here, and what exists nowhere', async () => {
    const missing = await fetch(`${served.endpoint}/account`)
    assert.equal(missing.status, 501)
    assert.equal(missing.headers.get('x-amzn-errortype'), 'NotImplementedException')
    assert.match(await missing.text(), /GetAccount of apigateway is not implemented/)
    const unknown = await fetch(`${served.endpoint}/nothing/here`)
    assert.equal(unknown.status, 404)
    assert.equal(unknown.headers.get('x-amzn-errortype'), 'UnknownOperationException')
  })
})

describe('a real client of apigatewayv2', () => {
  let served: Served
  let client: ApiGatewayV2Client

  before(async () => {
    served = await serve('apigatewayv2', {
      CreateApi: (input: object) => ({ apiId: 'v2', createdDate: TIME, ...input }),
      DeleteRouteSettings: () => undefined,
      GetApis: () => {
        throw new ServiceError('NotFoundException', 404, 'gone', { resourceType: 'Api' })
      },
      ImportApi: () => ({ apiId: 'v2', warnings: ['w'] }),
      UpdateStage: () => ({ stageName: '$default', lastUpdatedDate: TIME }),
    })
    client = new ApiGatewayV2Client({ ...clientOptions, endpoint: served.endpoint })
  })
  after(async () => {
    client.destroy()
    await served.close()
  })

  it('writes members capitalised, and operations see them as on the wire', async () => {
    const input = {
      Name: 'n',
      ProtocolType: 'HTTP',
      CorsConfiguration: { AllowOrigins: ['*'], MaxAge: 5 },
      Tags: { Team: 'Pets' },
    } as const
    const made = await client.send(
      new CreateApiCommand({
        ...input,
        CorsConfiguration: { ...input.CorsConfiguration, AllowOrigins: ['*'] },
      }),
    )
    assert.deepEqual(served.inputs.at(-1), {
      name: 'n',
      protocolType: 'HTTP',
      corsConfiguration: { allowOrigins: ['*'], maxAge: 5 },
      tags: { Team: 'Pets' },
    })
    assert.equal(made.ApiId, 'v2')
    assert.deepEqual(made.CorsConfiguration, input.CorsConfiguration)
    assert.equal(made.CreatedDate?.getTime(), TIME)
  })

  it('reaches a route key that is a whole request line inside one label', async () => {
    const RouteKey = 'GET /pets/{id}'
    await client.send(
      new DeleteRouteSettingsCommand({ ApiId: 'a', StageName: '$default', RouteKey }),
    )
    assert.deepEqual(served.inputs.at(-1), {
      apiId: 'a',
      stageName: '$default',
      routeKey: RouteKey,
    })
  })

  it('keeps the keys of maps as they are', async () => {
    const RouteSettings = {
      'GET /Pets': { ThrottlingRateLimit: 1.5, LoggingLevel: 'INFO' as const },
    }
    await client.send(new UpdateStageCommand({ ApiId: 'a', StageName: 's', RouteSettings }))
    assert.deepEqual(served.inputs.at(-1), {
      apiId: 'a',
      stageName: 's',
      routeSettings: { 'GET /Pets': { throttlingRateLimit: 1.5, loggingLevel: 'INFO' } },
    })
  })

  it('imports a document given as text, with its flags in the query', async () => {
    const made = await client.send(
      new ImportApiCommand({
        Body: '{"openapi":"3.0.1"}',
        FailOnWarnings: false,
        Basepath: 'split',
      }),
    )
    assert.deepEqual(served.inputs.at(-1), {
      body: '{"openapi":"3.0.1"}',
      failOnWarnings: false,
      basepath: 'split',
    })
    assert.deepEqual(made.Warnings, ['w'])
  })

  it('reads the details of an error', async () => {
    await assert.rejects(client.send(new GetApisCommand({ MaxResults: '5' })), (error) => {
      assert.ok(error instanceof V2NotFoundException)
      assert.equal(error.ResourceType, 'Api')
      return true
    })
    assert.deepEqual(served.inputs.at(-1), { maxResults: '5' })
  })
})

describe('a real client of lambda', () => {
  let served: Served
  let client: LambdaClient

  before(async () => {
    served = await serve('lambda', {
      Invoke: ({ FunctionName }: { FunctionName: string }) => {
        if (FunctionName === 'none')
          throw new ServiceError('ResourceNotFoundException', 404, 'Function not found: none', {
            Type: 'User',
          })
        return {
          StatusCode: 202,
          FunctionError: 'Unhandled',
          Payload: new TextEncoder().encode('{"errorMessage":"x"}'),
        }
      },
    })
    client = new LambdaClient({ ...clientOptions, endpoint: served.endpoint })
  })
  after(async () => {
    client.destroy()
    await served.close()
  })

  it('invokes with a raw payload, headers and a status of the operation’s choice', async () => {
    const answer = await client.send(
      new InvokeCommand({ FunctionName: 'f', InvocationType: 'Event', Payload: '[1]' }),
    )
    const { Payload, ...rest } = served.inputs.at(-1) as { Payload: Uint8Array }
    assert.equal(new TextDecoder().decode(Payload), '[1]')
    assert.deepEqual(rest, { FunctionName: 'f', InvocationType: 'Event' })
    assert.equal(answer.StatusCode, 202)
    assert.equal(answer.FunctionError, 'Unhandled')
    assert.equal(answer.Payload?.transformToString(), '{"errorMessage":"x"}')
  })

  it('reads Lambda’s error bodies, whose message has a capital letter', async () => {
    await assert.rejects(client.send(new InvokeCommand({ FunctionName: 'none' })), (error) => {
      assert.ok(error instanceof ResourceNotFoundException)
      assert.equal(error.Type, 'User')
      assert.equal(error.message, 'Function not found: none')
      return true
    })
  })
})
