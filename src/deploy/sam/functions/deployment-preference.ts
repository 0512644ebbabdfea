// DeploymentPreference: how CodeDeploy moves the traffic of a function's alias. Here the alias moves at once; the
// resources are made so that what names them resolves, and are reported as records.
import type { JsonObject, JsonValue } from '#shared/json.ts'
import { memberOf, objectOf } from '../../template/source.ts'
import {
  addResource,
  conditionOf,
  fail,
  resolved,
  type SamContext,
  type SamResource,
} from '../context.ts'
import { isIntrinsic } from '../draft.ts'
import { assumedBy } from '../events/invoker-role.ts'

const APPLICATION = 'ServerlessDeploymentApplication'
const ROLE = 'CodeDeployServiceRole'

const EVENTS = ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM', 'DEPLOYMENT_STOP_ON_REQUEST']

/** Whether the function asks for a gradual deployment. */
export const preferenceOf = (
  context: SamContext,
  resource: SamResource,
): JsonObject | undefined => {
  const preference = objectOf(resource.properties['DeploymentPreference'])
  if (preference === undefined) return undefined
  const enabled = resolved(context, preference['Enabled'])
  return enabled === false || enabled === 'false' ? undefined : preference
}

/** The alias's UpdatePolicy; makes the deployment group and what all groups share. */
export const addDeploymentGroup = (context: SamContext, resource: SamResource): JsonObject => {
  const preference = preferenceOf(context, resource)
  if (preference === undefined) return {}
  const { logicalId } = resource
  const groupId = `${logicalId}DeploymentGroup`
  const passes = isPassed(context, preference['PassthroughCondition'])
  const condition = passes ? conditionOf(resource) : undefined
  const attributes = condition === undefined ? {} : { Condition: condition }
  const type = preference['Type'] ?? preference['DeploymentType']
  if (type === undefined) {
    fail(context, resource, ['DeploymentPreference'], '`DeploymentPreference` needs a Type')
    return {}
  }
  const alarms = alarmsOf(preference['Alarms'])
  const triggers = preference['TriggerConfigurations']
  addResource(
    context,
    resource,
    groupId,
    'AWS::CodeDeploy::DeploymentGroup',
    {
      ...(alarms === undefined ? {} : { AlarmConfiguration: alarms }),
      ApplicationName: { Ref: APPLICATION },
      AutoRollbackConfiguration: { Enabled: true, Events: EVENTS },
      DeploymentConfigName: configName(type),
      DeploymentStyle: { DeploymentType: 'BLUE_GREEN', DeploymentOption: 'WITH_TRAFFIC_CONTROL' },
      ServiceRoleArn: preference['Role'] ?? { 'Fn::GetAtt': [ROLE, 'Arn'] },
      ...(triggers === undefined ? {} : { TriggerConfigurations: triggers }),
    },
    attributes,
  )
  const hooks = objectOf(preference['Hooks'])
  return {
    UpdatePolicy: {
      CodeDeployLambdaAliasUpdate: {
        ApplicationName: { Ref: APPLICATION },
        DeploymentGroupName: { Ref: groupId },
        ...(hooks?.['PreTraffic'] === undefined
          ? {}
          : { BeforeAllowTrafficHook: hooks['PreTraffic'] }),
        ...(hooks?.['PostTraffic'] === undefined
          ? {}
          : { AfterAllowTrafficHook: hooks['PostTraffic'] }),
      },
    },
  }
}

const isPassed = (context: SamContext, given: JsonValue | undefined): boolean => {
  const value = resolved(context, given)
  return value === true || value === 'true'
}

/** The types that CodeDeploy has; another one is the name of the operator's own configuration. */
const BUILT_IN =
  /^(AllAtOnce|Canary10Percent(5|10|15|30)Minutes|Linear10PercentEvery(1|2|3|10)Minutes?)$/

const configName = (type: JsonValue): JsonValue => {
  if (typeof type === 'string' && !BUILT_IN.test(type)) return type
  const branches = memberOf(type, 'Fn::If')
  if (Array.isArray(branches)) {
    return { 'Fn::If': [branches[0] ?? '', ...branches.slice(1).map(configName)] }
  }
  if (isIntrinsic(type)) return type
  return { 'Fn::Sub': ['CodeDeployDefault.Lambda${ConfigName}', { ConfigName: type }] }
}

const alarmsOf = (given: JsonValue | undefined): JsonValue | undefined => {
  if (Array.isArray(given)) {
    return given.length === 0
      ? undefined
      : { Enabled: true, Alarms: given.map((name: JsonValue) => ({ Name: name })) }
  }
  const branches = memberOf(given, 'Fn::If')
  if (!Array.isArray(branches)) return undefined
  return {
    'Fn::If': [
      branches[0] ?? '',
      ...branches
        .slice(1)
        .map((branch: JsonValue) => (isIntrinsic(branch) ? branch : (alarmsOf(branch) ?? branch))),
    ],
  }
}

/** What all deployment groups of the template share. */
export const addDeploymentApplication = (context: SamContext): void => {
  const wishes = [...context.resources.values()].flatMap((resource) => {
    const preference = preferenceOf(context, resource)
    const isFunction = resource.type === 'AWS::Serverless::Function'
    return preference === undefined || !isFunction ? [] : [{ resource, preference }]
  })
  const [first] = wishes
  if (first === undefined) return
  const attributes = sharedCondition(context, wishes)
  addResource(
    context,
    first.resource,
    APPLICATION,
    'AWS::CodeDeploy::Application',
    { ComputePlatform: 'Lambda' },
    attributes,
  )
  if (wishes.every(({ preference }) => preference['Role'] !== undefined)) return
  addResource(
    context,
    first.resource,
    ROLE,
    'AWS::IAM::Role',
    {
      AssumeRolePolicyDocument: assumedBy('codedeploy.amazonaws.com'),
      ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSCodeDeployRoleForLambda'],
    },
    attributes,
  )
}

/** Only where every function stands under a condition, and passes it on, do the shared resources too. */
const sharedCondition = (
  context: SamContext,
  wishes: readonly { readonly resource: SamResource; readonly preference: JsonObject }[],
): JsonObject => {
  const names = wishes.map(({ resource, preference }) =>
    isPassed(context, preference['PassthroughCondition']) ? conditionOf(resource) : undefined,
  )
  const unique = [...new Set(names)].filter((name) => name !== undefined)
  if (names.includes(undefined) || unique.length === 0) return {}
  const [only, second] = unique
  if (second === undefined && only !== undefined) return { Condition: only }
  const name = `${APPLICATION}Condition`
  context.conditions[name] = { 'Fn::Or': unique.map((one) => ({ Condition: one })) }
  return { Condition: name }
}
