// Publishes stages: writes the directory entries that the data plane follows. Each runs inside the
// transaction of the operation that makes it necessary, so what is served and what is stored never disagree.
import type { Stage } from '#model/apigateway/stage.ts'
import type { DirectoryEntry, StageEntry } from '#model/documents.ts'
import { GLOBAL_SCOPE, type Scope } from '#model/scope.ts'
import { Bug, present } from '#shared/assert.ts'
import type { IdSource } from '#shared/ids.ts'
import {
  apiIds,
  apisV2,
  deployments,
  deploymentsV2,
  directory,
  restApis,
  stages,
  stagesV2,
} from '#store/collections.ts'
import type { Transaction, View } from '#store/store.ts'

// What distribute.ts follows is what is published here.
export { directory }

/** Identifiers to try before giving up: a derived sequence begins again at each update of its stack. */
const API_ID_ATTEMPTS_MAX = 64

/** Writes the directory entry of a stage as the store has it now; a stage without a deployment is not served. */
export const publishStage = async (
  tx: Transaction,
  scope: Scope,
  apiId: string,
  stageName: string,
): Promise<void> => {
  const entry = await stageEntry(tx, scope, apiId, stageName)
  if (entry === undefined) await unpublishStage(tx, apiId, stageName)
  else await tx.put(directory, GLOBAL_SCOPE, stageKey(apiId, stageName), entry)
}

export const unpublishStage = async (
  tx: Transaction,
  apiId: string,
  stageName: string,
): Promise<void> => {
  await tx.delete(directory, GLOBAL_SCOPE, stageKey(apiId, stageName))
}

/** Publishes all stages of an API again: for what an API shares with its stages, such as its name. */
export const republishApi = async (tx: Transaction, scope: Scope, apiId: string): Promise<void> => {
  const isRest = (await tx.get(restApis, scope, apiId)) !== undefined
  const rows = await tx.list<unknown>(isRest ? stages : stagesV2, scope, { prefix: `${apiId}/` })
  for (const { key } of rows) {
    await publishStage(tx, scope, apiId, key.slice(apiId.length + 1))
  }
}

/** Takes all stages of an API out of the directory. */
export const unpublishApi = async (tx: Transaction, apiId: string): Promise<void> => {
  await tx.deletePrefix(directory, GLOBAL_SCOPE, stageKey(apiId, ''))
}

/** An id for a new API that no other API of this gateway has, in whatever account and region. */
export const claimApiId = async (tx: Transaction, scope: Scope, ids: IdSource): Promise<string> => {
  for (let attempt = 0; attempt < API_ID_ATTEMPTS_MAX; attempt++) {
    const apiId = ids.next(10)
    if (await claimFixedApiId(tx, scope, apiId)) return apiId
  }
  throw new Bug(`no free API id in ${API_ID_ATTEMPTS_MAX} attempts`)
}

/** Claims an id that was asked for by name; false where an API of this gateway has it. */
export const claimFixedApiId = async (
  tx: Transaction,
  scope: Scope,
  apiId: string,
): Promise<boolean> => {
  if ((await tx.get(apiIds, GLOBAL_SCOPE, apiId)) !== undefined) return false
  const { accountId, region } = scope
  await tx.put(apiIds, GLOBAL_SCOPE, apiId, { accountId, region })
  return true
}

export const releaseApiId = async (tx: Transaction, apiId: string): Promise<void> => {
  await tx.delete(apiIds, GLOBAL_SCOPE, apiId)
}

export const stageKey = (apiId: string, stageName: string): string => `stage/${apiId}/${stageName}`

export const findEntry = (view: View, key: string): Promise<DirectoryEntry | undefined> =>
  view.get(directory, GLOBAL_SCOPE, key)

const stageEntry = async (
  view: View,
  { accountId, region }: Scope,
  apiId: string,
  stageName: string,
): Promise<StageEntry | undefined> => {
  const scope = { accountId, region }
  const rest = await view.get(restApis, scope, apiId)
  if (rest !== undefined) {
    const stage = await view.get(stages, scope, `${apiId}/${stageName}`)
    if (stage === undefined) return undefined
    const deployment = await view.get(deployments, scope, `${apiId}/${stage.deploymentId}`)
    return {
      kind: 'stage',
      protocol: 'REST',
      scope,
      apiId,
      apiName: rest.name,
      disableExecuteApiEndpoint: rest.disableExecuteApiEndpoint,
      documentHash: present(deployment, `deployment of ${apiId}/${stageName}`).documentHash,
      ...(await canaryDocument(view, scope, apiId, stage)),
      stage,
    }
  }
  const api = present(await view.get(apisV2, scope, apiId), `publishing a stage of ${apiId}`)
  const stage = await view.get(stagesV2, scope, `${apiId}/${stageName}`)
  // An HTTP API's stage may exist before its first deployment; there is nothing to serve then.
  if (stage?.deploymentId === undefined) return undefined
  const deployment = await view.get(deploymentsV2, scope, `${apiId}/${stage.deploymentId}`)
  return {
    kind: 'stage',
    protocol: api.protocolType,
    scope,
    apiId,
    apiName: api.name,
    disableExecuteApiEndpoint: api.disableExecuteApiEndpoint,
    documentHash: present(deployment, `deployment of ${apiId}/${stageName}`).documentHash,
    stage,
  }
}

/** Nothing for a canary without traffic: nobody would run it. */
const canaryDocument = async (
  view: View,
  scope: Scope,
  apiId: string,
  { stageName, deploymentId, canarySettings }: Stage,
): Promise<{ readonly canaryDocumentHash?: string }> => {
  if ((canarySettings?.percentTraffic ?? 0) <= 0) return {}
  const id = canarySettings?.deploymentId ?? deploymentId
  const deployment = await view.get(deployments, scope, `${apiId}/${id}`)
  const where = `canary deployment ${id} of ${apiId}/${stageName}`
  return { canaryDocumentHash: present(deployment, where).documentHash }
}
