// The role that SAM makes for a function. Here it is a record: functions run with the rights of this process.
import { isObject, type JsonObject, type JsonValue } from '#shared/json.ts'
import { memberOf } from '../../template/source.ts'
import { addResource, fail, type SamContext, type SamResource } from '../context.ts'
import { keptAttributes, tagList } from '../draft.ts'
import type { Grants } from '../events/event.ts'
import { assumedBy } from '../events/invoker-role.ts'
import { policiesOf } from '../policies.ts'

const SERVICE_ROLES = 'arn:aws:iam::aws:policy/service-role/'

export interface RoleNeeds {
  readonly tags: JsonObject
  readonly grants: Grants
  /** Managed policies that the kind of resource needs. */
  readonly base: readonly JsonValue[]
  readonly service: string
}

/** What the resource's Role is: as given, or one that is made here. */
export const addRole = (
  context: SamContext,
  resource: SamResource,
  needs: RoleNeeds,
): JsonValue => {
  const { logicalId, properties, attributes } = resource
  const given = properties['Role']
  const own = { 'Fn::GetAtt': [`${logicalId}Role`, 'Arn'] }
  // Templates of .NET's tools say `"Role": null`.
  if (given === undefined || given === null) {
    writeRole(context, resource, needs, attributes['Condition'])
    return own
  }
  if (typeof given !== 'string' && !isObject(given)) {
    fail(context, resource, ['Role'], '`Role` should be a string')
    return given
  }
  const choice = memberOf(given, 'Fn::If')
  if (choice === undefined) return given
  const [name, ...branches]: readonly JsonValue[] = Array.isArray(choice) ? choice : []
  if (branches.length !== 2 || typeof name !== 'string') {
    fail(context, resource, ['Role'], 'malformed `Role`: Fn::If requires 3 arguments')
    return given
  }
  const missing = branches.findIndex((branch) => memberOf(branch, 'Ref') === 'AWS::NoValue')
  if (missing < 0) return given
  // The role is needed in one of the branches: only then it is made.
  const condition = missing === 0 ? name : `NOT${name}`
  if (missing === 1) context.conditions[condition] = { 'Fn::Not': [{ Condition: name }] }
  writeRole(context, resource, needs, condition)
  return { 'Fn::If': [name, ...branches.map((branch, at) => (at === missing ? own : branch))] }
}

const writeRole = (
  context: SamContext,
  resource: SamResource,
  { tags, grants, base, service }: RoleNeeds,
  condition: JsonValue | undefined,
): void => {
  const { logicalId, properties, attributes } = resource
  const { managed, inline } = policiesOf(context, resource)
  const boundary = properties['PermissionsBoundary']
  const rolePath = properties['RolePath']
  const policies = uniqueBy([...inline, ...grants.inline])
  addResource(
    context,
    resource,
    `${logicalId}Role`,
    'AWS::IAM::Role',
    {
      AssumeRolePolicyDocument: properties['AssumeRolePolicyDocument'] ?? assumedBy(service),
      ManagedPolicyArns: uniqueBy([...base, ...managed, ...grants.managed]),
      ...(policies.length === 0 ? {} : { Policies: policies }),
      ...(boundary === undefined ? {} : { PermissionsBoundary: boundary }),
      ...(rolePath === undefined ? {} : { Path: rolePath }),
      Tags: tagList(tags),
    },
    { ...keptAttributes(attributes), ...(condition === undefined ? {} : { Condition: condition }) },
  )
  if (properties['Policies'] === undefined) return
  const place = ['Resources', logicalId, 'Properties', 'Policies']
  context.places.set(`${logicalId}Role`, place)
}

/** The first of equal ones. */
const uniqueBy = (values: readonly JsonValue[]): readonly JsonValue[] => {
  const seen = new Set<string>()
  return values.filter((value) => {
    const key = JSON.stringify(value)
    return seen.has(key) ? false : seen.add(key)
  })
}

/** The managed policies that every function of its kind needs. */
export const functionPolicies = (properties: JsonObject): readonly string[] => {
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
