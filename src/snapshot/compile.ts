// From a document to a plan: closures do not travel, so every node compiles for itself. This file only assembles;
// each step's compile half stands beside its other half in data-plane/.
import { compileHttpStage } from '#data-plane/http-stage.ts'
import type { StagePlan } from '#data-plane/plan.ts'
import { compileRestStage } from '#data-plane/rest-stage.ts'
import { compileWebSocketStage } from '#data-plane/websocket-stage.ts'
import type { DeploymentDocument, StageEntry } from '#model/documents.ts'
import { Bug } from '#shared/assert.ts'

/** Throws where the document is not one of this stage's protocol: they come from one transaction, so that is a bug. */
export const compileStage = (entry: StageEntry, document: DeploymentDocument): StagePlan => {
  if (entry.protocol === 'REST' && document.protocol === 'REST') {
    return compileRestStage(entry, document)
  }
  if (entry.protocol === 'HTTP' && document.protocol === 'HTTP') {
    return compileHttpStage(entry, document)
  }
  if (entry.protocol === 'WEBSOCKET' && document.protocol === 'WEBSOCKET') {
    return compileWebSocketStage(entry, document)
  }
  throw new Bug(`a ${document.protocol} document for a ${entry.protocol} stage`)
}
