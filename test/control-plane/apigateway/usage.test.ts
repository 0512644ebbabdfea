import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { badRequest, createSetting, notFound, operations } from './setting.ts'

const QUOTA = { limit: 100, period: 'MONTH' } as const

const createPlan = async (quota?: typeof QUOTA) => {
  const setting = createSetting()
  const { run } = setting
  const { id: usagePlanId } = await run(operations.CreateUsagePlan, { name: 'plan', quota })
  const { id: keyId } = await run(operations.CreateApiKey, { name: 'one' })
  await run(operations.CreateUsagePlanKey, { usagePlanId, keyId, keyType: 'API_KEY' })
  const get = (startDate: string, endDate: string, more: object = {}) =>
    run(operations.GetUsage, { usagePlanId, startDate, endDate, ...more })
  const grant = (value: string, op: 'add' | 'replace' = 'replace', path = '/remaining') =>
    run(operations.UpdateUsage, { usagePlanId, keyId, patchOperations: [{ op, path, value }] })
  return { ...setting, usagePlanId, keyId, get, grant }
}

describe('usage', () => {
  it('is told for each key and day: used, and what the quota leaves', async () => {
    const { get, keyId, usagePlanId } = await createPlan(QUOTA)
    assert.deepEqual(await get('2026-11-20', '2026-11-21'), {
      usagePlanId,
      startDate: '2026-11-20',
      endDate: '2026-11-21',
      items: {
        [keyId]: [
          [0, 100],
          [0, 100],
        ],
      },
    })
  })

  it('that was granted remains to the end of its period', async () => {
    const { get, grant, keyId, usagePlanId } = await createPlan(QUOTA)
    assert.deepEqual(await grant('7'), {
      usagePlanId,
      startDate: '2026-11-21',
      endDate: '2026-11-21',
      items: { [keyId]: [[0, 7]] },
    })
    const days = async (from: string, to: string) =>
      (await get(from, to)).items[keyId]?.map(([, remaining]) => remaining)
    assert.deepEqual(await days('2026-11-20', '2026-11-22'), [100, 7, 7])
    assert.deepEqual(await days('2026-11-30', '2026-12-01'), [7, 100])
  })

  it('is refused where plan, key, dates or patch are nothing', async () => {
    const { get, grant, run, usagePlanId } = await createPlan(QUOTA)
    const dates = { startDate: '2026-11-20', endDate: '2026-11-21' }
    await notFound(
      run(operations.GetUsage, { usagePlanId: 'x', ...dates }),
      'Invalid Usage Plan ID specified',
    )
    await notFound(
      run(operations.GetUsage, { usagePlanId, keyId: 'x', ...dates }),
      'Invalid API Key identifier specified',
    )
    await badRequest(get('x', '2026-11-21'), 'Invalid date specified: x. It is YYYY-MM-DD')
    await badRequest(
      get('2026-11-22', '2026-11-21'),
      'The end date cannot be before the start date',
    )
    await badRequest(get('0001-01-01', '9999-12-31'), 'Usage cannot be asked for more than 90 days')
    await badRequest(grant('-1'), 'Invalid number specified: -1')
    await badRequest(
      grant('1', 'add'),
      "Invalid patch path  '/remaining' specified for op 'add'. Please choose supported operations",
    )
    const without = await createPlan()
    await badRequest(without.grant('1'), `Usage Plan ${without.usagePlanId} has no quota`)
  })
})
