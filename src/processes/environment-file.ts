// `--env-file`: NAME=value lines for the environment of every function, as node:util reads them.
import { readFile } from 'node:fs/promises'
import { parseEnv } from 'node:util'
import { errorMessage } from '#shared/assert.ts'
import { SettingsError } from '../setting-values.ts'

/** Nothing where no file is set. Throws `SettingsError` where it cannot be read. */
export const readEnvironmentFile = async (
  path: string | undefined,
): Promise<Readonly<Record<string, string>>> => {
  if (path === undefined) return {}
  try {
    const variables = parseEnv(await readFile(path, 'utf8'))
    return Object.fromEntries(
      Object.entries(variables).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      ),
    )
  } catch (error) {
    throw new SettingsError(`--env-file ${path} cannot be read: ${errorMessage(error)}`, {
      cause: error,
    })
  }
}
