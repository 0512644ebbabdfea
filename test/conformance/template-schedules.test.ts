// What a template schedules runs by the clock of the node, with nothing else in the template that would wake it.
// source: https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-schedulev2.html
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import * as scheduler from '@aws-sdk/client-scheduler'
import { isObject } from '#shared/json.ts'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { sdkOptions } from '../support/services.ts'

const worker = (events: string) => `
Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs18.x
      Handler: index.handler
      CodeUri: ./code
${events}
`
const WITH_RULE = worker(`
      Events:
        Hourly: { Type: Schedule, Properties: { Schedule: rate(1 hour) } }`)
const WITH_SCHEDULES = worker(`
      Events:
        Nightly:
          Type: ScheduleV2
          Properties:
            ScheduleExpression: cron(0 3 * * ? *)
            ScheduleExpressionTimezone: Europe/Berlin
            Input: '{"from":"nightly"}'
            RetryPolicy: { MaximumRetryAttempts: '3' }
        Plain: { Type: ScheduleV2, Properties: { ScheduleExpression: rate(2 hours), Name: plain } }
  Team: { Type: AWS::Scheduler::ScheduleGroup, Properties: { Name: team, Tags: [{ Key: a, Value: b }] } }
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{ Effect: Allow, Principal: { Service: scheduler.amazonaws.com }, Action: 'sts:AssumeRole' }]
  Once:
    Type: AWS::Scheduler::Schedule
    Properties:
      Name: once
      GroupName: !Ref Team
      Description: !GetAtt Team.Arn
      ScheduleExpression: at(2027-01-11T05:00:00)
      FlexibleTimeWindow: { Mode: FLEXIBLE, MaximumWindowInMinutes: '1' }
      Target: { Arn: !GetAtt Worker.Arn, RoleArn: !GetAtt Role.Arn, Input: '{"from":"once"}' }
  Elsewhere:
    Type: AWS::Scheduler::Schedule
    Properties:
      ScheduleExpression: rate(1 hour)
      FlexibleTimeWindow: { Mode: 'OFF' }
      Target: { Arn: 'arn:aws:scheduler:::aws-sdk:ec2:stopInstances', RoleArn: !GetAtt Role.Arn }`)

const CODE = `exports.handler = async (event) => console.log('GOT ' + JSON.stringify(event))`

const withTemplate = async (template: string, test: (gateway: Gateway) => Promise<void>) => {
  const folder = await mkdtemp(join(tmpdir(), 'daemun-template-schedules-'))
  await mkdir(join(folder, 'code'))
  await writeFile(join(folder, 'code/index.js'), CODE)
  await writeFile(join(folder, 'template.yaml'), template)
  const args = ['--clock', '2027-01-10T12:00:00Z']
  const gateway = await startGateway({ shape: 'start', file: join(folder, 'template.yaml'), args })
  try {
    await test(gateway)
  } finally {
    await gateway.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

const setClock = (gateway: Gateway, set: string) =>
  fetch(`${gateway.endpoint}/_daemun/clock`, { method: 'POST', body: JSON.stringify({ set }) })

const got = async (gateway: Gateway, part: string): Promise<Readonly<Record<string, unknown>>> => {
  const { line } = await gateway.event(
    (one) => one.event === 'function-log' && String(one['line']).includes(part),
  )
  const event: unknown = JSON.parse(String(line).replace(/^.*GOT /, ''))
  return isObject(event) ? event : {}
}

it('a rule with a schedule calls its function', () =>
  withTemplate(WITH_RULE, async (gateway) => {
    await setClock(gateway, '2027-01-10T13:30:00Z')
    assert.equal((await got(gateway, 'GOT'))['detail-type'], 'Scheduled Event')
  }))

it('ScheduleV2 and AWS::Scheduler::Schedule call their function; a target that is not here is reported', () =>
  withTemplate(WITH_SCHEDULES, async (gateway) => {
    const ready = gateway.events.find((one) => one.event === 'ready')
    assert.match(JSON.stringify(ready?.['report']), /Elsewhere.*aws-sdk:ec2:stopInstances/)
    // AWS: a rate runs at its start, which is when it was made.
    const plain = await got(gateway, 'aws.scheduler')
    assert.equal(plain['detail'], '{}')
    assert.deepEqual(plain['resources'], [
      'arn:aws:scheduler:us-east-1:123456789012:schedule/default/plain',
    ])
    await setClock(gateway, '2027-01-11T02:00:00Z')
    assert.deepEqual(await got(gateway, 'nightly'), { from: 'nightly' })
    await setClock(gateway, '2027-01-11T05:01:00Z')
    assert.deepEqual(await got(gateway, 'once'), { from: 'once' })
    const client = new scheduler.SchedulerClient(sdkOptions(gateway))
    const once = await client.send(
      new scheduler.GetScheduleCommand({ Name: 'once', GroupName: 'team' }),
    )
    assert.match(once.Description ?? '', /:schedule-group\/team$/)
    assert.equal(once.FlexibleTimeWindow?.MaximumWindowInMinutes, 1)
    const { Schedules = [] } = await client.send(new scheduler.ListSchedulesCommand({}))
    assert.deepEqual(Schedules.map(({ Name }) => Name).sort(), ['WorkerNightly', 'once', 'plain'])
    client.destroy()
  }))
