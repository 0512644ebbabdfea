// Versions of managed policies: what applies is the default one.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-versioning.html
import type {
  CreatePolicyVersionRequest,
  DeletePolicyVersionRequest,
  GetPolicyVersionRequest,
  ListPolicyVersionsRequest,
  SetDefaultPolicyVersionRequest,
} from '@aws-sdk/client-iam'
import type { ManagedPolicy, PolicyVersion } from '#model/iam.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { findAwsManagedPolicy } from './aws-managed-policies.ts'
import { encodeDocument } from './documents.ts'
import { deleteConflict, limitExceeded, noSuchEntity } from './errors.ts'
import { checkManagedDocument, policyOf, savePolicy } from './managed-policies.ts'
import { pageOf, WHOLE } from './pages.ts'
import { publishPolicyHolders } from './publish.ts'

const VERSIONS_MAX = 5

export const createPolicyVersion = async (
  input: Shape<CreatePolicyVersionRequest>,
  call: WriteCall,
) => {
  const policy = await policyOf(call, input.PolicyArn)
  if (policy.versions.length >= VERSIONS_MAX)
    throw limitExceeded(
      'A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.',
    )
  const number = policy.lastVersion + 1
  const version: PolicyVersion = {
    VersionId: `v${number}`,
    Document: checkManagedDocument(input.PolicyDocument),
    CreateDate: call.nowMs,
  }
  const changed: ManagedPolicy = {
    ...policy,
    versions: [...policy.versions, version],
    lastVersion: number,
    UpdateDate: call.nowMs,
    ...(input.SetAsDefault === true && { DefaultVersionId: version.VersionId }),
  }
  await savePolicy(call, changed)
  if (input.SetAsDefault === true) await publishPolicyHolders(call.tx, call, policy.Arn)
  return { PolicyVersion: listedVersion(changed, version) }
}

export const getPolicyVersion = async (input: Shape<GetPolicyVersionRequest>, call: ReadCall) => {
  const aws = findAwsManagedPolicy(input.PolicyArn ?? '')
  if (aws !== undefined) {
    if (input.VersionId !== 'v1') throw noSuchVersion(aws.arn, input.VersionId)
    const Document = encodeDocument(aws.document)
    return { PolicyVersion: { Document, VersionId: 'v1', IsDefaultVersion: true } }
  }
  const policy = await policyOf(call, input.PolicyArn)
  const version = versionOf(policy, input.VersionId)
  const Document = encodeDocument(version.Document)
  return { PolicyVersion: { ...listedVersion(policy, version), Document } }
}

export const listPolicyVersions = async (
  input: Shape<ListPolicyVersionsRequest>,
  call: ReadCall,
) => {
  const aws = findAwsManagedPolicy(input.PolicyArn ?? '')
  if (aws !== undefined)
    return { Versions: [{ VersionId: 'v1', IsDefaultVersion: true }], ...WHOLE }
  const policy = await policyOf(call, input.PolicyArn)
  // The newest first, as AWS lists them.
  const versions = policy.versions.toReversed()
  const keyOf = ({ VersionId }: PolicyVersion): string =>
    String(VERSION_NUMBERS_MAX - Number(VersionId.slice(1)))
  const { items, page } = pageOf(versions, keyOf, input)
  return { Versions: items.map((version) => listedVersion(policy, version)), ...page }
}

export const setDefaultPolicyVersion = async (
  input: Shape<SetDefaultPolicyVersionRequest>,
  call: WriteCall,
): Promise<void> => {
  const policy = await policyOf(call, input.PolicyArn)
  const { VersionId } = versionOf(policy, input.VersionId)
  await savePolicy(call, { ...policy, DefaultVersionId: VersionId, UpdateDate: call.nowMs })
  await publishPolicyHolders(call.tx, call, policy.Arn)
}

export const deletePolicyVersion = async (
  input: Shape<DeletePolicyVersionRequest>,
  call: WriteCall,
): Promise<void> => {
  const policy = await policyOf(call, input.PolicyArn)
  const version = versionOf(policy, input.VersionId)
  if (version.VersionId === policy.DefaultVersionId)
    throw deleteConflict('Cannot delete the default version of a policy.')
  const versions = policy.versions.filter((one) => one !== version)
  await savePolicy(call, { ...policy, versions, UpdateDate: call.nowMs })
}

/** Above every version's number: their keys then go down as they go up. */
const VERSION_NUMBERS_MAX = 9_000_000_000

const listedVersion = (policy: ManagedPolicy, { VersionId, CreateDate }: PolicyVersion) => ({
  VersionId,
  IsDefaultVersion: VersionId === policy.DefaultVersionId,
  CreateDate,
})

const versionOf = (policy: ManagedPolicy, id: string | undefined): PolicyVersion => {
  const version = policy.versions.find(({ VersionId }) => VersionId === id)
  if (version === undefined) throw noSuchVersion(policy.Arn, id)
  return version
}

const noSuchVersion = (arn: string, id: string | undefined) =>
  noSuchEntity(`Policy ${arn} version ${id} does not exist or is not attachable.`)
