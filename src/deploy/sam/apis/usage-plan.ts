// Auth.UsagePlan of an AWS::Serverless::Api: a plan, a key and their connection, per API or shared by all of a template.
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
import { draftOf, pick, keptAttributes } from '../draft.ts'

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
  const kept = isShared ? sharedAttributes(context) : keptAttributes(attributes)
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

/** What all APIs of the shared plan have in common: it exists if any of them does. */
const sharedAttributes = (context: SamContext): JsonObject => {
  const sharing = [...context.resources.values()].filter(({ type, properties }) => {
    const plan = memberOf(memberOf(properties, 'Auth'), 'UsagePlan')
    return (
      type === 'AWS::Serverless::Api' &&
      resolved(context, memberOf(plan, 'CreateUsagePlan')) === 'SHARED'
    )
  })
  const conditions = sharing.map(conditionOf)
  const names = [...new Set(conditions)].filter((name) => name !== undefined)
  const [only] = names
  const isAlways = conditions.includes(undefined) || only === undefined
  const condition = names.length > 1 ? SHARED_CONDITION : only
  if (!isAlways && names.length > 1) {
    context.conditions[SHARED_CONDITION] = { 'Fn::Or': names.map((name) => ({ Condition: name })) }
  }
  return {
    ...(isAlways || condition === undefined ? {} : { Condition: condition }),
    ...strictest(sharing, 'DeletionPolicy'),
    ...strictest(sharing, 'UpdateReplacePolicy'),
  }
}

const SHARED_CONDITION = 'SharedUsagePlanCondition'

/** One that is to stay keeps what is shared. */
const strictest = (sharing: readonly SamResource[], name: string): JsonObject => {
  const policies = sharing.map(({ attributes }) => attributes[name])
  if (policies.includes('Retain')) return { [name]: 'Retain' }
  return policies.includes('Delete') ? { [name]: 'Delete' } : {}
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
