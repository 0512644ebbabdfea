// Deletes resources of a stack, whatever names them first.
import { derivedIds } from '#shared/ids.ts'
import { ServiceError } from '#wire/errors.ts'
import type { CallOperation, StackResource } from './resource-type.ts'
import { resourceType } from './resource-types/index.ts'

/** Deletes the named resources and their dependents, and forgets them. */
export const removeResources = async (
  existing: Map<string, StackResource>,
  logicalIds: readonly string[],
  call: CallOperation,
): Promise<void> => {
  for (const id of logicalIds) {
    const resource = existing.get(id)
    if (resource === undefined) continue
    existing.delete(id)
    const dependents = [...existing].filter(([, other]) => other.dependsOn.includes(id))
    await removeResources(
      existing,
      dependents.map(([dependent]) => dependent),
      call,
    )
    if (!resource.retain) await deleteResource(id, resource, call)
  }
}

const deleteResource = async (
  logicalId: string,
  resource: StackResource,
  call: CallOperation,
): Promise<void> => {
  const ids = derivedIds(`delete/${logicalId}`)
  try {
    await resourceType(resource.type).delete(resource, {
      call: (service, operation, input) => call(service, operation, input, ids),
    })
  } catch (error) {
    // What is already gone, with its API or by hand, needs no deleting.
    const absent = error instanceof ServiceError && error.statusCode === 404
    if (!absent) throw error
  }
}
