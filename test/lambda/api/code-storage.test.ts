import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ROLE, startOperations, zipOf } from './support.ts'

const archive = (text: string) => zipOf({ 'index.js': text.padEnd(1000) })
const BYTES = archive('').length
const made = (FunctionName: string) => ({
  FunctionName,
  Runtime: 'nodejs22.x' as const,
  Handler: 'index.handler',
  Role: ROLE,
  Code: { ZipFile: archive(FunctionName) },
})
const EXCEEDED = { code: 'CodeStorageExceededException', statusCode: 400 }

test('an account keeps so much code of functions, versions and layers, and what is too much is not there', async (t) => {
  const { operations, call } = startOperations(t, { codeBytesInAllMax: 3 * BYTES })
  await operations.CreateFunction(made('a'), call)
  await operations.PublishVersion({ FunctionName: 'a' }, call)
  await operations.PublishLayerVersion({ LayerName: 'l', Content: { ZipFile: archive('l') } }, call)
  const { AccountUsage } = await operations.GetAccountSettings({}, call)
  assert.equal(AccountUsage.TotalCodeSize, 3 * BYTES)
  await assert.rejects(operations.CreateFunction(made('b'), call), EXCEEDED)
  await assert.rejects(operations.GetFunction({ FunctionName: 'b' }, call), { statusCode: 404 })
  const layer = { LayerName: 'l', Content: { ZipFile: archive('m') } }
  await assert.rejects(operations.PublishLayerVersion(layer, call), EXCEEDED)
  await operations.UpdateFunctionCode({ FunctionName: 'a', ZipFile: archive('c') }, call)
  await assert.rejects(operations.PublishVersion({ FunctionName: 'a' }, call), EXCEEDED)
  const larger = { FunctionName: 'a', ZipFile: zipOf({ 'index.js': ' '.repeat(2000) }) }
  await assert.rejects(operations.UpdateFunctionCode(larger, call), EXCEEDED)
  const { Configuration } = await operations.GetFunction({ FunctionName: 'a' }, call)
  assert.equal(Configuration?.CodeSize, BYTES)
})
