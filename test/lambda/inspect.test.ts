import assert from 'node:assert/strict'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { documentOf, startFixture, writeFiles } from './fixture.ts'

const freePort = async (): Promise<number> => {
  const server = createServer()
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  const { port } = server.address() as AddressInfo // A TCP server's address is one.
  await new Promise((closed) => server.close(closed))
  return port
}

test('a debugger finds the function on the same port before and after a reload', async (t) => {
  const { pool, invoke, folder } = startFixture(t)
  const port = await freePort()
  const root = join(folder, 'Hello')
  writeFiles(folder, { 'Hello/index.js': `exports.handler = async () => process.pid` })
  const document = documentOf(root, { Timeout: 1 })
  pool.put(document, { inspectPort: port })
  const targets = async () => (await fetch(`http://127.0.0.1:${port}/json/version`)).text()
  const first = (await invoke(document.FunctionArn)).body
  assert.match(await targets(), /node\.js\/v26/)
  pool.reload(document.FunctionArn)
  const second = (await invoke(document.FunctionArn)).body
  assert.notEqual(second, first)
  assert.match(await targets(), /node\.js\/v26/)
  // One process at a time has the port: invocations queue for it.
  const pids = await Promise.all([1, 2, 3].map(() => invoke(document.FunctionArn)))
  assert.deepEqual(new Set(pids.map(({ body }) => body)), new Set([second]))
})
