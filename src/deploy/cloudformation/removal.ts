// Deletes resources of a stack, whatever names them first.
import { derivedIds } from '#shared/ids.ts'
import { ServiceError } from '#wire/errors.ts'
import type { CallOperation, RemovalContext, StackResource } from './resource-type.ts'
import { resourceType } from './resource-types/index.ts'

export interface Removal {
  readonly call: CallOperation
  readonly nested: RemovalContext['nested']
  /** For a custom resource. */
  readonly askingOf: (logicalId: string, type: string) => RemovalContext['asking']
}

/**
 * Deletes the named resources and their dependents, and forgets them. `cascade: 'inside'` leaves dependents that a
 * function made: what they name is about to be made again, under the same identifiers.
 */
export const removeResources = async (
  existing: Map<string, StackResource>,
  logicalIds: readonly string[],
  removal: Removal,
  cascade: 'inside' | 'all' = 'all',
): Promise<void> => {
  for (const id of logicalIds) {
    const resource = existing.get(id)
    if (resource === undefined) continue
    existing.delete(id)
    const dependents = [...existing].filter(
      ([, other]) =>
        other.dependsOn.includes(id) &&
        !(cascade === 'inside' && resourceType(other.type).asksOutside === true),
    )
    await removeResources(
      existing,
      dependents.map(([dependent]) => dependent),
      removal,
      cascade,
    )
    if (!resource.retain) await deleteResource(id, resource, removal)
  }
}

export const deleteResource = async (
  logicalId: string,
  resource: StackResource,
  { call, nested, askingOf }: Removal,
): Promise<void> => {
  const ids = derivedIds(`delete/${logicalId}`)
  const asking = askingOf(logicalId, resource.type)
  try {
    await resourceType(resource.type).delete(resource, {
      call: (service, operation, input) => call(service, operation, input, ids),
      nested,
      ...(asking === undefined ? {} : { asking }),
    })
  } catch (error) {
    // What is already gone, with its API or by hand, needs no deleting.
    const absent = error instanceof ServiceError && error.statusCode === 404
    if (!absent) throw error
  }
}
