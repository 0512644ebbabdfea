// What authorizers remember between requests, all of it bounded: one for a process, whatever plans come and go.
import { createResultCache, type ResultCache } from './result-cache.ts'
import type { LambdaAnswer } from './lambda-answer.ts'

export interface AuthorizerCaches {
  readonly results: ResultCache<LambdaAnswer>
}

export const createAuthorizerCaches = (): AuthorizerCaches => ({ results: createResultCache() })
