// The engine runs in the process of the management APIs: whatever it is sent, the process lives, answers as AWS does, and
// goes on. Written by hand what is known to hurt; made at random what is not known yet (longer with --long).
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Answer, openTables, type Tables } from '../../support/dynamodb.ts'

/** Far more than any needs on a machine that is busy, and far less than one that hangs. */
const ANSWER_MS_MAX = 15_000
const RANDOM_MS = process.argv.includes('--long') ? 60_000 : 1_500

const key = { id: { S: 'x' } }
const one = { ':a': { N: '1' } }
const filter = (FilterExpression: string) =>
  ['Scan', { TableName: 'pets', FilterExpression, ExpressionAttributeValues: one }] as const
const update = (UpdateExpression: string) =>
  [
    'UpdateItem',
    { TableName: 'pets', Key: key, UpdateExpression, ExpressionAttributeValues: one },
  ] as const
const put = (more: object) => ['PutItem', { TableName: 'pets', Item: { ...key, ...more } }] as const
const nested = (levels: number): string => {
  let text = '{"S":"x"}'
  for (let at = 0; at < levels; at++) text = `{"L":[${text}]}`
  return `{"TableName":"pets","Item":{"id":{"S":"deep"},"v":${text}}}`
}
const members = (prefix: string) => Array.from({ length: 50_000 }, (_, at) => `${prefix}${at}`)

/** What is asked, the code of its answer (none: it is taken), and what its words say. */
const CASES: readonly (readonly [string, object | string, string, RegExp?])[] = [
  [...filter('('.repeat(4_000)), 'ValidationException', /Syntax error/],
  [...filter(')'.repeat(4_000)), 'ValidationException', /Syntax error/],
  [...filter(`${'('.repeat(200)}a = :a${')'.repeat(200)}`), 'ValidationException', /redundant/],
  // What boto3 makes of forty conditions.
  [...filter(`${'('.repeat(40)}a = :a${' AND a = :a)'.repeat(40)}`), ''],
  [...filter(`a IN ${'('.repeat(100)}:a${')'.repeat(100)}`), 'ValidationException'],
  [...filter(`${'contains(a, '.repeat(200)}:a${')'.repeat(200)}`), 'ValidationException'],
  [...filter(`${'size('.repeat(600)}a${')'.repeat(600)} = :a`), 'ValidationException'],
  [...filter(`${'a = :a OR '.repeat(400)}a = :a`), ''],
  [...filter(`${'a = :a OR '.repeat(500)}a = :a`), 'ValidationException', /Expression size/],
  [...filter('a = #daemun_group_0 AND (a = :a)'), 'ValidationException'],
  [...update(`SET b = ${'('.repeat(2_000)}a`), 'ValidationException'],
  [...update(`SET b = ${'if_not_exists(a, '.repeat(200)}:a${')'.repeat(200)}`), ''],
  [...update(`SET a${'[0]'.repeat(1_300)} = :a`), 'ValidationException'],
  [...update(`SET ${'a.b.c, '.repeat(500)}x`), 'ValidationException'],
  ['PutItem', nested(5_000), 'ValidationException', /Nesting Levels/],
  ['PutItem', nested(31), ''],
  ['PutItem', '['.repeat(1_000_000), 'SerializationException'],
  ['PutItem', '[]', 'SerializationException'],
  ['PutItem', '', 'SerializationException'],
  ['PutItem', '{"TableName":"pets","Item":{"__proto__":{"S":"x"}}}', 'ValidationException'],
  [...put({ constructor: { S: 'x' }, toString: { N: '1' } }), ''],
  [...filter('attribute_exists(hasOwnProperty) AND a = :a'), ''],
  [...put({ n: { N: '9'.repeat(1_000_000) } }), 'ValidationException', /exceeded|overflow/],
  [...put({ n: { N: '1e999999999' } }), 'ValidationException', /overflow/],
  [...put({ n: { N: '1e-999999999' } }), 'ValidationException', /underflow/],
  [...put({ n: { N: '__proto__' } }), 'ValidationException'],
  [...put({ id: { S: 'k'.repeat(1_000_000) } }), 'ValidationException'],
  [...put({ b: { B: '###' } }), 'SerializationException'],
  [
    ...put({ b: { L: Array.from({ length: 400_000 }, () => ({ NULL: true })) } }),
    'ValidationException',
  ],
  [...put({ b: { S: 'x', N: '1' } }), 'ValidationException', /more than one datatypes/],
  [...put({ set: { SS: members('s') } }), ''],
  [
    'UpdateItem',
    {
      TableName: 'pets',
      Key: key,
      UpdateExpression: 'ADD #s :s',
      ExpressionAttributeNames: { '#s': 'set' },
      ExpressionAttributeValues: { ':s': { SS: members('t') } },
    },
    'ValidationException',
    /Sets of more than/,
  ],
  ['PutItem', { TableName: 'pets'.repeat(100_000), Item: key }, 'ValidationException'],
  ['PutItem', { TableName: 'pets', Item: [] }, 'SerializationException'],
  ['BatchGetItem', { RequestItems: { pets: { Keys: [key], Unknown: 1 } } }, ''],
  ['Query', { TableName: 'pets', KeyConditions: { id: null } }, 'SerializationException'],
  ['TransactWriteItems', { TransactItems: { length: 1e9 } }, 'ValidationException'],
  ['TransactWriteItems', { TransactItems: [null, 1, 'x'] }, 'ValidationException'],
  [
    'UpdateTable',
    { TableName: 'pets', GlobalSecondaryIndexUpdates: [{ Create: {} }] },
    'ValidationException',
  ],
]

describe('hostile calls', () => {
  let tables: Tables
  before(async () => {
    tables = await openTables()
    await tables.create('pets')
    await tables.ask('PutItem', { TableName: 'pets', Item: { ...key, a: { N: '1' } } })
  })
  after(async () => {
    await tables?.close()
    assert.deepEqual(tables?.bugs, [])
  })
  const answered = async (operation: string, input: object | string): Promise<Answer> => {
    const start = performance.now()
    const answer = await tables.call(operation, input)
    const shown = () => `${operation} ${JSON.stringify(input).slice(0, 2_000)}`
    assert.ok(performance.now() - start < ANSWER_MS_MAX, shown())
    assert.ok(answer.status === 200 || (answer.status === 400 && answer.code !== ''), shown())
    assert.ok(JSON.stringify(answer.body).length < 2 * 1024 * 1024, shown())
    return answer
  }

  it('are answered as AWS answers, and none breaks the process', async () => {
    for (const [operation, input, code, message] of CASES) {
      const { code: found, body } = await answered(operation, input)
      const shown = `${operation} ${JSON.stringify(input).slice(0, 200)}: ${JSON.stringify(body).slice(0, 300)}`
      assert.equal(found, code, shown)
      if (message !== undefined) assert.match(String(body['message']), message, shown)
    }
    await tables.ask('GetItem', { TableName: 'pets', Key: key })
  })

  it('made at random do no harm either', async () => {
    const seed = Date.now()
    const make = hostileMaker(seed)
    const end = performance.now() + RANDOM_MS
    let count = 0
    while (performance.now() < end) {
      const [operation, input] = make()
      try {
        await answered(operation, input)
        assert.deepEqual(tables.bugs, [])
      } catch (error) {
        throw new Error(`seed ${seed}: ${operation} ${JSON.stringify(input)}`, { cause: error })
      }
      count += 1
    }
    assert.ok(count > 0)
    await tables.ask('GetItem', { TableName: 'pets', Key: key })
  })
})

const WORDS = [
  'a',
  'id',
  '#n',
  ':a',
  ':b',
  '(',
  ')',
  ',',
  '=',
  '<>',
  '<',
  '>=',
  ' AND ',
  ' OR ',
  ' NOT ',
  ' IN ',
  ' BETWEEN ',
  'size(',
  'contains(',
  'begins_with(',
  'attribute_exists(',
  'attribute_type(',
  'SET ',
  'REMOVE ',
  'ADD ',
  'DELETE ',
  'list_append(',
  'if_not_exists(',
  '+',
  '-',
  '.',
  '[0]',
  '[99999999999]',
  'toString',
  '__proto__',
  'constructor',
  '\u0000',
  'é',
  ' ',
]
const SCALARS: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  '',
  'x',
  '1',
  '-0',
  '1e5',
  '0x10',
  'NaN',
  'eA==',
  '\u{1f600}',
  [],
  {},
  ['x', 'x'],
  ['1', '01'],
]
const TYPES = ['S', 'N', 'B', 'SS', 'NS', 'BS', 'M', 'L', 'BOOL', 'NULL', 'toString', 'X']
const NAMES = ['id', 'a', 'b', 'constructor', 'hasOwnProperty', 'length', '', '#n', ':a']
const OPERATIONS = [
  'BatchGetItem',
  'BatchWriteItem',
  'DeleteItem',
  'GetItem',
  'PutItem',
  'Query',
  'Scan',
  'TransactGetItems',
  'TransactWriteItems',
  'UpdateItem',
  'UpdateTimeToLive',
  'DescribeTable',
  'ListTables',
  'TagResource',
]

/** Calls that are nearly right. */
const hostileMaker = (seed: number) => {
  const next = seeded(seed)
  const pick = <T>(list: readonly T[]): T => {
    const found = list[Math.floor(next() * list.length)]
    assert.ok(found !== undefined)
    return found
  }
  const chance = (of: number): boolean => next() < of
  const times = <T>(max: number, make: () => T): T[] =>
    Array.from({ length: Math.floor(next() * max) }, make)
  const expression = (): string => times(24, () => pick(WORDS)).join('')
  const value = (depth = 0): unknown => {
    if (chance(0.1)) return pick(SCALARS.slice(1))
    const type = pick(TYPES)
    const held =
      type === 'M' && depth < 4
        ? Object.fromEntries(times(3, () => [pick(NAMES), value(depth + 1)]))
        : type === 'L' && depth < 4
          ? times(3, () => value(depth + 1))
          : type.endsWith('S') && type.length === 2
            ? times(3, () => pick(SCALARS))
            : pick(SCALARS)
    return { [type]: held }
  }
  const map = (): object => Object.fromEntries(times(4, () => [pick(NAMES), value()]))
  const item = (): object => (chance(0.8) ? { id: { S: 'x' }, ...map() } : map())
  const act = (): object => ({
    TableName: chance(0.95) ? 'pets' : pick(['', 'nowhere', '__proto__']),
    ...(chance(0.6) && { Item: item() }),
    ...(chance(0.7) && { Key: chance(0.8) ? { id: { S: 'x' } } : map() }),
    ...(chance(0.4) && { ConditionExpression: expression() }),
    ...(chance(0.4) && { UpdateExpression: `${pick(['SET ', 'ADD ', ''])}${expression()}` }),
    ...(chance(0.3) && { FilterExpression: expression() }),
    ...(chance(0.3) && { KeyConditionExpression: chance(0.5) ? 'id = :a' : expression() }),
    ...(chance(0.2) && { ProjectionExpression: expression() }),
    ...(chance(0.6) && { ExpressionAttributeValues: { ':a': value(), ...(chance(0.3) && map()) } }),
    ...(chance(0.4) && {
      ExpressionAttributeNames: { '#n': pick(NAMES), ...(chance(0.2) && map()) },
    }),
    ...(chance(0.2) && { ExclusiveStartKey: map() }),
    ...(chance(0.2) && { Limit: pick(SCALARS) }),
    ...(chance(0.2) && {
      Expected: { a: { Value: value(), ComparisonOperator: pick(['EQ', 'IN', 'X']) } },
    }),
    ...(chance(0.2) && {
      AttributeUpdates: { a: { Value: value(), Action: pick(['ADD', 'DELETE', 'PUT']) } },
    }),
    ...(chance(0.2) && { ReturnValues: pick(['ALL_OLD', 'ALL_NEW', 'UPDATED_NEW', 'X']) }),
    ...(chance(0.2) && {
      ScanFilter: {
        a: {
          AttributeValueList: times(3, value),
          ComparisonOperator: pick(['BETWEEN', 'NULL', 'CONTAINS']),
        },
      },
    }),
    ...(chance(0.1) && { TotalSegments: pick(SCALARS), Segment: pick(SCALARS) }),
    ...(chance(0.1) && { IndexName: 'none' }),
    ...(chance(0.1) && { ReturnConsumedCapacity: pick(['TOTAL', 'INDEXES', 'X']) }),
  })
  return (): readonly [string, object] => {
    const operation = pick(OPERATIONS)
    if (operation.startsWith('Transact')) {
      const kinds = ['Put', 'Update', 'Delete', 'ConditionCheck', 'Get', 'Other']
      const items = times(4, () => (chance(0.9) ? { [pick(kinds)]: act() } : pick(SCALARS)))
      return [operation, { TransactItems: items, ...(chance(0.2) && { ClientRequestToken: 'x' }) }]
    }
    if (operation === 'BatchGetItem')
      return [operation, { RequestItems: { pets: { ...act(), Keys: times(4, item) } } }]
    if (operation === 'BatchWriteItem') {
      const requests = times(4, () =>
        chance(0.5) ? { PutRequest: { Item: item() } } : { DeleteRequest: { Key: item() } },
      )
      return [operation, { RequestItems: { pets: requests } }]
    }
    return [operation, act()]
  }
}

/** mulberry32: a failure names its seed. */
const seeded = (seed: number): (() => number) => {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
