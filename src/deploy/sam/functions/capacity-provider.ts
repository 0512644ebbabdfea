// AWS::Serverless::CapacityProvider: instances that functions run on, with the role that operates them.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-capacityprovider.html
import { isObject, type JsonObject, type JsonValue } from '#shared/json.ts'
import { objectOf } from '../../template/source.ts'
import { addResource, fail, type SamContext, type SamResource } from '../context.ts'
import { type Draft, isIntrinsic, keptAttributes, pick, tagList } from '../draft.ts'
import { given } from '../events/event.ts'
import { assumedBy } from '../events/invoker-role.ts'

const OPERATOR_POLICY = 'arn:aws:iam::aws:policy/AWSLambdaManagedEC2ResourceOperator'

export const transformCapacityProvider = (context: SamContext, resource: SamResource): void => {
  const { logicalId, properties, attributes } = resource
  if (!check(context, resource)) return
  const kept = keptAttributes(attributes)
  const passed = properties['PropagateTags'] === true ? objectOf(properties['Tags']) : undefined
  const tags = { ...objectOf(properties['Tags']), 'lambda:createdBy': 'SAM' }
  const roleId = `${logicalId}OperatorRole`
  const role = properties['OperatorRole'] ?? { 'Fn::GetAtt': [roleId, 'Arn'] }
  if (properties['OperatorRole'] === undefined) {
    addResource(
      context,
      resource,
      roleId,
      'AWS::IAM::Role',
      {
        AssumeRolePolicyDocument: assumedBy('lambda.amazonaws.com'),
        ManagedPolicyArns: [OPERATOR_POLICY],
        Tags: tagList({ ...passed, 'lambda:createdBy': 'SAM' }),
      },
      kept,
    )
  }
  const requirements = objectOf(properties['InstanceRequirements'])
  const scaling = objectOf(properties['ScalingConfig'])
  addResource(
    context,
    resource,
    logicalId,
    'AWS::Lambda::CapacityProvider',
    {
      ...pick(properties, ['CapacityProviderName', 'KmsKeyArn', 'VpcConfig']),
      ...(scaling === undefined ? {} : { CapacityProviderScalingConfig: scalingConfig(scaling) }),
      ...(requirements === undefined
        ? {}
        : {
            InstanceRequirements: given({
              Architectures: requirements['Architectures'],
              AllowedInstanceTypes: requirements['AllowedTypes'],
              ExcludedInstanceTypes: requirements['ExcludedTypes'],
            }),
          }),
      PermissionsConfig: { CapacityProviderOperatorRoleArn: role },
      Tags: tagList(tags),
    },
    attributes,
  )
}

const scalingConfig = ({
  MaxVCpuCount: count,
  AverageCPUUtilization: target,
}: JsonObject): Draft => ({
  ...(count === undefined ? {} : { MaxVCpuCount: count }),
  ...(target === undefined
    ? { ScalingMode: 'Auto' }
    : {
        ScalingMode: 'Manual',
        ScalingPolicies: [
          {
            PredefinedMetricType: 'LambdaCapacityProviderAverageCPUUtilization',
            TargetValue: target,
          },
        ],
      }),
})

const check = (context: SamContext, resource: SamResource): boolean => {
  const { properties } = resource
  const { Tags: tags, VpcConfig: vpc, ScalingConfig: scaling } = properties
  const refuse = (name: string, problem: string): false => {
    fail(context, resource, [name], problem)
    return false
  }
  if (tags !== undefined && !isObject(tags)) return refuse('Tags', '`Tags` should be a map')
  if (vpc === undefined) return refuse('VpcConfig', 'the property `VpcConfig` is required')
  const { SubnetIds: subnets, SecurityGroupIds: groups, ...others } = objectOf(vpc) ?? {}
  if (isIntrinsic(vpc)) return true
  if (subnets === undefined) return refuse('VpcConfig', '`VpcConfig.SubnetIds` is required')
  const isList = (value: JsonValue | undefined) => value === undefined || typeof value === 'object'
  if (!isList(subnets) || !isList(groups))
    return refuse('VpcConfig', 'subnets and groups are lists')
  if (Object.keys(others).length > 0) return refuse('VpcConfig', 'an invalid property')
  const numbers = Object.values(objectOf(scaling) ?? {})
  const isNumber = (value: JsonValue) => isObject(value) || Number.isFinite(Number(value))
  return numbers.every(isNumber) || refuse('ScalingConfig', 'values must be numbers')
}

/** The function's side: which provider it runs on. */
export const capacityProviderConfig = (properties: JsonObject): Draft => {
  const config = properties['CapacityProviderConfig']
  if (config === undefined) return {}
  const object = objectOf(config)
  if (object === undefined || isIntrinsic(config)) return { CapacityProviderConfig: config }
  return {
    CapacityProviderConfig: {
      LambdaManagedInstancesCapacityProviderConfig: given({
        CapacityProviderArn: object['Arn'],
        ExecutionEnvironmentMemoryGiBPerVCpu: object['ExecutionEnvironmentMemoryGiBPerVCpu'],
        PerExecutionEnvironmentMaxConcurrency: object['PerExecutionEnvironmentMaxConcurrency'],
      }),
    },
  }
}
