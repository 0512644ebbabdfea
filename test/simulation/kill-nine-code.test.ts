// kill -9 in the middle of updates of a function's code: after the restart it is the old code or the new, whole.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import {
  CreateFunctionCommand,
  InvokeCommand,
  LambdaClient,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { zipOf } from '../lambda/api/support.ts'

const KILLS = process.env['DAEMUN_TEST_LONG'] === '1' ? 20 : 3
const FunctionName = 'Versions'

const clientOf = (gateway: Gateway): LambdaClient =>
  new LambdaClient({
    endpoint: gateway.endpoint,
    region: 'us-east-1',
    credentials: gateway.credentials,
    maxAttempts: 1,
  })

/** Two files that have to be of one version, and enough beside them for an update to take its time. */
const code = (version: number): Uint8Array =>
  zipOf({
    'index.js': `const other = require('./other.js'); exports.handler = async () => [${version}, other]`,
    'other.js': `module.exports = ${version}`,
    'data.bin': Buffer.alloc(512 * 1024, version),
  })

const served = async (client: LambdaClient): Promise<number> => {
  const { Payload, FunctionError } = await client.send(new InvokeCommand({ FunctionName }))
  const text = Buffer.from(Payload ?? []).toString('utf8')
  assert.equal(FunctionError, undefined, text)
  const [one, other] = JSON.parse(text)
  assert.equal(one, other, 'two files of two versions')
  return Number(one)
}

it('a function is of one version after every kill, the last answered or the one in flight', async (context) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'daemun-kill-'))
  context.after(() => rm(dataDir, { recursive: true, force: true }))
  let gateway = await startGateway({ shape: 'start', dataDir })
  context.after(() => gateway.kill('SIGKILL'))
  let client = clientOf(gateway)
  await client.send(
    new CreateFunctionCommand({
      FunctionName,
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Role: 'arn:aws:iam::123456789012:role/any',
      Code: { ZipFile: code(0) },
    }),
  )
  let answered = 0
  for (let kill = 0; kill < KILLS; kill++) {
    let sending = answered
    const update = async (): Promise<void> => {
      for (;;) {
        sending = answered + 1
        await client.send(
          new UpdateFunctionCodeCommand({ FunctionName, ZipFile: code(sending % 250) }),
        )
        answered = sending
      }
    }
    const updating = update()
    const target = answered + 2 + kill
    // oxlint-disable-next-line no-unmodified-loop-condition -- `updating` counts
    while (answered < target) {
      await Promise.race([updating, new Promise((resolve) => setImmediate(resolve))])
    }
    await gateway.kill('SIGKILL')
    await assert.rejects(updating)
    gateway = await startGateway({ shape: 'start', dataDir })
    client = clientOf(gateway)
    const version = await served(client)
    assert.ok(
      [answered % 250, sending % 250].includes(version),
      `${version}, not ${answered} or ${sending}`,
    )
    answered = version
  }
})
