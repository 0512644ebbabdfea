// The values of settings that are more than text: read, or refused with the setting's name and what it takes.
import type { Settings } from './settings.ts'

/** A setting that cannot be: said with its name and what it takes. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
}

export const readList = (value: unknown): readonly string[] => {
  if (Array.isArray(value)) return value.map(String)
  if (typeof value === 'string') return value.split(',').filter((item) => item !== '')
  return []
}

export const readFailOn = (given: string): Settings['failOn'] => {
  const known = (['refused', 'inert', 'approximated', 'never'] as const).find(
    (name) => name === given,
  )
  if (known !== undefined) return known
  throw new SettingsError(
    `--fail-on takes refused, inert, approximated or never, and got '${given}'`,
  )
}

/** A region becomes part of host names and ARNs. */
export const readRegion = (region: string): string => {
  if (/^[a-z]{2}(?:-[a-z]+)+-\d{1,2}$/.test(region)) return region
  throw new SettingsError(`--region takes the name of a region, as us-east-1, and got '${region}'`)
}

export const readEndpoints = (items: readonly string[]): Readonly<Record<string, string>> => {
  const endpoints = readPairs('endpoint', items)
  for (const [service, url] of Object.entries(endpoints)) {
    if (URL.canParse(url) && /^https?:/.test(url)) continue
    throw new SettingsError(`--endpoint takes service=URL, and got '${url}' for ${service}`)
  }
  return endpoints
}

export const readPairs = (
  flag: string,
  items: readonly string[],
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    items.map((item) => {
      const at = item.indexOf('=')
      if (at < 1) throw new SettingsError(`--${flag} takes Key=Value, and got '${item}'`)
      return [item.slice(0, at), item.slice(at + 1)]
    }),
  )
