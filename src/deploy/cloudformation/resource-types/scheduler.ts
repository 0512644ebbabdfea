// AWS::Scheduler::Schedule and ScheduleGroup.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-scheduler-schedule.html
import { isObject, type JsonValue } from '#shared/json.ts'
import { PARTITION } from '#model/scope.ts'
import { refusalOfTarget } from '#services/scheduler/targets.ts'
import { ServiceError } from '#wire/errors.ts'
import { memberOf } from '../../template/source.ts'
import { type Input, type Reader, text, without } from '../properties.ts'
import {
  type Made,
  RECORD_ONLY,
  type ResourceContext,
  type ResourceType,
} from '../resource-type.ts'
import { byName, nameOf, tagList } from './iam-names.ts'
import { unlessGone } from './messaging-names.ts'

const NAME_LENGTH_MAX = 64

/** `2026-11-21T12:00:00Z` */
const time: Reader<number> = (value, path, audience) => {
  const ms = Date.parse(text(value, path, audience))
  return Number.isNaN(ms)
    ? audience.fail(path, 'this must be a time', 'Give it like `2026-11-21T12:00:00Z`')
    : ms
}

/** A map some of whose members are numbers that a template may write as text. */
const withNumbers =
  (...names: readonly string[]): Reader<JsonValue> =>
  (value) =>
    isObject(value)
      ? Object.fromEntries(
          Object.entries(value).map(([name, one]) => [
            name,
            names.includes(name) ? Number(one) : one,
          ]),
        )
      : value

const target: Reader<JsonValue> = (value, path, audience) => {
  if (!isObject(value)) return value
  const { RetryPolicy: policy } = value
  if (policy === undefined) return value
  const read = withNumbers('MaximumEventAgeInSeconds', 'MaximumRetryAttempts')
  return { ...value, RetryPolicy: read(policy, [...path, 'RetryPolicy'], audience) }
}

export const schedule: ResourceType = {
  properties: byName({
    Description: text,
    EndDate: time,
    FlexibleTimeWindow: withNumbers('MaximumWindowInMinutes'),
    GroupName: text,
    KmsKeyArn: without('not honoured here: nothing is encrypted with it'),
    Name: text,
    ScheduleExpression: text,
    ScheduleExpressionTimezone: text,
    StartDate: time,
    State: text,
    Target: target,
  }),
  report: ({ report, path, type, properties }) => {
    const arn = memberOf(memberOf(properties, 'Target'), 'Arn')
    const refusal = refusalOfTarget(String(arn))
    if (refusal !== undefined) report([...path, 'Target'], `${type} target`, refusal, 'refused')
  },
  create: (input, context) => put('CreateSchedule', input, context),
  update: async (input, existing, context) => {
    const { name, group } = existing.keys
    const isSame =
      name !== undefined &&
      name === nameOf(input['Name'], context, NAME_LENGTH_MAX) &&
      group === groupOf(input)
    return isSame ? put('UpdateSchedule', { ...input, Name: name }, context) : undefined
  },
  delete: async ({ keys }, { call }) => {
    const { name: Name, group: GroupName } = keys
    if (Name === undefined) return
    await unlessGone(call('scheduler', 'DeleteSchedule', { Name, GroupName }))
  },
}

const groupOf = (input: Input): string => String(input['GroupName'] ?? 'default')

/** Of a schedule with a target that nothing here can call there is a record only; the rest of the stack is made. */
const put = async (operation: string, input: Input, context: ResourceContext): Promise<Made> => {
  const Name = nameOf(input['Name'], context, NAME_LENGTH_MAX)
  const { region, accountId } = context.scope
  const group = groupOf(input)
  const made = {
    physicalId: Name,
    attributes: {
      Arn: `arn:${PARTITION}:scheduler:${region}:${accountId}:schedule/${group}/${Name}`,
    },
  }
  try {
    await context.call('scheduler', operation, { ...input, Name })
    return { ...made, keys: { name: Name, group } }
  } catch (error) {
    if (!(error instanceof ServiceError) || error.code !== 'NotImplementedException') throw error
    return { ...made, keys: RECORD_ONLY }
  }
}

export const scheduleGroup: ResourceType = {
  properties: byName({ Name: text, Tags: tagList }),
  create: async (input, context) => {
    const Name = nameOf(input['Name'], context, NAME_LENGTH_MAX)
    const called = await context.call('scheduler', 'CreateScheduleGroup', {
      Name,
      Tags: input['Tags'],
    })
    const group = await context.call('scheduler', 'GetScheduleGroup', { Name })
    const date = (name: string) => new Date(Number(group[name])).toISOString()
    return {
      physicalId: Name,
      attributes: {
        Arn: String(called['ScheduleGroupArn']),
        CreationDate: date('CreationDate'),
        LastModificationDate: date('LastModificationDate'),
        State: 'ACTIVE',
      },
      keys: { group: Name },
    }
  },
  delete: async ({ keys }, { call }) => {
    if (keys['group'] !== undefined) {
      await unlessGone(call('scheduler', 'DeleteScheduleGroup', { Name: keys['group'] }))
    }
  },
}
