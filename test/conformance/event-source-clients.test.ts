// The operations of event source mappings through the SDK, each AWS CLI and boto3, and what is refused.
// source: https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import * as lambda from '@aws-sdk/client-lambda'
import { ROLE, zipOf } from '../lambda/api/support.ts'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { awsClis, python, sdkOptions } from '../support/services.ts'

const QUEUE = 'arn:aws:sqs:us-east-1:123456789012:jobs'
const STREAM = 'arn:aws:dynamodb:us-east-1:123456789012:table/pets/stream/2026-11-21T00:00:00.000'

type Given = Partial<lambda.CreateEventSourceMappingCommandInput>

describe('the operations of event source mappings', () => {
  let gateway: Gateway
  let client: lambda.LambdaClient
  before(async () => {
    gateway = await startGateway({ shape: 'start' })
    client = new lambda.LambdaClient(sdkOptions(gateway))
    await client.send(
      new lambda.CreateFunctionCommand({
        FunctionName: 'worker',
        Role: ROLE,
        Runtime: 'nodejs18.x',
        Handler: 'index.handler',
        Code: { ZipFile: zipOf({ 'index.js': 'exports.handler = async () => ({})' }) },
      }),
    )
  })
  after(async () => {
    client?.destroy()
    await gateway?.stop()
  })
  const create = (given: Given) =>
    client.send(
      new lambda.CreateEventSourceMappingCommand({
        FunctionName: 'worker',
        EventSourceArn: QUEUE,
        ...given,
      }),
    )
  const remove = (UUID: string | undefined) =>
    client.send(new lambda.DeleteEventSourceMappingCommand({ UUID }))

  it('the SDK makes, reads, updates, lists, tags and deletes them', async () => {
    const made = await create({
      BatchSize: 100,
      MaximumBatchingWindowInSeconds: 2,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 7 },
      FilterCriteria: { Filters: [{ Pattern: '{"body":{"kind":["cat"]}}' }] },
      Tags: { a: 'b' },
    })
    const { UUID } = made
    assert.equal(made.State, 'Enabled')
    assert.match(made.EventSourceMappingArn ?? '', new RegExp(`:event-source-mapping:${UUID}$`))
    const tagged = await client.send(
      new lambda.ListTagsCommand({ Resource: made.EventSourceMappingArn }),
    )
    assert.deepEqual(tagged.Tags, { a: 'b' })
    await client.send(
      new lambda.UpdateEventSourceMappingCommand({ UUID, BatchSize: 5, Enabled: false }),
    )
    const read = await client.send(new lambda.GetEventSourceMappingCommand({ UUID }))
    assert.deepEqual(
      [read.BatchSize, read.State, read.ScalingConfig],
      [5, 'Disabled', { MaximumConcurrency: 7 }],
    )
    const stream = await create({
      EventSourceArn: STREAM,
      StartingPosition: 'LATEST',
      Enabled: false,
    })
    assert.equal(stream.BatchSize, 100)
    const all = await client.send(
      new lambda.ListEventSourceMappingsCommand({ FunctionName: 'worker' }),
    )
    assert.equal(all.EventSourceMappings?.length, 2)
    const [one] =
      (await client.send(new lambda.ListEventSourceMappingsCommand({ EventSourceArn: STREAM })))
        .EventSourceMappings ?? []
    assert.equal(one?.UUID, stream.UUID)
    await remove(UUID)
    await remove(stream.UUID)
    await assert.rejects(remove(UUID), { name: 'ResourceNotFoundException' })
  })

  const ofStream = (given: Given): Given => ({
    EventSourceArn: STREAM,
    StartingPosition: 'LATEST',
    ...given,
  })
  const INVALID = 'InvalidParameterValueException'
  const REFUSED: readonly (readonly [string, Given, string, RegExp])[] = [
    ['a large batch without a window', { BatchSize: 11 }, INVALID, /window/],
    [
      'a window of a FIFO queue',
      { EventSourceArn: `${QUEUE}.fifo`, MaximumBatchingWindowInSeconds: 1 },
      INVALID,
      /FIFO/,
    ],
    [
      'a large batch of a FIFO queue',
      { EventSourceArn: `${QUEUE}.fifo`, BatchSize: 11 },
      'ValidationException',
      /batchSize/,
    ],
    ['a batch that is none', { BatchSize: 0 }, 'ValidationException', /batchSize/],
    [
      'too much at once',
      { ScalingConfig: { MaximumConcurrency: 1001 } },
      'ValidationException',
      /maximumConcurrency/,
    ],
    [
      'a filter that is none',
      { FilterCriteria: { Filters: [{ Pattern: '{"body":' }] } },
      INVALID,
      /Invalid filter pattern/,
    ],
    [
      'retries of a queue',
      { MaximumRetryAttempts: 3 },
      INVALID,
      /Unsupported MaximumRetryAttempts/,
    ],
    [
      'a destination of a queue',
      { DestinationConfig: { OnFailure: { Destination: QUEUE } } },
      INVALID,
      /Unsupported DestinationConfig/,
    ],
    ['a start of a queue', { StartingPosition: 'LATEST' }, INVALID, /Unsupported StartingPosition/],
    [
      'a key',
      { KMSKeyArn: 'arn:aws:kms:us-east-1:123456789012:key/1' },
      'NotImplementedException',
      /KMSKeyArn/,
    ],
    [
      'logs',
      { LoggingConfig: { SystemLogLevel: 'DEBUG' } },
      'NotImplementedException',
      /LoggingConfig/,
    ],
    [
      'metrics',
      { MetricsConfig: { Metrics: ['EventCount'] } },
      'NotImplementedException',
      /MetricsConfig/,
    ],
    [
      'pollers',
      { ProvisionedPollerConfig: { MinimumPollers: 2 } },
      'NotImplementedException',
      /ProvisionedPollerConfig/,
    ],
    ['a stream without a start', { EventSourceArn: STREAM }, INVALID, /StartingPosition/],
    [
      'a stream from a time',
      ofStream({ StartingPosition: 'AT_TIMESTAMP' }),
      INVALID,
      /AT_TIMESTAMP/,
    ],
    [
      'concurrency of a stream',
      ofStream({ ScalingConfig: { MaximumConcurrency: 2 } }),
      INVALID,
      /Unsupported ScalingConfig/,
    ],
    [
      'eleven lanes',
      ofStream({ ParallelizationFactor: 11 }),
      'ValidationException',
      /parallelizationFactor/,
    ],
    [
      'an age below a minute',
      ofStream({ MaximumRecordAgeInSeconds: 30 }),
      'ValidationException',
      /maximumRecordAge/,
    ],
    [
      'a window of a stream',
      ofStream({ TumblingWindowInSeconds: 60 }),
      'NotImplementedException',
      /TumblingWindow/,
    ],
    [
      'a function as destination',
      ofStream({
        DestinationConfig: {
          OnFailure: { Destination: 'arn:aws:lambda:us-east-1:123456789012:function:f' },
        },
      }),
      INVALID,
      /destination/,
    ],
    [
      'a FIFO queue as destination',
      ofStream({ DestinationConfig: { OnFailure: { Destination: `${QUEUE}.fifo` } } }),
      INVALID,
      /destination/,
    ],
    ['no function', { FunctionName: 'nobody' }, 'ResourceNotFoundException', /nobody/],
  ]
  for (const [what, given, name, says] of REFUSED) {
    it(`refuses ${what}`, () =>
      assert.rejects(create(given), (error) => {
        assert.ok(error instanceof Error)
        assert.equal(error.name, name, error.message)
        assert.match(error.message, says)
        return true
      }))
  }

  for (const { path, ofService } of awsClis()) {
    it(`${path} passes a table of operations`, async () => {
      const aws = ofService(gateway, 'lambda')
      const made = await aws(
        'create-event-source-mapping',
        ...['--function-name', 'worker', '--event-source-arn', QUEUE, '--batch-size', '7'],
        ...['--filter-criteria', '{"Filters":[{"Pattern":"{\\"body\\":[\\"x\\"]}"}]}'],
      )
      const uuid = ['--uuid', String(made['UUID'])]
      const updated = await aws(
        'update-event-source-mapping',
        ...uuid,
        '--batch-size',
        '3',
        '--no-enabled',
      )
      assert.deepEqual([updated['BatchSize'], updated['State']], [3, 'Disabled'])
      assert.equal((await aws('get-event-source-mapping', ...uuid))['BatchSize'], 3)
      const listed = await aws('list-event-source-mappings', '--event-source-arn', QUEUE)
      assert.match(JSON.stringify(listed), new RegExp(String(made['UUID'])))
      assert.equal((await aws('delete-event-source-mapping', ...uuid))['State'], 'Deleting')
    })
  }

  it('boto3 passes a table of operations', { skip: python() === undefined }, async () => {
    assert.equal(await python()?.(gateway, SCRIPT), 'done')
  })
})

const SCRIPT = `
l = boto3.client('lambda', **options)
made = l.create_event_source_mapping(FunctionName='worker', EventSourceArn='${STREAM}', StartingPosition='TRIM_HORIZON', BisectBatchOnFunctionError=True, MaximumRetryAttempts=2, ParallelizationFactor=3, Enabled=False, DestinationConfig={'OnFailure': {'Destination': '${QUEUE}'}})
uuid = made['UUID']
assert (made['BatchSize'], made['State'], made['StartingPosition']) == (100, 'Disabled', 'TRIM_HORIZON'), made
changed = l.update_event_source_mapping(UUID=uuid, MaximumRecordAgeInSeconds=60)
assert changed['MaximumRecordAgeInSeconds'] == 60 and changed['BisectBatchOnFunctionError'], changed
assert l.get_event_source_mapping(UUID=uuid)['DestinationConfig']['OnFailure']['Destination'] == '${QUEUE}'
assert [m['UUID'] for p in l.get_paginator('list_event_source_mappings').paginate(FunctionName='worker') for m in p['EventSourceMappings']] == [uuid]
assert l.delete_event_source_mapping(UUID=uuid)['State'] == 'Deleting'
try:
    l.get_event_source_mapping(UUID=uuid); raise Exception('still there')
except l.exceptions.ResourceNotFoundException: pass
print('done')
`
