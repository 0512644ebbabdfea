import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import {
  InvokeCommand,
  InvokeWithResponseStreamCommand,
  LambdaClient,
  TooManyRequestsException,
} from '@aws-sdk/client-lambda'
import { createInvokeApi } from '#lambda/invoke-api.ts'
import { createInvokeClient } from '#lambda/invoke-client.ts'
import { startHttpListener } from '#transport/http-listener.ts'
import { startFixture } from './fixture.ts'

const onError = (error: unknown): void => {
  throw error
}

const scope = { accountId: '123456789012', region: 'eu-west-1' }

const startSdk = async (t: TestContext, fixture: ReturnType<typeof startFixture>) => {
  const listener = await startHttpListener({
    handler: createInvokeApi(fixture.pool, { scope }),
    host: '127.0.0.1',
    port: 0,
    onError,
  })
  const client = new LambdaClient({
    endpoint: `http://127.0.0.1:${listener.port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  })
  t.after(async () => {
    client.destroy()
    await listener.close(0)
  })
  return client
}

const CODE = {
  'index.js': `exports.handler = async (event, context) => {
    if (event.fail) throw new TypeError('no')
    console.log('seen')
    return { event, custom: context.clientContext?.custom, arn: context.invokedFunctionArn }
  }`,
}

test('the AWS SDK invokes a function by name, by ARN and with a log', async (t) => {
  const fixture = startFixture(t)
  const arn = fixture.add(CODE)
  fixture.pool.route(arn, {
    aliases: { live: { FunctionVersion: '$LATEST' } },
    asynchronous: {},
  })
  const client = await startSdk(t, fixture)
  const answer = await client.send(
    new InvokeCommand({
      FunctionName: 'Hello',
      Qualifier: 'live',
      Payload: Buffer.from('{"a":1}'),
      LogType: 'Tail',
      ClientContext: Buffer.from('{"custom":{"b":2}}').toString('base64'),
    }),
  )
  assert.equal(answer.StatusCode, 200)
  assert.equal(answer.ExecutedVersion, '$LATEST')
  assert.equal(answer.FunctionError, undefined)
  assert.deepEqual(JSON.parse(answer.Payload?.transformToString() ?? ''), {
    event: { a: 1 },
    custom: { b: 2 },
    arn: `${arn}:live`,
  })
  const log = Buffer.from(answer.LogResult ?? '', 'base64').toString()
  assert.match(log, /^START RequestId: .*\n.*\tINFO\tseen\nEND RequestId: .*\nREPORT /)
  const failed = await client.send(
    new InvokeCommand({ FunctionName: arn, Payload: Buffer.from('{"fail":true}') }),
  )
  assert.equal(failed.FunctionError, 'Unhandled')
})

test('the AWS SDK gets 202 for an event, 204 for a dry run, and errors by their names', async (t) => {
  const fixture = startFixture(t)
  const client = await startSdk(t, fixture)
  fixture.add(CODE)
  const off = fixture.add(CODE, { FunctionName: 'Off' })
  fixture.pool.route(off, { aliases: {}, asynchronous: {}, reservedConcurrency: 0 })
  const send = (input: ConstructorParameters<typeof InvokeCommand>[0]) =>
    client.send(new InvokeCommand(input))
  assert.equal((await send({ FunctionName: 'Hello', InvocationType: 'DryRun' })).StatusCode, 204)
  const event = {
    FunctionName: 'Hello',
    InvocationType: 'Event',
    Payload: Buffer.from('{}'),
  } as const
  assert.equal((await send(event)).StatusCode, 202)
  await fixture.until(() => fixture.logs.some(({ line }) => line.startsWith('REPORT')))
  await assert.rejects(send({ FunctionName: 'Nobody' }), {
    name: 'ResourceNotFoundException',
    message: 'Function not found: arn:aws:lambda:us-east-1:123456789012:function:Nobody',
  })
  await assert.rejects(send({ FunctionName: 'Hello', Payload: Buffer.from('{') }), {
    name: 'InvalidRequestContentException',
  })
  await assert.rejects(
    send({ FunctionName: 'Hello', Payload: Buffer.alloc(6 * 1024 * 1024 + 1, '1') }),
    {
      name: 'RequestTooLargeException',
    },
  )
  await assert.rejects(
    send({ FunctionName: 'Off', Payload: Buffer.from('{}') }),
    TooManyRequestsException,
  )
})

test('the AWS SDK reads a streamed answer as events', async (t) => {
  const fixture = startFixture(t)
  fixture.add({
    'index.js': `exports.handler = awslambda.streamifyResponse(async (event, out) => {
      out.write('one'); out.write('two')
      if (event.fail) throw new TypeError('late')
      out.end()
    })`,
  })
  const client = await startSdk(t, fixture)
  const read = async (event: unknown) => {
    const input = { FunctionName: 'Hello', Payload: Buffer.from(JSON.stringify(event)) }
    const { EventStream = [] } = await client.send(new InvokeWithResponseStreamCommand(input))
    let text = ''
    for await (const { PayloadChunk, InvokeComplete } of EventStream) {
      text += Buffer.from(PayloadChunk?.Payload ?? '').toString()
      if (InvokeComplete !== undefined) text += ` ${InvokeComplete.ErrorCode ?? 'complete'}`
    }
    return text
  }
  assert.equal(await read({}), 'onetwo complete')
  assert.equal(await read({ fail: true }), 'onetwo Unhandled')
})

test('a worker invokes over a Unix socket, streams and gives up', async (t) => {
  const fixture = startFixture(t)
  const arn = fixture.add(CODE)
  const streaming = fixture.add(
    {
      'index.js': `exports.handler = awslambda.streamifyResponse(async (event, out) => { out.write('one'); out.end('two') })`,
    },
    { FunctionName: 'Streaming' },
  )
  const hanging = fixture.add(
    { 'index.js': `exports.handler = () => new Promise((r) => setTimeout(r, 60000))` },
    { FunctionName: 'Hanging' },
  )
  const path = join(fixture.folder, 'invoke.sock')
  const handler = createInvokeApi(fixture.pool, { trusted: true })
  const listener = await startHttpListener({ handler, path, onError })
  const client = createInvokeClient({ socketPath: path })
  t.after(async () => {
    await client.close()
    await listener.close(0)
  })
  const request = {
    functionArn: arn,
    payload: Buffer.from('{"a":1}'),
    invocationType: 'RequestResponse',
  } as const
  const answer = await client.invokeFunction(request)
  assert.ok(answer.kind === 'answered')
  assert.deepEqual(JSON.parse(Buffer.from(answer.payload).toString()).event, { a: 1 })
  const missing = await client.invokeFunction({ ...request, functionArn: `${arn}-not` })
  assert.equal(missing.kind === 'refused' && missing.errorType, 'ResourceNotFoundException')
  const whole = await client.invokeFunctionStream(request)
  assert.equal(whole.kind, 'answered')
  const streamed = await client.invokeFunctionStream({ ...request, functionArn: streaming })
  assert.ok(streamed.kind === 'streaming')
  let text = ''
  for await (const chunk of streamed.payload) text += Buffer.from(chunk).toString()
  assert.equal(text, 'onetwo')
  const waiting = new AbortController()
  const given = client.invokeFunction({ ...request, functionArn: hanging, signal: waiting.signal })
  await fixture.until(() =>
    fixture.logs.some(
      ({ functionName, line }) => functionName === 'Hanging' && line.startsWith('START'),
    ),
  )
  waiting.abort(new Error('enough'))
  await assert.rejects(given, /enough/)
  const away = createInvokeClient({ socketPath: join(fixture.folder, 'nobody.sock') })
  const refused = await away.invokeFunction(request)
  assert.equal(refused.kind === 'refused' && refused.errorType, 'ServiceException')
  await away.close()
})
