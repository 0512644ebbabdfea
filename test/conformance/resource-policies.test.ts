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

  describe('of a target', () => {
    const account = '123456789012'
    const arnOf = (name: string) => `arn:aws:sqs:us-east-1:${account}:${name}`
    const queue = async (QueueName: string, Policy?: string) => {
      const Attributes = Policy === undefined ? {} : { Policy }
      const { QueueUrl = '' } = await owner.sqs.send(
        new sqs.CreateQueueCommand({ QueueName, Attributes }),
      )
      return QueueUrl
    }
    /** The next message of a queue, with its attributes. */
    const next = async (QueueUrl: string) => {
      const { Messages: [message] = [] } = await owner.sqs.send(
        new sqs.ReceiveMessageCommand({
          QueueUrl,
          WaitTimeSeconds: 10,
          MessageAttributeNames: ['All'],
        }),
      )
      if (message === undefined) assert.fail('no message came')
      const { ReceiptHandle } = message
      await owner.sqs.send(new sqs.DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
      return {
        body: message.Body ?? '',
        facts: Object.fromEntries(
          Object.entries(message.MessageAttributes ?? {}).map(([name, { StringValue }]) => [
            name,
            StringValue,
          ]),
        ),
      }
    }
    const lets = (Service: string, source: string, Resource: string, Action: string) =>
      policy({
        Effect: 'Allow',
        Principal: { Service },
        Action,
        Resource,
        Condition: {
          ArnLike: { 'aws:SourceArn': source },
          StringEquals: { 'aws:SourceAccount': account },
        },
      })

    it('decides what a topic may send to queues; what it may not goes where dead letters may', async () => {
      const topic = `arn:aws:sns:us-east-1:${account}:source`
      const from = (name: string) =>
        lets('sns.amazonaws.com', topic, arnOf(name), 'sqs:SendMessage')
      const other = lets('sns.amazonaws.com', `${topic}2`, arnOf('closed'), 'sqs:SendMessage')
      const open = await queue('open', from('open'))
      await queue('closed', other)
      const dead = await queue('dead', from('dead'))
      await owner.sns.send(new sns.CreateTopicCommand({ Name: 'source' }))
      for (const name of ['open', 'closed']) {
        const Attributes = {
          RawMessageDelivery: 'true',
          RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf('dead') }),
        }
        await owner.sns.send(
          new sns.SubscribeCommand({
            TopicArn: topic,
            Protocol: 'sqs',
            Endpoint: arnOf(name),
            Attributes,
          }),
        )
      }
      await owner.sns.send(new sns.PublishCommand({ TopicArn: topic, Message: 'hello' }))
      assert.equal((await next(open)).body, 'hello')
      assert.equal((await next(dead)).body, 'hello')
    })

    it('or the role of a rule’s target decides what EventBridge may send', async () => {
      const rule = `arn:aws:events:us-east-1:${account}:rule/sale`
      const role = async (name: string, Service: string, Action: string) => {
        await owner.iam.send(
          new iam.CreateRoleCommand({
            RoleName: name,
            AssumeRolePolicyDocument: policy({
              Effect: 'Allow',
              Principal: { Service },
              Action: 'sts:AssumeRole',
            }),
          }),
        )
        await owner.iam.send(
          new iam.PutRolePolicyCommand({
            RoleName: name,
            PolicyName: 'own',
            PolicyDocument: policy({ Effect: 'Allow', Action, Resource: '*' }),
          }),
        )
        return `arn:aws:iam::${account}:role/${name}`
      }
      const sends = await role('sends', 'events.amazonaws.com', 'sqs:SendMessage')
      const reads = await role('reads', 'events.amazonaws.com', 'sqs:ReceiveMessage')
      const others = await role('others', 'lambda.amazonaws.com', 'sqs:SendMessage')
      const plain = await queue('plain')
      const named = await queue(
        'named',
        lets('events.amazonaws.com', rule, arnOf('named'), 'sqs:SendMessage'),
      )
      const letters = await queue(
        'letters',
        lets('events.amazonaws.com', rule, arnOf('letters'), 'sqs:SendMessage'),
      )
      const EventPattern = '{"source":["shop"]}'
      await owner.events.send(new events.PutRuleCommand({ Name: 'sale', EventPattern }))
      const target = (Id: string, Arn: string, RoleArn?: string) => ({
        Id,
        Arn,
        ...(RoleArn !== undefined && { RoleArn }),
        DeadLetterConfig: { Arn: arnOf('letters') },
      })
      await owner.events.send(
        new events.PutTargetsCommand({
          Rule: 'sale',
          Targets: [
            target('1', arnOf('plain'), sends),
            target('2', arnOf('named')),
            target('3', arnOf('plain')),
            target('4', arnOf('plain'), reads),
            target('5', arnOf('plain'), others),
          ],
        }),
      )
      const entry = { Source: 'shop', DetailType: 'order', Detail: '{"n":1}' }
      await owner.events.send(new events.PutEventsCommand({ Entries: [entry] }))
      assert.equal(JSON.parse((await next(plain)).body).source, 'shop')
      assert.equal(JSON.parse((await next(named)).body).source, 'shop')
      const refused = [await next(letters), await next(letters), await next(letters)]
      for (const { body, facts } of refused) {
        assert.equal(JSON.parse(body).source, 'shop')
        assert.equal(facts['ERROR_CODE'], 'NO_PERMISSIONS')
        assert.equal(facts['RULE_ARN'], rule)
        assert.equal(facts['TARGET_ARN'], arnOf('plain'))
        assert.equal(facts['RETRY_ATTEMPTS'], '0')
        assert.equal(facts['EXHAUSTED_RETRY_CONDITION'], undefined)
      }
      assert.deepEqual(
        refused.map(({ facts }) => facts['ERROR_MESSAGE']).toSorted(),
        [
          `${others} does not trust events.amazonaws.com`,
          `${reads} may not call sqs:SendMessage on ${arnOf('plain')} for ${rule}`,
          `events.amazonaws.com may not call sqs:SendMessage on ${arnOf('plain')} for ${rule}: it has no policy`,
        ].toSorted(),
      )
    })

    it('decides what a bucket and a rule may publish to topics', async () => {
      const heard = await queue(
        'heard',
        policy({
          Effect: 'Allow',
          Principal: { Service: 'sns.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Resource: arnOf('heard'),
        }),
      )
      const topic = `arn:aws:sns:us-east-1:${account}:objects`
      await owner.sns.send(
        new sns.CreateTopicCommand({
          Name: 'objects',
          Attributes: {
            Policy: lets('s3.amazonaws.com', 'arn:aws:s3:::uploads', topic, 'SNS:Publish'),
          },
        }),
      )
      await owner.sns.send(
        new sns.SubscribeCommand({
          TopicArn: topic,
          Protocol: 'sqs',
          Endpoint: arnOf('heard'),
          Attributes: { RawMessageDelivery: 'true' },
        }),
      )
      await owner.events.send(
        new events.PutRuleCommand({ Name: 'told', EventPattern: '{"source":["told"]}' }),
      )
      const letters = await queue(
        'untold',
        lets(
          'events.amazonaws.com',
          `arn:aws:events:us-east-1:${account}:rule/*`,
          arnOf('untold'),
          'sqs:*',
        ),
      )
      await owner.events.send(
        new events.PutTargetsCommand({
          Rule: 'told',
          Targets: [{ Id: '1', Arn: topic, DeadLetterConfig: { Arn: arnOf('untold') } }],
        }),
      )
      const entry = { Source: 'told', DetailType: 'x', Detail: '{}' }
      await owner.events.send(new events.PutEventsCommand({ Entries: [entry] }))
      assert.equal((await next(letters)).facts['TARGET_ARN'], topic)
      for (const Bucket of ['elsewhere', 'uploads']) {
        await owner.s3.send(new s3.CreateBucketCommand({ Bucket }))
        await owner.s3.send(
          new s3.PutBucketNotificationConfigurationCommand({
            Bucket,
            SkipDestinationValidation: true,
            NotificationConfiguration: {
              TopicConfigurations: [{ TopicArn: topic, Events: ['s3:ObjectCreated:*'] }],
            },
          }),
        )
        await owner.s3.send(new s3.PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }))
      }
      const told = JSON.parse((await next(heard)).body)
      assert.equal(told.Records?.[0]?.s3?.bucket?.name, 'uploads', JSON.stringify(told))
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
