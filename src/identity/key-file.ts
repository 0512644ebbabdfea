// The key that secrets are sealed with: 32 random bytes in the data directory, which nobody but the owner may read.
// Made when the data directory is first used; every process of a node reads the same file.
import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorMessage } from '#shared/assert.ts'
import type { Random } from '#shared/random.ts'

/** What stands in the way of a key that can be trusted; the message says what to do. */
export class KeyFileError extends Error {
  override readonly name = 'KeyFileError'
}

const FILE = 'identity.key'
const KEY_BYTES = 32

/** Reads the key of a data directory, and makes it where there is none. Throws `KeyFileError`. */
export const openKeyFile = (dataDir: string, random: Random): Uint8Array => {
  const path = join(dataDir, FILE)
  const held = readKey(path)
  if (held !== undefined) return held
  makeKey(path, random)
  const made = readKey(path)
  if (made !== undefined) return made
  throw new KeyFileError(`${path} was removed while it was made. Start again.`)
}

/** Undefined where there is no file. */
const readKey = (path: string): Uint8Array | undefined => {
  let text: string
  try {
    // On Windows the mode says nothing about who may read.
    if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) throw tooOpen(path)
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    if (error instanceof KeyFileError) throw error
    throw new KeyFileError(`${path} cannot be read: ${errorMessage(error)}`, { cause: error })
  }
  const key = Buffer.from(text.trim(), 'base64')
  if (key.length === KEY_BYTES) return key
  throw new KeyFileError(`${path} is damaged: it does not hold a key. Put a copy in its place.`)
}

const tooOpen = (path: string): KeyFileError =>
  new KeyFileError(
    `${path} can be read by others, and all secrets are sealed with it. Correct that: chmod 600 ${path}`,
  )

/** Written aside and linked into place: whole or not at all, and whoever comes second uses the first one's. */
const makeKey = (path: string, random: Random): void => {
  const aside = `${path}.${random.uuid()}`
  try {
    const text = Buffer.from(random.bytes(KEY_BYTES)).toString('base64')
    writeFileSync(aside, `${text}\n`, { mode: 0o600, flag: 'wx', flush: true })
    linkSync(aside, path)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return
    throw new KeyFileError(`${path} cannot be made: ${errorMessage(error)}`, { cause: error })
  } finally {
    rmSync(aside, { force: true })
  }
}
