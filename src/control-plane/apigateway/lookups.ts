// The things that operations name, or AWS's words that there is no such thing.
import type { Integration, Method, Resource, RestApi } from '#model/apigateway/rest-api.ts'
import type { Deployment, Stage } from '#model/apigateway/stage.ts'
import {
  deployments as deploymentsOf,
  resources,
  restApis,
  stages as stagesOf,
} from '#store/collections.ts'
import { Bug } from '#shared/assert.ts'
import type { Collection } from '#store/store.ts'
import type { ReadCall } from '#store/transactional.ts'
import { notFound } from '#wire/errors.ts'
import { entryOf } from '../defined.ts'

export const restApiOf = async (call: ReadCall, apiId: string): Promise<RestApi> => {
  const api = await call.view.get(restApis, call, apiId)
  if (api === undefined) {
    throw notFound(`Invalid API identifier specified ${call.accountId}:${apiId}`)
  }
  return api
}

// AWS: an unknown API is an unknown resource, wherever a resource is addressed. [F053, F194]
export const resourceOf = async (
  call: ReadCall,
  apiId: string,
  resourceId: string,
): Promise<Resource> => {
  const resource = await call.view.get(resources, call, `${apiId}/${resourceId}`)
  if (resource === undefined) throw notFound('Invalid Resource identifier specified')
  return resource
}

export const methodOf = (resource: Resource, httpMethod: string): Method => {
  const method = entryOf(resource.resourceMethods, httpMethod)
  if (method === undefined) throw notFound('Invalid Method identifier specified')
  return method
}

export const integrationOf = (method: Method | undefined): Integration => {
  const integration = method?.methodIntegration
  if (integration === undefined) throw notFound('Invalid Integration identifier specified')
  return integration
}

export const deploymentOf = async (
  call: ReadCall,
  apiId: string,
  deploymentId: string,
): Promise<Deployment> => {
  const deployment = await call.view.get(deploymentsOf, call, `${apiId}/${deploymentId}`)
  if (deployment === undefined) throw notFound('Invalid Deployment identifier specified')
  return deployment
}

export const stageOf = async (call: ReadCall, apiId: string, stageName: string): Promise<Stage> => {
  const stage = await call.view.get(stagesOf, call, `${apiId}/${stageName}`)
  if (stage === undefined) throw notFound('Invalid stage identifier specified')
  return stage
}

/** An id of six characters that nothing else of this kind has. */
export const newId = async (call: ReadCall, rows: Collection<unknown>): Promise<string> => {
  for (let attempt = 0; attempt < ID_ATTEMPTS_MAX; attempt++) {
    const id = call.ids.next(6)
    if ((await call.view.get<unknown>(rows, call, id)) === undefined) return id
  }
  throw new Bug(`no free id in ${ID_ATTEMPTS_MAX} attempts`)
}

const ID_ATTEMPTS_MAX = 4096
