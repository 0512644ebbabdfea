// Which API and which stage a request means: by its host, be it the API's own or a custom domain name, or by the
// prefixes that stand for a host where names of the form `{apiId}.execute-api.localhost` do not resolve.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-call-api.html
import type { FindEntry } from '#model/documents.ts'
import type { DomainNameEntry } from '#model/domain-name.ts'
import type { FlatHeaders } from '#transport/contract.ts'
import type { ApiEntry } from '../plan.ts'
import { findDomainName, nameOfHost, routesOfDomain } from './custom-domain.ts'
import { decodeOrKeep } from './query.ts'
import { isFunctionUrlAddress } from './function-url.ts'
import type { RequestAddress } from './request.ts'

export interface AddressOptions {
  readonly findApi: (apiId: string) => ApiEntry | undefined
  readonly find: FindEntry
  /** What domain names say of an API that nobody knows. */
  readonly region?: string
}

/** Undefined where neither host nor path is one of the data plane's. */
export const findAddress = (
  host: string,
  target: string,
  headers: FlatHeaders,
  options: AddressOptions,
): RequestAddress | undefined => {
  const path = pathOf(target)
  const own = findOwnPlace(host, path)
  const domain = own === undefined ? findDomainName(host, options.find) : undefined
  if (domain !== undefined) return addressOfDomain(domain, host, path, headers)
  const place = own ?? findLocalPlace(path)
  if (place === undefined) return undefined
  const api = options.findApi(place.apiId)
  const region = api?.scope.region ?? place.region ?? options.region ?? 'us-east-1'
  const domainName = `${place.apiId}.execute-api.${region}.amazonaws.com`
  const { apiId } = place
  return { apiId, ...splitStage(place, api), domainName, domainPrefix: apiId }
}

/** For the front door: whether a request is the data plane's, judged without knowing any API. */
export const isDataPlaneAddress = (host: string, target: string): boolean =>
  (findOwnPlace(host, '/') ?? findLocalPlace(pathOf(target))) !== undefined ||
  isFunctionUrlAddress(host, target)

/** A name that leads nowhere is an address all the same: of no API, so that nobody else answers it. */
const addressOfDomain = (
  domain: DomainNameEntry,
  host: string,
  path: string,
  headers: FlatHeaders,
): RequestAddress => {
  const domainName = nameOfHost(host)
  const domainPrefix = domainName.slice(0, domainName.indexOf('.'))
  const start = path.startsWith('//') ? path.slice(firstNonSlash(path) - 1) : path
  const route = domain.mutualTls ? undefined : routesOfDomain(domain)(start, headers)
  if (route === undefined) {
    return { apiId: '', stageName: undefined, path, fullPath: path, domainName, domainPrefix }
  }
  const { apiId, stageName, basePathMatched, routingRuleIdMatched: ruleId } = route
  const matched = ruleId === undefined ? {} : { routingRuleIdMatched: ruleId }
  return {
    apiId,
    stageName,
    path: route.path,
    fullPath: start,
    domainName,
    domainPrefix,
    eventPath: route.eventPath,
    customDomain: {
      basePathMatched,
      ...matched,
      ...(domain.isStrict === true && { isStrict: true }),
    },
  }
}

/** An API, and what of the path is left for stage and resource. */
interface Place {
  readonly apiId: string
  readonly region: string | undefined
  /** Beginning with `/`, percent-encoded as sent. */
  readonly rest: string
  /** Where the form of the path says so; else the first segment of `rest` may be the stage. */
  readonly stageName: string | undefined
  /** A local prefix: `$default` may then be named too. */
  readonly local: boolean
}

const findOwnPlace = (host: string, path: string): Place | undefined => {
  // Most hosts and paths are none of these: what they would have to hold is looked for before they are taken apart.
  if (host.length < HOST_CHARS_MIN) return undefined
  const [, apiId, region] = HOST.exec(host) ?? []
  if (apiId === undefined) return undefined
  return { apiId: apiId.toLowerCase(), region, rest: path, stageName: undefined, local: false }
}

const findLocalPlace = (path: string): Place | undefined => {
  if (path.startsWith('/_aws/')) {
    const [, apiId, rest = '/'] = LOCAL.exec(path) ?? []
    return apiId === undefined
      ? undefined
      : { apiId, region: undefined, stageName: undefined, rest, local: true }
  }
  if (!path.startsWith('/restapis/')) return undefined
  const [, apiId, stageName, rest = '/'] = USER_REQUEST.exec(path) ?? []
  if (apiId === undefined || stageName === undefined) return undefined
  return { apiId, region: undefined, stageName: decodeOrKeep(stageName), rest, local: true }
}

/** `x.execute-api.localhost` */
const HOST_CHARS_MIN = 23
const HOST =
  /^([a-z0-9_-]{1,64})\.execute-api\.(?:localhost(?:\.localstack\.cloud)?|([a-z0-9-]{1,32})\.amazonaws\.com)\.?(?::\d{1,5})?$/i
const USER_REQUEST = /^\/restapis\/([\w-]{1,64})\/([^/]{1,128})\/_user_request_(\/.*)?$/s
const LOCAL = /^\/_aws\/execute-api\/([\w-]{1,64})(\/.*)?$/s

/**
 * AWS: a REST API's first segment is its stage. An HTTP API's is one only where it has a stage of that name, else
 * its `$default` stage serves the whole path. [guide: http-api-stages]
 */
const splitStage = (place: Place, api: ApiEntry | undefined) => {
  if (place.stageName !== undefined) return withStage(place.stageName, place.rest)
  const start = place.rest.startsWith('//') ? firstNonSlash(place.rest) : 1
  const slash = place.rest.indexOf('/', start)
  const first = place.rest.slice(start, slash === -1 ? undefined : slash)
  const below = slash === -1 ? '' : place.rest.slice(slash)
  if (api?.protocol !== 'HTTP') {
    return first === '' ? withoutStage(place.rest) : withStage(first, below)
  }
  const name = decodeOrKeep(first)
  const isStage = name !== '' && (name !== '$default' || place.local)
  if (isStage && api.stage(name) !== undefined) return withStage(name, below)
  return withoutStage(place.rest)
}

const withStage = (stageName: string, below: string) => ({
  stageName,
  path: below === '' ? '/' : below,
  fullPath: stageName === '$default' ? below || '/' : `/${stageName}${below}`,
})

const withoutStage = (path: string) => ({ stageName: undefined, path, fullPath: path })

const pathOf = (target: string): string => {
  const mark = target.indexOf('?')
  const path = mark === -1 ? target : target.slice(0, mark)
  // `*` (OPTIONS) and the like are no paths: they lie at the root of whatever host they came to.
  return path.startsWith('/') ? path : '/'
}

const firstNonSlash = (path: string): number => {
  let at = 0
  while (path[at] === '/') at++
  return at
}
