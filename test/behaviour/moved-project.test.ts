// A project folder that is moved takes its data directory along: its functions are where it is now.
import assert from 'node:assert/strict'
import { cp, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { EXAMPLES, startGateway } from '../support/gateway.ts'

it('a moved project answers from where it is, at the same URLs', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'daemun-moved-'))
  const answerOf = async (project: string) => {
    const gateway = await startGateway({
      shape: 'start',
      file: join(project, 'template.yaml'),
      dataDir: join(project, '.daemun'),
      args: ['--stack-name', 'moved'],
    })
    try {
      const api = gateway.apis.find(({ protocol }) => protocol === 'HTTP')
      assert.ok(api)
      const { status, text } = await gateway.call(api, '/hello/x')
      return [api.id, status, text]
    } finally {
      await gateway.stop()
    }
  }
  try {
    const before = join(folder, 'before')
    const after = join(folder, 'after')
    await cp(join(EXAMPLES, 'quickstart'), before, {
      recursive: true,
      filter: (path) => !path.includes('.daemun'),
    })
    const first = await answerOf(before)
    assert.equal(first[1], 200)
    await rename(before, after)
    assert.deepEqual(await answerOf(after), first)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
