// AWS::Serverless::Api: a RestApi by definition, a Deployment named after the definition's hash, a Stage.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-api.html
import type { JsonObject, JsonValue } from '#shared/json.ts'
import { objectOf } from '../../template/source.ts'
import { anyCondition } from '../conditions.ts'
import {
  addResource,
  conditionOf,
  fail,
  longHash,
  reportIgnored,
  resolved,
  type SamContext,
  type SamResource,
} from '../context.ts'
import { type Draft, isIntrinsic, pick, tagList, keptAttributes } from '../draft.ts'
import { checkApi } from './api-checks.ts'
import { addDomain } from './domain.ts'
import { IMPLICIT_REST_API } from './implicit-apis.ts'
import { s3Location } from '../locations.ts'
import { stageLogicalId } from '../names.ts'
import { restDefinition } from './rest-definition.ts'
import { addUsagePlan } from './usage-plan.ts'
import { addAuthorizerPermissions } from './rest-auth.ts'
import { words } from '../../words.ts'

const SAME = ['ApiKeySourceType', 'Description', 'FailOnWarnings', 'MinimumCompressionSize', 'Mode']
const STAGE_SAME = [
  ...words('AccessLogSetting CacheClusterEnabled CacheClusterSize CanarySetting'),
  ...words('MethodSettings TracingEnabled Variables'),
]

export const transformRestApi = (context: SamContext, given: SamResource): void => {
  const resource = withPassedTags(context, given)
  const { logicalId, properties } = resource
  const effect = 'when a deployment is made anew is decided by how this is started'
  reportIgnored(context, resource, 'AlwaysDeploy', effect)
  if (!checkApi(context, resource)) return
  const stageName = properties['StageName']
  if (stageName === undefined) {
    fail(context, resource, [], 'the property `StageName` is required')
    return
  }
  const body = restDefinition(context, resource)
  const location = body === undefined ? bodyLocation(context, resource) : undefined
  const attributes = apiAttributes(context, resource)
  const rest = { ...settingsOf(context, resource), ...(body ? { Body: body } : {}), ...location }
  addResource(context, resource, logicalId, 'AWS::ApiGateway::RestApi', rest, attributes)
  const digest = longHash(body ?? location ?? null)
  const deploymentId = `${logicalId}Deployment${digest.slice(0, 10)}`
  const kept = keptAttributes(attributes)
  addResource(
    context,
    resource,
    deploymentId,
    'AWS::ApiGateway::Deployment',
    {
      Description: `RestApi deployment id: ${digest}`,
      RestApiId: { Ref: logicalId },
      // AWS: SAM makes a stage named `Stage` by mistake, unless the template says which OpenAPI version it wants.
      ...(properties['OpenApiVersion'] === undefined ? { StageName: 'Stage' } : {}),
    },
    kept,
  )
  const stageId = stageLogicalId(logicalId, stageName)
  addResource(
    context,
    resource,
    stageId,
    'AWS::ApiGateway::Stage',
    {
      DeploymentId: { Ref: deploymentId },
      RestApiId: { Ref: logicalId },
      StageName: stageName,
      ...pick(properties, STAGE_SAME),
      ...stageTags(properties),
    },
    kept,
  )
  context.references.set(`${logicalId}.Deployment`, deploymentId)
  context.references.set(`${logicalId}.Stage`, stageId)
  addAuthorizerPermissions(context, resource)
  addDomain(context, resource, 'rest', stageId, kept)
  addUsagePlan(context, resource, stageId)
}

/** The implicit API has the tags of the functions and state machines that pass theirs on. */
const withPassedTags = (context: SamContext, resource: SamResource): SamResource => {
  if (resource.logicalId !== IMPLICIT_REST_API) return resource
  const passed = context.events
    .filter(
      ({ api, resource: owner }) =>
        api === resource.logicalId && owner.properties['PropagateTags'] === true,
    )
    .map(({ resource: owner }) => objectOf(owner.properties['Tags']) ?? {})
  if (passed.length === 0) return resource
  const tags: Draft = Object.assign({}, ...passed, objectOf(resource.properties['Tags']))
  return { ...resource, properties: { ...resource.properties, Tags: tags, PropagateTags: true } }
}

const bodyLocation = (context: SamContext, resource: SamResource): Draft | undefined => {
  const members = { bucket: 'Bucket', key: 'Key', version: 'Version' }
  const location = s3Location(context, resource, 'DefinitionUri', members)
  return location === undefined ? undefined : { BodyS3Location: location }
}

const settingsOf = (context: SamContext, { properties }: SamResource): Draft => {
  const configured = properties['EndpointConfiguration']
  const isType = typeof configured === 'string' || isIntrinsic(configured)
  const endpoint: JsonObject | undefined = isType
    ? { Type: configured ?? null }
    : objectOf(configured)
  const types = properties['BinaryMediaTypes']
  const endpointType = endpoint?.['Type']
  const vpcEndpoints = endpoint?.['VPCEndpointIds'] ?? endpoint?.['VpcEndpointIds']
  const configuration: Draft = {
    ...(endpointType === undefined ? {} : { Types: [endpointType] }),
    ...(vpcEndpoints === undefined ? {} : { VpcEndpointIds: vpcEndpoints }),
    ...(endpoint?.['IpAddressType'] === undefined
      ? {}
      : { IpAddressType: endpoint['IpAddressType'] }),
  }
  return {
    ...pick(properties, ['Name', ...SAME, 'SecurityPolicy', 'EndpointAccessMode', 'Policy']),
    ...(Array.isArray(types)
      ? { BinaryMediaTypes: types.map((type: JsonValue) => resolved(context, type) ?? null) }
      : {}),
    ...(endpoint === undefined ? {} : { EndpointConfiguration: configuration }),
    ...(endpointType === undefined
      ? {}
      : { Parameters: { endpointConfigurationTypes: endpointType } }),
    ...(properties['Tags'] === undefined || properties['PropagateTags'] === undefined
      ? {}
      : stageTags(properties)),
  }
}

const stageTags = (properties: JsonObject): Draft => {
  const tags = objectOf(properties['Tags'])
  return tags === undefined ? {} : { Tags: tagList(tags) }
}

/** An implicit API exists if any of the functions that make it does. */
const apiAttributes = (context: SamContext, resource: SamResource): JsonObject => {
  const { logicalId, attributes } = resource
  if (logicalId !== IMPLICIT_REST_API || conditionOf(resource) !== undefined) return attributes
  const events = context.events.filter(({ api }) => api === logicalId)
  const condition = anyCondition(context, events, `${logicalId}Condition`)
  return condition === undefined ? attributes : { ...attributes, Condition: condition }
}
