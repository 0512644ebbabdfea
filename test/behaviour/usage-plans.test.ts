// Selling an API, in both shapes of the gateway, with a clock that is turned by hand.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import {
  DeleteUsagePlanKeyCommand,
  GetUsageCommand,
  UpdateApiKeyCommand,
  UpdateStageCommand,
  UpdateUsageCommand,
  UpdateUsagePlanCommand,
} from '@aws-sdk/client-api-gateway'
import { type Gateway, SHAPES, startGateway } from '../support/gateway.ts'
import { openShop, type Shop } from '../support/selling.ts'

/** A Saturday in a leap year, the last day but one of its month. */
const CLOCK = 'fixed:2028-02-28T12:00:00Z'

for (const shape of SHAPES) {
  describe(`keys and usage plans (${shape})`, () => {
    let gateway: Gateway
    let shop: Shop
    before(async () => {
      gateway = await startGateway({ shape, args: ['--clock', CLOCK] })
      shop = await openShop(gateway)
    })
    after(() => gateway?.stop())

    it('F102, 8.3: no key, an unknown one and one without a plan are 403 Forbidden, as is a disabled one', async () => {
      const value = 'key-of-the-first-customer'
      const keyId = await shop.createKey(value)
      for (const key of [undefined, 'no-such-key-at-all-here', value, 'k'.repeat(10_000)]) {
        const { status, text, headers } = await shop.ask(key)
        assert.deepEqual([status, text], [403, '{"message":"Forbidden"}'])
        assert.equal(headers['x-amzn-errortype'], 'ForbiddenException')
      }
      const usagePlanId = await shop.createPlan({}, [keyId])
      await shop.until(200, value)
      assert.equal((await shop.ask(value)).text, `${keyId} ${value}`)
      const enable = (to: string) =>
        shop.client.send(
          new UpdateApiKeyCommand({
            apiKey: keyId,
            patchOperations: [{ op: 'replace', path: '/enabled', value: to }],
          }),
        )
      await enable('false')
      await shop.until(403, value)
      await enable('true')
      await shop.until(200, value)
      await shop.client.send(new DeleteUsagePlanKeyCommand({ usagePlanId, keyId }))
      await shop.until(403, value)
    })

    it('9 "Usage plan": past its burst a key gets 429 Too Many Requests, past its quota 429 Limit Exceeded', async () => {
      const value = 'key-of-the-second-customer'
      const keyId = await shop.createKey(value)
      const usagePlanId = await shop.createPlan(
        { throttle: { rateLimit: 2, burstLimit: 3 }, quota: { limit: 6, period: 'DAY' } },
        [keyId],
      )
      await shop.until(200, value)
      assert.deepEqual(await shop.statuses(4, value), [200, 200, 429, 429])
      const throttled = await shop.ask(value)
      assert.equal(throttled.text, '{"message":"Too Many Requests"}')
      assert.equal(throttled.headers['x-amzn-errortype'], 'TooManyRequestsException')
      await shop.clock({ advanceMs: 1_000 })
      assert.deepEqual(await shop.statuses(3, value), [200, 200, 429])
      await shop.clock({ advanceMs: 10_000 })
      assert.deepEqual(await shop.statuses(3, value), [200, 429, 429])
      const exceeded = await shop.ask(value)
      assert.equal(exceeded.text, '{"message":"Limit Exceeded"}')
      assert.equal(exceeded.headers['x-amzn-errortype'], 'LimitExceededException')

      // 9 "GetUsage", "UpdateUsage": the real counters, and more until the day is over.
      const dates = { startDate: '2028-02-27', endDate: '2028-02-28' }
      const usage = await shop.client.send(new GetUsageCommand({ usagePlanId, ...dates }))
      assert.deepEqual(usage.items, {
        [keyId]: [
          [0, 6],
          [6, 0],
        ],
      })
      const update = new UpdateUsageCommand({
        usagePlanId,
        keyId,
        patchOperations: [{ op: 'replace', path: '/remaining', value: '2' }],
      })
      const updated = await shop.client.send(update)
      assert.deepEqual(updated.items, { [keyId]: [[6, 2]] })
      // A worker that knew of none left is told a moment after the answer: two pass, whoever hears of it first.
      for (const _ of [1, 2]) await shop.until(200, value)
      assert.deepEqual(await shop.statuses(3, value), [429, 429, 429])
      // The next day, which is the 29th of February.
      await shop.clock({ set: '2028-02-29T00:00:00Z' })
      assert.deepEqual(await shop.statuses(4, value), [200, 200, 200, 429])
      await shop.clock({ set: '2028-02-28T12:00:00Z' })
    })

    it('9 "Usage plan": the throttle of a method is in force beside the plan’s, and a change of it at once', async () => {
      const value = 'key-of-the-third-customer'
      const keyId = await shop.createKey(value)
      const apiStage = { apiId: shop.restApiId, stage: 'prod' }
      const usagePlanId = await shop.createPlan(
        {
          throttle: { rateLimit: 0, burstLimit: 10 },
          apiStages: [
            { ...apiStage, throttle: { '/orders/GET': { rateLimit: 0, burstLimit: 2 } } },
          ],
        },
        [keyId],
      )
      await shop.until(200, value)
      assert.deepEqual(await shop.statuses(3, value), [200, 429, 429])
      // What the method refused was given back to the plan: eight of ten are left.
      for (let left = 8; left > 0; left--) {
        assert.equal((await shop.ask(value, '/prod/reports')).status, 200)
      }
      assert.equal((await shop.ask(value, '/prod/reports')).status, 429)
      await shop.client.send(
        new UpdateUsagePlanCommand({
          usagePlanId,
          patchOperations: [{ op: 'remove', path: '/throttle' }],
        }),
      )
      await shop.until(200, value, '/prod/reports')
      assert.equal((await shop.ask(value)).status, 429)
    })

    it('9 "Stage/method settings": a method’s own limit holds without a deployment, and outlives one', async () => {
      const value = 'key-of-the-fourth-customer'
      const keyId = await shop.createKey(value)
      await shop.createPlan({}, [keyId])
      await shop.until(200, value)
      const limit = (path: string, to: string) => ({ op: 'replace' as const, path, value: to })
      const update = (...patchOperations: ReturnType<typeof limit>[]) =>
        shop.client.send(
          new UpdateStageCommand({ restApiId: shop.restApiId, stageName: 'prod', patchOperations }),
        )
      await update(
        limit('/~1orders/GET/throttling/burstLimit', '3'),
        limit('/~1orders/GET/throttling/rateLimit', '0'),
      )
      await shop.until(429, value)
      // Another setting of the stage compiles it anew: the bucket stays empty.
      await update(limit('/variables/color', 'green'))
      assert.deepEqual(await shop.statuses(3, value), [429, 429, 429])
    })
  })
}
