// What an account has of each. https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html
import type { ReadCall } from '#store/transactional.ts'
import {
  accessKeys,
  groups,
  iamScope,
  managedPolicies,
  oidcProviders,
  roles,
  users,
} from './collections.ts'
import { WHOLE } from './pages.ts'

export const getAccountSummary = async (_input: unknown, call: ReadCall) => {
  const scope = iamScope(call)
  const keys = await call.view.list(accessKeys, scope)
  return {
    SummaryMap: {
      Users: (await call.view.list(users, scope)).length,
      UsersQuota: 5_000,
      Groups: (await call.view.list(groups, scope)).length,
      GroupsQuota: 300,
      Roles: (await call.view.list(roles, scope)).length,
      RolesQuota: 1_000,
      Policies: (await call.view.list(managedPolicies, scope)).length,
      PoliciesQuota: 1_500,
      PolicySizeQuota: 6_144,
      PolicyVersionsInUseQuota: 10_000,
      VersionsPerPolicyQuota: 5,
      UserPolicySizeQuota: 2_048,
      GroupPolicySizeQuota: 5_120,
      RolePolicySizeQuota: 10_240,
      AssumeRolePolicySizeQuota: 2_048,
      AttachedPoliciesPerUserQuota: 10,
      AttachedPoliciesPerGroupQuota: 10,
      AttachedPoliciesPerRoleQuota: 10,
      GroupsPerUserQuota: 10,
      AccessKeysPerUserQuota: 2,
      Providers: (await call.view.list(oidcProviders, scope)).length,
      AccountAccessKeysPresent: keys.some(({ value }) => value.UserName === undefined) ? 1 : 0,
      AccountMFAEnabled: 0,
      MFADevices: 0,
      MFADevicesInUse: 0,
    },
  }
}

/** An account has no alias here: CreateAccountAlias is refused by name. */
export const listAccountAliases = async () => ({ AccountAliases: [], ...WHOLE })
