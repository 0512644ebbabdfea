// Quotas at the ends of their periods, whatever the clock does; limits of methods with odd names; reports of usage in
// pages. By real clients, in both shapes. [behaviour.md 9]
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import {
  CreateDeploymentCommand,
  CreateResourceCommand,
  CreateUsagePlanKeyCommand,
  GetResourcesCommand,
  GetUsageCommand,
  ImportApiKeysCommand,
  UpdateStageCommand,
  UpdateUsagePlanCommand,
  type UsagePlan,
} from '@aws-sdk/client-api-gateway'
import { call, type Gateway, SHAPES, startGateway } from '../support/gateway.ts'
import { openShop, putMock, type Shop } from '../support/selling.ts'

/** A Monday, the last day but one of February in a leap year. */
const START = '2028-02-28T12:00:00Z'

for (const shape of SHAPES) {
  describe(`limits of daemun ${shape} at the edges of time and names`, () => {
    let gateway: Gateway
    let shop: Shop
    let keys = 0
    before(async () => {
      gateway = await startGateway({ shape, args: ['--clock', `fixed:${START}`] })
      shop = await openShop(gateway)
    })
    after(() => gateway?.stop())

    const createCustomer = async (settings: Omit<UsagePlan, 'name'>) => {
      const value = `key-of-customer-number-${++keys}`
      const keyId = await shop.createKey(value)
      const usagePlanId = await shop.createPlan(settings, [keyId])
      return { value, keyId, usagePlanId }
    }
    const statusesOf = async (value: string, count: number, path?: string, method = 'GET') => {
      const host = `${shop.restApiId}.execute-api.localhost`
      const found: number[] = []
      while (found.length < count) {
        const headers = { host, 'x-api-key': value }
        const sent = { method, headers }
        found.push((await call(gateway.dataOrigin, path ?? '/prod/orders', sent)).status)
      }
      return found
    }

    it('9 "Quota": a period ends at 00:00 UTC of its last day, of months and leap years too', async () => {
      const rows = [
        ['DAY', 0, '2028-02-28T23:59:59.999Z', '2028-02-29T00:00:00Z'],
        ['DAY', 0, '2028-02-29T23:59:59.999Z', '2028-03-01T00:00:00Z'],
        ['WEEK', 0, '2028-03-04T23:59:59.999Z', '2028-03-05T00:00:00Z'],
        ['WEEK', 2, '2028-02-28T23:59:59.999Z', '2028-02-29T00:00:00Z'],
        ['WEEK', 6, '2028-03-03T23:59:59.999Z', '2028-03-04T00:00:00Z'],
        ['MONTH', 0, '2028-02-29T23:59:59.999Z', '2028-03-01T00:00:00Z'],
        ['MONTH', 0, '2027-02-28T23:59:59.999Z', '2027-03-01T00:00:00Z'],
        ['MONTH', 27, '2028-03-27T23:59:59.999Z', '2028-03-28T00:00:00Z'],
        ['MONTH', 14, '2027-12-14T23:59:59.999Z', '2027-12-15T00:00:00Z'],
        ['MONTH', 0, '2027-12-31T23:59:59.999Z', '2028-01-01T00:00:00Z'],
      ] as const
      for (const [period, offset, last, first] of rows) {
        const what = `${period} ${offset} ${first}`
        const { value } = await createCustomer({ quota: { limit: 2, period, offset } })
        // An hour before the end, at the end, after it.
        await shop.clock({ set: new Date(Date.parse(last) - 3_600_000).toISOString() })
        await shop.until(200, value)
        assert.deepEqual(await statusesOf(value, 2), [200, 429], what)
        await shop.clock({ set: last })
        assert.deepEqual(await statusesOf(value, 1), [429], what)
        await shop.clock({ set: first })
        assert.deepEqual(await statusesOf(value, 1), [200], what)
        // Back over the end, and there again: nothing is given twice.
        await shop.clock({ set: last })
        assert.deepEqual(await statusesOf(value, 1), [429], what)
        await shop.clock({ set: new Date(Date.parse(first) + 3_600_000).toISOString() })
        assert.deepEqual(await statusesOf(value, 2), [200, 429], what)
      }
      await shop.clock({ set: START })
    })

    it('9 "Token bucket": an hour on fills a bucket to its burst, an hour back gives and takes nothing', async () => {
      const { value } = await createCustomer({ throttle: { rateLimit: 1, burstLimit: 4 } })
      await shop.until(200, value)
      assert.deepEqual(await statusesOf(value, 2), [200, 200])
      await shop.clock({ set: '2028-02-28T11:00:00Z' })
      assert.deepEqual(await statusesOf(value, 2), [200, 429])
      await shop.clock({ set: START })
      assert.deepEqual(await statusesOf(value, 6), [200, 200, 200, 200, 429, 429])
    })

    it('9 "Usage plan", "Stage/method settings": a limit is its method’s, whatever that is called', async () => {
      const { client, restApiId } = shop
      const { items = [] } = await client.send(new GetResourcesCommand({ restApiId }))
      const root = items.find(({ path }) => path === '/')?.id ?? ''
      const add = async (parentId: string, pathPart: string, httpMethod: string) => {
        const { id: resourceId = '' } = await client.send(
          new CreateResourceCommand({ restApiId, parentId, pathPart }),
        )
        await putMock(client, { restApiId, resourceId, httpMethod })
        return resourceId
      }
      await putMock(client, { restApiId, resourceId: root, httpMethod: 'GET' })
      const batch = await add(root, 'v1:batch.get', 'POST')
      await add(batch, '{id}', 'GET')
      const files = await add(root, 'files', 'GET')
      await add(files, '{proxy+}', 'ANY')
      await client.send(new CreateDeploymentCommand({ restApiId, stageName: 'prod' }))
      const methods = {
        '//GET': ['/prod', 'GET'],
        '/v1:batch.get/POST': ['/prod/v1:batch.get', 'POST'],
        '/v1:batch.get/{id}/GET': ['/prod/v1:batch.get/a%2Fb', 'GET'],
        '/files/{proxy+}/ANY': ['/prod/files/a/b', 'DELETE'],
        '/files/{proxy+}/GET': ['/prod/files/c', 'GET'],
      } as const
      const two = { rateLimit: 0, burstLimit: 2 }
      const plan = Object.fromEntries(Object.keys(methods).map((key) => [key, two]))
      const { value, usagePlanId } = await createCustomer({
        apiStages: [{ apiId: restApiId, stage: 'prod', throttle: plan }],
      })
      await shop.until(200, value)
      for (const [key, [path, method]] of Object.entries(methods)) {
        const statuses = await statusesOf(value, 3, path, method)
        assert.deepEqual(statuses.sort(), [200, 200, 429], `plan: ${key}`)
      }
      // The same for the stage, with the path as patches write it; and without the plan's.
      const { value: other } = await createCustomer({})
      await shop.until(200, other)
      const escaped = (key: string) => key.replace(/\/(\w+)$/, ' $1').replaceAll('/', '~1')
      for (const key of Object.keys(methods)) {
        const [path = '', verb = ''] = escaped(key).split(' ')
        const patchOperations = [
          ['burstLimit', '2'],
          ['rateLimit', '0'],
        ].map(([name, to = '']) => ({
          op: 'replace' as const,
          path: `/${path}/${verb}/throttling/${name}`,
          value: to,
        }))
        await client.send(new UpdateStageCommand({ restApiId, stageName: 'prod', patchOperations }))
      }
      for (const [key, [path, method]] of Object.entries(methods)) {
        let passed = 0
        // A change of the stage reaches a worker a moment later: once it is there it stays.
        for (let refused = 0; refused < 12; ) {
          const [status] = await statusesOf(other, 1, path, method)
          refused = status === 429 ? refused + 1 : 0
          assert.ok(++passed < 2_000, `stage: ${key}`)
        }
      }
      // A plan's limit of a method is changed by a patch, too: `/` in the name is `~1`.
      const name = `/apiStages/${restApiId}:prod/throttle/~1files~1{proxy+}/GET`
      const patched = await client.send(
        new UpdateUsagePlanCommand({
          usagePlanId,
          patchOperations: [{ op: 'remove', path: name }],
        }),
      )
      const { throttle = {} } = patched.apiStages?.[0] ?? {}
      assert.deepEqual(Object.keys(throttle).sort(), Object.keys(methods).slice(0, 4).sort())
    })

    it('9 "GetUsage": keys come in pages, days from first to last, over a leap day', async () => {
      const { value, keyId, usagePlanId } = await createCustomer({
        quota: { limit: 10, period: 'MONTH' },
      })
      for (let more = 0; more < 4; more++) {
        const id = await shop.createKey(`another-key-of-the-plan-${keys}-${more}`)
        const one = { usagePlanId, keyId: id, keyType: 'API_KEY' }
        await shop.client.send(new CreateUsagePlanKeyCommand(one))
      }
      await shop.until(200, value)
      await shop.clock({ set: '2028-02-29T12:00:00Z' })
      assert.deepEqual(await statusesOf(value, 2), [200, 200])
      await shop.clock({ set: START })
      const dates = { usagePlanId, startDate: '2028-02-28', endDate: '2028-03-01' }
      const found: Record<string, number[][]> = {}
      let position: string | undefined
      let pages = 0
      do {
        const page = await shop.client.send(
          new GetUsageCommand({ ...dates, limit: 2, ...(position !== undefined && { position }) }),
        )
        assert.ok(Object.keys(page.items ?? {}).length <= 2)
        Object.assign(found, page.items)
        position = page.position
        pages++
      } while (position !== undefined)
      assert.equal(pages, 3)
      assert.equal(Object.keys(found).length, 5)
      assert.deepEqual(found[keyId], [
        [1, 9],
        [2, 7],
        [0, 10],
      ])
      const one = await shop.client.send(new GetUsageCommand({ ...dates, keyId }))
      assert.deepEqual(Object.keys(one.items ?? {}), [keyId])
      for (const [startDate, endDate] of [
        ['2028-02-30', '2028-03-01'],
        ['2028-3-1', '2028-03-02'],
        ['2028-03-02', '2028-03-01'],
        ['2028-01-01', '2028-12-31'],
        ['2027-02-29', '2027-03-01'],
        ['0000-00-00', '9999-99-99'],
      ] as const) {
        const asked = new GetUsageCommand({ usagePlanId, startDate, endDate })
        await assert.rejects(shop.client.send(asked), { name: 'BadRequestException' }, startDate)
      }
      for (const wrong of ['-1', '1e9', 'x', '..']) {
        const asked = new GetUsageCommand({ ...dates, position: wrong })
        await assert.rejects(shop.client.send(asked), { name: 'BadRequestException' }, wrong)
      }
    })

    it('9 "API keys": a file with bad rows makes keys of the good ones, which are let in', async () => {
      const { usagePlanId } = await createCustomer({})
      const good = ['0123456789-good-key-one', '0123456789-good-key-two']
      const csv = [
        '\ufeffName,Key,Enabled,UsagePlanIds',
        `one,${good[0]},true,${usagePlanId}`,
        'short,abc,true,',
        `"open,${'x'.repeat(30)},true,`,
        `two",${good[1]},true,${usagePlanId}`,
        `nobody,${'y'.repeat(129)},true,`,
        `lost,${'z'.repeat(30)},true,no-such-plan`,
        ',,,',
      ].join('\r\n')
      const body = Buffer.from(csv)
      const { ids = [], warnings = [] } = await shop.client.send(
        new ImportApiKeysCommand({ body, format: 'csv', failOnWarnings: false }),
      )
      assert.ok(ids.length >= 1 && warnings.length >= 3, warnings.join('\n'))
      await shop.until(200, good[0])
    })

    it('a key of 1 MB is refused, and the next customer is served', async () => {
      const { value } = await createCustomer({})
      const huge = statusesOf('k'.repeat(1e6), 1).catch(() => [431])
      assert.deepEqual(await huge, [431])
      await shop.until(200, value)
    })
  })
}
