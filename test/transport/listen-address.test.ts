import assert from 'node:assert/strict'
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import type { HttpListener, HttpListenerOptions } from '#transport/contract.ts'
import { startHttpListener } from '#transport/http-listener.ts'
import { type ListenAddress, ListenError } from '#transport/listen-address.ts'
import { bodiesOf, talk } from './raw-client.ts'

const GET = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'

const options: HttpListenerOptions = {
  handler: ({ remoteAddress }) => ({ statusCode: 200, headers: [], body: `to ${remoteAddress}` }),
  onError: (error) => assert.fail(String(error)),
}

const start = async (test: TestContext, address: ListenAddress): Promise<HttpListener> => {
  const listener = await startHttpListener({ ...options, ...address })
  test.after(() => listener.close(0))
  return listener
}

const folder = (test: TestContext): string => {
  const path = mkdtempSync(join(tmpdir(), 'daemun-listen-'))
  test.after(() => rmSync(path, { recursive: true }))
  return path
}

describe('a listener on a port', () => {
  it('tells which port the system chose', async (test) => {
    const listener = await start(test, { host: '127.0.0.1', port: 0 })
    assert.equal(listener.host, '127.0.0.1')
    assert.deepEqual(bodiesOf(await talk(listener.port, GET)), ['to 127.0.0.1'])
  })

  it('shows an IPv4 client of a dual-stack address as IPv4', async (test) => {
    const listener = await start(test, { host: '::', port: 0 }).catch((error: ListenError) => error)
    if (listener instanceof ListenError) return test.skip('this machine has no IPv6')
    assert.deepEqual(bodiesOf(await talk(listener.port, GET)), ['to 127.0.0.1'])
    return undefined
  })

  it('says which address is in use', async (test) => {
    const { port } = await start(test, { host: '127.0.0.1', port: 0 })
    await assert.rejects(start(test, { host: '127.0.0.1', port }), (error) => {
      assert.ok(error instanceof ListenError)
      assert.equal(error.code, 'EADDRINUSE')
      assert.equal(error.port, port)
      assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${port}: .*in use`))
      return true
    })
  })

  it('says that the machine has no such address', async (test) => {
    await assert.rejects(start(test, { host: '192.0.2.1', port: 0 }), { code: 'EADDRNOTAVAIL' })
  })
})

describe('a listener on a Unix socket', () => {
  it('answers there, and nobody else may use the file', async (test) => {
    const path = join(folder(test), 's')
    const listener = await start(test, { path })
    assert.deepEqual([listener.host, listener.port], [path, 0])
    assert.equal(statSync(path).mode & 0o777, 0o600)
    assert.deepEqual(bodiesOf(await talk(path, GET)), ['to '])
    await listener.close()
    assert.equal(existsSync(path), false)
  })

  it('takes the place of a process that died, never of one that lives', async (test) => {
    const path = join(folder(test), 's')
    const crash = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`
    const dead = spawn(process.execPath, ['-e', crash], { stdio: 'ignore' })
    await once(dead, 'exit')
    assert.equal(existsSync(path), true)
    await start(test, { path })
    await assert.rejects(start(test, { path }), { code: 'EADDRINUSE' })
    assert.deepEqual(bodiesOf(await talk(path, GET)), ['to '])
  })
})

describe('listeners on a port that a supervisor shares out', () => {
  it('answer in their own processes, and each may go while the others serve', async (test) => {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const workers = ['one', 'two'].map((name) => {
      const worker = fork(join(import.meta.dirname, 'shared-port-worker.ts'), [name], {
        execArgv: ['--conditions=source'],
      })
      test.after(() => worker.kill())
      return worker
    })
    for (const worker of workers) {
      worker.send('listen', server)
      assert.deepEqual(await once(worker, 'message').then(([message]) => message), { port })
    }
    // The supervisor itself accepts nothing.
    server.close()
    const served = async (): Promise<string> => bodiesOf(await talk(port, GET))[0] ?? ''
    const names = new Set<string>()
    for (let tries = 0; names.size < 2 && tries < 200; tries += 1) names.add(await served())
    assert.deepEqual([...names].sort(), ['one', 'two'])
    const [one] = workers
    one?.send('close')
    if (one !== undefined) await once(one, 'exit')
    for (let tries = 0; tries < 5; tries += 1) assert.equal(await served(), 'two')
  })
})
