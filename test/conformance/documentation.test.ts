// Documentation parts and versions, by the SDK. [terraform.md, aws_api_gateway_documentation_part and _version]
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import {
  CreateDocumentationPartCommand,
  CreateDocumentationVersionCommand,
  DeleteDocumentationPartCommand,
  DeleteDocumentationVersionCommand,
  GetDocumentationPartCommand,
  GetDocumentationPartsCommand,
  GetDocumentationVersionCommand,
  GetDocumentationVersionsCommand,
  ImportDocumentationPartsCommand,
  UpdateDocumentationPartCommand,
  UpdateDocumentationVersionCommand,
} from '@aws-sdk/client-api-gateway'
import { type Clients, NOW, plain, startClients } from './clients.ts'
import { badRequestV1, notFoundV1, refusedV1 } from './refused-v1.ts'

let clients: Clients
before(async () => {
  clients = await startClients()
})
after(() => clients.close())

describe('a documentation part', () => {
  it('201, 200, 202, 404: from its creation to its deletion', async () => {
    const restApiId = await clients.createRestApi()
    const location = { type: 'METHOD', path: '/pets', method: 'GET' } as const
    const properties = '{"description":"Terraform Acceptance Test"}'
    const created = await clients.v1.send(
      new CreateDocumentationPartCommand({ restApiId, location, properties }),
    )
    assert.equal(created.$metadata.httpStatusCode, 201)
    assert.deepEqual(plain(created), { id: created.id, location, properties })
    const one = { restApiId, documentationPartId: created.id }
    const updated = await clients.v1.send(
      new UpdateDocumentationPartCommand({
        ...one,
        patchOperations: [{ op: 'replace', path: '/properties', value: '{"summary":"s"}' }],
      }),
    )
    assert.deepEqual(plain(await clients.v1.send(new GetDocumentationPartCommand(one))), {
      ...plain(updated),
    })
    const { items } = await clients.v1.send(
      new GetDocumentationPartsCommand({ restApiId, type: 'METHOD', path: '/pets' }),
    )
    assert.deepEqual(items, [plain(updated)])
    const remove = new DeleteDocumentationPartCommand(one)
    assert.equal((await clients.v1.send(remove)).$metadata.httpStatusCode, 202)
    await notFoundV1(clients.v1.send(remove), 'Invalid Documentation part identifier specified')
  })

  it('400: a type that is none, and a document that is none [F072]', async () => {
    const restApiId = await clients.createRestApi()
    const wrong: unknown = 'INVALID'
    await refusedV1(
      clients.v1.send(
        new CreateDocumentationPartCommand({
          restApiId,
          location: { type: wrong as 'API' },
          properties: '{}',
        }),
      ),
      'ValidationException',
      400,
      "1 validation error detected: Value 'INVALID' at 'createDocumentationPartInput.location.type' failed to satisfy constraint: Member must satisfy enum value set: [RESPONSE_BODY, RESPONSE, METHOD, MODEL, AUTHORIZER, RESPONSE_HEADER, RESOURCE, PATH_PARAMETER, REQUEST_BODY, QUERY_PARAMETER, API, REQUEST_HEADER]",
    )
    const body = Buffer.from('no document')
    await badRequestV1(
      clients.v1.send(new ImportDocumentationPartsCommand({ restApiId, body })),
      'Unable to build importer with provided input.',
    )
  })

  it('200: parts of a document are imported', async () => {
    const restApiId = await clients.createRestApi()
    const part = { location: { type: 'API' }, properties: { info: { description: 'pets' } } }
    const document = {
      swagger: '2.0',
      'x-amazon-apigateway-documentation': { documentationParts: [part] },
    }
    const body = Buffer.from(JSON.stringify(document))
    const imported = await clients.v1.send(
      new ImportDocumentationPartsCommand({ restApiId, body, mode: 'overwrite' }),
    )
    assert.equal(imported.$metadata.httpStatusCode, 200)
    const { items } = await clients.v1.send(new GetDocumentationPartsCommand({ restApiId }))
    assert.deepEqual(
      items?.map(({ id }) => id),
      imported.ids,
    )
  })
})

describe('a documentation version', () => {
  it('201, 200, 202, 404: from its creation to its deletion', async () => {
    const restApiId = await clients.createRestApi()
    const one = { restApiId, documentationVersion: '1' }
    const created = await clients.v1.send(
      new CreateDocumentationVersionCommand({ ...one, stageName: 'prod', description: 'd' }),
    )
    assert.equal(created.$metadata.httpStatusCode, 201)
    assert.deepEqual(plain(created), { version: '1', createdDate: NOW, description: 'd' })
    const updated = await clients.v1.send(
      new UpdateDocumentationVersionCommand({
        ...one,
        patchOperations: [{ op: 'replace', path: '/description', value: 'e' }],
      }),
    )
    const read = await clients.v1.send(new GetDocumentationVersionCommand(one))
    assert.deepEqual(plain(read), plain(updated))
    const list = new GetDocumentationVersionsCommand({ restApiId })
    assert.deepEqual((await clients.v1.send(list)).items, [plain(read)])
    const remove = new DeleteDocumentationVersionCommand(one)
    assert.equal((await clients.v1.send(remove)).$metadata.httpStatusCode, 202)
    await notFoundV1(clients.v1.send(remove), 'Invalid Documentation version specified')
  })
})
