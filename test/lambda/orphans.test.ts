import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { documentOf, isAlive, startFixture, writeFiles } from './fixture.ts'

const PARENT = `
import { systemClock } from '#shared/clock.ts'
import { systemRandom } from '#shared/random.ts'
import { createFunctionPool } from '#lambda/function-pool.ts'
const [document, dataDir] = JSON.parse(process.argv[1])
const pool = createFunctionPool({
  clock: systemClock, random: systemRandom, onLog: () => undefined, onNotice: () => undefined,
  settings: { dataDir, hostEnvironment: process.env, credentials: { accessKeyId: 'a', secretAccessKey: 'b' }, watch: false },
})
pool.put(document)
const answer = await pool.invoke({ functionArn: document.FunctionArn, payload: Buffer.from('{}'), invocationType: 'RequestResponse' })
process.stdout.write(Buffer.from(answer.payload).toString() + '\\n')
setInterval(() => undefined, 1000)
`

test('the processes of functions end with the process that runs them, however that ends', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'daemun-lambda-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  writeFiles(folder, { 'index.js': 'exports.handler = async () => process.pid' })
  const input = JSON.stringify([documentOf(folder), join(folder, 'data')])
  const args = ['--conditions=source', '--input-type=module', '-e', PARENT, input]
  const parent = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(createInterface(parent.stdout), 'line')
  const pid = Number(line)
  assert.ok(isAlive(pid))
  parent.kill('SIGKILL')
  while (isAlive(pid)) await turn()
})

test('a process that went away while it was idle is not given an invocation', async (t) => {
  const { add, invoke } = startFixture(t)
  const arn = add({ 'index.js': 'exports.handler = async () => process.pid' })
  const pid = Number((await invoke(arn)).body)
  process.kill(pid, 'SIGKILL')
  while (isKnown(pid)) await turn() // A dead child is known to the system until its parent has noticed.
  const { answer, body } = await invoke(arn)
  assert.equal(answer.functionError, undefined)
  assert.notEqual(body, pid)
})

const isKnown = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
