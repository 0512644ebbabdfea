// Resources, validators, method responses, gateway responses and usage plans of apigateway, by the SDK.
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import {
  CreateApiKeyCommand,
  CreateRequestValidatorCommand,
  CreateResourceCommand,
  CreateRestApiCommand,
  CreateUsagePlanCommand,
  CreateUsagePlanKeyCommand,
  DeleteMethodResponseCommand,
  DeleteRequestValidatorCommand,
  DeleteResourceCommand,
  GetGatewayResponsesCommand,
  GetMethodResponseCommand,
  GetRequestValidatorCommand,
  GetRequestValidatorsCommand,
  GetResourceCommand,
  GetUsagePlanKeysCommand,
  GetUsagePlansCommand,
  PutMethodCommand,
  PutMethodResponseCommand,
  UpdateGatewayResponseCommand,
} from '@aws-sdk/client-api-gateway'
import { type Clients, plain, startClients } from './clients.ts'
import { badRequestV1, notFoundV1 } from './refused-v1.ts'

let clients: Clients
before(async () => {
  clients = await startClients()
})
after(() => clients.close())

const newApi = async () => {
  const { id: restApiId = '', rootResourceId: parentId = '' } = await clients.v1.send(
    new CreateRestApiCommand({ name: 'parts' }),
  )
  return { restApiId, parentId }
}

it('a resource is read, and its whole subtree goes with it [F018]', async () => {
  const { restApiId, parentId } = await newApi()
  const pets = await clients.v1.send(
    new CreateResourceCommand({ restApiId, parentId, pathPart: 'pets' }),
  )
  const resourceId = pets.id ?? ''
  const pet = await clients.v1.send(
    new CreateResourceCommand({ restApiId, parentId: resourceId, pathPart: '{petId}' }),
  )
  assert.deepEqual(
    plain(await clients.v1.send(new GetResourceCommand({ restApiId, resourceId }))),
    {
      id: resourceId,
      parentId,
      path: '/pets',
      pathPart: 'pets',
    },
  )
  const deleted = await clients.v1.send(new DeleteResourceCommand({ restApiId, resourceId }))
  assert.equal(deleted.$metadata.httpStatusCode, 202)
  for (const gone of [resourceId, pet.id ?? '']) {
    await notFoundV1(
      clients.v1.send(new GetResourceCommand({ restApiId, resourceId: gone })),
      'Invalid Resource identifier specified',
    )
  }
})

it('a request validator is listed, read and deleted [F036]', async () => {
  const { restApiId } = await newApi()
  const made = await clients.v1.send(
    new CreateRequestValidatorCommand({ restApiId, name: 'all', validateRequestBody: true }),
  )
  const requestValidatorId = made.id ?? ''
  const one = { restApiId, requestValidatorId }
  const read = plain(await clients.v1.send(new GetRequestValidatorCommand(one)))
  assert.deepEqual(read, {
    id: requestValidatorId,
    name: 'all',
    validateRequestBody: true,
    validateRequestParameters: false,
  })
  const { items } = await clients.v1.send(new GetRequestValidatorsCommand({ restApiId }))
  assert.deepEqual(items, [read])
  const deleted = await clients.v1.send(new DeleteRequestValidatorCommand(one))
  assert.equal(deleted.$metadata.httpStatusCode, 202)
  await notFoundV1(
    clients.v1.send(new GetRequestValidatorCommand(one)),
    'Invalid Request Validator identifier specified',
  )
})

it('a method response is read and deleted; one that is not set is told so [F060]', async () => {
  const { restApiId, parentId: resourceId } = await newApi()
  const method = { restApiId, resourceId, httpMethod: 'GET' }
  await clients.v1.send(new PutMethodCommand({ ...method, authorizationType: 'NONE' }))
  const one = { ...method, statusCode: '200' }
  await clients.v1.send(
    new PutMethodResponseCommand({ ...one, responseModels: { 'application/json': 'Empty' } }),
  )
  assert.deepEqual(plain(await clients.v1.send(new GetMethodResponseCommand(one))), {
    statusCode: '200',
    responseModels: { 'application/json': 'Empty' },
  })
  await notFoundV1(
    clients.v1.send(new GetMethodResponseCommand({ ...one, statusCode: '404' })),
    'Invalid Response status code specified',
  )
  const deleted = await clients.v1.send(new DeleteMethodResponseCommand(one))
  assert.equal(deleted.$metadata.httpStatusCode, 204)
  await notFoundV1(
    clients.v1.send(new DeleteMethodResponseCommand(one)),
    'Invalid Response status code specified',
  )
})

it('a gateway response that was never set is made by a patch and listed with all the others [F067]', async () => {
  const { restApiId } = await newApi()
  const type = { restApiId, responseType: 'DEFAULT_4XX' } as const
  const patched = await clients.v1.send(
    new UpdateGatewayResponseCommand({
      ...type,
      patchOperations: [{ op: 'replace', path: '/statusCode', value: '444' }],
    }),
  )
  assert.deepEqual([patched.defaultResponse, patched.statusCode], [false, '444'])
  await badRequestV1(
    clients.v1.send(
      new UpdateGatewayResponseCommand({
        ...type,
        patchOperations: [{ op: 'add', path: '/statusCode', value: '444' }],
      }),
    ),
    'Invalid patch path /statusCode',
  )
  const { items = [] } = await clients.v1.send(new GetGatewayResponsesCommand({ restApiId }))
  assert.ok(items.length > 20)
  assert.deepEqual(
    items.filter((item) => item.defaultResponse === false).map((item) => item.responseType),
    ['DEFAULT_4XX'],
  )
})

it('usage plans and their keys are listed', async () => {
  const { id: usagePlanId = '' } = await clients.v1.send(
    new CreateUsagePlanCommand({ name: 'gold' }),
  )
  const { id: keyId = '' } = await clients.v1.send(new CreateApiKeyCommand({ name: 'ann' }))
  await clients.v1.send(new CreateUsagePlanKeyCommand({ usagePlanId, keyId, keyType: 'API_KEY' }))
  const plans = await clients.v1.send(new GetUsagePlansCommand({}))
  assert.deepEqual(
    plans.items?.map(({ name }) => name),
    ['gold'],
  )
  assert.deepEqual((await clients.v1.send(new GetUsagePlansCommand({ keyId }))).items?.length, 1)
  const keys = await clients.v1.send(new GetUsagePlanKeysCommand({ usagePlanId }))
  assert.deepEqual(
    keys.items?.map(({ id, name, type }) => [id, name, type]),
    [[keyId, 'ann', 'API_KEY']],
  )
  await notFoundV1(
    clients.v1.send(new GetUsagePlanKeysCommand({ usagePlanId: 'nothing' })),
    'Invalid Usage Plan ID specified',
  )
})
