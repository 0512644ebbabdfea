// From a document to a plan: closures do not travel, so every node compiles for itself. This file only assembles;
// each step's compile half stands beside its other half in data-plane/.
import { compileHttpStage } from '#data-plane/http-stage.ts'
import type { StagePlan } from '#data-plane/plan.ts'
import { compileRestStage } from '#data-plane/rest-stage.ts'
import { compileWebSocketStage } from '#data-plane/websocket-stage.ts'
import type { DeploymentDocument, StageEntry } from '#model/documents.ts'
import { Bug, present } from '#shared/assert.ts'

/** Finds a document by its hash: all that an entry names are there when it is compiled. */
export type FindDocument = (hash: string) => DeploymentDocument | undefined

/** Throws where a document is not of this stage's protocol: they come from one transaction, so that is a bug. */
export const compileStage = (entry: StageEntry, findDocument: FindDocument): StagePlan => {
  const document = documentOf(entry.documentHash, findDocument)
  if (entry.protocol === 'REST' && document.protocol === 'REST') {
    const canary = entry.canaryDocumentHash
    if (canary === undefined) return compileRestStage(entry, document)
    const canaryDocument = documentOf(canary, findDocument)
    if (canaryDocument.protocol === 'REST') return compileRestStage(entry, document, canaryDocument)
  }
  if (entry.protocol === 'HTTP' && document.protocol === 'HTTP') {
    return compileHttpStage(entry, document)
  }
  if (entry.protocol === 'WEBSOCKET' && document.protocol === 'WEBSOCKET') {
    return compileWebSocketStage(entry, document)
  }
  throw new Bug(`a ${document.protocol} document for a ${entry.protocol} stage`)
}

export const documentOf = (hash: string, findDocument: FindDocument): DeploymentDocument =>
  present(findDocument(hash), `document ${hash}`)
