import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { keepOutOfRepositories } from '#processes/data-directory.ts'
import { type GatewayEvent, startGateway } from '../support/gateway.ts'

it('a data directory is taken into no repository, and a file that was put there stays', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'daemun-data-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  keepOutOfRepositories(folder)
  const file = join(folder, '.gitignore')
  assert.equal(await readFile(file, 'utf8'), '*\n')
  await writeFile(file, 'own')
  keepOutOfRepositories(folder)
  assert.equal(await readFile(file, 'utf8'), 'own')
})

it('a node that finds its store without the key says so when it starts, and starts', async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'daemun-data-'))
  t.after(() => rm(dataDir, { recursive: true, force: true }))
  const isLost = (event: GatewayEvent) => String(event['message']).includes('identity.key is gone')
  const first = await startGateway({ shape: 'serve', dataDir })
  await first.stop()
  assert.ok(!first.events.some(isLost))
  await rm(join(dataDir, 'identity.key'))
  const second = await startGateway({ shape: 'serve', dataDir })
  t.after(() => second.stop())
  assert.ok(await second.event(isLost))
})
