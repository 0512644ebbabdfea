// The change feed around the engine: what writes to a table with a stream leave behind, in order.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { createDynamoDb, type DynamoDb, type ServiceGate } from '#services/dynamodb/dynamodb.ts'
import { changeFeed } from '#services/dynamodb/change-feed.ts'
import { randomIds } from '#shared/ids.ts'
import { systemRandom } from '#shared/random.ts'
import { createMemoryStore } from '#store/memory.ts'

const SCOPE = { accountId: '111111111111', region: 'eu-west-1' }
const GATE: ServiceGate = {
  admit: async (_name, _request, call) => call,
  authorize: async () => {},
}

describe('the change feed', () => {
  const store = createMemoryStore()
  const bugs: unknown[] = []
  let folder: string
  let dynamodb: DynamoDb
  let stream = ''
  const ask = async (operation: string, input: object): Promise<Record<string, unknown>> => {
    const answer = await dynamodb.answer(
      {
        method: 'POST',
        target: '/',
        headers: ['x-amz-target', `DynamoDB_20120810.${operation}`],
        host: 'localhost',
        body: Buffer.from(JSON.stringify(input)),
        remoteAddress: '127.0.0.1',
      },
      { ...SCOPE, store, requestId: 'r-1', nowMs: 1_000, ids: randomIds(systemRandom) },
      GATE,
    )
    return JSON.parse(
      String(answer.body instanceof Uint8Array ? Buffer.from(answer.body) : answer.body),
    )
  }
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daemun-feed-'))
    dynamodb = createDynamoDb({ folder, store, onError: (error) => bugs.push(error) })
    const { TableDescription: table } = (await ask('CreateTable', {
      TableName: 'notes',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    })) as { TableDescription: { LatestStreamArn: string } }
    stream = table.LatestStreamArn
  })
  after(async () => {
    await dynamodb?.close()
    await rm(folder, { recursive: true, force: true })
    assert.deepEqual(bugs, [])
  })
  const read = (after: string, limit = 100) =>
    changeFeed(store).read({ streamArn: stream, after, limit })

  it('tells inserts, modifications and removals, and nothing of what changes nothing', async () => {
    const [a, b] = [{ id: { S: 'a' } }, { id: { S: 'b' }, n: { N: '1' } }]
    await ask('PutItem', { TableName: 'notes', Item: a })
    await ask('PutItem', { TableName: 'notes', Item: a })
    await ask('BatchWriteItem', { RequestItems: { notes: [{ PutRequest: { Item: b } }] } })
    await ask('UpdateItem', {
      TableName: 'notes',
      Key: { id: { S: 'b' } },
      UpdateExpression: 'SET n = n + :one',
      ExpressionAttributeValues: { ':one': { N: '1' } },
    })
    await ask('DeleteItem', { TableName: 'notes', Key: { id: { S: 'a' } } })
    await ask('DeleteItem', { TableName: 'notes', Key: { id: { S: 'never' } } })
    const found = await read('TRIM_HORIZON')
    assert.deepEqual(
      found?.changes.map(({ eventName, oldImage, newImage }) => [eventName, oldImage, newImage]),
      [
        ['INSERT', undefined, a],
        ['INSERT', undefined, b],
        ['MODIFY', b, { ...b, n: { N: '2' } }],
        ['REMOVE', a, undefined],
      ],
    )
    const numbers = found?.changes.map(({ sequenceNumber }) => sequenceNumber) ?? []
    assert.deepEqual(numbers, numbers.toSorted())
  })

  it('goes on where a reader stopped, begins at the end for LATEST, and knows no other stream', async () => {
    const first = await read('TRIM_HORIZON', 3)
    const second = await read(first?.next ?? '')
    assert.equal(second?.changes.length, 1)
    const latest = await read('LATEST')
    assert.deepEqual(latest?.changes, [])
    assert.equal(latest?.next, second?.next)
    await ask('PutItem', { TableName: 'notes', Item: { id: { S: 'later' } } })
    assert.equal((await read(latest?.next ?? ''))?.changes.length, 1)
    const other = await changeFeed(store).read({
      streamArn: `${stream}x`,
      after: 'LATEST',
      limit: 1,
    })
    assert.equal(other, undefined)
  })

  it('counts concurrent updates of one item each by itself', async () => {
    const start = (await read('LATEST'))?.next ?? ''
    const update = () =>
      ask('UpdateItem', {
        TableName: 'notes',
        Key: { id: { S: 'counter' } },
        UpdateExpression: 'ADD n :one',
        ExpressionAttributeValues: { ':one': { N: '1' } },
      })
    await Promise.all(Array.from({ length: 20 }, update))
    const images = (await read(start))?.changes.map(({ newImage }) => newImage?.['n'])
    assert.deepEqual(
      images,
      Array.from({ length: 20 }, (_, index) => ({ N: String(index + 1) })),
    )
  })
})
