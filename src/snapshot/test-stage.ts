// The stage of a test: a draft's document compiled as if it were deployed, where nothing is counted or kept.
import { compileRestStage } from '#data-plane/rest-stage.ts'
import type { RestDocument } from '#model/documents.ts'

export const compileTestStage = (
  document: RestDocument,
  given: {
    readonly stageName: string
    readonly stageVariables: Readonly<Record<string, string>>
    readonly clientCertificateId?: string | undefined
    readonly nowMs: number
  },
) => {
  const { api, scope, deploymentId } = document
  const { stageName, stageVariables: variables, clientCertificateId, nowMs } = given
  return compileRestStage(
    {
      kind: 'stage',
      protocol: 'REST',
      scope,
      apiId: api.id,
      apiName: api.name,
      disableExecuteApiEndpoint: false,
      documentHash: '',
      stage: {
        stageName,
        deploymentId,
        createdDate: nowMs,
        lastUpdatedDate: nowMs,
        cacheClusterEnabled: false,
        tracingEnabled: false,
        variables,
        ...(clientCertificateId !== undefined && { clientCertificateId }),
      },
    },
    document,
  )
}
