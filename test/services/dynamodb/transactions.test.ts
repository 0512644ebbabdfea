// Transactions around the engine. Expectations are those of the API reference.
// source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { changeFeed } from '#services/dynamodb/change-feed.ts'
import { openEngine } from '#services/dynamodb/engine.ts'
import { transactWriteItems } from '#services/dynamodb/transactions.ts'
import { openSqliteStore } from '#store/sqlite.ts'
import { openTables, type Tables } from '../../support/dynamodb.ts'

const key = (id: string) => ({ id: { S: id } })
const put = (id: string, more: object = {}, TableName = 'pets') => ({
  Put: { TableName, Item: { ...key(id), ...more } },
})
const get = (id: string, TableName = 'pets') => ({ Get: { TableName, Key: key(id) } })
const ABSENT = { ConditionExpression: 'attribute_not_exists(id)' }

describe('transactions', () => {
  let tables: Tables
  let stream = ''
  before(async () => {
    tables = await openTables()
    const StreamSpecification = { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' }
    const made = await tables.create('pets', { StreamSpecification })
    stream = String((made['TableDescription'] as Record<string, unknown>)['LatestStreamArn'])
    await tables.create('toys')
  })
  after(async () => {
    await tables?.close()
    assert.deepEqual(tables?.bugs, [])
  })
  const write = (...TransactItems: object[]) => tables.call('TransactWriteItems', { TransactItems })
  const read = async (...TransactItems: object[]) =>
    (await tables.ask('TransactGetItems', { TransactItems }))['Responses']

  it('writes, changes, deletes and checks in one, and reads in one', async () => {
    await tables.ask('PutItem', { TableName: 'toys', Item: { ...key('old'), n: { N: '1' } } })
    const done = await write(
      put('x'),
      {
        Update: {
          TableName: 'toys',
          Key: key('counted'),
          UpdateExpression: 'ADD n :one',
          ExpressionAttributeValues: { ':one': { N: '1' } },
        },
      },
      {
        Delete: { TableName: 'toys', Key: key('old'), ConditionExpression: 'attribute_exists(n)' },
      },
      { ConditionCheck: { TableName: 'pets', Key: key('never'), ...ABSENT } },
    )
    assert.equal(done.status, 200, JSON.stringify(done.body))
    assert.deepEqual(await read(get('x'), get('counted', 'toys'), get('old', 'toys')), [
      { Item: key('x') },
      { Item: { ...key('counted'), n: { N: '1' } } },
      {},
    ])
  })

  it('tells the reasons in the order of the items, with items where asked, and does nothing', async () => {
    const kept = { ...put('x', { again: { BOOL: true } }).Put, ...ABSENT }
    const shown = { ...kept, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }
    const wrong = {
      Update: {
        TableName: 'toys',
        Key: key('counted'),
        UpdateExpression: 'SET n = n + id',
      },
    }
    const { status, code, body } = await write(put('y'), { Put: shown }, wrong)
    assert.deepEqual([status, code], [400, 'TransactionCanceledException'])
    assert.equal(
      body['message'],
      'Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed, ValidationError]',
    )
    assert.deepEqual(body['CancellationReasons'], [
      { Code: 'None' },
      {
        Code: 'ConditionalCheckFailed',
        Message: 'The conditional request failed',
        Item: key('x'),
      },
      {
        Code: 'ValidationError',
        Message: 'An operand in the update expression has an incorrect data type',
      },
    ])
    assert.deepEqual(await read(get('y')), [{}])
  })

  it('refuses what is no transaction', async () => {
    const one = put('z')
    const cases: readonly [object[], string, RegExp][] = [
      [[], 'ValidationException', /length greater than or equal to 1/],
      [Array.from({ length: 101 }, () => one), 'ValidationException', /less than or equal to 100/],
      [[one, one], 'ValidationException', /multiple operations on one item/],
      [
        [{ ...one, Delete: { TableName: 'pets', Key: key('z') } }],
        'ValidationException',
        /only contain one/,
      ],
      [[put('z', {}, 'nowhere')], 'ResourceNotFoundException', /resource not found/],
      [
        [{ ConditionCheck: { TableName: 'pets', Key: key('z') } }],
        'ValidationException',
        /must not be null/,
      ],
      [
        [{ Put: { ...one.Put, ConditionExpression: 'x = ' } }],
        'ValidationException',
        /Syntax error/,
      ],
      [
        [{ Put: { TableName: 'pets', Item: { other: { S: 'x' } } } }],
        'ValidationException',
        /key element/,
      ],
    ]
    for (const [items, expected, message] of cases) {
      const { code, body } = await write(...items)
      assert.equal(code, expected, JSON.stringify(body))
      assert.match(String(body['message']), message)
    }
    const large = { text: { S: 'x'.repeat(399_000) } }
    const eleven = Array.from({ length: 11 }, (_, at) => put(`large-${at}`, large))
    const { body } = await write(...eleven)
    assert.match(String(body['message']), /4 MB/)
    assert.deepEqual(await read(get('z'), get('large-0')), [{}, {}])
  })

  it('does a token once in ten minutes, and nothing else by it', async () => {
    const increment = (by: string) => ({
      ClientRequestToken: 'token-1',
      TransactItems: [
        {
          Update: {
            TableName: 'toys',
            Key: key('once'),
            UpdateExpression: 'ADD n :by',
            ExpressionAttributeValues: { ':by': { N: by } },
          },
        },
      ],
    })
    await tables.ask('TransactWriteItems', increment('1'))
    await tables.ask('TransactWriteItems', increment('1'))
    const other = await tables.call('TransactWriteItems', increment('2'))
    assert.equal(other.code, 'IdempotentParameterMismatchException')
    assert.deepEqual(await read(get('once', 'toys')), [{ Item: { ...key('once'), n: { N: '1' } } }])
    tables.nowMs += 10 * 60_000
    await tables.ask('TransactWriteItems', increment('1'))
    assert.deepEqual(await read(get('once', 'toys')), [{ Item: { ...key('once'), n: { N: '2' } } }])
  })

  it('reads the tokens that are over alone, and forgets them', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'daemun-tokens-'))
    const engine = await openEngine(folder)
    const { iterator } = engine.level
    let rows = 0
    engine.level.iterator = async function* (range) {
      for await (const row of iterator(range)) {
        rows += 1
        yield row
      }
    }
    const AttributeDefinitions = [{ AttributeName: 'id', AttributeType: 'S' }]
    const KeySchema = [{ AttributeName: 'id', KeyType: 'HASH' }]
    const table = { TableName: 'pets', BillingMode: 'PAY_PER_REQUEST' }
    await engine.ask('CreateTable', { ...table, AttributeDefinitions, KeySchema })
    const write = async (ClientRequestToken: string, nowMs: number) => {
      rows = 0
      const input = { ClientRequestToken, TransactItems: [put('x')] }
      const nothing = async () => {}
      await transactWriteItems(engine, input, nowMs, nothing, nothing)
      return rows
    }
    const startMs = Date.UTC(2026, 10, 21)
    for (let at = 0; at < 15; at += 1) assert.equal(await write(`t${at}`, startMs + at), 0)
    assert.equal(await write('later', startMs + 600_001), 1)
    assert.equal(await write('t1', startMs + 700_000), 10)
    assert.equal(await write('last', startMs + 700_001), 4)
    assert.equal(await engine.level.get('daemun-token~t2'), undefined)
    assert.notEqual(await engine.level.get('daemun-token~t1'), undefined)
    await engine.close()
    await rm(folder, { recursive: true })
  })

  it('is told to the streams of its tables, all of it and in order', async () => {
    const { read: feed } = changeFeed(tables.store)
    const { next } = (await feed({ streamArn: stream, after: 'LATEST', limit: 1 })) ?? { next: '' }
    await write(put('s1'), put('x', { v: { N: '2' } }), put('s2', {}, 'toys'))
    await write(put('s3'), { Put: { ...put('x').Put, ...ABSENT } })
    const told = await feed({ streamArn: stream, after: next, limit: 10 })
    assert.deepEqual(
      told?.changes.map(({ eventName, keys }) => [eventName, keys]),
      [
        ['INSERT', key('s1')],
        ['MODIFY', key('x')],
      ],
    )
  })

  it('serialises those that want the same: none is lost', async () => {
    const add = () =>
      write({
        Update: {
          TableName: 'pets',
          Key: key('shared'),
          UpdateExpression: 'ADD n :one',
          ExpressionAttributeValues: { ':one': { N: '1' } },
        },
      })
    await Promise.all(Array.from({ length: 20 }, add))
    assert.deepEqual(await read(get('shared')), [{ Item: { ...key('shared'), n: { N: '20' } } }])
  })
})

const SCRIPT = fileURLToPath(new URL('../../support/transact-until-killed.ts', import.meta.url))
const KILLS = process.argv.includes('--long') ? 20 : 2

it('kill -9 leaves a transaction whole or undone: items, indexes and streams agree', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'daemun-killed-'))
  const [data, database] = [join(folder, 'tables'), join(folder, 'store.db')]
  try {
    const streamArns = await makeAccounts(data, database)
    let told = 0
    for (let kill = 0; kill < KILLS; kill++) {
      const before = told
      told = before + (await runUntilKilled(data, database, 20 + kill * 7))
      const balance = await checkAccounts(data, database, streamArns)
      // What it was told is kept; what it was not told yet may be.
      assert.ok(balance === told || balance === told + 1, `${balance} after ${told}`)
      told = balance
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

const withTables = async <T>(
  folder: string,
  database: string,
  work: (tables: Tables) => Promise<T>,
): Promise<T> => {
  const store = openSqliteStore(database)
  const tables = await openTables({ folder, store })
  try {
    return await work(tables)
  } finally {
    await tables.close()
    await store.close()
    assert.deepEqual(tables.bugs, [])
  }
}

const makeAccounts = (folder: string, database: string): Promise<readonly string[]> =>
  withTables(folder, database, async (tables) => {
    const arns: string[] = []
    for (const name of ['from', 'into']) {
      const made = await tables.create(name, {
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
        AttributeDefinitions: ['id', 'owner'].map((AttributeName) => ({
          AttributeName,
          AttributeType: 'S',
        })),
        GlobalSecondaryIndexes: [
          {
            IndexName: 'byOwner',
            KeySchema: [{ AttributeName: 'owner', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'ALL' },
          },
        ],
      })
      const table = made['TableDescription'] as Record<string, unknown>
      arns.push(String(table['LatestStreamArn']))
    }
    return arns
  })

/** How many transactions it was told were done. */
const runUntilKilled = async (folder: string, database: string, after: number): Promise<number> => {
  const child = spawn(process.execPath, ['--conditions=source', SCRIPT, folder, database], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let done = 0
  for await (const line of createInterface({ input: child.stdout })) {
    done = Number(line)
    if (done === after) child.kill('SIGKILL')
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  assert.equal(child.signalCode, 'SIGKILL')
  return done
}

const checkAccounts = (
  folder: string,
  database: string,
  streamArns: readonly string[],
): Promise<number> =>
  withTables(folder, database, async (tables) => {
    const item = async (TableName: string) =>
      (await tables.ask('GetItem', { TableName, Key: key('account') }))['Item'] as Record<
        string,
        Record<string, string>
      >
    const [from, to] = [await item('from'), await item('into')]
    const balance = Number(to['balance']?.['N'])
    assert.equal(Number(from['balance']?.['N']), -balance)
    for (const [TableName, found] of [['from', from] as const, ['into', to] as const]) {
      const { Items } = await tables.ask('Scan', { TableName, IndexName: 'byOwner' })
      assert.deepEqual(Items, [found])
    }
    for (const streamArn of streamArns) {
      const read = await changeFeed(tables.store).read({
        streamArn,
        after: 'TRIM_HORIZON',
        limit: 10_000,
      })
      assert.equal(read?.changes.length, balance)
    }
    return balance
  })
