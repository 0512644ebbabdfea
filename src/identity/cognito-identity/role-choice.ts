// Which role a user of an identity pool gets: the pool's own, or one that claims of the token choose. A pure function.
// https://docs.aws.amazon.com/cognito/latest/developerguide/role-based-access-control.html
import type { Claims } from '#languages/jwt/claims.ts'
import type { IdentityPool, MappingRule, RoleMapping } from '#model/cognito-identity.ts'

/** What a verified login brings to the choice. */
export interface ChoosingLogin {
  /** The names under which a pool may have a mapping for it. */
  readonly mappingNames: readonly string[]
  readonly claims: Claims
}

/** A role's ARN; `denied`: a mapping refuses; `none`: the pool has no role for such users. */
export type RoleChoice = { readonly roleArn: string } | 'denied' | 'none'

/** `logins` is empty for a guest. */
export const chooseRole = (
  pool: Pick<IdentityPool, 'roles' | 'roleMappings'>,
  logins: readonly ChoosingLogin[],
  customRoleArn: string | undefined,
): RoleChoice => {
  const { authenticated, unauthenticated } = pool.roles
  if (logins.length === 0) return customRoleArn === undefined ? role(unauthenticated) : 'denied'
  for (const { mappingNames, claims } of logins) {
    const name = mappingNames.find((one) => Object.hasOwn(pool.roleMappings, one))
    const mapping = name === undefined ? undefined : pool.roleMappings[name]
    if (mapping === undefined) continue
    const chosen =
      mapping.Type === 'Token'
        ? byToken(claims, customRoleArn)
        : byRules(mapping, claims, customRoleArn)
    if (chosen !== undefined) return chosen
    return mapping.AmbiguousRoleResolution === 'Deny' ? 'denied' : role(authenticated)
  }
  // AWS: only claims and rules give another role than the pool's.
  return customRoleArn === undefined || customRoleArn === authenticated
    ? role(authenticated)
    : 'denied'
}

const role = (arn: string | undefined): RoleChoice =>
  arn === undefined ? 'none' : { roleArn: arn }

/** Undefined: the token does not decide. */
const byToken = (claims: Claims, customRoleArn: string | undefined): RoleChoice | undefined => {
  const roles = textsOf(claims['cognito:roles'])
  if (customRoleArn !== undefined)
    return roles.includes(customRoleArn) ? { roleArn: customRoleArn } : 'denied'
  const preferred = claims['cognito:preferred_role']
  if (typeof preferred === 'string' && preferred !== '') return { roleArn: preferred }
  const [only] = roles
  return roles.length === 1 && only !== undefined ? { roleArn: only } : undefined
}

/** AWS: the first rule that matches, or that of them that CustomRoleArn names. */
const byRules = (
  { rules }: RoleMapping,
  claims: Claims,
  customRoleArn: string | undefined,
): RoleChoice | undefined => {
  const matching = rules.filter((rule) => matches(rule, claims))
  if (customRoleArn === undefined) {
    const [first] = matching
    return first === undefined ? undefined : { roleArn: first.RoleARN }
  }
  return matching.some(({ RoleARN }) => RoleARN === customRoleArn)
    ? { roleArn: customRoleArn }
    : 'denied'
}

/** A token without the claim matches no rule, NotEqual neither: what is missing proves nothing. */
const matches = ({ Claim, MatchType, Value }: MappingRule, claims: Claims): boolean => {
  if (!Object.hasOwn(claims, Claim)) return false
  const values = textsOf(claims[Claim])
  switch (MatchType) {
    case 'Equals':
      return values.includes(Value)
    case 'Contains':
      return values.some((value) => value.includes(Value))
    case 'StartsWith':
      return values.some((value) => value.startsWith(Value))
    case 'NotEqual':
      return values.length > 0 && !values.includes(Value)
  }
}

const textsOf = (claim: unknown): readonly string[] =>
  (Array.isArray(claim) ? claim : [claim]).flatMap((one) =>
    typeof one === 'string' || typeof one === 'number' || typeof one === 'boolean'
      ? [String(one)]
      : [],
  )
