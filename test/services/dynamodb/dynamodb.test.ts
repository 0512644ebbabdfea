// DynamoDB as one of the services of a running gateway: tables of templates, accounts and regions, what is refused, and
// what is left after a kill.
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it, test } from 'node:test'
import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ExecuteStatementCommand,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb'
import { createMemoryStore } from '#store/memory.ts'
import { intents } from '#services/dynamodb/tables.ts'
import { openTables, SCOPE } from '../../support/dynamodb.ts'
import { type Gateway, startGateway } from '../../support/gateway.ts'

const TEMPLATE = `
Resources:
  Notes:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: Notes
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions:
        - { AttributeName: id, AttributeType: S }
        - { AttributeName: owner, AttributeType: S }
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      GlobalSecondaryIndexes:
        - IndexName: byOwner
          KeySchema: [{ AttributeName: owner, KeyType: HASH }]
          Projection: { ProjectionType: ALL }
      StreamSpecification: { StreamViewType: NEW_IMAGE }
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties: { Name: direct }
  Put:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: POST
      AuthorizationType: NONE
      MethodResponses: [{ StatusCode: '200' }]
      Integration:
        Type: AWS
        IntegrationHttpMethod: POST
        Uri: !Sub arn:aws:apigateway:\${AWS::Region}:dynamodb:action/PutItem
        Credentials: !Sub arn:aws:iam::\${AWS::AccountId}:role/any
        RequestTemplates:
          application/json: |
            {"TableName": "Notes", "Item": {"id": {"S": "$input.path('$.id')"}, "owner": {"S": "ann"}}}
        IntegrationResponses: [{ StatusCode: '200' }]
  Deployed:
    Type: AWS::ApiGateway::Deployment
    DependsOn: Put
    Properties: { RestApiId: !Ref Api, StageName: prod }
Outputs:
  Arn: { Value: !GetAtt Notes.Arn }
  Stream: { Value: !GetAtt Notes.StreamArn }
`

const clientOf = (gateway: Gateway, region = 'us-east-1') =>
  new DynamoDBClient({
    endpoint: gateway.endpoint,
    region,
    credentials: gateway.credentials,
    maxAttempts: 1,
  })

describe('DynamoDB beside a gateway', () => {
  let folder: string
  let gateway: Gateway
  let client: DynamoDBClient
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daemun-dynamodb-'))
    await writeFile(join(folder, 'template.yaml'), TEMPLATE)
    gateway = await startGateway({
      shape: 'start',
      file: join(folder, 'template.yaml'),
      dataDir: join(folder, 'data'),
    })
    client = clientOf(gateway)
  })
  after(async () => {
    client?.destroy()
    await gateway?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it("makes a template's table when it is first asked for, with our account in its ARNs", async () => {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: 'Notes' }))
    assert.equal(Table?.TableStatus, 'ACTIVE')
    assert.match(Table?.TableArn ?? '', /^arn:aws:dynamodb:us-east-1:\d{12}:table\/Notes$/)
    assert.doesNotMatch(Table?.TableArn ?? '', /:000000000000:table/)
    assert.equal(Table?.GlobalSecondaryIndexes?.[0]?.IndexArn, `${Table?.TableArn}/index/byOwner`)
    assert.equal(Table?.StreamSpecification?.StreamViewType, 'NEW_IMAGE')
    assert.match(Table?.LatestStreamArn ?? '', /table\/Notes\/stream\/20/)
  })

  it('is reached by a direct integration with no setting for it', async () => {
    const answer = await gateway.call(gateway.api('direct'), '/prod/', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"id":"direct"}',
    })
    assert.equal(answer.status, 200, answer.text)
    const Key = { id: { S: 'direct' } }
    const { Item } = await client.send(new GetItemCommand({ TableName: 'Notes', Key }))
    assert.deepEqual(Item, { id: { S: 'direct' }, owner: { S: 'ann' } })
  })

  it('keeps regions apart', async () => {
    const other = clientOf(gateway, 'eu-west-1')
    const { TableNames } = await other.send(new ListTablesCommand({}))
    other.destroy()
    assert.deepEqual(TableNames, [])
  })

  it('names what it does not do', async () => {
    const refused = client.send(new ExecuteStatementCommand({ Statement: 'SELECT * FROM Notes' }))
    await assert.rejects(refused, /ExecuteStatement of dynamodb is not implemented here/)
  })

  it('has what it answered for, and no table half made, after kill -9', async () => {
    await client.send(
      new CreateTableCommand({
        TableName: 'by-hand',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      }),
    )
    const Item = { id: { S: 'kept' } }
    await client.send(new PutItemCommand({ TableName: 'by-hand', Item }))
    await gateway.kill('SIGKILL')
    client.destroy()
    gateway = await startGateway({
      shape: 'start',
      file: join(folder, 'template.yaml'),
      dataDir: join(folder, 'data'),
    })
    client = clientOf(gateway)
    const found = await client.send(new GetItemCommand({ TableName: 'by-hand', Key: Item }))
    assert.deepEqual(found.Item, Item)
    const { TableNames } = await client.send(new ListTablesCommand({}))
    assert.deepEqual(TableNames, ['Notes', 'by-hand'])
  })

  it('forgets its tables at a reset, and a template has its own again', async () => {
    const response = await fetch(`${gateway.endpoint}/_daemun/reset`, { method: 'POST' })
    assert.equal(response.status, 200)
    const { TableNames } = await client.send(new ListTablesCommand({}))
    assert.deepEqual(TableNames, ['Notes'])
    const Key = { id: { S: 'direct' } }
    const { Item } = await client.send(new GetItemCommand({ TableName: 'Notes', Key }))
    assert.equal(Item, undefined)
  })
})

test('what could not be carried out is tried again with the next call, not told for ever', async () => {
  const store = createMemoryStore()
  const failing = { next: false }
  const tables = await openTables({
    store: {
      ...store,
      read: async (work) => {
        if (!failing.next) return store.read(work)
        failing.next = false
        throw new Error('the disk is full')
      },
    },
  })
  await tables.create('pets')
  await store.write((tx) => tx.delete(intents, SCOPE, 'any'))
  failing.next = true
  assert.equal((await tables.call('ListTables', {})).status, 500)
  assert.deepEqual((await tables.ask('ListTables', {}))['TableNames'], ['pets'])
  assert.equal(tables.bugs.length, 1)
  await tables.close()
})
