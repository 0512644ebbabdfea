// A disk with no byte left: whoever writes is told so in AWS's codes, requests of the APIs go on, and with room again
// everything works and is as it was. The disk is a tmpfs of the gateway's own (test/support/small-disk.ts).
import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { GetUsageCommand } from '@aws-sdk/client-api-gateway'
import * as logs from '@aws-sdk/client-cloudwatch-logs'
import * as dynamodb from '@aws-sdk/client-dynamodb'
import * as events from '@aws-sdk/client-eventbridge'
import * as lambda from '@aws-sdk/client-lambda'
import * as s3 from '@aws-sdk/client-s3'
import * as sns from '@aws-sdk/client-sns'
import * as sqs from '@aws-sdk/client-sqs'
import { ROLE, zipOf } from '../lambda/api/support.ts'
import { type Gateway, SHAPES, startGateway } from '../support/gateway.ts'
import { openShop } from '../support/selling.ts'
import { sdkOptions } from '../support/services.ts'
import { diskOf, noSmallDisk, onSmallDisk } from '../support/small-disk.ts'

const DISK_BYTES = 24 * 1024 * 1024
const KEY = 'key-of-a-customer-with-a-quota'
const ASKED = 150
const QUOTA = ASKED * 4
/** The gateway's clock: events of another day would be refused by their time. */
const NOW_MS = Date.parse('2026-11-21T12:00:00Z')
const DAYS = { startDate: '2026-11-21', endDate: '2026-11-21' }

/** What the writes are called before the disk is full, while it is, and after. */
const NAMES = ['a', 'bb', 'ccc', 'dddd']

type Write = (name: string) => Promise<unknown>

/** One write of each store, and what is read back of them. */
const openWrites = async (gateway: Gateway) => {
  const options = sdkOptions(gateway)
  const queue = new sqs.SQSClient(options)
  const topic = new sns.SNSClient(options)
  const bus = new events.EventBridgeClient(options)
  const bucket = new s3.S3Client({ ...options, forcePathStyle: true })
  const group = new logs.CloudWatchLogsClient(options)
  const made = new sqs.CreateQueueCommand({
    QueueName: 'q',
    Attributes: { VisibilityTimeout: '0' },
  })
  const { QueueUrl } = await queue.send(made)
  const attributes = await queue.send(
    new sqs.GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  )
  const Arn = attributes.Attributes?.QueueArn ?? ''
  // Held by `serve`: who delivers has to be let in.
  const Service = ['sns.amazonaws.com', 'events.amazonaws.com']
  const letIn = {
    Effect: 'Allow',
    Principal: { Service },
    Action: 'sqs:SendMessage',
    Resource: Arn,
  }
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [letIn] })
  await queue.send(new sqs.SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }))
  const { TopicArn } = await topic.send(new sns.CreateTopicCommand({ Name: 't' }))
  const subscribed = { TopicArn, Protocol: 'sqs', Attributes: { RawMessageDelivery: 'true' } }
  await topic.send(new sns.SubscribeCommand({ ...subscribed, Endpoint: Arn }))
  await bus.send(new events.PutRuleCommand({ Name: 'r', EventPattern: '{"source":["s"]}' }))
  const Targets = [{ Id: '1', Arn, InputPath: '$.detail' }]
  await bus.send(new events.PutTargetsCommand({ Rule: 'r', Targets }))
  const Bucket = 'bucket'
  await bucket.send(new s3.CreateBucketCommand({ Bucket }))
  const { UploadId } = await bucket.send(
    new s3.CreateMultipartUploadCommand({ Bucket, Key: 'parts' }),
  )
  const uploaded = new Map<string, s3.CompleteMultipartUploadCommandInput>()
  const Body = Buffer.alloc(20_000, 'x')
  for (const name of NAMES) {
    const begun = { Bucket, Key: `whole-${name}` }
    const whole = await bucket.send(new s3.CreateMultipartUploadCommand(begun))
    const part = { ...begun, UploadId: whole.UploadId, PartNumber: 1 }
    const { ETag } = await bucket.send(new s3.UploadPartCommand({ ...part, Body }))
    uploaded.set(name, { ...part, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } })
  }
  const functions = new lambda.LambdaClient(options)
  const code = (name: string) =>
    zipOf({ 'index.js': `exports.handler = async () => ${JSON.stringify(name.padEnd(9_000))}` })
  const createFunction = (FunctionName: string, ZipFile: Buffer) => {
    const made = {
      FunctionName,
      Role: ROLE,
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
    } as const
    return functions.send(new lambda.CreateFunctionCommand({ ...made, Code: { ZipFile } }))
  }
  await createFunction('updated', code('at first'))
  const stream = { logGroupName: 'group', logStreamName: 'stream' }
  await group.send(new logs.CreateLogGroupCommand(stream))
  await group.send(new logs.CreateLogStreamCommand(stream))
  const table = new dynamodb.DynamoDBClient(options)
  const keyed = {
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  } as const
  const createTable = (TableName: string, more: Partial<dynamodb.CreateTableCommandInput> = {}) =>
    table.send(new dynamodb.CreateTableCommand({ TableName, ...keyed, ...more } as never))
  await createTable('plain')
  const StreamSpecification = { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' } as const
  await createTable('streamed', { StreamSpecification })
  const item = (id: string) => ({ id: { S: id }, text: { S: 'x'.repeat(8_000) } })
  const put = (TableName: string, id: string) =>
    table.send(new dynamodb.PutItemCommand({ TableName, Item: item(id) }))
  const writes: Readonly<Record<string, Write>> = {
    send: (name) => {
      const MessageBody = `sent ${name}`.padEnd(8_000)
      return queue.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody }))
    },
    createQueue: (name) => queue.send(new sqs.CreateQueueCommand({ QueueName: `made-${name}` })),
    publish: (name) => {
      const Message = `published ${name}`.padEnd(8_000)
      return topic.send(new sns.PublishCommand({ TopicArn, Message }))
    },
    putEvents: (name) => {
      const entry = { Source: 's', DetailType: 'd', Detail: JSON.stringify({ name }) }
      return bus.send(new events.PutEventsCommand({ Entries: [entry] }))
    },
    putObject: (Key) => bucket.send(new s3.PutObjectCommand({ Bucket, Key, Body })),
    createMultipartUpload: (Key) =>
      bucket.send(new s3.CreateMultipartUploadCommand({ Bucket, Key })),
    uploadPart: (name) => {
      const PartNumber = name.length
      const part = { Bucket, Key: 'parts', UploadId, PartNumber, Body }
      return bucket.send(new s3.UploadPartCommand(part))
    },
    completeMultipartUpload: (name) => {
      const whole = uploaded.get(name)
      assert.ok(whole)
      return bucket.send(new s3.CompleteMultipartUploadCommand(whole))
    },
    createFunction: (name) => createFunction(`made-${name}`, code(name)),
    updateFunctionCode: (name) => {
      const changed = { FunctionName: 'updated', ZipFile: code(`updated ${name}`) }
      return functions.send(new lambda.UpdateFunctionCodeCommand(changed))
    },
    putItem: (id) => put('plain', id),
    putStreamedItem: (id) => put('streamed', id),
    transactWriteItems: (id) => {
      const puts = ['1', '2'].map((half) => ({
        Put: { TableName: 'plain', Item: item(`${id}-${half}`) },
      }))
      return table.send(new dynamodb.TransactWriteItemsCommand({ TransactItems: puts }))
    },
    createTable: (name) => createTable(`table-${name}`),
    putLogEvents: (name) => {
      const logEvents = [{ timestamp: NOW_MS, message: `logged ${name}`.padEnd(8_000) }]
      return group.send(new logs.PutLogEventsCommand({ ...stream, logEvents }))
    },
  }
  const read = {
    messages: async (count: number) => {
      const found = new Set<string>()
      while (found.size < count) {
        const command = new sqs.ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: 10,
          WaitTimeSeconds: 5,
        })
        const { Messages = [] } = await queue.send(command)
        for (const { Body: body = '', ReceiptHandle } of Messages) {
          found.add(body.trim())
          await queue.send(new sqs.DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
        }
      }
      return [...found].sort()
    },
    queues: async () =>
      (await queue.send(new sqs.ListQueuesCommand({ QueueNamePrefix: 'made-' }))).QueueUrls?.map(
        (url) => url.split('/').at(-1),
      ),
    objects: async () =>
      (await bucket.send(new s3.ListObjectsV2Command({ Bucket }))).Contents?.map(
        ({ Key, Size }) => [Key, Size],
      ),
    parts: async () =>
      (await bucket.send(new s3.ListPartsCommand({ Bucket, Key: 'parts', UploadId }))).Parts?.map(
        ({ PartNumber }) => PartNumber,
      ),
    items: async (TableName: string) =>
      (await table.send(new dynamodb.ScanCommand({ TableName }))).Items?.map(
        ({ id }) => id?.S,
      ).sort(),
    functions: async () =>
      (await functions.send(new lambda.ListFunctionsCommand({}))).Functions?.map(
        ({ FunctionName }) => FunctionName,
      ).sort(),
    called: async (FunctionName: string) => {
      const { Payload } = await functions.send(new lambda.InvokeCommand({ FunctionName }))
      return Buffer.from(Payload ?? [])
        .toString()
        .replace(/^"(.*?) *"$/, '$1')
    },
    tables: async () => (await table.send(new dynamodb.ListTablesCommand({}))).TableNames,
    logged: async () =>
      (await group.send(new logs.GetLogEventsCommand(stream))).events?.map(({ message = '' }) =>
        message.trim(),
      ),
  }
  const close = (): void => {
    for (const client of [queue, topic, bus, bucket, functions, group, table]) client.destroy()
  }
  return { writes, read, close }
}

/** The codes that the writes are refused with, each after `before`. */
const refusals = async (
  writes: Readonly<Record<string, Write>>,
  name: string,
  before: () => Promise<void> = async () => {},
) => {
  const found: [string, string, unknown][] = []
  for (const [operation, write] of Object.entries(writes)) {
    await before()
    await write(name).then(
      () => found.push([operation, 'done', 200]),
      (error: Error & { readonly $metadata?: { readonly httpStatusCode?: number } }) =>
        found.push([operation, error.name, error.$metadata?.httpStatusCode]),
    )
  }
  return found
}

describe('a full disk', { skip: noSmallDisk(tmpdir()) ?? false }, () => {
  for (const shape of SHAPES) {
    it(`is an error of AWS's for who writes and nobody else, and is over with it (${shape})`, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'daemun-disk-'))
      const gateway = await startGateway({
        shape,
        dataDir: join(folder, 'data'),
        under: onSmallDisk(folder, DISK_BYTES),
        args: ['--clock', `fixed:${new Date(NOW_MS).toISOString()}`],
      })
      const disk = diskOf(gateway.pid, folder)
      const { writes, read, close } = await openWrites(gateway)
      const shop = await openShop(gateway)
      try {
        const keyId = await shop.createKey(KEY)
        const quota = { limit: QUOTA, period: 'MONTH' } as const
        const usagePlanId = await shop.createPlan({ quota }, [keyId])
        await shop.until(200, KEY)
        assert.deepEqual(
          (await refusals(writes, 'a')).filter(([, code]) => code !== 'done'),
          [],
        )

        // An environment runs on a full disk, and none can start.
        assert.equal(await read.called('updated'), 'updated a')

        for (const name of ['bb', 'ccc']) {
          const wanted = Object.keys(writes).map((operation) => [
            operation,
            /Object|Upload|Part/.test(operation)
              ? 'InternalError'
              : /Item|Table/.test(operation)
                ? 'InternalServerError'
                : 'InternalFailure',
            500,
          ])
          // What a refused write took back may be room for the next one: the disk is filled for each.
          assert.deepEqual(await refusals(writes, name, disk.fill), wanted)
        }
        assert.deepEqual(await read.items('plain'), ['a', 'a-1', 'a-2'])
        assert.equal(await read.called('updated'), 'updated a')
        // Of `updated`, twice, and of `made-a`: nothing is left of those that were refused.
        const kept = (folder: string) => readdir(join(disk.path, 'data/functions', folder))
        assert.deepEqual([(await kept('archives')).length, (await kept('unpacked')).length], [3, 3])
        // With a quota that is written down before it is given: it is counted on, and not exceeded.
        assert.deepEqual(new Set(await shop.statuses(ASKED, KEY)), new Set([200]))
        await assert.rejects(shop.createKey('another-key-of-a-customer'), {
          name: 'InternalFailure',
        })

        await disk.free()
        assert.deepEqual(
          (await refusals(writes, 'dddd')).filter(([, code]) => code !== 'done'),
          [],
        )
        const done = ['a', 'dddd']
        assert.deepEqual(
          await read.messages(6),
          done
            .flatMap((name) => [`published ${name}`, `sent ${name}`, `{"name":"${name}"}`])
            .sort(),
        )
        assert.deepEqual(await read.queues(), ['made-a', 'made-dddd'])
        assert.deepEqual(await read.objects(), [
          ['a', 20_000],
          ['dddd', 20_000],
          ['whole-a', 20_000],
          ['whole-dddd', 20_000],
        ])
        // The parts are where they were.
        await writes['completeMultipartUpload']?.('bb')
        assert.deepEqual(await read.functions(), ['made-a', 'made-dddd', 'updated'])
        assert.equal(await read.called('updated'), 'updated dddd')
        await writes['createFunction']?.('bb')
        assert.equal(await read.called('made-bb'), 'bb')
        assert.deepEqual(await read.parts(), [1, 4])
        assert.deepEqual(
          await read.logged(),
          done.map((name) => `logged ${name}`),
        )
        const halves = done.flatMap((name) => [name, `${name}-1`, `${name}-2`])
        assert.deepEqual(await read.items('plain'), halves)
        assert.deepEqual(await read.items('streamed'), done)
        assert.deepEqual(await read.tables(), ['plain', 'streamed', 'table-a', 'table-dddd'])
        const left = await shop.statuses(QUOTA - ASKED, KEY)
        assert.equal(left.filter((status) => status === 200).length, QUOTA - ASKED - 1)
        const usage = await shop.client.send(new GetUsageCommand({ usagePlanId, ...DAYS }))
        assert.deepEqual(usage.items, { [keyId]: [[QUOTA, 0]] })
      } finally {
        close()
        shop.client.destroy()
        assert.equal(await gateway.stop(), 0)
        await rm(folder, { recursive: true, force: true })
      }
    })
  }

  it('that was full when a service was first asked for is over for that service too', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'daemun-disk-'))
    const gateway = await startGateway({
      shape: 'start',
      dataDir: join(folder, 'data'),
      under: onSmallDisk(folder, DISK_BYTES),
    })
    const queue = new sqs.SQSClient(sdkOptions(gateway))
    const bucket = new s3.S3Client({ ...sdkOptions(gateway), forcePathStyle: true })
    try {
      const disk = diskOf(gateway.pid, folder)
      await disk.fill()
      const createQueue = () => queue.send(new sqs.CreateQueueCommand({ QueueName: 'first' }))
      const createBucket = () => bucket.send(new s3.CreateBucketCommand({ Bucket: 'first' }))
      await assert.rejects(createQueue(), { name: 'InternalFailure' })
      await assert.rejects(createBucket(), { name: /InternalError|InternalFailure/ })
      await disk.free()
      await createQueue()
      await createBucket()
    } finally {
      queue.destroy()
      bucket.destroy()
      assert.equal(await gateway.stop(), 0)
      await rm(folder, { recursive: true, force: true })
    }
  })

  it('costs lines of an access log file, which goes on when there is room again', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'daemun-disk-'))
    const gateway = await startGateway({
      shape: 'start',
      dataDir: join(folder, 'data'),
      under: onSmallDisk(folder, DISK_BYTES),
      file: join(import.meta.dirname, '../support/logged-api.yaml'),
      args: ['--access-log-file', join(folder, 'access.log')],
    })
    try {
      const disk = diskOf(gateway.pid, folder)
      const [api] = gateway.apis
      assert.ok(api)
      const ask = async (name: string) =>
        assert.equal(
          (await gateway.call(api, '/prod/pets', { headers: { 'user-agent': name } })).status,
          200,
        )
      const has = async (name: string): Promise<boolean> => {
        for (let turn = 0; turn < 400; turn++) {
          const text = await readFile(join(disk.path, 'access.log'), 'utf8').catch(() => '')
          if (text.includes(`${name}\n`)) return true
          await ask('again')
        }
        return false
      }
      await ask('first')
      assert.ok(await has('first'))
      await disk.fill()
      // More than the page that the file ends in has room for.
      for (let at = 0; at < 200; at++) await ask('x'.repeat(100))
      await gateway.event(({ event, message }) => event === 'error' && /log/.test(String(message)))
      await disk.free()
      await ask('last')
      assert.ok(await has('last'))
    } finally {
      assert.equal(await gateway.stop(), 0)
      await rm(folder, { recursive: true, force: true })
    }
  })
})
