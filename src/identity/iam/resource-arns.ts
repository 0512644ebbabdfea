// On what an operation of IAM acts, by its ARN: of what exists with its path, which no request says again.
import type { Scope } from '#model/scope.ts'
import type { View } from '#store/store.ts'
import type { Permission } from '../authorize.ts'
import { groups, iamScope, managedPolicies, roles, users } from './collections.ts'

const RESOURCE = /^(arn:aws:iam::\d{12}:(user|group|role|policy))\/(.*)$/

/** The permission with the path of what it names, where that is there. */
export const withPath = async (
  view: View,
  account: Pick<Scope, 'accountId'>,
  permission: Permission,
): Promise<Permission> => {
  const [, , kind, name = ''] = RESOURCE.exec(permission.resource) ?? []
  if (kind === undefined || name.endsWith('/')) return permission
  const collection =
    kind === 'user' ? users : kind === 'group' ? groups : kind === 'role' ? roles : managedPolicies
  const key = name.slice(name.lastIndexOf('/') + 1).toLowerCase()
  const held = await view.get<{ readonly Arn: string }>(collection, iamScope(account), key)
  return held === undefined ? permission : { ...permission, resource: held.Arn }
}
