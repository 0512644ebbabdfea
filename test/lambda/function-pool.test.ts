import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { createFunctionPool } from '#lambda/function-pool.ts'
import { systemRandom } from '#shared/random.ts'
import { type Clock, systemClock } from '#shared/clock.ts'
import { documentOf, isAlive, startFixture } from './fixture.ts'

const PID = {
  'index.js': `exports.handler = async (event) => { if (event.ms) await new Promise((r) => setTimeout(r, event.ms)); return process.pid }`,
}

const GATED = {
  'index.js': `const { existsSync } = require('node:fs')
  exports.handler = async ({ gate }) => {
    while (gate && !existsSync(gate)) await new Promise((resolve) => setTimeout(resolve, 5))
    return process.pid
  }`,
}

test('one process answers one invocation after the other, and further ones are started for what waits', async (t) => {
  const { add, invoke, folder, logs, until } = startFixture(t)
  const arn = add(GATED)
  const first = (await invoke(arn)).body
  assert.equal((await invoke(arn)).body, first)
  const gate = join(folder, 'gate')
  const running = [1, 2, 3].map(() => invoke(arn, { gate }))
  await until(() => logs.filter(({ line }) => line.startsWith('START')).length === 5)
  writeFileSync(gate, '')
  const pids = await Promise.all(running)
  assert.equal(new Set(pids.map(({ body }) => body)).size, 3)
})

test('a process never has two invocations at a time', async (t) => {
  const { add, invoke } = startFixture(t, { processesPerFunctionMax: 2 })
  const arn = add({
    'index.js': `let running = 0
    exports.handler = async () => { running += 1; await new Promise((r) => setTimeout(r, 3)); const seen = running; running -= 1; return seen }`,
  })
  const answers = await Promise.all(Array.from({ length: 40 }, () => invoke(arn)))
  assert.ok(answers.every(({ body }) => Number(body) === 1))
})

test('what does not fit into the queue, or waits in it for too long, is refused', async (t) => {
  const { add, pool, folder } = startFixture(t, {
    processesPerFunctionMax: 1,
    queueMax: 1,
    queueWaitMs: 100,
  })
  const arn = add(GATED)
  const gate = join(folder, 'gate')
  const send = (event: object) =>
    pool.invoke({
      functionArn: arn,
      payload: Buffer.from(JSON.stringify(event)),
      invocationType: 'RequestResponse',
    })
  // A machine that starts the process slower than the queue waits refuses that, too: until it is there.
  while ((await send({})).kind === 'refused');
  const running = send({ gate })
  const waiting = send({})
  const throttled = {
    kind: 'refused',
    statusCode: 429,
    errorType: 'TooManyRequestsException',
    message: 'Rate Exceeded.',
  }
  assert.deepEqual(await send({}), throttled)
  assert.deepEqual(await waiting, throttled)
  writeFileSync(gate, '')
  assert.equal((await running).kind, 'answered')
})

test('reserved concurrency refuses what is above it at once', async (t) => {
  const { add, pool, invoke, folder } = startFixture(t)
  const arn = add(GATED)
  pool.route(arn, { aliases: {}, asynchronous: {}, reservedConcurrency: 1 })
  const gate = join(folder, 'gate')
  const running = invoke(arn, { gate })
  const answer = await pool.invoke({
    functionArn: arn,
    payload: Buffer.from('{}'),
    invocationType: 'RequestResponse',
  })
  assert.equal(answer.statusCode, 429)
  writeFileSync(gate, '')
  await running
  await invoke(arn)
})

test('with all processes taken, an idle one of another function makes room', async (t) => {
  const { add, invoke } = startFixture(t, { processesMax: 1 })
  const one = add(PID, { FunctionName: 'One' })
  const two = add(PID, { FunctionName: 'Two' })
  const before = (await invoke(one)).body
  await invoke(two)
  assert.notEqual((await invoke(one)).body, before)
})

test('an unused process is ended', async (t) => {
  const { add, invoke } = startFixture(t, { idleMs: 30 })
  const arn = add(PID)
  const pid = Number((await invoke(arn)).body)
  while (isAlive(pid)) await new Promise((resolve) => setImmediate(resolve))
  assert.notEqual((await invoke(arn)).body, pid)
})

test('closing the pool ends every process', async (t) => {
  const { add, invoke, pool } = startFixture(t)
  const pid = Number((await invoke(add(PID))).body)
  await pool.close()
  assert.equal(isAlive(pid), false)
})

test('an invocation whose caller gave up before it began is not run', async (t) => {
  const { add, pool, invoke, logs } = startFixture(t, { processesPerFunctionMax: 1 })
  const arn = add(PID)
  const running = invoke(arn, { ms: 200 })
  const caller = new AbortController()
  const given = pool.invoke({
    functionArn: arn,
    payload: Buffer.from('{}'),
    invocationType: 'RequestResponse',
    signal: caller.signal,
  })
  caller.abort(new Error('gone'))
  await assert.rejects(given, /gone/)
  await running
  await invoke(arn)
  assert.equal(logs.filter(({ line }) => line.startsWith('START')).length, 2)
})

test('an asynchronous invocation is tried three times, with a minute and two between, and then given up', async (t) => {
  const delays: number[] = []
  // The long waits of retries pass at once; all others are what they are.
  const clock: Clock = {
    ...systemClock,
    setTimer: (callback, delayMs) => {
      if (delayMs < 60_000 || delayMs > 120_000) return systemClock.setTimer(callback, delayMs)
      delays.push(delayMs)
      return systemClock.setTimer(callback, 0)
    },
  }
  const { folder, add } = startFixture(t)
  add({ 'index.js': `exports.handler = async () => { throw new Error('never') }` })
  const dropped = Promise.withResolvers<string>()
  const pool = createFunctionPool({
    clock,
    random: systemRandom,
    settings: {
      dataDir: `${folder}/data`,
      hostEnvironment: process.env,
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      watch: false,
      idleMs: 50_000,
    },
    onLog: () => undefined,
    onNotice: (_, text) => {
      if (text.includes('given up')) dropped.resolve(text)
    },
  })
  t.after(() => pool.close())
  const document = documentOf(`${folder}/Hello`)
  pool.put(document)
  const accepted = await pool.invoke({
    functionArn: document.FunctionArn,
    payload: Buffer.from('{}'),
    invocationType: 'Event',
  })
  assert.ok(accepted.kind === 'answered' && accepted.statusCode === 202)
  assert.match(await dropped.promise, new RegExp(`${accepted.requestId} was given up: .*never`))
  assert.deepEqual(delays, [60_000, 120_000])
})

test('a replaced function finishes what it runs with the old configuration', async (t) => {
  const { add, invoke } = startFixture(t)
  const code = {
    'index.js': `exports.handler = async (event) => { if (event.ms) await new Promise((r) => setTimeout(r, event.ms)); return process.env.COLOUR }`,
  }
  const arn = add(code, { Environment: { COLOUR: 'red' } })
  await invoke(arn)
  const running = invoke(arn, { ms: 150 })
  add(code, { Environment: { COLOUR: 'blue' } })
  assert.equal((await invoke(arn)).body, 'blue')
  assert.equal((await running).body, 'red')
})

test('an alias or version that does not exist is not invoked', async (t) => {
  const { add, invoke, pool } = startFixture(t)
  const arn = add(PID)
  pool.route(arn, { aliases: { live: { FunctionVersion: '$LATEST' } }, asynchronous: {} })
  const { body } = await invoke(arn)
  for (const qualifier of ['$LATEST', 'live']) {
    assert.equal((await invoke(`${arn}:${qualifier}`)).body, body)
  }
  await assert.rejects(
    invoke(`${arn}:dev`),
    /ResourceNotFoundException: Function not found: .*:dev/,
  )
})
