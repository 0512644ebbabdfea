// What topics and buses have accepted is delivered, though the node is killed before it was: to servers, queues and
// functions. (What queues have accepted: kill-nine-queues.test.ts.)
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { it } from 'node:test'
import * as events from '@aws-sdk/client-eventbridge'
import * as sns from '@aws-sdk/client-sns'
import * as sqs from '@aws-sdk/client-sqs'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { sdkOptions } from '../support/services.ts'

const TEMPLATE = `
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders: { Type: AWS::SQS::Queue, Properties: { QueueName: orders } }
  ToQueue:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: { source: [shop] }
      Targets: [{ Id: queue, Arn: !GetAtt Orders.Arn }]
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs18.x
      Handler: index.handler
      InlineCode: |
        exports.handler = async (event) => console.log('GOT ' + event.id)
      Events:
        Shop: { Type: EventBridgeRule, Properties: { Pattern: { source: [shop] } } }
`

interface Life {
  readonly gateway: Gateway
  readonly topics: sns.SNSClient
  readonly TopicArn: string
  die(): Promise<void>
}

/** Nodes on one data directory, one after the other. */
const lives = async (test: (begin: () => Promise<Life>, dataDir: string) => Promise<void>) => {
  const folder = await mkdtemp(join(tmpdir(), 'daemun-kept-'))
  const file = join(folder, 'template.yaml')
  const dataDir = join(folder, 'data')
  let last: Gateway | undefined
  try {
    await writeFile(file, TEMPLATE)
    await test(async () => {
      const gateway = await startGateway({ shape: 'start', file, dataDir })
      last = gateway
      const topics = new sns.SNSClient(sdkOptions(gateway))
      const made = await topics.send(new sns.CreateTopicCommand({ Name: 'news' }))
      const die = (): Promise<void> => {
        topics.destroy()
        return gateway.kill('SIGKILL')
      }
      return { gateway, topics, TopicArn: made.TopicArn ?? '', die }
    }, dataDir)
  } finally {
    await last?.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

/** A server that does not answer until it is told to. */
const startSilentServer = async () => {
  const waiting: ServerResponse[] = []
  const heard: Readonly<Record<string, string>>[] = []
  let isSilent = true
  let told: (() => void) | undefined
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      heard.push(JSON.parse(Buffer.concat(chunks).toString()))
      if (isSilent) waiting.push(response)
      else response.end()
      told?.()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard,
    speak: () => {
      isSilent = false
      for (const response of waiting.splice(0)) response.end()
    },
    silence: () => {
      isSilent = true
    },
    until: async (isEnough: () => boolean): Promise<void> => {
      while (!isEnough()) await new Promise<void>((resolve) => (told = resolve))
    },
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

it('servers, queues and functions get what was accepted before the node died', () =>
  lives(async (begin, dataDir) => {
    const server = await startSilentServer()
    try {
      const first = await begin()
      const { TopicArn } = first
      await first.topics.send(
        new sns.SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint: server.url }),
      )
      await server.until(() => server.heard.length === 1)
      await first.die()
      server.heard.length = 0
      server.speak()

      const second = await begin()
      await server.until(() => server.heard.length === 1)
      const { Token = '', Type } = server.heard[0] ?? {}
      assert.equal(Type, 'SubscriptionConfirmation')
      await second.topics.send(new sns.ConfirmSubscriptionCommand({ TopicArn, Token }))
      server.silence()
      server.heard.length = 0
      const published = await publish(second, 60)
      await server.until(() => server.heard.length >= AT_ONCE)
      // Some of these are on their way, some arrive and some wait: each life ends in another order.
      const put = await putEvents(second, 100)
      await second.die()
      assert.equal(waiting(dataDir), published.length)
      server.heard.length = 0
      server.speak()

      const third = await begin()
      const ofServer = () => new Set(server.heard.map((one) => one['MessageId']))
      await server.until(() => published.every((id) => ofServer().has(id)))
      assert.equal(ofServer().size, published.length)
      for (const id of put) {
        await third.gateway.event((one) => String(one['line']).includes(`GOT ${id}`))
      }
      assert.deepEqual((await received(third, put.length)).toSorted(), put.toSorted())
      third.topics.destroy()
    } finally {
      server.close()
    }
  }))

/** How many deliveries to servers are made at one time. */
const AT_ONCE = 32

const publish = ({ topics, TopicArn }: Life, count: number): Promise<readonly string[]> =>
  Promise.all(
    Array.from({ length: count }, async (_, at) => {
      const command = new sns.PublishCommand({ TopicArn, Message: `message ${at}` })
      return (await topics.send(command)).MessageId ?? ''
    }),
  )

const putEvents = async ({ gateway }: Life, count: number): Promise<readonly string[]> => {
  const client = new events.EventBridgeClient(sdkOptions(gateway))
  const ids: string[] = []
  while (ids.length < count) {
    const entry = { Source: 'shop', DetailType: 'order', Detail: '{}' }
    const command = new events.PutEventsCommand({
      Entries: Array.from({ length: 10 }, () => entry),
    })
    for (const { EventId = '' } of (await client.send(command)).Entries ?? []) ids.push(EventId)
  }
  client.destroy()
  return ids
}

/** How many deliveries to servers are left. */
const waiting = (dataDir: string): number => {
  const file = new DatabaseSync(join(dataDir, 'messages.db'))
  const select = file.prepare('SELECT COUNT(*) AS n FROM deliveries WHERE parcel LIKE ?')
  const count = Number(select.get('%"target":"http%')?.['n'])
  file.close()
  return count
}

/** The ids of so many events in the queue. */
const received = async ({ gateway }: Life, count: number): Promise<readonly string[]> => {
  const client = new sqs.SQSClient(sdkOptions(gateway))
  const command = new sqs.ReceiveMessageCommand({
    QueueUrl: `${gateway.endpoint}/123456789012/orders`,
    MaxNumberOfMessages: 10,
    WaitTimeSeconds: 10,
    VisibilityTimeout: 600,
  })
  const ids = new Set<string>()
  while (ids.size < count) {
    const { Messages = [] } = await client.send(command)
    assert.ok(Messages.length > 0, `${ids.size} of ${count} events came`)
    for (const { Body = '{}' } of Messages) ids.add(JSON.parse(Body).id)
  }
  client.destroy()
  return [...ids]
}
