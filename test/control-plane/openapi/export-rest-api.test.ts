import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { parse } from 'yaml'
import { isObject } from '#shared/json.ts'
import { ServiceError } from '#wire/errors.ts'
import {
  badRequest,
  createSetting,
  notFound,
  NOW_MS,
  operations,
  SCOPE,
} from '../apigateway/setting.ts'
import { draftOf } from './drafts.ts'
import { REST_YAML } from './every-extension.ts'

const ALL = { extensions: 'apigateway' }
type Definition = Readonly<Record<string, unknown>>

const text = (body: Uint8Array): string => Buffer.from(body).toString('utf8')

const createExports = () => {
  const setting = createSetting()
  const { run } = setting
  const load = (body: Uint8Array | string) =>
    run(operations.ImportRestApi, {
      body: Buffer.from(body),
      parameters: { endpointConfigurationTypes: 'REGIONAL' },
    })
  const exported = async (
    restApiId: string,
    exportType: string,
    parameters: Readonly<Record<string, string>> = ALL,
    accepts?: string,
  ) => {
    await run(operations.CreateDeployment, { restApiId, stageName: 'dev' })
    return run(operations.GetExport, {
      restApiId,
      stageName: 'dev',
      exportType,
      parameters,
      accepts,
    })
  }
  const definition = async (...of: Parameters<typeof exported>): Promise<Definition> =>
    JSON.parse(text((await exported(...of)).body))
  return { ...setting, load, exported, definition }
}

type Row = Readonly<Record<string, unknown>>

/** A draft without what no definition carries: ids become what they stand for, and lists come in one order. */
const comparable = (draft: unknown): unknown => {
  const collections = Object.entries(draft as Readonly<Record<string, readonly Row[]>>)
  let json = JSON.stringify(Object.fromEntries(collections), (key, value: unknown) =>
    key === 'warnings' ? undefined : value,
  )
  for (const row of collections.flatMap(([, rows]) => rows)) {
    const { id, path, name } = row
    if (typeof id === 'string') json = json.replaceAll(id, `id of ${String(path ?? name)}`)
  }
  const sorted = Object.entries(JSON.parse(json) as Readonly<Record<string, readonly Row[]>>)
  return sorted.map(([kind, rows]) => [kind, rows.map((row) => JSON.stringify(row)).toSorted()])
}

// What SAM made of its test templates: the definitions that most REST APIs are deployed from.
const SAM = new URL('../../../../shared/data/sam/expected/', import.meta.url)
const ARN =
  'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:111111111111:function:f/invocations'

/** The bodies of all REST APIs, with an ARN in the place of what only a deployment can know. */
const samDefinitions = (): readonly (readonly [string, string])[] =>
  readdirSync(SAM).flatMap((file) => {
    const template: unknown = JSON.parse(readFileSync(new URL(file, SAM), 'utf8'))
    const resources =
      isObject(template) && isObject(template['Resources']) ? template['Resources'] : {}
    return Object.entries(resources).flatMap(([name, resource]) => {
      if (!isObject(resource) || resource['Type'] !== 'AWS::ApiGateway::RestApi') return []
      const { Body: body }: { Body?: unknown } = isObject(resource['Properties'])
        ? resource['Properties']
        : {}
      if (!isObject(body)) return []
      const info = { title: name, version: '1' }
      return [[`${file} ${name}`, JSON.stringify({ ...body, info }, withoutIntrinsics)] as const]
    })
  })

const withoutIntrinsics = (_: string, value: unknown): unknown => {
  const [key, ...others] = isObject(value) ? Object.keys(value) : []
  const isIntrinsic = others.length === 0 && (key === 'Ref' || key?.startsWith('Fn::'))
  return isIntrinsic ? ARN : value
}

describe('GetExport', () => {
  it('of every API of the SAM transform imports to the same draft', {
    skip: existsSync(SAM) ? false : 'the test data of the SAM transform is not here',
  }, async () => {
    let count = 0
    for (const [name, definition] of samDefinitions()) {
      const from = createExports()
      let body: Uint8Array
      try {
        const { id } = await from.load(definition)
        body = (await from.exported(id, count % 2 === 0 ? 'oas30' : 'swagger')).body
      } catch (error) {
        // Some have no methods, or ask for what an intrinsic function would have given: not an export's concern.
        if (error instanceof ServiceError) continue
        throw error
      }
      const to = createExports()
      await to.load(body)
      const drafts = await Promise.all([from, to].map(({ store }) => draftOf(store, 'rest')))
      // A parameter of a path is there whatever a definition says; OpenAPI wants it said.
      const [before, after] = drafts.map((draft) =>
        JSON.stringify(comparable(draft)).replaceAll(
          /(method\.request\.path\.[\w+-]+\\*":)false/g,
          '$1true',
        ),
      )
      assert.equal(after, before, name)
      count++
    }
    assert.ok(count > 50, `${count} definitions`)
  })

  for (const exportType of ['swagger', 'oas30']) {
    it(`${exportType}: what is exported with all extensions imports to the same draft`, async () => {
      const from = createExports()
      const { id } = await from.load(REST_YAML)
      const { body } = await from.exported(id, exportType)
      const to = createExports()
      await to.load(body)
      const [before, after] = [await draftOf(from.store, 'rest'), await draftOf(to.store, 'rest')]
      assert.deepEqual(comparable(after), comparable(before))
    })
  }

  it('YAML says the same as JSON', async () => {
    const { load, exported } = createExports()
    const { id } = await load(REST_YAML)
    const json = await exported(id, 'oas30', ALL, 'application/json')
    const yaml = await exported(id, 'oas30', ALL, 'application/yaml')
    assert.match(yaml.contentDisposition, /^attachment; filename="oas30_2026-11-21T.*\.yaml"$/)
    assert.match(json.contentDisposition, /\.json"$/)
    assert.deepEqual(parse(text(yaml.body), { version: '1.1' }), JSON.parse(text(json.body)))
  })

  it('oas30 without models: servers, empty contents and components, the version a time [F116]', async () => {
    const { createMockApi, run, definition } = createExports()
    const { restApiId, at } = await createMockApi()
    await run(operations.PutMethodResponse, { ...at, statusCode: '200' })
    assert.deepEqual(await definition(restApiId, 'oas30', {}), {
      openapi: '3.0.1',
      info: { title: 'pets', version: new Date(NOW_MS).toISOString().replace('.000Z', 'Z') },
      servers: [
        {
          url: `https://${restApiId}.execute-api.${SCOPE.region}.amazonaws.com/{basePath}`,
          variables: { basePath: { default: 'dev' } },
        },
      ],
      paths: { '/': { get: { responses: { 200: { description: '200 response', content: {} } } } } },
      components: {},
    })
  })

  it('swagger names host, base path and the models that methods use', async () => {
    const { createMockApi, run, definition } = createExports()
    const { restApiId, at } = await createMockApi()
    const responseModels = { 'application/json': 'Empty' }
    await run(operations.PutMethodResponse, { ...at, statusCode: '200', responseModels })
    const swagger = await definition(restApiId, 'swagger', { extensions: 'integrations' })
    assert.deepEqual(swagger, {
      swagger: '2.0',
      info: { title: 'pets', version: '2026-11-21T00:00:00Z' },
      host: `${restApiId}.execute-api.us-east-1.amazonaws.com`,
      basePath: '/dev',
      schemes: ['https'],
      paths: {
        '/': {
          get: {
            produces: ['application/json'],
            responses: {
              200: { description: '200 response', schema: { $ref: '#/definitions/Empty' } },
            },
            'x-amazon-apigateway-integration': {
              type: 'mock',
              requestTemplates: { 'application/json': '{"statusCode": 200}' },
              passthroughBehavior: 'when_no_match',
            },
          },
        },
      },
      definitions: { Empty: { title: 'Empty Schema', type: 'object' } },
    })
  })

  it('is of the deployment, whatever became of the draft', async () => {
    const { createMockApi, run, definition } = createExports()
    const { restApiId, at } = await createMockApi()
    const before = await definition(restApiId, 'oas30')
    await run(operations.DeleteMethod, at)
    const { body } = await run(operations.GetExport, {
      restApiId,
      stageName: 'dev',
      exportType: 'oas30',
      parameters: ALL,
    })
    assert.deepEqual(JSON.parse(text(body)), before)
  })

  it('each extension brings its own members and no others', async () => {
    const { load, exported } = createExports()
    const { id } = await load(REST_YAML)
    const marks = async (extensions: string) => {
      const { body } = await exported(id, 'swagger', { extensions })
      return [...new Set(text(body).match(/x-amazon-apigateway-[a-z-]+(?=":)/g))].toSorted()
    }
    const common = ['x-amazon-apigateway-any-method', 'x-amazon-apigateway-authtype']
    assert.deepEqual(await marks(''), common)
    assert.deepEqual(
      await marks('integrations'),
      [...common, 'x-amazon-apigateway-integration'].toSorted(),
    )
    assert.deepEqual(
      await marks('authorizers'),
      [...common, 'x-amazon-apigateway-authorizer'].toSorted(),
    )
    const all = await marks('apigateway')
    assert.deepEqual(await marks('integrations,authorizers,apigateway,documentation'), all)
    assert.ok(all.includes('x-amazon-apigateway-gateway-responses'))
    assert.ok(!(await marks('postman')).includes('x-amazon-apigateway-any-method'))
  })

  it('refuses an API with values that no reader could follow', async () => {
    const { createMockApi, exported, run } = createExports()
    const { restApiId } = await createMockApi()
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    const message = 'The API cannot be exported: it has values nested too deeply'
    const policy = `{"Version":${deep}}`
    const replacePolicy = (value: string) =>
      run(operations.UpdateRestApi, {
        restApiId,
        patchOperations: [{ op: 'replace', path: '/policy', value }],
      })
    await replacePolicy(policy)
    await badRequest(exported(restApiId, 'oas30'), message)
    await replacePolicy('')
    const contentType = 'application/json'
    const schema = `{"items":${deep}}`
    await run(operations.CreateModel, { restApiId, name: 'Deep', contentType, schema })
    await badRequest(exported(restApiId, 'swagger'), message)
  })

  it('refuses what it does not know in words that name it', async () => {
    const { createMockApi, run } = createExports()
    const { restApiId } = await createMockApi()
    const stage = { restApiId, stageName: 'dev' }
    const answer = (more: object) =>
      run(operations.GetExport, { ...stage, exportType: 'oas30', ...more })
    await notFound(answer({}), 'Invalid stage identifier specified')
    await run(operations.CreateDeployment, stage)
    await badRequest(answer({ exportType: 'raml' }), "No API exporter for type 'raml'")
    await badRequest(
      answer({ accepts: 'text/html' }),
      'Invalid Accept header text/html. Valid options are application/json,application/yaml',
    )
    await badRequest(
      answer({ parameters: { extensions: 'surprise' } }),
      'Invalid extension surprise. Valid options are integrations,authorizers,apigateway,documentation,postman',
    )
    await badRequest(
      answer({ parameters: { format: 'x' } }),
      'Invalid export parameter specified: format',
    )
    await notFound(
      answer({ restApiId: 'nothing' }),
      `Invalid API identifier specified ${SCOPE.accountId}:nothing`,
    )
  })
})
