import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startFixture, writeFiles } from './fixture.ts'

const CLIENTS = [
  'client-dynamodb',
  'lib-dynamodb',
  'client-s3',
  'client-sqs',
  'client-sns',
  'client-sfn',
  'client-eventbridge',
  'client-apigatewaymanagementapi',
  'client-lambda',
  'client-cognito-identity-provider',
  'client-ssm',
  'client-secrets-manager',
].map((name) => `@aws-sdk/${name}`)

test('the clients that Lambda brings along are found without being installed, by require and by import', async (t) => {
  const { add, invoke } = startFixture(t)
  const list = JSON.stringify([...CLIENTS, 'aws-sdk/package.json'])
  const common = add(
    { 'index.js': `exports.handler = async () => ${list}.map((name) => typeof require(name))` },
    { FunctionName: 'Common' },
  )
  assert.deepEqual(
    (await invoke(common)).body,
    [...CLIENTS, ''].map(() => 'object'),
  )
  const module = add(
    {
      'index.mjs': `import { S3Client } from '@aws-sdk/client-s3'\nexport const handler = async () => [typeof S3Client, typeof (await import('@aws-sdk/client-sqs')).SQSClient]`,
    },
    { FunctionName: 'Module' },
  )
  assert.deepEqual((await invoke(module)).body, ['function', 'function'])
})

test('a client that the function brings itself goes before, and nothing else of ours is found', async (t) => {
  const { add, invoke } = startFixture(t)
  const arn = add({
    'index.js': `exports.handler = async () => [require('@aws-sdk/client-s3'), (() => { try { return require('yaml') } catch (error) { return error.code } })()]`,
    'node_modules/@aws-sdk/client-s3/index.js': 'module.exports = "own"',
  })
  assert.deepEqual((await invoke(arn)).body, ['own', 'MODULE_NOT_FOUND'])
})

test('a dependency that is not installed is one line with the command', async (t) => {
  const { add, invoke, notices, folder } = startFixture(t)
  const declared = add(
    {
      'index.js': `require('@scope/thing/part')`,
      'package.json': '{"dependencies":{"@scope/thing":"1"}}',
    },
    { FunctionName: 'Declared' },
  )
  await invoke(declared)
  await invoke(declared)
  const module = add(
    { 'index.mjs': `import 'other'; export const handler = 1` },
    { FunctionName: 'Module' },
  )
  await invoke(module)
  const own = add({ 'index.js': `require('./missing')` }, { FunctionName: 'Own' })
  await invoke(own)
  const about = notices.filter((text) => text.includes('not installed'))
  assert.deepEqual(about, [
    `Declared: Declared (template.yaml: Declared) needs '@scope/thing/part', which is not installed: run (cd ${folder}/Declared && npm install), or start with --build`,
    `Module: Module (template.yaml: Module) needs 'other', which is not installed: run (cd ${folder}/Module && npm install other), or start with --build`,
  ])
})

test('the build installs what package.json names and is not there', async (t) => {
  const { add, invoke, folder } = startFixture(t, { build: true })
  writeFiles(folder, {
    'local/package.json': '{"name":"local-thing","version":"1.0.0"}',
    'local/index.js': 'module.exports = "built"',
  })
  const arn = add({
    'index.js': `exports.handler = async () => require('local-thing')`,
    'package.json': '{"dependencies":{"local-thing":"file:../local"}}',
  })
  assert.equal((await invoke(arn)).body, 'built')
  const broken = add(
    { 'index.js': '', 'package.json': '{"dependencies":{"gone":"file:../gone.tgz"}}' },
    { FunctionName: 'Broken' },
  )
  const { body } = await invoke(broken)
  assert.match(
    String(body['errorMessage']),
    /^npm install .* failed for Broken \(template\.yaml: Broken\): /,
  )
})
