// The roles of an identity pool, and which claims of a token choose another one.
// https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_SetIdentityPoolRoles.html
import type {
  GetIdentityPoolRolesInput,
  RoleMapping as RoleMappingInput,
  SetIdentityPoolRolesInput,
} from '@aws-sdk/client-cognito-identity'
import type { MappingRule, RoleMapping } from '#model/cognito-identity.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { invalidParameter, violation } from './errors.ts'
import { poolOf, savePool } from './identity-pools.ts'

const ROLE_ARN = /^arn:aws:iam::\d{12}:role\/[\x21-\x7e]{1,1900}$/
const MAPPINGS_MAX = 10
/** AWS: 25 for a provider. [guide: role-based-access-control] */
const RULES_MAX = 25
const CLAIM_LENGTH_MAX = 64
const VALUE_LENGTH_MAX = 128

/** AWS: replaces roles and mappings as a whole. */
export const setIdentityPoolRoles = async (
  input: Shape<SetIdentityPoolRolesInput>,
  call: WriteCall,
): Promise<void> => {
  const pool = await poolOf(call, input.IdentityPoolId)
  const roles = input.Roles ?? {}
  for (const [type, arn] of Object.entries(roles)) {
    if (type !== 'authenticated' && type !== 'unauthenticated')
      throw violation(
        type,
        'roles',
        'Map keys must satisfy constraint: [Member must satisfy regular expression pattern: (un)?authenticated]',
      )
    checkRole(arn, 'roles')
  }
  const mappings = Object.entries(input.RoleMappings ?? {})
  if (mappings.length > MAPPINGS_MAX)
    throw invalidParameter(`An identity pool has at most ${MAPPINGS_MAX} role mappings.`)
  const roleMappings = mappings.map(([provider, mapping]) => {
    if (provider.length < 1 || provider.length > 128)
      throw violation(provider, 'roleMappings', 'Member must have length between 1 and 128')
    return [provider, readMapping(mapping)] as const
  })
  await savePool(call, { ...pool, roles, roleMappings: Object.fromEntries(roleMappings) })
}

export const getIdentityPoolRoles = async (
  input: Shape<GetIdentityPoolRolesInput>,
  call: ReadCall,
) => {
  const pool = await poolOf(call, input.IdentityPoolId)
  const mappings = Object.entries(pool.roleMappings).map(([provider, mapping]) => {
    const { rules, ...shown } = mapping
    const rulesOf = mapping.Type === 'Rules' ? { RulesConfiguration: { Rules: rules } } : {}
    return [provider, { ...shown, ...rulesOf }] as const
  })
  return {
    IdentityPoolId: pool.IdentityPoolId,
    Roles: pool.roles,
    ...(mappings.length > 0 && { RoleMappings: Object.fromEntries(mappings) }),
  }
}

const readMapping = (given: Shape<RoleMappingInput>): RoleMapping => {
  const { Type, AmbiguousRoleResolution, RulesConfiguration } = given
  if (Type === undefined) throw violation(undefined, 'roleMappings.type', 'Member must not be null')
  if (AmbiguousRoleResolution === undefined)
    throw invalidParameter(
      'AmbiguousRoleResolution is required for role mappings of type Token and Rules.',
    )
  if (Type === 'Token') {
    if (RulesConfiguration !== undefined)
      throw invalidParameter('RulesConfiguration is only for role mappings of type Rules.')
    return { Type, AmbiguousRoleResolution, rules: [] }
  }
  const rules = RulesConfiguration?.Rules ?? []
  if (rules.length < 1 || rules.length > RULES_MAX)
    throw invalidParameter(`A role mapping of type Rules has 1 to ${RULES_MAX} rules.`)
  return { Type, AmbiguousRoleResolution, rules: rules.map(readRule) }
}

const readRule = (given: Partial<Shape<MappingRule>> | object): MappingRule => {
  const {
    Claim = '',
    MatchType = 'Equals',
    Value = '',
    RoleARN = '',
  } = given as Partial<MappingRule> // Its members are checked below; the wire has checked that MatchType is one.
  if (Claim.length < 1 || Claim.length > CLAIM_LENGTH_MAX)
    throw violation(Claim, 'claim', `Member must have length between 1 and ${CLAIM_LENGTH_MAX}`)
  if (Value.length < 1 || Value.length > VALUE_LENGTH_MAX)
    throw violation(Value, 'value', `Member must have length between 1 and ${VALUE_LENGTH_MAX}`)
  return { Claim, MatchType, Value, RoleARN: checkRole(RoleARN, 'roleARN') }
}

const checkRole = (arn: string, at: string): string => {
  if (ROLE_ARN.test(arn)) return arn
  throw violation(
    arn,
    at,
    'Member must satisfy regular expression pattern: arn:aws:iam::\\d{12}:role/.+',
  )
}
