// Usage: how much the keys of a usage plan have called, day by day, as it was counted where requests are served.
// https://docs.aws.amazon.com/apigateway/latest/api/API_GetUsage.html
import type { GetUsageRequest, UpdateUsageRequest } from '@aws-sdk/client-api-gateway'
import { quotaName, quotaOf } from '#model/apigateway/usage-limits.ts'
import type { UsagePlan } from '#model/apigateway/usage-plan.ts'
import type { UsageDay } from '#model/limits.ts'
import { dayOf, msOfDay, windowAt } from '#state/quota-window.ts'
import { usagePlanKeys } from '#store/collections.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { badRequest } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { required } from '../constraints.ts'
import { defined } from '../defined.ts'
import { applyPatch, type PatchTable } from '../patch-operations.ts'
import { pageOfItems } from './pages.ts'
import { planKeyOf, usagePlanOf } from './usage-plans.ts'

/** Used and remaining, of one day. */
type Day = readonly [used: number, remaining: number]

export interface UsageAnswer {
  readonly usagePlanId: string
  readonly startDate: string
  readonly endDate: string
  /** By API key, a pair for each day from the first to the last. */
  readonly items: Readonly<Record<string, readonly Day[]>>
  readonly position?: string
}

export const getUsage = async (
  input: Shape<GetUsageRequest>,
  call: ReadCall,
): Promise<UsageAnswer> => {
  const plan = await usagePlanOf(call, required(input.usagePlanId, 'usagePlanId'))
  const startDate = required(input.startDate, 'startDate')
  const endDate = required(input.endDate, 'endDate')
  const days = daysOf(startDate, endDate)
  const keys =
    input.keyId === undefined
      ? (await call.view.list(usagePlanKeys, call, { prefix: `${plan.id}/` })).map(
          ({ value }) => value,
        )
      : [await planKeyOf(call, plan, input.keyId)]
  const page = pageOfItems(keys, input)
  const items: [string, readonly Day[]][] = []
  for (const { id } of page.items) items.push([id, await usageOf(call, plan, id, days)])
  return defined({
    usagePlanId: plan.id,
    startDate,
    endDate,
    items: Object.fromEntries(items),
    position: page.position,
  })
}

/** Grants the rest of the current period: as many requests as are asked for remain. */
export const updateUsage = async (
  input: Shape<UpdateUsageRequest>,
  call: WriteCall,
): Promise<UsageAnswer> => {
  const plan = await usagePlanOf(call, required(input.usagePlanId, 'usagePlanId'))
  const key = await planKeyOf(call, plan, required(input.keyId, 'keyId'))
  const quota = quotaOf(call, plan, key.id)
  if (quota === undefined) throw badRequest(`Usage Plan ${plan.id} has no quota`)
  const { remaining } = applyPatch(USAGE_PATCH, NO_CHANGE, input.patchOperations)
  if (remaining !== undefined) await call.usage?.setRemaining(quota, remaining)
  const date = dayOf(call.nowMs)
  const items = { [key.id]: await usageOf(call, plan, key.id, [date]) }
  return { usagePlanId: plan.id, startDate: date, endDate: date, items }
}

const NO_CHANGE: { readonly remaining?: number } = {}

const USAGE_PATCH: PatchTable = {
  input: 'updateUsageInput',
  refusal: 'listed',
  rules: [
    {
      path: '/remaining',
      ops: ['replace'],
      apply: (members, { value = '' }) => {
        if (!/^\d{1,15}$/.test(value)) throw badRequest(`Invalid number specified: ${value}`)
        return { ...members, remaining: Number(value) }
      },
    },
  ],
}

const DAY_MS = 24 * 60 * 60 * 1000
// AWS: usage is kept for 90 days. [api: GetUsage]
const DAYS_MAX = 90

const daysOf = (startDate: string, endDate: string): readonly string[] => {
  const [start, end] = [startDate, endDate].map((date) => {
    const ms = /^\d{4}-\d\d-\d\d$/.test(date) ? msOfDay(date) : Number.NaN
    // The 30th of February is read as a day of March.
    if (Number.isNaN(ms) || dayOf(ms) !== date)
      throw badRequest(`Invalid date specified: ${date}. It is YYYY-MM-DD`)
    return ms
  })
  const count = (Number(end) - Number(start)) / DAY_MS + 1
  if (count < 1) throw badRequest('The end date cannot be before the start date')
  if (count > DAYS_MAX) throw badRequest(`Usage cannot be asked for more than ${DAYS_MAX} days`)
  return Array.from({ length: count }, (_, index) => dayOf(Number(start) + index * DAY_MS))
}

/** What was used on each day, and what remained at its end of the period that it lies in. */
const usageOf = async (
  call: ReadCall,
  plan: UsagePlan,
  keyId: string,
  days: readonly string[],
): Promise<readonly Day[]> => {
  const quota = quotaOf(call, plan, keyId)
  const [first = '', last = ''] = [days[0], days.at(-1)]
  const offsetMeans = call.usage?.offsetMeans ?? 'start-day'
  const windowOf = (day: string) => quota && windowAt(quota, offsetMeans, msOfDay(day))
  const name = quotaName(call, plan.id, keyId)
  const known = (await call.usage?.read(name, windowOf(first)?.firstDay ?? first, last)) ?? []
  return days.map((day): Day => {
    const used = known.find((one) => one.day === day)?.used ?? 0
    const since = windowOf(day)?.firstDay ?? day
    const before = known.filter((one) => one.day >= since && one.day <= day)
    return [used, Math.max(0, before.reduce(remainingAfter, quota?.limit ?? 0))]
  })
}

const remainingAfter = (remaining: number, { used, granted }: UsageDay): number =>
  remaining + granted - used
