// What authorizers remember between requests, all of it bounded: one for a process, whatever plans come and go.
import { createKeySets, type KeySets } from './key-sets.ts'
import type { LambdaAnswer } from './lambda-answer.ts'
import { createResultCache, type ResultCache } from './result-cache.ts'
import { createTokenCache, type PoolKeySets, type TokenCache } from './tokens.ts'

export interface AuthorizerCaches {
  readonly results: ResultCache<LambdaAnswer>
  readonly keySets: KeySets
  /** Keys of local pools, read; gone with their entries. */
  readonly pools: PoolKeySets
  readonly tokens: TokenCache
}

export const createAuthorizerCaches = (): AuthorizerCaches => ({
  results: createResultCache(),
  keySets: createKeySets(),
  pools: new WeakMap(),
  tokens: createTokenCache(),
})
