// AWS::ApiGateway::Deployment and AWS::ApiGateway::Stage: a snapshot and a path into it.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-stage.html
import { isObject } from '#shared/json.ts'
import {
  boolean,
  type Input,
  list,
  map,
  named,
  number,
  type Shape,
  structure,
  tags,
  text,
} from '../properties.ts'
import { type ResourceContext, type ResourceType, textMember } from '../resource-type.ts'
import { escapeSegment, type PatchOperation, replacing } from './patches.ts'

const METHOD_SETTING: Shape = {
  CacheDataEncrypted: boolean,
  CacheTtlInSeconds: number,
  CachingEnabled: boolean,
  DataTraceEnabled: boolean,
  HttpMethod: text,
  LoggingLevel: text,
  MetricsEnabled: boolean,
  ResourcePath: text,
  ThrottlingBurstLimit: number,
  ThrottlingRateLimit: number,
}

const SETTING_PATHS = {
  cacheDataEncrypted: 'caching/dataEncrypted',
  cacheTtlInSeconds: 'caching/ttlInSeconds',
  cachingEnabled: 'caching/enabled',
  dataTraceEnabled: 'logging/dataTrace',
  loggingLevel: 'logging/loglevel',
  metricsEnabled: 'metrics/enabled',
  throttlingBurstLimit: 'throttling/burstLimit',
  throttlingRateLimit: 'throttling/rateLimit',
}

const CANARY = {
  DeploymentId: text,
  PercentTraffic: number,
  StageVariableOverrides: map(text),
  UseStageCache: boolean,
}

/** What a Stage and a Deployment's StageDescription have in common. */
const STAGE: Shape = {
  AccessLogSetting: structure({ DestinationArn: text, Format: text }),
  CacheClusterEnabled: boolean,
  CacheClusterSize: text,
  CanarySetting: named('canarySettings', structure(CANARY)),
  ClientCertificateId: text,
  Description: text,
  DocumentationVersion: text,
  MethodSettings: list(structure(METHOD_SETTING)),
  Tags: tags,
  TracingEnabled: boolean,
  Variables: map(text),
}

export const stage: ResourceType = {
  properties: { ...STAGE, DeploymentId: text, RestApiId: text, StageName: text },
  create: async (input, context) => {
    const { accessLogSetting: _, clientCertificateId: __, methodSettings: ___, ...rest } = input
    const keys = {
      restApiId: textMember(input, 'restApiId'),
      stageName: textMember(input, 'stageName'),
    }
    await context.call('apigateway', 'CreateStage', rest)
    await patchStage(keys, input, context)
    return { physicalId: keys.stageName, keys }
  },
  delete: async ({ keys }, { call }) => {
    await call('apigateway', 'DeleteStage', keys)
  },
}

export const deployment: ResourceType = {
  isSnapshot: true,
  properties: {
    DeploymentCanarySettings: structure({
      PercentTraffic: number,
      StageVariableOverrides: map(text),
      UseStageCache: boolean,
    }),
    Description: text,
    RestApiId: text,
    StageDescription: structure({
      ...STAGE,
      // The settings that StageDescription has without a list mean every method.
      CacheDataEncrypted: boolean,
      CacheTtlInSeconds: number,
      CachingEnabled: boolean,
      DataTraceEnabled: boolean,
      LoggingLevel: text,
      MetricsEnabled: boolean,
      ThrottlingBurstLimit: number,
      ThrottlingRateLimit: number,
    }),
    StageName: text,
  },
  create: async (input, context) => {
    const { restApiId, stageName, description, stageDescription } = input
    const canary = input['deploymentCanarySettings']
    const stageInput: Input = isObject(stageDescription) ? stageDescription : {}
    const created = await context.call('apigateway', 'CreateDeployment', {
      restApiId,
      ...(description === undefined ? {} : { description }),
      ...(stageName === undefined ? {} : { stageName }),
      ...(canary === undefined ? {} : { canarySettings: canary }),
      ...(stageInput['variables'] === undefined ? {} : { variables: stageInput['variables'] }),
    })
    const id = textMember(created, 'id')
    const keys = { restApiId: String(restApiId) }
    const attributes = { DeploymentId: id }
    if (stageName === undefined) return { physicalId: id, attributes, keys }
    // The stage of a canary was there before, and is another resource's.
    if (canary !== undefined) {
      return { physicalId: id, attributes, keys: { ...keys, canaryOf: String(stageName) } }
    }
    const stageKeys = { ...keys, stageName: String(stageName) }
    await patchStage(stageKeys, everyMethod(stageInput), context)
    return { physicalId: id, attributes, keys: stageKeys }
  },
  delete: async ({ physicalId: deploymentId, keys }, { call }) => {
    const { restApiId, stageName, canaryOf } = keys
    if (canaryOf !== undefined)
      await endCanary({ restApiId, stageName: canaryOf }, deploymentId, call)
    if (stageName !== undefined) await call('apigateway', 'DeleteStage', { restApiId, stageName })
    await call('apigateway', 'DeleteDeployment', { restApiId, deploymentId })
  },
}

/** A deployment that a canary runs cannot be deleted; one that was promoted is the stage's, which AWS refuses to delete. */
const endCanary = async (
  keys: Input,
  deploymentId: string,
  call: ResourceContext['call'],
): Promise<void> => {
  const { canarySettings } = await call('apigateway', 'GetStage', keys)
  if (!isObject(canarySettings) || canarySettings['deploymentId'] !== deploymentId) return
  const patchOperations = [{ op: 'remove', path: '/canarySettings' }]
  await call('apigateway', 'UpdateStage', { ...keys, patchOperations })
}

/** Turns the settings that stand beside the list into one for all methods. */
const everyMethod = (input: Input): Input => {
  const members = Object.keys(SETTING_PATHS).filter((member) => input[member] !== undefined)
  if (members.length === 0) return input
  const all = Object.fromEntries(members.map((member) => [member, input[member]]))
  const own = Array.isArray(input['methodSettings']) ? input['methodSettings'] : []
  return {
    ...input,
    methodSettings: [{ resourcePath: '/*', httpMethod: '*', ...all }, ...own],
  }
}

const patchStage = async (
  keys: { readonly restApiId: string; readonly stageName: string },
  input: Input,
  context: ResourceContext,
): Promise<void> => {
  const { accessLogSetting, methodSettings } = input
  const patchOperations: readonly PatchOperation[] = [
    ...replacing(input, {
      clientCertificateId: '/clientCertificateId',
      cacheClusterEnabled: '/cacheClusterEnabled',
      cacheClusterSize: '/cacheClusterSize',
      description: '/description',
      documentationVersion: '/documentationVersion',
      tracingEnabled: '/tracingEnabled',
    }),
    ...replacing(isObject(accessLogSetting) ? accessLogSetting : {}, {
      destinationArn: '/accessLogSettings/destinationArn',
      format: '/accessLogSettings/format',
    }),
    ...(Array.isArray(methodSettings) ? methodSettings : []).flatMap(settingPatches),
  ]
  if (patchOperations.length === 0) return
  await context.call('apigateway', 'UpdateStage', { ...keys, patchOperations })
}

const settingPatches = (setting: unknown): readonly PatchOperation[] => {
  if (!isObject(setting)) return []
  const { resourcePath = '/*', httpMethod = '*' } = setting
  const path = String(resourcePath)
  // AWS: `/*` stands for every resource, and so does `*`; other paths keep their slash, escaped.
  const resource = path === '/*' || path === '*' ? '*' : escapeSegment(path)
  const base = `/${resource}/${String(httpMethod)}`
  const paths = Object.entries(SETTING_PATHS).map(([member, end]) => [member, `${base}/${end}`])
  return replacing(setting, Object.fromEntries(paths))
}
