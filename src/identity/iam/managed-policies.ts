// Managed policies and their versions. https://docs.aws.amazon.com/IAM/latest/APIReference/API_Policy.html
import type {
  CreatePolicyRequest,
  DeletePolicyRequest,
  GetPolicyRequest,
  ListPoliciesRequest,
  Policy as PolicyShape,
} from '@aws-sdk/client-iam'
import type { ManagedPolicy } from '#model/iam.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import {
  type AwsManagedPolicy,
  awsManagedPolicies,
  findAwsManagedPolicy,
} from './aws-managed-policies.ts'
import { groups, iamScope, managedPolicies, roles, users } from './collections.ts'
import { checkDocument, documentSize } from './documents.ts'
import { alreadyExists, deleteConflict, noSuchEntity, quotaExceeded } from './errors.ts'
import { checkLength, checkName, checkPath, taggedBy, uniqueId, withTags } from './names.ts'
import { foldedKey, pageOf } from './pages.ts'

const NAME_LENGTH_MAX = 128
const DESCRIPTION_LENGTH_MAX = 1_000
const POLICIES_MAX = 1_500
const SIZE_MAX = 6_144

export const createPolicy = async (input: Shape<CreatePolicyRequest>, call: WriteCall) => {
  const name = checkName(input.PolicyName, 'policyName', NAME_LENGTH_MAX)
  const path = checkPath(input.Path)
  const scope = iamScope(call)
  if ((await call.view.get(managedPolicies, scope, name.toLowerCase())) !== undefined)
    throw alreadyExists(`A policy called ${name} already exists. Duplicate names are not allowed.`)
  if ((await call.view.list(managedPolicies, scope)).length >= POLICIES_MAX)
    throw quotaExceeded('PoliciesPerAccount', POLICIES_MAX)
  const description = checkLength(input.Description, 'description', DESCRIPTION_LENGTH_MAX)
  const document = checkManagedDocument(input.PolicyDocument)
  const policy: ManagedPolicy = {
    PolicyName: name,
    PolicyId: uniqueId('ANPA', call.ids),
    Path: path,
    Arn: `arn:aws:iam::${call.accountId}:policy${path}${name}`,
    CreateDate: call.nowMs,
    UpdateDate: call.nowMs,
    DefaultVersionId: 'v1',
    versions: [{ VersionId: 'v1', Document: document, CreateDate: call.nowMs }],
    lastVersion: 1,
    Tags: withTags({}, input.Tags),
    ...(description !== undefined && { Description: description }),
  }
  await savePolicy(call, policy)
  return { Policy: policyShape(policy, NO_USE) }
}

export const getPolicy = async (input: Shape<GetPolicyRequest>, call: ReadCall) => {
  const arn = input.PolicyArn ?? ''
  const use = (await policyUse(call)).get(arn) ?? NO_USE
  const aws = findAwsManagedPolicy(arn)
  if (aws !== undefined) return { Policy: awsPolicyShape(aws, use) }
  const policy = await policyOf(call, arn)
  return {
    Policy: {
      ...policyShape(policy, use),
      ...(policy.Description !== undefined && { Description: policy.Description }),
      ...taggedBy(policy.Tags),
    },
  }
}

export const listPolicies = async (input: Shape<ListPoliciesRequest>, call: ReadCall) => {
  const use = await policyUse(call)
  const useOf = (arn: string): PolicyUse => use.get(arn) ?? NO_USE
  const scope = input.Scope ?? 'All'
  const local = (await call.view.list(managedPolicies, iamScope(call))).map(({ value }) => value)
  const found: readonly Shape<PolicyShape>[] = [
    ...(scope === 'AWS' ? [] : local.map((one) => policyShape(one, useOf(one.Arn)))),
    ...(scope === 'Local' ? [] : awsManagedPolicies()).map((one) =>
      awsPolicyShape(one, useOf(one.arn)),
    ),
  ]
  const wanted = found.filter(
    ({ Path = '/', AttachmentCount = 0, PermissionsBoundaryUsageCount = 0 }) =>
      Path.startsWith(input.PathPrefix ?? '/') &&
      (input.OnlyAttached !== true || AttachmentCount > 0) &&
      (input.PolicyUsageFilter !== 'PermissionsBoundary' || PermissionsBoundaryUsageCount > 0),
  )
  const keyOf = ({ PolicyName = '', Arn = '' }: Shape<PolicyShape>): string =>
    `${foldedKey(PolicyName)} ${Arn}`
  const ordered = wanted.toSorted((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1))
  const { items, page } = pageOf(ordered, keyOf, input)
  return { Policies: items, ...page }
}

export const deletePolicy = async (
  input: Shape<DeletePolicyRequest>,
  call: WriteCall,
): Promise<void> => {
  const policy = await policyOf(call, input.PolicyArn)
  const use = (await policyUse(call)).get(policy.Arn) ?? NO_USE
  if (use.attached + use.bounds > 0)
    throw deleteConflict('Cannot delete a policy attached to entities.')
  if (policy.versions.length > 1)
    throw deleteConflict(
      "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
    )
  await call.tx.delete(managedPolicies, iamScope(call), policy.PolicyName.toLowerCase())
}

/** A customer's policy: what AWS's own are asked for, they refuse by themselves. */
export const policyOf = async (
  call: ReadCall,
  policyArn: string | undefined,
): Promise<ManagedPolicy> => {
  const arn = policyArn ?? ''
  const name = arn.split('/').at(-1)?.toLowerCase() ?? ''
  const policy = await call.view.get(managedPolicies, iamScope(call), name)
  if (policy?.Arn === arn) return policy
  throw noSuchEntity(`Policy ${arn.slice(0, 2048)} was not found.`)
}

export const savePolicy = (call: WriteCall, policy: ManagedPolicy): Promise<void> =>
  call.tx.put(managedPolicies, iamScope(call), policy.PolicyName.toLowerCase(), policy)

export const checkManagedDocument = (document: string | undefined): string => {
  const checked = checkDocument(document, 'identity')
  if (documentSize(checked) > SIZE_MAX) throw quotaExceeded('PolicySize', SIZE_MAX)
  return checked
}

interface PolicyUse {
  readonly attached: number
  readonly bounds: number
}

const NO_USE: PolicyUse = { attached: 0, bounds: 0 }

/** How often each policy is attached, and how often it is a boundary. */
const policyUse = async (call: ReadCall): Promise<ReadonlyMap<string, PolicyUse>> => {
  const use = new Map<string, PolicyUse>()
  const count = (arn: string, attached: number, bounds: number): void => {
    const before = use.get(arn) ?? NO_USE
    use.set(arn, { attached: before.attached + attached, bounds: before.bounds + bounds })
  }
  const scope = iamScope(call)
  const bounded = [...(await call.view.list(users, scope)), ...(await call.view.list(roles, scope))]
  for (const { value } of [...bounded, ...(await call.view.list(groups, scope))])
    for (const arn of value.attachedPolicies) count(arn, 1, 0)
  for (const { value } of bounded)
    if (value.PermissionsBoundary !== undefined) count(value.PermissionsBoundary, 0, 1)
  return use
}

const policyShape = (policy: ManagedPolicy, use: PolicyUse): Shape<PolicyShape> => ({
  PolicyName: policy.PolicyName,
  PolicyId: policy.PolicyId,
  Arn: policy.Arn,
  Path: policy.Path,
  DefaultVersionId: policy.DefaultVersionId,
  AttachmentCount: use.attached,
  PermissionsBoundaryUsageCount: use.bounds,
  IsAttachable: true,
  CreateDate: policy.CreateDate,
  UpdateDate: policy.UpdateDate,
})

const awsPolicyShape = (policy: AwsManagedPolicy, use: PolicyUse): Shape<PolicyShape> => ({
  PolicyName: policy.name,
  Arn: policy.arn,
  Path: policy.path,
  DefaultVersionId: 'v1',
  AttachmentCount: use.attached,
  PermissionsBoundaryUsageCount: use.bounds,
  IsAttachable: true,
})
