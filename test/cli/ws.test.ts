import assert from 'node:assert/strict'
import { it } from 'node:test'
import { runDaemun } from '../support/gateway.ts'
import { answered, testServices } from '../support/http-api.ts'
import { serveSocketApi } from '../support/websocket-api.ts'

const serve = () =>
  serveSocketApi(
    { routes: { $connect: {}, $default: {} } },
    testServices({
      invokeFunction: async ({ payload }) => {
        const { body, queryStringParameters } = JSON.parse(Buffer.from(payload).toString('utf8'))
        return answered({
          statusCode: Number(queryStringParameters?.status ?? 200),
          body: body ?? 'no',
        })
      },
    }).services,
  )

it('daemun ws sends, prints what comes back, and ends after the count', async (context) => {
  const served = await serve()
  context.after(() => served.close())
  const url = `http://127.0.0.1:${served.port}${served.target}`
  const sends = ['--send', '{"a":1}', '--send', 'plain']
  const { status, stdout, stderr } = await runDaemun([
    'ws',
    url,
    ...sends,
    '--count',
    '2',
    '--json',
  ])
  assert.equal(status, 0, stderr)
  assert.equal(stdout, '{\n  "a": 1\n}\nplain\n')
  assert.match(stderr, /connected to ws:/)
})

it('daemun ws tells why a handshake was refused, and what is no URL', async (context) => {
  const served = await serve()
  context.after(() => served.close())
  const url = `ws://127.0.0.1:${served.port}${served.target}?status=403`
  const refused = await runDaemun(['ws', url])
  assert.equal(refused.status, 1)
  assert.match(refused.stderr, /refused with 403 no/)
  const odd = await runDaemun(['ws', 'ftp://x'])
  assert.equal(odd.status, 1)
  assert.match(odd.stderr, /ws:\/\/HOST:PORT\/STAGE is expected/)
})

it('daemun ws --reconnect comes back when its connection is ended', async (context) => {
  const served = await serve()
  context.after(() => served.close())
  const url = `http://127.0.0.1:${served.port}${served.target}`
  const ids = new Set<string>()
  const held = async () => {
    for (;;) {
      const found = served.connections.held().find(({ connectionId }) => !ids.has(connectionId))
      if (found !== undefined) return found
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  const running = runDaemun(['ws', url, '--reconnect', '--count', '2'])
  const first = await held()
  ids.add(first.connectionId)
  assert.ok(first.send(Buffer.from('one')))
  first.goAway()
  const second = await held()
  assert.ok(second.send(Buffer.from('two')))
  const { status, stdout, stderr } = await running
  assert.equal(status, 0, stderr)
  assert.equal(stdout, 'one\ntwo\n')
  assert.match(stderr, /closed with 1001 Going away/)
})
