// Every operator of filter policies in both scopes, by real publishes: one subscription looks at attributes, the other
// at the body of the same messages, and each queue has what its policy lets through.
// source: https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html and the pages below it
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import * as sns from '@aws-sdk/client-sns'
import * as sqs from '@aws-sdk/client-sqs'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { sdkOptions } from '../support/services.ts'

type Scope = 'MessageAttributes' | 'MessageBody'
type Members = Readonly<Record<string, unknown>>

interface Row {
  readonly name: string
  readonly policy: Members
  readonly fits: readonly Members[]
  readonly fitsNot: readonly Members[]
  /** Where it is in one of them only. */
  readonly scopes?: readonly Scope[]
}

/** What one member `v` has to be. */
const row = (
  name: string,
  wanted: readonly unknown[],
  fits: readonly unknown[],
  fitsNot: readonly unknown[],
): Row => {
  const membersOf = (value: unknown): Members => (value === undefined ? {} : { v: value })
  const policy = { v: wanted }
  return { name, policy, fits: fits.map(membersOf), fitsNot: fitsNot.map(membersOf) }
}

const BOTH: readonly Scope[] = ['MessageAttributes', 'MessageBody']
const BODY: readonly Scope[] = ['MessageBody']

const ROWS: readonly Row[] = [
  row(
    'exact',
    ['rugby', 'tennis'],
    ['rugby', 'tennis'],
    ['Rugby', 'rugby ', 'baseball', undefined],
  ),
  row('one of a list', ['rugby'], [['golf', 'rugby']], [['golf'], []]),
  row(
    'true, false and null of a list',
    [true, null],
    [[true], [null, 1]],
    [[false], ['true'], ['null']],
  ),
  row(
    'prefix',
    [{ prefix: 'bas' }],
    ['baseball', 'bas', ['x', 'basket']],
    ['ba', 'xbas', 7, undefined],
  ),
  row('suffix', [{ suffix: 'ball' }], ['baseball', 'ball'], ['ballx', 'Ball', undefined]),
  row(
    'equals-ignore-case',
    [{ 'equals-ignore-case': 'tennis' }],
    ['tennis', 'TENNIS', 'Tennis'],
    ['tenni', undefined],
  ),
  row(
    'wildcard',
    [{ wildcard: '*ball*a' }],
    ['balla', 'baseball in a'],
    ['ball', 'alla', undefined],
  ),
  row(
    'anything-but texts',
    [{ 'anything-but': ['rugby', 'tennis'] }],
    ['golf', 'Rugby', ['rugby', 'golf']],
    ['rugby', 'tennis', ['rugby', 'tennis'], undefined],
  ),
  row('anything-but one text', [{ 'anything-but': 'rugby' }], ['golf'], ['rugby', undefined]),
  row(
    'anything-but numbers',
    [{ 'anything-but': [100, 500] }],
    [101, 100.1],
    [100, 500, undefined],
  ),
  row(
    'anything-but a prefix',
    [{ 'anything-but': { prefix: 'bas' } }],
    ['rugby', 'xbas'],
    ['baseball', 'bas', undefined],
  ),
  row(
    'anything-but a wildcard',
    [{ 'anything-but': { wildcard: '*ball' } }],
    ['rugby', 'balls'],
    ['baseball', 'ball', undefined],
  ),
  row(
    'anything-but or nothing',
    [{ 'anything-but': ['x'] }, { exists: false }],
    ['y', undefined],
    ['x'],
  ),
  row('a number', [{ numeric: ['=', 301.5] }], [301.5, [1, 301.5]], [301, '301.5', undefined]),
  row('numbers below', [{ numeric: ['<', 0] }], [-0.5, -1], [0, 1, undefined]),
  row('numbers of a range', [{ numeric: ['>', 0, '<=', 150] }], [0.1, 150], [0, 150.1, '5']),
  row('numbers from', [{ numeric: ['>=', 10] }], [10, 1e6], [9.999]),
  row('a number or a text', [5, 'five'], [5, 'five'], [6, '5']),
  row('exists', [{ exists: true }], ['x', 0, ['x']], [undefined]),
  row('exists not', [{ exists: false }], [undefined], ['x', 0]),
  row(
    'addresses',
    [{ cidr: '10.0.0.0/24' }],
    ['10.0.0.0', '10.0.0.255'],
    ['10.0.1.0', 'x', undefined],
  ),
  row('one of several operators', [{ prefix: 'a' }, { suffix: 'z' }, 7], ['ab', 'yz', 7], ['m', 8]),
  {
    name: 'all of several keys',
    policy: { v: ['x'], w: [{ numeric: ['>', 1] }] },
    fits: [{ v: 'x', w: 2, other: 'y' }],
    fitsNot: [{ v: 'x', w: 1 }, { v: 'x' }, { w: 2 }],
  },
  {
    name: 'one of several keys',
    policy: { a: ['x'], $or: [{ v: ['x'] }, { w: [{ numeric: ['=', 1] }] }] },
    fits: [
      { a: 'x', v: 'x' },
      { a: 'x', w: 1, v: 'y' },
    ],
    fitsNot: [{ a: 'x', v: 'y' }, { v: 'x' }],
  },
  {
    name: 'nested members',
    policy: { v: { inner: { most: ['x'] } } },
    fits: [{ v: { inner: { most: 'x' } } }, { v: { inner: [{ most: 'y' }, { most: 'x' }] } }],
    fitsNot: [{ v: { inner: 'x' } }, { v: { most: 'x' } }, { inner: { most: 'x' } }],
    scopes: BODY,
  },
  {
    name: 'true, false and null by themselves',
    policy: { v: [false, null] },
    fits: [{ v: false }, { v: null }],
    fitsNot: [{ v: true }, { v: 'false' }, { v: 0 }, {}],
    scopes: BODY,
  },
]

const attributeOf = (value: unknown): sns.MessageAttributeValue => {
  if (Array.isArray(value)) return { DataType: 'String.Array', StringValue: JSON.stringify(value) }
  return { DataType: typeof value === 'number' ? 'Number' : 'String', StringValue: String(value) }
}

describe('a filter policy', () => {
  let gateway: Gateway
  let topics: sns.SNSClient
  let queues: sqs.SQSClient
  let TopicArn = ''
  const subscriptions = new Map<Scope, string>()
  before(async () => {
    gateway = await startGateway({ shape: 'start' })
    topics = new sns.SNSClient(sdkOptions(gateway))
    queues = new sqs.SQSClient(sdkOptions(gateway))
    TopicArn = (await topics.send(new sns.CreateTopicCommand({ Name: 'news' }))).TopicArn ?? ''
    for (const QueueName of BOTH) {
      await queues.send(new sqs.CreateQueueCommand({ QueueName }))
      const subscribed = await topics.send(
        new sns.SubscribeCommand({
          TopicArn,
          Protocol: 'sqs',
          Endpoint: `arn:aws:sqs:us-east-1:123456789012:${QueueName}`,
          Attributes: { RawMessageDelivery: 'true' },
        }),
      )
      subscriptions.set(QueueName, subscribed.SubscriptionArn ?? '')
    }
  })
  after(async () => {
    topics?.destroy()
    queues?.destroy()
    await gateway?.stop()
  })

  const set = (scope: Scope, AttributeName: string, AttributeValue: string) =>
    topics.send(
      new sns.SetSubscriptionAttributesCommand({
        SubscriptionArn: subscriptions.get(scope),
        AttributeName,
        AttributeValue,
      }),
    )
  const setPolicy = async (scope: Scope, policy: Members) => {
    await set(scope, 'FilterPolicyScope', scope)
    await set(scope, 'FilterPolicy', JSON.stringify(policy))
  }
  const publish = (Message: string, given: Members) => {
    const MessageAttributes = Object.fromEntries(
      Object.entries(given).map(([name, value]) => [name, attributeOf(value)]),
    )
    return topics.send(new sns.PublishCommand({ TopicArn, Message, MessageAttributes }))
  }
  /** Everything in a queue: it is there when the publish is answered. */
  const received = async (scope: Scope) => {
    const QueueUrl = `${gateway.endpoint}/123456789012/${scope}`
    const bodies: string[] = []
    for (;;) {
      const { Messages = [] } = await queues.send(
        new sqs.ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
      )
      if (Messages.length === 0) return bodies.toSorted()
      for (const { Body = '', ReceiptHandle } of Messages) {
        bodies.push(Body)
        await queues.send(new sqs.DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
      }
    }
  }

  for (const { name, policy, fits, fitsNot, scopes = BOTH } of ROWS) {
    it(`lets through what fits and nothing else: ${name}`, async () => {
      for (const scope of scopes) await setPolicy(scope, policy)
      for (const members of [...fits, ...fitsNot]) await publish(JSON.stringify(members), members)
      const expected = fits.map((members) => JSON.stringify(members)).toSorted()
      for (const scope of scopes) assert.deepEqual(await received(scope), expected, scope)
      for (const scope of BOTH) await received(scope)
    })
  }

  it('of bodies lets nothing through that is no JSON object, of attributes no binary one', async () => {
    for (const scope of BOTH) await setPolicy(scope, { v: [{ exists: true }] })
    for (const text of ['v', '"v"', '["v"]', '{"v":']) await publish(text, {})
    const v = { DataType: 'Binary', BinaryValue: Buffer.from('x') }
    const Message = '{"w":1}'
    await topics.send(new sns.PublishCommand({ TopicArn, Message, MessageAttributes: { v } }))
    for (const scope of BOTH) assert.deepEqual(await received(scope), [])
  })
})
