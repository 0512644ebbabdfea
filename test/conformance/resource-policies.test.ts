// Policies of topics, queues, buses and buckets where policies are held: what they give and take from whoever signs.
// source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import * as events from '@aws-sdk/client-eventbridge'
import * as iam from '@aws-sdk/client-iam'
import * as s3 from '@aws-sdk/client-s3'
import * as sns from '@aws-sdk/client-sns'
import * as sqs from '@aws-sdk/client-sqs'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { sdkOptions } from '../support/services.ts'

const policy = (...Statement: readonly object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement })

describe('a resource policy', () => {
  let gateway: Gateway
  let userArn: string
  let clients: ReturnType<typeof clientsOf>
  let owner: ReturnType<typeof clientsOf>
  const clientsOf = (credentials: Gateway['credentials']) => {
    const options = sdkOptions({ endpoint: gateway.endpoint, credentials })
    return {
      events: new events.EventBridgeClient(options),
      iam: new iam.IAMClient(options),
      s3: new s3.S3Client({ ...options, forcePathStyle: true }),
      sns: new sns.SNSClient(options),
      sqs: new sqs.SQSClient(options),
    }
  }
  before(async () => {
    gateway = await startGateway({ shape: 'start', args: ['--enforce-iam'] })
    owner = clientsOf(gateway.credentials)
    const { User } = await owner.iam.send(new iam.CreateUserCommand({ UserName: 'guest' }))
    userArn = User?.Arn ?? ''
    const { AccessKey } = await owner.iam.send(
      new iam.CreateAccessKeyCommand({ UserName: 'guest' }),
    )
    clients = clientsOf({
      accessKeyId: AccessKey?.AccessKeyId ?? '',
      secretAccessKey: AccessKey?.SecretAccessKey ?? '',
    })
  })
  after(async () => {
    for (const one of [clients, owner]) for (const client of Object.values(one)) client.destroy()
    await gateway.stop()
  })
  const allow = (Action: string, Resource: string) =>
    policy({ Effect: 'Allow', Principal: { AWS: userArn }, Action, Resource })

  it('of a topic lets a user publish whom no policy of its own lets, and a deny of it holds', async () => {
    const { TopicArn = '' } = await owner.sns.send(new sns.CreateTopicCommand({ Name: 'guests' }))
    const publish = () => clients.sns.send(new sns.PublishCommand({ TopicArn, Message: 'x' }))
    const set = (AttributeValue: string) =>
      owner.sns.send(
        new sns.SetTopicAttributesCommand({ TopicArn, AttributeName: 'Policy', AttributeValue }),
      )
    await assert.rejects(publish(), {
      name: 'AuthorizationErrorException',
      message: `User: ${userArn} is not authorized to perform: sns:Publish on resource: ${TopicArn} because no identity-based policy allows the sns:Publish action`,
    })
    await set(allow('SNS:Publish', TopicArn))
    assert.ok((await publish()).MessageId)
    const entries = [{ Id: '1', Message: 'x' }]
    const batch = new sns.PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: entries })
    assert.equal((await clients.sns.send(batch)).Successful?.length, 1)
    const everyone = { Principal: '*', Action: 'sns:Publish', Resource: TopicArn }
    await set(policy({ ...everyone, Effect: 'Allow' }, { ...everyone, Effect: 'Deny' }))
    await assert.rejects(publish(), /with an explicit deny in a resource-based policy/)
    await assert.rejects(
      owner.sns.send(new sns.PublishCommand({ TopicArn, Message: 'x' })),
      /with an explicit deny in a resource-based policy/,
    )
  })

  it('of a queue lets a user send and no more', async () => {
    const { QueueUrl = '' } = await owner.sqs.send(new sqs.CreateQueueCommand({ QueueName: 'g' }))
    const arn = 'arn:aws:sqs:us-east-1:123456789012:g'
    const Attributes = { Policy: allow('sqs:SendMessage', arn) }
    await owner.sqs.send(new sqs.SetQueueAttributesCommand({ QueueUrl, Attributes }))
    await clients.sqs.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody: 'x' }))
    const Entries = [{ Id: '1', MessageBody: 'x' }]
    await clients.sqs.send(new sqs.SendMessageBatchCommand({ QueueUrl, Entries }))
    await assert.rejects(clients.sqs.send(new sqs.ReceiveMessageCommand({ QueueUrl })), {
      message: /no identity-based policy allows the sqs:ReceiveMessage action/,
    })
  })

  it('of a bus is asked for each bus that a call has entries for', async () => {
    const { EventBusArn = '' } = await owner.events.send(
      new events.CreateEventBusCommand({ Name: 'guests' }),
    )
    const entry = (EventBusName: string) => ({
      EventBusName,
      Source: 'x',
      DetailType: 'x',
      Detail: '{}',
    })
    const put = (...names: readonly string[]) =>
      clients.events.send(new events.PutEventsCommand({ Entries: names.map(entry) }))
    await assert.rejects(put('guests'), { name: 'AccessDeniedException' })
    await owner.events.send(
      new events.PutPermissionCommand({
        EventBusName: 'guests',
        Policy: allow('events:PutEvents', EventBusArn),
      }),
    )
    assert.equal((await put('guests', EventBusArn)).FailedEntryCount, 0)
    await assert.rejects(put('guests', 'default'), {
      message: /on resource: arn:aws:events:us-east-1:123456789012:event-bus\/default because/,
    })
  })

  it('of a bucket lets a user read', async () => {
    const at = { Bucket: 'guests' }
    await owner.s3.send(new s3.CreateBucketCommand(at))
    await owner.s3.send(new s3.PutObjectCommand({ ...at, Key: 'open/a', Body: 'x' }))
    const get = (Key: string) => clients.s3.send(new s3.GetObjectCommand({ ...at, Key }))
    await assert.rejects(get('open/a'), { name: 'AccessDenied' })
    const Policy = allow('s3:GetObject', 'arn:aws:s3:::guests/open/*')
    await owner.s3.send(new s3.PutBucketPolicyCommand({ ...at, Policy }))
    assert.equal(await (await get('open/a')).Body?.transformToString(), 'x')
    await assert.rejects(get('b'), { name: 'AccessDenied' })
  })
})
