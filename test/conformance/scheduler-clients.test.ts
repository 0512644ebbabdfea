// Every operation of EventBridge Scheduler through the SDK, each AWS CLI and boto3, and what is refused.
// source: https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Operations.html
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import * as scheduler from '@aws-sdk/client-scheduler'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { awsClis, python, sdkOptions } from '../support/services.ts'

const TARGET = {
  Arn: 'arn:aws:sqs:us-east-1:123456789012:jobs',
  RoleArn: 'arn:aws:iam::123456789012:role/schedules',
}
const BASE: scheduler.CreateScheduleCommandInput = {
  Name: 'one',
  ScheduleExpression: 'rate(1 hour)',
  FlexibleTimeWindow: { Mode: 'OFF' },
  Target: TARGET,
}

const fails = (sent: Promise<unknown>, name: string, says: RegExp) =>
  assert.rejects(sent, (error) => {
    assert.ok(error instanceof Error)
    assert.equal(error.name, name, error.message)
    assert.match(error.message, says)
    return true
  })

describe('the operations of EventBridge Scheduler', () => {
  let gateway: Gateway
  let client: scheduler.SchedulerClient
  before(async () => {
    gateway = await startGateway({ shape: 'start' })
    client = new scheduler.SchedulerClient(sdkOptions(gateway))
  })
  after(async () => {
    client?.destroy()
    await gateway?.stop()
  })
  const create = (given: Partial<scheduler.CreateScheduleCommandInput>) =>
    client.send(new scheduler.CreateScheduleCommand({ ...BASE, ...given }))

  it('the SDK makes, reads, updates, lists and deletes schedules and groups', async () => {
    const group = await client.send(
      new scheduler.CreateScheduleGroupCommand({ Name: 'team', Tags: [{ Key: 'a', Value: 'b' }] }),
    )
    const ResourceArn = group.ScheduleGroupArn
    await client.send(
      new scheduler.TagResourceCommand({ ResourceArn, Tags: [{ Key: 'c', Value: 'd' }] }),
    )
    await client.send(new scheduler.UntagResourceCommand({ ResourceArn, TagKeys: ['a'] }))
    const { Tags } = await client.send(new scheduler.ListTagsForResourceCommand({ ResourceArn }))
    assert.deepEqual(Tags, [{ Key: 'c', Value: 'd' }])
    const StartDate = new Date(Math.ceil(Date.now() / 1000) * 1000 + 3_600_000)
    const made = await create({ GroupName: 'team', StartDate, Description: 'hourly' })
    const key = { Name: 'one', GroupName: 'team' }
    assert.equal(made.ScheduleArn, 'arn:aws:scheduler:us-east-1:123456789012:schedule/team/one')
    const read = await client.send(new scheduler.GetScheduleCommand(key))
    assert.deepEqual(
      [read.StartDate, read.Description, read.State, read.ScheduleExpressionTimezone],
      [StartDate, 'hourly', 'ENABLED', 'UTC'],
    )
    await client.send(new scheduler.UpdateScheduleCommand({ ...BASE, ...key, State: 'DISABLED' }))
    const updated = await client.send(new scheduler.GetScheduleCommand(key))
    // What an update does not say is gone.
    assert.deepEqual(
      [updated.State, updated.Description, updated.StartDate],
      ['DISABLED', undefined, undefined],
    )
    assert.deepEqual(updated.CreationDate, read.CreationDate)
    await create({ GroupName: 'team', Name: 'two' })
    const first = await client.send(
      new scheduler.ListSchedulesCommand({ GroupName: 'team', MaxResults: 1 }),
    )
    const { NextToken } = first
    const second = await client.send(
      new scheduler.ListSchedulesCommand({ GroupName: 'team', MaxResults: 1, NextToken }),
    )
    const names = [first, second].flatMap(({ Schedules = [] }) => Schedules.map((s) => s.Name))
    assert.deepEqual(names, ['one', 'two'])
    assert.equal(second.NextToken, undefined)
    const enabled = await client.send(
      new scheduler.ListSchedulesCommand({ State: 'ENABLED', NamePrefix: 't' }),
    )
    assert.deepEqual(
      enabled.Schedules?.map((s) => s.Name),
      ['two'],
    )
    const { ScheduleGroups } = await client.send(new scheduler.ListScheduleGroupsCommand({}))
    assert.deepEqual(
      ScheduleGroups?.map((g) => g.Name),
      ['default', 'team'],
    )
    await client.send(new scheduler.DeleteScheduleGroupCommand({ Name: 'team' }))
    await fails(
      client.send(new scheduler.GetScheduleCommand(key)),
      'ResourceNotFoundException',
      /Schedule one does not exist/,
    )
    await fails(
      client.send(new scheduler.GetScheduleGroupCommand({ Name: 'team' })),
      'ResourceNotFoundException',
      /team does not exist/,
    )
  })

  it('the same token asks for the same schedule; another one is a conflict', async () => {
    await create({ Name: 'twin', ClientToken: 't1' })
    await create({ Name: 'twin', ClientToken: 't1' })
    await fails(create({ Name: 'twin', ClientToken: 't2' }), 'ConflictException', /already exists/)
    await client.send(new scheduler.DeleteScheduleCommand({ Name: 'twin' }))
  })

  const REFUSED: readonly (readonly [
    string,
    Partial<scheduler.CreateScheduleCommandInput>,
    string,
    RegExp,
  ])[] = [
    [
      'no expression',
      { ScheduleExpression: 'soon' },
      'ValidationException',
      /Invalid Schedule Expression soon\./,
    ],
    [
      'a passed time',
      { ScheduleExpression: 'at(2020-01-01T00:00:00)' },
      'ValidationException',
      /Invalid Schedule Expression at/,
    ],
    ['no place', { ScheduleExpressionTimezone: 'Mars/Olympus' }, 'ValidationException', /Timezone/],
    [
      'an old start',
      { StartDate: new Date('2020-01-01') },
      'ValidationException',
      /cannot be earlier than 5 minutes ago/,
    ],
    [
      'a window without length',
      { FlexibleTimeWindow: { Mode: 'FLEXIBLE' } },
      'ValidationException',
      /between 1 and 1440/,
    ],
    ['no group', { GroupName: 'nowhere' }, 'ResourceNotFoundException', /nowhere/],
    ['a bad name', { Name: 'a b' }, 'ValidationException', /regular expression/],
    [
      'a key',
      { KmsKeyArn: 'arn:aws:kms:us-east-1:123456789012:key/1' },
      'NotImplementedException',
      /KmsKeyArn/,
    ],
    [
      'a state machine',
      { Target: { ...TARGET, Arn: 'arn:aws:states:us-east-1:123456789012:stateMachine:s' } },
      'NotImplementedException',
      /stateMachine:s/,
    ],
    [
      'a universal target',
      { Target: { ...TARGET, Arn: 'arn:aws:scheduler:::aws-sdk:sqs:sendMessage' } },
      'NotImplementedException',
      /aws-sdk:sqs/,
    ],
    [
      'a container',
      { Target: { ...TARGET, EcsParameters: { TaskDefinitionArn: 'x' } } },
      'NotImplementedException',
      /EcsParameters/,
    ],
    [
      'a bus without parameters',
      { Target: { ...TARGET, Arn: 'arn:aws:events:us-east-1:123456789012:event-bus/default' } },
      'ValidationException',
      /EventBridgeParameters/,
    ],
    [
      'a FIFO queue without group',
      { Target: { ...TARGET, Arn: `${TARGET.Arn}.fifo` } },
      'ValidationException',
      /MessageGroupId/,
    ],
    [
      'no JSON for a function',
      {
        Target: { ...TARGET, Arn: 'arn:aws:lambda:us-east-1:123456789012:function:f', Input: 'hi' },
      },
      'ValidationException',
      /well-formed JSON/,
    ],
    [
      'a FIFO dead-letter queue',
      { Target: { ...TARGET, DeadLetterConfig: { Arn: `${TARGET.Arn}.fifo` } } },
      'ValidationException',
      /standard queue/,
    ],
    [
      'too many retries',
      { Target: { ...TARGET, RetryPolicy: { MaximumRetryAttempts: 186 } } },
      'ValidationException',
      /MaximumRetryAttempts/,
    ],
    ['no role', { Target: { ...TARGET, RoleArn: 'me' } }, 'ValidationException', /RoleArn/],
  ]
  for (const [what, given, name, says] of REFUSED) {
    it(`refuses ${what}`, () => fails(create({ Name: 'bad', ...given }), name, says))
  }

  for (const { path, ofService } of awsClis()) {
    it(`${path} passes a table of operations`, async () => {
      const aws = ofService(gateway, 'scheduler')
      const target = JSON.stringify({ ...TARGET, Input: '<aws.scheduler.scheduled-time>' })
      const timed = ['--schedule-expression', 'cron(0 9 ? * MON-FRI *)', '--target', target]
      const given = [...timed, '--flexible-time-window', 'Mode=FLEXIBLE,MaximumWindowInMinutes=5']
      const key = ['--name', 'cli', '--group-name', 'clis']
      const { ScheduleGroupArn } = await aws(
        'create-schedule-group',
        '--name',
        'clis',
        '--tags',
        'Key=a,Value=b',
      )
      await aws('create-schedule', ...key, ...given)
      await aws(
        'update-schedule',
        ...key,
        ...given,
        '--schedule-expression-timezone',
        'Europe/Berlin',
      )
      const read = await aws('get-schedule', ...key)
      assert.equal(read['ScheduleExpressionTimezone'], 'Europe/Berlin')
      const listed = await aws('list-schedules', '--group-name', 'clis')
      assert.match(JSON.stringify(listed), /"Name":"cli"/)
      const arn = ['--resource-arn', String(ScheduleGroupArn)]
      await aws('tag-resource', ...arn, '--tags', 'Key=c,Value=d')
      await aws('untag-resource', ...arn, '--tag-keys', 'a')
      const { Tags } = await aws('list-tags-for-resource', ...arn)
      assert.deepEqual(Tags, [{ Key: 'c', Value: 'd' }])
      assert.equal((await aws('get-schedule-group', '--name', 'clis'))['State'], 'ACTIVE')
      assert.match(JSON.stringify(await aws('list-schedule-groups')), /"clis"/)
      await aws('delete-schedule', ...key)
      await aws('delete-schedule-group', '--name', 'clis')
    })
  }

  it('boto3 passes a table of operations', { skip: python() === undefined }, async () => {
    assert.equal(await python()?.(gateway, SCRIPT), 'done')
  })
})

const SCRIPT = `
s = boto3.client('scheduler', **options)
group = s.create_schedule_group(Name='snakes', Tags=[{'Key': 'a', 'Value': 'b'}])['ScheduleGroupArn']
target = {'Arn': 'arn:aws:sqs:us-east-1:123456789012:jobs', 'RoleArn': 'arn:aws:iam::123456789012:role/schedules', 'Input': 'x'}
given = dict(Name='py', GroupName='snakes', ScheduleExpression='rate(5 minutes)', FlexibleTimeWindow={'Mode': 'OFF'}, Target=target)
arn = s.create_schedule(**given)['ScheduleArn']
assert s.update_schedule(State='DISABLED', **given)['ScheduleArn'] == arn
got = s.get_schedule(Name='py', GroupName='snakes')
assert (got['State'], got['Target'], got['Arn']) == ('DISABLED', target, arn), got
[one] = s.list_schedules(GroupName='snakes', State='DISABLED')['Schedules']
assert one['Target'] == {'Arn': target['Arn']}, one
s.tag_resource(ResourceArn=group, Tags=[{'Key': 'c', 'Value': 'd'}])
s.untag_resource(ResourceArn=group, TagKeys=['a'])
assert s.list_tags_for_resource(ResourceArn=group)['Tags'] == [{'Key': 'c', 'Value': 'd'}]
assert s.get_schedule_group(Name='snakes')['State'] == 'ACTIVE'
assert 'snakes' in [g['Name'] for g in s.list_schedule_groups()['ScheduleGroups']]
try:
    s.create_schedule(**given); raise Exception('made twice')
except s.exceptions.ConflictException as error:
    assert 'py already exists' in str(error), error
s.delete_schedule(Name='py', GroupName='snakes')
s.delete_schedule_group(Name='snakes')
try:
    s.get_schedule(Name='py'); raise Exception('still there')
except s.exceptions.ResourceNotFoundException: pass
print('done')
`
