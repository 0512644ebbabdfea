import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { RestApi } from '#model/apigateway/rest-api.ts'
import type { Api } from '#model/apigatewayv2/api.ts'
import { GLOBAL_SCOPE } from '#model/scope.ts'
import { dropDocument, freezeHttp, freezeRest, storeDocument } from '#snapshot/freeze.ts'
import {
  apisV2,
  documents,
  integrationResponsesV2,
  resources,
  restApis,
  routesV2,
} from '#store/collections.ts'
import { createMemoryStore } from '#store/memory.ts'

const SCOPE = { accountId: '111111111111', region: 'us-east-1' }

const REST_API: RestApi = {
  id: 'abc',
  name: 'pets',
  rootResourceId: 'root',
  createdDate: 0,
  apiKeySource: 'HEADER',
  disableExecuteApiEndpoint: false,
  endpointConfiguration: { types: ['EDGE'] },
}

const API: Api = {
  apiId: 'def',
  name: 'cats',
  protocolType: 'HTTP',
  createdDate: 0,
  routeSelectionExpression: '$request.method $request.path',
  apiKeySelectionExpression: '$request.header.x-api-key',
  apiEndpoint: 'https://def.execute-api.us-east-1.amazonaws.com',
  disableExecuteApiEndpoint: false,
}

describe('freezing a draft', () => {
  it('takes an API with all its parts and nothing of a neighbour', async () => {
    const store = createMemoryStore()
    await store.write(async (tx) => {
      await tx.put(restApis, SCOPE, 'abc', REST_API)
      await tx.put(resources, SCOPE, 'abc/root', { id: 'root', path: '/' })
      await tx.put(resources, SCOPE, 'abcd/root', { id: 'other', path: '/' })
    })
    // A call is a scope and much else; nothing of that may enter the document.
    const call = { ...SCOPE, requestId: 'request', secret: 'x' }
    assert.deepEqual(await store.read((view) => freezeRest(view, call, 'abc', 'dep')), {
      protocol: 'REST',
      scope: SCOPE,
      deploymentId: 'dep',
      api: REST_API,
      resources: [{ id: 'root', path: '/' }],
      models: [],
      requestValidators: [],
      gatewayResponses: [],
      authorizers: [],
    })
  })

  it('gathers the responses of integrations under their integrations', async () => {
    const store = createMemoryStore()
    const response = { integrationResponseId: 'res', integrationResponseKey: '$default' }
    await store.write(async (tx) => {
      await tx.put(apisV2, SCOPE, 'def', API)
      await tx.put(routesV2, SCOPE, 'def/route', {
        routeId: 'route',
        routeKey: '$default',
        apiKeyRequired: false,
        authorizationType: 'NONE',
      })
      await tx.put(integrationResponsesV2, SCOPE, 'def/int/res', response)
    })
    const document = await store.read((view) => freezeHttp(view, SCOPE, 'def', 'dep'))
    assert.equal(document.protocol, 'HTTP')
    assert.equal(document.routes.length, 1)
    assert.deepEqual(document.integrationResponses, { int: [response] })
    assert.deepEqual(document.routeResponses, {})
  })

  it('gives the same draft of the same deployment the same name', async () => {
    const store = createMemoryStore()
    const freeze = (deploymentId: string) =>
      store.write(async (tx) => {
        await tx.put(restApis, SCOPE, 'abc', REST_API)
        return storeDocument(tx, await freezeRest(tx, SCOPE, 'abc', deploymentId))
      })
    const name = await freeze('one')
    assert.match(name, /^[0-9a-f]{64}$/)
    assert.equal(await freeze('one'), name)
    assert.notEqual(await freeze('two'), name)
    assert.equal((await store.read((view) => view.list(documents, GLOBAL_SCOPE))).length, 2)
    await store.write((tx) => dropDocument(tx, name))
    assert.equal((await store.read((view) => view.list(documents, GLOBAL_SCOPE))).length, 1)
  })
})
