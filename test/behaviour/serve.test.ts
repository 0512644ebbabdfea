// `daemun serve` as its operator sees it: it says clearly why it cannot start, and it drains without losing a request.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { withPatience } from '#processes/patience.ts'
import { call, EXAMPLES, runDaemun, startGateway } from '../support/gateway.ts'

const SLOW = `Transform: AWS::Serverless-2016-10-31
Resources:
  Slow:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      Timeout: 10
      InlineCode: |
        exports.handler = async (event) => {
          if (event.rawPath === '/slow') await new Promise((done) => setTimeout(done, 1500))
          return 'done'
        }
      Events: {All: {Type: HttpApi}}
`

describe('daemun serve', () => {
  it('says in one message that the data port is in use, before anything is made', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'daemun-serve-'))
    t.after(() => rm(folder, { recursive: true, force: true }))
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    assert.ok(address !== null && typeof address === 'object')
    const dataDir = join(folder, 'data')
    const args = ['--port', '0', '--data-port', String(address.port), '--data-dir', dataDir]
    const file = join(EXAMPLES, 'rest-mock/template.yaml')
    const result = await runDaemun(['serve', file, ...args])
    server.close()
    assert.equal(result.status, 1)
    assert.match(result.stderr, new RegExp(`^daemun: cannot listen on 127.0.0.1:${address.port}: `))
    assert.match(result.stderr, /--data-port/)
    assert.equal(result.stderr.trimEnd().split('\n').length, 1, result.stderr)
    assert.equal(existsSync(dataDir), false)
  })

  it('shows its root credential, then says that it is ready and what its templates do not get', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'daemun-report-'))
    t.after(() => rm(folder, { recursive: true, force: true }))
    const file = join(folder, 'template.yaml')
    await writeFile(file, 'Resources:\n  Acl: {Type: AWS::WAFv2::WebACL}\n')
    const gateway = await startGateway({ shape: 'serve', file })
    t.after(() => gateway.stop())
    const [root, first] = gateway.events
    assert.equal(root?.event, 'root-credential')
    assert.equal(first?.event, 'ready')
    assert.match(JSON.stringify(first.report), /"where":"Resources.Acl".*"line":2/)
  })

  it('drains: readiness fails first, and requests in flight and still coming are answered', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'daemun-drain-'))
    t.after(() => rm(folder, { recursive: true, force: true }))
    const file = join(folder, 'template.yaml')
    await writeFile(file, SLOW)
    const gateway = await startGateway({ shape: 'serve', file })
    const [api] = gateway.apis
    assert.ok(api)
    assert.equal((await gateway.call(api, '/')).text, 'done')
    const slow = gateway.call(api, '/slow')
    // The function has begun: its START line says so.
    const before = gateway.events.length
    await gateway.event(
      (event) =>
        gateway.events.indexOf(event) >= before - 1 &&
        event.event === 'function-log' &&
        String(event.line).startsWith('START'),
    )
    const stopped = gateway.stop()
    await gateway.event(({ event }) => event === 'draining')
    for (;;) {
      const ready = await call(gateway.dataOrigin, '/_daemun/ready')
      if (ready.status === 503) break
    }
    assert.equal((await gateway.call(api, '/')).text, 'done', 'while readiness fails')
    assert.equal((await slow).text, 'done', 'in flight')
    assert.equal(await stopped, 0)
  })

  it('serves on without its host, boots a worker from the disk meanwhile, and gets a new host', async (t) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'daemun-hostless-'))
    t.after(() => rm(dataDir, { recursive: true, force: true }))
    const gateway = await startGateway({
      shape: 'serve',
      file: join(EXAMPLES, 'rest-mock/template.yaml'),
      dataDir,
    })
    t.after(() => gateway.stop())
    const api = gateway.api('mock')
    const get = async () => (await gateway.call(api, '/Prod/status')).status
    assert.equal(await get(), 200)
    const { host, workers } = (await gateway.event(
      ({ event }) => event === 'ready',
    )) as unknown as {
      readonly host: number
      readonly workers: readonly number[]
    }
    process.kill(host, 'SIGKILL')
    assert.equal(await get(), 200, 'without a host')
    for (const worker of workers) process.kill(worker, 'SIGKILL')
    for (const pid of workers) {
      await gateway.event((one) => one.event === 'process-died' && one.pid === pid)
    }
    const answered = (origin: string, path: string): Promise<void> =>
      withPatience(async () => assert.equal((await call(origin, path)).status, 200), 15_000)
    await answered(gateway.dataOrigin, '/_daemun/ready')
    assert.equal(await get(), 200, 'by new workers')
    await answered(gateway.endpoint, '/_daemun/health')
  })
})
