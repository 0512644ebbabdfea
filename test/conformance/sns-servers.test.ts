// Subscriptions over HTTP: confirmed and ended by the links of messages, each message signed, with a certificate that
// the node serves. A real server listens.
// source: https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
import assert from 'node:assert/strict'
import { X509Certificate, verify } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import * as sns from '@aws-sdk/client-sns'
import * as sqs from '@aws-sdk/client-sqs'
import { isObject } from '#shared/json.ts'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { sdkOptions } from '../support/services.ts'

interface Heard {
  readonly headers: IncomingHttpHeaders
  readonly text: string
  readonly json: Readonly<Record<string, string>>
}

/** A server that keeps what it hears, and answers what it is told to. */
const startSubscriber = async () => {
  const heard: Heard[] = []
  let told: (() => void) | undefined
  let answer: (path: string) => number = () => 200
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString()
      const read: unknown = text.startsWith('{') ? JSON.parse(text) : {}
      const json = isObject(read) ? (read as Record<string, string>) : {} // Of texts, as AWS's messages are.
      heard.push({ headers: request.headers, text, json })
      response.writeHead(answer(request.url ?? '')).end()
      told?.()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  let taken = 0
  return {
    url: `http://127.0.0.1:${port}`,
    heard,
    answers: (next: typeof answer) => {
      answer = next
    },
    next: async (): Promise<Heard> => {
      while (heard.length <= taken) await new Promise<void>((resolve) => (told = resolve))
      return heard[taken++] ?? assert.fail('nothing was heard')
    },
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  Notification: ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'],
  SubscriptionConfirmation: [
    'Message',
    'MessageId',
    'SubscribeURL',
    'Timestamp',
    'Token',
    'TopicArn',
    'Type',
  ],
}

/** As the guide verifies it. */
const isGenuine = async (message: Readonly<Record<string, string>>): Promise<boolean> => {
  const response = await fetch(message['SigningCertURL'] ?? '')
  assert.equal(response.status, 200)
  const { publicKey } = new X509Certificate(await response.text())
  const text = (FIELDS[message['Type'] ?? ''] ?? [])
    .filter((name) => message[name] !== undefined)
    .map((name) => `${name}\n${message[name]}\n`)
    .join('')
  const algorithm = message['SignatureVersion'] === '2' ? 'sha256' : 'sha1'
  const signature = Buffer.from(message['Signature'] ?? '', 'base64')
  return verify(algorithm, Buffer.from(text), publicKey, signature)
}

describe('subscriptions of HTTP servers', () => {
  let gateway: Gateway
  let client: sns.SNSClient
  let queues: sqs.SQSClient
  let dataDir: string
  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'daemun-servers-'))
    gateway = await startGateway({ shape: 'start', dataDir, args: ['--clock', 'controlled'] })
    client = new sns.SNSClient(sdkOptions(gateway))
    queues = new sqs.SQSClient(sdkOptions(gateway))
  })
  after(async () => {
    client?.destroy()
    queues?.destroy()
    await gateway?.stop()
    await rm(dataDir, { recursive: true, force: true })
  })
  const advance = async (advanceMs: number) => {
    const answer = await fetch(`${gateway.endpoint}/_daemun/clock`, {
      method: 'POST',
      body: JSON.stringify({ advanceMs }),
    })
    assert.equal(answer.status, 200)
  }
  const topic = async (Name: string, Attributes: Record<string, string> = {}) => {
    const made = await client.send(new sns.CreateTopicCommand({ Name, Attributes }))
    return made.TopicArn ?? ''
  }
  const attributesOf = async (SubscriptionArn: string) =>
    (await client.send(new sns.GetSubscriptionAttributesCommand({ SubscriptionArn }))).Attributes ??
    {}
  const arnOf = async (TopicArn: string) => {
    const listed = await client.send(new sns.ListSubscriptionsByTopicCommand({ TopicArn }))
    return listed.Subscriptions?.[0]?.SubscriptionArn ?? ''
  }

  it('are asked, confirmed by a link, told in signed messages, and ended by a link', async (t) => {
    const server = await startSubscriber()
    t.after(() => server.close())
    const TopicArn = await topic('links')
    const asked = await client.send(
      new sns.SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint: `${server.url}/hook` }),
    )
    assert.equal(asked.SubscriptionArn, 'pending confirmation')
    assert.equal(await arnOf(TopicArn), 'PendingConfirmation')
    const question = await server.next()
    assert.equal(question.headers['x-amz-sns-message-type'], 'SubscriptionConfirmation')
    assert.equal(question.headers['x-amz-sns-topic-arn'], TopicArn)
    assert.equal(question.headers['content-type'], 'text/plain; charset=UTF-8')
    assert.ok(await isGenuine(question.json))
    assert.ok(!(await isGenuine({ ...question.json, Message: 'another' })))
    await client.send(new sns.PublishCommand({ TopicArn, Message: 'too early' }))
    const confirmed = await fetch(question.json['SubscribeURL'] ?? '')
    const text = await confirmed.text()
    assert.equal(confirmed.status, 200, text)
    const arn = await arnOf(TopicArn)
    assert.match(text, new RegExp(`<SubscriptionArn>${arn}</SubscriptionArn>`))
    assert.equal((await attributesOf(arn))['ConfirmationWasAuthenticated'], 'false')

    await client.send(new sns.PublishCommand({ TopicArn, Message: 'héllo', Subject: 'news' }))
    const { json, headers } = await server.next()
    assert.equal(json['Message'], 'héllo')
    assert.equal(json['Subject'], 'news')
    assert.equal(headers['x-amz-sns-message-type'], 'Notification')
    assert.equal(headers['x-amz-sns-subscription-arn'], arn)
    assert.equal(json['SignatureVersion'], '1')
    assert.ok(await isGenuine(json))
    await client.send(
      new sns.SetTopicAttributesCommand({
        TopicArn,
        AttributeName: 'SignatureVersion',
        AttributeValue: '2',
      }),
    )
    await client.send(new sns.PublishCommand({ TopicArn, Message: 'again' }))
    const second = await server.next()
    assert.equal(second.json['SignatureVersion'], '2')
    assert.ok(await isGenuine(second.json))

    const ended = await fetch(second.json['UnsubscribeURL'] ?? '')
    assert.equal(ended.status, 200, await ended.text())
    await assert.rejects(attributesOf(arn), { name: 'NotFoundException' })
  })

  it('that were confirmed with AuthenticateOnUnsubscribe are ended by who signs alone', async (t) => {
    const server = await startSubscriber()
    t.after(() => server.close())
    const TopicArn = await topic('kept')
    await client.send(
      new sns.SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint: server.url }),
    )
    const { json } = await server.next()
    const made = await client.send(
      new sns.ConfirmSubscriptionCommand({
        TopicArn,
        Token: json['Token'] ?? '',
        AuthenticateOnUnsubscribe: 'true',
      }),
    )
    const SubscriptionArn = made.SubscriptionArn ?? ''
    assert.equal((await attributesOf(SubscriptionArn))['ConfirmationWasAuthenticated'], 'true')
    const link = `${gateway.endpoint}/?Action=Unsubscribe&SubscriptionArn=${SubscriptionArn}`
    const refused = await fetch(link)
    assert.equal(refused.status, 403)
    assert.match(await refused.text(), /<Code>AuthorizationError<\/Code>/)
    await client.send(new sns.UnsubscribeCommand({ SubscriptionArn }))
    await assert.rejects(attributesOf(SubscriptionArn), { name: 'NotFoundException' })
  })

  it('that nobody confirmed within two days are not to be confirmed any more', async (t) => {
    const server = await startSubscriber()
    t.after(() => server.close())
    const TopicArn = await topic('late')
    await client.send(
      new sns.SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint: server.url }),
    )
    const { json } = await server.next()
    await advance(2 * 86_400_000 + 1)
    const Token = json['Token'] ?? ''
    await assert.rejects(client.send(new sns.ConfirmSubscriptionCommand({ TopicArn, Token })), {
      name: 'InvalidParameterException',
      message: 'Invalid parameter: Token',
    })
  })

  it('have the same certificate after the node was started anew', async (t) => {
    const server = await startSubscriber()
    t.after(() => server.close())
    const TopicArn = await topic('anew')
    await client.send(
      new sns.SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint: server.url }),
    )
    const { json } = await server.next()
    client.destroy()
    queues.destroy()
    await gateway.stop()
    gateway = await startGateway({ shape: 'start', dataDir, args: ['--clock', 'controlled'] })
    client = new sns.SNSClient(sdkOptions(gateway))
    queues = new sqs.SQSClient(sdkOptions(gateway))
    const { pathname } = new URL(json['SigningCertURL'] ?? '')
    assert.ok(await isGenuine({ ...json, SigningCertURL: `${gateway.endpoint}${pathname}` }))
    const other = pathname.replace(/-.*/, '-0123456789abcdef.pem')
    assert.equal((await fetch(`${gateway.endpoint}${other}`)).status, 404)
  })
})
