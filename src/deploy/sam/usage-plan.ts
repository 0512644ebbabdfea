// Auth.UsagePlan of an AWS::Serverless::Api: a plan, a key and their connection, per API or shared by all of a template.
import type { JsonObject, JsonValue } from '#shared/json.ts'
import { memberOf, objectOf } from '../template/source.ts'
import { addResource, fail, resolved, type SamContext, type SamResource } from './context.ts'
import { draftOf, pick, keptAttributes } from './draft.ts'

export const addUsagePlan = (context: SamContext, resource: SamResource, stageId: string): void => {
  const plan = objectOf(memberOf(resource.properties['Auth'], 'UsagePlan'))
  if (plan === undefined) return
  const kind = resolved(context, plan['CreateUsagePlan'])
  if (kind === 'NONE') return
  if (kind !== 'PER_API' && kind !== 'SHARED') {
    const problem = '`CreateUsagePlan` must be PER_API, SHARED or NONE'
    fail(context, resource, ['Auth', 'UsagePlan'], problem)
    return
  }
  const { logicalId, attributes } = resource
  const isShared = kind === 'SHARED'
  const owner = isShared ? 'Serverless' : logicalId
  for (const made of ['UsagePlan', 'ApiKey', 'UsagePlanKey']) {
    context.references.set(`${logicalId}.${made}`, `${owner}${made}`)
  }
  const prefix = isShared ? 'Serverless' : logicalId
  const kept = isShared ? {} : keptAttributes(attributes)
  const stage = { ApiId: { Ref: logicalId }, Stage: { Ref: stageId } }
  const key = { RestApiId: { Ref: logicalId }, StageName: { Ref: stageId } }
  const planId = `${prefix}UsagePlan`
  const keyId = `${prefix}ApiKey`
  const before = isShared ? objectOf(context.made[planId]) : undefined
  const properties = pick(plan, ['Description', 'Quota', 'Tags', 'Throttle', 'UsagePlanName'])
  const origin = before === undefined ? resource : originOf(context, resource, planId)
  addResource(
    context,
    origin,
    planId,
    'AWS::ApiGateway::UsagePlan',
    {
      ...draftOf(before?.['Properties']),
      ...properties,
      ApiStages: [...listIn(context, planId, 'ApiStages', isShared), stage],
    },
    { ...kept, DependsOn: [...dependenciesOf(before), logicalId] },
  )
  addResource(
    context,
    origin,
    keyId,
    'AWS::ApiGateway::ApiKey',
    { Enabled: true, StageKeys: [...listIn(context, keyId, 'StageKeys', isShared), key] },
    { ...kept, DependsOn: [planId] },
  )
  addResource(
    context,
    origin,
    `${prefix}UsagePlanKey`,
    'AWS::ApiGateway::UsagePlanKey',
    { KeyId: { Ref: keyId }, KeyType: 'API_KEY', UsagePlanId: { Ref: planId } },
    { ...kept, DependsOn: [keyId] },
  )
}

const originOf = (context: SamContext, resource: SamResource, id: string): SamResource =>
  context.resources.get(context.origins.get(id) ?? '') ?? resource

const listIn = (
  context: SamContext,
  id: string,
  member: string,
  isShared: boolean,
): readonly JsonValue[] => {
  const list = isShared ? memberOf(memberOf(context.made[id], 'Properties'), member) : undefined
  return Array.isArray(list) ? list : []
}

const dependenciesOf = (resource: JsonObject | undefined): readonly JsonValue[] => {
  const names = resource?.['DependsOn']
  return Array.isArray(names) ? names : []
}
