// The tree of an API's paths, read once and then kept in step with what is written: the rules of AWS for which
// children a resource may have stand here, for CreateResource, UpdateResource and imports alike.
import type { Resource } from '#model/apigateway/rest-api.ts'
import { present } from '#shared/assert.ts'
import { resources } from '#store/collections.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { badRequest, conflict } from '#wire/errors.ts'
import { newPartId, writeResource } from './draft.ts'

export interface ResourceTree {
  readonly byId: ReadonlyMap<string, Resource>
  find(path: string): Resource | undefined
  children(parentId: string): readonly Resource[]
  /** Writes a new child of `parent`, or throws as CreateResource does. */
  addChild(call: WriteCall, parent: Resource, pathPart: string): Promise<Resource>
  /** The resource of a path, made with its ancestors where it is missing. */
  ensurePath(call: WriteCall, path: string): Promise<Resource>
  /** Writes a changed resource, and the paths of everything beneath it where its own has changed. */
  replace(call: WriteCall, resource: Resource): Promise<void>
}

export const readResourceTree = async (call: ReadCall, apiId: string): Promise<ResourceTree> => {
  const byId = new Map<string, Resource>()
  const byPath = new Map<string, Resource>()
  const keep = (resource: Resource): void => {
    byId.set(resource.id, resource)
    byPath.set(resource.path, resource)
  }
  for (const { value } of await call.view.list(resources, call, { prefix: `${apiId}/` })) {
    keep(value)
  }

  const children = (parentId: string): readonly Resource[] =>
    [...byId.values()].filter((resource) => resource.parentId === parentId)

  const addChild = async (
    call: WriteCall,
    parent: Resource,
    pathPart: string,
  ): Promise<Resource> => {
    checkPathPart(pathPart)
    checkPlace(parent, pathPart, children(parent.id))
    const id = await newPartId(call, resources, apiId)
    const resource = { id, parentId: parent.id, pathPart, path: childPath(parent, pathPart) }
    await writeResource(call, apiId, resource)
    keep(resource)
    return resource
  }

  const replace = async (call: WriteCall, resource: Resource): Promise<void> => {
    const before = byId.get(resource.id)
    if (before !== undefined) byPath.delete(before.path)
    await writeResource(call, apiId, resource)
    keep(resource)
    if (before?.path === resource.path) return
    for (const child of children(resource.id)) {
      const pathPart = present(child.pathPart, 'a child has a path part')
      await replace(call, { ...child, path: childPath(resource, pathPart) })
    }
  }

  return {
    byId,
    find: (path) => byPath.get(path),
    children,
    addChild,
    ensurePath: async (call, path) => {
      let resource = present(byPath.get('/'), `API ${apiId} has a root resource`)
      for (const pathPart of path.split('/').filter((part) => part !== '')) {
        const child = byPath.get(childPath(resource, pathPart))
        resource = child ?? (await addChild(call, resource, pathPart))
      }
      return resource
    },
    replace,
  }
}

export const childPath = (parent: Resource, pathPart: string): string =>
  parent.path === '/' ? `/${pathPart}` : `${parent.path}/${pathPart}`

export const checkPathPart = (pathPart: string): void => {
  // Wider than the message: what else a path may hold unescaped is routed here as well as letters are.
  if (/^(?:[\w.:~$@!,;=%-]+|\{[\w.:-]+\+?\})$/.test(pathPart)) return
  throw badRequest(
    "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end.",
  )
}

/** Throws unless `pathPart` may stand beneath `parent`, beside `siblings`. */
export const checkPlace = (
  parent: Resource,
  pathPart: string,
  siblings: readonly Resource[],
): void => {
  if (parent.pathPart?.endsWith('+}')) {
    throw badRequest(
      `Cannot create a child of a resource with a greedy path variable: ${parent.pathPart}`,
    )
  }
  if (siblings.some((sibling) => sibling.pathPart === pathPart)) {
    throw conflict(`Another resource with the same parent already has this name: ${pathPart}`)
  }
  const variable = siblings.find((sibling) => sibling.pathPart?.startsWith('{'))
  if (variable !== undefined && pathPart.startsWith('{')) {
    throw badRequest(
      `A sibling (${variable.pathPart}) of this resource already has a variable path part -- only one is allowed`,
    )
  }
}
