import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { LogBatch } from '#model/ports.ts'
import { createLogFile } from '#observability/sinks/log-file.ts'
import { systemClock } from '#shared/clock.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daemun-log-file-'))
})
after(() => rm(folder, { recursive: true, force: true }))

const batch = (source: LogBatch['source'], ...messages: readonly string[]): LogBatch => ({
  source,
  scope: { accountId: '1', region: 'us-east-1' },
  logGroupName: 'a',
  logStreamName: 'b',
  events: messages.map((message) => ({ timestampMs: 1, message })),
})
const common = { queueBytesMax: 10_000, clock: systemClock }

test('lines of access logs alone are written, the file turns when it is full, and so many are kept', async () => {
  const path = join(folder, 'sub/access.log')
  const sizes = { bytesMax: 100, filesMax: 3 }
  for (let round = 0; round < 6; round++) {
    const file = createLogFile({ ...common, ...sizes, path, onFailure: assert.ifError })
    file.write(batch('function', 'not this'))
    file.write(batch('access', `line ${round} ${'x'.repeat(50)}`))
    file.write(batch('access', `more ${round} ${'y'.repeat(50)}`))
    await file.close()
    assert.equal(file.dropped, 0)
  }
  assert.deepEqual((await readdir(join(folder, 'sub'))).sort(), ['access.log'])
  const text = await readFile(path, 'utf8')
  assert.equal(text.split('\n').length, 13)
  assert.equal((await stat(path)).mode & 0o077, 0)
  const turning = createLogFile({ ...common, ...sizes, path, onFailure: assert.ifError })
  for (let round = 0; round < 5; round++) {
    turning.write(batch('access', `turn ${round} ${'z'.repeat(200)}`))
    await waitFor(async () =>
      (await readFile(path, 'utf8').catch(() => '')).includes(`turn ${round}`),
    )
  }
  await turning.close()
  const kept = (await readdir(join(folder, 'sub'))).sort()
  assert.deepEqual(kept, ['access.log', 'access.log.1', 'access.log.2'])
  assert.match(await readFile(`${path}.1`, 'utf8'), /^turn 3/)
})

test('a disk that refuses costs lines, which are counted, and is told of once', async () => {
  const failures: unknown[] = []
  const file = createLogFile({
    ...common,
    path: '/dev/full',
    bytesMax: 1_000,
    filesMax: 2,
    onFailure: (error) => failures.push(error),
  })
  file.write(batch('access', 'a', 'b', 'c'))
  await file.close()
  assert.equal(file.dropped, 3)
  assert.equal(failures.length, 1)
})

/** Until the queue has written: it lingers for a tenth of a second. */
const waitFor = async (holds: () => Promise<boolean>): Promise<void> => {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  assert.fail('it was not written')
}
