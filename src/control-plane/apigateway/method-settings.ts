// MethodSetting: what a stage sets for one method, or for all of them.
// https://docs.aws.amazon.com/apigateway/latest/api/API_MethodSetting.html
import type { MethodSetting, Stage } from '#model/apigateway/stage.ts'
import { badRequest } from '#wire/errors.ts'
import { entryOf } from '../defined.ts'

// AWS: the first setting of a method brings all the others with it; only the log level stays away until it is set.
const DEFAULTS: MethodSetting = {
  metricsEnabled: false,
  dataTraceEnabled: false,
  throttlingBurstLimit: 5000,
  throttlingRateLimit: 10000,
  cachingEnabled: false,
  cacheTtlInSeconds: 300,
  cacheDataEncrypted: false,
  requireAuthorizationForCacheControl: true,
  unauthorizedCacheControlHeaderStrategy: 'SUCCEED_WITH_RESPONSE_HEADER',
}

const SETTINGS: Readonly<Record<string, (value: string) => MethodSetting>> = {
  'metrics/enabled': (value) => ({ metricsEnabled: isTrue(value) }),
  'logging/dataTrace': (value) => ({ dataTraceEnabled: isTrue(value) }),
  'logging/loglevel': (value) => ({
    loggingLevel: word(value, 'logging level', ['OFF', 'ERROR', 'INFO']),
  }),
  'throttling/burstLimit': (value) => ({ throttlingBurstLimit: count(value) }),
  'throttling/rateLimit': (value) => ({ throttlingRateLimit: number(value) }),
  'caching/ttlInSeconds': (value) => ({ cacheTtlInSeconds: ttl(value) }),
  'caching/enabled': (value) => ({ cachingEnabled: isTrue(value) }),
  'caching/dataEncrypted': (value) => ({ cacheDataEncrypted: isTrue(value) }),
  'caching/requireAuthorizationForCacheControl': (value) => ({
    requireAuthorizationForCacheControl: isTrue(value),
  }),
  'caching/unauthorizedCacheControlHeaderStrategy': (value) => ({
    unauthorizedCacheControlHeaderStrategy: word(value, 'cache control header strategy', [
      'FAIL_WITH_403',
      'SUCCEED_WITH_RESPONSE_HEADER',
      'SUCCEED_WITHOUT_RESPONSE_HEADER',
    ]),
  }),
}

export const METHOD_SETTING_PATHS: readonly string[] = Object.keys(SETTINGS)

/**
 * The key of a method's settings: the escaped resource path without its leading slash, and the method. The root
 * keeps its slash (`~1/GET`), for it has nothing else.
 */
export const methodSettingKey = (resourcePath: string, httpMethod: string): string => {
  const path = resourcePath.length > 2 ? resourcePath.replace(/^~1/, '') : resourcePath
  return `${path}/${httpMethod}`
}

/** The stage with one setting of a method set; undefined where there is no such setting. */
export const withMethodSetting = (
  stage: Stage,
  key: string,
  setting: string,
  value: string | undefined,
): Stage | undefined => {
  const parse = entryOf(SETTINGS, setting)
  if (parse === undefined) return undefined
  const before = entryOf(stage.methodSettings, key) ?? DEFAULTS
  const settings = new Map(Object.entries(stage.methodSettings ?? {}))
  settings.set(key, { ...before, ...parse(value ?? '') })
  return { ...stage, methodSettings: Object.fromEntries(settings) }
}

const isTrue = (value: string): boolean => value.toLowerCase() === 'true'

/** A number, or -1: no limit of its own. */
const number = (value: string): number => {
  if (/^(?:-1|\d+)(?:\.\d+)?$/.test(value)) return Number(value)
  throw badRequest(`Invalid number specified: ${value}`)
}

const count = (value: string): number => {
  const parsed = number(value)
  if (Number.isSafeInteger(parsed)) return parsed
  throw badRequest(`Invalid number specified: ${value}`)
}

/** AWS: an hour at most; 0 keeps nothing. [guide: api-gateway-caching; the words are ours] */
const ttl = (value: string): number => {
  const seconds = count(value)
  if (seconds >= 0 && seconds <= 3_600) return seconds
  throw badRequest('Invalid cache TTL specified: it must be between 0 and 3600 seconds')
}

const word = (value: string, what: string, words: readonly string[]): string => {
  if (words.includes(value)) return value
  throw badRequest(`Invalid ${what} specified. Valid options are ${words.join(',')}`)
}
