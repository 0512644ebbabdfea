// Which template a command is about: the file that was named, or what is found in the folder it was given in.
import { existsSync } from 'node:fs'
import { type Settings, SettingsError } from '../settings.ts'

export interface TemplateChoice {
  /** With what the project says itself (samconfig.toml) behind what was given. */
  readonly settings: Settings
  /** Undefined: there is none, and the gateway begins empty. */
  readonly file: string | undefined
}

/** Throws `SettingsError` where the named file is not there. */
export const chooseTemplate = async (settings: Settings): Promise<TemplateChoice> => {
  const [named] = settings.files
  if (named !== undefined && !existsSync(named)) {
    throw new SettingsError(`there is no file ${named}`)
  }
  return { settings, file: named }
}
