import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startFixture } from './fixture.ts'

test('a function that takes longer than its timeout is ended and says so as AWS does', async (t) => {
  const { add, invoke, logs } = startFixture(t)
  const arn = add(
    {
      'index.js': `exports.handler = (event) => event.hang ? new Promise((r) => setTimeout(r, 60000)) : process.pid`,
    },
    { Timeout: 0.2 },
  )
  const { answer, body } = await invoke(arn, { hang: true })
  assert.equal(answer.functionError, 'Unhandled')
  assert.deepEqual(body, {
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: ${answer.requestId} Error: Task timed out after 0.20 seconds`,
  })
  assert.ok(
    logs.some(({ line }) => line.endsWith(`${answer.requestId} Task timed out after 0.20 seconds`)),
  )
  assert.ok(
    logs.some(({ line }) => line.startsWith('REPORT') && line.endsWith('Status: timeout\t')),
  )
})

test('a handler that blocks its process is ended at its timeout all the same', async (t) => {
  const { add, invoke } = startFixture(t)
  const arn = add({ 'index.js': `exports.handler = async () => { for (;;); }` }, { Timeout: 0.2 })
  assert.equal((await invoke(arn)).body['errorType'], 'Sandbox.Timedout')
})

test('a process that exits during an invocation fails it, and the next gets a new process', async (t) => {
  const { add, invoke } = startFixture(t)
  const arn = add({
    'index.js': `exports.handler = async (event) => {
      if (event.exit !== undefined) process.exit(event.exit)
      if (event.signal !== undefined) { process.kill(process.pid, event.signal); await new Promise(() => setTimeout(() => {}, 5000)) }
      return 'well'
    }`,
  })
  const exited = await invoke(arn, { exit: 3 })
  assert.deepEqual(exited.body, {
    errorType: 'Runtime.ExitError',
    errorMessage: `RequestId: ${exited.answer.requestId} Error: Runtime exited with error: exit status 3`,
  })
  const silent = await invoke(arn, { exit: 0 })
  assert.match(String(silent.body['errorMessage']), /Runtime exited without providing a reason$/)
  const killed = await invoke(arn, { signal: 'SIGKILL' })
  assert.match(String(killed.body['errorMessage']), /Runtime exited with error: signal: killed$/)
  assert.equal((await invoke(arn)).body, 'well')
})

test('an exception that nobody caught, and a rejection, fail the invocation', async (t) => {
  const { add, invoke } = startFixture(t)
  const arn = add({
    'index.js': `exports.handler = async (event) => {
      if (event.reject) Promise.reject(new RangeError('unseen'))
      else setTimeout(() => { throw new RangeError('uncaught') }, 1)
      await new Promise(() => setTimeout(() => {}, 5000))
    }`,
  })
  const thrown = await invoke(arn)
  assert.equal(thrown.body['errorType'], 'RangeError')
  assert.equal(thrown.body['errorMessage'], 'uncaught')
  const rejected = await invoke(arn, { reject: true })
  assert.equal(rejected.body['errorType'], 'Runtime.UnhandledPromiseRejection')
  assert.equal(rejected.body['errorMessage'], 'RangeError: unseen')
})

test('a function that cannot initialize answers what AWS answers, each time anew', async (t) => {
  const { add, invoke } = startFixture(t)
  const cases = {
    Throws: {
      code: `throw new ReferenceError('at import')`,
      errorType: 'ReferenceError',
      message: /^at import$/,
    },
    Missing: {
      code: `require('not-there')`,
      errorType: 'Runtime.ImportModuleError',
      message: /^Error: Cannot find module 'not-there'/,
    },
    Syntax: {
      code: `exports.handler = {`,
      errorType: 'Runtime.UserCodeSyntaxError',
      message: /^SyntaxError: /,
    },
    Unexported: {
      code: `exports.other = 1`,
      errorType: 'Runtime.HandlerNotFound',
      message: /^index\.handler is undefined or not exported$/,
    },
    Exits: { code: `process.exit(7)`, errorType: 'Runtime.ExitError', message: /exit status 7$/ },
  }
  for (const [FunctionName, { code, errorType, message }] of Object.entries(cases)) {
    const arn = add({ 'index.js': code }, { FunctionName })
    for (let time = 0; time < 2; time += 1) {
      const { answer, body } = await invoke(arn)
      assert.equal(answer.functionError, 'Unhandled')
      assert.equal(body['errorType'], errorType)
      assert.match(String(body['errorMessage']), message)
    }
  }
})

test('a handler with a callback runs on every Node.js, though AWS refuses it from 24 on', async (t) => {
  const { add, invoke } = startFixture(t)
  const code = { 'index.js': 'exports.handler = (event, context, callback) => callback(null, 1)' }
  assert.equal((await invoke(add(code, { Runtime: 'nodejs22.x' }))).body, 1)
  const arn = add(code, { Runtime: 'nodejs24.x', FunctionName: 'New' })
  assert.equal((await invoke(arn)).body, 1)
})

test('a function that does not finish its initialization in time is ended', async (t) => {
  const { add, invoke } = startFixture(t, { initTimeoutMs: 200 })
  const arn = add({ 'index.js': `for (;;);` })
  assert.equal((await invoke(arn)).body['errorType'], 'Sandbox.Timedout')
})

test('a function that takes more memory than it has is killed', {
  skip: process.platform !== 'linux',
}, async (t) => {
  const { add, invoke } = startFixture(t, { memoryCheckMs: 20 })
  const arn = add(
    {
      'index.js': `exports.handler = async () => {
        const all = []
        for (;;) { all.push(Buffer.alloc(8e6, 1)); await new Promise((r) => setTimeout(r, 2)) }
      }`,
    },
    { MemorySize: 128 },
  )
  const { answer, body } = await invoke(arn)
  assert.deepEqual(body, {
    errorType: 'Runtime.OutOfMemory',
    errorMessage: `RequestId: ${answer.requestId} Error: Runtime exited with error: signal: killed`,
  })
})

test('an answer above 6 MB is refused with the message of AWS', async (t) => {
  const { add, invoke } = startFixture(t)
  const arn = add({ 'index.js': `exports.handler = async (event) => 'x'.repeat(event.size)` })
  assert.deepEqual((await invoke(arn, { size: 6_291_555 })).body, {
    errorType: 'Function.ResponseSizeTooLarge',
    errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
  })
  assert.equal((await invoke(arn, { size: 6_291_000 })).answer.payload.byteLength, 6_291_002)
})

test('a runtime that does not run here, a handler without a file and code without a folder are named', async (t) => {
  const { add, invoke, folder, pool } = startFixture(t)
  const java = add({}, { Runtime: 'java21', FunctionName: 'Java' })
  assert.match(
    String((await invoke(java)).body['errorMessage']),
    /^Java \(template\.yaml: Java\) asks for the runtime 'java21', which does not run here/,
  )
  const lost = add({ 'other.js': '' }, { FunctionName: 'Lost', Handler: 'app.handler' })
  assert.deepEqual((await invoke(lost)).body, {
    errorType: 'Runtime.ImportModuleError',
    errorMessage: `Error: Cannot find module 'app': the handler 'app.handler' of Lost (template.yaml: Lost) should be in ${folder}/Lost/app.js, .mjs, .cjs or .ts, and no such file exists`,
  })
  const gone = add({}, { FunctionName: 'Gone', code: { kind: 'directory', path: '/not/there' } })
  assert.match(String((await invoke(gone)).body['errorMessage']), /there is no such folder$/)
  const unknown = await pool.invoke({
    functionArn: 'arn:aws:lambda:us-east-1:123456789012:function:Nobody',
    payload: Buffer.from('{}'),
    invocationType: 'RequestResponse',
  })
  assert.deepEqual(unknown, {
    kind: 'refused',
    statusCode: 404,
    errorType: 'ResourceNotFoundException',
    message: 'Function not found: arn:aws:lambda:us-east-1:123456789012:function:Nobody',
  })
})
