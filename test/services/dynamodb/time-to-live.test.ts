// Items whose time to live is over go away. source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
import assert from 'node:assert/strict'
import { after, before, describe, it, test } from 'node:test'
import { changeFeed } from '#services/dynamodb/change-feed.ts'
import { createSweeper } from '#services/dynamodb/time-to-live.ts'
import { setTimeToLive } from '#services/dynamodb/time-to-live-settings.ts'
import { randomIds } from '#shared/ids.ts'
import { systemRandom } from '#shared/random.ts'
import { createMemoryStore } from '#store/memory.ts'
import { openTables, SCOPE, type Tables } from '../../support/dynamodb.ts'

const specification = (Enabled: boolean, AttributeName = 'ends') => ({
  TableName: 'short',
  TimeToLiveSpecification: { Enabled, AttributeName },
})

describe('time to live', () => {
  let tables: Tables
  let stream = ''
  before(async () => {
    tables = await openTables()
    const made = await tables.create('short', {
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'OLD_IMAGE' },
    })
    stream = String((made['TableDescription'] as Record<string, unknown>)['LatestStreamArn'])
  })
  after(async () => {
    await tables?.close()
    assert.deepEqual(tables?.bugs, [])
  })
  const sweep = () =>
    tables.dynamodb.sweep({
      nowMs: tables.nowMs,
      ids: randomIds(systemRandom),
      requestId: 'sweep',
    })
  const put = (id: string, ends: object) =>
    tables.ask('PutItem', { TableName: 'short', Item: { id: { S: id }, ends } })
  const left = async () => {
    const { Items } = await tables.ask('Scan', { TableName: 'short' })
    return (Items as { id: { S: string } }[]).map(({ id }) => id.S).toSorted()
  }

  it('is described, set, refused twice, and turned off', async () => {
    const describeIt = async () =>
      (await tables.ask('DescribeTimeToLive', { TableName: 'short' }))['TimeToLiveDescription']
    assert.deepEqual(await describeIt(), { TimeToLiveStatus: 'DISABLED' })
    const early = await tables.call('UpdateTimeToLive', specification(false))
    assert.match(String(early.body['message']), /already disabled/)
    assert.deepEqual(await tables.ask('UpdateTimeToLive', specification(true)), {
      TimeToLiveSpecification: { Enabled: true, AttributeName: 'ends' },
    })
    assert.deepEqual(await describeIt(), { TimeToLiveStatus: 'ENABLED', AttributeName: 'ends' })
    const again = await tables.call('UpdateTimeToLive', specification(true))
    assert.match(String(again.body['message']), /already enabled/)
    const other = await tables.call('UpdateTimeToLive', specification(true, 'else'))
    assert.match(String(other.body['message']), /different AttributeName/)
    const missing = await tables.call('DescribeTimeToLive', { TableName: 'nowhere' })
    assert.equal(missing.code, 'ResourceNotFoundException')
  })

  it('deletes what is over and nothing else, and says so in the stream', async () => {
    const now = Math.floor(tables.nowMs / 1_000)
    await put('over', { N: String(now - 1) })
    await put('later', { N: String(now + 60) })
    await put('text', { S: String(now - 1) })
    await put('years ago', { N: String(now - 6 * 365 * 24 * 3_600) })
    await put('milliseconds', { N: String(tables.nowMs) })
    await sweep()
    assert.deepEqual(await left(), ['later', 'milliseconds', 'text', 'years ago'])
    const told = await changeFeed(tables.store).read({
      streamArn: stream,
      after: 'TRIM_HORIZON',
      limit: 100,
    })
    const last = told?.changes.at(-1)
    assert.deepEqual(
      [last?.eventName, last?.keys, last?.userIdentity],
      ['REMOVE', { id: { S: 'over' } }, { type: 'Service', principalId: 'dynamodb.amazonaws.com' }],
    )
    tables.nowMs += 61_000
    await sweep()
    assert.deepEqual(await left(), ['milliseconds', 'text', 'years ago'])
  })

  it('reads a thousand items in a sweep, and goes on with the next', async () => {
    const ends = { N: String(Math.floor(tables.nowMs / 1_000) - 1) }
    for (let from = 0; from < 1_250; from += 25) {
      const short = Array.from({ length: 25 }, (_, at) => ({
        PutRequest: { Item: { id: { S: `many-${from + at}` }, ends } },
      }))
      await tables.ask('BatchWriteItem', { RequestItems: { short } })
    }
    await sweep()
    const after = (await left()).length
    assert.ok(after >= 250 && after <= 256, String(after))
    await sweep()
    assert.deepEqual(await left(), ['milliseconds', 'text', 'years ago'])
  })

  it('is over with its table', async () => {
    await tables.ask('DeleteTable', { TableName: 'short' })
    await sweep()
    await tables.create('short')
    const { TimeToLiveDescription } = await tables.ask('DescribeTimeToLive', {
      TableName: 'short',
    })
    assert.deepEqual(TimeToLiveDescription, { TimeToLiveStatus: 'DISABLED' })
  })
})

test('a table that cannot be swept is told of, and the next one is swept all the same', async () => {
  const store = createMemoryStore()
  for (const region of ['eu-west-1', 'us-east-1'])
    await store.write((tx) => setTimeToLive(tx, { ...SCOPE, region }, 'short', 'ends'))
  const told: unknown[] = []
  const sweeper = createSweeper(
    ({ region }) => Promise.reject(new Error(region)),
    (error) => void told.push(String(error)),
  )
  await sweeper.sweep({ store, nowMs: 0, ids: randomIds(systemRandom), requestId: 'sweep' })
  assert.deepEqual(told, ['Error: eu-west-1', 'Error: us-east-1'])
})
