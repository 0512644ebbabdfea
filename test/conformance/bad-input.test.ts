// What no tool should send and somebody does: bodies of 10 MB, members nobody knows, documents with cycles and with
// references to elsewhere. An answer of AWS's shape, never a stack trace.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import {
  APIGatewayClient,
  GetModelCommand,
  GetModelsCommand,
  ImportRestApiCommand,
  PutRestApiCommand,
} from '@aws-sdk/client-api-gateway'
import { ApiGatewayV2Client, ImportApiCommand } from '@aws-sdk/client-apigatewayv2'
import { call, startGateway } from '../support/gateway.ts'
import { startClients } from './clients.ts'
import { badRequestV1, refusedV1 } from './refused-v1.ts'

const SIGNED = {
  authorization:
    'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/us-east-1/apigateway/aws4_request, SignedHeaders=host, Signature=0',
  'content-type': 'application/json',
}

it('bodies of 10 MB, what is not JSON, wrong types and unknown members are answered as AWS answers them', async (t) => {
  const gateway = await startGateway({ shape: 'start' })
  t.after(() => gateway.stop())
  const post = (path: string, body: string) =>
    call(gateway.endpoint, path, { method: 'POST', headers: SIGNED, body })

  const large = `{"name":"${'x'.repeat(10 * 1024 * 1024)}"}`
  for (const path of ['/restapis', '/v2/apis', '/restapis?mode=import']) {
    const answer = await post(path, large)
    assert.equal(answer.status, 413, path)
    assert.equal(answer.headers['x-amzn-errortype'], 'RequestEntityTooLargeException')
    assert.deepEqual(Object.keys(JSON.parse(answer.text) as object), ['message'])
  }
  const unknown = await post('/restapis', '{"name":"pets","nobody":{"knows":["this"]}}')
  assert.equal(unknown.status, 201)
  assert.ok(!('nobody' in (JSON.parse(unknown.text) as object)))
  const unknownV2 = await post('/v2/apis', '{"name":"pets","protocolType":"HTTP","nobody":1}')
  assert.equal(unknownV2.status, 201)
  for (const [path, body] of [
    ['/restapis', '{"name":'],
    ['/restapis', '[]'],
    ['/restapis', '{"name":{}}'],
    ['/restapis', '{"name":"x","binaryMediaTypes":"y"}'],
    ['/v2/apis', '{"name":7,"protocolType":[]}'],
  ] as const) {
    const answer = await post(path, body)
    assert.equal(answer.status, 400, body)
    assert.match(
      String(answer.headers['x-amzn-errortype']),
      /^(?:Serialization|BadRequest|Validation)Exception$/,
    )
    assert.doesNotMatch(answer.text, /\bat .*\.ts:/)
  }

  // The real clients understand the refusal.
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' }
  const common = { endpoint: gateway.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 }
  const v1 = new APIGatewayClient(common)
  const v2 = new ApiGatewayV2Client(common)
  t.after(() => v1.destroy())
  t.after(() => v2.destroy())
  const body = Buffer.alloc(10 * 1024 * 1024, ' ')
  await refusedV1(
    v1.send(new ImportRestApiCommand({ body })),
    'RequestEntityTooLargeException',
    413,
    'Request Too Long',
  )
  await assert.rejects(v2.send(new ImportApiCommand({ Body: body.toString() })), {
    name: 'RequestEntityTooLargeException',
  })
})

const document = (schemas: object, more: object = {}) =>
  Buffer.from(
    JSON.stringify({
      openapi: '3.0.1',
      info: { title: 'cycles', version: '1' },
      paths: {
        '/pets': {
          post: {
            requestBody: {
              content: { 'application/json': { schema: { $ref: '#/components/schemas/Pet' } } },
            },
            responses: { 200: { description: 'ok' } },
            'x-amazon-apigateway-integration': { type: 'mock' },
          },
        },
        ...more,
      },
      components: { schemas },
    }),
  )

it('models that refer to each other and to themselves import, and are read back [F111]', async (t) => {
  const clients = await startClients()
  t.after(() => clients.close())
  const body = document({
    Pet: { type: 'object', properties: { owner: { $ref: '#/components/schemas/Owner' } } },
    Owner: {
      type: 'object',
      properties: { pets: { type: 'array', items: { $ref: '#/components/schemas/Pet' } } },
    },
    Self: { $ref: '#/components/schemas/Self' },
  })
  const { id: restApiId = '' } = await clients.v1.send(new ImportRestApiCommand({ body }))
  const { items = [] } = await clients.v1.send(new GetModelsCommand({ restApiId }))
  assert.deepEqual(items.map(({ name }) => name).toSorted(), ['Owner', 'Pet', 'Self'])
  // Flattening has to end: the model that is itself, and the two that hold each other.
  for (const modelName of ['Self', 'Pet']) {
    const flat = await clients.v1.send(new GetModelCommand({ restApiId, modelName, flatten: true }))
    assert.ok((flat.schema ?? '').length > 0)
  }
})

it('path items and parameters that refer to themselves or to elsewhere are refused or warned of, without a crash', async (t) => {
  const clients = await startClients()
  t.after(() => clients.close())
  const { id: restApiId = '' } = await clients.v1.send(
    new ImportRestApiCommand({ body: document({ Pet: { type: 'object' } }) }),
  )
  const cyclic = document({ Pet: {} }, { '/loop': { $ref: '#/paths/~1loop' } })
  const external = document({ Pet: { $ref: 'https://example.com/pet.json#/Pet' } })
  const file = document({ Pet: { $ref: '../../../etc/passwd' } })
  for (const body of [cyclic, external, file]) {
    for (const command of [
      new ImportRestApiCommand({ body }),
      new PutRestApiCommand({ restApiId, body, mode: 'merge' }),
    ]) {
      const answered = await clients.v1.send(command as ImportRestApiCommand).then(
        ({ $metadata }) => $metadata.httpStatusCode,
        (error: {
          readonly name: string
          readonly $metadata: { readonly httpStatusCode: number }
        }) => {
          assert.equal(error.name, 'BadRequestException')
          return error.$metadata.httpStatusCode
        },
      )
      assert.ok(answered === 200 || answered === 201 || answered === 400, String(answered))
    }
  }
  await badRequestV1(
    clients.v1.send(new ImportRestApiCommand({ body: Buffer.from('nothing') })),
    'Invalid OpenAPI input.',
  )
})
