import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deleteStack } from '#deploy/cloudformation/stack.ts'
import { stacks } from '#deploy/cloudformation/stacks.ts'
import { callOperations } from '#deploy/operations.ts'
import type { Deployed } from '#deploy/deploy-template.ts'
import { functions } from '#lambda/api/records.ts'
import { deployments, resources, restApis, stages, stagesV2 } from '#store/collections.ts'
import { FUNCTION, restTemplate, SCOPE, type Workspace, workspace } from '../deployment.ts'

const actions = ({ changes }: Deployed) =>
  changes.map(({ action, logicalId }) => `${action} ${logicalId}`)

const apiOf = ({ apis }: Deployed) => {
  const [api] = apis
  assert.ok(api, 'an API was deployed')
  return api
}

const deployedDocument = async ({ store }: Workspace, apiId: string): Promise<string> =>
  store.read(async (view) => {
    const stage = await view.get(stages, SCOPE, `${apiId}/test`)
    const deployment = await view.get(deployments, SCOPE, `${apiId}/${stage?.deploymentId}`)
    return deployment?.documentHash ?? ''
  })

test('a stack is created in dependency order and has its API, stage and outputs', async (t) => {
  const shop = workspace(t)
  const first = await shop.template(`${restTemplate()}
Outputs:
  Url: {Value: !Sub "https://\${Api}.execute-api.\${AWS::Region}.amazonaws.com/\${Stage}"}
`)
  const api = apiOf(first)
  assert.deepEqual([api.protocol, api.name, api.stages], ['REST', 'shop', ['test']])
  assert.equal(
    first.outputs['Url']?.value,
    `https://${api.id}.execute-api.eu-west-1.amazonaws.com/test`,
  )
  assert.deepEqual(actions(first).slice(0, 3), ['create Api', 'create Pets', 'create GetPets'])
  assert.deepEqual(first.report, [])
})

test('the same template again changes nothing', async (t) => {
  const shop = workspace(t)
  await shop.template(restTemplate())
  assert.deepEqual(actions(await shop.template(restTemplate())), [])
})

test('ids come from the names of stack and resource: equal in a new store, other in another stack', async (t) => {
  const id = async (given = {}) => apiOf(await workspace(t).template(restTemplate(), given)).id
  const first = await id()
  assert.equal(await id(), first)
  assert.notEqual(await id({ stackName: 'other' }), first)
})

test('a changed method is deployed to its stage at once, under the same URL', async (t) => {
  const shop = workspace(t)
  const { id } = apiOf(await shop.template(restTemplate()))
  const before = await deployedDocument(shop, id)
  const second = await shop.template(restTemplate('{"statusCode": 201}'))
  assert.deepEqual(actions(second), ['replace GetPets', 'redeploy Deployment', 'replace Stage'])
  assert.equal(apiOf(second).id, id)
  assert.notEqual(await deployedDocument(shop, id), before)
})

test('as AWS does it, the stage stays stale until the template has a new deployment', async (t) => {
  const shop = workspace(t)
  const { id } = apiOf(await shop.template(restTemplate(), { redeploy: 'as-aws' }))
  const before = await deployedDocument(shop, id)
  const second = await shop.template(restTemplate('{"statusCode": 201}'), { redeploy: 'as-aws' })
  assert.deepEqual(actions(second), ['replace GetPets'])
  assert.equal(await deployedDocument(shop, id), before)
})

test('a replaced resource takes along whatever names it', async (t) => {
  const shop = workspace(t)
  const { id } = apiOf(await shop.template(restTemplate()))
  const moved = restTemplate().replace('PathPart: pets', 'PathPart: animals')
  const second = await shop.template(moved)
  assert.deepEqual(actions(second).slice(0, 2), ['replace Pets', 'replace GetPets'])
  const paths = await shop.store.read((view) => view.list(resources, SCOPE, { prefix: `${id}/` }))
  assert.deepEqual(paths.map(({ value }) => value.path).sort(), ['/', '/animals'])
})

test('a resource that left the template is deleted, and a renamed one moves', async (t) => {
  const shop = workspace(t)
  const { id } = apiOf(await shop.template(restTemplate()))
  const second = await shop.template(restTemplate().replaceAll('GetPets', 'ListPets'))
  assert.deepEqual(actions(second).slice(0, 2), ['delete GetPets', 'create ListPets'])
  assert.equal(apiOf(second).id, id)
  const third = await shop.template('Resources:\n  T: {Type: AWS::Kinesis::Stream}\n')
  assert.deepEqual(third.apis, [])
  assert.deepEqual(await shop.store.read((view) => view.list(restApis, SCOPE)), [])
})

test('a deployment that fails half-way leaves the last good state and nothing half-created', async (t) => {
  const shop = workspace(t)
  const { id } = apiOf(await shop.template(restTemplate()))
  const revision = await shop.store.revision()
  const broken = restTemplate(
    '{"statusCode": 500}',
    '  Bad: {Type: AWS::ApiGateway::Model, Properties: {RestApiId: !Ref Api, Name: "no-name!"}}\n',
  )
  await assert.rejects(
    shop.template(broken),
    /template\.yaml:\d+: Resources\.Bad: .+BadRequestException/,
  )
  assert.equal(await shop.store.revision(), revision)
  const methods = await shop.store.read((view) => view.list(resources, SCOPE, { prefix: `${id}/` }))
  assert.ok(JSON.stringify(methods).includes('200'))
  assert.ok(!JSON.stringify(methods).includes('500'))
})

test('conditions decide which resources exist, and DependsOn of one that does not is no hindrance', async (t) => {
  const template = `
Parameters: {Public: {Type: String, Default: "no"}}
Conditions: {IsPublic: !Equals [!Ref Public, "yes"]}
Resources:
  Api: {Type: AWS::ApiGateway::RestApi, Condition: IsPublic, Properties: {Name: shop}}
  Table: {Type: AWS::Kinesis::Stream, DependsOn: Api, Properties: {Name: !If [IsPublic, !Ref Api, none]}}
`
  const shop = workspace(t)
  assert.deepEqual(actions(await shop.template(template)), ['create Table'])
  const second = await shop.template(template, { parameters: { Public: 'yes' } })
  assert.deepEqual(actions(second), ['create Api', 'update Table'])
})

test('a function is stored with code, environment and the defaults of Lambda, and is updated in place', async (t) => {
  const shop = workspace(t)
  const [made] = (await shop.template(`Resources:${FUNCTION}`)).functions
  assert.match(made?.name ?? '', /^shop-Hello-[a-z0-9]{12}$/)
  const stored = async () =>
    (await shop.store.read((view) => view.get(functions, SCOPE, made?.name ?? '')))?.document
  assert.equal((await stored())?.Timeout, 3)
  const second = await shop.template(
    `Resources:${FUNCTION}      Timeout: "7"\n      Environment: {Variables: {VERSION: 1.0, ON: true}}\n`,
  )
  assert.deepEqual(actions(second), ['update Hello'])
  assert.equal((await stored())?.Timeout, 7)
  assert.deepEqual((await stored())?.Environment, { VERSION: '1.0', ON: 'true' })
})

test('an HTTP API by quick create has its $default stage', async (t) => {
  const shop = workspace(t)
  const made = await shop.template(`
Resources:${FUNCTION}
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: quick, ProtocolType: HTTP, Target: !GetAtt Hello.Arn}
`)
  assert.deepEqual(apiOf(made).stages, ['$default'])
  const { id } = apiOf(made)
  const stage = await shop.store.read((view) => view.get(stagesV2, SCOPE, `${id}/$default`))
  assert.equal(stage?.autoDeploy, true)
})

test('what is not honoured is reported with place, file and line; --strict refuses it and changes nothing', async (t) => {
  const shop = workspace(t)
  const template = `Resources:${FUNCTION}      TracingConfig: {Mode: Active}
      Colour: blue
  Bucket:
    Type: AWS::Kinesis::Stream
`
  const { report } = await shop.template(template)
  const told = report.map(({ where, line, feature }) => `${line} ${where} ${feature}`)
  assert.deepEqual(told, [
    '10 Resources.Hello.Properties.TracingConfig TracingConfig',
    '11 Resources.Hello.Properties.Colour AWS::Lambda::Function Colour',
    '12 Resources.Bucket AWS::Kinesis::Stream',
  ])
  const fresh = workspace(t)
  await assert.rejects(fresh.template(template, { strict: true }), /TracingConfig is not honoured/)
  assert.equal(await fresh.store.revision(), 0)
})

test('a deleted stack leaves nothing behind', async (t) => {
  const shop = workspace(t)
  await shop.template(`${restTemplate()}${FUNCTION}`)
  await shop.store.write((tx) => {
    const call = callOperations({ scope: SCOPE, store: shop.store, tx, nowMs: 1, requestId: 't' })
    const none = () => assert.fail('there is no nested stack')
    const nested = { deploy: none, remove: none }
    return deleteStack({ name: 'shop', scope: SCOPE, tx, call, nested })
  })
  await shop.store.read(async (view) => {
    for (const kind of [restApis, resources, deployments, stages, functions, stacks]) {
      assert.deepEqual(await view.list<unknown>(kind, SCOPE), [], kind.name)
    }
  })
})
