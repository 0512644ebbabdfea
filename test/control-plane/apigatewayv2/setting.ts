// What the tests of this folder stand on: a store in memory, a caller, and the directory that the
// data plane would follow.
import { apigatewayv2Operations as operations } from '#control-plane/apigatewayv2/operations.ts'
import type { HttpDocument, StageEntry } from '#model/documents.ts'
import { GLOBAL_SCOPE } from '#model/scope.ts'
import { derivedIds } from '#shared/ids.ts'
import { directory, documents } from '#store/collections.ts'
import { createMemoryStore } from '#store/memory.ts'
import type { Operation } from '#store/transactional.ts'

const SCOPE = { accountId: '111111111111', region: 'us-east-1' }
export const NOW_MS = Date.UTC(2026, 10, 21)
export const FUNCTION = 'arn:aws:lambda:us-east-1:111111111111:function:pets'

export { operations }

export const createSetting = (seed = 'setting') => {
  const store = createMemoryStore()
  const ids = derivedIds(seed)
  const run = <Input, Output>(operation: Operation<Input, Output>, input: Input): Promise<Output> =>
    operation(input, { ...SCOPE, store, ids, requestId: 'request', nowMs: NOW_MS })

  const createApi = async (protocolType: 'HTTP' | 'WEBSOCKET' = 'HTTP') => {
    const expression = protocolType === 'HTTP' ? undefined : '$request.body.action'
    const input = { name: 'pets', protocolType, routeSelectionExpression: expression }
    return `${(await run(operations.CreateApi, input)).apiId}`
  }

  const createIntegration = async (apiId: string) => {
    const input = { apiId, integrationType: 'AWS_PROXY', integrationUri: FUNCTION } as const
    return (await run(operations.CreateIntegration, input)).integrationId
  }

  const createRoute = async (apiId: string, routeKey = 'GET /pets') => {
    const target = `integrations/${await createIntegration(apiId)}`
    return run(operations.CreateRoute, { apiId, routeKey, target })
  }

  /** What is served of a stage: its directory entry and the document that it names. */
  const served = async (apiId: string, stageName: string) => {
    const entry = await store.read((view) =>
      view.get(directory, GLOBAL_SCOPE, `stage/${apiId}/${stageName}`),
    )
    if (entry?.kind !== 'stage') return undefined
    const document = await store.read((view) =>
      view.get(documents, GLOBAL_SCOPE, entry.documentHash),
    )
    if (document?.protocol !== 'HTTP') return undefined
    return { entry: entry as StageEntry, document: document as HttpDocument }
  }

  const countDocuments = async () =>
    (await store.read((view) => view.list(documents, GLOBAL_SCOPE))).length

  return { store, run, createApi, createIntegration, createRoute, served, countDocuments }
}
