// A chat room, whole: examples/chat in both shapes, with wscat as its client; and aws-samples/simple-websockets-chat-app
// unmodified, from the folder that DAEMUN_CHAT_APP names.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, it, type TestContext } from 'node:test'
import { DynamoDBClient, ListTablesCommand, ScanCommand } from '@aws-sdk/client-dynamodb'
import { EXAMPLES, type Gateway, SHAPES, startGateway } from '../support/gateway.ts'
import { openSocket } from '../support/web-socket.ts'

const start = async (
  context: TestContext,
  options: Parameters<typeof startGateway>[0],
): Promise<{ gateway: Gateway; connections: () => Promise<readonly string[]> }> => {
  const gateway = await startGateway(options)
  context.after(() => gateway.stop())
  const table = new DynamoDBClient({
    endpoint: gateway.endpoint,
    region: 'us-east-1',
    credentials: gateway.credentials,
  })
  const { TableNames = [] } = await table.send(new ListTablesCommand({}))
  const [TableName] = TableNames
  const connections = async () => {
    const { Items = [] } = await table.send(new ScanCommand({ TableName }))
    return Items.map(({ connectionId }) => connectionId?.S ?? '')
  }
  return { gateway, connections }
}

/** Until the table says so: a function writes it after the client is told. */
const until = async (holds: () => Promise<boolean>): Promise<void> => {
  for (let looks = 0; looks < 3_000; looks++) if (await holds()) return
  assert.fail('the table never said so')
}

for (const shape of SHAPES) {
  it(`examples/chat with wscat, in daemun ${shape} [behaviour.md 14: Client tools]`, async (context) => {
    const { gateway, connections } = await start(context, { shape, file: join(EXAMPLES, 'chat') })
    const api = gateway.api('chat')
    const url = `${gateway.dataOrigin.replace('http', 'ws')}/_aws/execute-api/${api.id}/live`
    // Each says something as soon as it is connected, and hears itself.
    const first = wscat(context, url, '{"action":"say","text":"first is here"}')
    await first.heard(/first is here/)
    const second = wscat(context, url, '{"action":"say","text":"hello world"}')
    await second.heard(/hello world/)
    await first.heard(/hello world/)
    assert.equal((await connections()).length, 2)
    second.end()
    await until(async () => (await connections()).length === 1)
  })
}

const wscat = (context: TestContext, url: string, message: string) => {
  const bin = join(createRequire(import.meta.url).resolve('wscat/package.json'), '../bin/wscat')
  // It sends the message once it is connected, and stays for half a minute.
  const child: ChildProcess = spawn(process.execPath, [bin, '-c', url, '-x', message, '-w', '30'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  context.after(() => child.kill())
  assert.ok(child.stdout)
  const lines: string[] = []
  let wake: () => void = () => undefined
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line)
    wake()
  })
  return {
    end: () => child.kill(),
    heard: async (pattern: RegExp): Promise<string> => {
      for (;;) {
        const line = lines.find((each) => pattern.test(each))
        if (line !== undefined) return line
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
  }
}

const app = process.env['DAEMUN_CHAT_APP']

describe('aws-samples/simple-websockets-chat-app, unmodified', () => {
  const skip = app === undefined && 'DAEMUN_CHAT_APP names no checkout of it'
  it('says hello world to both', { skip }, async (context) => {
    const { gateway, connections } = await start(context, {
      shape: 'start',
      file: join(String(app), 'template.yaml'),
    })
    const api = gateway.api('SimpleChatWebSocket')
    const [one, two] = [await openSocket(gateway, api), await openSocket(gateway, api)]
    assert.equal((await connections()).length, 2)
    one.send('{"action":"sendmessage", "data":"hello world"}')
    assert.deepEqual([await one.next(), await two.next()], ['hello world', 'hello world'])
    await one.close()
    await until(async () => (await connections()).length === 1)
    await two.close()
    await until(async () => (await connections()).length === 0)
  })
})
