import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { lockDataDirectory } from '#store/lock.ts'
import { openSqliteStore } from '#store/sqlite.ts'

it('refuses a second process, names the first, and is free once that was killed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'daemun-lock-'))
  const script = `
    const { lockDataDirectory } = await import('#store/lock.ts')
    lockDataDirectory(${JSON.stringify(folder)})
    console.log('locked')
    setInterval(() => {}, 1000)`
  const owner = spawn(
    process.execPath,
    ['--conditions=source', '--input-type=module', '-e', script],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  try {
    await once(owner.stdout, 'data')
    assert.throws(() => lockDataDirectory(folder), {
      name: 'DataDirectoryError',
      message: new RegExp(`${folder} is in use by process ${owner.pid}\\. .*--data-dir`),
    })
    owner.kill('SIGKILL')
    await once(owner, 'exit')
    lockDataDirectory(folder).release()
  } finally {
    owner.kill('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  }
})

it('says so when the data directory cannot be made', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'daemun-lock-'))
  try {
    await writeFile(join(folder, 'file'), '')
    assert.throws(() => lockDataDirectory(join(folder, 'file', 'data')), {
      name: 'DataDirectoryError',
      message: /cannot be written .* --data-dir/,
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

it('calls a damaged file damaged, not in use', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'daemun-lock-'))
  try {
    const message = (name: string) => new RegExp(`${name} is damaged \\(.*--data-dir`)
    await writeFile(join(folder, 'lock.db'), 'no database '.repeat(100))
    assert.throws(() => lockDataDirectory(folder), {
      name: 'DataDirectoryError',
      message: message('lock.db'),
    })
    const path = join(folder, 'daemun.db')
    await writeFile(path, 'no database '.repeat(100))
    assert.throws(() => openSqliteStore(path), {
      name: 'DataDirectoryError',
      message: message('daemun.db'),
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
