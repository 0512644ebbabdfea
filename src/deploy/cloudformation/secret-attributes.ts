// Attributes that are secrets, such as the secret of a user pool's client: their service keeps them, sealed. The
// record of a stack has none of them; they are asked for anew where a template may want them again.
import { derivedIds } from '#shared/ids.ts'
import type { CallOperation, StackResource } from './resource-type.ts'
import { resourceType } from './resource-types/index.ts'

/** As it is remembered. */
export const withoutSecrets = (resource: StackResource): StackResource => {
  const names = resourceType(resource.type).secrets?.names ?? []
  if (!names.some((name) => Object.hasOwn(resource.attributes, name))) return resource
  const kept = Object.entries(resource.attributes).filter(([name]) => !names.includes(name))
  return { ...resource, attributes: Object.fromEntries(kept) }
}

/** As `Fn::GetAtt` needs it; `told` hears every secret, so that nobody shows one. */
export const withSecrets = async (
  remembered: Readonly<Record<string, StackResource>>,
  call: CallOperation,
  told: Set<string>,
): Promise<Readonly<Record<string, StackResource>>> => {
  const found = { ...remembered }
  for (const [logicalId, resource] of Object.entries(remembered)) {
    const { secrets } = resourceType(resource.type)
    if (secrets === undefined) continue
    const ids = derivedIds(`secrets/${logicalId}`)
    const attributes = await secrets.read(resource, {
      call: (service, operation, input) => call(service, operation, input, ids),
    })
    for (const value of Object.values(attributes)) told.add(String(value))
    found[logicalId] = { ...resource, attributes: { ...resource.attributes, ...attributes } }
  }
  return found
}
