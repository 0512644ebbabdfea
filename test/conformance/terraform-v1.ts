// What Terraform's tests of v1 resource types have in common: its patches, and an API to change.
import {
  CreateResourceCommand,
  CreateRestApiCommand,
  type PatchOperation as Patch,
  PutMethodCommand,
} from '@aws-sdk/client-api-gateway'
import type { Clients } from './clients.ts'

export const replace = (path: string, value?: string): Patch => ({
  op: 'replace',
  path,
  ...(value === undefined ? {} : { value }),
})
export const add = (path: string, value?: string): Patch => ({ ...replace(path, value), op: 'add' })
export const remove = (path: string, value?: string): Patch => ({
  ...replace(path, value),
  op: 'remove',
})

/** An API with one resource and one method without a backend. */
export const createApi = async (clients: Clients) => {
  const { id: restApiId = '', rootResourceId } = await clients.v1.send(
    new CreateRestApiCommand({ name: 'test' }),
  )
  const { id: resourceId = '' } = await clients.v1.send(
    new CreateResourceCommand({ restApiId, parentId: rootResourceId, pathPart: 'test' }),
  )
  const at = { restApiId, resourceId, httpMethod: 'GET' }
  await clients.v1.send(new PutMethodCommand({ ...at, authorizationType: 'NONE' }))
  return { restApiId, rootResourceId, resourceId, at }
}
