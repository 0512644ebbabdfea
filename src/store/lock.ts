// One process per data directory. The lock is SQLite's own lock on a file beside the data: the operating system
// lets go of it when the process ends, however it ends, so that no stale lock survives a kill -9.
import { accessSync, constants, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { errorMessage } from '#shared/assert.ts'
import { makeFolders } from '#shared/make-folders.ts'

export class DataDirectoryError extends Error {
  override readonly name = 'DataDirectoryError'
}

export interface DataDirectoryLock {
  release(): void
}

/** Makes the directory where it is missing, and takes it for this process. Throws `DataDirectoryError`. */
export const lockDataDirectory = (path: string): DataDirectoryLock => {
  try {
    makeFolders(path)
    accessSync(path, constants.W_OK)
  } catch (error) {
    throw new DataDirectoryError(
      `the data directory ${path} cannot be written (${errorMessage(error)}). ` +
        'Choose another with --data-dir, or change its permissions.',
      { cause: error },
    )
  }
  const owner = join(path, 'owner.json')
  const file = new DatabaseSync(join(path, 'lock.db'))
  try {
    file.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (error) {
    file.close()
    if (isDamaged(error)) throw damaged(join(path, 'lock.db'), error)
    throw new DataDirectoryError(
      `the data directory ${path} is in use${describeOwner(owner)}. ` +
        'Stop that process, or give this one its own with --data-dir.',
      { cause: error },
    )
  }
  writeFileSync(owner, JSON.stringify({ pid: process.pid }))
  return { release: () => file.close() }
}

const SQLITE_CORRUPT = 11
const SQLITE_NOTADB = 26

/** True where SQLite says that a file is none of its own. */
export const isDamaged = (error: unknown): boolean =>
  error instanceof Error &&
  'errcode' in error &&
  (error.errcode === SQLITE_CORRUPT || error.errcode === SQLITE_NOTADB)

export const damaged = (file: string, cause: unknown): DataDirectoryError =>
  new DataDirectoryError(
    `${file} is damaged (${errorMessage(cause)}). ` +
      'Put a copy in its place, or take another directory with --data-dir.',
    { cause },
  )

const describeOwner = (path: string): string => {
  try {
    const { pid } = JSON.parse(readFileSync(path, 'utf8')) as { pid: unknown }
    return typeof pid === 'number' ? ` by process ${pid}` : ''
  } catch {
    return '' // The note is a courtesy: without it the message is still true.
  }
}
