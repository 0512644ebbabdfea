// Which template a command is about: the file that was named, or what is found in the folder it was given in.
import { dirname, join } from 'node:path'
import { findTemplate } from '#deploy/find-template.ts'
import { type Settings, SettingsError } from '../settings.ts'

export interface TemplateChoice {
  /** With what the found project says itself (samconfig.toml) behind what was given. */
  readonly settings: Settings
  readonly file: string | undefined
}
