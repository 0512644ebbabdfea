// What targets of EventBridge's rules are given of an event, as a queue receives it; and lists that come in pages.
// source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import * as events from '@aws-sdk/client-eventbridge'
import * as sqs from '@aws-sdk/client-sqs'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { sdkOptions } from '../support/services.ts'

const AT = 'arn:aws:events:us-east-1:123456789012'
const QUEUE = 'arn:aws:sqs:us-east-1:123456789012:told'
const RESOURCE = 'arn:aws:ec2:us-east-1:123456789012:instance/i-0123456789'
const SAID = 'she said "hi"\n\\ <state> é'
const detail = {
  'instance-id': 'i-0123456789',
  state: 'RUNNING',
  items: [{ id: 1 }, { id: 2, more: true }],
  price: 1.5,
  nothing: null,
  said: SAID,
  'a/b': 'slash',
}

type Input = Pick<events.Target, 'Input' | 'InputPath' | 'InputTransformer'>

const path = (InputPath: string): Input => ({ InputPath })
const paths = {
  instance: '$.detail.instance-id',
  state: '$.detail.state',
  items: '$.detail.items',
  ids: '$.detail.items[*].id',
  price: '$.detail.price',
  nothing: '$.detail.nothing',
  said: '$.detail.said',
  gone: '$.detail.gone.further',
}
const template = (InputTemplate: string): Input => ({
  InputTransformer: { InputPathsMap: paths, InputTemplate },
})

/** What is asked for, and the text that comes; `undefined` stands for the event itself. */
const CASES: readonly (readonly [string, Input, string | undefined])[] = [
  ['nothing', {}, undefined],
  ['a constant', { Input: '{ "fixed": [1, "<state>"] }' }, '{ "fixed": [1, "<state>"] }'],
  ['the whole event', path('$'), undefined],
  ['an object', path('$.detail.items[1]'), '{"id":2,"more":true}'],
  ['a text', path('$.detail.instance-id'), '"i-0123456789"'],
  ['a number', path('$.detail.items[0].id'), '1'],
  ['an item of a list', path('$.resources[0]'), `"${RESOURCE}"`],
  ['a name with a dash', path('$.detail-type'), '"a name with a dash"'],
  ['a name with a slash', path('$.detail.a/b'), '"slash"'],
  ['every item', path('$.detail.items[*].id'), '[1,2]'],
  ['every member that has such a one', path('$.detail.*[0].id'), '[1]'],
  // The rows of the guide's table.
  [
    'a simple string',
    template('"instance <instance> is in <state>"'),
    '"instance i-0123456789 is in RUNNING"',
  ],
  [
    'a string with escaped quotes',
    template('"instance \\"<instance>\\" is in <state>"'),
    '"instance \\"i-0123456789\\" is in RUNNING"',
  ],
  [
    'simple JSON',
    template('{"instance":<instance>,"state":<state>}'),
    '{"instance":"i-0123456789","state":"RUNNING"}',
  ],
  [
    'JSON with strings and variables',
    template(
      '{"instance":<instance>,"state":"<state>","is":"instance \\"<instance>\\" is <state>"}',
    ),
    '{"instance":"i-0123456789","state":"RUNNING","is":"instance \\"i-0123456789\\" is RUNNING"}',
  ],
  [
    'JSON with variables and static information',
    template('{"state":[9,<state>,true],"Transformed":"Yes"}'),
    '{"state":[9,"RUNNING",true],"Transformed":"Yes"}',
  ],
  [
    'reserved variables in JSON',
    template('{"arn":<aws.events.rule-arn>,"name":<aws.events.rule-name>}'),
    `{"arn":"${AT}:rule/RULE","name":"RULE"}`,
  ],
  ['a reserved variable in a string', template('"<aws.events.rule-name> fired"'), '"RULE fired"'],
  ['the event in JSON', template('<aws.events.event.json>'), undefined],
  [
    'objects, lists, numbers and null',
    template('{"a":<items>,"b":<ids>,"c":<price>,"d":<nothing>}'),
    '{"a":[{"id":1},{"id":2,"more":true}],"b":[1,2],"c":1.5,"d":null}',
  ],
  ['a number in a string', template('{"a":"<price> each"}'), '{"a":"1.5 each"}'],
  ['a path that leads nowhere', template('{"a":"b<gone>c"}'), '{"a":"bc"}'],
  [
    'quotes, line ends and placeholders of values',
    template('{"out":<said>,"in":"(<said>)"}'),
    JSON.stringify({ out: SAID, in: `(${SAID})` }),
  ],
  ['what only looks like a placeholder', template('"1 < 2 > 0"'), '"1 < 2 > 0"'],
]

describe('EventBridge', () => {
  let gateway: Gateway
  let client: events.EventBridgeClient
  let queues: sqs.SQSClient
  before(async () => {
    gateway = await startGateway({ shape: 'start' })
    client = new events.EventBridgeClient(sdkOptions(gateway))
    queues = new sqs.SQSClient(sdkOptions(gateway))
    await queues.send(new sqs.CreateQueueCommand({ QueueName: 'told' }))
  })
  after(async () => {
    client?.destroy()
    queues?.destroy()
    await gateway?.stop()
  })

  /** What comes of an event of one rule with one target. */
  const told = async (rule: string, type: string, input: Input): Promise<string> => {
    const EventPattern = JSON.stringify({ detail: { rule: [rule] } })
    await client.send(new events.PutRuleCommand({ Name: rule, EventPattern }))
    const Targets = [{ Id: 'queue', Arn: QUEUE, ...input }]
    const put = await client.send(new events.PutTargetsCommand({ Rule: rule, Targets }))
    assert.deepEqual(put.FailedEntries, [])
    const entry = {
      Source: 'shop',
      DetailType: type,
      Detail: JSON.stringify({ ...detail, rule }),
      Resources: [RESOURCE],
      Time: new Date('2015-11-11T21:29:54Z'),
    }
    await client.send(new events.PutEventsCommand({ Entries: [entry] }))
    const QueueUrl = `${gateway.endpoint}/123456789012/told`
    const { Messages: [message] = [] } = await queues.send(
      new sqs.ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }),
    )
    const { ReceiptHandle, Body = '' } = message ?? {}
    await queues.send(new sqs.DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
    return Body
  }
  const event = (rule: string, type: string) => ({
    version: '0',
    'detail-type': type,
    source: 'shop',
    account: '123456789012',
    time: '2015-11-11T21:29:54Z',
    region: 'us-east-1',
    resources: [RESOURCE],
    detail: { ...detail, rule },
  })

  for (const [number, [name, input, text]] of CASES.entries()) {
    it(`gives a target what it asks for: ${name}`, async () => {
      const rule = `rule-${number}`
      const body = await told(rule, name, input)
      if (text !== undefined) assert.equal(body, text.replaceAll('RULE', rule))
      else {
        const { id, ...rest } = JSON.parse(body)
        assert.match(id, /^[0-9a-f-]{36}$/)
        assert.deepEqual(rest, event(rule, name))
      }
    })
  }

  it('gives a target the event without its detail, and when it came rather than when it says it was', async () => {
    const before = Math.floor(Date.now() / 1_000) * 1_000
    const input = template('{"event":<aws.events.event>,"at":<aws.events.event.ingestion-time>}')
    const read = JSON.parse(await told('received', 'order', input))
    const { detail: _, ...rest } = event('received', 'order')
    assert.deepEqual(read.event, { ...rest, id: read.event.id })
    assert.match(read.at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    assert.ok(Date.parse(read.at) >= before)
  })

  it('lists buses, rules, targets and rules of a target in pages, each once', async () => {
    const Name = 'paged'
    await client.send(new events.CreateEventBusCommand({ Name }))
    for (let bus = 0; bus < 4; bus++) {
      await client.send(new events.CreateEventBusCommand({ Name: `paged-${bus}` }))
    }
    const rules = Array.from({ length: 5 }, (_, rule) => `rule-${rule}`)
    const Targets = rules.map((Id) => ({ Id, Arn: QUEUE }))
    for (const Rule of rules) {
      const rule = { Name: Rule, EventBusName: Name, EventPattern: '{"source":["shop"]}' }
      await client.send(new events.PutRuleCommand(rule))
      await client.send(new events.PutTargetsCommand({ Rule, EventBusName: Name, Targets }))
    }
    const all = async (
      ask: (page: { readonly Limit: number; readonly NextToken?: string }) => Promise<Page>,
    ) => {
      const pages: (readonly (string | undefined)[])[] = []
      let NextToken: string | undefined
      do {
        const page = await ask({ Limit: 2, ...(NextToken !== undefined && { NextToken }) })
        pages.push(page.names)
        NextToken = page.NextToken
      } while (NextToken !== undefined)
      return pages
    }
    const inPages = (names: readonly string[]) => [
      names.slice(0, 2),
      names.slice(2, 4),
      names.slice(4),
    ]
    const buses = await all(async (page) => {
      const command = new events.ListEventBusesCommand({ NamePrefix: Name, ...page })
      const { EventBuses = [], NextToken } = await client.send(command)
      return { names: EventBuses.map((one) => one.Name), NextToken }
    })
    assert.deepEqual(buses, inPages([Name, ...['0', '1', '2', '3'].map((one) => `${Name}-${one}`)]))
    const ofBus = await all(async (page) => {
      const command = new events.ListRulesCommand({ EventBusName: Name, ...page })
      const { Rules = [], NextToken } = await client.send(command)
      return { names: Rules.map((one) => one.Name), NextToken }
    })
    assert.deepEqual(ofBus, inPages(rules))
    const targets = await all(async (page) => {
      const asked = { Rule: 'rule-0', EventBusName: Name, ...page }
      const { Targets: found = [], NextToken } = await client.send(
        new events.ListTargetsByRuleCommand(asked),
      )
      return { names: found.map(({ Id }) => Id), NextToken }
    })
    assert.deepEqual(targets, inPages(rules))
    const ofTarget = await all(async (page) => {
      const asked = { TargetArn: QUEUE, EventBusName: Name, ...page }
      const { RuleNames = [], NextToken } = await client.send(
        new events.ListRuleNamesByTargetCommand(asked),
      )
      return { names: RuleNames, NextToken }
    })
    assert.deepEqual(ofTarget, inPages(rules))
  })
})

interface Page {
  readonly names: readonly (string | undefined)[]
  readonly NextToken: string | undefined
}
