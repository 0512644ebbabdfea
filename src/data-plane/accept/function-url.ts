// Which function URL a request means: `{urlId}.lambda-url.{region}.on.aws`, the same beneath `localhost`, or the path
// `/_aws/lambda-url/{urlId}/…` where such names do not resolve.
// https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html
import type { FindEntry, FunctionUrlEntry } from '#model/documents.ts'
import type { RequestAddress } from './request.ts'

export interface FunctionUrlAddress {
  readonly address: RequestAddress
  /** Undefined: there is no such URL here. */
  readonly entry: FunctionUrlEntry | undefined
}

/** Undefined where neither host nor path is one of a function URL. */
export const findFunctionUrl = (
  host: string,
  target: string,
  find: FindEntry,
): FunctionUrlAddress | undefined => {
  const place = findPlace(host, target)
  if (place === undefined) return undefined
  const { urlId, path } = place
  const entry = find('function-url', urlId)
  const domainName = `${urlId}.lambda-url.${entry?.scope.region ?? 'us-east-1'}.on.aws`
  const address = { apiId: urlId, stageName: undefined, path, fullPath: path }
  return { address: { ...address, domainName, domainPrefix: urlId }, entry }
}

export const isFunctionUrlAddress = (host: string, target: string): boolean =>
  findPlace(host, target) !== undefined

interface Place {
  readonly urlId: string
  readonly path: string
}

const findPlace = (host: string, target: string): Place | undefined => {
  const mark = target.indexOf('?')
  const path = mark === -1 ? target : target.slice(0, mark)
  if (host.length >= HOST_CHARS_MIN && host.includes(LABEL)) {
    const [, urlId] = HOST.exec(host) ?? []
    if (urlId !== undefined) return { urlId: urlId.toLowerCase(), path: path || '/' }
  }
  if (!path.startsWith(LOCAL_PREFIX)) return undefined
  const [, urlId, rest = '/'] = LOCAL.exec(path) ?? []
  return urlId === undefined ? undefined : { urlId, path: rest }
}

const LABEL = '.lambda-url.'
/** `x.lambda-url.localhost` */
const HOST_CHARS_MIN = 22
const HOST =
  /^([a-z0-9]{1,64})\.lambda-url\.(?:localhost(?:\.localstack\.cloud)?|[a-z0-9-]{1,32}\.on\.aws)\.?(?::\d{1,5})?$/i
const LOCAL_PREFIX = '/_aws/lambda-url/'
const LOCAL = /^\/_aws\/lambda-url\/([a-z0-9]{1,64})(\/.*)?$/s
