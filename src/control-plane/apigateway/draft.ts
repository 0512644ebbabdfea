// The one way to write a REST API's draft: operations and imports both come through here. What is written has been
// checked by its caller; only what concerns the draft as a whole (ids, the path tree) is checked here.
import type {
  Authorizer,
  GatewayResponse,
  Method,
  Model,
  RequestValidator,
  Resource,
  RestApi,
} from '#model/apigateway/rest-api.ts'
import { claimApiId, claimFixedApiId, releaseApiId, unpublishApi } from '#snapshot/publish.ts'
import { dropDocument } from '#snapshot/freeze.ts'
import { Bug } from '#shared/assert.ts'
import {
  authorizers,
  deployments,
  documentationParts,
  documentationVersions,
  gatewayResponses,
  models,
  requestValidators,
  resources,
  restApis,
  stages,
} from '#store/collections.ts'
import type { Collection } from '#store/store.ts'
import type { WriteCall } from '#store/transactional.ts'
import { conflict } from '#wire/errors.ts'
import { fixedIdOf } from '../fixed-ids.ts'
import { BUILT_IN_MODELS } from './built-in-models.ts'

/** Identifiers to try: a derived sequence starts again at each update, past all that the API already holds. */
const ID_ATTEMPTS_MAX = 4096

/** What the caller says of a new API; the rest is ours or a default. */
export type NewRestApi = Omit<RestApi, 'id' | 'rootResourceId' | 'createdDate'>

/** Writes a new API and its root resource. */
export const createApi = async (
  call: WriteCall,
  facts: NewRestApi,
  // AWS: CreateRestApi makes the models Empty and Error, an import does not. [F033]
  options: { readonly builtInModels: boolean },
): Promise<RestApi> => {
  const id = await newApiId(call, facts.tags)
  const rootResourceId = call.ids.next(10)
  const api: RestApi = { id, rootResourceId, createdDate: call.nowMs, ...facts }
  await call.tx.put(restApis, call, id, api)
  await writeResource(call, id, { id: rootResourceId, path: '/' })
  for (const model of options.builtInModels ? BUILT_IN_MODELS : []) {
    await writeModel(call, id, { id: await newPartId(call, models, id), ...model })
  }
  return api
}

const newApiId = async (call: WriteCall, tags: RestApi['tags']): Promise<string> => {
  const fixed = fixedIdOf(tags)
  if (fixed === undefined) return claimApiId(call.tx, call, call.ids)
  if (await claimFixedApiId(call.tx, call, fixed)) return fixed
  throw conflict(`The API identifier ${fixed} is already in use`)
}

export const writeApi = (call: WriteCall, api: RestApi): Promise<void> =>
  call.tx.put(restApis, call, api.id, api)

/** Deletes an API with its draft, its deployments and its stages, and takes it out of service. */
export const deleteApi = async (call: WriteCall, apiId: string): Promise<void> => {
  const prefix = `${apiId}/`
  for (const { value } of await call.view.list(deployments, call, { prefix })) {
    await dropDocument(call.tx, value.documentHash)
  }
  for (const parts of [...DRAFT_PARTS, documentationVersions, deployments, stages]) {
    await call.tx.deletePrefix<unknown>(parts, call, prefix)
  }
  await unpublishApi(call.tx, apiId)
  await call.tx.delete(restApis, call, apiId)
  await releaseApiId(call.tx, apiId)
}

/** Gives one API's draft to another whole, as CreateRestApi's `cloneFrom` asks. Parts keep their ids. */
export const copyDraft = async (call: WriteCall, from: RestApi, to: RestApi): Promise<void> => {
  for (const parts of DRAFT_PARTS) await call.tx.deletePrefix<unknown>(parts, call, `${to.id}/`)
  for (const parts of DRAFT_PARTS) {
    for (const { key, value } of await call.view.list<unknown>(parts, call, {
      prefix: `${from.id}/`,
    })) {
      await call.tx.put<unknown>(parts, call, `${to.id}${key.slice(from.id.length)}`, value)
    }
  }
  await writeApi(call, { ...to, rootResourceId: from.rootResourceId })
}

export const writeResource = (call: WriteCall, apiId: string, resource: Resource): Promise<void> =>
  call.tx.put(resources, call, `${apiId}/${resource.id}`, resource)

/** The resource with this method put in or replaced, or (undefined) taken out. Written by `writeResource`. */
export const withMethod = (
  resource: Resource,
  httpMethod: string,
  method: Method | undefined,
): Resource => {
  const { resourceMethods, ...rest } = resource
  const methods = withEntry(resourceMethods, httpMethod, method)
  return methods === undefined ? rest : { ...rest, resourceMethods: methods }
}

/** Writes a method whole: with its responses, its integration and that one's responses. */
export const replaceMethod = async (
  call: WriteCall,
  apiId: string,
  resource: Resource,
  method: Method,
): Promise<Resource> => {
  const changed = withMethod(resource, method.httpMethod, method)
  await writeResource(call, apiId, changed)
  return changed
}

export const writeModel = (call: WriteCall, apiId: string, model: Model): Promise<void> =>
  call.tx.put(models, call, `${apiId}/${model.name}`, model)

export const writeRequestValidator = (
  call: WriteCall,
  apiId: string,
  validator: RequestValidator,
): Promise<void> => call.tx.put(requestValidators, call, `${apiId}/${validator.id}`, validator)

export const writeAuthorizer = (
  call: WriteCall,
  apiId: string,
  authorizer: Authorizer,
): Promise<void> => call.tx.put(authorizers, call, `${apiId}/${authorizer.id}`, authorizer)

export const writeGatewayResponse = (
  call: WriteCall,
  apiId: string,
  response: GatewayResponse,
): Promise<void> =>
  call.tx.put(gatewayResponses, call, `${apiId}/${response.responseType}`, response)

/** An id that no other part of this kind has in the API. */
export const newPartId = async (
  call: WriteCall,
  parts: Collection<unknown>,
  apiId: string,
): Promise<string> => {
  for (let attempt = 0; attempt < ID_ATTEMPTS_MAX; attempt++) {
    const id = call.ids.next(6)
    if ((await call.view.get<unknown>(parts, call, `${apiId}/${id}`)) === undefined) return id
  }
  throw new Bug(`no free id in ${ID_ATTEMPTS_MAX} attempts`)
}

/** The map with an entry put in or (undefined) taken out; undefined where nothing is left. */
export const withEntry = <T>(
  map: Readonly<Record<string, T>> | undefined,
  key: string,
  value: T | undefined,
): Readonly<Record<string, T>> | undefined => {
  const entries = Object.entries(map ?? {}).filter(([name]) => name !== key)
  if (value !== undefined) entries.push([key, value])
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}

/** Everything an import may replace. */
const DRAFT_PARTS: readonly Collection<unknown>[] = [
  resources,
  models,
  requestValidators,
  gatewayResponses,
  authorizers,
  documentationParts,
]
