// Freezes a draft: an API as it stands becomes one plain JSON document, named by the hash of its text.
// A document carries the id of its deployment, so each deployment has a document of its own: `$context.deploymentId`
// needs no second look-up, and deleting a deployment deletes its document without counting references. The same
// draft frozen for the same deployment is the same document, byte for byte.
import { hash } from 'node:crypto'
import type { DeploymentDocument, HttpDocument, RestDocument } from '#model/documents.ts'
import { GLOBAL_SCOPE, type Scope } from '#model/scope.ts'
import { present } from '#shared/assert.ts'
import { canonicalJson } from '#shared/json.ts'
import {
  apisV2,
  authorizers,
  authorizersV2,
  documents,
  gatewayResponses,
  integrationResponsesV2,
  integrationsV2,
  models,
  modelsV2,
  requestValidators,
  resources,
  restApis,
  routeResponsesV2,
  routesV2,
} from '#store/collections.ts'
import type { Collection, Transaction, View } from '#store/store.ts'

// What distribute.ts ships is what is kept here.
export { documents }

/** The document of a REST API's draft. */
export const freezeRest = async (
  view: View,
  scope: Scope,
  apiId: string,
  deploymentId: string,
): Promise<RestDocument> => {
  const api = present(await view.get(restApis, scope, apiId), `freezing REST API ${apiId}`)
  const parts = <T>(collection: Collection<T>) => partsOf(view, scope, collection, apiId)
  return {
    protocol: 'REST',
    scope: scopeOf(scope),
    deploymentId,
    api,
    resources: await parts(resources),
    models: await parts(models),
    requestValidators: await parts(requestValidators),
    gatewayResponses: await parts(gatewayResponses),
    authorizers: await parts(authorizers),
  }
}

/** The document of an HTTP or WebSocket API's draft. */
export const freezeHttp = async (
  view: View,
  scope: Scope,
  apiId: string,
  deploymentId: string,
): Promise<HttpDocument> => {
  const api = present(await view.get(apisV2, scope, apiId), `freezing API ${apiId}`)
  const parts = <T>(collection: Collection<T>) => partsOf(view, scope, collection, apiId)
  return {
    protocol: api.protocolType,
    scope: scopeOf(scope),
    deploymentId,
    api,
    routes: await parts(routesV2),
    integrations: await parts(integrationsV2),
    authorizers: await parts(authorizersV2),
    models: await parts(modelsV2),
    routeResponses: await partsByOwner(view, scope, routeResponsesV2, apiId),
    integrationResponses: await partsByOwner(view, scope, integrationResponsesV2, apiId),
  }
}

/** Keeps a document under its hash, which it returns. */
export const storeDocument = async (
  tx: Transaction,
  document: DeploymentDocument,
): Promise<string> => {
  const name = hash('sha256', canonicalJson(document), 'hex')
  await tx.put(documents, GLOBAL_SCOPE, name, document)
  return name
}

/** Drops the document of a deployment that is gone. */
export const dropDocument = async (tx: Transaction, documentHash: string): Promise<void> => {
  await tx.delete(documents, GLOBAL_SCOPE, documentHash)
}

/** A Call is a Scope and more; only the scope itself may enter a document. */
const scopeOf = ({ accountId, region }: Scope): Scope => ({ accountId, region })

const partsOf = async <T>(
  view: View,
  scope: Scope,
  collection: Collection<T>,
  apiId: string,
): Promise<readonly T[]> => {
  const entries = await view.list(collection, scope, { prefix: `${apiId}/` })
  return entries.map((entry) => entry.value)
}

/** Parts keyed `{apiId}/{ownerId}/{partId}`, gathered by their owner. */
const partsByOwner = async <T>(
  view: View,
  scope: Scope,
  collection: Collection<T>,
  apiId: string,
): Promise<Readonly<Record<string, readonly T[]>>> => {
  const byOwner: Record<string, T[]> = {}
  for (const { key, value } of await view.list(collection, scope, { prefix: `${apiId}/` })) {
    const owner = present(key.split('/')[1], `key ${key} has no owner`)
    const parts = (byOwner[owner] ??= [])
    parts.push(value)
  }
  return byOwner
}
