// The cache of a stage: answers that were given before, for as long as the method's setting says.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html
//
// Authorization, keys, limits and validation come first, for every request; what is kept is the answer of the method,
// without the ids of the request that it was first made for. Who asks while the same answer is being fetched waits
// for it; where it turns out that it cannot be kept, each asks for itself.
import { cacheClusterBytes, type MethodSetting, type Stage } from '#model/apigateway/stage.ts'
import type { StageCache, StageCacheSettings } from '#state/stage-caches.ts'
import { present } from '#shared/assert.ts'
import type { HttpResponse } from '#transport/contract.ts'
import { headerBytes } from '../accept/headers.ts'
import { compileInvalidateCache, type MayInvalidateCache } from '../admit/invalidate-cache.ts'
import { invalidationRefused } from '../admit/access-denied.ts'
import { findMethodSetting } from '../admit/throttle.ts'
import type { MethodSource } from '../compiling.ts'
import type { CachingFacts, RestMethodPlan, RestRequest, Services } from '../plan.ts'
import {
  type StoredResponse,
  storeMethodResponse,
  writeStoredResponse,
} from '../respond/method-response.ts'
import { type CacheKey, compileCacheKey } from './cache-key.ts'

/** What a method without a cache does. */
export const passBy: RestMethodPlan['throughCache'] = (request, caller, services, ask) =>
  ask(request, caller, services)

export const compileCache = (
  source: MethodSource,
  stage: Stage,
): Pick<RestMethodPlan, 'caching' | 'throughCache'> => {
  const settings = cacheSettings(source, stage)
  const integration = source.method.methodIntegration
  if (settings === undefined || integration === undefined) return UNCACHED
  if (integration.responseTransferMode === 'STREAM') {
    source.limits.ignore('caching of streamed answers')
    return UNCACHED
  }
  const keyOf = compileCacheKey(source, integration)
  if (keyOf === undefined) return UNCACHED
  return {
    caching: { ttlSeconds: settings.ttlMs / 1000, keyParameters: integration.cacheKeyParameters },
    throughCache: throughCache(settings, keyOf, compileInvalidation(source, settings.setting)),
  }
}

const UNCACHED = { caching: undefined, throughCache: passBy } satisfies {
  readonly caching: CachingFacts | undefined
  readonly throughCache: RestMethodPlan['throughCache']
}

interface CacheSettings {
  readonly setting: MethodSetting
  readonly ttlMs: number
  readonly verbs: 'GET' | 'all'
  readonly place: StageCacheSettings
  /** Before each key: a canary's answers are not the stage's. */
  readonly release: string
}

/**
 * AWS: with the setting for all methods only GET is kept; another method needs a setting of its own. A stage without
 * a cache cluster keeps nothing, whatever its methods say. [guide]
 */
const cacheSettings = (
  { stage: facts, resource, method: { httpMethod } }: MethodSource,
  stage: Stage,
): CacheSettings | undefined => {
  const own = findMethodSetting(stage, resource.path, httpMethod)
  const setting: MethodSetting = { ...stage.methodSettings?.['*/*'], ...own }
  const ttlMs = (setting.cacheTtlInSeconds ?? TTL_SECONDS_DEFAULT) * 1000
  if (!stage.cacheClusterEnabled || setting.cachingEnabled !== true || ttlMs <= 0) return undefined
  const verbs = own?.cachingEnabled === true ? 'all' : 'GET'
  if (verbs === 'GET' && httpMethod !== 'GET' && httpMethod !== 'ANY') return undefined
  return {
    setting,
    ttlMs,
    verbs,
    release: releaseOf(facts, stage),
    place: {
      // A stage that was deleted and made anew is another one.
      name: `${facts.apiId}/${facts.stageName}/${stage.createdDate}`,
      generation: stage.cacheGeneration ?? 0,
      bytesMax: cacheClusterBytes(stage.cacheClusterSize),
    },
  }
}

/** AWS: "The default TTL value for API caching is 300 seconds." [guide] */
const TTL_SECONDS_DEFAULT = 300

/** AWS: a canary has entries of its own, unless it uses the stage's cache for the stage's deployment. [guide: canary-release] */
const releaseOf = (
  { isCanary, deploymentId }: MethodSource['stage'],
  { canarySettings, deploymentId: stageDeploymentId }: Stage,
): string => {
  const isShared = canarySettings?.useStageCache === true && deploymentId === stageDeploymentId
  return isCanary !== true || isShared ? '' : `canary ${deploymentId} `
}

/** What a client's Cache-Control asks of the cache: to ask anew, or nothing; with a warning where it may not. */
type Invalidation = (
  request: RestRequest,
  caller: Parameters<MayInvalidateCache>[1],
  services: Services,
) => 'none' | 'anew' | 'warn'

/** AWS: anyone may, unless authorization is required, which it is from the first setting of a method on. [guide] */
const compileInvalidation = (source: MethodSource, setting: MethodSetting): Invalidation => {
  const mayInvalidate: MayInvalidateCache =
    setting.requireAuthorizationForCacheControl === false
      ? () => true
      : compileInvalidateCache(source)
  const strategy = setting.unauthorizedCacheControlHeaderStrategy
  return (request, caller, services) => {
    const asked = request.header('cache-control')
    if (asked === undefined || !request.headerValues('cache-control').some(isMaxAge0)) return 'none'
    if (mayInvalidate(request, caller, services)) return 'anew'
    if (strategy === 'FAIL_WITH_403') throw invalidationRefused()
    return strategy === 'SUCCEED_WITHOUT_RESPONSE_HEADER' ? 'none' : 'warn'
  }
}

const isMaxAge0 = (value: string): boolean =>
  value.split(',').some((directive) => /^max-age\s*=\s*"?0+"?$/i.test(directive.trim()))

const throughCache =
  (
    settings: CacheSettings,
    keyOf: CacheKey,
    invalidation: Invalidation,
  ): RestMethodPlan['throughCache'] =>
  (request, caller, services, ask) => {
    if (settings.verbs === 'GET' && request.method !== 'GET') return ask(request, caller, services)
    const order = invalidation(request, caller, services)
    const found = keyOf(request, caller)
    const lookUp = (key: string) => {
      const turn: Turn = {
        request,
        services,
        settings,
        key: settings.release + key,
        cache: services.answers.open(settings.place),
        ask: () => ask(request, caller, services),
      }
      return order === 'anew' ? fetchAnswer(turn) : findAnswer(turn)
    }
    const answer = typeof found === 'string' ? lookUp(found) : found.then(lookUp)
    if (order !== 'warn') return answer
    return answer instanceof Promise ? answer.then(withWarning) : withWarning(answer)
  }

interface Turn {
  readonly request: RestRequest
  readonly services: Services
  readonly settings: CacheSettings
  readonly key: string
  readonly cache: StageCache<StoredResponse>
  readonly ask: () => Promise<HttpResponse>
}

const findAnswer = (turn: Turn): HttpResponse | Promise<HttpResponse> => {
  const { cache, key, settings, services } = turn
  const known = cache.find(key, settings.ttlMs, services.clock.monotonicMs())
  if (known !== undefined) return hit(turn.request, known)
  const fetched = cache.fetched(key)
  return fetched === undefined ? fetchAnswer(turn) : waitFor(turn, fetched)
}

const waitFor = async (
  turn: Turn,
  fetched: Promise<StoredResponse | undefined>,
): Promise<HttpResponse> => {
  const answer = await fetched
  return answer === undefined ? fetchAnswer(turn) : hit(turn.request, answer)
}

const hit = (request: RestRequest, stored: StoredResponse): HttpResponse => {
  request.trace.cache = 'HIT'
  request.trace.leave('HIT')
  return writeStoredResponse(request, stored)
}

/** What cannot be kept is answered all the same; a failure is its request's alone. */
const fetchAnswer = async ({ request, services, cache, key, ask }: Turn): Promise<HttpResponse> => {
  request.trace.cache = 'MISS'
  request.trace.leave('MISS')
  let answer: HttpResponse | undefined
  await cache.fetch(
    key,
    () => services.clock.monotonicMs(),
    async () => {
      answer = await ask()
      return keepable(request, answer)
    },
  )
  return present(answer, 'an answer that was fetched')
}

/** AWS: "The maximum size of a response that can be cached is 1048576 bytes." An answer of any status is kept. [guide] */
const keepable = (request: RestRequest, response: HttpResponse) => {
  const answer = storeMethodResponse(request, response)
  if (answer === undefined || answer.body.length > ANSWER_BYTES_MAX) return undefined
  return { answer, bytes: answer.body.length + headerBytes(answer.headers) }
}

const ANSWER_BYTES_MAX = 1_048_576

const withWarning = (response: HttpResponse): HttpResponse => ({
  ...response,
  headers: [...response.headers, 'Warning', WARNING],
})

const WARNING = '199 Cache-control headers were ignored because the caller was unauthorized'
