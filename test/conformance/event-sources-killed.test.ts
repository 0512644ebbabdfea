// Nothing that a function was given of a queue, a stream, a bus or a caller is lost to kill -9 while it runs, and a reset
// forgets all of it.
// source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html "at least once"
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import * as dynamodb from '@aws-sdk/client-dynamodb'
import * as events from '@aws-sdk/client-eventbridge'
import * as lambda from '@aws-sdk/client-lambda'
import * as scheduler from '@aws-sdk/client-scheduler'
import * as sqs from '@aws-sdk/client-sqs'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { sdkOptions } from '../support/services.ts'

const TEMPLATE = `
Transform: AWS::Serverless-2016-10-31
Resources:
  Jobs: { Type: AWS::SQS::Queue, Properties: { QueueName: jobs, VisibilityTimeout: 1 } }
  Idle: { Type: AWS::SQS::Queue, Properties: { QueueName: idle } }
  Pets:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: pets
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      StreamSpecification: { StreamViewType: KEYS_ONLY }
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs18.x
      Handler: index.handler
      Timeout: 60
      CodeUri: ./code
      FunctionName: worker
      Events:
        Shop: { Type: EventBridgeRule, Properties: { Pattern: { source: [shop] }, InputPath: $.detail } }
        Jobs: { Type: SQS, Properties: { Queue: !GetAtt Jobs.Arn, BatchSize: 10 } }
        Pets: { Type: DynamoDB, Properties: { Stream: !GetAtt Pets.StreamArn, StartingPosition: TRIM_HORIZON } }
`

/** The first life of the node never comes to the end of a batch. */
const code = (folder: string) => `
const fs = require('node:fs')
exports.handler = async (event) => {
  const ids = event.Records.map((r) => r.body ?? r.dynamodb.Keys.id.S)
  console.log('BEGAN ' + ids.join())
  if (!fs.existsSync(${JSON.stringify(join(folder, 'second'))})) await new Promise(() => setInterval(() => {}, 1000))
  console.log('DONE ' + ids.join())
}`

const inFolder = async (test: (file: string, folder: string) => Promise<void>) => {
  const folder = await mkdtemp(join(tmpdir(), 'daemun-killed-'))
  try {
    await mkdir(join(folder, 'code'))
    await writeFile(join(folder, 'code/index.js'), code(folder))
    await writeFile(join(folder, 'template.yaml'), TEMPLATE)
    await test(join(folder, 'template.yaml'), folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const logged = (gateway: Gateway, text: string) =>
  gateway.event((one) => one.event === 'function-log' && String(one['line']).includes(text))

const urlOf = (gateway: Gateway, queue: string) => `${gateway.endpoint}/123456789012/${queue}`

it('what a killed node was in the middle of comes again', () =>
  inFolder(async (file, folder) => {
    const dataDir = join(folder, 'data')
    const first = await startGateway({ shape: 'start', file, dataDir })
    const queues = new sqs.SQSClient(sdkOptions(first))
    const tables = new dynamodb.DynamoDBClient(sdkOptions(first))
    const Entries = ['q1', 'q2', 'q3'].map((MessageBody) => ({ Id: MessageBody, MessageBody }))
    await queues.send(new sqs.SendMessageBatchCommand({ QueueUrl: urlOf(first, 'jobs'), Entries }))
    for (const S of ['p1', 'p2']) {
      await tables.send(new dynamodb.PutItemCommand({ TableName: 'pets', Item: { id: { S } } }))
    }
    // One that is accepted and under way, and one that came through a bus.
    const functions = new lambda.LambdaClient(sdkOptions(first))
    const buses = new events.EventBridgeClient(sdkOptions(first))
    const Payload = Buffer.from('{"Records":[{"body":"i1"}]}')
    const asked = { FunctionName: 'worker', InvocationType: 'Event', Payload } as const
    assert.equal((await functions.send(new lambda.InvokeCommand(asked))).StatusCode, 202)
    const entry = { Source: 'shop', DetailType: 'x', Detail: '{"Records":[{"body":"e1"}]}' }
    await buses.send(new events.PutEventsCommand({ Entries: [entry] }))
    await Promise.all(['q', 'p', 'i1', 'e1'].map((id) => logged(first, `BEGAN ${id}`)))
    queues.destroy()
    functions.destroy()
    buses.destroy()
    tables.destroy()
    await first.kill('SIGKILL')
    assert.ok(!first.events.some((one) => String(one['line']).includes('DONE')))

    await writeFile(join(folder, 'second'), '')
    const second = await startGateway({ shape: 'start', file, dataDir })
    const isDone = new Set<string>()
    await second.event((one) => {
      const [, ids = ''] = /DONE (\S+)/.exec(String(one['line'])) ?? []
      for (const id of ids.split(',')) isDone.add(id)
      return ['q1', 'q2', 'q3', 'p1', 'p2', 'i1', 'e1'].every((id) => isDone.has(id))
    })
    await second.stop()
  }))

it('a reset forgets messages, deliveries and schedules, and the template’s sources work on', () =>
  inFolder(async (file, folder) => {
    await writeFile(join(folder, 'second'), '')
    const gateway = await startGateway({ shape: 'start', file })
    const queues = new sqs.SQSClient(sdkOptions(gateway))
    const schedules = new scheduler.SchedulerClient(sdkOptions(gateway))
    const send = (queue: string, MessageBody: string) =>
      queues.send(new sqs.SendMessageCommand({ QueueUrl: urlOf(gateway, queue), MessageBody }))
    await send('idle', 'kept')
    await send('jobs', 'before')
    await logged(gateway, 'DONE before')
    const Target = {
      Arn: 'arn:aws:sqs:us-east-1:123456789012:idle',
      RoleArn: 'arn:aws:iam::123456789012:role/r',
      Input: 'scheduled',
    }
    await schedules.send(
      new scheduler.CreateScheduleCommand({
        Name: 'often',
        ScheduleExpression: 'rate(1 minute)',
        StartDate: new Date(Date.now() + 3_600_000),
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target,
      }),
    )
    const reset = await fetch(`${gateway.endpoint}/_daemun/reset`, { method: 'POST' })
    assert.equal(reset.status, 200)
    const { Schedules } = await schedules.send(new scheduler.ListSchedulesCommand({}))
    assert.deepEqual(Schedules, [])
    const { Attributes } = await queues.send(
      new sqs.GetQueueAttributesCommand({
        QueueUrl: urlOf(gateway, 'idle'),
        AttributeNames: ['ApproximateNumberOfMessages'],
      }),
    )
    assert.equal(Attributes?.ApproximateNumberOfMessages, '0')
    await send('jobs', 'after')
    await logged(gateway, 'DONE after')
    // A schedule of the same name begins anew.
    await schedules.send(
      new scheduler.CreateScheduleCommand({
        Name: 'often',
        ScheduleExpression: 'rate(1 hour)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target,
      }),
    )
    const { Messages } = await queues.send(
      new sqs.ReceiveMessageCommand({ QueueUrl: urlOf(gateway, 'idle'), WaitTimeSeconds: 20 }),
    )
    assert.equal(Messages?.[0]?.Body, 'scheduled')
    queues.destroy()
    schedules.destroy()
    await gateway.stop()
  }))
