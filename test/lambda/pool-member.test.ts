import assert from 'node:assert/strict'
import { test } from 'node:test'
import { documentOf, startFixture, writeFiles } from './fixture.ts'

const VERSION = {
  'index.js': 'exports.handler = async () => process.env.AWS_LAMBDA_FUNCTION_VERSION',
}

test('an alias divides its invocations by weight, and a version answers by its number', async (t) => {
  const { add, invoke, pool, folder } = startFixture(t)
  const arn = add(VERSION)
  for (const Version of ['1', '2']) pool.put(documentOf(`${folder}/Hello`, { Version }))
  const live = (weight: number) =>
    pool.route(arn, {
      aliases: { live: { FunctionVersion: '1', AdditionalVersionWeights: { 2: weight } } },
      asynchronous: {},
    })
  live(0.5)
  const seen = new Set<unknown>()
  for (let count = 0; count < 200 && seen.size < 2; count += 1) {
    const { answer, body } = await invoke(`${arn}:live`)
    assert.equal(answer.executedVersion, String(body))
    seen.add(body)
  }
  assert.deepEqual([...seen].toSorted(), ['1', '2'])
  live(0)
  assert.equal((await invoke(`${arn}:live`)).body, '1')
  live(1)
  assert.equal((await invoke(`${arn}:live`)).body, '2')
  assert.equal((await invoke(`${arn}:1`)).body, '1')
  pool.remove(`${arn}:1`)
  await assert.rejects(invoke(`${arn}:1`), /Function not found/)
  assert.equal((await invoke(arn)).body, '$LATEST')
})

test('the results of events go to destinations that are functions, as AWS writes them', async (t) => {
  const fixture = startFixture(t, { eventRetryDelaysMs: [1, 1] })
  const { add, pool, logs, until, notices, invoke, folder } = fixture
  const told = add(
    {
      'index.js': 'exports.handler = async (event) => console.log("TOLD " + JSON.stringify(event))',
    },
    { FunctionName: 'Told' },
  )
  const root = `${folder}/Work`
  writeFiles(root, {
    'index.js':
      'exports.handler = async ({ ok }) => { if (!ok) throw new Error("cold"); return 7 }',
  })
  const deadLetterArn = 'arn:aws:sqs:us-east-1:123456789012:dead'
  const document = documentOf(root, { FunctionName: 'Work', deadLetterArn })
  pool.put(document)
  const arn = document.FunctionArn
  pool.route(arn, {
    aliases: {},
    asynchronous: { $LATEST: { MaximumRetryAttempts: 1, onSuccess: told, onFailure: told } },
  })
  const record = async (condition: string) => {
    const line = await until(() => logs.find((one) => one.line.includes(`"${condition}"`)))
    return JSON.parse(line.line.slice(line.line.indexOf('TOLD ') + 5))
  }
  await invoke(arn, { ok: true }, { invocationType: 'Event' })
  const success = await record('Success')
  assert.equal(success.requestContext.functionArn, `${arn}:$LATEST`)
  assert.equal(success.requestContext.approximateInvokeCount, 1)
  assert.deepEqual(success.requestPayload, { ok: true })
  assert.deepEqual(success.responseContext, { statusCode: 200, executedVersion: '$LATEST' })
  assert.equal(success.responsePayload, 7)
  await invoke(arn, { ok: false }, { invocationType: 'Event' })
  const failure = await record('RetriesExhausted')
  assert.equal(failure.requestContext.approximateInvokeCount, 2)
  assert.equal(failure.responseContext.functionError, 'Unhandled')
  assert.equal(failure.responsePayload.errorMessage, 'cold')
  await until(() => notices.find((text) => text.includes(`was not sent to ${deadLetterArn}`)))
})
