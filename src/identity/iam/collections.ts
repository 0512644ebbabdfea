// Where IAM keeps its things. IAM has no regions: everything of an account lies in the scope that `iamScope` names.
import type {
  AccessKey,
  Group,
  ManagedPolicy,
  OpenIdConnectProvider,
  Role,
  RootCredential,
  User,
} from '#model/iam.ts'
import type { Scope } from '#model/scope.ts'
import { collection } from '#store/store.ts'

/** Users, groups and roles by their names in lower case: AWS tells names apart by more than case. */
export const users = collection<User>('iam/users')
export const groups = collection<Group>('iam/groups')
export const roles = collection<Role>('iam/roles')
/** Customer managed policies, by their names in lower case. */
export const managedPolicies = collection<ManagedPolicy>('iam/managedPolicies')
/** By access key id. */
export const accessKeys = collection<AccessKey>('iam/accessKeys')
/** By their URLs without scheme. */
export const oidcProviders = collection<OpenIdConnectProvider>('iam/oidcProviders')
/** One row, under `root`. */
export const rootCredentials = collection<RootCredential>('iam/rootCredential')

export const iamScope = ({ accountId }: Pick<Scope, 'accountId'>): Scope => ({
  accountId,
  region: 'aws-global',
})
