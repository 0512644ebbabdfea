import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Deployed } from '#deploy/deploy-template.ts'
import { functions } from '#lambda/api/records.ts'
import { apisV2, resources, routesV2 } from '#store/collections.ts'
import { FUNCTION, SCOPE, type Workspace, workspace } from './deployment.ts'

const HEAD = 'AWSTemplateFormatVersion: 2010-09-09\nTransform: AWS::Serverless-2016-10-31\n'

const sam = (properties: string, events: string, more = '') => `${HEAD}
${more}
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: hello/
      Handler: app.handler
      Runtime: nodejs22.x
${properties}
      Events:
${events}
`

const withCode = (shop: Workspace): Workspace => {
  shop.write('hello/app.js', 'exports.handler = async () => ({ statusCode: 200 })\n')
  return shop
}

const methodsOf = async ({ store }: Workspace, { apis }: Deployed) => {
  const id = apis[0]?.id ?? ''
  const all = await store.read((view) => view.list(resources, SCOPE, { prefix: `${id}/` }))
  return all.flatMap(({ value }) =>
    Object.values(value.resourceMethods ?? {}).map((method) => ({ path: value.path, method })),
  )
}

test('a SAM function with an Api event is a REST API with the stages that SAM makes', async (t) => {
  const shop = withCode(workspace(t))
  const made = await shop.template(
    sam('', '        Get: {Type: Api, Properties: {Path: "/hello/{id}", Method: get}}'),
  )
  const [api] = made.apis
  assert.deepEqual([api?.protocol, api?.name, api?.stages], ['REST', 'shop', ['Prod', 'Stage']])
  const [found] = await methodsOf(shop, made)
  assert.equal(found?.path, '/hello/{id}')
  assert.equal(found?.method.methodIntegration?.type, 'AWS_PROXY')
  assert.match(found?.method.methodIntegration?.uri ?? '', /function:shop-Hello-\w+\/invocations$/)
  const stored = await shop.store.read((view) =>
    view.get(functions, SCOPE, made.functions[0]?.name ?? ''),
  )
  assert.deepEqual(stored?.document.code, { kind: 'directory', path: `${shop.folder}/hello` })
})

test('a changed SAM template keeps ids and URLs and deploys the new paths', async (t) => {
  const shop = withCode(workspace(t))
  const first = await shop.template(
    sam('', '        Get: {Type: Api, Properties: {Path: /a, Method: get}}'),
  )
  const second = await shop.template(
    sam('', '        Get: {Type: Api, Properties: {Path: /b, Method: get}}'),
  )
  assert.deepEqual(second.apis, first.apis)
  assert.deepEqual(
    (await methodsOf(shop, second)).map(({ path }) => path),
    ['/b'],
  )
  assert.deepEqual(second.functions, first.functions)
})

test('an HttpApi event without a path is the $default route', async (t) => {
  const shop = withCode(workspace(t))
  const made = await shop.template(sam('', '        Any: {Type: HttpApi}'))
  const [api] = made.apis
  assert.deepEqual([api?.protocol, api?.stages], ['HTTP', ['$default']])
  const routes = await shop.store.read((view) =>
    view.list(routesV2, SCOPE, { prefix: `${api?.id}/` }),
  )
  assert.deepEqual(
    routes.map(({ value }) => value.routeKey),
    ['$default'],
  )
})

test('Globals, CORS and esbuild metadata arrive where they belong', async (t) => {
  const shop = workspace(t)
  shop.write('hello/app.ts', 'export const handler = async () => ({ statusCode: 200 })\n')
  const made = await shop.template(
    `${sam('      MemorySize: 256', '        Get: {Type: HttpApi, Properties: {Path: /, Method: get}}', 'Globals:\n  Function: {Timeout: 9, MemorySize: 512, Environment: {Variables: {AB: 1}}}\n  HttpApi: {CorsConfiguration: {AllowOrigins: ["https://a.example"], MaxAge: 5}}')}
    Metadata: {BuildMethod: esbuild, BuildProperties: {EntryPoints: [app.ts], Format: esm, Minify: true}}
`,
  )
  const stored = await shop.store.read((view) =>
    view.get(functions, SCOPE, made.functions[0]?.name ?? ''),
  )
  assert.deepEqual(
    [stored?.document.Timeout, stored?.document.MemorySize, stored?.document.Environment],
    [9, 256, { AB: '1' }],
  )
  assert.deepEqual(stored?.document.build, {
    method: 'esbuild',
    entryPoints: ['app.ts'],
    external: [],
    format: 'esm',
    minify: true,
  })
  const api = await shop.store.read((view) => view.get(apisV2, SCOPE, made.apis[0]?.id ?? ''))
  assert.deepEqual(api?.corsConfiguration, { allowOrigins: ['https://a.example'], maxAge: 5 })
})

test('an authorizer of the template stands on every method, and NONE opens only the one that says so', async (t) => {
  const shop = withCode(workspace(t))
  const made = await shop.template(
    sam(
      '',
      `        Get: {Type: Api, Properties: {RestApiId: !Ref Api, Path: /a, Method: get}}
        Open: {Type: Api, Properties: {RestApiId: !Ref Api, Path: /open, Method: get, Auth: {Authorizer: NONE}}}
        Key: {Type: Api, Properties: {RestApiId: !Ref Api, Path: /key, Method: get, Auth: {ApiKeyRequired: true}}}
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: v1
      Auth:
        DefaultAuthorizer: Gate
        Authorizers: {Gate: {FunctionArn: !GetAtt Hello.Arn}}`,
    ),
  )
  const methods = await methodsOf(shop, made)
  const told = methods.map(
    ({ path, method }) => `${path} ${method.authorizationType} ${method.apiKeyRequired}`,
  )
  assert.deepEqual(told.sort(), ['/a CUSTOM false', '/key CUSTOM true', '/open NONE false'])
})

test('authorization reaches paths under a condition too', async (t) => {
  const shop = workspace(t)
  const made = await shop.template(`${HEAD}
Conditions: {Yes: !Equals [1, 1]}
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: v1
      Auth: {DefaultAuthorizer: AWS_IAM}
      DefinitionBody:
        swagger: 2.0
        info: {title: t, version: 1}
        paths:
          /a:
            Fn::If:
              - Yes
              - get: {responses: {}, x-amazon-apigateway-integration: {type: mock}}
              - !Ref AWS::NoValue
`)
  const [found] = await methodsOf(shop, made)
  assert.equal(found?.method.authorizationType, 'AWS_IAM')
})

test('events and properties that have no effect are reported at their own place in the file', async (t) => {
  const shop = withCode(workspace(t))
  const { report } = await shop.template(
    sam(
      '      Tracing: Active\n      Policies: [AmazonSomethingUnknown]',
      '        Tick: {Type: IoTRule, Properties: {Sql: SELECT 1}}\n        Get: {Type: Api, Properties: {Path: /, Method: get, Colour: blue}}',
    ),
  )
  const told = report.map(({ line, where }) => `${line} ${where}`)
  for (const entry of [
    '12 Resources.Hello.Properties.Tracing',
    '13 Resources.Hello.Properties.Policies',
    '15 Resources.Hello.Properties.Events.Tick',
    '16 Resources.Hello.Properties.Events.Get.Properties.Colour',
  ]) {
    assert.ok(told.includes(entry), `${entry} in ${told.join('; ')}`)
  }
})

const OPENAPI = (extra: string, integration: string) => `
openapi: 3.0.1
info: {title: pets, version: 1.0}
${extra}
paths:
  /pets:
    get:
      responses: {}
      x-amazon-apigateway-integration: ${integration}
`

test('an OpenAPI document is an API of its own, REST or HTTP by what it uses', async (t) => {
  const shop = workspace(t)
  const file = (text: string) => shop.write('openapi.yaml', text)
  const proxy = '{type: http_proxy, httpMethod: GET, uri: "http://127.0.0.1/"'
  const rest = await shop.deploy(file(OPENAPI('', '{type: mock}')), { stackName: 'a' })
  assert.deepEqual([rest.apis[0]?.protocol, rest.apis[0]?.stages], ['REST', ['prod']])
  const http = await shop.deploy(file(OPENAPI('', `${proxy}, payloadFormatVersion: "1.0"}`)), {
    stackName: 'b',
  })
  assert.deepEqual([http.apis[0]?.protocol, http.apis[0]?.stages], ['HTTP', ['$default']])
  const asHttp = await shop.deploy(file(OPENAPI('', `${proxy}}`)), { stackName: 'c', as: 'http' })
  assert.equal(asHttp.apis[0]?.protocol, 'HTTP')
  const neither = await shop.deploy(file(OPENAPI('', `${proxy}}`)), { stackName: 'd' })
  assert.equal(neither.apis[0]?.protocol, 'REST')
  assert.equal(neither.apis[0]?.name, 'pets')
})

test('a definition in a file of its own is read, watched, and imported again when it changes', async (t) => {
  const shop = workspace(t)
  const definition = shop.write('api.yaml', OPENAPI('', '{type: mock}'))
  const template = `${HEAD}Resources:\n  Api:\n    Type: AWS::Serverless::Api\n    Properties: {StageName: v1, DefinitionUri: api.yaml}\n`
  const first = await shop.template(template)
  assert.ok(first.files.includes(definition))
  shop.write('api.yaml', OPENAPI('', '{type: mock}').replace('/pets', '/cats'))
  const second = await shop.template(template)
  assert.deepEqual(second.apis, first.apis)
  assert.deepEqual(
    (await methodsOf(shop, second)).map(({ path }) => path),
    ['/cats'],
  )
  assert.ok(second.changes.some(({ action }) => action === 'redeploy'))
})

test('what an import passes over is reported at every start, changed or not', async (t) => {
  const shop = workspace(t)
  const file = shop.write('openapi.yaml', OPENAPI('', '{type: mock, colour: blue}'))
  const first = await shop.deploy(file)
  assert.match(first.report.map(({ effect }) => effect).join(), /colour: is not used/)
  const again = await shop.deploy(file)
  assert.deepEqual(again.changes, [])
  assert.deepEqual(again.report, first.report)
})

const VPC_LINK =
  '{type: http, httpMethod: GET, uri: "http://127.0.0.1/", connectionType: VPC_LINK, connectionId: abc123}'

test('strict refuses what an API asks for and its stages do not do, and creates nothing', async (t) => {
  const shop = workspace(t)
  const { file, strict } = {
    file: shop.write('openapi.yaml', OPENAPI('', VPC_LINK)),
    strict: true,
  }
  await assert.rejects(
    shop.deploy(file, { strict }),
    /pets: GET \/pets: .* is not honoured: requests would be refused/,
  )
  assert.equal(await shop.store.revision(), 0)
})

test('strict accepts a function behind an API: its bare role and permission ask for nothing', async (t) => {
  const shop = workspace(t)
  const { report } = await shop.template(
    `${HEAD}Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      InlineCode: "exports.handler = async () => ({ statusCode: 200 })"
      Events: {Get: {Type: HttpApi, Properties: {Path: /, Method: get}}}
`,
    { strict: true },
  )
  assert.deepEqual(report, [])
})

test('a dynamic reference takes the value that is given under its name', async (t) => {
  const shop = workspace(t)
  const template = `Resources:${FUNCTION}      Description: "{{resolve:ssm:/a/b}} and {{resolve:secretsmanager:s:SecretString:k}}"\n`
  const parameters = { 'resolve:ssm:/a/b': 'one', 'resolve:secretsmanager:s:SecretString:k': 'two' }
  const { report } = await shop.template(template, { parameters })
  assert.deepEqual(report, [])
  const { revision, changes } = await shop.store.changes<{
    readonly function: { readonly Description: string }
  }>({ name: 'directory' }, 0)
  assert.ok(revision > 0)
  assert.equal(changes[0]?.value?.function.Description, 'one and two')
})
