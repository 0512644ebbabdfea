// What a data directory is looked at for when a node opens it, beside its lock.
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** It holds a key and lies in somebody's project: no repository is to take it in. */
export const keepOutOfRepositories = (dataDir: string): void => {
  try {
    writeFileSync(join(dataDir, '.gitignore'), '*\n', { flag: 'wx' })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}

/** Undefined where the key that secrets are sealed with is there, or nothing was sealed yet. */
export const lostKey = (dataDir: string): Error | undefined => {
  const isKept = existsSync(join(dataDir, 'daemun.db'))
  if (!isKept || existsSync(join(dataDir, 'identity.key'))) return undefined
  return new Error(
    `${join(dataDir, 'identity.key')} is gone and a new one is made: access keys and sessions that were sealed with it sign no more. Put the file back, or make new keys.`,
  )
}
