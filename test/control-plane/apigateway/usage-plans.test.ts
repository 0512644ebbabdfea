import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { badRequest, conflict, createSetting, notFound, operations } from './setting.ts'

const { CreateUsagePlan, UpdateUsagePlan, GetUsagePlan, DeleteUsagePlan, CreateUsagePlanKey } =
  operations

const planned = async () => {
  const setting = createSetting()
  const { restApiId } = await setting.createMockApi()
  await setting.run(operations.CreateDeployment, { restApiId, stageName: 'dev' })
  const plan = await setting.run(CreateUsagePlan, {
    name: 'basic',
    throttle: { burstLimit: 20, rateLimit: 10 },
    apiStages: [{ apiId: restApiId, stage: 'dev' }],
  })
  const patch = (op: 'add' | 'remove' | 'replace', path: string, value?: string) =>
    setting.run(UpdateUsagePlan, {
      usagePlanId: plan.id,
      patchOperations: [{ op, path, value }],
    })
  return { ...setting, restApiId, plan, patch }
}

describe('UsagePlan', () => {
  it('F101: a plan is kept as given, even with a burst above its rate', async () => {
    const { run, restApiId, plan } = await planned()
    assert.deepEqual(plan, {
      id: plan.id,
      name: 'basic',
      throttle: { burstLimit: 20, rateLimit: 10 },
      apiStages: [{ apiId: restApiId, stage: 'dev' }],
    })
    assert.deepEqual(await run(GetUsagePlan, { usagePlanId: plan.id }), plan)
  })

  it('limits are patched one by one and removed whole', async () => {
    const { patch } = await planned()
    await patch('add', '/quota/limit', '1000')
    const quota = await patch('replace', '/quota/period', 'DAY')
    assert.deepEqual(quota.quota, { limit: 1000, period: 'DAY' })
    assert.ok(!('quota' in (await patch('remove', '/quota'))))
    assert.equal((await patch('replace', '/throttle/rateLimit', '2.5')).throttle?.rateLimit, 2.5)
    assert.ok(!('throttle' in (await patch('remove', '/throttle'))))
  })

  it('stages are added and removed by name, with throttles of their own', async () => {
    const { restApiId, plan, patch } = await planned()
    const own = await patch('add', `/apiStages/${restApiId}:dev/throttle/~1pets/GET/rateLimit`, '5')
    assert.deepEqual(own.apiStages[0]?.throttle, { '/pets/GET': { rateLimit: 5 } })
    await badRequest(patch('add', '/apiStages', 'no colon'), 'Invalid API Stage specified')
    await notFound(
      patch('remove', '/apiStages', `${restApiId}:fakestagename`),
      `Invalid API Stage {api: ${restApiId}, stage: fakestagename} specified for usageplan ${plan.id}`,
    )
    assert.deepEqual((await patch('remove', '/apiStages', `${restApiId}:dev`)).apiStages, [])
  })

  it('an unknown plan is not found', async () => {
    const { run, plan } = await planned()
    await run(DeleteUsagePlan, { usagePlanId: plan.id })
    await notFound(run(GetUsagePlan, { usagePlanId: plan.id }), 'Invalid Usage Plan ID specified')
  })

  it('keys are put into a plan once, and go with the key', async () => {
    const { run, plan } = await planned()
    const key = await run(operations.CreateApiKey, { name: 'customer' })
    const input = { usagePlanId: plan.id, keyId: key.id, keyType: 'API_KEY' }
    assert.deepEqual(await run(CreateUsagePlanKey, input), {
      id: key.id,
      type: 'API_KEY',
      name: 'customer',
      value: key.value,
    })
    await assert.rejects(run(CreateUsagePlanKey, input), { code: 'ConflictException' })
    assert.deepEqual(await run(operations.GetUsagePlans, { keyId: key.id }), { items: [plan] })
    await run(operations.DeleteApiKey, { apiKey: key.id })
    const { items } = await run(operations.GetUsagePlanKeys, { usagePlanId: plan.id })
    assert.deepEqual(items, [])
  })

  it('a key is in one plan for each stage, however it comes there [behaviour.md 9 "Usage plan"]', async () => {
    const { run, restApiId, plan } = await planned()
    const other = await run(CreateUsagePlan, { name: 'other' })
    const { id: keyId, value } = await run(operations.CreateApiKey, { name: 'customer' })
    const put = (usagePlanId: string) =>
      run(CreateUsagePlanKey, { usagePlanId, keyId, keyType: 'API_KEY' })
    const addStage = (usagePlanId: string) =>
      run(UpdateUsagePlan, {
        usagePlanId,
        patchOperations: [{ op: 'add', path: '/apiStages', value: `${restApiId}:dev` }],
      })
    const refusal = (name = keyId) =>
      `Usage Plan ${other.id} cannot be added because API Key ${name} cannot reference multiple usage plans with the same API stage: ${restApiId}:dev`
    await put(plan.id)
    await put(other.id)
    await conflict(addStage(other.id), refusal())
    await run(operations.DeleteUsagePlanKey, { usagePlanId: other.id, keyId })
    await addStage(other.id)
    await conflict(put(other.id), refusal())
    const body = Buffer.from(
      `name,key,usageplanids\ncustomer,${value},${other.id}\nnew,${value}2,"${plan.id},${other.id}"\n`,
    )
    const { warnings } = await run(operations.ImportApiKeys, { body, format: 'csv' })
    assert.deepEqual(warnings, [`Row 1: ${refusal('customer')}`, `Row 2: ${refusal('new')}`])
    await run(operations.DeleteUsagePlanKey, { usagePlanId: plan.id, keyId })
    await put(other.id)
  })
})
