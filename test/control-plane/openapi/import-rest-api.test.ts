import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { badRequest, createSetting, operations } from '../apigateway/setting.ts'
import { draftOf } from './drafts.ts'
import { REST_YAML } from './every-extension.ts'

const golden: unknown = JSON.parse(
  readFileSync(new URL('./golden/rest-draft.json', import.meta.url), 'utf8'),
)

type Document = Readonly<Record<string, unknown>>
const body = (document: Document | string): Uint8Array =>
  Buffer.from(typeof document === 'string' ? document : JSON.stringify(document))

const MOCK = { type: 'mock', requestTemplates: { 'application/json': '{"statusCode": 200}' } }
const mock = (more: Document = {}): Document => ({
  responses: { 200: { description: 'ok' } },
  'x-amazon-apigateway-integration': MOCK,
  ...more,
})
const openapi = (paths: Document, more: Document = {}): Document => ({
  openapi: '3.0.1',
  info: { title: 'pets', version: '1' },
  paths,
  ...more,
})

const createImports = () => {
  const setting = createSetting()
  const { run } = setting
  const load = (document: Document | string, parameters?: Readonly<Record<string, string>>) =>
    run(operations.ImportRestApi, { body: body(document), parameters })
  const put = (restApiId: string, document: Document, mode: 'merge' | 'overwrite' = 'overwrite') =>
    run(operations.PutRestApi, { restApiId, body: body(document), mode })
  const paths = async (restApiId: string) => {
    const { items } = await run(operations.GetResources, { restApiId, limit: 500 })
    return Object.fromEntries(
      items.map(({ path, id, resourceMethods }) => [
        path,
        { id, methods: Object.keys(resourceMethods ?? {}).toSorted() },
      ]),
    )
  }
  const methodAt = async (restApiId: string, path: string, httpMethod: string) => {
    const resourceId = (await paths(restApiId))[path]?.id ?? ''
    return run(operations.GetMethod, { restApiId, resourceId, httpMethod })
  }
  return { ...setting, load, put, paths, methodAt }
}

test('a document with every extension becomes the draft that it describes', async () => {
  const { load, store } = createImports()
  await load(REST_YAML)
  assert.deepEqual(await draftOf(store, 'rest'), golden)
})

for (const text of ['', 'no', '{}', '{"info":{}}', '[1]']) {
  test(`what is no definition is refused in AWS's words: ${text} [F103]`, async () => {
    const { load, run, createApi } = createImports()
    await badRequest(load(text), 'Invalid OpenAPI input.')
    const { restApiId } = await createApi()
    const put = run(operations.PutRestApi, { restApiId, body: body(text) })
    await badRequest(put, 'Invalid OpenAPI input.')
  })
}

test('OpenAPI 3.1 is told apart from 3.0', async () => {
  const { load } = createImports()
  await badRequest(
    load({ openapi: '3.1.0', info: { title: 'a' }, paths: {} }),
    'Invalid OpenAPI input. Version 3.1.0 is not supported: only Swagger 2.0 and OpenAPI 3.0 are.',
  )
})

const based = { swagger: 2, info: { title: 'a' }, paths: { '/test': { get: mock() } } }
for (const [basePath, mode, expected] of [
  ['/base', 'ignore', ['/', '/test']],
  ['/base', 'prepend', ['/', '/base', '/base/test']],
  ['/base', 'split', ['/', '/test']],
  ['/a/b/c', 'split', ['/', '/b', '/b/c', '/b/c/test']],
] as const) {
  test(`basepath=${mode} of ${basePath} gives ${expected.join(' ')} [F105]`, async () => {
    const { load, paths } = createImports()
    const api = await load({ ...based, basePath }, { basepath: mode })
    assert.deepEqual(Object.keys(await paths(api.id)).toSorted(), expected)
    const servers = [
      { url: 'https://x.example/{basePath}', variables: { basePath: { default: basePath } } },
    ]
    const same = await load(openapi(based.paths, { servers }), { basepath: mode })
    assert.deepEqual(Object.keys(await paths(same.id)).toSorted(), expected)
    const plain = [{ url: `https://x.example${basePath}?a=b` }]
    const third = await load(openapi(based.paths, { servers: plain }), { basepath: mode })
    assert.deepEqual(Object.keys(await paths(third.id)).toSorted(), expected)
  })
}

test('an import has no built-in models, and parameters choose the endpoint [F033]', async () => {
  const { load, run } = createImports()
  const { id: restApiId, ...api } = await load(openapi({}), {
    endpointConfigurationTypes: 'REGIONAL',
  })
  assert.deepEqual(api.endpointConfiguration, { types: ['REGIONAL'], ipAddressType: 'ipv4' })
  assert.deepEqual((await run(operations.GetModels, { restApiId })).items, [])
  assert.deepEqual((await load(openapi({}))).endpointConfiguration.types, ['EDGE'])
})

test('failonwarnings refuses what would only be warned of, and notes never fail [terraform.md 9]', async () => {
  const { run } = createImports()
  const warned = openapi({ '/a': { get: mock({ callbacks: {} }) } })
  const noted = openapi({}, { components: { schemas: { A: { type: 'array', minItems: 1 } } } })
  const load = (document: Document) =>
    run(operations.ImportRestApi, { body: body(document), failOnWarnings: true })
  await badRequest(
    load(warned),
    "Warnings found during import:\n\t$.paths['/a'].get.callbacks: callbacks is not used",
  )
  assert.deepEqual((await load(noted)).warnings, [
    '$.components.schemas.A.minItems: minItems is not kept in a model',
  ])
  assert.equal((await run(operations.GetRestApis, {})).items.length, 1)
})

test('ignore=documentation leaves documentation parts out without a warning', async () => {
  const { load } = createImports()
  const document = openapi({}, { 'x-amazon-apigateway-documentation': { version: '1' } })
  assert.equal((await load(document)).warnings?.length, 1)
  assert.equal((await load(document, { ignore: 'documentation' })).warnings, undefined)
})

test('documentation parts come with a definition, keep their ids, and go with an overwrite', async () => {
  const { load, put, run } = createImports()
  const documented = (...documentationParts: readonly Document[]) =>
    openapi({}, { 'x-amazon-apigateway-documentation': { documentationParts } })
  const api = { location: { type: 'API' }, properties: { description: 'pets' } }
  const { id: restApiId, warnings } = await load(documented(api, { location: { type: 'NONE' } }))
  assert.deepEqual(warnings, [
    '$.x-amazon-apigateway-documentation.documentationParts[1]: the location type NONE is unknown',
  ])
  const parts = async () => (await run(operations.GetDocumentationParts, { restApiId })).items
  const [first] = await parts()
  assert.deepEqual(first, { id: first?.id, ...api, properties: '{"description":"pets"}' })
  await put(restApiId, documented(api), 'merge')
  assert.deepEqual(await parts(), [first])
  const body = Buffer.from(JSON.stringify(openapi({})))
  const parameters = { ignore: 'documentation' }
  await run(operations.PutRestApi, { restApiId, body, parameters, mode: 'overwrite' })
  assert.deepEqual(await parts(), [first])
  await put(restApiId, openapi({}))
  assert.deepEqual(await parts(), [])
})

test('components become models that refer to each other by address; authorizers and headers come along [F108]', async () => {
  const { load, run, methodAt } = createImports()
  const schemas = {
    Pet: { type: 'object', properties: { tag: { $ref: '#/components/schemas/Tag' } } },
    Tag: { type: 'string' },
  }
  const uri = `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:111111111111:function:a/invocations`
  const unused = {
    type: 'apiKey',
    name: 'X-Token',
    in: 'header',
    'x-amazon-apigateway-authtype': 'oauth2',
    'x-amazon-apigateway-authorizer': { type: 'token', authorizerUri: uri },
  }
  const responses = { 200: { description: 'ok', headers: { 'x-count': { schema: {} } } } }
  const { id: restApiId } = await load(
    openapi(
      { '/a': { get: mock({ responses }) } },
      { components: { schemas, securitySchemes: { unused } } },
    ),
  )
  const { schema = '' } = await run(operations.GetModel, { restApiId, modelName: 'Pet' })
  assert.deepEqual(JSON.parse(schema).properties.tag, {
    $ref: `https://apigateway.amazonaws.com/restapis/${restApiId}/models/Tag`,
  })
  const [authorizer] = (await run(operations.GetAuthorizers, { restApiId })).items
  assert.deepEqual(
    [authorizer?.name, authorizer?.type, authorizer?.authType],
    ['unused', 'TOKEN', 'oauth2'],
  )
  const method = await methodAt(restApiId, '/a', 'GET')
  assert.deepEqual(method.methodResponses?.['200']?.responseParameters, {
    'method.response.header.x-count': false,
  })
})

test('security at the root is that of every method, and a REQUEST authorizer keeps what it says [F109]', async () => {
  const { load, run, methodAt } = createImports()
  const authorizer = {
    type: 'request',
    authorizerUri: `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:111111111111:function:a/invocations`,
    identitySource: 'method.request.header.A',
    authorizerResultTtlInSeconds: 300,
  }
  const request = {
    type: 'apiKey',
    name: 'Unused',
    in: 'header',
    'x-amazon-apigateway-authtype': 'custom',
    'x-amazon-apigateway-authorizer': authorizer,
  }
  const api = await load(
    openapi(
      { '/a': { get: mock(), put: mock() } },
      {
        'x-amazon-apigateway-api-key-source': 'AUTHORIZER',
        security: [{ request: [] }],
        components: { securitySchemes: { request } },
      },
    ),
  )
  assert.equal(api.apiKeySource, 'AUTHORIZER')
  const { id: restApiId } = api
  const [made] = (await run(operations.GetAuthorizers, { restApiId })).items
  assert.deepEqual(made, {
    id: made?.id,
    name: 'request',
    authType: 'custom',
    ...authorizer,
    type: 'REQUEST',
  })
  const methods = await Promise.all(['GET', 'PUT'].map((verb) => methodAt(restApiId, '/a', verb)))
  assert.deepEqual(
    methods.map(({ authorizationType, authorizerId }) => [authorizationType, authorizerId]),
    [
      ['CUSTOM', made?.id],
      ['CUSTOM', made?.id],
    ],
  )
})

test('statuses that are numbers import as text [F113]', async () => {
  const { load, methodAt } = createImports()
  const integration = {
    ...MOCK,
    responses: {
      default: {
        statusCode: 200,
        responseTemplates: { 'application/json': '{"statusCode": 200}' },
      },
    },
  }
  const { id: restApiId } = await load(
    `openapi: 3.0.1\ninfo: { title: a }\npaths:\n  /a:\n    get:\n      responses: { 200: { description: ok } }\n      x-amazon-apigateway-integration: ${JSON.stringify(integration)}\n`,
  )
  const method = await methodAt(restApiId, '/a', 'GET')
  assert.equal(method.methodResponses?.['200']?.statusCode, '200')
  assert.deepEqual(method.methodIntegration?.integrationResponses, {
    200: { statusCode: '200', responseTemplates: { 'application/json': '{"statusCode": 200}' } },
  })
})

test('an import parameter that nobody knows is told', async () => {
  const { load } = createImports()
  const { warnings } = await load(openapi({}), { novelty: 'x' })
  assert.deepEqual(warnings, ['the import parameter novelty is not used'])
})

test('errors name their places, all of them, and nothing is created', async () => {
  const { load, run } = createImports()
  const refused = load(
    openapi({
      '/a': { get: { ...mock(), security: 'none' } },
      '/b': { get: { 'x-amazon-apigateway-integration': { type: 'carrier-pigeon' } } },
      '/c': { get: mock({ requestBody: { $ref: 'other.yaml#/a' } }) },
      '/d': { get: mock({ 'x-amazon-apigateway-request-validator': 'none' }) },
      '/e': { $ref: '#/paths/~1e' },
    }),
  )
  await badRequest(
    refused,
    `Errors found during import:
	$.paths['/a'].get.security: a list is expected
	$.paths['/b'].get.x-amazon-apigateway-integration: the integration is malformed: its type carrier-pigeon is unknown
	$.paths['/c'].get.requestBody: the reference other.yaml#/a is not within this document
	$.paths['/d'].get.x-amazon-apigateway-request-validator: there is no request validator none
	$.paths['/e']: the reference #/paths/~1e leads back to itself`,
  )
  assert.deepEqual((await run(operations.GetRestApis, {})).items, [])
})

test('what PutMethod and PutIntegration refuse, an import refuses with the method and its place', async () => {
  const { load, run } = createImports()
  const proxy = {
    type: 'aws_proxy',
    httpMethod: 'POST',
    uri: 'arn:aws:lambda:us-east-1:1:function:f',
  }
  await badRequest(
    load(
      openapi({
        '/a/{b}c': { get: mock() },
        '/d': { get: mock({ 'x-amazon-apigateway-integration': proxy }) },
      }),
    ),
    `Errors found during import:
	Unable to create resource at path '/a/{b}c': Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end.
	Unable to put integration 'GET' on resource at path '/d' ($.paths['/d'].get): AWS ARN for integration must contain path or action`,
  )
  assert.deepEqual((await run(operations.GetRestApis, {})).items, [])
})

test('a header must be declared by its response, unless the response itself is not listed', async () => {
  const { load, paths, run } = createImports()
  const responseParameters = { 'method.response.header.a': "'b'" }
  const integration = { ...MOCK, responses: { default: { statusCode: 400, responseParameters } } }
  const get = { 'x-amazon-apigateway-integration': integration }
  const { id: restApiId, warnings } = await load(openapi({ '/': { get } }))
  assert.deepEqual(warnings, [
    "$.paths['/'].get.x-amazon-apigateway-integration: the response 400 is not listed: it is added",
  ])
  const at = { restApiId, resourceId: `${(await paths(restApiId))['/']?.id}`, httpMethod: 'GET' }
  assert.deepEqual((await run(operations.GetMethod, at)).methodResponses, {
    400: { statusCode: '400', responseParameters: { 'method.response.header.a': false } },
  })
  await assert.rejects(
    load(openapi({ '/': { get: { ...get, responses: { 400: { description: 'bad' } } } } })),
    /Invalid mapping expression parameter specified: method.response.header.a/,
  )
})

test('a schema may refer to itself, through models or through itself in place', async () => {
  const { load, run } = createImports()
  const { id: restApiId } = await load(
    openapi(
      {},
      {
        components: {
          schemas: { Node: { properties: { next: { $ref: '#/components/schemas/Node' } } } },
        },
      },
    ),
  )
  const { schema } = await run(operations.GetModel, { restApiId, modelName: 'Node' })
  assert.deepEqual(JSON.parse(schema ?? ''), {
    properties: {
      next: { $ref: `https://apigateway.amazonaws.com/restapis/${restApiId}/models/Node` },
    },
  })
  const inPlace = { type: 'object', properties: { a: { $ref: '#/x/schema' } } }
  const looped = openapi(
    {
      '/a': {
        get: mock({
          requestBody: { content: { 'application/json': { schema: { $ref: '#/x/schema' } } } },
        }),
      },
    },
    { x: { schema: inPlace } },
  )
  await assert.rejects(load(looped), /the reference #\/x\/schema leads back to itself/)
})

test('references that multiply one another are stopped', async () => {
  const { load } = createImports()
  const x: Record<string, unknown> = { s0: { type: 'string' } }
  for (let level = 1; level < 40; level++) {
    const inner = { $ref: `#/x/s${level - 1}` }
    x[`s${level}`] = { properties: { a: inner, b: inner } }
  }
  const schema = { $ref: '#/x/s39' }
  const requestBody = { content: { 'application/json': { schema } } }
  await assert.rejects(
    load(openapi({ '/a': { post: mock({ requestBody }) } }, { x })),
    /multiply the schemas without end/,
  )
})

test('keys with a meaning to JavaScript are names like others', async () => {
  const { load, run } = createImports()
  const text = `{"openapi":"3.0.0","info":{"title":"a"},"paths":{"/__proto__":{"get":{"x-amazon-apigateway-integration":{"type":"mock","requestTemplates":{"application/json":"{}"}},"security":[{"constructor":[]}]}}},"components":{"schemas":{"__proto__":{"type":"object","properties":{"__proto__":{"type":"string"}}}}}}`
  assert.deepEqual((await load(text)).warnings?.slice(0, 1), [
    "$.paths['/__proto__'].get.security[0].constructor: there is no security scheme constructor: nothing is checked",
  ])
  const { id: restApiId } = await load(text.replace('[{"constructor":[]}]', '[]'))
  const { schema } = await run(operations.GetModel, { restApiId, modelName: 'proto' })
  assert.equal(schema, '{"type":"object","properties":{"__proto__":{"type":"string"}}}')
})

test('overwrite keeps the ids of what keeps its path or name, and drops the rest', async () => {
  const { load, put, paths, run } = createImports()
  const { id } = await load(
    openapi({ '/pets/{id}': { get: mock(), put: mock() }, '/old': { get: mock() } }),
  )
  const before = await paths(id)
  await put(id, openapi({ '/pets/{id}': { get: mock() }, '/pets/{id}/new': { post: mock() } }))
  const after = await paths(id)
  assert.deepEqual(after, {
    '/': before['/'],
    '/pets': before['/pets'],
    '/pets/{id}': { id: before['/pets/{id}']?.id, methods: ['GET'] },
    '/pets/{id}/new': { id: after['/pets/{id}/new']?.id, methods: ['POST'] },
  })
  await put(id, openapi({ '/pets/{name}': { get: mock() } }))
  assert.deepEqual(Object.keys(await paths(id)).toSorted(), ['/', '/pets', '/pets/{name}'])
  assert.equal((await run(operations.GetRestApi, { restApiId: id })).name, 'pets')
})

test('merge keeps what the definition does not have', async () => {
  const { load, put, paths, run } = createImports()
  const { id } = await load(
    openapi(
      { '/a': { get: mock(), put: mock() } },
      { 'x-amazon-apigateway-api-key-source': 'AUTHORIZER' },
    ),
  )
  await put(
    id,
    openapi({ '/a': { get: mock({ operationId: 'new' }) }, '/b': { get: mock() } }),
    'merge',
  )
  const merged = await paths(id)
  assert.deepEqual(merged['/a']?.methods, ['GET', 'PUT'])
  assert.deepEqual(merged['/b']?.methods, ['GET'])
  const at = { restApiId: id, resourceId: `${merged['/a'].id}`, httpMethod: 'GET' }
  assert.equal((await run(operations.GetMethod, at)).operationName, 'new')
  assert.equal((await run(operations.GetRestApi, { restApiId: id })).apiKeySource, 'AUTHORIZER')
})

const segment = fc.constantFrom('a', 'b', '{id}', 'c-d')
const path = fc.array(segment, { maxLength: 3 }).map((parts) => `/${parts.join('/')}`)
const method = fc.constantFrom('get', 'post', 'x-amazon-apigateway-any-method')
const schema = fc.constantFrom<Document>(
  { type: 'string' },
  { $ref: '#/components/schemas/A' },
  { type: 'array', items: { $ref: '#/components/schemas/B' } },
)
const operation = fc.record({ schema, key: fc.boolean() }).map(({ schema, key }) =>
  mock({
    requestBody: { content: { 'application/json': { schema } } },
    security: key ? [{ auth: [] }] : [],
  }),
)
const definition = fc
  .dictionary(path, fc.dictionary(method, operation, { maxKeys: 2 }), { maxKeys: 6 })
  .map((paths) =>
    openapi(paths, {
      components: {
        schemas: { A: { type: 'object' }, B: { $ref: '#/components/schemas/A' } },
        securitySchemes: {
          auth: {
            type: 'apiKey',
            in: 'header',
            name: 'X',
            'x-amazon-apigateway-authorizer': { type: 'token', authorizerUri: 'arn:a' },
          },
        },
      },
    }),
  )

test('an import repeated changes nothing, from whatever came before, and equal calls give equal ids', async () => {
  await fc.assert(
    fc.asyncProperty(definition, definition, async (first, second) => {
      const a = createImports()
      const b = createImports()
      const [{ id }] = await Promise.all([a.load(first), b.load(first)])
      assert.deepEqual(await draftOf(a.store, 'rest'), await draftOf(b.store, 'rest'))
      await a.put(id, first)
      assert.deepEqual(await draftOf(a.store, 'rest'), await draftOf(b.store, 'rest'))
      await a.put(id, second)
      const once = await draftOf(a.store, 'rest')
      await a.put(id, second)
      assert.deepEqual(await draftOf(a.store, 'rest'), once)
    }),
    { numRuns: 60, seed: 7 },
  )
})

test('an answer whose schema names nothing has no model; a request’s is refused', async () => {
  const { load, methodAt } = createImports()
  const content = { 'application/json': { schema: { $ref: '#/components/schemas/Missing' } } }
  const answered = mock({ responses: { 200: { description: 'ok', content } } })
  const { id = '', warnings } = await load(openapi({ '/a': { get: answered } }))
  assert.match(String(warnings), /the reference names nothing: the answer has no model/)
  const { methodResponses } = await methodAt(id, '/a', 'GET')
  assert.deepEqual(methodResponses?.['200']?.responseModels ?? {}, {})
  const asked = openapi({ '/a': { post: mock({ requestBody: { content } }) } })
  await badRequest(
    load(asked),
    "Errors found during import:\n\t$.paths['/a'].post.requestBody.content['application/json'].schema: the reference #/components/schemas/Missing names nothing",
  )
})
