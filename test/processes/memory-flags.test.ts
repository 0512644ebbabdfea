// What the processes of a node are started with, so that they keep little garbage.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { nodeArguments } from '#processes/memory-flags.ts'

test('processes are started with bounds for their garbage, which this Node knows', () => {
  const args = nodeArguments({ execArgv: ['--no-warnings'], environment: {} })
  assert.deepEqual(args, ['--max-semi-space-size=4', '--heap-growing-percent=50', '--no-warnings'])
  const script = "process.stdout.write(process.execArgv.join(' '))"
  assert.equal(
    execFileSync(process.execPath, [...args, '-e', script], { encoding: 'utf8' }),
    [...args, '-e', script].join(' '),
  )
})

test('a bound that the operator has set, either way, stays as it is', () => {
  assert.deepEqual(
    nodeArguments({
      execArgv: ['--heap_growing_percent=20'],
      environment: { NODE_OPTIONS: '--enable-source-maps --max-semi-space-size=32' },
    }),
    ['--heap_growing_percent=20'],
  )
})
