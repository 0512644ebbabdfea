// The things that operations name, or AWS's words that there is no such thing; and pages of them.
import type {
  Api,
  AuthorizerV2,
  DeploymentV2,
  IntegrationV2,
  ModelV2,
  Route,
  StageV2,
} from '#model/apigatewayv2/api.ts'
import { Bug } from '#shared/assert.ts'
import {
  apisV2,
  authorizersV2,
  deploymentsV2,
  integrationsV2,
  modelsV2,
  routesV2,
  stagesV2,
} from '#store/collections.ts'
import type { Collection } from '#store/store.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { ServiceError } from '#wire/errors.ts'
import { pageOf as slice, pageOfNextToken, tokenOf } from '#wire/pagination.ts'

/**
 * Identifiers to try: a derived sequence starts again at each update, past all that the API
 * already holds.
 */
const ID_ATTEMPTS_MAX = 4096

export const notFoundOf = (resourceType: string, message: string): ServiceError =>
  new ServiceError('NotFoundException', 404, message, { resourceType })

export const apiOf = async (call: ReadCall, apiId: string | undefined): Promise<Api> => {
  const api = apiId === undefined ? undefined : await call.view.get(apisV2, call, apiId)
  if (api !== undefined) return api
  throw notFoundOf('Api', `Invalid API identifier specified ${call.accountId}:${apiId}`)
}

/**
 * A part of an API by its id (or name); the API is looked for first, as its absence is another
 * answer.
 */
const partOf =
  <T>(collection: Collection<T>, resourceType: string) =>
  async (call: ReadCall, apiId: string | undefined, id: string | undefined): Promise<T> => {
    const api = await apiOf(call, apiId)
    const part = await call.view.get(collection, call, `${api.apiId}/${id}`)
    if (part !== undefined) return part
    throw notFoundOf(resourceType, `Invalid ${resourceType} identifier specified ${id}`)
  }

export const routeOf = partOf<Route>(routesV2, 'Route')
export const integrationOf = partOf<IntegrationV2>(integrationsV2, 'Integration')
export const authorizerOf = partOf<AuthorizerV2>(authorizersV2, 'Authorizer')
export const modelOf = partOf<ModelV2>(modelsV2, 'Model')
export const deploymentOf = partOf<DeploymentV2>(deploymentsV2, 'Deployment')
export const stageOf = partOf<StageV2>(stagesV2, 'Stage')

/** All parts of a kind that an API has. */
export const partsOf = async <T>(
  call: ReadCall,
  collection: Collection<T>,
  apiId: string,
): Promise<readonly T[]> => {
  const entries = await call.view.list(collection, call, { prefix: `${apiId}/` })
  return entries.map((entry) => entry.value)
}

/** An id that no other part of this kind has beneath `owner`. */
export const newPartId = (
  call: WriteCall,
  collection: Collection<unknown>,
  owner: string,
  length: number,
): Promise<string> => freeId(call, collection, `${owner}/`, length)

/** An id that nothing else of this kind has. */
export const newId = (
  call: WriteCall,
  collection: Collection<unknown>,
  length: number,
): Promise<string> => freeId(call, collection, '', length)

const freeId = async (
  call: WriteCall,
  collection: Collection<unknown>,
  prefix: string,
  length: number,
): Promise<string> => {
  for (let attempt = 0; attempt < ID_ATTEMPTS_MAX; attempt++) {
    const id = call.ids.next(length)
    if ((await call.view.get<unknown>(collection, call, `${prefix}${id}`)) === undefined) return id
  }
  throw new Bug(`no free id in ${ID_ATTEMPTS_MAX} attempts`)
}

interface PageInput {
  readonly maxResults?: string | undefined
  readonly nextToken?: string | undefined
}

export interface Page<T> {
  readonly items: readonly T[]
  readonly nextToken?: string
}

/** One page of the rows beneath `prefix`. */
export const pageOf = async <T>(
  call: ReadCall,
  collection: Collection<T>,
  prefix: string,
  input: PageInput,
): Promise<Page<T>> => {
  const { limit, after } = pageOfNextToken(input)
  const entries = await call.view.list(collection, call, {
    prefix,
    limit: limit + 1,
    // A token of another list leads nowhere else than into this one.
    ...(after === undefined ? {} : { after: `${prefix}${after}` }),
  })
  const page = entries.slice(0, limit)
  const items = page.map((entry) => entry.value)
  const last = page.at(-1)
  if (last === undefined || entries.length <= limit) return { items }
  return { items, nextToken: tokenOf(last.key.slice(prefix.length)) }
}

/** One page of things that were gathered already, in the order of their keys. */
export const pageOfItems = <T>(
  items: readonly T[],
  key: (item: T) => string,
  input: PageInput,
): Page<T> => {
  const { items: page, token } = slice(items, key, pageOfNextToken(input))
  return { items: page, ...(token === undefined ? {} : { nextToken: token }) }
}
