import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refuseTwins } from '#deploy/find-template.ts'
import { functions } from '#lambda/api/records.ts'
import { restApis } from '#store/collections.ts'
import { FUNCTION, SCOPE, workspace, type Workspace } from '../deployment.ts'

const BUCKET = 'Resources: {Bucket: {Type: AWS::S3::Bucket}}\n'

const names = ({ store }: Workspace) =>
  store.read(async (view) =>
    (await view.list(restApis, SCOPE)).map(({ value }) => value.name).sort(),
  )

const api = (name: string, more = '') => `
Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    ${more}
    Properties: {Name: ${name}}
`

test('DeletionPolicy Retain keeps what left the template, and the same template again makes another one', async (t) => {
  const shop = workspace(t)
  const kept = await shop.template(api('kept', 'DeletionPolicy: Retain'))
  await shop.template(BUCKET)
  assert.deepEqual(await names(shop), ['kept'])
  const again = await shop.template(api('again'))
  assert.deepEqual(await names(shop), ['again', 'kept'])
  assert.notEqual(again.apis[0]?.id, kept.apis[0]?.id)
})

test('a policy that is given later counts, though nothing else changed', async (t) => {
  const shop = workspace(t)
  await shop.template(api('kept'))
  assert.deepEqual((await shop.template(api('kept', 'DeletionPolicy: Retain'))).changes, [])
  await shop.template(BUCKET)
  assert.deepEqual(await names(shop), ['kept'])
})

test('UpdateReplacePolicy Retain keeps the old one beside the one that takes its place', async (t) => {
  const shop = workspace(t)
  const first = await shop.template(api('one', 'UpdateReplacePolicy: Retain'))
  const second = await shop.template(api('two', 'UpdateReplacePolicy: Retain'))
  assert.deepEqual(await names(shop), ['one', 'two'])
  assert.notEqual(second.apis[0]?.id, first.apis[0]?.id)
})

test('CreationPolicy and UpdatePolicy are accepted and said to have no effect', async (t) => {
  const { report } = await workspace(t).template(
    api('a', 'CreationPolicy: {ResourceSignal: {Count: 1}}\n    UpdatePolicy: {}'),
  )
  assert.deepEqual(
    report.map(({ feature, effect }) => `${feature}: ${effect.split(':')[0]}`),
    ['attribute CreationPolicy: accepted', 'attribute UpdatePolicy: accepted'],
  )
})

const EXPORT = `${BUCKET}Outputs: {O: {Value: one, Export: {Name: shared}}}\n`
const IMPORT = `${BUCKET}Outputs: {I: {Value: !ImportValue shared}}\n`

test('an export in use can neither be taken away nor changed, and is free when nobody uses it', async (t) => {
  const shop = workspace(t)
  await shop.template(EXPORT, { stackName: 'giver' })
  await shop.template(IMPORT, { stackName: 'taker' })
  await assert.rejects(
    shop.template(BUCKET, { stackName: 'giver' }),
    /Export shared cannot be deleted as it is in use by taker/,
  )
  await assert.rejects(
    shop.template(EXPORT.replace('one', 'two'), { stackName: 'giver' }),
    /Export shared cannot be updated as it is in use by taker/,
  )
  await shop.template(BUCKET, { stackName: 'taker' })
  await shop.template(BUCKET, { stackName: 'giver' })
})

test('a name of an export belongs to one stack', async (t) => {
  const shop = workspace(t)
  await shop.template(EXPORT, { stackName: 'giver' })
  await assert.rejects(
    shop.template(EXPORT, { stackName: 'other' }),
    /Export with name shared is already exported by stack giver/,
  )
})

test('two stacks that fight for the name of a function: the second is told, and changes nothing', async (t) => {
  const shop = workspace(t)
  const text = `Resources:${FUNCTION}      FunctionName: ours\n`
  await shop.template(text, { stackName: 'first' })
  const revision = await shop.store.revision()
  await assert.rejects(
    shop.template(`${text}  Api: {Type: AWS::ApiGateway::RestApi}\n`, { stackName: 'second' }),
    /Resources\.Hello: .*ResourceConflictException: Function already exist: ours/,
  )
  assert.equal(await shop.store.revision(), revision)
  assert.equal((await shop.store.read((view) => view.list(functions, SCOPE))).length, 1)
})

test('two templates of one command that would be the same stack are refused before anything is deployed', () => {
  const templates = ['/a/app/template.yaml', '/b/app/template.yaml'].map((file) => ({
    file,
    parameters: {},
  }))
  assert.throws(() => refuseTwins(templates, undefined), /are both the stack `app`/)
  assert.throws(() => refuseTwins(templates, 'x'), /are both the stack `x`/)
  refuseTwins(
    [{ ...templates[0], stackName: 'y' } as (typeof templates)[0], ...templates.slice(1)],
    undefined,
  )
})

test('what was made last goes first, so that DependsOn counts when a stack shrinks', async (t) => {
  const shop = workspace(t)
  const { changes: _ } = await shop.template(`
Resources:
  First: {Type: AWS::ApiGateway::RestApi, DependsOn: Second}
  Second: {Type: AWS::S3::Bucket}
  Third: {Type: AWS::S3::Bucket, DependsOn: First}
`)
  const { changes } = await shop.template(BUCKET)
  assert.deepEqual(
    changes.map(({ action, logicalId }) => `${action} ${logicalId}`),
    ['delete Third', 'delete First', 'delete Second', 'create Bucket'],
  )
})
