// The role that SAM makes for a function. Here it is a record: functions run with the rights of this process.
import type { JsonObject, JsonValue } from '#shared/json.ts'
import { isObject } from '#shared/json.ts'
import { memberOf, objectOf } from '../template/source.ts'
import { addResource, type SamContext, type SamResource } from './context.ts'
import { isIntrinsic, tagList, keptAttributes } from './draft.ts'

const SERVICE_ROLES = 'arn:aws:iam::aws:policy/service-role/'

/** Managed policies that live under `service-role/`. */
const SERVICE_ROLE_POLICY = /^(AWSLambda\w*(Role|RolePolicy)|AWSXrayDaemonWriteAccess\b)/

/** What the function's Role is: as given, or one that is made here. */
export const addRole = (
  context: SamContext,
  resource: SamResource,
  tags: JsonObject,
): JsonValue => {
  const { logicalId, properties, attributes } = resource
  const given = properties['Role']
  const own = { 'Fn::GetAtt': [`${logicalId}Role`, 'Arn'] }
  const choice = memberOf(given, 'Fn::If')
  const [name, ...branches]: readonly JsonValue[] = Array.isArray(choice) ? choice : []
  const missing = branches.findIndex((branch) => memberOf(branch, 'Ref') === 'AWS::NoValue')
  if (given === undefined) writeRole(context, resource, tags, attributes['Condition'])
  if (missing < 0) return given ?? own
  // The role is needed in one of the branches: only then it is made.
  const condition = missing === 0 ? name : `NOT${String(name)}`
  if (missing === 1)
    context.conditions[String(condition)] = { 'Fn::Not': [{ Condition: name ?? '' }] }
  writeRole(context, resource, tags, condition)
  return {
    'Fn::If': [name ?? '', ...branches.map((branch, at) => (at === missing ? own : branch))],
  }
}

const writeRole = (
  context: SamContext,
  resource: SamResource,
  tags: JsonObject,
  condition: JsonValue | undefined,
): void => {
  const { logicalId, properties, attributes } = resource
  const { managed, inline } = policiesOf(context, resource)
  const boundary = properties['PermissionsBoundary']
  const rolePath = properties['RolePath']
  addResource(
    context,
    resource,
    `${logicalId}Role`,
    'AWS::IAM::Role',
    {
      AssumeRolePolicyDocument: properties['AssumeRolePolicyDocument'] ?? {
        Version: '2012-10-17',
        Statement: [
          {
            Action: ['sts:AssumeRole'],
            Effect: 'Allow',
            Principal: { Service: ['lambda.amazonaws.com'] },
          },
        ],
      },
      ManagedPolicyArns: unique([...basePolicies(properties), ...managed]),
      ...(inline.length === 0 ? {} : { Policies: inline }),
      ...(boundary === undefined ? {} : { PermissionsBoundary: boundary }),
      ...(rolePath === undefined ? {} : { Path: rolePath }),
      Tags: tagList(tags),
    },
    { ...keptAttributes(attributes), ...(condition === undefined ? {} : { Condition: condition }) },
  )
}

const unique = (arns: readonly JsonValue[]): readonly JsonValue[] =>
  arns.filter((arn, index) => typeof arn !== 'string' || arns.indexOf(arn) === index)

const basePolicies = (properties: JsonObject): readonly string[] => {
  const basic =
    properties['DurableConfig'] === undefined
      ? 'AWSLambdaBasicExecutionRole'
      : 'AWSLambdaBasicDurableExecutionRolePolicy'
  return [
    `${SERVICE_ROLES}${basic}`,
    ...(properties['Tracing'] === undefined
      ? []
      : ['arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess']),
    ...(properties['VpcConfig'] === undefined
      ? []
      : [`${SERVICE_ROLES}AWSLambdaVPCAccessExecutionRole`]),
  ]
}

const policiesOf = (context: SamContext, resource: SamResource) => {
  const { logicalId, properties } = resource
  const given = properties['Policies']
  const policies: readonly JsonValue[] =
    given === undefined ? [] : Array.isArray(given) ? given : [given]
  const managed: JsonValue[] = []
  const inline: JsonValue[] = []
  policies.forEach((policy, index) => {
    if (typeof policy === 'string') managed.push(managedArn(policy))
    else if (isIntrinsic(policy)) managed.push(policy)
    else if (isObject(policy) && policy['Statement'] !== undefined) {
      inline.push({ PolicyName: `${logicalId}RolePolicy${index}`, PolicyDocument: policy })
    } else {
      const [name = 'empty'] = Object.keys(objectOf(policy) ?? {})
      context.report.add(
        ['Resources', logicalId, 'Properties', 'Policies'],
        `policy template ${name}`,
        'not written out: functions run with the rights of this process',
      )
    }
  })
  return { managed, inline }
}

const managedArn = (name: string): string => {
  if (name.startsWith('arn:')) return name
  return SERVICE_ROLE_POLICY.test(name)
    ? `${SERVICE_ROLES}${name}`
    : `arn:aws:iam::aws:policy/${name}`
}
