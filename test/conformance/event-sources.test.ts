// What calls a function without a gateway: queues, topics, buses and schedules of a SAM template, in both shapes of a node.
// source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import * as events from '@aws-sdk/client-eventbridge'
import * as sns from '@aws-sdk/client-sns'
import * as sqs from '@aws-sdk/client-sqs'
import { isObject } from '#shared/json.ts'
import { type Gateway, SHAPES, startGateway } from '../support/gateway.ts'
import { sdkOptions } from '../support/services.ts'

const TEMPLATE = `
Transform: AWS::Serverless-2016-10-31
Resources:
  Dead: { Type: AWS::SQS::Queue, Properties: { QueueName: dead } }
  Jobs:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: jobs
      VisibilityTimeout: 1
      RedrivePolicy: { deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 1 }
  Topic: { Type: AWS::SNS::Topic, Properties: { TopicName: news } }
  Fan: { Type: AWS::SQS::Queue, Properties: { QueueName: fan } }
  FanFromTopic:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Fan]
      PolicyDocument:
        Statement:
          - Effect: Allow
            Principal: { Service: sns.amazonaws.com }
            Action: sqs:SendMessage
            Resource: !GetAtt Fan.Arn
            Condition: { ArnEquals: { 'aws:SourceArn': !Ref Topic } }
  FanOut:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref Topic
      Protocol: sqs
      Endpoint: !GetAtt Fan.Arn
      RawMessageDelivery: true
      FilterPolicy: { kind: [cat, { prefix: do }] }
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs18.x
      Handler: index.handler
      CodeUri: ./code
      EventInvokeConfig:
        MaximumRetryAttempts: 0
        DestinationConfig:
          OnSuccess: { Type: SQS, Destination: !GetAtt Fan.Arn }
      Events:
        FromJobs:
          Type: SQS
          Properties:
            Queue: !GetAtt Jobs.Arn
            BatchSize: 10
            FunctionResponseTypes: [ReportBatchItemFailures]
        FromTopic: { Type: SNS, Properties: { Topic: !Ref Topic } }
        FromBus:
          Type: EventBridgeRule
          Properties: { Pattern: { source: [shop], detail: { total: [{ numeric: ['>', 10] }] } } }
        Hourly: { Type: Schedule, Properties: { Schedule: rate(1 hour) } }
  OneByOne: { Type: AWS::SQS::Queue, Properties: { FifoQueue: true, QueueName: single.fifo } }
  InBatches: { Type: AWS::SQS::Queue, Properties: { FifoQueue: true, QueueName: batch.fifo } }
  Ordered:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs18.x
      Handler: ordered.handler
      CodeUri: ./code
      Events:
        OneByOne: { Type: SQS, Properties: { Queue: !GetAtt OneByOne.Arn, BatchSize: 1 } }
        InBatches:
          Type: SQS
          Properties:
            Queue: !GetAtt InBatches.Arn
            BatchSize: 10
            FunctionResponseTypes: [ReportBatchItemFailures]
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      DefinitionBody:
        openapi: 3.0.1
        info: { title: intake, version: '1' }
        paths:
          /jobs:
            post:
              responses: {}
              x-amazon-apigateway-integration:
                type: AWS_PROXY
                integrationSubtype: SQS-SendMessage
                credentials: !GetAtt Intake.Arn
                payloadFormatVersion: '1.0'
                requestParameters: { QueueUrl: !Ref Jobs, MessageBody: $request.body }
  Intake:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - { Effect: Allow, Principal: { Service: apigateway.amazonaws.com }, Action: 'sts:AssumeRole' }
      Policies:
        - PolicyName: send
          PolicyDocument:
            Statement: [{ Effect: Allow, Action: 'sqs:SendMessage', Resource: !GetAtt Jobs.Arn }]
`

const CODE = `exports.handler = async (event) => {
  console.log('GOT ' + JSON.stringify(event))
  const failed = (event.Records ?? []).filter((r) => r.body === 'bad').map((r) => ({ itemIdentifier: r.messageId }))
  return { batchItemFailures: failed }
}
`

/** Does what it is given in order; a group waits whose first message is not free yet. */
const orderedCode = (free: string) => `exports.handler = async ({ Records }) => {
  const isFree = require('node:fs').existsSync(${JSON.stringify(free)})
  const failed = []
  for (const { body, messageId, eventSourceARN } of Records) {
    const isDone = isFree || !body.startsWith('a')
    console.log((isDone ? 'DONE ' : 'FAILED ') + eventSourceARN.split(':').pop() + ' ' + body)
    if (!isDone) failed.push({ itemIdentifier: messageId })
  }
  if (failed.length > 0 && Records.length === 1) throw new Error('not free')
  return { batchItemFailures: failed }
}
`

for (const shape of SHAPES) {
  describe(`event sources of daemun ${shape}`, () => {
    let gateway: Gateway
    let folder: string
    let queue: sqs.SQSClient
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'daemun-event-sources-'))
      await writeFile(join(folder, 'template.yaml'), TEMPLATE)
      await mkdir(join(folder, 'code'))
      await writeFile(join(folder, 'code/index.js'), CODE)
      await writeFile(join(folder, 'code/ordered.js'), orderedCode(join(folder, 'free')))
      const args = ['--clock', 'controlled']
      gateway = await startGateway({ shape, file: join(folder, 'template.yaml'), args })
      queue = new sqs.SQSClient(sdkOptions(gateway))
    })
    after(async () => {
      queue?.destroy()
      await gateway?.stop()
      await rm(folder, { recursive: true, force: true })
    })

    /** The first event of the function that the predicate accepts. */
    const got = async (accepts: (event: Record<string, unknown>) => boolean) => {
      let found: Record<string, unknown> | undefined
      await gateway.event((one) => {
        const { line } = one
        if (one.event !== 'function-log' || typeof line !== 'string') return false
        const text = /GOT (\{.*)$/.exec(line)?.[1]
        const read: unknown = text === undefined ? undefined : JSON.parse(text)
        if (!isObject(read) || !accepts(read)) return false
        found = read
        return true
      })
      assert.ok(found)
      return found
    }
    const recordOf = (event: Record<string, unknown>): Record<string, unknown> => {
      const [record] = Array.isArray(event['Records']) ? event['Records'] : []
      return isObject(record) ? record : {}
    }
    const receive = async (QueueUrl: string) => {
      const command = new sqs.ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 })
      const [message] = (await queue.send(command)).Messages ?? []
      await queue.send(
        new sqs.DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }),
      )
      return message?.Body ?? ''
    }
    const urlOf = (name: string) => `${gateway.endpoint}/123456789012/${name}`

    it('a request to the API becomes a message, and the message a call of the function', async () => {
      const answer = await gateway.call(gateway.api('intake'), '/jobs', {
        method: 'POST',
        body: 'first job',
      })
      assert.equal(answer.status, 200, answer.text)
      const record = recordOf(await got((event) => recordOf(event)['body'] === 'first job'))
      assert.equal(record['eventSource'], 'aws:sqs')
      assert.equal(record['eventSourceARN'], 'arn:aws:sqs:us-east-1:123456789012:jobs')
      assert.equal(record['awsRegion'], 'us-east-1')
    })

    it('a message that fails goes to the dead-letter queue, and the rest of its batch does not', async () => {
      const Entries = ['good', 'bad'].map((MessageBody) => ({ Id: MessageBody, MessageBody }))
      await queue.send(new sqs.SendMessageBatchCommand({ QueueUrl: urlOf('jobs'), Entries }))
      assert.equal(await receive(urlOf('dead')), 'bad')
    })

    it('a topic tells functions, and queues whose filter fits', async () => {
      const client = new sns.SNSClient(sdkOptions(gateway))
      const TopicArn = 'arn:aws:sns:us-east-1:123456789012:news'
      const kind = (StringValue: string) => ({ kind: { DataType: 'String', StringValue } })
      const publish = (
        Message: string,
        MessageAttributes: Record<string, sns.MessageAttributeValue>,
      ) => client.send(new sns.PublishCommand({ TopicArn, Message, MessageAttributes }))
      await publish('a bird', kind('bird'))
      await publish('a dog', kind('dog'))
      const bodies = [await receive(urlOf('fan')), await receive(urlOf('fan'))]
      assert.ok(bodies.includes('a dog'), bodies.join('\n'))
      assert.ok(!bodies.includes('a bird'))
      const heard = recordOf(await got((event) => recordOf(event)['EventSource'] === 'aws:sns'))
      assert.equal(isObject(heard['Sns']) && heard['Sns']['TopicArn'], TopicArn)
      client.destroy()
    })

    it('an event goes to the rules that it fits', async () => {
      const client = new events.EventBridgeClient(sdkOptions(gateway))
      const entry = (total: number) => ({
        Source: 'shop',
        DetailType: 'order',
        Detail: JSON.stringify({ total }),
      })
      const put = await client.send(
        new events.PutEventsCommand({ Entries: [entry(5), entry(50), { Source: 'shop' }] }),
      )
      assert.equal(put.FailedEntryCount, 1)
      const event = await got((one) => one['detail-type'] === 'order')
      assert.deepEqual(event['detail'], { total: 50 })
      assert.equal(event['id'], put.Entries?.[1]?.EventId)
      client.destroy()
    })

    const advance = async (advanceMs: number) => {
      const body = JSON.stringify({ advanceMs })
      const answer = await fetch(`${gateway.endpoint}/_daemun/clock`, { method: 'POST', body })
      assert.equal(answer.status, 200)
    }
    const logged = (text: string) =>
      gateway.event((one) => one.event === 'function-log' && String(one['line']).endsWith(text))
    const countOf = async (name: string) => {
      const QueueUrl = urlOf(name)
      const command = new sqs.GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] })
      const { Attributes: held } = await queue.send(command)
      const inFlight = Number(held?.ApproximateNumberOfMessagesNotVisible)
      return Number(held?.ApproximateNumberOfMessages) + inFlight
    }

    it('groups of a FIFO queue keep their order, and one that fails blocks itself alone', async () => {
      const names = ['single.fifo', 'batch.fifo']
      const bodies = ['a1', 'b1', 'c1', 'a2', 'b2', 'c2', 'a3', 'b3', 'c3']
      const Entries = bodies.map((body) => ({
        Id: body,
        MessageBody: body,
        MessageGroupId: body.slice(0, 1),
        MessageDeduplicationId: body,
      }))
      for (const name of names) {
        const QueueUrl = urlOf(name)
        await queue.send(new sqs.SendMessageBatchCommand({ QueueUrl, Entries }))
      }
      for (const name of names) {
        await logged(`FAILED ${name} a1`)
        await Promise.all([logged(`DONE ${name} b3`), logged(`DONE ${name} c3`)])
        // What is done is deleted; what is left is of the group that failed.
        while ((await countOf(name)) > 3) await logged(`DONE ${name} c3`)
      }
      await writeFile(join(folder, 'free'), '')
      await advance(31_000)
      for (const name of names) {
        await logged(`DONE ${name} a3`)
        const done = gateway.events.flatMap(({ line }) => {
          const [, body] = new RegExp(`DONE ${name} (\\w+)$`).exec(String(line)) ?? []
          return body === undefined ? [] : [body]
        })
        for (const group of ['a', 'b', 'c']) {
          const ofGroup = done.filter((body) => body.startsWith(group))
          assert.deepEqual(ofGroup, [`${group}1`, `${group}2`, `${group}3`], done.join())
        }
      }
    })

    it('a schedule fires by the node’s clock', async () => {
      await advance(3_700_000)
      const event = await got((one) => one['detail-type'] === 'Scheduled Event')
      assert.equal(event['source'], 'aws.events')
    })
  })
}
