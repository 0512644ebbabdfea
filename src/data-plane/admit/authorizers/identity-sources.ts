// Identity sources: the parts of a request that say who calls, and the cache key that they make.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/configure-api-gateway-lambda-authorization.html
import { createHash } from 'node:crypto'
import { canonicalJson } from '#shared/json.ts'
import type { StageFacts } from '../../compiling.ts'
import { compileContextVariable } from '../../context-variables.ts'
import { contextVariable } from '../../integrate/http-api-integrations/integration-request.ts'
import { ownValue } from '../../integrate/parameter-source.ts'
import type { HttpApiRequest, RestRequest } from '../../plan.ts'

/** Undefined where the request has no such value. */
export type IdentitySource<Request> = (request: Request) => string | undefined

/** `method.request.header.Auth, context.path, …`; undefined where one of them is nothing that AWS knows. */
export const compileRestSources = (
  text: string | undefined,
  stage: StageFacts,
): readonly IdentitySource<RestRequest>[] | undefined => {
  const names = (text ?? '').split(',').map((name) => name.trim())
  const sources = names.filter((name) => name !== '').map((name) => restSource(name, stage))
  return allDefined(sources)
}

const restSource = (name: string, stage: StageFacts): IdentitySource<RestRequest> | undefined => {
  const part =
    /^method\.request\.(header|querystring|multivalueheader|multivaluequerystring)\.(.+)$/.exec(
      name,
    )
  const key = part?.[2]
  if (key !== undefined) {
    switch (part?.[1]) {
      case 'header':
        return (request) => request.header(key)
      case 'querystring':
        return (request) => request.query.get(key)?.at(-1)
      case 'multivalueheader':
        return (request) => joined(request.headerValues(key))
      default:
        return (request) => joined(request.query.get(key))
    }
  }
  if (name.startsWith('stageVariables.')) {
    const value = ownValue(stage.stageVariables, name.slice(15))
    return () => value
  }
  return name.startsWith('context.') ? compileContextVariable(name.slice(8), stage) : undefined
}

/** `$request.header.Authorization`, `$request.querystring.key`, `$context.x`, `$stageVariables.x`. */
export const compileHttpApiSources = (
  names: readonly string[],
): readonly IdentitySource<HttpApiRequest>[] | undefined => allDefined(names.map(httpApiSource))

const httpApiSource = (text: string): IdentitySource<HttpApiRequest> | undefined => {
  const name = text.trim().replace(/^\$/, '')
  const part = /^request\.(header|querystring)\.(.+)$/.exec(name)
  const key = part?.[2]
  if (key !== undefined) {
    return part?.[1] === 'header'
      ? (request) => joined(request.headerValues(key))
      : (request) => joined(request.query.get(key))
  }
  if (name.startsWith('stageVariables.')) {
    return (request) => ownValue(request.stage.stageVariables, name.slice(15))
  }
  if (!name.startsWith('context.')) return undefined
  return (request) => contextVariable(name.slice(8), request, {})
}

const joined = (values: readonly string[] | undefined): string | undefined =>
  values === undefined || values.length === 0 ? undefined : values.join(',')

/** The values, or undefined where one is missing or empty. */
export const readSources = <Request>(
  sources: readonly IdentitySource<Request>[],
  request: Request,
): readonly string[] | undefined => {
  const values: string[] = []
  for (const source of sources) {
    const value = source(request)
    if (value === undefined || value === '') return undefined
    values.push(value)
  }
  return values
}

/**
 * What of a cache key a deployment fixes: whose answer it is. A changed authorizer asks anew, and so does a stage whose
 * cache was flushed, for the generation is part of it.
 */
export const keyPrefix = (stage: StageFacts, generation: number, authorizer: unknown): string =>
  createHash('sha256')
    .update(
      canonicalJson([stage.apiId, stage.stageName, stage.stageVariables, generation, authorizer]),
    )
    .digest('base64url')

/** Lengths come with the values, so that no two lists of values make one key. */
export const cacheKey = (prefix: string, values: readonly string[]): string => {
  let key = prefix
  for (const value of values) key += `${value.length}:${value}`
  return key
}

const allDefined = <T>(list: readonly (T | undefined)[]): readonly T[] | undefined => {
  const defined = list.filter((each) => each !== undefined)
  return defined.length === list.length ? defined : undefined
}
