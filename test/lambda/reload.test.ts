import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { startFixture, writeFiles } from './fixture.ts'

const code = (version: number): string => `const fs = require('node:fs')
exports.handler = async (event) => {
  if (event.hold) {
    console.log('held')
    await new Promise((resolve) => { const timer = setInterval(() => { if (fs.existsSync(event.hold)) { clearInterval(timer); resolve() } }, 5) })
  }
  return ${version}
}`

test('changed code is taken up, and what runs on the old code finishes', async (t) => {
  const { add, invoke, until, folder, logs, reloads } = startFixture(t, { watch: true })
  const arn = add({ 'index.js': code(1), 'node_modules/x/index.js': '' })
  const root = join(folder, 'Hello')
  assert.equal((await invoke(arn)).body, 1)
  const held = invoke(arn, { hold: join(folder, 'go') })
  await until(() => logs.some(({ line }) => line.endsWith('held')))
  writeFiles(root, {
    'node_modules/x/index.js': '1',
    '__pycache__/x.pyc': '1',
    'index.js': code(2),
  })
  await until(() => reloads.length > 0)
  assert.equal(reloads[0], `Hello: ${join(folder, 'Hello', 'index.js')}`)
  assert.equal((await invoke(arn)).body, 2)
  writeFiles(folder, { go: '' })
  assert.equal((await held).body, 1)
  assert.equal((await invoke(arn)).body, 2)
})

test('requests never fail while code changes under them', async (t) => {
  const { add, invoke, until, folder, reloads } = startFixture(t, { watch: true })
  const arn = add({ 'index.js': code(0) })
  await invoke(arn)
  const root = join(folder, 'Hello')
  const state = { done: false }
  const seen = new Set<unknown>()
  const load = Promise.all(
    [1, 2, 3].map(async () => {
      while (!state.done) {
        const { answer, body } = await invoke(arn)
        assert.equal(answer.functionError, undefined)
        seen.add(body)
      }
    }),
  )
  for (let version = 1; version <= 3; version += 1) {
    writeFiles(root, { 'index.js': code(version) })
    await until(() => reloads.length >= version)
  }
  await until(() => seen.has(3))
  state.done = true
  await load
})

test('TypeScript is bundled again when it changes', async (t) => {
  const { add, invoke, until, folder, reloads } = startFixture(t, { watch: true })
  const arn = add({
    'index.ts': `import { v } from './v'\nexport const handler = async (): Promise<number> => v`,
    'v.ts': 'export const v = 1',
  })
  assert.equal((await invoke(arn)).body, 1)
  writeFiles(join(folder, 'Hello'), { 'v.ts': 'export const v = 2' })
  await until(() => reloads.length > 0)
  assert.equal((await invoke(arn)).body, 2)
})

test('a mended function answers after a failure, without being told', async (t) => {
  const { add, invoke, until, folder, reloads } = startFixture(t, { watch: true })
  const arn = add({ 'index.js': 'throw new Error("broken")' })
  assert.equal((await invoke(arn)).body['errorMessage'], 'broken')
  writeFiles(join(folder, 'Hello'), { 'index.js': code(5) })
  await until(() => reloads.length > 0)
  assert.equal((await invoke(arn)).body, 5)
})
