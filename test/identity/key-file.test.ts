import assert from 'node:assert/strict'
import { chmod, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { openKeyFile } from '#identity/key-file.ts'
import { systemRandom } from '#shared/random.ts'

const inFolder = async (work: (folder: string) => Promise<void>): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'daemun-key-'))
  try {
    await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

it('makes a key that only its owner may read, and reads the same one ever after', () =>
  inFolder(async (folder) => {
    const made = openKeyFile(folder, systemRandom)
    assert.equal(made.length, 32)
    assert.deepEqual(openKeyFile(folder, systemRandom), made)
    assert.equal((await stat(join(folder, 'identity.key'))).mode & 0o777, 0o600)
    assert.deepEqual(await readdir(folder), ['identity.key'], 'nothing is left beside it')
  }))

it('refuses a key that others may read, and one that is damaged, without repeating it', () =>
  inFolder(async (folder) => {
    openKeyFile(folder, systemRandom)
    const path = join(folder, 'identity.key')
    const text = (await readFile(path, 'utf8')).trim()
    await chmod(path, 0o644)
    assert.throws(() => openKeyFile(folder, systemRandom), {
      name: 'KeyFileError',
      message: /can be read by others.*chmod 600/,
    })
    await writeFile(path, text.slice(0, 20))
    await chmod(path, 0o600)
    assert.throws(
      () => openKeyFile(folder, systemRandom),
      (error: Error) =>
        /is damaged/.test(error.message) && !error.message.includes(text.slice(0, 9)),
    )
  }))
