// Loaded into every process of a node that soak.ts looks at (NODE_OPTIONS=--import): on SIGUSR2 it collects garbage and
// writes a line of what is left into a file of its own. Plain JavaScript: TypeScript would load its compiler into each.
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { setFlagsFromString, writeHeapSnapshot } from 'node:v8'
import { runInNewContext } from 'node:vm'

const folder = process.env['SOAK_FOLDER']

if (folder !== undefined) {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc')
  process.on('SIGUSR2', () => {
    collect()
    const { heapUsed, external, arrayBuffers } = process.memoryUsage()
    const line = JSON.stringify({ heapUsed, external, arrayBuffers })
    appendFileSync(join(folder, `${process.pid}.jsonl`), `${line}\n`)
    if (process.env['SOAK_SNAPSHOTS'] === '1') {
      writeHeapSnapshot(join(folder, `${process.pid}-${Date.now()}.heapsnapshot`))
    }
  })
}
