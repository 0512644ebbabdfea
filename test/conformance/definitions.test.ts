// What describes an API to others: exports, SDKs and model templates, by the SDK.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import {
  CreateModelCommand,
  GetExportCommand,
  GetModelTemplateCommand,
  GetSdkCommand,
  GetSdkTypeCommand,
  GetSdkTypesCommand,
  ImportRestApiCommand,
} from '@aws-sdk/client-api-gateway'
import { type Clients, startClients } from './clients.ts'
import { badRequestV1, notFoundV1 } from './refused-v1.ts'

let clients: Clients
before(async () => {
  clients = await startClients()
})
after(() => clients.close())

describe('an export', () => {
  it('200: comes as a file, in JSON or YAML, and imports again', async () => {
    const restApiId = await clients.createRestApi()
    const stage = { restApiId, stageName: 'prod', parameters: { extensions: 'apigateway' } }
    const json = await clients.v1.send(
      new GetExportCommand({ ...stage, exportType: 'oas30', accepts: 'application/json' }),
    )
    assert.equal(json.$metadata.httpStatusCode, 200)
    assert.equal(json.contentType, 'application/octet-stream')
    assert.match(json.contentDisposition ?? '', /^attachment; filename="oas30_.*\.json"$/)
    const definition = JSON.parse(Buffer.from(json.body ?? []).toString('utf8'))
    assert.equal(definition.openapi, '3.0.1')
    const yaml = await clients.v1.send(
      new GetExportCommand({ ...stage, exportType: 'swagger', accepts: 'application/yaml' }),
    )
    assert.match(Buffer.from(yaml.body ?? []).toString('utf8'), /^swagger: ['"]2\.0['"]$/m)
    const imported = await clients.v1.send(
      new ImportRestApiCommand({ body: Buffer.from(yaml.body ?? []) }),
    )
    assert.equal(imported.warnings, undefined)
  })

  it('400, 404: of a type or a stage that is none', async () => {
    const restApiId = await clients.createRestApi()
    const get = (stageName: string, exportType: string) =>
      clients.v1.send(new GetExportCommand({ restApiId, stageName, exportType }))
    await badRequestV1(get('prod', 'raml'), "No API exporter for type 'raml'")
    await notFoundV1(get('nothing', 'oas30'), 'Invalid stage identifier specified')
  })
})

describe('an SDK', () => {
  it('200: of JavaScript comes as a zip file', async () => {
    const restApiId = await clients.createRestApi()
    const sdk = await clients.v1.send(
      new GetSdkCommand({ restApiId, stageName: 'prod', sdkType: 'javascript' }),
    )
    assert.equal(sdk.contentType, 'application/octet-stream')
    assert.equal(Buffer.from(sdk.body ?? []).toString('latin1', 0, 2), 'PK')
  })

  it('200, 400, 404: of other languages is known by name, and refused', async () => {
    const restApiId = await clients.createRestApi()
    const { items } = await clients.v1.send(new GetSdkTypesCommand({}))
    const java = items?.find(({ id }) => id === 'java')
    const type = await clients.v1.send(new GetSdkTypeCommand({ id: 'java' }))
    assert.equal(type.friendlyName, java?.friendlyName)
    await badRequestV1(
      clients.v1.send(new GetSdkCommand({ restApiId, stageName: 'prod', sdkType: 'java' })),
      'SDKs in Java SDK are not made here: only javascript is. GetExport gives the OpenAPI definition that other generators take.',
    )
    await notFoundV1(
      clients.v1.send(new GetSdkTypeCommand({ id: 'cobol' })),
      'Invalid SDK type specified: cobol',
    )
  })
})

describe('the template of a model', () => {
  it('200, 404: makes what the model describes', async () => {
    const restApiId = await clients.createRestApi()
    await clients.v1.send(
      new CreateModelCommand({
        restApiId,
        name: 'Pet',
        contentType: 'application/json',
        schema: '{"type":"object","properties":{"name":{"type":"string"}}}',
      }),
    )
    const get = (modelName: string) =>
      clients.v1.send(new GetModelTemplateCommand({ restApiId, modelName }))
    assert.match((await get('Pet')).value ?? '', /"name" : "\$inputRoot\.name"/)
    await notFoundV1(get('None'), 'Invalid model name specified: None')
  })
})
