#!/usr/bin/env node
// After `npm run build`: the compiled program starts the quickstart, its functions answer, and it ends when told.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const dataDir = mkdtempSync(join(tmpdir(), 'daemun-release-'))
const args = ['bin/daemun.js', 'start', 'examples/quickstart/template.yaml', '--json']
const child = spawn(process.execPath, [...args, '--port', '0', '--data-dir', dataDir], {
  stdio: ['ignore', 'pipe', 'inherit'],
  env: { ...process.env, DAEMUN_DIST: '1' },
})
let failure
try {
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  const { event, apis } = JSON.parse(line)
  if (event !== 'ready') throw new Error(`the first event is ${event}`)
  for (const { protocol, urls } of apis) {
    const answer = await fetch(`${urls[0]}hello/release`)
    const text = await answer.text()
    if (answer.status !== 200) throw new Error(`${protocol}: ${answer.status} ${text}`)
    process.stdout.write(`${protocol} ${text}\n`)
  }
} catch (error) {
  failure = error
}
child.kill('SIGTERM')
await once(child, 'exit')
rmSync(dataDir, { recursive: true, force: true })
if (failure !== undefined) throw failure
