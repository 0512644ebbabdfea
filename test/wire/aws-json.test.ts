import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs'
import {
  GetQueueUrlCommand,
  QueueDoesNotExist,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { ServiceError } from '#wire/errors.ts'
import { credentials, serve, type Served, serverOf } from './served.ts'

const clientOptions = { region: 'us-east-1', credentials, maxAttempts: 1 }

const answers = {
  SendMessageBatch: () => ({
    Successful: [{ Id: '1', MessageId: 'm', MD5OfMessageBody: 'x' }],
    Failed: [],
  }),
  GetQueueUrl: () => {
    throw new ServiceError('QueueDoesNotExist', 400, 'The specified queue does not exist.')
  },
  ListQueues: () => ({ QueueUrls: ['http://a', 'http://b'] }),
}

describe('a real client of an awsJson service', () => {
  let sqs: Served
  let logs: Served
  let client: SQSClient

  before(async () => {
    sqs = await serve('sqs', answers)
    logs = await serve('logs', { DescribeLogGroups: () => ({ logGroups: [] }) })
    client = new SQSClient({ ...clientOptions, endpoint: sqs.endpoint, md5: false })
  })
  after(() => Promise.all([sqs, logs].map((served) => served.close())))

  it('names its operation in X-Amz-Target and sends its input as the body', async () => {
    const Entries = [{ Id: '1', MessageBody: 'hi', DelaySeconds: 1 }]
    const { Successful } = await client.send(
      new SendMessageBatchCommand({ QueueUrl: 'u', Entries }),
    )
    assert.deepEqual(sqs.inputs.at(-1), { QueueUrl: 'u', Entries })
    assert.equal(Successful?.[0]?.MessageId, 'm')
  })

  it('knows an error by its type', async () => {
    const asking = client.send(new GetQueueUrlCommand({ QueueName: 'q' }))
    await assert.rejects(asking, (error) => error instanceof QueueDoesNotExist)
  })

  it('of version 1.1 is answered likewise', async () => {
    const client = new CloudWatchLogsClient({ ...clientOptions, endpoint: logs.endpoint })
    const { logGroups } = await client.send(new DescribeLogGroupsCommand({}))
    assert.deepEqual(logGroups, [])
  })
})

it('older clients still send forms to a service that came from awsQuery', async () => {
  const { server } = await serverOf('sqs', answers)
  const request = { method: 'POST', target: '/', host: '', remoteAddress: '' }
  const headers = ['content-type', 'application/x-www-form-urlencoded']
  const body = new TextEncoder().encode('Action=ListQueues&Version=2012-11-05')
  const answer = await server({ ...request, headers, body })
  assert.equal(answer.statusCode, 200)
  assert.match(
    String(answer.body),
    /<QueueUrl>http:\/\/a<\/QueueUrl><QueueUrl>http:\/\/b<\/QueueUrl>/,
  )
  const refused = await server({
    ...request,
    headers,
    body: new TextEncoder().encode('Action=GetQueueUrl&QueueName=q'),
  })
  assert.match(String(refused.body), /<Code>AWS\.SimpleQueueService\.NonExistentQueue<\/Code>/)
})
