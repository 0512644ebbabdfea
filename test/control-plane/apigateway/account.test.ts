import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createSetting, operations } from './setting.ts'

describe('Account', () => {
  it('has its limits and features from the start, and a logging role once it is set', async () => {
    const { run } = createSetting()
    const account = {
      throttleSettings: { burstLimit: 5000, rateLimit: 10000 },
      features: ['UsagePlans'],
      apiKeyVersion: '4',
    }
    assert.deepEqual(await run(operations.GetAccount, {}), account)
    const cloudwatchRoleArn = 'arn:aws:iam::111111111111:role/logs'
    await run(operations.UpdateAccount, {
      patchOperations: [{ op: 'replace', path: '/cloudwatchRoleArn', value: cloudwatchRoleArn }],
    })
    assert.deepEqual(await run(operations.GetAccount, {}), { ...account, cloudwatchRoleArn })
  })
})
