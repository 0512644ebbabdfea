// The values of settings that are more than text: read, or refused with the setting's name and what it takes.
import { statSync } from 'node:fs'
import { basename, dirname } from 'node:path'
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

/** As of CloudFormation. A name that comes from a folder is made to fit; one that is given is taken at its word. */
export const readStackName = (name: string | undefined): string | undefined => {
  if (name === undefined || /^[a-z][a-z\d-]{0,127}$/i.test(name)) return name
  throw new SettingsError(
    `--stack-name takes up to 128 letters, digits and hyphens, a letter first, and got '${name}'`,
  )
}

/** A region becomes part of host names and ARNs. */
export const readRegion = (region: string): string => {
  if (/^[a-z]{2}(?:-[a-z]+)+-\d{1,2}$/.test(region)) return region
  throw new SettingsError(`--region takes the name of a region, as us-east-1, and got '${region}'`)
}

export const readEndpoints = (items: readonly string[]): Readonly<Record<string, string>> => {
  const endpoints = readPairs('endpoint', items, 'service=URL, as sqs=http://localhost:9324')
  for (const [service, url] of Object.entries(endpoints)) {
    if (URL.canParse(url) && /^https?:/.test(url)) continue
    throw new SettingsError(`--endpoint takes service=URL, and got '${url}' for ${service}`)
  }
  return endpoints
}

const UPSTREAM_ORIGINS_MAX = 64

/** `name=URL,URL`, also where commas have made a list of it (in an environment variable). */
export const readUpstreams = (
  items: readonly string[],
): Readonly<Record<string, readonly string[]>> => {
  const upstreams = new Map<string, readonly string[]>()
  let name = ''
  for (const item of items.flatMap((each) => each.split(','))) {
    const at = item.indexOf('=')
    const url = /^https?:/.test(item) ? item : item.slice(at + 1)
    if (url !== item) name = item.slice(0, Math.max(at, 0))
    const origins = upstreams.get(name) ?? []
    const parsed = URL.parse(url)
    if (name === '' || parsed === null || !/^https?:$/.test(parsed.protocol)) {
      throw new SettingsError(`--upstream takes name=URL,…, and got '${item}'`)
    }
    if (parsed.href !== `${parsed.origin}/` || origins.length >= UPSTREAM_ORIGINS_MAX) {
      throw new SettingsError(
        `--upstream takes up to ${UPSTREAM_ORIGINS_MAX} origins without path or user, and got '${url}'`,
      )
    }
    upstreams.set(name, [...origins, parsed.origin])
  }
  return Object.fromEntries(upstreams)
}

/** Hosts as a URL has them (in lower case, addresses in their one form), without the brackets of IPv6. */
export const readHostNames = (flag: string, items: readonly string[]): readonly string[] =>
  items.map((item) => {
    const bare = item.replaceAll(/[[\]]/g, '')
    const url = URL.parse(`http://${bare.includes(':') ? `[${bare}]` : bare}/`)
    if (url !== null && url.hostname !== '' && url.href === `http://${url.hostname}/`)
      return url.hostname.replaceAll(/[[\]]/g, '')
    throw new SettingsError(`--${flag} takes a host, and got '${item}'`)
  })

export const readPairs = (
  flag: string,
  items: readonly string[],
  shape = 'Key=Value',
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    items.map((item) => {
      const at = item.indexOf('=')
      if (at < 1) throw new SettingsError(`--${flag} takes ${shape}, and got '${item}'`)
      return [item.slice(0, at), item.slice(at + 1)]
    }),
  )

/** Where a further listener listens. */
export interface AddressSetting {
  readonly host: string
  readonly port: number
}

/** A listener that stands for a VPC endpoint. */
export interface VpcEndpointSetting extends AddressSetting {
  readonly vpceId: string
  readonly vpcId?: string
}

/** `127.0.0.1:8443`, `[::1]:0`. */
export const readAddress = (flag: string, item: string): AddressSetting => {
  const [, bracketed, plain, digits] =
    /^(?:\[([0-9A-Fa-f:.]+)\]|([\w.-]+)):(\d{1,5})$/.exec(item) ?? []
  const host = bracketed ?? plain
  const port = Number(digits)
  if (host !== undefined && port <= 65_535) return { host, port }
  throw new SettingsError(`--${flag} takes address:port, and got '${item}'`)
}

/** `vpce-0123456789abcdef0=127.0.0.1:8443`, with `/vpc-…` behind the id where policies ask for it. */
export const readVpcEndpoint = (item: string): VpcEndpointSetting => {
  const at = item.indexOf('=')
  const [vpceId = '', vpcId, ...more] = item.slice(0, Math.max(at, 0)).split('/')
  const isVpc = vpcId === undefined || /^vpc-[0-9a-f]{8,32}$/.test(vpcId)
  if (!/^vpce-[0-9a-f]{8,32}$/.test(vpceId) || !isVpc || more.length > 0) {
    throw new SettingsError(
      `--vpc-endpoint takes vpce-…=address:port or vpce-…/vpc-…=address:port (ids as AWS writes them), and got '${item}'`,
    )
  }
  const address = readAddress('vpc-endpoint', item.slice(at + 1))
  return { ...address, vpceId, ...(vpcId !== undefined && { vpcId }) }
}

/** Where the application lies that `given` names; `cdk synth` empties its own folder, so that one is not it. */
export const folderOf = (given: string): string =>
  basename(given) !== 'cdk.out' && statSync(given, { throwIfNoEntry: false })?.isDirectory()
    ? given
    : dirname(given)
