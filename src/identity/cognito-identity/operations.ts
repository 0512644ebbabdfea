// The operations of identity pools, by AWS's names.
import type { IssueCredentials } from '#model/ports.ts'
import { reads, writes } from '#store/transactional.ts'
import type { FindTokenKey } from '../sts/web-identity.ts'
import type { CredentialMint } from '../temporary-credentials.ts'
import { getCredentialsForIdentity } from './credentials.ts'
import {
  lookupDeveloperIdentity,
  mergeDeveloperIdentities,
  unlinkDeveloperIdentity,
} from './developer-identities.ts'
import { getId, unlinkIdentity } from './get-id.ts'
import { deleteIdentities, describeIdentity, listIdentities } from './identities.ts'
import {
  createIdentityPool,
  deleteIdentityPool,
  describeIdentityPool,
  listIdentityPools,
  updateIdentityPool,
} from './identity-pools.ts'
import { getOpenIdToken, getOpenIdTokenForDeveloperIdentity } from './open-id-token.ts'
import { getIdentityPoolRoles, setIdentityPoolRoles } from './pool-roles.ts'
import { getPrincipalTagAttributeMap, setPrincipalTagAttributeMap } from './principal-tags.ts'
import { listTagsForResource, tagResource, untagResource } from './tags.ts'

/** All that gives nobody anything: what a template may ask for. */
export const identityPoolOperations = Object.freeze({
  CreateIdentityPool: writes(createIdentityPool),
  DeleteIdentities: writes(deleteIdentities),
  DeleteIdentityPool: writes(deleteIdentityPool),
  DescribeIdentity: reads(describeIdentity),
  DescribeIdentityPool: reads(describeIdentityPool),
  GetIdentityPoolRoles: reads(getIdentityPoolRoles),
  GetPrincipalTagAttributeMap: reads(getPrincipalTagAttributeMap),
  ListIdentities: reads(listIdentities),
  ListIdentityPools: reads(listIdentityPools),
  ListTagsForResource: reads(listTagsForResource),
  LookupDeveloperIdentity: reads(lookupDeveloperIdentity),
  MergeDeveloperIdentities: writes(mergeDeveloperIdentities),
  SetIdentityPoolRoles: writes(setIdentityPoolRoles),
  SetPrincipalTagAttributeMap: writes(setPrincipalTagAttributeMap),
  TagResource: writes(tagResource),
  UnlinkDeveloperIdentity: writes(unlinkDeveloperIdentity),
  UntagResource: writes(untagResource),
  UpdateIdentityPool: writes(updateIdentityPool),
})

export const cognitoIdentityOperations = (parts: {
  readonly mint: CredentialMint
  readonly findTokenKey: FindTokenKey
  readonly issueCredentials: IssueCredentials
}) => {
  const { mint, findTokenKey, issueCredentials } = parts
  return Object.freeze({
    ...identityPoolOperations,
    GetCredentialsForIdentity: getCredentialsForIdentity(findTokenKey, issueCredentials),
    GetId: getId(findTokenKey),
    GetOpenIdToken: getOpenIdToken(findTokenKey, mint),
    GetOpenIdTokenForDeveloperIdentity: getOpenIdTokenForDeveloperIdentity(findTokenKey, mint),
    UnlinkIdentity: unlinkIdentity(findTokenKey),
  })
}
