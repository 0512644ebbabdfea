// Api: an HTTP or WebSocket API's draft itself.
// https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis.html
import type {
  CreateApiRequest,
  DeleteApiRequest,
  DeleteCorsConfigurationRequest,
  GetApiRequest,
  GetApisRequest,
  UpdateApiRequest,
} from '@aws-sdk/client-apigatewayv2'
import type { Api } from '#model/apigatewayv2/api.ts'
import { dropDocument } from '#snapshot/freeze.ts'
import {
  claimApiId,
  claimFixedApiId,
  releaseApiId,
  republishApi,
  unpublishApi,
} from '#snapshot/publish.ts'
import {
  apisV2,
  authorizersV2,
  deploymentsV2,
  integrationResponsesV2,
  integrationsV2,
  modelsV2,
  routeResponsesV2,
  routesV2,
  stagesV2,
} from '#store/collections.ts'
import type { Collection } from '#store/store.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { conflict } from '#wire/errors.ts'
import type { Uncapitalized } from '#wire/operation.ts'
import { checkTags } from '../apigateway/tag-rules.ts'
import { constrain, oneOf, required } from '../constraints.ts'
import { defined, nonEmpty } from '../defined.ts'
import { refuseMapped } from '../domain-names.ts'
import { fixedIdOf } from '../fixed-ids.ts'
import { apiDefaults, apiEndpoint, checkApi, parseCors } from './api-rules.ts'
import { deployAutomatically } from './deployments.ts'
import { apiOf, type Page, pageOf, partsOf } from './lookups.ts'
import { merged, refuseEmpty } from './merge.ts'
import { quickCreate, updateQuickCreated } from './quick-create.ts'

export const createApi = async (
  input: Uncapitalized<CreateApiRequest>,
  call: WriteCall,
): Promise<Api> => {
  const protocolType = required(input.protocolType, 'createApiInput.protocolType')
  constrain(oneOf(protocolType, 'createApiInput.protocolType', ['WEBSOCKET', 'HTTP']))
  checkTags(input.tags)
  const defaults = apiDefaults(protocolType, input.routeSelectionExpression)
  const { target, routeKey, credentialsArn, ...facts } = input
  const api = await writeNewApi(call, {
    ...defaults,
    ...defined({
      ...facts,
      name: required(input.name, 'createApiInput.name'),
      protocolType,
      corsConfiguration: parseCors(input.corsConfiguration),
      tags: nonEmpty(input.tags),
    }),
  })
  await quickCreate(call, api, { target, routeKey, credentialsArn })
  return api
}

/** Writes an API under an id of its own: CreateApi and ImportApi come through here. */
export const writeNewApi = async (
  call: WriteCall,
  facts: Omit<Api, 'apiId' | 'apiEndpoint' | 'createdDate'>,
): Promise<Api> => {
  const apiId = await newApiId(call, facts.tags)
  const api: Api = {
    ...facts,
    apiId,
    apiEndpoint: apiEndpoint(call, facts.protocolType, apiId),
    createdDate: call.nowMs,
  }
  checkApi(api)
  await call.tx.put(apisV2, call, apiId, api)
  return api
}

const newApiId = async (call: WriteCall, tags: Api['tags']): Promise<string> => {
  const fixed = fixedIdOf(tags)
  if (fixed === undefined) return claimApiId(call.tx, call, call.ids)
  if (await claimFixedApiId(call.tx, call, fixed)) return fixed
  throw conflict(`The API identifier ${fixed} is already in use`)
}

export const getApi = (input: Uncapitalized<GetApiRequest>, call: ReadCall): Promise<Api> =>
  apiOf(call, input.apiId)

export const getApis = (input: Uncapitalized<GetApisRequest>, call: ReadCall): Promise<Page<Api>> =>
  pageOf(call, apisV2, '', input)

export const updateApi = async (
  input: Uncapitalized<UpdateApiRequest>,
  call: WriteCall,
): Promise<Api> => {
  const before = await apiOf(call, input.apiId)
  refuseEmpty(input, 'name', 'routeSelectionExpression', 'apiKeySelectionExpression')
  const { target, routeKey, credentialsArn, ...changes } = input
  const api = merged<Api>(before, {
    ...changes,
    corsConfiguration: parseCors(input.corsConfiguration),
  })
  await updateQuickCreated(call, api, { target, routeKey, credentialsArn })
  await writeApi(call, api)
  return api
}

/** Writes a changed API, and what its stages show of it. */
export const writeApi = async (call: WriteCall, api: Api): Promise<void> => {
  checkApi(api)
  await call.tx.put(apisV2, call, api.apiId, api)
  await deployAutomatically(call, api.apiId)
  // The name and the switch of the default endpoint reach all stages, also those that wait for a
  // deployment.
  await republishApi(call.tx, call, api.apiId)
}

export const deleteCorsConfiguration = async (
  input: Uncapitalized<DeleteCorsConfigurationRequest>,
  call: WriteCall,
): Promise<void> => {
  const { corsConfiguration: _, ...api } = await apiOf(call, input.apiId)
  await writeApi(call, api)
}

export const deleteApi = async (
  input: Uncapitalized<DeleteApiRequest>,
  call: WriteCall,
): Promise<void> => {
  const { apiId } = await apiOf(call, input.apiId)
  await refuseMapped(call, apiId)
  for (const { documentHash } of await partsOf(call, deploymentsV2, apiId)) {
    await dropDocument(call.tx, documentHash)
  }
  for (const parts of PARTS) await call.tx.deletePrefix<unknown>(parts, call, `${apiId}/`)
  await unpublishApi(call.tx, apiId)
  await call.tx.delete(apisV2, call, apiId)
  await releaseApiId(call.tx, apiId)
}

const PARTS: readonly Collection<unknown>[] = [
  routeResponsesV2,
  routesV2,
  integrationResponsesV2,
  integrationsV2,
  authorizersV2,
  modelsV2,
  deploymentsV2,
  stagesV2,
]
