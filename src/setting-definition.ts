// What a row of settings.ts is, and how a number and a switch are read by one.
import { SettingsError } from './setting-values.ts'

export type CommandName = 'start' | 'serve' | 'check' | 'explain'

interface SettingBase {
  /** Long flag without dashes, and the key in camel case. */
  readonly flag: string
  readonly commands: readonly CommandName[]
  readonly why: string
}

export type SettingDefinition = SettingBase &
  (
    | { readonly type: 'text'; readonly placeholder: string; readonly default?: string }
    | {
        readonly type: 'number'
        readonly placeholder: string
        readonly unit: string
        readonly min: number
        readonly max: number
        readonly default?: number
      }
    | { readonly type: 'switch'; readonly default: boolean }
    | { readonly type: 'list'; readonly placeholder: string }
  )

/** `dataDir` for `data-dir`. */
export const camelCase = (flag: string): string =>
  flag.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** The environment variable of a setting: `DAEMUN_DATA_DIR` for `--data-dir`. */
export const variable = (flag: string): string =>
  `DAEMUN_${flag.toUpperCase().replaceAll('-', '_')}`

export const readNumber = (definition: SettingDefinition, value: unknown): number | undefined => {
  const { flag } = definition
  if (definition.type !== 'number') throw new SettingsError(`--${flag} is no number`)
  const { min, max, unit } = definition
  if (value === undefined) return definition.default
  const number = Number(value)
  if (!Number.isInteger(number) || number < min || number > max) {
    throw new SettingsError(`--${flag} takes ${min} to ${max} (${unit}), and got '${value}'`)
  }
  return number
}

export const readSwitch = (definition: SettingDefinition, value: unknown): boolean => {
  if (value === undefined) return definition.type === 'switch' && definition.default
  if (typeof value === 'boolean') return value
  if (value === '1' || value === 'true') return true
  if (value === '0' || value === 'false' || value === '') return false
  throw new SettingsError(`${variable(definition.flag)} takes true or false, and got '${value}'`)
}
