// A draft as plain JSON, for comparing whole: every stored part of every API of the tests' account.
import {
  apisV2,
  authorizers,
  authorizersV2,
  gatewayResponses,
  integrationsV2,
  models,
  requestValidators,
  resources,
  restApis,
  routesV2,
} from '#store/collections.ts'
import type { Collection, Store } from '#store/store.ts'
import { SCOPE } from '../apigateway/setting.ts'

const REST = [restApis, resources, models, authorizers, requestValidators, gatewayResponses]
const HTTP = [apisV2, routesV2, integrationsV2, authorizersV2]

export const draftOf = async (store: Store, kind: 'rest' | 'http'): Promise<unknown> => {
  const collections: readonly Collection<unknown>[] = kind === 'rest' ? REST : HTTP
  const draft: Record<string, unknown> = {}
  for (const collection of collections) {
    const entries = await store.read((view) => view.list(collection, SCOPE))
    draft[collection.name.replace(/^.*\//, '')] = entries.map((entry) => entry.value)
  }
  return JSON.parse(JSON.stringify(draft))
}
