import assert from 'node:assert/strict'
import { it } from 'node:test'
import { type SubscriptionRecord, subscriptions, topicArn, topics } from '#services/sns/records.ts'
import { subscribe } from '#services/sns/subscriptions.ts'
import { randomIds } from '#shared/ids.ts'
import { systemRandom } from '#shared/random.ts'
import { createMemoryStore } from '#store/memory.ts'
import { writes } from '#store/transactional.ts'

const SCOPE = { accountId: '123456789012', region: 'us-east-1' }
const SUBSCRIPTIONS_MAX = 10_000

it('a topic has so many subscriptions and no more, and those that it has are found again', async () => {
  const store = createMemoryStore()
  const TopicArn = topicArn(SCOPE, 'news')
  const endpointOf = (at: number) => `arn:aws:sqs:us-east-1:123456789012:q${at}`
  await store.write(async (tx) => {
    await tx.put(topics, SCOPE, 'news', { name: 'news', attributes: {}, tags: {} })
    for (let at = 1; at < SUBSCRIPTIONS_MAX; at += 1) {
      const record: SubscriptionRecord = {
        arn: `${TopicArn}:${at}`,
        topicArn: TopicArn,
        protocol: 'sqs',
        endpoint: endpointOf(at),
        attributes: {},
        owner: SCOPE.accountId,
      }
      await tx.put(subscriptions, SCOPE, `news/${at}`, record)
    }
  })
  const run = writes(subscribe(systemRandom, async () => assert.fail('no server is asked')))
  const ask = (at: number) =>
    run(
      { TopicArn, Protocol: 'sqs', Endpoint: endpointOf(at) },
      { ...SCOPE, store, nowMs: 0, requestId: 'r', ids: randomIds(systemRandom) },
    )
  await ask(SUBSCRIPTIONS_MAX)
  await assert.rejects(ask(0), { code: 'SubscriptionLimitExceededException', statusCode: 403 })
  assert.deepEqual(await ask(7), { SubscriptionArn: `${TopicArn}:7` })
})
