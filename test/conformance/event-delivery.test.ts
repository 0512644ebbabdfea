// What a stack's buckets and functions tell others of: notifications to functions, queues and topics, and where the
// results of asynchronous invocations go. source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import * as lambda from '@aws-sdk/client-lambda'
import * as s3 from '@aws-sdk/client-s3'
import * as sqs from '@aws-sdk/client-sqs'
import { isObject } from '#shared/json.ts'
import { type Gateway, SHAPES, startGateway } from '../support/gateway.ts'
import { sdkOptions } from '../support/services.ts'

const policy = (
  name: string,
  kind: 'SQS::Queue' | 'SNS::Topic',
  services: string,
  action: string,
) => `
  ${name}Policy:
    Type: AWS::${kind}Policy
    Properties:
      ${kind === 'SQS::Queue' ? 'Queues' : 'Topics'}: [!Ref ${name}]
      PolicyDocument:
        Statement:
          - { Effect: Allow, Principal: { Service: ${services} }, Action: '${action}', Resource: '*' }`

const TEMPLATE = `
Transform: AWS::Serverless-2016-10-31
Resources:
  Heard: { Type: AWS::SQS::Queue, Properties: { QueueName: heard } }${policy('Heard', 'SQS::Queue', '[s3.amazonaws.com, sns.amazonaws.com]', 'sqs:SendMessage')}
  Fanned: { Type: AWS::SQS::Queue, Properties: { QueueName: fanned } }${policy('Fanned', 'SQS::Queue', 'sns.amazonaws.com', 'sqs:SendMessage')}
  Results: { Type: AWS::SQS::Queue, Properties: { QueueName: results } }
  Dead: { Type: AWS::SQS::Queue, Properties: { QueueName: dead } }
  Topic: { Type: AWS::SNS::Topic, Properties: { TopicName: objects } }${policy('Topic', 'SNS::Topic', 's3.amazonaws.com', 'sns:Publish')}
  Fan:
    Type: AWS::SNS::Subscription
    Properties: { TopicArn: !Ref Topic, Protocol: sqs, Endpoint: !GetAtt Fanned.Arn, RawMessageDelivery: true }
  Files:
    Type: AWS::S3::Bucket
    DependsOn: [HeardPolicy, TopicPolicy]
    Properties:
      BucketName: files
      NotificationConfiguration:
        QueueConfigurations:
          - Event: s3:ObjectCreated:*
            Queue: !GetAtt Heard.Arn
            Filter: { S3Key: { Rules: [{ Name: suffix, Value: .txt }] } }
        TopicConfigurations:
          - { Event: 's3:ObjectRemoved:*', Topic: !Ref Topic }
  Outcomes: { Type: AWS::SNS::Topic, Properties: { TopicName: outcomes } }
  Succeeded: { Type: AWS::SQS::Queue, Properties: { QueueName: succeeded } }${policy('Succeeded', 'SQS::Queue', 'sns.amazonaws.com', 'sqs:SendMessage')}
  TellSuccess:
    Type: AWS::SNS::Subscription
    Properties: { TopicArn: !Ref Outcomes, Protocol: sqs, Endpoint: !GetAtt Succeeded.Arn, RawMessageDelivery: true }
  Bus: { Type: AWS::Events::EventBus, Properties: { Name: failures } }
  Failed: { Type: AWS::SQS::Queue, Properties: { QueueName: failed } }${policy('Failed', 'SQS::Queue', 'events.amazonaws.com', 'sqs:SendMessage')}
  TellFailure:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: !Ref Bus
      EventPattern: { source: [lambda], detail-type: [Lambda Function Invocation Result - Failure] }
      Targets: [{ Id: queue, Arn: !GetAtt Failed.Arn }]
  Open:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs18.x
      Handler: index.handler
      CodeUri: ./code
      FunctionName: open
      Policies: [{ Statement: [{ Effect: Allow, Action: '*', Resource: '*' }] }]
      EventInvokeConfig:
        MaximumRetryAttempts: 0
        DestinationConfig:
          OnSuccess: { Type: SNS, Destination: !Ref Outcomes }
          OnFailure: { Type: EventBridge, Destination: !GetAtt Bus.Arn }
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs18.x
      Handler: index.handler
      CodeUri: ./code
      FunctionName: worker
      Policies: [{ Statement: [{ Effect: Allow, Action: '*', Resource: '*' }] }]
      EventInvokeConfig:
        MaximumRetryAttempts: 0
        DestinationConfig:
          OnSuccess: { Type: SQS, Destination: !GetAtt Results.Arn }
          OnFailure: { Type: Lambda, Destination: !GetAtt Nurse.Arn }
      Events:
        Uploads:
          Type: S3
          Properties:
            Bucket: !Ref Files
            Events: s3:ObjectCreated:Put
            Filter: { S3Key: { Rules: [{ Name: prefix, Value: in/ }] } }
  Nurse:
    Type: AWS::Serverless::Function
    Properties: { Runtime: nodejs18.x, Handler: index.handler, CodeUri: ./code, FunctionName: nurse }
  Sick:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs18.x
      Handler: index.handler
      CodeUri: ./code
      FunctionName: sick
      Policies: [{ Statement: [{ Effect: Allow, Action: '*', Resource: '*' }] }]
      DeadLetterQueue: { Type: SQS, TargetArn: !GetAtt Dead.Arn }
      EventInvokeConfig: { MaximumRetryAttempts: 0 }
`
const CODE = `exports.handler = async (event) => {
  console.log('GOT ' + JSON.stringify(event))
  if (event.fail) throw new Error('on purpose')
  return { said: event.say }
}`

for (const shape of SHAPES) {
  describe(`what happens in a stack of daemun ${shape}`, () => {
    let gateway: Gateway
    let folder: string
    let queues: sqs.SQSClient
    let objects: s3.S3Client
    let functions: lambda.LambdaClient
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'daemun-event-delivery-'))
      await mkdir(join(folder, 'code'))
      await writeFile(join(folder, 'code/index.js'), CODE)
      await writeFile(join(folder, 'template.yaml'), TEMPLATE)
      gateway = await startGateway({ shape, file: join(folder, 'template.yaml') })
      queues = new sqs.SQSClient(sdkOptions(gateway))
      objects = new s3.S3Client({ ...sdkOptions(gateway), forcePathStyle: true })
      functions = new lambda.LambdaClient(sdkOptions(gateway))
    })
    after(async () => {
      for (const client of [queues, objects, functions]) client?.destroy()
      await gateway?.stop()
      await rm(folder, { recursive: true, force: true })
    })

    const receive = async (name: string) => {
      const QueueUrl = `${gateway.endpoint}/123456789012/${name}`
      const { Messages = [] } = await queues.send(
        new sqs.ReceiveMessageCommand({
          QueueUrl,
          WaitTimeSeconds: 20,
          MessageAttributeNames: ['All'],
        }),
      )
      const [message] = Messages
      const { ReceiptHandle } = message ?? {}
      await queues.send(new sqs.DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
      const body: unknown = JSON.parse(message?.Body ?? '{}')
      return { body: isObject(body) ? body : {}, attributes: message?.MessageAttributes ?? {} }
    }
    const logged = async (...parts: readonly string[]) => {
      const { line } = await gateway.event(
        (one) =>
          one.event === 'function-log' && parts.every((part) => String(one['line']).includes(part)),
      )
      return String(line)
    }
    const put = (Key: string) =>
      objects.send(new s3.PutObjectCommand({ Bucket: 'files', Key, Body: 'x' }))
    const told = ({ body }: Awaited<ReturnType<typeof receive>>) => {
      const [record] = Array.isArray(body['Records']) ? body['Records'] : []
      return [record.eventName, record.s3.bucket.name, record.s3.object.key]
    }
    const invoke = (FunctionName: string, event: object) =>
      functions.send(
        new lambda.InvokeCommand({
          FunctionName,
          InvocationType: 'Event',
          Payload: Buffer.from(JSON.stringify(event)),
        }),
      )

    it('a queue hears of the objects that its rule fits, a function of those that fit its own', async () => {
      await put('in/a.bin')
      await put('b.txt')
      assert.deepEqual(told(await receive('heard')), ['ObjectCreated:Put', 'files', 'b.txt'])
      await logged('GOT', 'ObjectCreated:Put', 'in/a.bin')
      assert.ok(!gateway.events.some((one) => String(one['line']).includes('b.txt')))
    })

    it('a topic hears of what is removed, and tells its subscribers', async () => {
      await put('gone')
      await objects.send(new s3.DeleteObjectCommand({ Bucket: 'files', Key: 'gone' }))
      assert.deepEqual(told(await receive('fanned')), ['ObjectRemoved:Delete', 'files', 'gone'])
    })

    it('the result of an asynchronous invocation goes to the queue that it names', async () => {
      // The upload above has a result too.
      await receive('results')
      await invoke('worker', { say: 'hi' })
      const { body } = await receive('results')
      const { requestContext, requestPayload, responsePayload } = body
      assert.deepEqual([requestPayload, responsePayload], [{ say: 'hi' }, { said: 'hi' }])
      assert.ok(isObject(requestContext))
      assert.equal(requestContext['condition'], 'Success')
      assert.match(String(requestContext['functionArn']), /:function:worker:\$LATEST$/)
    })

    it('a failure goes to the function that it names', async () => {
      await invoke('worker', { fail: 'w1' })
      const line = await logged('GOT', 'RetriesExhausted', 'w1')
      assert.match(line, /"requestPayload":\{"fail":"w1"\}/)
      assert.match(line, /on purpose/)
    })

    it('a success is told to a topic, a failure is an event of a bus', async () => {
      const arn = 'arn:aws:lambda:us-east-1:123456789012:function:open:$LATEST'
      await invoke('open', { say: 'yes' })
      const succeeded = (await receive('succeeded')).body
      assert.ok(isObject(succeeded['requestContext']))
      assert.equal(succeeded['requestContext']['functionArn'], arn)
      assert.equal(succeeded['requestContext']['condition'], 'Success')
      assert.deepEqual(succeeded['requestPayload'], { say: 'yes' })
      assert.deepEqual(succeeded['responsePayload'], { said: 'yes' })

      await invoke('open', { fail: 'o1' })
      const { detail, ...event } = (await receive('failed')).body
      const bus = 'arn:aws:events:us-east-1:123456789012:event-bus/failures'
      assert.equal(event['source'], 'lambda')
      assert.equal(event['detail-type'], 'Lambda Function Invocation Result - Failure')
      assert.deepEqual(event['resources'], [arn, bus])
      assert.ok(isObject(detail) && isObject(detail['requestContext']))
      assert.equal(detail['requestContext']['condition'], 'RetriesExhausted')
      assert.equal(detail['requestContext']['approximateInvokeCount'], 1)
      assert.deepEqual(detail['requestPayload'], { fail: 'o1' })
      assert.ok(isObject(detail['responseContext']))
      assert.equal(detail['responseContext']['functionError'], 'Unhandled')
      assert.ok(isObject(detail['responsePayload']))
      assert.equal(detail['responsePayload']['errorMessage'], 'on purpose')
    })

    it('an event that fails for good goes to the dead-letter queue as it came', async () => {
      await invoke('sick', { fail: 's1' })
      const { body, attributes } = await receive('dead')
      assert.deepEqual(body, { fail: 's1' })
      assert.equal(attributes['ErrorMessage']?.StringValue, 'on purpose')
    })
  })
}
