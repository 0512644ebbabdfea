// Resource: a path of an API and the methods on it. https://docs.aws.amazon.com/apigateway/latest/api/API_Resource.html
import type {
  CreateResourceRequest,
  DeleteResourceRequest,
  GetResourceRequest,
  GetResourcesRequest,
  UpdateResourceRequest,
} from '@aws-sdk/client-api-gateway'
import type { Resource } from '#model/apigateway/rest-api.ts'
import { resources } from '#store/collections.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { badRequest, notFound } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { required } from '../constraints.ts'
import { defined } from '../defined.ts'
import { applyPatch, type PatchTable } from '../patch-operations.ts'
import { text } from '../patch-rules.ts'
import { resourceOf, restApiOf } from './lookups.ts'
import { type Page, pageOf } from './pages.ts'
import {
  checkPathPart,
  checkPlace,
  childPath,
  readResourceTree,
  type ResourceTree,
} from './resource-tree.ts'

/** A resource as it is answered: without `embed=methods`, its methods are named and nothing more. */
export type ResourceAnswer = Omit<Resource, 'resourceMethods'> & {
  readonly resourceMethods?: Readonly<Record<string, object>>
}

export const createResource = async (
  input: Shape<CreateResourceRequest>,
  call: WriteCall,
): Promise<Resource> => {
  const apiId = required(input.restApiId, 'createResourceInput.restApiId')
  const pathPart = required(input.pathPart, 'createResourceInput.pathPart')
  const parentId = required(input.parentId, 'createResourceInput.parentId')
  const parent = await resourceOf(call, apiId, parentId)
  const tree = await readResourceTree(call, apiId)
  return tree.addChild(call, parent, pathPart)
}

export const getResource = async (
  input: Shape<GetResourceRequest>,
  call: ReadCall,
): Promise<ResourceAnswer> => {
  const apiId = required(input.restApiId, 'getResourceInput.restApiId')
  const resourceId = required(input.resourceId, 'getResourceInput.resourceId')
  return answer(await resourceOf(call, apiId, resourceId), input.embed)
}

export const getResources = async (
  input: Shape<GetResourcesRequest>,
  call: ReadCall,
): Promise<Page<ResourceAnswer>> => {
  const api = await restApiOf(call, required(input.restApiId, 'getResourcesInput.restApiId'))
  const page = await pageOf(call, resources, `${api.id}/`, input)
  return { ...page, items: page.items.map((resource) => answer(resource, input.embed)) }
}

export const updateResource = async (
  input: Shape<UpdateResourceRequest>,
  call: WriteCall,
): Promise<ResourceAnswer> => {
  const apiId = required(input.restApiId, 'updateResourceInput.restApiId')
  const resourceId = required(input.resourceId, 'updateResourceInput.resourceId')
  const before = await resourceOf(call, apiId, resourceId)
  const patched = applyPatch(RESOURCE_PATCH, before, input.patchOperations)
  if (patched.pathPart === before.pathPart && patched.parentId === before.parentId) {
    return answer(before, undefined)
  }
  if (before.parentId === undefined) {
    const member = patched.pathPart === before.pathPart ? 'parentId' : 'pathPart'
    throw badRequest(`Root resource cannot update its ${member}.`)
  }
  const moved = await replant(call, await readResourceTree(call, apiId), before, patched)
  return answer(moved, undefined)
}

export const deleteResource = async (
  input: Shape<DeleteResourceRequest>,
  call: WriteCall,
): Promise<void> => {
  const apiId = required(input.restApiId, 'deleteResourceInput.restApiId')
  const resourceId = required(input.resourceId, 'deleteResourceInput.resourceId')
  const resource = await resourceOf(call, apiId, resourceId)
  if (resource.parentId === undefined) throw badRequest('Root resource cannot be deleted.')
  const tree = await readResourceTree(call, apiId)
  for (const id of subtree(tree, resource)) {
    await call.tx.delete(resources, call, `${apiId}/${id}`)
  }
}

const RESOURCE_PATCH: PatchTable = {
  input: 'updateResourceInput',
  refusal: 'listed',
  rules: [text('parentId'), text('pathPart')],
}

/** Moves a resource to where its changed parent and path part say, with all that is beneath it. */
const replant = async (
  call: WriteCall,
  tree: ResourceTree,
  before: Resource,
  patched: Resource,
): Promise<Resource> => {
  const parent = tree.byId.get(patched.parentId ?? '')
  if (parent === undefined) throw notFound('Invalid Resource identifier specified')
  const within = new Set(subtree(tree, before))
  if (within.has(parent.id)) throw badRequest('Resources cannot be cyclical.')
  const pathPart = patched.pathPart ?? ''
  checkPathPart(pathPart)
  const siblings = tree.children(parent.id).filter(({ id }) => id !== before.id)
  checkPlace(parent, pathPart, siblings)
  if (pathPart.endsWith('+}') && within.size > 1) {
    throw badRequest(`Cannot create a child of a resource with a greedy path variable: ${pathPart}`)
  }
  const moved = { ...before, parentId: parent.id, pathPart, path: childPath(parent, pathPart) }
  await tree.replace(call, moved)
  return moved
}

/** The ids of a resource and of all beneath it. */
const subtree = (tree: ResourceTree, resource: Resource): readonly string[] => [
  resource.id,
  ...tree.children(resource.id).flatMap((child) => subtree(tree, child)),
]

const answer = (
  { resourceMethods, ...resource }: Resource,
  embed: readonly string[] | undefined,
): ResourceAnswer => {
  if (resourceMethods === undefined || embed?.includes('methods')) {
    return defined({ ...resource, resourceMethods })
  }
  const names = Object.keys(resourceMethods).map((httpMethod) => [httpMethod, {}])
  return { ...resource, resourceMethods: Object.fromEntries(names) }
}
