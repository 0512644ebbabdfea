// What IAM ships to everyone who verifies signatures: principals with all that decides what they may do, and access
// keys. Written in the transaction of the change that makes it necessary, so that both are always of one mind.
import type { AccessKey, Group, Holder, Role, User } from '#model/iam.ts'
import type { PrincipalEntry } from '#model/identity.ts'
import { GLOBAL_SCOPE, type Scope } from '#model/scope.ts'
import { directory } from '#store/collections.ts'
import type { Transaction, View } from '#store/store.ts'
import { rootArn } from '../principal.ts'
import { findAwsManagedPolicy } from './aws-managed-policies.ts'
import { groups, iamScope, managedPolicies, roles, users } from './collections.ts'

/** The account whose things are written. */
export type Account = Pick<Scope, 'accountId'>

/** Publishes a user or a role as the store has it; of a group, all of its members. */
export const publishHolder = async (
  tx: Transaction,
  account: Account,
  holder: Holder,
): Promise<void> => {
  if (holder.kind !== 'group') {
    await tx.put(
      directory,
      GLOBAL_SCOPE,
      principalKey(holder.Arn),
      await entryOf(tx, account, holder),
    )
    return
  }
  for (const { value: user } of await tx.list(users, iamScope(account))) {
    if (user.groups.includes(holder.GroupName)) await publishHolder(tx, account, user)
  }
}

/** Publishes everyone on whom a managed policy hangs: after its default version was changed. */
export const publishPolicyHolders = async (
  tx: Transaction,
  account: Account,
  policyArn: string,
): Promise<void> => {
  for (const holder of await holdersOf(tx, account, policyArn))
    await publishHolder(tx, account, holder)
}

/** Everyone who has a managed policy attached, or as their boundary. */
export const holdersOf = async (
  view: View,
  account: Account,
  policyArn: string,
): Promise<readonly Holder[]> => {
  const scope = iamScope(account)
  const all: readonly { readonly value: Holder }[] = [
    ...(await view.list(users, scope)),
    ...(await view.list(groups, scope)),
    ...(await view.list(roles, scope)),
  ]
  return all
    .map(({ value }) => value)
    .filter(
      (holder) =>
        holder.attachedPolicies.includes(policyArn) ||
        (holder.kind !== 'group' && holder.PermissionsBoundary === policyArn),
    )
}

export const unpublishPrincipal = async (tx: Transaction, arn: string): Promise<void> => {
  await tx.delete(directory, GLOBAL_SCOPE, principalKey(arn))
}

export const publishPrincipal = (tx: Transaction, entry: PrincipalEntry): Promise<void> =>
  tx.put(directory, GLOBAL_SCOPE, principalKey(entry.arn), entry)

/** A key of the account's root names no user. */
export const publishAccessKey = async (
  tx: Transaction,
  account: Account,
  key: AccessKey,
  principalArn = rootArn(account.accountId),
): Promise<void> =>
  tx.put(directory, GLOBAL_SCOPE, accessKeyKey(key.AccessKeyId), {
    kind: 'access-key',
    accessKeyId: key.AccessKeyId,
    sealedSecret: key.sealedSecret,
    status: key.Status,
    principalArn,
  })

export const unpublishAccessKey = async (tx: Transaction, accessKeyId: string): Promise<void> => {
  await tx.delete(directory, GLOBAL_SCOPE, accessKeyKey(accessKeyId))
}

/** A policy that applies to somebody, and where it is from. */
export interface AppliedPolicy {
  readonly name: string
  readonly type: 'user' | 'group' | 'role' | 'aws-managed' | 'user-managed'
  readonly document: string
}

/** All policies of a user or role, a user's groups' with them. */
export const policiesOf = async (
  view: View,
  account: Account,
  holder: Holder,
): Promise<readonly AppliedPolicy[]> => {
  const own: AppliedPolicy[] = Object.entries(holder.inlinePolicies).map(([name, document]) => ({
    name,
    type: holder.kind,
    document,
  }))
  for (const arn of holder.attachedPolicies) {
    const document = await documentOf(view, account, arn)
    if (document === undefined) continue
    const type = arn.startsWith('arn:aws:iam::aws:') ? 'aws-managed' : 'user-managed'
    own.push({ name: arn.split('/').at(-1) ?? arn, type, document })
  }
  if (holder.kind !== 'user') return own
  for (const name of holder.groups) {
    const group = await view.get(groups, iamScope(account), name.toLowerCase())
    if (group !== undefined) own.push(...(await policiesOf(view, account, group)))
  }
  return own
}

/** The default version of a managed policy; undefined where there is no such policy. */
export const documentOf = async (
  view: View,
  account: Account,
  policyArn: string,
): Promise<string | undefined> => {
  const aws = findAwsManagedPolicy(policyArn)
  if (aws !== undefined) return aws.document
  const name = policyArn.split('/').at(-1)?.toLowerCase() ?? ''
  const policy = await view.get(managedPolicies, iamScope(account), name)
  if (policy?.Arn !== policyArn) return undefined
  return policy.versions.find(({ VersionId }) => VersionId === policy.DefaultVersionId)?.Document
}

const entryOf = async (
  view: View,
  account: Account,
  holder: Exclude<Holder, Group>,
): Promise<PrincipalEntry> => {
  const boundary =
    holder.PermissionsBoundary === undefined
      ? undefined
      : // A boundary that is not there bounds everything.
        ((await documentOf(view, account, holder.PermissionsBoundary)) ?? DENY_ALL)
  return {
    kind: 'principal',
    ...namesOf(holder),
    arn: holder.Arn,
    accountId: account.accountId,
    policies: (await policiesOf(view, account, holder)).map(({ document }) => document),
    ...(boundary !== undefined && { permissionsBoundary: boundary }),
    ...(holder.kind === 'role' && { trustPolicy: holder.AssumeRolePolicyDocument }),
    ...(Object.keys(holder.Tags).length > 0 && { tags: holder.Tags }),
  }
}

const namesOf = (holder: User | Role): Pick<PrincipalEntry, 'type' | 'principalId' | 'name'> =>
  holder.kind === 'user'
    ? { type: 'user', principalId: holder.UserId, name: holder.UserName }
    : { type: 'role', principalId: holder.RoleId, name: holder.RoleName }

const DENY_ALL =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'

const principalKey = (arn: string): string => `principal/${arn}`
const accessKeyKey = (accessKeyId: string): string => `access-key/${accessKeyId}`
