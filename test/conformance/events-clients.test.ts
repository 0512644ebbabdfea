// Every operation of EventBridge with what it answers and what it typically refuses, through every client of this machine.
// source: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Operations.html
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import * as events from '@aws-sdk/client-eventbridge'
import { eventsOperations } from '#services/events/operations.ts'
import { pythonClients, sdkClient } from '../support/client-tables.ts'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { assertOutcomes, assertWhole, ok, refused } from '../support/operation-table.ts'
import { sdkOptions } from '../support/services.ts'

const AT = 'arn:aws:events:us-east-1:123456789012'
const EventBusName = '{{names.bus}}'
const rule = { EventBusName, Name: 'r' }
const nobody = { EventBusName, Name: 'nobody' }
const EventPattern = '{"source":["shop"]}'
const QUEUE = 'arn:aws:sqs:us-east-1:123456789012:q'
const BUS_ARN = `${AT}:event-bus/{{names.bus}}`
const RULE_ARN = `${AT}:rule/{{names.bus}}/r`
const VALIDATION = 'ValidationException'
const MISSING = 'ResourceNotFoundException'
const NOT_BUILT = 'NotImplementedException'
const targets = (count: number) =>
  Array.from({ length: count }, (_, number) => ({ Id: `t${number}`, Arn: QUEUE }))
const put = (...Targets: readonly object[]) => ({ Rule: 'r', EventBusName, Targets })
const entry = { EventBusName, Source: 'shop', DetailType: 'order', Detail: '{"n":1}' }
const event = (more: object) =>
  JSON.stringify({
    id: '1',
    account: '123456789012',
    source: 'shop',
    time: '2026-01-01T00:00:00Z',
    region: 'us-east-1',
    resources: [],
    'detail-type': 'order',
    ...more,
  })
const failed = (message: RegExp | string) => ({
  FailedEntryCount: 1,
  'FailedEntries.0.ErrorCode': VALIDATION,
  'FailedEntries.0.ErrorMessage': message,
})

const TABLE = [
  ok(
    'CreateEventBus',
    { Name: EventBusName, Tags: [{ Key: 'team', Value: 'päts' }] },
    { EventBusArn: BUS_ARN },
  ),
  refused('CreateEventBus', { Name: EventBusName }, 'ResourceAlreadyExistsException'),
  refused('CreateEventBus', { Name: 'default' }, 'ResourceAlreadyExistsException'),
  refused('CreateEventBus', { Name: 'x', EventSourceName: 'aws.partner/x' }, NOT_BUILT),
  ok('DescribeEventBus', { Name: EventBusName }, { Arn: BUS_ARN, Name: EventBusName }),
  ok('DescribeEventBus', {}, { Name: 'default' }),
  refused('DescribeEventBus', { Name: 'nobody' }, MISSING),
  ok('ListEventBuses', { NamePrefix: EventBusName }, { 'EventBuses.0.Arn': BUS_ARN }),
  refused('ListEventBuses', { Limit: 101 }, VALIDATION),
  refused('ListEventBuses', { NextToken: 'made up' }, VALIDATION),
  ok('PutPermission', {
    EventBusName,
    Action: 'events:PutEvents',
    Principal: '222222222222',
    StatementId: 'friends',
  }),
  refused(
    'PutPermission',
    { EventBusName, Action: 'events:PutRule', Principal: '222222222222', StatementId: 'x' },
    VALIDATION,
  ),
  refused('PutPermission', { EventBusName, Policy: '{"Version":"x"}' }, VALIDATION),
  refused('PutPermission', { EventBusName: 'nobody', Policy: '{}' }, MISSING),
  ok('RemovePermission', { EventBusName, StatementId: 'friends' }),
  refused('RemovePermission', { EventBusName, StatementId: 'friends' }, MISSING),

  ok('PutRule', { ...rule, EventPattern, Tags: [{ Key: 'a', Value: 'b' }] }, { RuleArn: RULE_ARN }),
  ok('PutRule', {
    EventBusName,
    Name: 'r2',
    EventPattern: '{"detail":{"n":[{"numeric":[">",0]}]}}',
  }),
  refused('PutRule', rule, VALIDATION),
  refused(
    'PutRule',
    { ...rule, EventPattern: '{"source":"shop"}' },
    'InvalidEventPatternException',
  ),
  refused(
    'PutRule',
    { ...rule, EventPattern: '{"source":[{"like":"shop"}]}' },
    'InvalidEventPatternException',
  ),
  refused('PutRule', { ...rule, ScheduleExpression: 'rate(1 hour)' }, VALIDATION),
  refused('PutRule', { Name: 'x', ScheduleExpression: 'rate(1 hours)' }, VALIDATION),
  refused('PutRule', { ...rule, EventBusName: 'nobody', EventPattern }, MISSING),
  ok('DescribeRule', rule, { Arn: RULE_ARN, EventPattern, State: 'ENABLED' }),
  refused('DescribeRule', nobody, MISSING),
  ok('DisableRule', rule),
  ok('DescribeRule', rule, { State: 'DISABLED' }),
  refused('DisableRule', nobody, MISSING),
  ok('EnableRule', rule),
  refused('EnableRule', nobody, MISSING),
  ok('ListRules', { EventBusName }, { 'Rules.0.Name': 'r', 'Rules.1.Name': 'r2' }),
  refused('ListRules', { EventBusName: 'nobody' }, MISSING),

  ok('PutTargets', put({ Id: '1', Arn: QUEUE }, { Id: '2', Arn: `${QUEUE}2` }), {
    FailedEntryCount: 0,
  }),
  ok(
    'PutTargets',
    put({ Id: 'k', Arn: 'arn:aws:kinesis:us-east-1:123456789012:stream/s' }),
    failed(
      'Targets of this kind are not provided here: arn:aws:kinesis:us-east-1:123456789012:stream/s. Functions, queues, topics and buses are.',
    ),
  ),
  ok(
    'PutTargets',
    put({ Id: 'f', Arn: `${QUEUE}.fifo` }),
    failed('Parameter(s) SqsParameters must be specified for target: f.'),
  ),
  ok('PutTargets', put({ Id: 'i', Arn: QUEUE, Input: '{' }), failed('JSON syntax error in input.')),
  ok(
    'PutTargets',
    put({ Id: 'i', Arn: QUEUE, Input: '{}', InputPath: '$' }),
    failed('Only one of Input, InputPath, or InputTransformer must be provided.'),
  ),
  ok(
    'PutTargets',
    put({ Id: 'i', Arn: QUEUE, InputTransformer: { InputTemplate: '"<who>"' } }),
    failed('InputTemplate contains invalid placeholder who'),
  ),
  ok(
    'PutTargets',
    put({ Id: 'd', Arn: QUEUE, DeadLetterConfig: { Arn: `${QUEUE}.fifo` } }),
    failed(`Parameter DeadLetterConfig.Arn ${QUEUE}.fifo is not the ARN of a standard queue.`),
  ),
  ok(
    'PutTargets',
    put({ Id: 'p', Arn: QUEUE, HttpParameters: { PathParameterValues: ['x'] } }),
    failed('HttpParameters is not valid for the target p.'),
  ),
  refused('PutTargets', put(...targets(5)), 'LimitExceededException'),
  refused('PutTargets', put({ Id: '1', Arn: QUEUE }, { Id: '1', Arn: QUEUE }), VALIDATION),
  refused('PutTargets', { ...put({ Id: '1', Arn: QUEUE }), Rule: 'nobody' }, MISSING),
  ok('ListTargetsByRule', { Rule: 'r', EventBusName }, { 'Targets.1.Arn': `${QUEUE}2` }),
  refused('ListTargetsByRule', { Rule: 'nobody', EventBusName }, MISSING),
  ok('ListRuleNamesByTarget', { TargetArn: QUEUE, EventBusName }, { RuleNames: ['r'] }),
  refused('ListRuleNamesByTarget', { TargetArn: QUEUE, EventBusName: 'nobody' }, MISSING),

  ok(
    'PutEvents',
    {
      Entries: [
        entry,
        { Source: 'shop' },
        { ...entry, Detail: '{' },
        { ...entry, Source: 'aws.s3' },
      ],
    },
    {
      FailedEntryCount: 3,
      'Entries.1.ErrorCode': 'InvalidArgument',
      'Entries.2.ErrorCode': 'MalformedDetail',
      'Entries.3.ErrorCode': 'NotAuthorizedForSourceException',
    },
  ),
  refused('PutEvents', { Entries: Array.from({ length: 11 }, () => entry) }, VALIDATION),
  refused(
    'PutEvents',
    { Entries: [entry, { ...entry, Detail: JSON.stringify({ x: 'x'.repeat(262_144) }) }] },
    VALIDATION,
  ),
  ok('TestEventPattern', { EventPattern, Event: event({}) }, { Result: true }),
  ok('TestEventPattern', { EventPattern, Event: event({ source: 'x' }) }, { Result: false }),
  refused(
    'TestEventPattern',
    { EventPattern: '{}}', Event: event({}) },
    'InvalidEventPatternException',
  ),
  refused('TestEventPattern', { EventPattern, Event: '{"source":"shop"}' }, VALIDATION),

  ok('TagResource', { ResourceARN: RULE_ARN, Tags: [{ Key: 'c', Value: '' }] }),
  refused(
    'TagResource',
    { ResourceARN: RULE_ARN, Tags: [{ Key: 'aws:x', Value: '' }] },
    VALIDATION,
  ),
  refused(
    'TagResource',
    { ResourceARN: `${RULE_ARN}-none`, Tags: [{ Key: 'c', Value: '' }] },
    MISSING,
  ),
  ok('UntagResource', { ResourceARN: RULE_ARN, TagKeys: ['a', 'none'] }),
  refused('UntagResource', { ResourceARN: `${RULE_ARN}-none`, TagKeys: ['a'] }, MISSING),
  ok('ListTagsForResource', { ResourceARN: RULE_ARN }, { Tags: [{ Key: 'c', Value: '' }] }),
  ok('ListTagsForResource', { ResourceARN: BUS_ARN }, { Tags: [{ Key: 'team', Value: 'päts' }] }),
  refused('ListTagsForResource', { ResourceARN: `${RULE_ARN}-none` }, MISSING),

  refused('DeleteRule', rule, VALIDATION),
  ok(
    'RemoveTargets',
    { Rule: 'r', EventBusName, Ids: ['1', '2', '3'] },
    {
      FailedEntryCount: 1,
      'FailedEntries.0.TargetId': '3',
    },
  ),
  refused('RemoveTargets', { Rule: 'nobody', EventBusName, Ids: ['1'] }, MISSING),
  refused('DeleteEventBus', { Name: EventBusName }, VALIDATION),
  ok('DeleteRule', rule),
  ok('DeleteRule', { EventBusName, Name: 'r2' }),
  ok('DeleteRule', rule),
  ok('DeleteEventBus', { Name: EventBusName }),
  refused('DeleteEventBus', { Name: 'default' }, VALIDATION),
  refused(
    'CreateArchive',
    { ArchiveName: 'a', EventSourceArn: `${AT}:event-bus/default` },
    NOT_BUILT,
  ),
  refused('ListReplays', {}, NOT_BUILT),
]

describe('every operation of EventBridge', () => {
  let gateway: Gateway
  let client: events.EventBridgeClient
  before(async () => {
    gateway = await startGateway({ shape: 'start' })
    client = new events.EventBridgeClient(sdkOptions(gateway))
  })
  after(async () => {
    client?.destroy()
    await gateway?.stop()
  })

  it('is in the table with an answer and a refusal', () => {
    const buses = {} as Parameters<typeof eventsOperations>[0] // Only the names are asked for.
    assertWhole(TABLE, Object.keys(eventsOperations(buses)), new Set())
  })

  const commands = events as unknown as Readonly<
    Record<string, new (input: object) => Parameters<events.EventBridgeClient['send']>[0]>
  >
  const sdk = sdkClient((operation, input) => {
    const Command = commands[`${operation}Command`]
    assert.ok(Command, operation)
    return client.send(new Command(input))
  })
  for (const [number, one] of [sdk, ...pythonClients()].entries()) {
    it(`is made by ${one.name}`, async () => {
      const known = { names: { bus: `table-${number}` } }
      const outcomes = await one.run({ gateway, service: 'events', steps: TABLE, known })
      assertOutcomes('events', TABLE, outcomes, { client: one, known, young: new Set() })
    })
  }
})
