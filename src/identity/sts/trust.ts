// May they take this role? What a role's trust policy says of somebody.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-trust-policy.html
import { compilePolicy } from '#languages/iam-policy/compile-policy.ts'
import { evaluatePolicies } from '#languages/iam-policy/evaluate.ts'
import { contextOf, type Evaluation, type Principal } from '#languages/iam-policy/policy.ts'
import type { Role } from '#model/iam.ts'
import type { PrincipalEntry } from '#model/identity.ts'
import { GLOBAL_SCOPE } from '#model/scope.ts'
import { directory } from '#store/collections.ts'
import type { View } from '#store/store.ts'
import { iamScope, roles } from '../iam/collections.ts'
import type { ContextKeys } from '../principal.ts'

/** A role with what is shipped of it. */
export interface TrustingRole {
  readonly role: Role
  readonly principal: PrincipalEntry
}

const ROLE_ARN = /^arn:aws:iam::(\d{12}):role\/(?:[\x21-\x7f]*\/)?([\w+=,.@-]+)$/

/** The role of that ARN, in whichever account of this gateway; undefined where there is none. */
export const findRole = async (
  view: View,
  roleArn: string | undefined,
): Promise<TrustingRole | undefined> => {
  const [, accountId, name] = ROLE_ARN.exec(roleArn ?? '') ?? []
  if (roleArn === undefined || accountId === undefined || name === undefined) return undefined
  const role = await view.get(roles, iamScope({ accountId }), name.toLowerCase())
  const entry = await view.get(directory, GLOBAL_SCOPE, `principal/${roleArn}`)
  if (role?.Arn !== roleArn || entry?.kind !== 'principal') return undefined
  return { role, principal: entry }
}

export const evaluateTrust = (
  role: Role,
  action: string,
  principal: Principal,
  keys: ContextKeys,
): Evaluation =>
  evaluatePolicies(
    [compilePolicy(role.AssumeRolePolicyDocument, { kind: 'trust', name: 'trust policy' })],
    {
      action,
      resource: role.Arn,
      principal,
      context: contextOf(keys),
    },
  )
