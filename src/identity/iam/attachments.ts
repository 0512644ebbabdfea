// Managed policies attached to users, groups and roles. https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachUserPolicy.html
import type {
  ListAttachedUserPoliciesRequest,
  ListEntitiesForPolicyRequest,
} from '@aws-sdk/client-iam'
import type { Holder } from '#model/iam.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { isAwsManaged } from './aws-managed-policies.ts'
import { noSuchEntity, quotaExceeded } from './errors.ts'
import { type HolderKind, holderOf, nameOf, saveHolder } from './holders.ts'
import { foldedKey, pageOf } from './pages.ts'
import { documentOf, holdersOf } from './publish.ts'

/** The members that name a holder: one of them is there, by the operation. */
export interface HolderInput {
  readonly UserName?: string | undefined
  readonly GroupName?: string | undefined
  readonly RoleName?: string | undefined
}

interface AttachmentInput extends HolderInput {
  readonly PolicyArn: string | undefined
}

const ATTACHED_MAX: Readonly<Record<HolderKind, readonly [string, number]>> = {
  user: ['PoliciesPerUser', 10],
  group: ['PoliciesPerGroup', 10],
  role: ['PoliciesPerRole', 10],
}

/** `AttachUserPolicy`, `AttachGroupPolicy`, `AttachRolePolicy`. Attaching what is attached changes nothing. */
export const attachPolicy =
  (kind: HolderKind) =>
  async (input: AttachmentInput, call: WriteCall): Promise<void> => {
    const holder = await holderOf(call, kind, holderName(kind, input))
    const arn = input.PolicyArn ?? ''
    if ((await documentOf(call.view, call, arn)) === undefined) throw notAttachable(arn)
    if (holder.attachedPolicies.includes(arn)) return
    const [quota, max] = ATTACHED_MAX[kind]
    if (holder.attachedPolicies.length >= max) throw quotaExceeded(quota, max)
    await saveHolder(call, { ...holder, attachedPolicies: [...holder.attachedPolicies, arn] })
  }

/** `DetachUserPolicy`, `DetachGroupPolicy`, `DetachRolePolicy`. */
export const detachPolicy =
  (kind: HolderKind) =>
  async (input: AttachmentInput, call: WriteCall): Promise<void> => {
    const holder = await holderOf(call, kind, holderName(kind, input))
    const arn = input.PolicyArn ?? ''
    if (!holder.attachedPolicies.includes(arn))
      throw noSuchEntity(`Policy ${arn.slice(0, 2048)} was not found.`)
    const others = holder.attachedPolicies.filter((one) => one !== arn)
    await saveHolder(call, { ...holder, attachedPolicies: others })
  }

/** `ListAttachedUserPolicies` and the others. */
export const listAttachedPolicies =
  (kind: HolderKind) =>
  async (
    input: HolderInput & Omit<Shape<ListAttachedUserPoliciesRequest>, 'UserName'>,
    call: ReadCall,
  ) => {
    const holder = await holderOf(call, kind, holderName(kind, input))
    const attached = holder.attachedPolicies
      .map((arn) => ({
        PolicyName: arn.split('/').at(-1) ?? arn,
        PolicyArn: arn,
        path: pathOf(arn),
      }))
      .filter(({ path }) => path.startsWith(input.PathPrefix ?? '/'))
      .toSorted((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1))
    const { items, page } = pageOf(attached, keyOf, input)
    const listed = items.map(({ PolicyName, PolicyArn }) => ({ PolicyName, PolicyArn }))
    return { AttachedPolicies: listed, ...page }
  }

/** Users, groups and roles that have a policy attached, or as their boundary. */
export const listEntitiesForPolicy = async (
  input: Shape<ListEntitiesForPolicyRequest>,
  call: ReadCall,
) => {
  const arn = input.PolicyArn ?? ''
  if ((await documentOf(call.view, call, arn)) === undefined)
    throw noSuchEntity(`Policy ${arn.slice(0, 2048)} was not found.`)
  const wanted = (holder: Holder): boolean => {
    const attached = holder.attachedPolicies.includes(arn)
    const bounded = holder.kind !== 'group' && holder.PermissionsBoundary === arn
    const usage = input.PolicyUsageFilter
    const isUsed =
      usage === 'PermissionsPolicy' ? attached : usage === 'PermissionsBoundary' ? bounded : true
    const filter = input.EntityFilter?.toLowerCase()
    return (
      isUsed &&
      (filter === undefined || filter === holder.kind) &&
      holder.Path.startsWith(input.PathPrefix ?? '/')
    )
  }
  const keyOfHolder = (holder: Holder): string => `${holder.kind} ${foldedKey(nameOf(holder))}`
  const holders = (await holdersOf(call.view, call, arn))
    .filter(wanted)
    .toSorted((left, right) => (keyOfHolder(left) < keyOfHolder(right) ? -1 : 1))
  const { items, page } = pageOf(holders, keyOfHolder, input)
  return {
    PolicyGroups: items.flatMap((one) =>
      one.kind === 'group' ? [{ GroupName: one.GroupName, GroupId: one.GroupId }] : [],
    ),
    PolicyUsers: items.flatMap((one) =>
      one.kind === 'user' ? [{ UserName: one.UserName, UserId: one.UserId }] : [],
    ),
    PolicyRoles: items.flatMap((one) =>
      one.kind === 'role' ? [{ RoleName: one.RoleName, RoleId: one.RoleId }] : [],
    ),
    ...page,
  }
}

export const holderName = (kind: HolderKind, input: HolderInput): string | undefined => {
  if (kind === 'user') return input.UserName
  return kind === 'group' ? input.GroupName : input.RoleName
}

const pathOf = (arn: string): string => {
  const place = arn.split(':policy')[1] ?? '/'
  return place.slice(0, place.lastIndexOf('/') + 1)
}

const keyOf = ({ PolicyName, PolicyArn }: { PolicyName: string; PolicyArn: string }): string =>
  `${foldedKey(PolicyName)} ${PolicyArn}`

/** AWS has many more policies than are known here: that is said, so that nobody looks for a slip of the pen. */
const notAttachable = (arn: string) =>
  noSuchEntity(
    `Policy ${arn.slice(0, 2048)} does not exist or is not attachable.${
      isAwsManaged(arn) ? ' (Of the policies of AWS this gateway knows those of ListPolicies.)' : ''
    }`,
  )
