import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomIds } from '#shared/ids.ts'
import { systemRandom } from '#shared/random.ts'
import { GLOBAL_SCOPE } from '#model/scope.ts'
import { directory } from '#store/collections.ts'
import { createMemoryStore } from '#store/memory.ts'
import { type FunctionInput, functionOperations } from '#lambda/functions.ts'

const { CreateFunction, DeleteFunction, GetFunction, UpdateFunction } = functionOperations
const { CreateAlias, DeleteQualifier, PublishVersion } = functionOperations

const start = () => {
  const store = createMemoryStore()
  const call = {
    accountId: '123456789012',
    region: 'us-east-1',
    requestId: 'r',
    nowMs: 7,
    ids: randomIds(systemRandom),
    store,
  }
  return { store, call }
}

const INPUT: FunctionInput = {
  FunctionName: 'Hello',
  Runtime: 'nodejs22.x',
  Handler: 'index.handler',
  code: { kind: 'inline', text: '' },
  Timeout: 3,
  MemorySize: 128,
  Environment: {},
  layers: [],
}
const FunctionArn = 'arn:aws:lambda:us-east-1:123456789012:function:Hello'
const KEY = 'function/123456789012/us-east-1/Hello'

test('a function is stored and published in one transaction, and both go when it is deleted', async () => {
  const { store, call } = start()
  const entry = () => store.read((view) => view.get(directory, GLOBAL_SCOPE, KEY))
  const created = await CreateFunction(INPUT, call)
  assert.deepEqual(created, { ...INPUT, FunctionArn, LastModified: 7 })
  assert.deepEqual(await entry(), {
    kind: 'function',
    scope: { accountId: '123456789012', region: 'us-east-1' },
    function: created,
  })
  await UpdateFunction({ ...INPUT, Timeout: 5 }, call)
  assert.equal((await GetFunction({ FunctionName: 'Hello' }, call)).Timeout, 5)
  await DeleteFunction({ FunctionName: 'Hello' }, call)
  assert.equal(await entry(), undefined)
})

test('a function that exists already, or does not, is refused with the words of AWS', async () => {
  const { call } = start()
  const missing = {
    code: 'ResourceNotFoundException',
    statusCode: 404,
    message: `Function not found: ${FunctionArn}`,
  }
  await assert.rejects(UpdateFunction(INPUT, call), missing)
  await assert.rejects(GetFunction({ FunctionName: 'Hello' }, call), missing)
  await assert.rejects(DeleteFunction({ FunctionName: 'Hello' }, call), missing)
  await CreateFunction(INPUT, call)
  await assert.rejects(CreateFunction(INPUT, call), {
    code: 'ResourceConflictException',
    statusCode: 409,
    message: 'Function already exist: Hello',
  })
})

test('what AWS would refuse of a configuration is refused', async () => {
  const { call } = start()
  const cases: readonly (readonly [Partial<FunctionInput>, RegExp])[] = [
    [{ Timeout: 0 }, /Value '0' at 'timeout' failed.*greater than or equal to 1$/],
    [{ Timeout: 901 }, /less than or equal to 900$/],
    [{ MemorySize: 64 }, /greater than or equal to 128$/],
    [{ FunctionName: 'a b' }, /at 'functionName' failed/],
    [
      { Environment: { AWS_REGION: 'x', A1: 'y' } },
      /Reserved keys used in this request: AWS_REGION$/,
    ],
    [{ Environment: { '1A': 'y' } }, /Value '1A' at 'environment.variables'/],
    [{ Environment: { A1: 'y'.repeat(4096) } }, /exceeded the 4KB limit\.$/],
  ]
  for (const [change, message] of cases) {
    await assert.rejects(CreateFunction({ ...INPUT, ...change }, call), { message })
  }
})

test('versions and aliases are names of the function, outlive its updates, and need something to name', async () => {
  const { call } = start()
  await CreateFunction(INPUT, call)
  const named = async () => (await GetFunction({ FunctionName: 'Hello' }, call)).qualifiers
  const alias = { FunctionName: 'Hello', Name: 'live', FunctionVersion: '1' }
  await assert.rejects(async () => CreateAlias(alias, call), /Function not found: .*:Hello:1/)
  assert.deepEqual(await PublishVersion({ FunctionName: 'Hello' }, call), { Version: '1' })
  assert.deepEqual(await CreateAlias(alias, call), { AliasArn: `${FunctionArn}:live` })
  await UpdateFunction({ ...INPUT, Timeout: 5 }, call)
  assert.deepEqual(await named(), ['1', 'live'])
  await DeleteQualifier({ FunctionName: 'Hello', Qualifier: 'live' }, call)
  assert.deepEqual(await named(), ['1'])
  await DeleteFunction({ FunctionName: 'Hello' }, call)
  assert.deepEqual(await DeleteQualifier({ FunctionName: 'Hello', Qualifier: '1' }, call), {})
})
