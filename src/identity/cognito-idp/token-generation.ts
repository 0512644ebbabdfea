// PreTokenGeneration: a function that has a say in the claims, scopes and groups of tokens, in the versions of its event.
// https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html
import type { PoolGroup } from '#model/user-pool.ts'
import { isObject } from '#shared/json.ts'
import type { GroupClaims, TokenRequest } from './issue-tokens.ts'
import type { UserPoolParts } from './parts.ts'
import { runTrigger } from './triggers.ts'

type Claims = Readonly<Record<string, unknown>>
type Rewrite = (claims: Claims) => Claims

export interface TokenCustomization {
  readonly groups: GroupClaims
  readonly scopes: readonly string[]
  readonly id: Rewrite
  readonly access: Rewrite
}

export const customizeTokens = async (
  parts: UserPoolParts,
  request: TokenRequest & { readonly scopes: readonly string[] },
): Promise<TokenCustomization> => {
  const groups = ownGroups(request.groups)
  const { LambdaConfig } = request.pool.settings
  const { LambdaArn = LambdaConfig.PreTokenGeneration, LambdaVersion = 'V1_0' } =
    LambdaConfig.PreTokenGenerationConfig ?? {}
  const plain = { groups, scopes: request.scopes, id: same, access: same }
  if (LambdaArn === undefined) return plain
  const isFirst = LambdaVersion === 'V1_0'
  const response = await runTrigger(parts, {
    ...request,
    functionArn: LambdaArn,
    trigger: 'PreTokenGeneration',
    source: request.source,
    version: isFirst ? '1' : LambdaVersion === 'V2_0' ? '2' : '3',
    request: {
      userAttributes: { ...request.user.Attributes, ...statusOf(request) },
      groupConfiguration: {
        groupsToOverride: groups.names,
        iamRolesToOverride: groups.roles,
        preferredRole: groups.preferredRole ?? null,
      },
      ...(!isFirst && { scopes: request.scopes }),
      ...(request.clientMetadata !== undefined && { clientMetadata: request.clientMetadata }),
    },
    response: isFirst ? { claimsOverrideDetails: null } : { claimsAndScopeOverrideDetails: null },
  })
  return isFirst ? firstVersion(plain, response) : secondVersion(plain, response)
}

const statusOf = ({ user }: TokenRequest) => ({ 'cognito:user_status': user.UserStatus })

const same: Rewrite = (claims) => claims

/** AWS: the role of the group with the lowest precedence is preferred, unless two with different roles share it. */
export const ownGroups = (groups: readonly PoolGroup[]): GroupClaims => {
  const inOrder = groups.toSorted(
    (left, right) => (left.Precedence ?? LAST) - (right.Precedence ?? LAST),
  )
  const roles = inOrder.flatMap(({ RoleArn }) => (RoleArn === undefined ? [] : [RoleArn]))
  const first = inOrder.find(({ RoleArn }) => RoleArn !== undefined)
  const rivals = inOrder.filter(
    ({ RoleArn, Precedence }) => RoleArn !== undefined && Precedence === first?.Precedence,
  )
  const isClear = new Set(rivals.map(({ RoleArn }) => RoleArn)).size === 1
  return {
    names: inOrder.map(({ GroupName }) => GroupName),
    roles: [...new Set(roles)],
    ...(isClear && { preferredRole: first?.RoleArn }),
  }
}

const LAST = Number.MAX_SAFE_INTEGER

const firstVersion = (plain: TokenCustomization, response: Claims): TokenCustomization => {
  const details = memberOf(response, 'claimsOverrideDetails')
  return { ...plain, groups: groupsOf(plain.groups, details), id: rewriteOf(details) }
}

const secondVersion = (plain: TokenCustomization, response: Claims): TokenCustomization => {
  const details = memberOf(response, 'claimsAndScopeOverrideDetails')
  const access = memberOf(details, 'accessTokenGeneration')
  const suppressed = new Set(textsOf(access['scopesToSuppress']))
  const scopes = [...plain.scopes, ...textsOf(access['scopesToAdd'])]
  return {
    groups: groupsOf(plain.groups, details),
    scopes: [...new Set(scopes)].filter((scope) => !suppressed.has(scope)),
    id: rewriteOf(memberOf(details, 'idTokenGeneration')),
    access: rewriteOf(access),
  }
}

const groupsOf = (own: GroupClaims, details: Claims): GroupClaims => {
  const given = details['groupOverrideDetails']
  if (!isObject(given)) return own
  const { preferredRole } = given
  return {
    names: textsOf(given['groupsToOverride']),
    roles: textsOf(given['iamRolesToOverride']),
    ...(typeof preferredRole === 'string' && { preferredRole }),
  }
}

/** AWS: what a token is and whose it is stands, whatever the function says. [guide: Claims and scopes that can't be overridden] */
const FIXED: ReadonlySet<string> = new Set([
  'acr',
  'amr',
  'at_hash',
  'aud',
  'auth_time',
  'azp',
  'client_id',
  'cognito:username',
  'device_key',
  'event_id',
  'exp',
  'iat',
  'identities',
  'iss',
  'jti',
  'nbf',
  'nonce',
  'origin_jti',
  'scope',
  'sub',
  'token_use',
  'username',
  'version',
])

const rewriteOf = (details: Claims): Rewrite => {
  const added = Object.entries(memberOf(details, 'claimsToAddOrOverride')).filter(
    ([name, value]) => !FIXED.has(name) && value !== null && value !== undefined,
  )
  const suppressed = textsOf(details['claimsToSuppress']).filter((name) => !FIXED.has(name))
  return (claims) => {
    const rewritten: Record<string, unknown> = { ...claims, ...Object.fromEntries(added) }
    for (const name of suppressed) delete rewritten[name]
    return rewritten
  }
}

const memberOf = (value: Claims, name: string): Claims => {
  const member = value[name]
  return isObject(member) ? member : {}
}

const textsOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
