// EventBridge Scheduler through the SDK, by the clock of the node: what runs, when, with which words, and that nothing
// runs twice. source: https://docs.aws.amazon.com/scheduler/latest/UserGuide/what-is-scheduler.html
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import * as events from '@aws-sdk/client-eventbridge'
import * as iam from '@aws-sdk/client-iam'
import * as scheduler from '@aws-sdk/client-scheduler'
import * as sns from '@aws-sdk/client-sns'
import * as sqs from '@aws-sdk/client-sqs'
import { isObject } from '#shared/json.ts'
import { type Gateway, SHAPES, startGateway } from '../support/gateway.ts'
import { sdkOptions } from '../support/services.ts'

const NOW = '2027-01-10T12:00:00Z'
const RoleArn = 'arn:aws:iam::123456789012:role/schedules'
const OFF = { Mode: 'OFF' } as const
const arnOf = (queue: string) => `arn:aws:sqs:us-east-1:123456789012:${queue}`

const clockAt = async (gateway: Gateway, order: Readonly<Record<string, unknown>>) => {
  const answer = await fetch(`${gateway.endpoint}/_daemun/clock`, {
    method: 'POST',
    body: JSON.stringify({ fixed: true, ...order }),
  })
  assert.equal(answer.status, 200)
}

/** A role for the Scheduler that may do so much. */
const makeRole = async (gateway: Gateway, RoleName: string, Resource: string) => {
  const client = new iam.IAMClient(sdkOptions(gateway))
  const statement = (given: object) =>
    JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...given }] })
  const Principal = { Service: 'scheduler.amazonaws.com' }
  await client.send(
    new iam.CreateRoleCommand({
      RoleName,
      AssumeRolePolicyDocument: statement({ Principal, Action: 'sts:AssumeRole' }),
    }),
  )
  await client.send(
    new iam.PutRolePolicyCommand({
      RoleName,
      PolicyName: 'call',
      PolicyDocument: statement({ Action: '*', Resource }),
    }),
  )
  client.destroy()
}

const parts = (gateway: Gateway) => {
  const client = new scheduler.SchedulerClient(sdkOptions(gateway))
  const queues = new sqs.SQSClient(sdkOptions(gateway))
  const urlOf = (name: string) => `${gateway.endpoint}/123456789012/${name}`
  return {
    client,
    queues,
    urlOf,
    create: (name: string, given: Partial<scheduler.CreateScheduleCommandInput>) =>
      client.send(
        new scheduler.CreateScheduleCommand({
          Name: name,
          FlexibleTimeWindow: OFF,
          ScheduleExpression: 'rate(1 hour)',
          Target: { Arn: arnOf('jobs'), RoleArn, Input: name },
          ...given,
        }),
      ),
    makeQueue: (name: string, Attributes: Record<string, string> = {}) =>
      queues.send(new sqs.CreateQueueCommand({ QueueName: name, Attributes })),
    /** The next message, or undefined where none comes within the wait. */
    receive: async (name: string, WaitTimeSeconds = 20) => {
      const { Messages = [] } = await queues.send(
        new sqs.ReceiveMessageCommand({
          QueueUrl: urlOf(name),
          WaitTimeSeconds,
          MessageAttributeNames: ['All'],
          MessageSystemAttributeNames: ['All'],
        }),
      )
      const [message] = Messages
      if (message !== undefined) {
        const { ReceiptHandle } = message
        await queues.send(new sqs.DeleteMessageCommand({ QueueUrl: urlOf(name), ReceiptHandle }))
      }
      return message
    },
    close: () => {
      client.destroy()
      queues.destroy()
    },
  }
}

for (const shape of SHAPES) {
  describe(`schedules of daemun ${shape}`, () => {
    let gateway: Gateway
    let at: ReturnType<typeof parts>
    before(async () => {
      gateway = await startGateway({ shape, args: ['--clock', NOW] })
      at = parts(gateway)
      await clockAt(gateway, { set: NOW })
      await makeRole(gateway, 'schedules', '*')
      const Policy = JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sqs:SendMessage', Resource: '*' }],
      })
      for (const name of ['zone', 'heard']) await at.makeQueue(name, { Policy })
      for (const name of ['jobs', 'window', 'dead', 'rates']) await at.makeQueue(name)
    })
    after(async () => {
      at?.close()
      await gateway?.stop()
    })
    const body = async (name: string) => (await at.receive(name))?.Body

    it('a one-time schedule runs once, with its context attributes, and is deleted when it asks for it', async () => {
      const Input =
        '<aws.scheduler.schedule-arn> <aws.scheduler.scheduled-time> <aws.scheduler.attempt-number>'
      const { ScheduleArn } = await at.create('once', {
        ScheduleExpression: 'at(2027-01-10T12:30:00)',
        ActionAfterCompletion: 'DELETE',
        Target: { Arn: arnOf('jobs'), RoleArn, Input },
      })
      await clockAt(gateway, { set: '2027-01-10T12:29:59Z' })
      await clockAt(gateway, { set: '2027-01-10T12:31:00Z' })
      assert.equal(await body('jobs'), `${ScheduleArn} 2027-01-10T12:30:00Z 1`)
      await clockAt(gateway, { set: '2027-01-10T13:31:00Z' })
      const gone = async () =>
        at.client.send(new scheduler.GetScheduleCommand({ Name: 'once' })).then(
          () => false,
          (error: unknown) => error instanceof scheduler.ResourceNotFoundException,
        )
      for (let tries = 0; tries < 100 && !(await gone()); tries++) continue
      assert.ok(await gone())
      assert.equal(await at.receive('jobs', 0), undefined)
    })

    it('a cron schedule goes by the clocks of its place', async () => {
      await at.create('noon', {
        ScheduleExpression: 'cron(0 15 * * ? *)',
        ScheduleExpressionTimezone: 'Europe/Berlin',
        Target: { Arn: arnOf('zone'), RoleArn, Input: '<aws.scheduler.scheduled-time>' },
      })
      await clockAt(gateway, { set: '2027-01-10T14:00:30Z' })
      assert.equal(await body('zone'), '2027-01-10T14:00:00Z')
      await at.client.send(new scheduler.DeleteScheduleCommand({ Name: 'noon' }))
    })

    it('a rate runs at its start, then at its rate, and not after its end; a disabled one does not run', async () => {
      const base = {
        Target: { Arn: arnOf('rates'), RoleArn, Input: '<aws.scheduler.scheduled-time>' },
      }
      await at.create('asleep', { ...base, State: 'DISABLED' })
      await at.create('hourly', {
        ...base,
        StartDate: new Date('2027-01-10T16:10:00Z'),
        EndDate: new Date('2027-01-10T17:30:00Z'),
      })
      for (const [now, ran] of [
        ['2027-01-10T16:11:00Z', '2027-01-10T16:10:00Z'],
        ['2027-01-10T17:10:00Z', '2027-01-10T17:10:00Z'],
      ] as const) {
        await clockAt(gateway, { set: now })
        assert.equal(await body('rates'), ran)
      }
      await clockAt(gateway, { set: '2027-01-10T19:00:00Z' })
      await at.create('marker', { ...base, Target: { ...base.Target, Input: 'marker' } })
      assert.equal(await body('rates'), 'marker')
      await at.client.send(new scheduler.DeleteScheduleCommand({ Name: 'marker' }))
    })

    it('a flexible schedule runs within its window', async () => {
      await at.create('loose', {
        ScheduleExpression: 'at(2027-01-10T20:00:00)',
        FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 60 },
        Target: { Arn: arnOf('window'), RoleArn, Input: '<aws.scheduler.scheduled-time>' },
      })
      await clockAt(gateway, { set: '2027-01-10T20:00:00Z' })
      assert.equal(await at.receive('window', 0), undefined)
      await clockAt(gateway, { set: '2027-01-10T21:00:00Z' })
      assert.equal(await body('window'), '2027-01-10T20:00:00Z')
    })

    it('what cannot be delivered goes to the dead-letter queue, with the facts', async () => {
      await at.create('lost', {
        ScheduleExpression: 'at(2027-01-10T22:00:00)',
        Target: {
          Arn: 'arn:aws:lambda:us-east-1:123456789012:function:nowhere',
          RoleArn,
          Input: '{"n":1}',
          DeadLetterConfig: { Arn: arnOf('dead') },
          RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 },
        },
      })
      await clockAt(gateway, { set: '2027-01-10T22:00:00Z' })
      const message = await at.receive('dead')
      assert.equal(message?.Body, '{"n":1}')
      const told = Object.fromEntries(
        Object.entries(message?.MessageAttributes ?? {}).map(([k, v]) => [k, v.StringValue]),
      )
      assert.equal(told['ERROR_CODE'], 'ResourceNotFoundException')
      assert.equal(told['RETRY_ATTEMPTS'], '0')
      assert.equal(told['SCHEDULED_TIME'], '2027-01-10T22:00:00Z')
      assert.match(told['SCHEDULE_ARN'] ?? '', /:schedule\/default\/lost$/)
      assert.match(told['EXECUTION_ID'] ?? '', /^[0-9a-f]{16}$/)
    })

    it('a role is held to what it may, where policies are held', async () => {
      await makeRole(gateway, 'narrow', arnOf('dead'))
      await at.create('narrow', {
        ScheduleExpression: 'at(2027-01-10T22:30:00)',
        Target: {
          Arn: arnOf('jobs'),
          RoleArn: 'arn:aws:iam::123456789012:role/narrow',
          Input: 'mine',
          DeadLetterConfig: { Arn: arnOf('dead') },
        },
      })
      await clockAt(gateway, { set: '2027-01-10T22:30:00Z' })
      const message = await at.receive(shape === 'serve' ? 'dead' : 'jobs')
      assert.equal(message?.Body, 'mine')
      const code = message?.MessageAttributes?.['ERROR_CODE']?.StringValue
      assert.equal(code, shape === 'serve' ? 'AccessDeniedException' : undefined)
    })

    it('topics, event buses and FIFO queues are called as they ask for it', async () => {
      const topics = new sns.SNSClient(sdkOptions(gateway))
      const buses = new events.EventBridgeClient(sdkOptions(gateway))
      await at.makeQueue('line.fifo', { FifoQueue: 'true' })
      const { TopicArn = '' } = await topics.send(new sns.CreateTopicCommand({ Name: 'news' }))
      await topics.send(
        new sns.SubscribeCommand({
          TopicArn,
          Protocol: 'sqs',
          Endpoint: arnOf('heard'),
          Attributes: { RawMessageDelivery: 'true' },
        }),
      )
      const ScheduleExpression = 'at(2027-01-10T23:00:00)'
      await at.create('tell', {
        ScheduleExpression,
        Target: { Arn: TopicArn, RoleArn, Input: 'hi' },
      })
      await at.create('line', {
        ScheduleExpression,
        Target: {
          Arn: arnOf('line.fifo'),
          RoleArn,
          Input: 'mine',
          SqsParameters: { MessageGroupId: 'g7' },
        },
      })
      await buses.send(
        new events.PutRuleCommand({ Name: 'shop', EventPattern: '{"source":["shop"]}' }),
      )
      await buses.send(
        new events.PutTargetsCommand({ Rule: 'shop', Targets: [{ Id: 'q', Arn: arnOf('zone') }] }),
      )
      await at.create('bus', {
        ScheduleExpression,
        Target: {
          Arn: 'arn:aws:events:us-east-1:123456789012:event-bus/default',
          RoleArn,
          Input: '{"order":7}',
          EventBridgeParameters: { Source: 'shop', DetailType: 'due' },
        },
      })
      await clockAt(gateway, { set: '2027-01-10T23:00:00Z' })
      assert.equal(await body('heard'), 'hi')
      const fifo = await at.receive('line.fifo')
      assert.deepEqual([fifo?.Body, fifo?.Attributes?.MessageGroupId], ['mine', 'g7'])
      const event: unknown = JSON.parse((await body('zone')) ?? '')
      assert.ok(isObject(event))
      assert.deepEqual(
        [event['source'], event['detail-type'], event['detail'], event['resources']],
        [
          'shop',
          'due',
          { order: 7 },
          ['arn:aws:scheduler:us-east-1:123456789012:schedule/default/bus'],
        ],
      )
      topics.destroy()
      buses.destroy()
    })
  })
}

it('after kill -9 a run that was due comes once, and one that has been comes no more', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'daemun-scheduler-'))
  try {
    const first = await startGateway({ shape: 'start', dataDir, args: ['--clock', NOW] })
    const before = parts(first)
    await clockAt(first, { set: NOW })
    await before.makeQueue('jobs')
    const Input = '<aws.scheduler.scheduled-time>'
    await before.create('hourly', {
      StartDate: new Date('2027-01-10T13:00:00Z'),
      Target: { Arn: arnOf('jobs'), RoleArn, Input },
    })
    await clockAt(first, { set: '2027-01-10T13:00:00Z' })
    assert.equal((await before.receive('jobs'))?.Body, '2027-01-10T13:00:00Z')
    before.close()
    await first.kill('SIGKILL')

    const second = await startGateway({
      shape: 'start',
      dataDir,
      args: ['--clock', '2027-01-10T14:30:00Z'],
    })
    const later = parts(second)
    assert.equal((await later.receive('jobs'))?.Body, '2027-01-10T14:00:00Z')
    assert.equal(await later.receive('jobs', 1), undefined)
    later.close()
    await second.stop()
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
})
