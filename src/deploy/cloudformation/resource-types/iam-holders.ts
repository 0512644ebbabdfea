// AWS::IAM::Role, User, Group and UserToGroupAddition.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_IAM.html
import { isObject } from '#shared/json.ts'
import {
  type Input,
  policyText,
  list,
  number,
  type Reader,
  structure,
  text,
} from '../properties.ts'
import type { Existing, Made, ResourceContext, ResourceType } from '../resource-type.ts'
import {
  attach,
  byName,
  detachAll,
  type HolderKind,
  ifThere,
  keyList,
  listOf,
  nameOf,
  putAll,
  reportUnknown,
  tagList,
} from './iam-names.ts'

const NAME_LENGTH_MAX: Readonly<Record<HolderKind, number>> = { Group: 128, Role: 64, User: 64 }

const POLICIES = {
  ManagedPolicyArns: list(text),
  Policies: list(structure(byName({ PolicyName: text, PolicyDocument: policyText }))),
}

/** What an update does beside the policies: undefined members were taken out of the template. */
type UpdateOwn = (name: string, input: Input, context: ResourceContext) => Promise<void>

const holder = (
  kind: HolderKind,
  properties: Readonly<Record<string, Reader>>,
  updateOwn: UpdateOwn,
): ResourceType => {
  const member = `${kind}Name`
  const dress = async (name: string, input: Input, context: ResourceContext) => {
    const { attached, unknown } = await attach(
      kind,
      name,
      listOf(input['ManagedPolicyArns']),
      context,
    )
    const inline = await putAll(kind, name, input['Policies'], context)
    const groups = listOf(input['Groups'])
    for (const GroupName of groups)
      await context.call('iam', 'AddUserToGroup', { GroupName, UserName: name })
    return {
      name,
      path: String(input['Path'] ?? '/'),
      given: String(input[member] ?? ''),
      attached: JSON.stringify(attached),
      unknown: JSON.stringify(unknown),
      inline: JSON.stringify(inline),
      groups: JSON.stringify(groups),
    }
  }
  const undress = async (existing: Existing, context: Pick<ResourceContext, 'call'>) => {
    const name = existing.keys['name'] ?? existing.physicalId
    await detachAll(kind, name, existing, context)
    for (const GroupName of keyList(existing, 'groups'))
      await ifThere(context.call('iam', 'RemoveUserFromGroup', { GroupName, UserName: name }))
    return name
  }
  return {
    properties: byName({ [member]: text, Path: text, ...POLICIES, ...properties }),
    create: async (input, context) => {
      const { ManagedPolicyArns: _1, Policies: _2, Groups: _3, ...own } = input
      const name = nameOf(input[member], context, NAME_LENGTH_MAX[kind])
      const made = await context.call('iam', `Create${kind}`, { ...own, [member]: name })
      const entity = isObject(made[kind]) ? made[kind] : {}
      const id = kind === 'Role' ? { RoleId: String(entity['RoleId']) } : {}
      return {
        physicalId: name,
        attributes: { Arn: String(entity['Arn']), ...id },
        keys: await dress(name, input, context),
      }
    },
    update: async (input, existing, context): Promise<Made | undefined> => {
      const { keys } = existing
      const isSame =
        keys['path'] === String(input['Path'] ?? '/') &&
        keys['given'] === String(input[member] ?? '')
      if (!isSame) return undefined
      const name = await undress(existing, context)
      await updateOwn(name, input, context)
      return { ...existing, keys: await dress(name, input, context) }
    },
    delete: async (existing, context) => {
      // Of a stack from before there was IAM here there is a record only.
      if (existing.keys['name'] === undefined) return
      const name = await undress(existing, context)
      await ifThere(context.call('iam', `Delete${kind}`, { [member]: name }))
    },
    reportMade: reportUnknown,
  }
}

/** Boundary and tags become what the template says. */
const updateCommon =
  (kind: 'Role' | 'User'): UpdateOwn =>
  async (name, input, { call }) => {
    const who = { [`${kind}Name`]: name }
    const boundary = input['PermissionsBoundary']
    if (boundary === undefined) await call('iam', `Delete${kind}PermissionsBoundary`, who)
    else
      await call('iam', `Put${kind}PermissionsBoundary`, { ...who, PermissionsBoundary: boundary })
    const { Tags: before } = await call('iam', `List${kind}Tags`, who)
    const keys = (Array.isArray(before) ? before : []).map(({ Key }) => String(Key))
    await call('iam', `Untag${kind}`, { ...who, TagKeys: keys })
    await call('iam', `Tag${kind}`, { ...who, Tags: input['Tags'] ?? [] })
  }

const DEFAULT_DURATION = 3_600

export const role = holder(
  'Role',
  {
    AssumeRolePolicyDocument: policyText,
    Description: text,
    MaxSessionDuration: number,
    PermissionsBoundary: text,
    Tags: tagList,
  },
  async (name, input, context) => {
    await context.call('iam', 'UpdateAssumeRolePolicy', {
      RoleName: name,
      PolicyDocument: input['AssumeRolePolicyDocument'],
    })
    await context.call('iam', 'UpdateRole', {
      RoleName: name,
      Description: input['Description'] ?? '',
      MaxSessionDuration: input['MaxSessionDuration'] ?? DEFAULT_DURATION,
    })
    await updateCommon('Role')(name, input, context)
  },
)

export const user = holder(
  'User',
  { Groups: list(text), PermissionsBoundary: text, Tags: tagList },
  updateCommon('User'),
)

export const group = holder('Group', {}, async () => {})

export const userToGroupAddition: ResourceType = {
  properties: byName({ GroupName: text, Users: list(text) }),
  create: async (input, { call, stackName, logicalId, ids }) => {
    const GroupName = String(input['GroupName'])
    for (const UserName of listOf(input['Users']))
      await call('iam', 'AddUserToGroup', { GroupName, UserName })
    return {
      physicalId: `${stackName}-${logicalId}-${ids.next(9)}`,
      keys: { group: GroupName, users: JSON.stringify(listOf(input['Users'])) },
    }
  },
  delete: async ({ keys }, { call }) => {
    for (const UserName of keyList({ keys }, 'users'))
      await ifThere(call('iam', 'RemoveUserFromGroup', { GroupName: keys['group'], UserName }))
  },
}
