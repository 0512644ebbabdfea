// Every operation of SQS with what it answers and what it typically refuses, through every client of this machine.
// source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import * as sqs from '@aws-sdk/client-sqs'
import { sqsOperations } from '#services/sqs/operations.ts'
import {
  at,
  type Client,
  type Outcome,
  pythonClients,
  sdkClient,
  type Step,
} from '../support/client-tables.ts'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { sdkOptions } from '../support/services.ts'

interface Row extends Step {
  /** The SDK's name of the refusal. */
  readonly error?: string
  /** Where in the answer is what. */
  readonly has?: Readonly<Record<string, unknown>>
}

const ok = (operation: string, input: Step['input'], has: Row['has'] = {}, as?: string): Row => ({
  operation,
  input,
  has,
  ...(as !== undefined && { as }),
})
const refused = (operation: string, input: Step['input'], error: string): Row => ({
  operation,
  input,
  error,
})

const QueueUrl = '{{q.QueueUrl}}'
const dead = { QueueUrl: '{{dead.QueueUrl}}' }
const gone = { QueueUrl: '{{q.QueueUrl}}-that-is-nowhere' }
const entries = (count: number, more: object = {}) =>
  Array.from({ length: count }, (_, number) => ({ Id: `e${number}`, ...more }))

const TABLE: readonly Row[] = [
  ok(
    'CreateQueue',
    { QueueName: '{{names.queue}}', Attributes: { VisibilityTimeout: '60' } },
    {},
    'q',
  ),
  refused(
    'CreateQueue',
    { QueueName: '{{names.queue}}', Attributes: { VisibilityTimeout: '61' } },
    'QueueNameExists',
  ),
  ok('CreateQueue', { QueueName: '{{names.dead}}' }, {}, 'dead'),
  ok('GetQueueAttributes', { ...dead, AttributeNames: ['QueueArn'] }, {}, 'arns'),
  ok(
    'GetQueueAttributes',
    { QueueUrl, AttributeNames: ['All'] },
    { 'Attributes.VisibilityTimeout': '60' },
    'all',
  ),
  refused('GetQueueAttributes', { QueueUrl, AttributeNames: ['Nonsense'] }, 'InvalidAttributeName'),
  ok('SetQueueAttributes', {
    QueueUrl,
    Attributes: {
      DelaySeconds: '0',
      RedrivePolicy: '{"deadLetterTargetArn":"{{arns.Attributes.QueueArn}}","maxReceiveCount":"9"}',
    },
  }),
  refused(
    'SetQueueAttributes',
    { QueueUrl, Attributes: { VisibilityTimeout: '43201' } },
    'InvalidAttributeValue',
  ),
  ok('GetQueueUrl', { QueueName: '{{names.queue}}' }, { QueueUrl }),
  refused('GetQueueUrl', { QueueName: 'nobody' }, 'QueueDoesNotExist'),
  ok('ListQueues', { QueueNamePrefix: '{{names.queue}}' }, { QueueUrls: [QueueUrl] }),
  refused('ListQueues', { MaxResults: 1_001 }, 'InvalidParameterValue'),
  ok('ListDeadLetterSourceQueues', dead, { queueUrls: [QueueUrl] }),
  refused('ListDeadLetterSourceQueues', gone, 'QueueDoesNotExist'),
  ok('TagQueue', { QueueUrl, Tags: { team: 'päts', empty: '' } }),
  refused('TagQueue', { QueueUrl, Tags: { 'aws:team': 'pets' } }, 'InvalidParameterValue'),
  ok('ListQueueTags', { QueueUrl }, { Tags: { team: 'päts', empty: '' } }),
  refused('ListQueueTags', gone, 'QueueDoesNotExist'),
  ok('UntagQueue', { QueueUrl, TagKeys: ['team', 'none'] }),
  ok('ListQueueTags', { QueueUrl }, { Tags: { empty: '' } }),
  refused('UntagQueue', { ...gone, TagKeys: ['team'] }, 'QueueDoesNotExist'),
  ok('AddPermission', {
    QueueUrl,
    Label: 'friends',
    AWSAccountIds: ['222222222222'],
    Actions: ['SendMessage', 'ReceiveMessage'],
  }),
  refused(
    'AddPermission',
    { QueueUrl, Label: 'more', AWSAccountIds: ['222222222222'], Actions: ['CreateQueue'] },
    'InvalidParameterValue',
  ),
  ok('RemovePermission', { QueueUrl, Label: 'friends' }),
  refused('RemovePermission', { QueueUrl, Label: 'friends' }, 'InvalidParameterValue'),
  ok(
    'SendMessage',
    {
      QueueUrl,
      MessageBody: 'ä <one> & "two" 🐈',
      MessageAttributes: {
        kind: { DataType: 'String.pet', StringValue: 'cat' },
        lives: { DataType: 'Number', StringValue: '9' },
      },
      MessageSystemAttributes: {
        AWSTraceHeader: {
          DataType: 'String',
          StringValue: 'Root=1-5759e988-bd862e3fe1be46a994272793',
        },
      },
    },
    // Worked out by the guide's rules with another program.
    {
      MD5OfMessageBody: '{{digests.body}}',
      MD5OfMessageAttributes: '{{digests.attributes}}',
      MD5OfMessageSystemAttributes: '{{digests.system}}',
    },
  ),
  refused('SendMessage', { QueueUrl, MessageBody: 'a\u0001' }, 'InvalidMessageContents'),
  ok(
    'ReceiveMessage',
    { QueueUrl, AttributeNames: ['All'], MessageAttributeNames: ['All'] },
    {
      'Messages.0.Body': 'ä <one> & "two" 🐈',
      'Messages.0.MD5OfBody': '{{digests.body}}',
      'Messages.0.Attributes.ApproximateReceiveCount': '1',
      'Messages.0.Attributes.AWSTraceHeader': 'Root=1-5759e988-bd862e3fe1be46a994272793',
      'Messages.0.MessageAttributes.kind.StringValue': 'cat',
    },
    'one',
  ),
  refused('ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 11 }, 'InvalidParameterValue'),
  ok('ChangeMessageVisibility', {
    QueueUrl,
    ReceiptHandle: '{{one.Messages.0.ReceiptHandle}}',
    VisibilityTimeout: 43_100,
  }),
  refused(
    'ChangeMessageVisibility',
    { QueueUrl, ReceiptHandle: 'made up', VisibilityTimeout: 1 },
    'ReceiptHandleIsInvalid',
  ),
  ok('DeleteMessage', { QueueUrl, ReceiptHandle: '{{one.Messages.0.ReceiptHandle}}' }),
  refused('DeleteMessage', { QueueUrl, ReceiptHandle: 'made up' }, 'ReceiptHandleIsInvalid'),
  ok(
    'SendMessageBatch',
    {
      QueueUrl,
      Entries: [...entries(2, { MessageBody: 'b' }), { Id: 'bad', MessageBody: '\u0002' }],
    },
    {
      'Successful.0.Id': 'e0',
      'Successful.1.MD5OfMessageBody': '92eb5ffee6ae2fec3ad71c777531578f',
      'Failed.0.Code': 'InvalidMessageContents',
    },
  ),
  refused(
    'SendMessageBatch',
    {
      QueueUrl,
      Entries: [
        { Id: 'a', MessageBody: 'x' },
        { Id: 'a', MessageBody: 'y' },
      ],
    },
    'BatchEntryIdsNotDistinct',
  ),
  ok('ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 2 }, { 'Messages.1.Body': 'b' }, 'two'),
  ok(
    'ChangeMessageVisibilityBatch',
    {
      QueueUrl,
      Entries: [
        { Id: 'a', ReceiptHandle: '{{two.Messages.0.ReceiptHandle}}', VisibilityTimeout: 5 },
        { Id: 'b', ReceiptHandle: 'made up', VisibilityTimeout: 5 },
      ],
    },
    { 'Successful.0.Id': 'a', 'Failed.0.Code': 'ReceiptHandleIsInvalid' },
  ),
  refused(
    'ChangeMessageVisibilityBatch',
    { QueueUrl, Entries: [{ Id: 'no good', ReceiptHandle: 'x', VisibilityTimeout: 1 }] },
    'InvalidBatchEntryId',
  ),
  ok(
    'DeleteMessageBatch',
    {
      QueueUrl,
      Entries: [0, 1].map((number) => ({
        Id: `d${number}`,
        ReceiptHandle: `{{two.Messages.${number}.ReceiptHandle}}`,
      })),
    },
    { 'Successful.1.Id': 'd1' },
  ),
  refused(
    'DeleteMessageBatch',
    { QueueUrl, Entries: entries(11, { ReceiptHandle: 'x' }) },
    'TooManyEntriesInBatchRequest',
  ),
  ok('SendMessageBatch', { ...dead, Entries: entries(10, { MessageBody: 'lost' }) }),
  ok(
    'StartMessageMoveTask',
    {
      SourceArn: '{{arns.Attributes.QueueArn}}',
      DestinationArn: '{{all.Attributes.QueueArn}}',
      MaxNumberOfMessagesPerSecond: 1,
    },
    {},
    'task',
  ),
  refused(
    'StartMessageMoveTask',
    { SourceArn: '{{all.Attributes.QueueArn}}' },
    'UnsupportedOperation',
  ),
  ok(
    'ListMessageMoveTasks',
    { SourceArn: '{{arns.Attributes.QueueArn}}' },
    {
      'Results.0.Status': 'RUNNING',
      'Results.0.MaxNumberOfMessagesPerSecond': 1,
      'Results.0.ApproximateNumberOfMessagesToMove': 10,
    },
  ),
  refused(
    'ListMessageMoveTasks',
    { SourceArn: '{{arns.Attributes.QueueArn}}-nowhere' },
    'ResourceNotFoundException',
  ),
  ok('CancelMessageMoveTask', { TaskHandle: '{{task.TaskHandle}}' }),
  refused('CancelMessageMoveTask', { TaskHandle: 'bm9uZQ==' }, 'ResourceNotFoundException'),
  ok('PurgeQueue', { QueueUrl }),
  refused('PurgeQueue', { QueueUrl }, 'PurgeQueueInProgress'),
  ok('DeleteQueue', { QueueUrl }),
  refused('DeleteQueue', { QueueUrl }, 'QueueDoesNotExist'),
]

/** By openssl and a dozen lines of Python after the guide: sqs-message-metadata, "Calculating the MD5 message digest". */
const DIGESTS = {
  body: '7d1806ee11bfff96832e02ab2ad7666a',
  attributes: '49645fdf3a5f897ce2930040873bb6ff',
  system: '62a56dd927315f2b2e12832b84617ea5',
}

/** Younger than the oldest clients. */
const YOUNG: ReadonlySet<string> = new Set([
  'CancelMessageMoveTask',
  'ListMessageMoveTasks',
  'StartMessageMoveTask',
])

/** What AWS calls errors where clients know them by the query protocol. */
const queryCodes = (): Readonly<Record<string, { readonly code?: string }>> =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../src/wire/tables/sqs.gen.json'), 'utf8'))
    .errors

describe('every operation of SQS', () => {
  let gateway: Gateway
  let client: sqs.SQSClient
  before(async () => {
    gateway = await startGateway({ shape: 'start', args: ['--clock', 'controlled'] })
    client = new sqs.SQSClient(sdkOptions(gateway))
  })
  after(async () => {
    client?.destroy()
    await gateway?.stop()
  })

  it('is in the table with an answer and a refusal', () => {
    const engine = {} as Parameters<typeof sqsOperations>[0] // Only the names are asked for.
    for (const operation of Object.keys(sqsOperations(engine))) {
      const rows = TABLE.filter((row) => row.operation === operation)
      assert.ok(
        rows.some(({ error }) => error === undefined),
        `${operation} has no answer`,
      )
      assert.ok(
        rows.some(({ error }) => error !== undefined),
        `${operation} has no refusal`,
      )
    }
  })

  const commands = sqs as unknown as Readonly<
    Record<string, new (input: object) => Parameters<sqs.SQSClient['send']>[0]>
  >
  const sdk = sdkClient((operation, input) => {
    const Command = commands[`${operation}Command`]
    assert.ok(Command, operation)
    return client.send(new Command(input))
  })
  for (const [number, one] of [sdk, ...pythonClients()].entries()) {
    it(`is made by ${one.name}`, async () => {
      const names = { queue: `table-${number}`, dead: `dead-${number}` }
      const outcomes = await one.run({
        gateway,
        service: 'sqs',
        steps: TABLE,
        known: { names, digests: DIGESTS },
      })
      check(one, outcomes, `${gateway.endpoint}/123456789012/${names.queue}`)
    })
  }
})

const check = (client: Client, outcomes: readonly Outcome[], url: string): void => {
  const codes = queryCodes()
  const wrong: unknown[] = []
  for (const [number, row] of TABLE.entries()) {
    const outcome = outcomes[number]
    const { operation, error, has = {} } = row
    if (outcome?.kind === 'unknown' && YOUNG.has(operation)) continue
    if (error !== undefined) {
      const names = [error, codes[error]?.code]
      if (outcome?.kind === 'refused' && names.includes(outcome.code)) continue
      wrong.push({ operation, wanted: error, outcome })
    } else if (outcome?.kind !== 'answered') wrong.push({ operation, outcome })
    else {
      for (const [path, value] of Object.entries(has)) {
        const text = JSON.stringify(value)
          .replaceAll(QueueUrl, url)
          .replace(/\{\{digests\.(\w+)\}\}/, (_, name: string) => String(at(DIGESTS, name)))
        if (JSON.stringify(at(outcome.output, path)) !== text)
          wrong.push({ operation, path, wanted: text, is: at(outcome.output, path) })
      }
    }
  }
  assert.deepEqual(wrong, [], client.name)
}
