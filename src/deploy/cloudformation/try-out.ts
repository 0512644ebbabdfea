// `daemun check` does not end with the first resource that cannot be made: it is a row of the report, and so is
// whatever needs it.
import { TemplateError } from '../template/template-error.ts'
import { RECORD_ONLY } from './resource-type.ts'
import type { Making, ResourceChange } from './resources.ts'
import type { ResourceDeclaration } from './sections.ts'

export type BringAbout = (
  declaration: ResourceDeclaration,
  making: Making,
) => Promise<ResourceChange['action'] | undefined>

export const tryingOut = (bringAbout: BringAbout): BringAbout => {
  const impossible = new Set<string>()
  return async (declaration, making) => {
    const { logicalId, type, retain } = declaration
    const { work, existing } = making
    const fail = (problem: string): undefined => {
      impossible.add(logicalId)
      work.deployment.report.add(['Resources', logicalId], type, problem, 'impossible')
      // What is read of it by others reads like something.
      const record = { physicalId: logicalId, attributes: {}, keys: RECORD_ONLY, hash: '' }
      existing.set(logicalId, { ...record, type, dependsOn: [], retain })
    }
    const missing = [...(work.references.get(logicalId) ?? [])].find((id) => impossible.has(id))
    if (missing !== undefined) return fail(`it needs ${missing}, which cannot be made`)
    try {
      return await bringAbout(declaration, making)
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error
      return fail(error.problem)
    }
  }
}
