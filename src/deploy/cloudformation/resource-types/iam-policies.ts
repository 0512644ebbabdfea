// AWS::IAM::ManagedPolicy, AWS::IAM::Policy (an inline policy of many), the inline policies of one, and OIDCProvider.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-managedpolicy.html
import { isObject } from '#shared/json.ts'
import { type Input, policyText, list, text } from '../properties.ts'
import { type ResourceContext, type ResourceType, textMember } from '../resource-type.ts'
import { byName, type HolderKind, ifThere, keyList, listOf, nameOf, tagList } from './iam-names.ts'

const POLICY_NAME_LENGTH_MAX = 128

/** Property → whose names it holds. */
const HOLDERS: readonly (readonly [string, HolderKind])[] = [
  ['Groups', 'Group'],
  ['Roles', 'Role'],
  ['Users', 'User'],
]

const HOLDER_LISTS = { Groups: list(text), Roles: list(text), Users: list(text) }

const forEachHolder = async (
  input: Input,
  work: (kind: HolderKind, holder: Readonly<Record<string, string>>) => Promise<unknown>,
): Promise<void> => {
  for (const [property, kind] of HOLDERS)
    for (const name of listOf(input[property])) await work(kind, { [`${kind}Name`]: name })
}

const holderKeys = (input: Input): Readonly<Record<string, string>> =>
  Object.fromEntries(
    HOLDERS.map(([property]) => [property, JSON.stringify(listOf(input[property]))]),
  )

const heldBy = (keys: Readonly<Record<string, string>>): Input =>
  Object.fromEntries(HOLDERS.map(([property]) => [property, keyList({ keys }, property)]))

export const managedPolicy: ResourceType = {
  properties: byName({
    Description: text,
    ManagedPolicyName: text,
    Path: text,
    PolicyDocument: policyText,
    ...HOLDER_LISTS,
  }),
  create: async (input, context) => {
    const { call } = context
    const { Description, Path, PolicyDocument } = input
    const PolicyName = nameOf(input['ManagedPolicyName'], context, POLICY_NAME_LENGTH_MAX)
    const made = await call('iam', 'CreatePolicy', {
      PolicyName,
      PolicyDocument,
      ...(Path !== undefined && { Path }),
      ...(Description !== undefined && { Description }),
    })
    const policy = isObject(made['Policy']) ? made['Policy'] : {}
    const PolicyArn = textMember(policy, 'Arn')
    await forEachHolder(input, (kind, holder) =>
      call('iam', `Attach${kind}Policy`, { ...holder, PolicyArn }),
    )
    return {
      physicalId: PolicyArn,
      attributes: { PolicyArn, Arn: PolicyArn, PolicyId: textMember(policy, 'PolicyId') },
      keys: { policyArn: PolicyArn, ...holderKeys(input) },
    }
  },
  delete: async ({ keys }, { call }) => {
    const PolicyArn = keys['policyArn']
    // Of a stack from before there was IAM here there is a record only.
    if (PolicyArn === undefined) return
    await forEachHolder(heldBy(keys), (kind, holder) =>
      ifThere(call('iam', `Detach${kind}Policy`, { ...holder, PolicyArn })),
    )
    await ifThere(call('iam', 'DeletePolicy', { PolicyArn }))
  },
}

export const policy: ResourceType = {
  properties: byName({ PolicyDocument: policyText, PolicyName: text, ...HOLDER_LISTS }),
  create: async (input, context) => {
    const { PolicyName, PolicyDocument } = input
    await forEachHolder(input, (kind, holder) =>
      context.call('iam', `Put${kind}Policy`, { ...holder, PolicyName, PolicyDocument }),
    )
    return {
      physicalId: recordId(context),
      keys: { policyName: String(PolicyName), ...holderKeys(input) },
    }
  },
  delete: async ({ keys }, { call }) => {
    const PolicyName = keys['policyName']
    if (PolicyName === undefined) return
    await forEachHolder(heldBy(keys), (kind, holder) =>
      ifThere(call('iam', `Delete${kind}Policy`, { ...holder, PolicyName })),
    )
  },
}

const inlinePolicyOf = (kind: HolderKind): ResourceType => ({
  properties: byName({ PolicyDocument: policyText, PolicyName: text, [`${kind}Name`]: text }),
  create: async (input, context) => {
    await context.call('iam', `Put${kind}Policy`, input)
    const holder = String(input[`${kind}Name`])
    return {
      physicalId: recordId(context),
      keys: { policyName: String(input['PolicyName']), holder },
    }
  },
  delete: async ({ keys }, { call }) => {
    const { policyName: PolicyName, holder } = keys
    if (PolicyName !== undefined)
      await ifThere(call('iam', `Delete${kind}Policy`, { [`${kind}Name`]: holder, PolicyName }))
  },
})

export const groupPolicy = inlinePolicyOf('Group')
export const rolePolicy = inlinePolicyOf('Role')
export const userPolicy = inlinePolicyOf('User')

export const oidcProvider: ResourceType = {
  properties: byName({
    ClientIdList: list(text),
    ThumbprintList: list(text),
    Url: text,
    Tags: tagList,
  }),
  create: async (input, { call }) => {
    const { ClientIdList: ClientIDList = [], ThumbprintList = [], Url, Tags = [] } = input
    const made = await call('iam', 'CreateOpenIDConnectProvider', {
      Url,
      ClientIDList,
      ThumbprintList,
      Tags,
    })
    const arn = textMember(made, 'OpenIDConnectProviderArn')
    return { physicalId: arn, attributes: { Arn: arn } }
  },
  delete: async ({ physicalId }, { call }) => {
    const OpenIDConnectProviderArn = physicalId
    await call('iam', 'DeleteOpenIDConnectProvider', { OpenIDConnectProviderArn })
  },
}

/** AWS: such a policy has no name of its own but a record of the stack: `stack-Pol-1XN3AMPLE`. */
const recordId = ({ stackName, logicalId, ids }: ResourceContext): string =>
  `${stackName}-${logicalId}-${ids.next(9)}`
