// UsagePlan and UsagePlanKey: how much the holders of which keys may call.
// https://docs.aws.amazon.com/apigateway/latest/api/API_UsagePlan.html
import type {
  ApiStage as ApiStageInput,
  CreateUsagePlanKeyRequest,
  CreateUsagePlanRequest,
  DeleteUsagePlanKeyRequest,
  DeleteUsagePlanRequest,
  GetUsagePlanKeyRequest,
  GetUsagePlanKeysRequest,
  GetUsagePlanRequest,
  GetUsagePlansRequest,
  UpdateUsagePlanRequest,
} from '@aws-sdk/client-api-gateway'
import type { ApiKey, ApiStage, UsagePlan, UsagePlanKey } from '#model/apigateway/usage-plan.ts'
import { quotaName } from '#model/apigateway/usage-limits.ts'
import { Bug } from '#shared/assert.ts'
import {
  findApiKeyEntry,
  publishMembership,
  publishUsagePlan,
  unpublishUsagePlan,
} from '#snapshot/publish-usage.ts'
import { apisV2, stages, stagesV2, usagePlanKeys, usagePlans } from '#store/collections.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { badRequest, conflict, notFound, type ServiceError } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { required } from '../constraints.ts'
import { defined, nonEmpty } from '../defined.ts'
import { applyPatch } from '../patch-operations.ts'
import { apiKeyOf } from './api-keys.ts'
import { type Page, pageOf, pageOfItems } from './pages.ts'
import { checkTags } from './tag-rules.ts'
import { usagePlanPatch } from './usage-plan-patch.ts'

/** A key of a plan as it is answered: with the value of the key itself. */
export type UsagePlanKeyAnswer = UsagePlanKey & { readonly value: string }

const ID_ATTEMPTS_MAX = 64

export const createUsagePlan = async (
  input: Shape<CreateUsagePlanRequest>,
  call: WriteCall,
): Promise<UsagePlan> => {
  const name = required(input.name, 'createUsagePlanInput.name')
  if (name === '') throw badRequest('Usage Plan name cannot be empty')
  checkTags(input.tags)
  const plan: UsagePlan = defined({
    id: await newPlanId(call),
    name,
    description: input.description,
    apiStages: (input.apiStages ?? []).map(apiStageOf),
    throttle: input.throttle === undefined ? undefined : defined(input.throttle),
    quota: input.quota === undefined ? undefined : defined(input.quota),
    tags: nonEmpty(input.tags),
  })
  await check(call, plan)
  await call.tx.put(usagePlans, call, plan.id, plan)
  await publishUsagePlan(call.tx, call, plan)
  return plan
}

export const getUsagePlan = async (
  input: Shape<GetUsagePlanRequest>,
  call: ReadCall,
): Promise<UsagePlan> => usagePlanOf(call, required(input.usagePlanId, 'usagePlanId'))

export const getUsagePlans = async (
  input: Shape<GetUsagePlansRequest>,
  call: ReadCall,
): Promise<Page<UsagePlan>> => {
  const { keyId } = input
  if (keyId === undefined) return pageOf(call, usagePlans, '', input)
  const plans: UsagePlan[] = []
  for (const { value } of await call.view.list(usagePlans, call)) {
    const key = await call.view.get(usagePlanKeys, call, `${value.id}/${keyId}`)
    if (key !== undefined) plans.push(value)
  }
  return pageOfItems(plans, input)
}

export const updateUsagePlan = async (
  input: Shape<UpdateUsagePlanRequest>,
  call: WriteCall,
): Promise<UsagePlan> => {
  const before = await usagePlanOf(call, required(input.usagePlanId, 'usagePlanId'))
  const plan = applyPatch(usagePlanPatch(before.id), before, input.patchOperations)
  await check(call, plan)
  await checkNewStages(call, before, plan)
  await call.tx.put(usagePlans, call, plan.id, plan)
  await publishUsagePlan(call.tx, call, plan)
  return plan
}

export const deleteUsagePlan = async (
  input: Shape<DeleteUsagePlanRequest>,
  call: WriteCall,
): Promise<void> => {
  const { id } = await usagePlanOf(call, required(input.usagePlanId, 'usagePlanId'))
  for (const { value } of await call.view.list(usagePlanKeys, call, { prefix: `${id}/` })) {
    await publishMembership(call.tx, call, { keyId: value.id, planId: id, isIn: false })
  }
  await call.tx.deletePrefix(usagePlanKeys, call, `${id}/`)
  await call.tx.delete(usagePlans, call, id)
  await unpublishUsagePlan(call.tx, call, id)
  await call.usage?.forget(quotaName(call, id, ''))
}

export const createUsagePlanKey = async (
  input: Shape<CreateUsagePlanKeyRequest>,
  call: WriteCall,
): Promise<UsagePlanKeyAnswer> => {
  const plan = await usagePlanOf(call, required(input.usagePlanId, 'usagePlanId'))
  const keyType = required(input.keyType, 'createUsagePlanKeyInput.keyType')
  if (keyType !== 'API_KEY') throw badRequest(`Invalid usage plan key type specified: ${keyType}`)
  const apiKey = await apiKeyOf(call, required(input.keyId, 'createUsagePlanKeyInput.keyId'))
  const row = `${plan.id}/${apiKey.id}`
  if ((await call.view.get(usagePlanKeys, call, row)) !== undefined) {
    throw conflict(`API Key ${apiKey.id} is already in usage plan ${plan.id}`)
  }
  await checkKeyStages(call, apiKey, [plan])
  const key = defined({ id: apiKey.id, type: keyType, name: apiKey.name })
  await call.tx.put(usagePlanKeys, call, row, key)
  await publishMembership(call.tx, call, { keyId: key.id, planId: plan.id, isIn: true })
  return { ...key, value: apiKey.value }
}

export const getUsagePlanKey = async (
  input: Shape<GetUsagePlanKeyRequest>,
  call: ReadCall,
): Promise<UsagePlanKeyAnswer> => {
  const plan = await usagePlanOf(call, required(input.usagePlanId, 'usagePlanId'))
  return answer(call, await planKeyOf(call, plan, required(input.keyId, 'keyId')))
}

export const getUsagePlanKeys = async (
  input: Shape<GetUsagePlanKeysRequest>,
  call: ReadCall,
): Promise<Page<UsagePlanKeyAnswer>> => {
  const plan = await usagePlanOf(call, required(input.usagePlanId, 'usagePlanId'))
  const entries = await call.view.list(usagePlanKeys, call, { prefix: `${plan.id}/` })
  const found = entries.filter(({ value }) => (value.name ?? '').startsWith(input.nameQuery ?? ''))
  const page = pageOfItems(found, input)
  return { ...page, items: await Promise.all(page.items.map(({ value }) => answer(call, value))) }
}

export const deleteUsagePlanKey = async (
  input: Shape<DeleteUsagePlanKeyRequest>,
  call: WriteCall,
): Promise<void> => {
  const plan = await usagePlanOf(call, required(input.usagePlanId, 'usagePlanId'))
  const { id } = await planKeyOf(call, plan, required(input.keyId, 'keyId'))
  await call.tx.delete(usagePlanKeys, call, `${plan.id}/${id}`)
  await publishMembership(call.tx, call, { keyId: id, planId: plan.id, isIn: false })
  await call.usage?.forget(quotaName(call, plan.id, id))
}

const apiStageOf = (input: Shape<ApiStageInput>): ApiStage => {
  const { apiId, stage, throttle } = input
  const settings = Object.entries(throttle ?? {}).map(([method, limits]) => [
    method,
    defined(limits),
  ])
  return defined({ apiId, stage, throttle: nonEmpty(Object.fromEntries(settings)) })
}

/** Of a REST API, or of a WebSocket API; HTTP APIs have no keys. */
const hasStage = async (call: ReadCall, apiId: string, stageName: string): Promise<boolean> => {
  const { view } = call
  if ((await view.get(stages, call, `${apiId}/${stageName}`)) !== undefined) return true
  const api = await view.get(apisV2, call, apiId)
  if (api?.protocolType !== 'WEBSOCKET') return false
  return (await view.get(stagesV2, call, `${apiId}/${stageName}`)) !== undefined
}

/** Throws where a plan names a stage that is not there. */
const check = async (call: ReadCall, plan: UsagePlan): Promise<void> => {
  for (const { apiId, stage } of plan.apiStages) {
    if (!apiId || !stage) throw badRequest('Invalid API Stage specified')
    if (!(await hasStage(call, apiId, stage))) {
      throw notFound(`API Stage not found: ${apiId}:${stage}`)
    }
  }
}

/**
 * AWS: a key may be in several plans, but in one for each stage. [guide: api-gateway-api-usage-plans; the words are not
 * recorded] Throws where a key that goes into these plans would be in two of a stage.
 */
export const checkKeyStages = async (
  call: ReadCall,
  key: Pick<ApiKey, 'id' | 'value'>,
  plans: readonly UsagePlan[],
): Promise<void> => {
  const entry = await findApiKeyEntry(call.view, call, key.value)
  const added = new Set(plans.map(({ id }) => id))
  const taken = new Set<string>()
  for (const id of entry?.usagePlans ?? []) {
    const plan = added.has(id) ? undefined : await call.view.get(usagePlans, call, id)
    for (const stage of plan?.apiStages ?? []) taken.add(nameOf(stage))
  }
  for (const plan of plans) {
    for (const stage of plan.apiStages) {
      if (taken.has(nameOf(stage))) throw stageTaken(plan.id, key.id, stage)
      taken.add(nameOf(stage))
    }
  }
}

/** The same for the keys of a plan that gets stages. */
const checkNewStages = async (
  call: ReadCall,
  before: UsagePlan,
  plan: UsagePlan,
): Promise<void> => {
  const had = new Set(before.apiStages.map(nameOf))
  const added = plan.apiStages.filter((stage) => !had.has(nameOf(stage)))
  if (added.length === 0) return
  const own = await keyIdsOf(call, plan.id)
  for (const { value: other } of await call.view.list(usagePlans, call)) {
    const theirs = new Set(other.apiStages.map(nameOf))
    const shared = added.find((stage) => theirs.has(nameOf(stage)))
    if (other.id === plan.id || shared === undefined) continue
    const keyId = [...(await keyIdsOf(call, other.id))].find((id) => own.has(id))
    if (keyId !== undefined) throw stageTaken(plan.id, keyId, shared)
  }
}

const keyIdsOf = async (call: ReadCall, planId: string): Promise<ReadonlySet<string>> => {
  const entries = await call.view.list(usagePlanKeys, call, { prefix: `${planId}/` })
  return new Set(entries.map(({ value }) => value.id))
}

const nameOf = ({ apiId, stage }: ApiStage): string => `${apiId}:${stage}`

const stageTaken = (planId: string, keyId: string, stage: ApiStage): ServiceError =>
  conflict(
    `Usage Plan ${planId} cannot be added because API Key ${keyId} cannot reference multiple usage plans with the same API stage: ${nameOf(stage)}`,
  )

export const usagePlanOf = async (call: ReadCall, id: string): Promise<UsagePlan> => {
  const plan = await call.view.get(usagePlans, call, id)
  if (plan === undefined) throw notFound('Invalid Usage Plan ID specified')
  return plan
}

export const planKeyOf = async (
  call: ReadCall,
  plan: UsagePlan,
  keyId: string,
): Promise<UsagePlanKey> => {
  const key = await call.view.get(usagePlanKeys, call, `${plan.id}/${keyId}`)
  if (key === undefined) throw notFound('Invalid API Key identifier specified')
  return key
}

const answer = async (call: ReadCall, key: UsagePlanKey): Promise<UsagePlanKeyAnswer> => {
  const { value } = await apiKeyOf(call, key.id)
  return { ...key, value }
}

const newPlanId = async (call: WriteCall): Promise<string> => {
  for (let attempt = 0; attempt < ID_ATTEMPTS_MAX; attempt++) {
    const id = call.ids.next(6)
    if ((await call.view.get(usagePlans, call, id)) === undefined) return id
  }
  throw new Bug(`no free usage plan id in ${ID_ATTEMPTS_MAX} attempts`)
}
