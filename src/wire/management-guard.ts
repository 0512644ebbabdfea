// What protects the management side of a port that pages in a browser can reach, too: only names that are ours
// (against DNS rebinding), only origins that were allowed, and only requests that look like calls of AWS.
import { ServiceError } from './errors.ts'
import { type FlatHeaders, headerOf, type QueryPair } from './message.ts'

export interface GuardOptions {
  /** Host names beside those that always mean this machine or AWS: `--allowed-host`. */
  readonly allowedHosts: readonly string[]
  /** Origins of pages that may call: `--allowed-origin`, for instance `http://localhost:3000`. */
  readonly allowedOrigins: readonly string[]
}

export interface GuardedRequest {
  readonly method: string
  readonly headers: FlatHeaders
  readonly host: string
}

/** The refusal of a Host or an Origin that may not reach the management side, or undefined. */
export const refuseStranger = (
  request: GuardedRequest,
  options: GuardOptions,
): ServiceError | undefined => {
  const strange = refuseHost(request, options)
  if (strange !== undefined) return strange
  const origin = headerOf(request.headers, 'origin')
  if (origin !== undefined && !options.allowedOrigins.includes(origin)) return strangeOrigin(origin)
  // A browser leaves Origin out of a GET for an image or script and says instead where it came from.
  const site = headerOf(request.headers, 'sec-fetch-site')
  const isNavigation = headerOf(request.headers, 'sec-fetch-mode') === 'navigate'
  const isForeign = site === 'cross-site' || site === 'same-site'
  if (origin === undefined && isForeign && !(isNavigation && request.method === 'GET'))
    return strangeOrigin(`a ${site} page`)
  return undefined
}

/** The refusal of a Host alone, for what pages of any origin may call. */
export const refuseHost = (
  { host }: Pick<GuardedRequest, 'host'>,
  { allowedHosts }: Pick<GuardOptions, 'allowedHosts'>,
): ServiceError | undefined => {
  const name = hostName(host)
  return isOurs(name, allowedHosts) ? undefined : strangeHost(name)
}

/** The refusal of a request that no AWS client can have made, or undefined. */
export const refuseShapeless = (
  headers: FlatHeaders,
  query: readonly QueryPair[],
): ServiceError | undefined => {
  if (/^\s*AWS4-/.test(headerOf(headers, 'authorization') ?? '')) return undefined
  for (let index = 0; index < headers.length; index += 2)
    // A page cannot add either of them without asking first.
    if (/^(?:x-amz-|amz-sdk-)/i.test(headers[index] ?? '')) return undefined
  if (query.some(([name]) => /^x-amz-/i.test(name))) return undefined
  return new ServiceError(
    'MissingAuthenticationTokenException',
    403,
    'Missing Authentication Token. This is the AWS API of the gateway: call it with an AWS SDK or the AWS CLI, or sign the request (curl --aws-sigv4); any key will do on loopback.',
  )
}

/** A Host header without its port, in lower case, without the dot of a fully qualified name. */
export const hostName = (host: string): string => {
  const bracketed = /^(\[[^\]]*\])(?::\d+)?$/.exec(host)
  const name = bracketed ? (bracketed[1] ?? '') : host.replace(/:\d*$/, '')
  return name.toLowerCase().replace(/\.$/, '')
}

const OUR_NAMES: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Names that resolve to loopback wherever they are asked for, and names in whose zone no attacker has a record. */
const OUR_ZONES = ['.localhost', '.localhost.localstack.cloud', '.amazonaws.com']

/** Names that stay the management side's, whatever custom domain names there are: who took one would lock it out. */
export const isReserved = (name: string, allowed: readonly string[]): boolean =>
  isOurs(name, allowed) && !/\.localhost(?:\.localstack\.cloud)?$/.test(name)

const isOurs = (name: string, allowed: readonly string[]): boolean =>
  OUR_NAMES.has(name) ||
  name === 'localhost.localstack.cloud' ||
  OUR_ZONES.some((zone) => name.endsWith(zone)) ||
  allowed.some((host) => hostName(host) === name)

const strangeHost = (name: string): ServiceError =>
  new ServiceError(
    'AccessDeniedException',
    403,
    `The Host name '${name.slice(0, 255)}' is not one that the management APIs answer to, which protects them from DNS rebinding. Call localhost, or start with --allowed-host ${name.slice(0, 255) || 'NAME'}.`,
  )

const strangeOrigin = (origin: string): ServiceError =>
  new ServiceError(
    'AccessDeniedException',
    403,
    `A request of ${origin.slice(0, 255)} may not reach the management APIs. To let a page of yours call them, start with --allowed-origin and its origin, for instance --allowed-origin http://localhost:3000.`,
  )
