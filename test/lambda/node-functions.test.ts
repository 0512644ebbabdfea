import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startFixture, writeFiles } from './fixture.ts'

test('an async handler answers, and its console lines are the log of the invocation', async (t) => {
  const { add, invoke, logs } = startFixture(t)
  const arn = add({
    'index.js': `exports.handler = async (event) => {
      console.log('hello', { name: event.name })
      console.error('two\\nlines')
      return { got: event }
    }`,
  })
  const { answer, body } = await invoke(arn, { name: 'x' })
  assert.deepEqual(body, { got: { name: 'x' } })
  assert.equal(answer.functionError, undefined)
  const lines = logs.filter((line) => line.requestId === answer.requestId).map(({ line }) => line)
  assert.equal(lines[0], `START RequestId: ${answer.requestId} Version: $LATEST`)
  assert.match(
    lines[1] ?? '',
    new RegExp(`^\\d{4}-.*Z\\t${answer.requestId}\\tINFO\\thello { name: 'x' }$`),
  )
  assert.match(lines[2] ?? '', /\tERROR\ttwo\nlines$/)
  assert.equal(lines[3], `END RequestId: ${answer.requestId}`)
  assert.match(
    lines[4] ?? '',
    /^REPORT RequestId: .*\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 512 MB\tMax Memory Used: \d+ MB\tInit Duration: [\d.]+ ms\t$/,
  )
  assert.equal(answer.logTail, `${lines.join('\n')}\n`)
})

test('a callback answers when the event loop is empty, or at once where the context says so', async (t) => {
  const { add, invoke } = startFixture(t)
  const arn = add({
    'index.js': `let late = 'no'
    exports.handler = (event, context, callback) => {
      if (event.ask) return callback(null, { late })
      context.callbackWaitsForEmptyEventLoop = event.wait
      setTimeout(() => { late = 'yes' }, 30)
      callback(null, { answered: true })
    }`,
  })
  assert.deepEqual((await invoke(arn, { wait: true })).body, { answered: true })
  assert.deepEqual((await invoke(arn, { ask: true })).body, { late: 'yes' })
})

test('context.succeed, fail and done answer; nothing left to do answers null', async (t) => {
  const { add, invoke } = startFixture(t)
  const arn = add({
    'index.js': `exports.handler = (event, context) => {
      if (event.how === 'succeed') context.succeed({ ok: 1 })
      if (event.how === 'fail') context.fail(new RangeError('too far'))
      if (event.how === 'done') setTimeout(() => context.done(null, 'done'), 1)
    }`,
  })
  assert.deepEqual((await invoke(arn, { how: 'succeed' })).body, { ok: 1 })
  const failed = await invoke(arn, { how: 'fail' })
  assert.equal(failed.answer.functionError, 'Unhandled')
  assert.equal(failed.body['errorType'], 'RangeError')
  assert.equal((await invoke(arn, { how: 'done' })).body, 'done')
  assert.equal((await invoke(arn, { how: 'not' })).body, null)
})

test('ES modules, also with top-level await, and nested handler names load', async (t) => {
  const { add, invoke } = startFixture(t)
  const module = add(
    {
      'src/app.mjs':
        'const v = await Promise.resolve(7); export const handler = async () => ({ v })',
    },
    { FunctionName: 'Module', Handler: 'src/app.handler' },
  )
  const typed = add(
    {
      'package.json': '{"type":"module"}',
      'index.js':
        'const v = await Promise.resolve(8); export const handler = () => Promise.resolve({ v })',
    },
    { FunctionName: 'Typed' },
  )
  assert.deepEqual((await invoke(module)).body, { v: 7 })
  assert.deepEqual((await invoke(typed)).body, { v: 8 })
})

test('an error that a handler throws has the shape that AWS gives it', async (t) => {
  const { add, invoke, logs } = startFixture(t)
  const arn = add({
    'index.js': `exports.handler = async (event) => { if (event.text) throw 'plain'; throw new TypeError('boom') }`,
  })
  const { answer, body } = await invoke(arn)
  assert.equal(answer.statusCode, 200)
  assert.equal(answer.functionError, 'Unhandled')
  assert.equal(body['errorType'], 'TypeError')
  assert.equal(body['errorMessage'], 'boom')
  const { trace } = body
  assert.ok(Array.isArray(trace) && trace[0] === 'TypeError: boom')
  assert.ok(
    logs.some(({ line }) => line.includes('\tERROR\tInvoke Error \t{"errorType":"TypeError"')),
  )
  assert.deepEqual((await invoke(arn, { text: true })).body, {
    errorType: 'string',
    errorMessage: 'plain',
    trace: [],
  })
})

test('the context object tells about the function and the time that is left', async (t) => {
  const { add, invoke, pool } = startFixture(t)
  const arn = add({
    'index.js': `exports.handler = async (event, context) => ({ ...context, left: context.getRemainingTimeInMillis(), trace: process.env._X_AMZN_TRACE_ID })`,
  })
  pool.route(arn, { aliases: { live: { FunctionVersion: '$LATEST' } }, asynchronous: {} })
  const clientContext = Buffer.from('{"custom":{"a":"ü"}}').toString('base64')
  const { answer, body } = await invoke(
    arn,
    {},
    {
      functionArn: `${arn}:live`,
      traceId: 'Root=1-2-3',
      clientContext,
    },
  )
  const { left, logStreamName, ...rest } = body
  assert.ok(typeof left === 'number' && left > 5000 && left <= 10_000)
  assert.match(String(logStreamName), /^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/)
  assert.deepEqual(rest, {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: '$LATEST',
    functionName: 'Hello',
    memoryLimitInMB: '512',
    logGroupName: '/aws/lambda/Hello',
    clientContext: { custom: { a: 'ü' } },
    invokedFunctionArn: `${arn}:live`,
    awsRequestId: answer.requestId,
    trace: 'Root=1-2-3;Sampled=0',
  })
})

test('a package.json above the function’s folder does not decide what its .js files are', async (t) => {
  const { folder, add, invoke } = startFixture(t)
  writeFiles(folder, { 'package.json': '{"type":"module"}' })
  const commonJs = add({ 'index.js': `exports.handler = async () => typeof require` })
  assert.equal((await invoke(commonJs)).body, 'function')
  const esModule = add(
    { 'index.js': `export const handler = async () => typeof require` },
    { FunctionName: 'Module' },
  )
  assert.equal((await invoke(esModule)).body, 'undefined')
})
