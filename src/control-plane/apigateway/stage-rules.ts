// What a stage starts with and what AWS refuses of one: for CreateStage and for a deployment that names a stage.
import { CACHE_CLUSTER_SIZES, type Stage } from '#model/apigateway/stage.ts'
import { publishStage } from '#snapshot/publish.ts'
import { stages } from '#store/collections.ts'
import type { WriteCall } from '#store/transactional.ts'
import { badRequest } from '#wire/errors.ts'
import { defined } from '../defined.ts'

/** Writes a stage and what the data plane serves of it. */
export const writeStage = async (call: WriteCall, apiId: string, stage: Stage): Promise<void> => {
  await call.tx.put(stages, call, `${apiId}/${stage.stageName}`, stage)
  await publishStage(call.tx, call, apiId, stage.stageName)
}

export const newStage = (stageName: string, deploymentId: string, nowMs: number): Stage => ({
  stageName,
  deploymentId,
  createdDate: nowMs,
  lastUpdatedDate: nowMs,
  cacheClusterEnabled: false,
  cacheClusterStatus: 'NOT_AVAILABLE',
  tracingEnabled: false,
  methodSettings: {},
})

/** The cache members of a stage, after what was asked for. AWS makes a cluster in minutes; ours is there at once. */
export const cacheCluster = (
  asked: {
    readonly cacheClusterEnabled?: boolean | undefined
    readonly cacheClusterSize?: string | undefined
  },
  before: Pick<Stage, 'cacheClusterEnabled' | 'cacheClusterSize'>,
): Pick<Stage, 'cacheClusterEnabled' | 'cacheClusterStatus' | 'cacheClusterSize'> => {
  const cacheClusterEnabled = asked.cacheClusterEnabled ?? before.cacheClusterEnabled
  const size = asked.cacheClusterSize ?? before.cacheClusterSize
  if (size !== undefined && !CACHE_CLUSTER_SIZES.includes(size)) {
    const valid = CACHE_CLUSTER_SIZES.join(',')
    throw badRequest(`Invalid cache cluster size specified. Valid options are ${valid}`)
  }
  return defined({
    cacheClusterEnabled,
    cacheClusterStatus: cacheClusterEnabled ? 'AVAILABLE' : 'NOT_AVAILABLE',
    cacheClusterSize: size ?? (cacheClusterEnabled ? CACHE_CLUSTER_SIZES[0] : undefined),
  })
}

export const checkPercent = (percentTraffic: number): number => {
  if (percentTraffic >= 0 && percentTraffic <= 100) return percentTraffic
  throw badRequest('Percent traffic must be between 0 and 100')
}

export const checkStageName = (stageName: string): void => {
  if (!/^[\w-]{1,128}$/.test(stageName)) throw badRequest('Stage name only allows a-zA-Z0-9_-')
}
