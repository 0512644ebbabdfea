// What is in a user pool: clients, domains, groups, resource servers, identity providers, users.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Cognito.html
import { isObject } from '#shared/json.ts'
import {
  boolean,
  type Input,
  list,
  map,
  number,
  type Reader,
  type Shape,
  structure,
  text,
  without,
} from '../properties.ts'
import { type Made, type ResourceContext, type ResourceType, textMember } from '../resource-type.ts'
import { byName, ifThere } from './cognito-names.ts'
import { listOf } from './iam-names.ts'

const SERVICE = 'cognito-idp'

export const userPoolClient: ResourceType = {
  properties: byName({
    AccessTokenValidity: number,
    AllowedOAuthFlows: list(text),
    AllowedOAuthFlowsUserPoolClient: boolean,
    AllowedOAuthScopes: list(text),
    AnalyticsConfiguration: without('Amazon Pinpoint is not told of sign-ins'),
    AuthSessionValidity: number,
    CallbackURLs: list(text),
    ClientName: text,
    DefaultRedirectURI: text,
    EnablePropagateAdditionalUserContextData: without('sign-ins are not scored'),
    EnableTokenRevocation: boolean,
    ExplicitAuthFlows: list(text),
    GenerateSecret: boolean,
    IdTokenValidity: number,
    LogoutURLs: list(text),
    PreventUserExistenceErrors: text,
    ReadAttributes: list(text),
    RefreshTokenRotation: structure(byName({ Feature: text, RetryGracePeriodSeconds: number })),
    RefreshTokenValidity: number,
    SupportedIdentityProviders: list(text),
    TokenValidityUnits: structure(byName({ AccessToken: text, IdToken: text, RefreshToken: text })),
    UserPoolId: text,
    WriteAttributes: list(text),
  }),
  create: async (input, context) => {
    const { stackName, logicalId, ids } = context
    const ClientName = input['ClientName'] ?? `${stackName}-${logicalId}-${ids.next(9)}`
    const made = await context.call(SERVICE, 'CreateUserPoolClient', { ...input, ClientName })
    return clientMade(made, input)
  },
  update: async (input, existing, { call }) => {
    const { poolId, secret } = existing.keys
    if (poolId !== input['UserPoolId'] || secret !== String(input['GenerateSecret'] === true))
      return undefined
    const { GenerateSecret: _, ...rest } = input
    const ClientId = existing.physicalId
    return clientMade(await call(SERVICE, 'UpdateUserPoolClient', { ...rest, ClientId }), input)
  },
  delete: async ({ physicalId, keys }, { call }) => {
    if (keys['poolId'] === undefined) return
    const input = { UserPoolId: keys['poolId'], ClientId: physicalId }
    await ifThere(call(SERVICE, 'DeleteUserPoolClient', input))
  },
  secrets: {
    names: ['ClientSecret'],
    read: async ({ physicalId, keys }, { call }) => {
      if (keys['poolId'] === undefined || keys['secret'] !== 'true') return {}
      let secret: unknown
      const input = { UserPoolId: keys['poolId'], ClientId: physicalId }
      await ifThere(
        call(SERVICE, 'DescribeUserPoolClient', input).then(({ UserPoolClient: client }) => {
          secret = isObject(client) ? client['ClientSecret'] : undefined
        }),
      )
      return typeof secret === 'string' ? { ClientSecret: secret } : {}
    },
  },
}

const clientMade = (made: Readonly<Record<string, unknown>>, input: Input): Made => {
  const client = isObject(made['UserPoolClient']) ? made['UserPoolClient'] : {}
  const id = textMember(client, 'ClientId')
  const secret = client['ClientSecret']
  return {
    physicalId: id,
    attributes: {
      ClientId: id,
      Name: textMember(client, 'ClientName'),
      ...(typeof secret === 'string' && { ClientSecret: secret }),
    },
    keys: {
      poolId: textMember(client, 'UserPoolId'),
      secret: String(input['GenerateSecret'] === true),
    },
  }
}

/** A part that has its name from the template, and is changed by writing it again. */
const namedPart = (options: {
  readonly noun: string
  readonly member: string
  readonly properties: Readonly<Record<string, Reader>>
  /** Members that a change of makes it anew. */
  readonly fixed?: readonly string[]
}): ResourceType => {
  const { noun, member, fixed = [] } = options
  const sameText = (input: Input): string =>
    JSON.stringify(['UserPoolId', member, ...fixed].map((name) => input[name] ?? ''))
  const shape: Shape = byName({ UserPoolId: text, [member]: text, ...options.properties })
  return {
    properties: shape,
    create: async (input, context) => {
      const named = { ...input, [member]: input[member] ?? nameFor(context) }
      await context.call(SERVICE, `Create${noun}`, named)
      const name = String(named[member])
      return {
        physicalId: name,
        attributes: { [member]: name, ...(noun === 'UserPoolDomain' && { Id: name }) },
        keys: { poolId: String(input['UserPoolId']), same: sameText(input) },
      }
    },
    update: async (input, existing, { call }) => {
      if (existing.keys['same'] !== sameText(input)) return undefined
      await call(SERVICE, `Update${noun}`, { ...input, [member]: existing.physicalId })
      return existing
    },
    delete: async ({ physicalId, keys }, { call }) => {
      if (keys['poolId'] === undefined) return
      const input = { UserPoolId: keys['poolId'], [member]: physicalId }
      await ifThere(call(SERVICE, `Delete${noun}`, input))
    },
  }
}

const nameFor = ({ stackName, logicalId, ids }: ResourceContext): string =>
  `${`${stackName}-${logicalId}`.slice(0, 110)}-${ids.next(9)}`

export const userPoolDomain = namedPart({
  noun: 'UserPoolDomain',
  member: 'Domain',
  properties: {
    CustomDomainConfig: structure(byName({ CertificateArn: text })),
    ManagedLoginVersion: number,
    Routing: without('the pages answer where this gateway does'),
  },
})

export const userPoolGroup = namedPart({
  noun: 'Group',
  member: 'GroupName',
  properties: { Description: text, Precedence: number, RoleArn: text },
})

export const userPoolResourceServer = namedPart({
  noun: 'ResourceServer',
  member: 'Identifier',
  properties: {
    Name: text,
    Scopes: list(structure(byName({ ScopeDescription: text, ScopeName: text }))),
  },
})

export const userPoolIdentityProvider = namedPart({
  noun: 'IdentityProvider',
  member: 'ProviderName',
  properties: {
    AttributeMapping: map(text),
    IdpIdentifiers: list(text),
    ProviderDetails: map(text),
    ProviderType: text,
  },
  fixed: ['ProviderType'],
})

const ATTRIBUTES = list(structure(byName({ Name: text, Value: text })))

export const userPoolUser: ResourceType = {
  properties: byName({
    ClientMetadata: map(text),
    DesiredDeliveryMediums: list(text),
    ForceAliasCreation: boolean,
    MessageAction: text,
    UserAttributes: ATTRIBUTES,
    UserPoolId: text,
    Username: text,
    ValidationData: ATTRIBUTES,
  }),
  create: async (input, context) => {
    const Username = input['Username'] ?? nameFor(context)
    const made = await context.call(SERVICE, 'AdminCreateUser', { ...input, Username })
    const user = isObject(made['User']) ? made['User'] : {}
    return {
      physicalId: String(Username),
      keys: { poolId: String(input['UserPoolId']), username: textMember(user, 'Username') },
    }
  },
  delete: async ({ keys }, { call }) => {
    if (keys['poolId'] === undefined) return
    const input = { UserPoolId: keys['poolId'], Username: keys['username'] }
    await ifThere(call(SERVICE, 'AdminDeleteUser', input))
  },
}

export const userPoolUserToGroupAttachment: ResourceType = {
  properties: byName({ GroupName: text, UserPoolId: text, Username: text }),
  create: async (input, { call, stackName, logicalId, ids }) => {
    await call(SERVICE, 'AdminAddUserToGroup', input)
    const [poolId, group, user] = listOf([
      input['UserPoolId'],
      input['GroupName'],
      input['Username'],
    ])
    return {
      physicalId: `${stackName}-${logicalId}-${ids.next(9)}`,
      keys: { poolId: poolId ?? '', group: group ?? '', user: user ?? '' },
    }
  },
  delete: async ({ keys }, { call }) => {
    if (keys['poolId'] === undefined) return
    await ifThere(
      call(SERVICE, 'AdminRemoveUserFromGroup', {
        UserPoolId: keys['poolId'],
        GroupName: keys['group'],
        Username: keys['user'],
      }),
    )
  },
}
