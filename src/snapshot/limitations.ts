// What stages ask for and do not get from this version: refused with 501, or served without. Found by compiling, so
// that what is listed and what happens to a request cannot differ.
import type { DeploymentDocument, StageEntry } from '#model/documents.ts'
import { GLOBAL_SCOPE } from '#model/scope.ts'
import { present } from '#shared/assert.ts'
import type { View } from '#store/store.ts'
import { compileStage } from './compile.ts'
import { documents } from './freeze.ts'
import { directory, stageKey } from './publish.ts'

export interface StageLimitation {
  readonly effect: 'refused' | 'ignored'
  /** `GET /pets/{petId}`, `stage prod`. */
  readonly where: string
  readonly feature: string
}

export const limitationsOfStage = (
  entry: StageEntry,
  document: DeploymentDocument,
): readonly StageLimitation[] =>
  entry.protocol === 'WEBSOCKET' ? [WEBSOCKET] : compileStage(entry, document).limitations

/** Of all published stages of an API, as `view` has them; the same thing on two stages is said once. */
export const limitationsOfApi = async (
  view: View,
  apiId: string,
): Promise<readonly StageLimitation[]> => {
  const found = new Map<string, StageLimitation>()
  const rows = await view.list(directory, GLOBAL_SCOPE, { prefix: stageKey(apiId, '') })
  for (const { value: entry } of rows) {
    if (entry.kind !== 'stage') continue
    const document = await view.get(documents, GLOBAL_SCOPE, entry.documentHash)
    const limitations = limitationsOfStage(entry, present(document, entry.documentHash))
    for (const limitation of limitations) found.set(JSON.stringify(limitation), limitation)
  }
  return [...found.values()]
}

const WEBSOCKET: StageLimitation = {
  effect: 'refused',
  where: 'the whole API',
  feature: 'WebSocket APIs',
}
