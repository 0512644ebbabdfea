// What queues do, through the real SDK against a running gateway. Every operation by every client: sqs-clients.test.ts.
// source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import * as sqs from '@aws-sdk/client-sqs'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { python, sdkOptions } from '../support/services.ts'

describe('SQS', () => {
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

  const made = async (QueueName: string, Attributes: Record<string, string> = {}) => {
    const { QueueUrl = '' } = await client.send(
      new sqs.CreateQueueCommand({ QueueName, Attributes }),
    )
    const got = await client.send(
      new sqs.GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
    )
    return { QueueUrl, arn: got.Attributes?.['QueueArn'] ?? '' }
  }
  const advance = async (advanceMs: number) => {
    const answer = await fetch(`${gateway.endpoint}/_daemun/clock`, {
      method: 'POST',
      body: JSON.stringify({ advanceMs }),
    })
    assert.equal(answer.status, 200, await answer.text())
  }
  const receive = async (QueueUrl: string, more: Partial<sqs.ReceiveMessageCommandInput> = {}) => {
    const command = new sqs.ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, ...more })
    return (await client.send(command)).Messages ?? []
  }

  it('a queue is made once, found, listed, changed, tagged and deleted', async () => {
    const { QueueUrl } = await made('life', { VisibilityTimeout: '10' })
    assert.equal(QueueUrl, `${gateway.endpoint}/123456789012/life`)
    const same = { VisibilityTimeout: '10', SqsManagedSseEnabled: 'true' }
    assert.equal((await made('life', same)).QueueUrl, QueueUrl)
    await assert.rejects(made('life', { VisibilityTimeout: '11' }), { name: 'QueueNameExists' })
    const url = await client.send(new sqs.GetQueueUrlCommand({ QueueName: 'life' }))
    assert.equal(url.QueueUrl, QueueUrl)
    const listed = await client.send(new sqs.ListQueuesCommand({ QueueNamePrefix: 'li' }))
    assert.deepEqual(listed.QueueUrls, [QueueUrl])
    const Attributes = { DelaySeconds: '3', Policy: '{"Version":"2012-10-17","Statement":[]}' }
    await client.send(new sqs.SetQueueAttributesCommand({ QueueUrl, Attributes }))
    const got = await client.send(
      new sqs.GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
    )
    assert.equal(got.Attributes?.DelaySeconds, '3')
    assert.equal(got.Attributes?.Policy, Attributes.Policy)
    await client.send(new sqs.TagQueueCommand({ QueueUrl, Tags: { team: 'pets' } }))
    assert.deepEqual((await client.send(new sqs.ListQueueTagsCommand({ QueueUrl }))).Tags, {
      team: 'pets',
    })
    await client.send(new sqs.DeleteQueueCommand({ QueueUrl }))
    await assert.rejects(client.send(new sqs.GetQueueUrlCommand({ QueueName: 'life' })), {
      name: 'QueueDoesNotExist',
    })
  })

  it('a message comes with its digests, attributes and body, and is gone when deleted', async () => {
    const { QueueUrl } = await made('plain')
    // The SDK compares MD5OfMessageBody and MD5OfBody by itself.
    const sent = await client.send(
      new sqs.SendMessageCommand({
        QueueUrl,
        MessageBody: 'hällo 🐈',
        MessageAttributes: {
          kind: { DataType: 'String', StringValue: 'cat' },
          raw: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2, 3]) },
        },
      }),
    )
    const [message] = await receive(QueueUrl, {
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['All'],
    })
    assert.equal(message?.Body, 'hällo 🐈')
    assert.equal(message?.MD5OfMessageAttributes, sent.MD5OfMessageAttributes)
    assert.deepEqual([...(message?.MessageAttributes?.['raw']?.BinaryValue ?? [])], [1, 2, 3])
    assert.equal(message?.Attributes?.ApproximateReceiveCount, '1')
    assert.deepEqual(await receive(QueueUrl), [])
    const ReceiptHandle = message?.ReceiptHandle
    await client.send(new sqs.DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
    // AWS: deleting twice is no error.
    await client.send(new sqs.DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
    await assert.rejects(
      client.send(new sqs.DeleteMessageCommand({ QueueUrl, ReceiptHandle: 'made up' })),
      { name: 'ReceiptHandleIsInvalid' },
    )
  })

  it('a message is hidden for its visibility timeout, by an older receipt no more', async () => {
    const { QueueUrl } = await made('hidden', { VisibilityTimeout: '30' })
    await client.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody: 'one' }))
    const [first] = await receive(QueueUrl)
    assert.deepEqual(await receive(QueueUrl), [])
    await advance(31_000)
    const [second] = await receive(QueueUrl, { MessageSystemAttributeNames: ['All'] })
    assert.equal(second?.Attributes?.ApproximateReceiveCount, '2')
    const old = { QueueUrl, ReceiptHandle: first?.ReceiptHandle }
    await client.send(new sqs.DeleteMessageCommand(old))
    await assert.rejects(
      client.send(new sqs.ChangeMessageVisibilityCommand({ ...old, VisibilityTimeout: 0 })),
      { name: 'MessageNotInflight' },
    )
    const now = { QueueUrl, ReceiptHandle: second?.ReceiptHandle, VisibilityTimeout: 0 }
    await client.send(new sqs.ChangeMessageVisibilityCommand(now))
    assert.equal((await receive(QueueUrl)).length, 1)
  })

  it('a receiver that waits is woken by a message', async () => {
    const { QueueUrl } = await made('polled')
    const waiting = receive(QueueUrl, { WaitTimeSeconds: 20 })
    await client.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody: 'late' }))
    assert.equal((await waiting)[0]?.Body, 'late')
  })

  it('a delayed message comes when its time has come, and an old one never', async () => {
    const { QueueUrl } = await made('delayed', { MessageRetentionPeriod: '60' })
    await client.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody: 'd', DelaySeconds: 9 }))
    assert.deepEqual(await receive(QueueUrl), [])
    await advance(10_000)
    assert.equal((await receive(QueueUrl)).length, 1)
    await advance(61_000)
    assert.deepEqual(await receive(QueueUrl), [])
  })

  it('a batch tells of each entry by itself', async () => {
    const { QueueUrl } = await made('batch')
    const sent = await client.send(
      new sqs.SendMessageBatchCommand({
        QueueUrl,
        Entries: [
          { Id: 'a', MessageBody: '1' },
          { Id: 'b', MessageBody: '2' },
          { Id: 'c', MessageBody: 'bad \u0001' },
        ],
      }),
    )
    assert.deepEqual(
      sent.Successful?.map(({ Id }) => Id),
      ['a', 'b'],
    )
    assert.deepEqual(
      sent.Failed?.map(({ Id, Code }) => [Id, Code]),
      [['c', 'InvalidMessageContents']],
    )
    const got = await receive(QueueUrl)
    const deleted = await client.send(
      new sqs.DeleteMessageBatchCommand({
        QueueUrl,
        Entries: got.map(({ ReceiptHandle }, at) => ({ Id: `${at}`, ReceiptHandle })),
      }),
    )
    assert.equal(deleted.Successful?.length, 2)
    const none = new sqs.SendMessageBatchCommand({ QueueUrl, Entries: [] })
    await assert.rejects(client.send(none), { name: 'EmptyBatchRequest' })
    const Entries = [
      { Id: 'a', MessageBody: '1' },
      { Id: 'a', MessageBody: '2' },
    ]
    await assert.rejects(client.send(new sqs.SendMessageBatchCommand({ QueueUrl, Entries })), {
      name: 'BatchEntryIdsNotDistinct',
    })
  })

  it('a FIFO queue keeps the order of a group, sends once, and waits for what is in flight', async () => {
    const { QueueUrl } = await made('line.fifo', {
      FifoQueue: 'true',
      ContentBasedDeduplication: 'true',
    })
    const send = (MessageGroupId: string, MessageBody: string) =>
      client.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody, MessageGroupId }))
    for (const body of ['1', '2', '2', '3']) await send('a', body)
    await send('b', 'x')
    const [one] = await receive(QueueUrl, { MaxNumberOfMessages: 1 })
    assert.equal(one?.Body, '1')
    assert.deepEqual(
      (await receive(QueueUrl)).map(({ Body }) => Body),
      ['x'],
    )
    const { ReceiptHandle } = one ?? {}
    await client.send(new sqs.DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
    assert.deepEqual(
      (await receive(QueueUrl)).map(({ Body }) => Body),
      ['2', '3'],
    )
    await assert.rejects(
      client.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody: 'no group' })),
      { name: 'MissingParameter' },
    )
  })

  it('a poison message goes to the dead-letter queue, and back by a move task', async () => {
    const dead = await made('dead')
    const { QueueUrl, arn } = await made('alive', {
      VisibilityTimeout: '0',
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 2 }),
    })
    await client.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody: 'poison' }))
    assert.equal((await receive(QueueUrl)).length, 1)
    assert.equal((await receive(QueueUrl)).length, 1)
    assert.deepEqual(await receive(QueueUrl), [])
    const [buried] = await receive(dead.QueueUrl, {
      VisibilityTimeout: 0,
      MessageSystemAttributeNames: ['DeadLetterQueueSourceArn'],
    })
    assert.equal(buried?.Body, 'poison')
    assert.equal(buried?.Attributes?.DeadLetterQueueSourceArn, arn)
    const sources = await client.send(
      new sqs.ListDeadLetterSourceQueuesCommand({ QueueUrl: dead.QueueUrl }),
    )
    assert.deepEqual(sources.queueUrls, [QueueUrl])
    const move = (more: object = {}) =>
      client.send(new sqs.StartMessageMoveTaskCommand({ SourceArn: dead.arn, ...more }))
    await move()
    assert.equal((await receive(QueueUrl))[0]?.Body, 'poison')
    const other = await made('other.fifo', { FifoQueue: 'true' })
    await assert.rejects(move({ DestinationArn: other.arn }), { name: 'UnsupportedOperation' })
  })

  it('what is too large, out of range or not there is refused in AWS’s codes', async () => {
    const { QueueUrl } = await made('strict', { MaximumMessageSize: '1024' })
    const send = (more: Partial<sqs.SendMessageCommandInput>) =>
      client.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody: 'x', ...more }))
    await assert.rejects(send({ MessageBody: 'x'.repeat(1025) }), { name: 'InvalidParameterValue' })
    await assert.rejects(send({ DelaySeconds: 901 }), { name: 'InvalidParameterValue' })
    await assert.rejects(send({ QueueUrl: `${gateway.endpoint}/123456789012/nobody` }), {
      name: 'QueueDoesNotExist',
    })
    await assert.rejects(made('bad name'), { name: 'InvalidParameterValue' })
    await assert.rejects(made('a', { VisibilityTimeout: '-1' }), { name: 'InvalidAttributeValue' })
    await assert.rejects(made('a', { Nonsense: '1' }), { name: 'InvalidAttributeName' })
  })

  it('boto3’s resources work', { skip: python() === undefined }, async () => {
    const said = await python()?.(gateway, BOTO3)
    assert.equal(said, 'done')
  })

  it('a long poll ends with its client, and takes no message any more', async () => {
    const { QueueUrl } = await made('left')
    const ending = new AbortController()
    const command = new sqs.ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 })
    const waiting = client.send(command, { abortSignal: ending.signal })
    await advance(1) // The receiver is there by now: its request came first.
    ending.abort()
    await assert.rejects(waiting, { name: 'AbortError' })
    // The same connection is gone, and what was told of that has been heard.
    await advance(1)
    await client.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody: 'kept' }))
    assert.deepEqual(
      (await receive(QueueUrl)).map(({ Body }) => Body),
      ['kept'],
    )
  })

  it('names and bodies hold what AWS lets them and nothing else', async () => {
    const { QueueUrl } = await made('naughty')
    const send = (MessageBody: string, more: Partial<sqs.SendMessageCommandInput> = {}) =>
      client.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody, ...more }))
    for (const bad of ['\0', 'a\u000bb', '\u001f', '\ufffe', '\ud800x']) {
      await assert.rejects(send(`x${bad}`), { name: 'InvalidMessageContents' })
      const value = { DataType: 'String', StringValue: `x${bad}` }
      await assert.rejects(send('x', { MessageAttributes: { a: value } }), {
        name: 'InvalidParameterValue',
      })
    }
    const texts = [
      '\t\r\n',
      ']]>&lt;',
      '\u2028\u202e\ufeff',
      "'; DROP TABLE messages; --",
      '{"a":1}',
      '🐈‍⬛',
    ]
    for (const text of texts) await send(text)
    const got = await receive(QueueUrl)
    assert.deepEqual(got.map(({ Body }) => Body).sort(), [...texts].sort())
    const value = { DataType: 'String', StringValue: 'x' }
    for (const name of ['a\0', 'AWS.x', '.a', 'a.', 'a..b', 'ä', 'a b', 'a'.repeat(257)]) {
      await assert.rejects(send('x', { MessageAttributes: { [name]: value } }), {
        name: 'InvalidParameterValue',
      })
    }
    const eleven = Object.fromEntries(Array.from({ length: 11 }, (_, at) => [`a${at}`, value]))
    await assert.rejects(send('x', { MessageAttributes: eleven }), {
      name: 'InvalidParameterValue',
    })
    await assert.rejects(send('x', { MessageSystemAttributes: { Other: value } as never }), {
      name: 'InvalidParameterValue',
    })
    for (const name of ['a\0', 'a/b', '../a', 'ä', '', 'a'.repeat(81), 'a.fifo']) {
      await assert.rejects(made(name), { name: 'InvalidParameterValue' })
    }
  })

  it('a message has 1 MiB at most, a batch too, and a queue may take less', async () => {
    const { QueueUrl } = await made('large')
    const mebibyte = 1_048_576
    const MessageBody = 'x'.repeat(mebibyte)
    await client.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody }))
    await assert.rejects(
      client.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody: `${MessageBody}x` })),
      { name: 'InvalidParameterValue' },
    )
    const halves = ['a', 'b'].map((Id) => ({ Id, MessageBody: 'x'.repeat(mebibyte / 2) }))
    const batch = (Entries: readonly sqs.SendMessageBatchRequestEntry[], url = QueueUrl) =>
      client.send(new sqs.SendMessageBatchCommand({ QueueUrl: url, Entries: [...Entries] }))
    assert.equal((await batch(halves)).Successful?.length, 2)
    await assert.rejects(batch([...halves, { Id: 'c', MessageBody: 'x' }]), {
      name: 'BatchRequestTooLong',
    })
    const small = await made('small', { MaximumMessageSize: '1024' })
    const few = ['a', 'b'].map((Id) => ({ Id, MessageBody: 'x'.repeat(1_000) }))
    const sent = await batch([...few, { Id: 'c', MessageBody: 'x'.repeat(1_025) }], small.QueueUrl)
    assert.deepEqual(
      sent.Failed?.map(({ Id, Code }) => [Id, Code]),
      [['c', 'InvalidParameterValue']],
    )
    assert.equal(sent.Successful?.length, 2)
  })

  it('a queue’s attributes fit each other, and its policies say something that can be held', async () => {
    const dead = await made('guarded')
    const set = (Attributes: Record<string, string>, QueueUrl = dead.QueueUrl) =>
      client.send(new sqs.SetQueueAttributesCommand({ QueueUrl, Attributes }))
    const wrong = { name: 'InvalidAttributeValue' }
    await assert.rejects(set({ Policy: '{"Statement":"x"}' }), wrong)
    await assert.rejects(set({ Policy: JSON.stringify({ Id: 'x'.repeat(8_193) }) }), wrong)
    await assert.rejects(set({ RedriveAllowPolicy: '{"redrivePermission":"some"}' }), {
      name: 'InvalidParameterValue',
    })
    await assert.rejects(set({ SqsManagedSseEnabled: 'true', KmsMasterKeyId: 'alias/k' }), wrong)
    await set({ KmsMasterKeyId: 'alias/k' })
    const encryption = async () => {
      const names = ['KmsMasterKeyId', 'SqsManagedSseEnabled'] as const
      const command = new sqs.GetQueueAttributesCommand({ ...dead, AttributeNames: [...names] })
      return (await client.send(command)).Attributes
    }
    assert.deepEqual(await encryption(), {
      KmsMasterKeyId: 'alias/k',
      SqsManagedSseEnabled: 'false',
    })
    await set({ SqsManagedSseEnabled: 'true' })
    assert.deepEqual(await encryption(), { SqsManagedSseEnabled: 'true' })
    const fifo = await made('fast.fifo', { FifoQueue: 'true' })
    await assert.rejects(set({ FifoThroughputLimit: 'perMessageGroupId' }, fifo.QueueUrl), wrong)
    const high = { FifoThroughputLimit: 'perMessageGroupId', DeduplicationScope: 'messageGroup' }
    await set(high, fifo.QueueUrl)
    await assert.rejects(set({ ContentBasedDeduplication: 'true' }), {
      name: 'InvalidAttributeName',
    })
    const redrive = (maxReceiveCount: number) => ({
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount }),
    })
    const source = await made('source')
    for (const count of [0, 1_001, 1.5]) {
      await assert.rejects(set(redrive(count), source.QueueUrl), { name: 'InvalidParameterValue' })
    }
    await assert.rejects(set(redrive(1), fifo.QueueUrl), { name: 'InvalidParameterValue' })
    const byQueue = { redrivePermission: 'byQueue', sourceQueueArns: [`${source.arn}-not`] }
    for (const allowed of [{ redrivePermission: 'denyAll' }, byQueue]) {
      await set({ RedriveAllowPolicy: JSON.stringify(allowed) })
      await assert.rejects(set(redrive(1), source.QueueUrl), { name: 'InvalidParameterValue' })
    }
    const named = { redrivePermission: 'byQueue', sourceQueueArns: [source.arn] }
    await set({ RedriveAllowPolicy: JSON.stringify(named) })
    await set(redrive(1_000), source.QueueUrl)
  })

  it('lists come in pages', async () => {
    const dead = await made('page-dead')
    const deadLetterTargetArn = dead.arn
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 1 })
    const urls: string[] = []
    for (const name of ['page-1', 'page-2', 'page-3']) {
      urls.push((await made(name, { RedrivePolicy })).QueueUrl)
    }
    const found: (string | undefined)[] = []
    for (let NextToken: string | undefined; ; ) {
      const page = { ...dead, MaxResults: 2, ...(NextToken !== undefined && { NextToken }) }
      const some = await client.send(new sqs.ListDeadLetterSourceQueuesCommand(page))
      found.push(...(some.queueUrls ?? []))
      NextToken = some.NextToken
      if (NextToken === undefined) break
    }
    assert.deepEqual(found, urls)
    const first = { QueueNamePrefix: 'page-', MaxResults: 1 }
    const { NextToken } = await client.send(new sqs.ListQueuesCommand(first))
    assert.ok(NextToken)
    const madeUp = new sqs.ListQueuesCommand({ ...first, NextToken: 'made up' })
    await assert.rejects(client.send(madeUp), { name: 'InvalidParameterValue' })
  })

  it('a form that is sent to the queue’s own address means that queue', async () => {
    await made('by-path')
    const answer = await fetch(`${gateway.endpoint}/123456789012/by-path`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization:
          'AWS4-HMAC-SHA256 Credential=test/20261121/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=0',
      },
      body: 'Action=SendMessage&MessageBody=hi',
    })
    const text = await answer.text()
    assert.match(text, /<SendMessageResult>.*<MessageId>/)
    assert.ok(
      text.startsWith('<SendMessageResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/">'),
    )
  })
})

const BOTO3 = `
sqs = boto3.resource('sqs', **options)
queue = sqs.create_queue(QueueName='boto', Attributes={'VisibilityTimeout': '5'})
queue.send_message(MessageBody='one', MessageAttributes={'kind': {'DataType': 'String', 'StringValue': 'cat'}})
queue.send_messages(Entries=[{'Id': str(i), 'MessageBody': str(i)} for i in range(3)])
got = queue.receive_messages(MaxNumberOfMessages=10, MessageAttributeNames=['All'], AttributeNames=['All'])
assert sorted(m.body for m in got) == ['0', '1', '2', 'one'], [m.body for m in got]
for m in got: m.delete()
client = boto3.client('sqs', **options)
try:
    client.get_queue_url(QueueName='nobody')
    raise SystemExit('no error')
except client.exceptions.QueueDoesNotExist as error:
    assert error.response['Error']['Code'] == 'AWS.SimpleQueueService.NonExistentQueue', error.response
queue.delete()
print('done')
`
