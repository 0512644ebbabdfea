// Parts of the logical ids that SAM makes.
import type { JsonValue } from '#shared/json.ts'
import { shortHash } from './context.ts'

/** A stage name as the end of a logical id: itself, `Stage` where it is not known yet, or a hash where it does not fit. */
export const stageSuffix = (stage: JsonValue): string => {
  if (typeof stage !== 'string') return 'Stage'
  return /^[A-Za-z0-9]+$/.test(stage) ? stage : shortHash(stage)
}

export const stageLogicalId = (api: string, stage: JsonValue): string => {
  if (typeof stage !== 'string') return `${api}Stage`
  if (/^[A-Za-z0-9]+$/.test(stage)) return `${api}${stage}Stage`
  return `${api}Stage${shortHash(stage)}`
}
