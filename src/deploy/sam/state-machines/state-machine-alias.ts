// The alias of a state machine: its logical id, for whatever is to start the alias and not the machine.
import { type SamResource } from '../context.ts'
import { isIntrinsic } from '../draft.ts'

/** Undefined where no alias is published. */
export const aliasIdOf = ({ logicalId, properties }: SamResource): string | undefined => {
  const alias = properties['AutoPublishAlias']
  if (alias === undefined) return undefined
  const name = isIntrinsic(alias) ? '' : String(alias).replaceAll(/[^A-Za-z0-9]/g, '')
  return `${logicalId}Alias${name}`
}
