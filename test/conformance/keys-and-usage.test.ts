// Imported API keys, usage reports and cache flushes, by the SDK.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import {
  CreateUsagePlanCommand,
  FlushStageAuthorizersCacheCommand,
  FlushStageCacheCommand,
  GetApiKeysCommand,
  GetUsageCommand,
  ImportApiKeysCommand,
  UpdateUsageCommand,
} from '@aws-sdk/client-api-gateway'
import { type Clients, plain, startClients } from './clients.ts'
import { badRequestV1, notFoundV1 } from './refused-v1.ts'

let clients: Clients
before(async () => {
  clients = await startClients()
})
after(() => clients.close())

describe('API keys of a file', () => {
  it('201, 200: are made, put into a plan, and report their usage', async () => {
    const { id: usagePlanId } = await clients.v1.send(
      new CreateUsagePlanCommand({ name: 'plan', quota: { limit: 10, period: 'DAY' } }),
    )
    const csv = `Name,key,description,Enabled,usageplanIds\nfirst,0123456789abcdefghij,d,true,${usagePlanId}\nbad,short,,,\n`
    const imported = await clients.v1.send(
      new ImportApiKeysCommand({ body: Buffer.from(csv), format: 'csv' }),
    )
    assert.equal(imported.$metadata.httpStatusCode, 201)
    assert.deepEqual(imported.warnings, ['Row 2: API Key value should be at least 20 characters'])
    const [keyId = ''] = imported.ids ?? []
    const { items } = await clients.v1.send(new GetApiKeysCommand({ includeValues: true }))
    assert.deepEqual(
      items?.map(({ id, name, value, enabled }) => ({ id, name, value, enabled })),
      [{ id: keyId, name: 'first', value: '0123456789abcdefghij', enabled: true }],
    )
    const granted = await clients.v1.send(
      new UpdateUsageCommand({
        usagePlanId,
        keyId,
        patchOperations: [{ op: 'replace', path: '/remaining', value: '3' }],
      }),
    )
    assert.deepEqual(granted.items, { [keyId]: [[0, 3]] })
    const usage = await clients.v1.send(
      new GetUsageCommand({ usagePlanId, startDate: '2026-11-21', endDate: '2026-11-22' }),
    )
    assert.deepEqual(plain(usage), {
      usagePlanId,
      startDate: '2026-11-21',
      endDate: '2026-11-22',
      items: {
        [keyId]: [
          [0, 3],
          [0, 10],
        ],
      },
    })
  })

  it('400, 404: a file, dates and a plan that are none', async () => {
    await badRequestV1(
      clients.v1.send(new ImportApiKeysCommand({ body: Buffer.from('x'), format: 'csv' })),
      'Invalid CSV: the column name is missing',
    )
    const dates = { startDate: '2026-11-21', endDate: '2026-11-22' }
    await notFoundV1(
      clients.v1.send(new GetUsageCommand({ usagePlanId: 'none', ...dates })),
      'Invalid Usage Plan ID specified',
    )
    await notFoundV1(
      clients.v1.send(
        new UpdateUsageCommand({ usagePlanId: 'none', keyId: 'none', patchOperations: [] }),
      ),
      'Invalid Usage Plan ID specified',
    )
  })
})

describe('the caches of a stage', () => {
  it('202, 404: are flushed where there is a stage', async () => {
    const one = { restApiId: await clients.createRestApi(), stageName: 'prod' }
    for (const Command of [FlushStageCacheCommand, FlushStageAuthorizersCacheCommand]) {
      const flushed = await clients.v1.send(new Command(one))
      assert.equal(flushed.$metadata.httpStatusCode, 202)
      await notFoundV1(
        clients.v1.send(new Command({ ...one, stageName: 'nothing' })),
        'Invalid stage identifier specified',
      )
    }
  })
})
