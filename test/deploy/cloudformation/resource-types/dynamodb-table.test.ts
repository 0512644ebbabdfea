// Tables of stacks: what a template changes of them takes effect when somebody next asks.
// source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { openTables } from '../../../support/dynamodb.ts'
import { SCOPE, workspace } from '../../deployment.ts'

const template = (properties: string, attributes = '') => `
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    ${attributes}
    Properties:
      ${properties.trim().replaceAll('\n', '\n      ')}
Outputs:
  Name: {Value: !Ref Table}
`
const EMPTY = 'Resources: {Other: {Type: AWS::S3::Bucket}}\n'
const KEYS = `
AttributeDefinitions: [{AttributeName: id, AttributeType: S}, {AttributeName: owner, AttributeType: S}]
KeySchema: [{AttributeName: id, KeyType: HASH}]
BillingMode: PAY_PER_REQUEST`
const ONE_KEY = KEYS.replace(', {AttributeName: owner, AttributeType: S}', '')
const RANGED = KEYS.replace(
  'KeyType: HASH}]',
  'KeyType: HASH}, {AttributeName: owner, KeyType: RANGE}]',
)
const INDEX = `
GlobalSecondaryIndexes:
  - IndexName: byOwner
    KeySchema: [{AttributeName: owner, KeyType: HASH}]
    Projection: {ProjectionType: ALL}`

const open = async (t: TestContext) => {
  const shop = workspace(t)
  const tables = await openTables({ store: shop.store, scope: SCOPE })
  t.after(async () => {
    await tables.close()
    assert.deepEqual(tables.bugs, [])
  })
  const names = async () => (await tables.ask('ListTables', {}))['TableNames'] as readonly string[]
  const describe = async (TableName: string) =>
    (await tables.ask('DescribeTable', { TableName }))['Table'] as Record<string, unknown>
  return { shop, tables, names, describe }
}

test('an update changes indexes, billing, stream, tags, time to live and protection, and keeps the items', async (t) => {
  const { shop, tables, names, describe } = await open(t)
  await shop.template(
    template(`TableName: Pets${ONE_KEY}\nTags: [{Key: a, Value: '1'}, {Key: b, Value: '2'}]`),
  )
  const Item = { id: { S: 'tom' }, owner: { S: 'ann' } }
  await tables.ask('PutItem', { TableName: 'Pets', Item })
  const later = `TableName: Pets${KEYS}${INDEX}
StreamSpecification: {StreamViewType: NEW_IMAGE}
TimeToLiveSpecification: {AttributeName: ends, Enabled: true}
DeletionProtectionEnabled: true
Tags: [{Key: b, Value: '3'}]`
  const { report } = await shop.template(template(later))
  assert.deepEqual(report, [])
  assert.deepEqual(await names(), ['Pets'])
  const query = {
    TableName: 'Pets',
    IndexName: 'byOwner',
    KeyConditionExpression: '#o = :o',
    ExpressionAttributeNames: { '#o': 'owner' },
    ExpressionAttributeValues: { ':o': { S: 'ann' } },
  }
  assert.deepEqual((await tables.ask('Query', query))['Items'], [Item])
  const table = await describe('Pets')
  assert.equal(table['DeletionProtectionEnabled'], true)
  assert.match(String(table['LatestStreamArn']), /table\/Pets\/stream\//)
  const { Tags } = await tables.ask('ListTagsOfResource', { ResourceArn: table['TableArn'] })
  assert.deepEqual(Tags, [{ Key: 'b', Value: '3' }])
  const { TimeToLiveDescription } = await tables.ask('DescribeTimeToLive', { TableName: 'Pets' })
  assert.deepEqual(TimeToLiveDescription, { TimeToLiveStatus: 'ENABLED', AttributeName: 'ends' })
  const provisioned = `TableName: Pets${ONE_KEY.replace('BillingMode: PAY_PER_REQUEST', 'ProvisionedThroughput: {ReadCapacityUnits: 2, WriteCapacityUnits: 3}')}`
  await shop.template(template(provisioned))
  const back = await describe('Pets')
  assert.equal(back['GlobalSecondaryIndexes'], undefined)
  assert.equal(back['LatestStreamArn'], undefined)
  assert.equal((back['ProvisionedThroughput'] as Record<string, unknown>)['WriteCapacityUnits'], 3)
  assert.equal((await tables.ask('Scan', { TableName: 'Pets' }))['Count'], 1)
  const off = await tables.ask('DescribeTimeToLive', { TableName: 'Pets' })
  assert.deepEqual(off['TimeToLiveDescription'], { TimeToLiveStatus: 'DISABLED' })
})

test('other keys are another table, which is empty; one with a name of its own stays as it is', async (t) => {
  const { shop, tables, names, describe } = await open(t)
  await shop.template(template(ONE_KEY))
  const [TableName = ''] = await names()
  await tables.ask('PutItem', { TableName, Item: { id: { S: 'tom' } } })
  await shop.template(template(RANGED))
  assert.deepEqual(await names(), [TableName])
  assert.equal((await tables.ask('Scan', { TableName }))['Count'], 0)
  assert.equal(((await describe(TableName))['KeySchema'] as readonly object[]).length, 2)
  const named = await open(t)
  await named.shop.template(template(`TableName: Pets${ONE_KEY}`))
  const Item = { id: { S: 'tom' } }
  await named.tables.ask('PutItem', { TableName: 'Pets', Item })
  await assert.rejects(
    named.shop.template(template(`TableName: Pets${RANGED}`)),
    /custom-named resource requires replacing\. Rename Pets/,
  )
  assert.deepEqual((await named.tables.ask('Scan', { TableName: 'Pets' }))['Items'], [Item])
  await named.shop.template(template(`TableName: Pets2${RANGED}`))
  assert.deepEqual(await named.names(), ['Pets2'])
})

test('throughput changes with the indexes that stay, come and go, by the mode of the table', async (t) => {
  const { shop, describe } = await open(t)
  const [billed, units] = [
    'BillingMode: PAY_PER_REQUEST',
    '{ReadCapacityUnits: N, WriteCapacityUnits: N}',
  ]
  const given = (n: number) => `ProvisionedThroughput: ${units.replaceAll('N', String(n))}`
  const provisioned = (table: number, index: number) =>
    `TableName: Pets${KEYS.replace(billed, given(table))}${INDEX}\n    ${given(index)}`
  const unitsNow = async () => {
    const table = await describe('Pets')
    const all = [table, ...(table['GlobalSecondaryIndexes'] as readonly (typeof table)[])]
    return all.map((one) => (one['ProvisionedThroughput'] as typeof table)['ReadCapacityUnits'])
  }
  await shop.template(template(`TableName: Pets${KEYS}${INDEX}`))
  assert.deepEqual(await unitsNow(), [0, 0])
  await shop.template(template(provisioned(2, 3)))
  assert.deepEqual(await unitsNow(), [2, 3])
  await shop.template(template(provisioned(2, 4)))
  assert.deepEqual(await unitsNow(), [2, 4])
  await shop.template(template(`TableName: Pets${KEYS}${INDEX}`))
  assert.deepEqual(await unitsNow(), [0, 0])
})

test('a definition that the table could not take is refused while it is deployed, and nothing changes', async (t) => {
  const { shop, names, describe } = await open(t)
  await shop.template(template(`TableName: Pets${ONE_KEY}`))
  const before = await describe('Pets')
  const again = `TableName: Pets${KEYS}${INDEX}`
  for (const [definition, problem] of [
    [again.replace(', {AttributeName: owner, AttributeType: S}', ''), /are not defined/],
    [again.replace('BillingMode: PAY_PER_REQUEST', ''), /must both be specified/],
    [
      `${again}\n    ProvisionedThroughput: {ReadCapacityUnits: 1, WriteCapacityUnits: 1}`,
      /should not be specified for index: byOwner/,
    ],
    [again.replace(/\n.*Projection.*$/, ''), /Projection must be specified for index: byOwner/],
    [`${again}${INDEX.slice(INDEX.indexOf('\n  - '))}`, /Duplicate index name: byOwner/],
  ] as const)
    await assert.rejects(shop.template(template(definition)), problem)
  assert.deepEqual(await describe('Pets'), before)
  assert.deepEqual(await names(), ['Pets'])
})

test('a table goes with its stack, unless its policy or its protection keeps it', async (t) => {
  const { shop, names } = await open(t)
  await shop.template(template(`TableName: gone${ONE_KEY}`))
  await shop.template(EMPTY)
  assert.deepEqual(await names(), [])
  await shop.template(template(`TableName: kept${ONE_KEY}`, 'DeletionPolicy: Retain'))
  await shop.template(EMPTY)
  assert.deepEqual(await names(), ['kept'])
  await shop.template(template(ONE_KEY, 'UpdateReplacePolicy: Retain'))
  await shop.template(template(RANGED, 'UpdateReplacePolicy: Retain'))
  assert.equal((await names()).length, 3)
  const held = await open(t)
  await held.shop.template(template(`TableName: held${ONE_KEY}\nDeletionProtectionEnabled: true`))
  await assert.rejects(held.shop.template(EMPTY), /protected against deletion/)
  assert.deepEqual(await held.names(), ['held'])
})

test('what is not honoured is reported by name', async (t) => {
  const { shop } = await open(t)
  const { report } = await shop.template(
    template(`${ONE_KEY}\nPointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}`),
  )
  assert.match(JSON.stringify(report), /PointInTimeRecoverySpecification/)
})
