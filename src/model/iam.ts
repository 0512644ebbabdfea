// What IAM keeps: users, groups, roles, managed policies, access keys and OpenID Connect providers. Member names are
// IAM's own where it has them. https://docs.aws.amazon.com/IAM/latest/APIReference/API_Types.html

interface Entity {
  readonly Path: string
  readonly Arn: string
  /** Milliseconds since the epoch. */
  readonly CreateDate: number
}

/** What policies hang on: their documents as JSON text, inline by name, managed by ARN. */
interface PolicyHolder extends Entity {
  readonly inlinePolicies: Readonly<Record<string, string>>
  readonly attachedPolicies: readonly string[]
}

type Tags = Readonly<Record<string, string>>

export interface User extends PolicyHolder {
  readonly kind: 'user'
  readonly UserName: string
  readonly UserId: string
  readonly Tags: Tags
  /** Names of groups. */
  readonly groups: readonly string[]
  /** ARN of a managed policy. */
  readonly PermissionsBoundary?: string
}

export interface Group extends PolicyHolder {
  readonly kind: 'group'
  readonly GroupName: string
  readonly GroupId: string
}

export interface Role extends PolicyHolder {
  readonly kind: 'role'
  readonly RoleName: string
  readonly RoleId: string
  /** JSON text. */
  readonly AssumeRolePolicyDocument: string
  readonly Description?: string
  /** Seconds. */
  readonly MaxSessionDuration: number
  readonly Tags: Tags
  readonly PermissionsBoundary?: string
}

export type Holder = User | Group | Role

export interface PolicyVersion {
  /** `v1` */
  readonly VersionId: string
  readonly Document: string
  readonly CreateDate: number
}

export interface ManagedPolicy extends Entity {
  readonly PolicyName: string
  readonly PolicyId: string
  readonly Description?: string
  readonly UpdateDate: number
  readonly DefaultVersionId: string
  readonly versions: readonly PolicyVersion[]
  /** Numbers of versions are not used again. */
  readonly lastVersion: number
  readonly Tags: Tags
}

export interface AccessKey {
  readonly AccessKeyId: string
  /** Absent: a key of the account's root. */
  readonly UserName?: string
  readonly Status: 'Active' | 'Inactive'
  readonly CreateDate: number
  /** The secret as the directory has it: sealed. */
  readonly sealedSecret: string
}

export interface OpenIdConnectProvider {
  readonly Arn: string
  /** Without its scheme: `accounts.google.com`. */
  readonly Url: string
  readonly ClientIDList: readonly string[]
  readonly ThumbprintList: readonly string[]
  readonly CreateDate: number
  readonly Tags: Tags
}

/** The credential that a node of `daemun serve` makes when it first starts. */
export interface RootCredential {
  readonly accessKeyId: string
  /** Kept until it was shown, then gone from here: the access key itself has it sealed. */
  readonly isShown: boolean
}
