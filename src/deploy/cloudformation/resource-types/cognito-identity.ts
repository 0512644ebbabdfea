// AWS::Cognito::IdentityPool, IdentityPoolRoleAttachment and IdentityPoolPrincipalTag.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cognito-identitypool.html
import { isObject } from '#shared/json.ts'
import { errorMessage } from '#shared/assert.ts'
import { ServiceError } from '#wire/errors.ts'
import { boolean, type Input, list, map, structure, tags, text, without } from '../properties.ts'
import { type ResourceType, textMember } from '../resource-type.ts'
import { byName } from './iam-names.ts'

const SYNC = 'Cognito Sync has no streams, events and push messages here'

export const identityPool: ResourceType = {
  properties: byName({
    AllowClassicFlow: boolean,
    AllowUnauthenticatedIdentities: boolean,
    CognitoEvents: without(SYNC),
    CognitoIdentityProviders: list(
      structure(byName({ ClientId: text, ProviderName: text, ServerSideTokenCheck: boolean })),
    ),
    CognitoStreams: without(SYNC),
    DeveloperProviderName: text,
    IdentityPoolName: text,
    IdentityPoolTags: tags,
    OpenIdConnectProviderARNs: list(text),
    PushSync: without(SYNC),
    SamlProviderARNs: list(text),
    SupportedLoginProviders: map(text),
  }),
  create: async (input, { call, stackName, logicalId, ids }) => {
    // AWS makes a name of its own where the template has none.
    const IdentityPoolName = input['IdentityPoolName'] ?? `${stackName}_${logicalId}_${ids.next(9)}`
    const made = await call('cognito-identity', 'CreateIdentityPool', {
      AllowUnauthenticatedIdentities: false,
      ...input,
      IdentityPoolName,
    })
    return identityPoolMade(made)
  },
  update: async (input, existing, { call }) => {
    const IdentityPoolId = existing.physicalId
    const made = await call('cognito-identity', 'UpdateIdentityPool', {
      AllowUnauthenticatedIdentities: false,
      IdentityPoolName: existing.attributes['Name'],
      IdentityPoolTags: {},
      ...input,
      IdentityPoolId,
    })
    return identityPoolMade(made)
  },
  delete: async ({ physicalId }, { call }) =>
    ifThere(call('cognito-identity', 'DeleteIdentityPool', { IdentityPoolId: physicalId })),
}

const identityPoolMade = (made: Readonly<Record<string, unknown>>) => {
  const id = textMember(made, 'IdentityPoolId')
  return {
    physicalId: id,
    attributes: { Id: id, Name: textMember(made, 'IdentityPoolName') },
    keys: { identityPoolId: id },
  }
}

const RULE = byName({ Claim: text, MatchType: text, RoleARN: text, Value: text })

export const identityPoolRoleAttachment: ResourceType = {
  properties: byName({
    IdentityPoolId: text,
    RoleMappings: map(
      structure(
        byName({
          AmbiguousRoleResolution: text,
          IdentityProvider: text,
          RulesConfiguration: structure(byName({ Rules: list(structure(RULE)) })),
          Type: text,
        }),
      ),
    ),
    Roles: map(text),
  }),
  create: async (input, { call }) => {
    await call('cognito-identity', 'SetIdentityPoolRoles', rolesOf(input))
    const id = String(input['IdentityPoolId'])
    return { physicalId: id, attributes: { Id: id }, keys: { identityPoolId: id } }
  },
  update: async (input, existing, { call }) => {
    if (existing.keys['identityPoolId'] !== input['IdentityPoolId']) return undefined
    await call('cognito-identity', 'SetIdentityPoolRoles', rolesOf(input))
    return existing
  },
  delete: async ({ physicalId }, { call }) =>
    ifThere(
      call('cognito-identity', 'SetIdentityPoolRoles', { IdentityPoolId: physicalId, Roles: {} }),
    ),
}

/** AWS: names of mappings are the template's own where one says its provider by `IdentityProvider`. */
const rolesOf = ({ IdentityPoolId, Roles = {}, RoleMappings }: Input): Input => {
  const mappings = Object.entries(isObject(RoleMappings) ? RoleMappings : {}).map(
    ([name, mapping]) => {
      const { IdentityProvider = name, ...rest } = isObject(mapping) ? mapping : {}
      return [String(IdentityProvider), rest] as const
    },
  )
  return { IdentityPoolId, Roles, RoleMappings: Object.fromEntries(mappings) }
}

export const identityPoolPrincipalTag: ResourceType = {
  properties: byName({
    IdentityPoolId: text,
    IdentityProviderName: text,
    PrincipalTags: map(text),
    UseDefaults: boolean,
  }),
  create: async (input, { call }) => {
    await call('cognito-identity', 'SetPrincipalTagAttributeMap', input)
    const { IdentityPoolId, IdentityProviderName } = input
    return {
      physicalId: `${String(IdentityPoolId)}|${String(IdentityProviderName)}`,
      keys: {
        identityPoolId: String(IdentityPoolId),
        identityProviderName: String(IdentityProviderName),
      },
    }
  },
  update: async (input, existing, { call }) => {
    const { identityPoolId, identityProviderName } = existing.keys
    const isSame =
      identityPoolId === input['IdentityPoolId'] &&
      identityProviderName === input['IdentityProviderName']
    if (!isSame) return undefined
    await call('cognito-identity', 'SetPrincipalTagAttributeMap', input)
    return existing
  },
  delete: async ({ keys }, { call }) =>
    ifThere(
      call('cognito-identity', 'SetPrincipalTagAttributeMap', {
        IdentityPoolId: keys['identityPoolId'],
        IdentityProviderName: keys['identityProviderName'],
        UseDefaults: false,
        PrincipalTags: {},
      }),
    ),
}

/** Runs a removal of what may be gone with its pool. */
const ifThere = async (removal: Promise<unknown>): Promise<void> => {
  try {
    await removal
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'ResourceNotFoundException') return
    throw error instanceof Error ? error : new Error(errorMessage(error))
  }
}
