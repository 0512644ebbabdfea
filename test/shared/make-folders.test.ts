import assert from 'node:assert/strict'
import { existsSync, statSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { makeFolders } from '#shared/make-folders.ts'

it('makes what is missing, and takes what is there', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'daemun-folders-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 'a', 'b', 'c')
  makeFolders(path)
  makeFolders(path)
  assert.ok(statSync(path).isDirectory())
  await writeFile(join(folder, 'file'), '')
  assert.throws(() => makeFolders(join(folder, 'file')), { code: 'EEXIST' })
  assert.throws(() => makeFolders(join(folder, 'file', 'a')), { code: 'ENOTDIR' })
})

const skip = existsSync('/proc/self') ? false : 'there is no /proc'
it('ends where nothing can be made and the system says that it is not there', { skip }, () => {
  assert.throws(() => makeFolders('/proc/daemun'), { code: 'ENOENT' })
  assert.throws(() => makeFolders('/proc/daemun/a/b'), { code: 'ENOENT' })
})
