// Authorizers and models of v2, by the SDK.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import {
  CreateApiCommand,
  CreateAuthorizerCommand,
  type CreateAuthorizerCommandInput,
  CreateModelCommand,
  CreateRouteCommand,
  DeleteAuthorizerCommand,
  DeleteModelCommand,
  GetAuthorizerCommand,
  GetAuthorizersCommand,
  GetModelCommand,
  GetModelsCommand,
  GetModelTemplateCommand,
  UpdateAuthorizerCommand,
  UpdateModelCommand,
} from '@aws-sdk/client-apigatewayv2'
import { type Clients, plain, refused, startClients } from './clients.ts'

let clients: Clients
before(async () => {
  clients = await startClients()
})
after(() => clients.close())

const createApi = async (): Promise<string> => {
  const command = new CreateApiCommand({ Name: 'pets', ProtocolType: 'HTTP' })
  return (await clients.v2.send(command)).ApiId ?? ''
}

const missing = async (calling: Promise<unknown>, resourceType: string) => {
  const error = await refused(calling, 'NotFoundException', 404, /^Invalid /)
  assert.equal(Reflect.get(error, 'ResourceType'), resourceType)
}
const bad = (calling: Promise<unknown>, message: RegExp) =>
  refused(calling, 'BadRequestException', 400, message)

describe('an authorizer of v2', () => {
  it('is created, read, listed, merged, and deleted once no route has it', async () => {
    const { v2 } = clients
    const ApiId = await createApi()
    const facts: Omit<CreateAuthorizerCommandInput, 'ApiId'> = {
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: { Audience: ['pets'], Issuer: 'https://issuer.example' },
      Name: 'jwt',
    }
    const created = await v2.send(new CreateAuthorizerCommand({ ApiId, ...facts }))
    assert.equal(created.$metadata.httpStatusCode, 201)
    const { AuthorizerId } = created
    assert.deepEqual(plain(created), { ...facts, AuthorizerId })
    const id = { ApiId, AuthorizerId }
    const updated = await v2.send(new UpdateAuthorizerCommand({ ...id, Name: 'other' }))
    const after = { ...facts, AuthorizerId, Name: 'other' }
    assert.deepEqual(plain(updated), after)
    assert.deepEqual(plain(await v2.send(new GetAuthorizerCommand(id))), after)
    assert.deepEqual((await v2.send(new GetAuthorizersCommand({ ApiId }))).Items, [after])
    await v2.send(
      new CreateRouteCommand({ ApiId, RouteKey: 'GET /', AuthorizationType: 'JWT', AuthorizerId }),
    )
    await refused(
      v2.send(new DeleteAuthorizerCommand(id)),
      'ConflictException',
      409,
      /is referenced in route: GET \//,
    )
  })

  it('is refused what it cannot be, and gone when it is deleted', async () => {
    const { v2 } = clients
    const ApiId = await createApi()
    const create = (more: object) =>
      v2.send(
        new CreateAuthorizerCommand({
          ApiId,
          Name: 'request',
          AuthorizerType: 'REQUEST',
          AuthorizerUri:
            'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/f/invocations',
          AuthorizerPayloadFormatVersion: '2.0',
          IdentitySource: ['$request.header.Authorization'],
          ...more,
        }),
      )
    await bad(create({ AuthorizerUri: undefined }), /AuthorizerUri is required/)
    await bad(create({ AuthorizerPayloadFormatVersion: undefined }), /PayloadFormatVersion/)
    await bad(create({ AuthorizerResultTtlInSeconds: 3601 }), /between 0 and 3600/)
    await bad(create({ AuthorizerType: 'JWT' }), /Issuer is required/)
    await refused(create({ AuthorizerType: 'NO' }), 'ValidationException', 400, /authorizerType/)
    const { AuthorizerId } = await create({})
    const id = { ApiId, AuthorizerId }
    assert.equal((await v2.send(new DeleteAuthorizerCommand(id))).$metadata.httpStatusCode, 204)
    await missing(v2.send(new GetAuthorizerCommand(id)), 'Authorizer')
    await missing(v2.send(new DeleteAuthorizerCommand(id)), 'Authorizer')
  })
})

describe('a model of v2', () => {
  it('is created, read, listed, merged and deleted', async () => {
    const { v2 } = clients
    const ApiId = await createApi()
    const Schema = '{"type": "object"}'
    const created = await v2.send(new CreateModelCommand({ ApiId, Name: 'Pet', Schema }))
    assert.equal(created.$metadata.httpStatusCode, 201)
    const { ModelId } = created
    const expected = { ContentType: 'application/json', ModelId, Name: 'Pet', Schema }
    assert.deepEqual(plain(created), expected)
    const id = { ApiId, ModelId }
    const updated = await v2.send(new UpdateModelCommand({ ...id, Description: 'A pet' }))
    const after = { ...expected, Description: 'A pet' }
    assert.deepEqual(plain(updated), after)
    assert.deepEqual(plain(await v2.send(new GetModelCommand(id))), after)
    assert.deepEqual((await v2.send(new GetModelsCommand({ ApiId }))).Items, [after])
    const create = (more: object) =>
      v2.send(new CreateModelCommand({ ApiId, Name: 'Pet', Schema, ...more }))
    await refused(create({}), 'ConflictException', 409, /already exists/)
    await bad(create({ Name: 'a b' }), /must be alphanumeric/)
    await bad(create({ Name: 'Other', Schema: '[' }), /Invalid model schema/)
    assert.equal((await v2.send(new DeleteModelCommand(id))).$metadata.httpStatusCode, 204)
    await missing(v2.send(new GetModelCommand(id)), 'Model')
    await missing(v2.send(new GetModelTemplateCommand(id)), 'Model')
  })

  it('gives a template that makes of a body what the model describes', async () => {
    const { v2 } = clients
    const ApiId = await createApi()
    const Schema = JSON.stringify({
      type: 'object',
      properties: { name: { type: 'string' }, age: { type: 'integer' } },
    })
    const { ModelId } = await v2.send(new CreateModelCommand({ ApiId, Name: 'Pet', Schema }))
    const { Value } = await v2.send(new GetModelTemplateCommand({ ApiId, ModelId }))
    assert.equal(
      Value,
      `#set($inputRoot = $input.path('$'))
{
  "name" : "$inputRoot.name",
  "age" : $inputRoot.age
}`,
    )
  })
})
