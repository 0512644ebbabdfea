// Every operation of SNS with what it answers and what it typically refuses, through every client of this machine.
// source: https://docs.aws.amazon.com/sns/latest/api/API_Operations.html
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import * as sns from '@aws-sdk/client-sns'
import { snsOperations } from '#services/sns/operations.ts'
import { systemRandom } from '#shared/random.ts'
import { pythonClients, sdkClient } from '../support/client-tables.ts'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { assertOutcomes, assertWhole, ok, refused } from '../support/operation-table.ts'
import { sdkOptions } from '../support/services.ts'

const AT = 'arn:aws:sns:us-east-1:123456789012'
const TopicArn = '{{topic.TopicArn}}'
const fifo = { TopicArn: '{{fifo.TopicArn}}' }
const gone = { TopicArn: `${AT}:that-is-nowhere` }
const foreign = { TopicArn: 'arn:aws:sns:eu-west-1:222222222222:x' }
const SubscriptionArn = '{{subscription.SubscriptionArn}}'
const QUEUE = 'arn:aws:sqs:us-east-1:123456789012:some'
const tags = (count: number) =>
  Array.from({ length: count }, (_, number) => ({ Key: `k${number}`, Value: 'v' }))
const entries = (count: number, more: object = {}) =>
  Array.from({ length: count }, (_, number) => ({ Id: `e${number}`, Message: 'm', ...more }))
const setTopic = (AttributeName: string, AttributeValue: string) => ({
  TopicArn,
  AttributeName,
  AttributeValue,
})
const set = (AttributeName: string, AttributeValue: string) => ({
  SubscriptionArn,
  AttributeName,
  AttributeValue,
})
const NOT_BUILT = 'NotImplementedException'

const TABLE = [
  ok(
    'CreateTopic',
    { Name: '{{names.topic}}', Tags: [{ Key: 'team', Value: 'päts' }] },
    {},
    'topic',
  ),
  ok('CreateTopic', { Name: '{{names.topic}}' }, { TopicArn }),
  refused('CreateTopic', { Name: 'no good name' }, 'InvalidParameterException'),
  refused(
    'CreateTopic',
    { Name: '{{names.topic}}', Attributes: { DisplayName: 'other' } },
    'InvalidParameterException',
  ),
  refused('CreateTopic', { Name: 'x.fifo' }, 'InvalidParameterException'),
  refused('CreateTopic', { Name: 'x', Attributes: { Nonsense: '1' } }, 'InvalidParameterException'),
  refused('CreateTopic', { Name: 'x', Tags: tags(51) }, 'TagLimitExceededException'),
  ok(
    'CreateTopic',
    {
      Name: '{{names.topic}}.fifo',
      Attributes: { FifoTopic: 'true', ContentBasedDeduplication: 'true' },
    },
    {},
    'fifo',
  ),
  ok('ListTopics', {}, {}, 'listed'),
  refused('ListTopics', { NextToken: 'made up' }, 'InvalidParameterException'),
  ok(
    'GetTopicAttributes',
    { TopicArn },
    {
      'Attributes.TopicArn': TopicArn,
      'Attributes.Owner': '123456789012',
      'Attributes.SubscriptionsConfirmed': '0',
    },
  ),
  refused('GetTopicAttributes', gone, 'NotFoundException'),
  refused('GetTopicAttributes', foreign, 'InvalidParameterException'),
  ok('SetTopicAttributes', setTopic('DisplayName', 'Nëws')),
  ok('GetTopicAttributes', { TopicArn }, { 'Attributes.DisplayName': 'Nëws' }),
  refused('SetTopicAttributes', setTopic('Nonsense', '1'), 'InvalidParameterException'),
  refused('SetTopicAttributes', setTopic('Policy', '{"a":1}'), 'InvalidParameterException'),
  refused('SetTopicAttributes', setTopic('FifoTopic', 'true'), 'InvalidParameterException'),
  refused('SetTopicAttributes', setTopic('SignatureVersion', '3'), 'InvalidParameterException'),
  refused(
    'SetTopicAttributes',
    setTopic('ArchivePolicy', '{"MessageRetentionPeriod":"1"}'),
    NOT_BUILT,
  ),
  refused('SetTopicAttributes', setTopic('TracingConfig', 'Active'), NOT_BUILT),
  refused(
    'SetTopicAttributes',
    setTopic('SQSSuccessFeedbackRoleArn', 'arn:aws:iam::123456789012:role/x'),
    NOT_BUILT,
  ),
  refused(
    'SetTopicAttributes',
    setTopic('DeliveryPolicy', '{"http":{"defaultHealthyRetryPolicy":{"numRetries":101}}}'),
    'InvalidParameterException',
  ),
  ok('TagResource', { ResourceArn: TopicArn, Tags: [{ Key: 'a', Value: '' }] }),
  refused('TagResource', { ResourceArn: TopicArn, Tags: tags(51) }, 'TagLimitExceededException'),
  refused(
    'TagResource',
    { ResourceArn: gone.TopicArn, Tags: tags(1) },
    'ResourceNotFoundException',
  ),
  ok('UntagResource', { ResourceArn: TopicArn, TagKeys: ['a', 'none'] }),
  refused(
    'UntagResource',
    { ResourceArn: gone.TopicArn, TagKeys: ['a'] },
    'ResourceNotFoundException',
  ),
  ok('ListTagsForResource', { ResourceArn: TopicArn }, { Tags: [{ Key: 'team', Value: 'päts' }] }),
  refused('ListTagsForResource', { ResourceArn: gone.TopicArn }, 'ResourceNotFoundException'),
  ok('AddPermission', {
    TopicArn,
    Label: 'friends',
    AWSAccountId: ['222222222222'],
    ActionName: ['Publish'],
  }),
  refused(
    'AddPermission',
    { TopicArn, Label: 'friends', AWSAccountId: ['222222222222'], ActionName: ['Publish'] },
    'InvalidParameterException',
  ),
  refused(
    'AddPermission',
    { TopicArn, Label: 'more', AWSAccountId: ['222222222222'], ActionName: ['CreateTopic'] },
    'InvalidParameterException',
  ),
  ok('RemovePermission', { TopicArn, Label: 'friends' }),
  refused('RemovePermission', { ...gone, Label: 'friends' }, 'NotFoundException'),

  ok(
    'Subscribe',
    {
      TopicArn,
      Protocol: 'sqs',
      Endpoint: QUEUE,
      Attributes: { FilterPolicy: '{"kind":["none"]}' },
    },
    {},
    'subscription',
  ),
  ok('Subscribe', { TopicArn, Protocol: 'sqs', Endpoint: QUEUE }, { SubscriptionArn }),
  refused('Subscribe', { ...gone, Protocol: 'sqs', Endpoint: QUEUE }, 'NotFoundException'),
  refused('Subscribe', { TopicArn, Protocol: 'sqs', Endpoint: 'x' }, 'InvalidParameterException'),
  refused(
    'Subscribe',
    { TopicArn, Protocol: 'pigeon', Endpoint: 'x' },
    'InvalidParameterException',
  ),
  refused('Subscribe', { TopicArn, Protocol: 'email', Endpoint: 'a@example.com' }, NOT_BUILT),
  refused(
    'Subscribe',
    { TopicArn, Protocol: 'sqs', Endpoint: `${QUEUE}.fifo` },
    'InvalidParameterException',
  ),
  refused(
    'Subscribe',
    { ...fifo, Protocol: 'http', Endpoint: 'http://127.0.0.1:9/' },
    'InvalidParameterException',
  ),
  refused(
    'Subscribe',
    {
      TopicArn,
      Protocol: 'lambda',
      Endpoint: 'arn:aws:lambda:us-east-1:123456789012:function:f',
      Attributes: { RawMessageDelivery: 'true' },
    },
    'InvalidParameterException',
  ),
  ok(
    'GetSubscriptionAttributes',
    { SubscriptionArn },
    {
      'Attributes.Endpoint': QUEUE,
      'Attributes.FilterPolicy': '{"kind":["none"]}',
      'Attributes.FilterPolicyScope': 'MessageAttributes',
      'Attributes.PendingConfirmation': 'false',
      'Attributes.ConfirmationWasAuthenticated': 'true',
      'Attributes.RawMessageDelivery': 'false',
    },
  ),
  refused(
    'GetSubscriptionAttributes',
    { SubscriptionArn: `${TopicArn}:none` },
    'NotFoundException',
  ),
  refused('GetSubscriptionAttributes', { SubscriptionArn: TopicArn }, 'InvalidParameterException'),
  ok('SetSubscriptionAttributes', set('RawMessageDelivery', 'true')),
  ok('SetSubscriptionAttributes', set('RedrivePolicy', `{"deadLetterTargetArn":"${QUEUE}-dead"}`)),
  ok('GetSubscriptionAttributes', { SubscriptionArn }, { 'Attributes.RawMessageDelivery': 'true' }),
  refused('SetSubscriptionAttributes', set('Nonsense', '1'), 'InvalidParameterException'),
  refused('SetSubscriptionAttributes', set('FilterPolicy', '{'), 'InvalidParameterException'),
  refused(
    'SetSubscriptionAttributes',
    set('FilterPolicy', '{"a":["1"],"b":["1"],"c":["1"],"d":["1"],"e":["1"],"f":["1"]}'),
    'InvalidParameterException',
  ),
  refused(
    'SetSubscriptionAttributes',
    set('FilterPolicy', '{"a":{"b":["1"]}}'),
    'InvalidParameterException',
  ),
  refused('SetSubscriptionAttributes', set('RedrivePolicy', '{}'), 'InvalidParameterException'),
  refused('SetSubscriptionAttributes', set('DeliveryPolicy', '{}'), 'InvalidParameterException'),
  refused('SetSubscriptionAttributes', set('ReplayPolicy', '{}'), NOT_BUILT),
  ok(
    'ListSubscriptionsByTopic',
    { TopicArn },
    { 'Subscriptions.0.SubscriptionArn': SubscriptionArn },
  ),
  refused('ListSubscriptionsByTopic', gone, 'NotFoundException'),
  ok('ListSubscriptions', {}),
  refused('ListSubscriptions', { NextToken: 'made up' }, 'InvalidParameterException'),
  ok(
    'ConfirmSubscription',
    { TopicArn: '{{asked.TopicArn}}', Token: '{{asked.Token}}' },
    {},
    'confirmed',
  ),
  ok(
    'GetSubscriptionAttributes',
    { SubscriptionArn: '{{confirmed.SubscriptionArn}}' },
    { 'Attributes.Protocol': 'http', 'Attributes.PendingConfirmation': 'false' },
  ),
  refused('ConfirmSubscription', { TopicArn, Token: 'made up' }, 'InvalidParameterException'),

  ok(
    'Publish',
    {
      TopicArn,
      Message: 'ä <one> & "two" 🐈',
      Subject: 'news',
      MessageAttributes: {
        kind: { DataType: 'String', StringValue: 'cat' },
        lives: { DataType: 'Number', StringValue: '9' },
        names: { DataType: 'String.Array', StringValue: '["a",1,true,null]' },
      },
    },
    {},
    'published',
  ),
  ok('Publish', { TopicArn, Message: '{"default":"x","sqs":"y"}', MessageStructure: 'json' }),
  refused('Publish', { ...gone, Message: 'x' }, 'NotFoundException'),
  refused('Publish', { TopicArn, Message: '' }, 'InvalidParameterException'),
  refused(
    'Publish',
    { TopicArn, Message: 'x', Subject: 'two\nlines' },
    'InvalidParameterException',
  ),
  refused(
    'Publish',
    { TopicArn, Message: 'x', MessageStructure: 'json' },
    'InvalidParameterException',
  ),
  refused('Publish', { TopicArn, Message: 'x'.repeat(262_145) }, 'InvalidParameterException'),
  refused(
    'Publish',
    { TopicArn, Message: 'x', MessageDeduplicationId: '1' },
    'InvalidParameterException',
  ),
  refused('Publish', { ...fifo, Message: 'x' }, 'InvalidParameterException'),
  refused('Publish', { PhoneNumber: '+15551234567', Message: 'x' }, NOT_BUILT),
  refused(
    'Publish',
    {
      TopicArn,
      Message: 'x',
      MessageAttributes: { n: { DataType: 'Number', StringValue: 'nine' } },
    },
    'InvalidParameterValueException',
  ),
  ok('Publish', { ...fifo, Message: 'once', MessageGroupId: 'g' }, {}, 'once'),
  ok(
    'Publish',
    { ...fifo, Message: 'once', MessageGroupId: 'g' },
    { MessageId: '{{once.MessageId}}', SequenceNumber: '{{once.SequenceNumber}}' },
  ),
  ok(
    'PublishBatch',
    {
      TopicArn,
      PublishBatchRequestEntries: [...entries(2), { Id: 'bad', Message: 'x', Subject: '\n' }],
    },
    { 'Successful.1.Id': 'e1', 'Failed.0.Id': 'bad', 'Failed.0.Code': 'InvalidParameter' },
  ),
  refused(
    'PublishBatch',
    { TopicArn, PublishBatchRequestEntries: entries(11) },
    'TooManyEntriesInBatchRequestException',
  ),
  refused(
    'PublishBatch',
    { TopicArn, PublishBatchRequestEntries: entries(2, { Id: 'same' }) },
    'BatchEntryIdsNotDistinctException',
  ),
  refused(
    'PublishBatch',
    { TopicArn, PublishBatchRequestEntries: entries(1, { Id: 'no good' }) },
    'InvalidBatchEntryIdException',
  ),
  refused(
    'PublishBatch',
    { TopicArn, PublishBatchRequestEntries: entries(2, { Message: 'x'.repeat(140_000) }) },
    'BatchRequestTooLongException',
  ),

  ok('Unsubscribe', { SubscriptionArn }),
  ok('ListSubscriptionsByTopic', { TopicArn }, { Subscriptions: [] }),
  refused('Unsubscribe', { SubscriptionArn: 'x' }, 'InvalidParameterException'),
  ok('DeleteTopic', { TopicArn }),
  ok('DeleteTopic', { TopicArn }),
  ok('DeleteTopic', fifo),
  refused('DeleteTopic', { TopicArn: 'x' }, 'InvalidParameterException'),
  refused('CreatePlatformApplication', { Name: 'x', Platform: 'GCM', Attributes: {} }, NOT_BUILT),
  refused('ListPhoneNumbersOptedOut', {}, NOT_BUILT),
]

/** Younger than the oldest clients. */
const YOUNG: ReadonlySet<string> = new Set<string>()

describe('every operation of SNS', () => {
  let gateway: Gateway
  let client: sns.SNSClient
  const asked: Record<string, string>[] = []
  let heard: (() => void) | undefined
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      asked.push(JSON.parse(Buffer.concat(chunks).toString()))
      response.end()
      heard?.()
    })
  })
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    gateway = await startGateway({ shape: 'start' })
    client = new sns.SNSClient(sdkOptions(gateway))
  })
  after(async () => {
    client?.destroy()
    await gateway?.stop()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  })

  it('is in the table with an answer and a refusal', () => {
    const publishing = {} as Parameters<typeof snsOperations>[0] // Only the names are asked for.
    assertWhole(TABLE, Object.keys(snsOperations(publishing, systemRandom)), new Set())
  })

  const commands = sns as unknown as Readonly<
    Record<string, new (input: object) => Parameters<sns.SNSClient['send']>[0]>
  >
  const sdk = sdkClient((operation, input) => {
    const Command = commands[`${operation}Command`]
    assert.ok(Command, operation)
    return client.send(new Command(input))
  })
  /** What a real server was asked: its token confirms the subscription. */
  const question = async (Name: string): Promise<Record<string, string>> => {
    const { port } = server.address() as AddressInfo
    const made = await client.send(new sns.CreateTopicCommand({ Name }))
    await client.send(
      new sns.SubscribeCommand({
        TopicArn: made.TopicArn,
        Protocol: 'http',
        Endpoint: `http://127.0.0.1:${port}/`,
      }),
    )
    for (;;) {
      const found = asked.find((one) => one['TopicArn'] === made.TopicArn)
      if (found !== undefined) return found
      await new Promise<void>((resolve) => (heard = resolve))
    }
  }
  for (const [number, one] of [sdk, ...pythonClients()].entries()) {
    it(`is made by ${one.name}`, async () => {
      const names = { topic: `table-${number}` }
      const known = { names, asked: await question(`asked-${number}`) }
      const outcomes = await one.run({ gateway, service: 'sns', steps: TABLE, known })
      assertOutcomes('sns', TABLE, outcomes, { client: one, known, young: YOUNG })
    })
  }
})
