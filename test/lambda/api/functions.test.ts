import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CreateFunctionInput } from '#lambda/api/functions.ts'
import { ARN, ROLE, startOperations, zipOf } from './support.ts'

const INPUT: CreateFunctionInput = {
  FunctionName: 'Hello',
  Runtime: 'nodejs22.x',
  Handler: 'index.handler',
  Role: ROLE,
  Code: { ZipFile: zipOf({ 'index.js': 'exports.handler = async () => 1' }) },
}
const KEY = 'function/123456789012/us-east-1/Hello'
const NAME = { FunctionName: 'Hello' }

test('a function is stored and published in one transaction, and all of it goes when it is deleted', async (t) => {
  const { operations, call, entry } = startOperations(t)
  const created = await operations.CreateFunction({ ...INPUT, Publish: true }, call)
  assert.equal(created.FunctionArn, `${ARN}:1`)
  assert.equal(created.State, 'Active')
  const found = await entry(KEY)
  assert.ok(found?.kind === 'function' && found.function.code.kind === 'archive')
  assert.ok(await entry('function-version/123456789012/us-east-1/Hello/1'))
  const url = await operations.CreateFunctionUrlConfig({ ...NAME, AuthType: 'NONE' }, call)
  const [, urlId] = /^https:\/\/([a-z0-9]{32})\./.exec(url.FunctionUrl ?? '') ?? []
  assert.ok(await entry(`function-url/${urlId}`))
  await operations.DeleteFunction(NAME, call)
  assert.equal(await entry(KEY), undefined)
  assert.equal(await entry('function-version/123456789012/us-east-1/Hello/1'), undefined)
  assert.equal(await entry(`function-url/${urlId}`), undefined)
})

test('a function that exists already, or does not, is refused with the words of AWS', async (t) => {
  const { operations, call } = startOperations(t)
  const missing = {
    code: 'ResourceNotFoundException',
    statusCode: 404,
    message: `Function not found: ${ARN}`,
  }
  await assert.rejects(operations.GetFunction(NAME, call), missing)
  await assert.rejects(operations.UpdateFunctionCode({ ...NAME, ...INPUT.Code }, call), missing)
  await assert.rejects(operations.DeleteFunction(NAME, call), missing)
  await operations.CreateFunction(INPUT, call)
  await assert.rejects(operations.CreateFunction(INPUT, call), {
    code: 'ResourceConflictException',
    statusCode: 409,
    message: 'Function already exist: Hello',
  })
})

test('what AWS would refuse of a configuration is refused', async (t) => {
  const { operations, call } = startOperations(t)
  const Variables = (variables: Record<string, string>) => ({
    Environment: { Variables: variables },
  })
  const cases: readonly (readonly [Partial<CreateFunctionInput>, RegExp])[] = [
    [{ Timeout: 0 }, /Value '0' at 'timeout' failed.*greater than or equal to 1$/],
    [{ Timeout: 901 }, /less than or equal to 900$/],
    [{ MemorySize: 64 }, /greater than or equal to 128$/],
    [{ FunctionName: 'a b' }, /at 'functionName' failed/],
    [{ Role: 'nobody' }, /Value 'nobody' at 'role' failed/],
    [Variables({ AWS_REGION: 'x', A1: 'y' }), /Reserved keys used in this request: AWS_REGION$/],
    [Variables({ '1A': 'y' }), /Value '1A' at 'environment.variables'/],
    [Variables({ A1: 'y'.repeat(4096) }), /exceeded the 4KB limit\.$/],
    [{ Runtime: undefined }, /^Runtime and Handler are mandatory parameters/],
    [{ PackageType: 'Image' }, /container images are not run here/],
    [{ CodeSigningConfigArn: 'x' }, /^CodeSigningConfigArn is not provided/],
    [{ Layers: [`${ARN.replace('function', 'layer')}:1`] }, /^Layer version .* does not exist\.$/],
    [{ Tags: { 'aws:a': 'b' } }, /^Tag keys starting with aws:/],
  ]
  for (const [change, message] of cases) {
    await assert.rejects(operations.CreateFunction({ ...INPUT, ...change }, call), { message })
  }
  assert.deepEqual((await operations.ListFunctions({}, call)).Functions, [])
})

test('code that is no archive, is empty, too large or reaches outside is refused as AWS does', async (t) => {
  const { operations, call } = startOperations(t)
  const bomb = zipOf({ 'index.js': '' })
  // The directory says that its one file unpacks to 300 MB.
  bomb.writeUInt32LE(300 * 1024 * 1024, bomb.readUInt32LE(bomb.length - 6) + 24)
  const cases: readonly (readonly [CreateFunctionInput['Code'], RegExp])[] = [
    [{ ZipFile: Buffer.from('no zip') }, /^Could not unzip uploaded file\. .*not a zip archive/],
    [{ ZipFile: Buffer.alloc(0) }, /^Uploaded file must be a non-empty zip$/],
    [{ ZipFile: zipOf({}) }, /^Uploaded file must be a non-empty zip$/],
    [{ ZipFile: zipOf({ '../x': 'x' }) }, /^Could not unzip .*outside of its folder/],
    [{ ZipFile: zipOf({ a: 'x' }).subarray(0, 40) }, /^Could not unzip/],
    [{ ZipFile: bomb }, /^Unzipped size must be smaller than 262144000 bytes$/],
    [{ S3Bucket: 'b', S3Key: 'k' }, /No S3 is joined here, so s3:\/\/b\/k/],
    [{ ImageUri: 'x' }, /container images are not run here/],
    [{}, /^Please provide a source for function code\.$/],
  ]
  for (const [Code, message] of cases) {
    await assert.rejects(operations.CreateFunction({ ...INPUT, Code }, call), {
      code: 'InvalidParameterValueException',
      statusCode: 400,
      message,
    })
  }
})

test('an update changes what it names, and only where the revision is the latest', async (t) => {
  const { operations, call } = startOperations(t)
  const created = await operations.CreateFunction(
    { ...INPUT, Timeout: 9, Environment: { Variables: { AB: '1' } } },
    call,
  )
  const updated = await operations.UpdateFunctionConfiguration({ ...NAME, MemorySize: 256 }, call)
  assert.deepEqual(
    [updated.Timeout, updated.MemorySize, updated.Environment?.Variables],
    [9, 256, { AB: '1' }],
  )
  assert.notEqual(updated.RevisionId, created.RevisionId)
  const stale = { code: 'PreconditionFailedException', statusCode: 412 }
  const { RevisionId } = created
  await assert.rejects(operations.UpdateFunctionConfiguration({ ...NAME, RevisionId }, call), stale)
  const ZipFile = zipOf({ 'index.js': 'exports.handler = async () => 2' })
  await assert.rejects(operations.UpdateFunctionCode({ ...NAME, ZipFile, RevisionId }, call), stale)
  const dry = await operations.UpdateFunctionCode({ ...NAME, ZipFile, DryRun: true }, call)
  assert.notEqual(dry.CodeSha256, created.CodeSha256)
  const { Configuration } = await operations.GetFunction(NAME, call)
  assert.equal(Configuration?.CodeSha256, created.CodeSha256)
})
