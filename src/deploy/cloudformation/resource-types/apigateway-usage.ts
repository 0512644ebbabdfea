// AWS::ApiGateway::ApiKey, UsagePlan, UsagePlanKey: who may call how often.
import { boolean, list, map, named, number, structure, tags, text } from '../properties.ts'
import { type ResourceType, textMember } from '../resource-type.ts'

export const apiKey: ResourceType = {
  properties: {
    CustomerId: text,
    Description: text,
    Enabled: boolean,
    GenerateDistinctId: boolean,
    Name: text,
    StageKeys: list(structure({ RestApiId: text, StageName: text })),
    Tags: tags,
    Value: text,
  },
  create: async (input, { call, logicalId, stackName }) => {
    const name = `${stackName}-${logicalId}`
    const created = await call('apigateway', 'CreateApiKey', { name, ...input })
    const id = textMember(created, 'id')
    return { physicalId: id, attributes: { APIKeyId: id } }
  },
  delete: async ({ physicalId }, { call }) => {
    await call('apigateway', 'DeleteApiKey', { apiKey: physicalId })
  },
}

const THROTTLE = { BurstLimit: number, RateLimit: number }

export const usagePlan: ResourceType = {
  properties: {
    ApiStages: list(
      structure({ ApiId: text, Stage: text, Throttle: map(structure(THROTTLE, 'Throttle')) }),
    ),
    Description: text,
    Quota: structure({ Limit: number, Offset: number, Period: text }),
    Tags: tags,
    Throttle: structure(THROTTLE),
    UsagePlanName: named('name', text),
  },
  create: async (input, { call, logicalId, stackName }) => {
    const name = `${stackName}-${logicalId}`
    const created = await call('apigateway', 'CreateUsagePlan', { name, ...input })
    const id = textMember(created, 'id')
    const stages = Array.isArray(input['apiStages']) ? input['apiStages'] : []
    return { physicalId: id, attributes: { Id: id }, keys: { apiStages: JSON.stringify(stages) } }
  },
  delete: async ({ physicalId: usagePlanId, keys }, { call }) => {
    const stages: unknown = JSON.parse(keys['apiStages'] ?? '[]')
    const patchOperations = (Array.isArray(stages) ? stages : []).map(({ apiId, stage }) => ({
      op: 'remove',
      path: '/apiStages',
      value: `${apiId}:${stage}`,
    }))
    // AWS: a usage plan with stages cannot be deleted.
    if (patchOperations.length > 0) {
      await call('apigateway', 'UpdateUsagePlan', { usagePlanId, patchOperations })
    }
    await call('apigateway', 'DeleteUsagePlan', { usagePlanId })
  },
}

export const usagePlanKey: ResourceType = {
  properties: { KeyId: text, KeyType: text, UsagePlanId: text },
  create: async (input, { call }) => {
    await call('apigateway', 'CreateUsagePlanKey', input)
    const keys = {
      keyId: textMember(input, 'keyId'),
      usagePlanId: textMember(input, 'usagePlanId'),
    }
    const id = `${keys.keyId}:${keys.usagePlanId}`
    return { physicalId: id, attributes: { Id: id }, keys }
  },
  delete: async ({ keys }, { call }) => {
    await call('apigateway', 'DeleteUsagePlanKey', keys)
  },
}
