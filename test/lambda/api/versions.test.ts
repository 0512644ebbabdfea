import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ARN, ROLE, startOperations, zipOf } from './support.ts'

const NAME = { FunctionName: 'Hello' }
const code = (value: number) => zipOf({ 'index.js': `exports.handler = async () => ${value}` })

const withFunction = async (t: Parameters<typeof startOperations>[0]) => {
  const started = startOperations(t)
  await started.operations.CreateFunction(
    {
      ...NAME,
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Role: ROLE,
      Code: { ZipFile: code(1) },
    },
    started.call,
  )
  return started
}

test('a version keeps its code and configuration, and nothing new is published where nothing changed', async (t) => {
  const { operations, call } = await withFunction(t)
  const first = await operations.PublishVersion({ ...NAME, Description: 'one' }, call)
  assert.deepEqual([first.Version, first.FunctionArn], ['1', `${ARN}:1`])
  assert.equal((await operations.PublishVersion(NAME, call)).Version, '1')
  await operations.UpdateFunctionConfiguration({ ...NAME, Timeout: 9 }, call)
  await operations.UpdateFunctionCode({ ...NAME, ZipFile: code(2) }, call)
  const second = await operations.PublishVersion(NAME, call)
  assert.equal(second.Version, '2')
  const frozen = await operations.GetFunctionConfiguration({ ...NAME, Qualifier: '1' }, call)
  assert.deepEqual([frozen.Timeout, frozen.CodeSha256], [3, first.CodeSha256])
  assert.notEqual(second.CodeSha256, first.CodeSha256)
  const { Versions } = await operations.ListVersionsByFunction(NAME, call)
  assert.deepEqual(
    Versions.map(({ Version }) => Version),
    ['$LATEST', '1', '2'],
  )
  await operations.DeleteFunction({ ...NAME, Qualifier: '2' }, call)
  await operations.UpdateFunctionConfiguration({ ...NAME, Timeout: 10 }, call)
  assert.equal((await operations.PublishVersion(NAME, call)).Version, '3')
})

test('an alias names versions that exist, divides between two, and holds them', async (t) => {
  const { operations, call, entry } = await withFunction(t)
  const alias = { ...NAME, Name: 'live' }
  await assert.rejects(operations.CreateAlias({ ...alias, FunctionVersion: '1' }, call), {
    message: `Function not found: ${ARN}:1`,
  })
  await operations.PublishVersion(NAME, call)
  await operations.UpdateFunctionConfiguration({ ...NAME, Timeout: 9 }, call)
  await operations.PublishVersion(NAME, call)
  const RoutingConfig = { AdditionalVersionWeights: { 2: 0.25 } }
  const made = await operations.CreateAlias({ ...alias, FunctionVersion: '1', RoutingConfig }, call)
  assert.equal(made.AliasArn, `${ARN}:live`)
  const published = await entry('function/123456789012/us-east-1/Hello')
  assert.ok(published?.kind === 'function')
  assert.deepEqual(published.routing?.aliases, {
    live: { FunctionVersion: '1', AdditionalVersionWeights: { 2: 0.25 } },
  })
  await assert.rejects(operations.CreateAlias({ ...alias, FunctionVersion: '1' }, call), {
    code: 'ResourceConflictException',
    message: `Alias already exists: ${ARN}:live`,
  })
  await assert.rejects(operations.DeleteFunction({ ...NAME, Qualifier: '2' }, call), {
    message: 'Unable to delete version because the following aliases reference it: [live]',
  })
  const bad = { AdditionalVersionWeights: { 2: 1.5 } }
  await assert.rejects(
    operations.UpdateAlias({ ...alias, RoutingConfig: bad }, call),
    /at 'routing/,
  )
  await operations.UpdateAlias(
    { ...alias, FunctionVersion: '2', RoutingConfig: { AdditionalVersionWeights: {} } },
    call,
  )
  const { Aliases } = await operations.ListAliases({ ...NAME, FunctionVersion: '2' }, call)
  assert.deepEqual(
    Aliases.map(({ Name, RoutingConfig: weights }) => [Name, weights]),
    [['live', undefined]],
  )
  await operations.DeleteAlias(alias, call)
  await assert.rejects(operations.GetAlias(alias, call), {
    message: `Cannot find alias arn: ${ARN}:live`,
  })
})
