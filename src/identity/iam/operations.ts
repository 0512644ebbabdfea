// The operations of IAM that exist here, by AWS's names; the rest is refused by name at the wire.
import { reads, writes } from '#store/transactional.ts'
import type { CredentialMint } from '../temporary-credentials.ts'
import {
  createAccessKey,
  deleteAccessKey,
  getAccessKeyLastUsed,
  listAccessKeys,
  updateAccessKey,
} from './access-keys.ts'
import { getAccountSummary, listAccountAliases } from './account.ts'
import {
  attachPolicy,
  detachPolicy,
  listAttachedPolicies,
  listEntitiesForPolicy,
} from './attachments.ts'
import {
  addUserToGroup,
  createGroup,
  deleteGroup,
  getGroup,
  listGroups,
  listGroupsForUser,
  removeUserFromGroup,
  updateGroup,
} from './groups.ts'
import { deletePolicyOf, getPolicyOf, listPoliciesOf, putPolicy } from './inline-policies.ts'
import { createPolicy, deletePolicy, getPolicy, listPolicies } from './managed-policies.ts'
import {
  addClientIDToOpenIDConnectProvider,
  createOpenIDConnectProvider,
  deleteOpenIDConnectProvider,
  getOpenIDConnectProvider,
  listOpenIDConnectProviders,
  removeClientIDFromOpenIDConnectProvider,
  updateOpenIDConnectProviderThumbprint,
} from './oidc-providers.ts'
import {
  deleteRolePermissionsBoundary,
  deleteUserPermissionsBoundary,
  putRolePermissionsBoundary,
  putUserPermissionsBoundary,
} from './permissions-boundaries.ts'
import {
  createPolicyVersion,
  deletePolicyVersion,
  getPolicyVersion,
  listPolicyVersions,
  setDefaultPolicyVersion,
} from './policy-versions.ts'
import {
  createRole,
  deleteRole,
  getRole,
  listRoles,
  updateAssumeRolePolicy,
  updateRole,
  updateRoleDescription,
} from './roles.ts'
import { simulateCustomPolicy, simulatePrincipalPolicy } from './simulate.ts'
import { listTags, tag, untag } from './tags.ts'
import { createUser, deleteUser, getUser, listUsers, updateUser } from './users.ts'

/** All that needs no secret made: what a template may ask for. */
export const secretlessIamOperations = Object.freeze({
  AddClientIDToOpenIDConnectProvider: writes(addClientIDToOpenIDConnectProvider),
  AddUserToGroup: writes(addUserToGroup),
  AttachGroupPolicy: writes(attachPolicy('group')),
  AttachRolePolicy: writes(attachPolicy('role')),
  AttachUserPolicy: writes(attachPolicy('user')),
  CreateGroup: writes(createGroup),
  CreateOpenIDConnectProvider: writes(createOpenIDConnectProvider),
  CreatePolicy: writes(createPolicy),
  CreatePolicyVersion: writes(createPolicyVersion),
  CreateRole: writes(createRole),
  CreateUser: writes(createUser),
  DeleteAccessKey: writes(deleteAccessKey),
  DeleteGroup: writes(deleteGroup),
  DeleteGroupPolicy: writes(deletePolicyOf('group')),
  DeleteOpenIDConnectProvider: writes(deleteOpenIDConnectProvider),
  DeletePolicy: writes(deletePolicy),
  DeletePolicyVersion: writes(deletePolicyVersion),
  DeleteRole: writes(deleteRole),
  DeleteRolePermissionsBoundary: writes(deleteRolePermissionsBoundary),
  DeleteRolePolicy: writes(deletePolicyOf('role')),
  DeleteUser: writes(deleteUser),
  DeleteUserPermissionsBoundary: writes(deleteUserPermissionsBoundary),
  DeleteUserPolicy: writes(deletePolicyOf('user')),
  DetachGroupPolicy: writes(detachPolicy('group')),
  DetachRolePolicy: writes(detachPolicy('role')),
  DetachUserPolicy: writes(detachPolicy('user')),
  GetAccessKeyLastUsed: reads(getAccessKeyLastUsed),
  GetAccountSummary: reads(getAccountSummary),
  GetGroup: reads(getGroup),
  GetGroupPolicy: reads(getPolicyOf('group')),
  GetOpenIDConnectProvider: reads(getOpenIDConnectProvider),
  GetPolicy: reads(getPolicy),
  GetPolicyVersion: reads(getPolicyVersion),
  GetRole: reads(getRole),
  GetRolePolicy: reads(getPolicyOf('role')),
  GetUser: reads(getUser),
  GetUserPolicy: reads(getPolicyOf('user')),
  ListAccessKeys: reads(listAccessKeys),
  ListAccountAliases: reads(listAccountAliases),
  ListAttachedGroupPolicies: reads(listAttachedPolicies('group')),
  ListAttachedRolePolicies: reads(listAttachedPolicies('role')),
  ListAttachedUserPolicies: reads(listAttachedPolicies('user')),
  ListEntitiesForPolicy: reads(listEntitiesForPolicy),
  ListGroupPolicies: reads(listPoliciesOf('group')),
  ListGroups: reads(listGroups),
  ListGroupsForUser: reads(listGroupsForUser),
  ListOpenIDConnectProviderTags: reads(listTags('oidc-provider')),
  ListOpenIDConnectProviders: reads(listOpenIDConnectProviders),
  ListPolicies: reads(listPolicies),
  ListPolicyTags: reads(listTags('policy')),
  ListPolicyVersions: reads(listPolicyVersions),
  ListRolePolicies: reads(listPoliciesOf('role')),
  ListRoleTags: reads(listTags('role')),
  ListRoles: reads(listRoles),
  ListUserPolicies: reads(listPoliciesOf('user')),
  ListUserTags: reads(listTags('user')),
  ListUsers: reads(listUsers),
  PutGroupPolicy: writes(putPolicy('group')),
  PutRolePermissionsBoundary: writes(putRolePermissionsBoundary),
  PutRolePolicy: writes(putPolicy('role')),
  PutUserPermissionsBoundary: writes(putUserPermissionsBoundary),
  PutUserPolicy: writes(putPolicy('user')),
  RemoveClientIDFromOpenIDConnectProvider: writes(removeClientIDFromOpenIDConnectProvider),
  RemoveUserFromGroup: writes(removeUserFromGroup),
  SetDefaultPolicyVersion: writes(setDefaultPolicyVersion),
  SimulateCustomPolicy: reads(simulateCustomPolicy),
  SimulatePrincipalPolicy: reads(simulatePrincipalPolicy),
  TagOpenIDConnectProvider: writes(tag('oidc-provider')),
  TagPolicy: writes(tag('policy')),
  TagRole: writes(tag('role')),
  TagUser: writes(tag('user')),
  UntagOpenIDConnectProvider: writes(untag('oidc-provider')),
  UntagPolicy: writes(untag('policy')),
  UntagRole: writes(untag('role')),
  UntagUser: writes(untag('user')),
  UpdateAccessKey: writes(updateAccessKey),
  UpdateAssumeRolePolicy: writes(updateAssumeRolePolicy),
  UpdateGroup: writes(updateGroup),
  UpdateOpenIDConnectProviderThumbprint: writes(updateOpenIDConnectProviderThumbprint),
  UpdateRole: writes(updateRole),
  UpdateRoleDescription: writes(updateRoleDescription),
  UpdateUser: writes(updateUser),
})

export const iamOperations = (mint: CredentialMint) =>
  Object.freeze({ ...secretlessIamOperations, CreateAccessKey: writes(createAccessKey(mint)) })
