// ScheduleV2: a schedule of EventBridge Scheduler, with a role of its own.
import type { JsonValue } from '#shared/json.ts'
import { pick } from '../draft.ts'
import { words } from '../../words.ts'
import { deadLetterArn } from './dead-letter.ts'
import { addOfEvent, failEvent, failNamed, given, type SamEvent } from './event.ts'
import { assumedBy, propagatedTags } from './invoker-role.ts'

const SAME = words(
  'ScheduleExpression State Description StartDate EndDate ScheduleExpressionTimezone GroupName KmsKeyArn',
)

export const addScheduleV2 = (event: SamEvent): void => {
  const { properties, id } = event
  const { OmitName: omit, Name: name } = properties
  if (omit !== undefined && typeof omit !== 'boolean') {
    failNamed(event, ['OmitName'], "the type of property 'OmitName' is invalid")
    return
  }
  if (omit === true && name !== undefined) {
    failEvent(event, ['Name'], '`Name` cannot be set when `OmitName` is true')
    return
  }
  const deadLetter = deadLetterArn(event)
  const role = properties['RoleArn'] ?? addScheduleRole(event, deadLetter)
  addOfEvent(event, id, 'AWS::Scheduler::Schedule', {
    ...pick(properties, SAME),
    FlexibleTimeWindow: properties['FlexibleTimeWindow'] ?? { Mode: 'OFF' },
    ...(omit === true ? {} : { Name: name ?? id }),
    Target: {
      Arn: event.arn,
      RoleArn: role,
      ...given({
        DeadLetterConfig: deadLetter === undefined ? undefined : { Arn: deadLetter },
        Input: properties['Input'],
        RetryPolicy: properties['RetryPolicy'],
      }),
    },
  })
}

const addScheduleRole = (event: SamEvent, deadLetter: JsonValue | undefined): JsonValue => {
  const { id, arn, properties, isStateMachine } = event
  const roleId = `${id}Role`
  const invoke = isStateMachine
    ? { name: `${roleId}StartExecutionPolicy`, action: 'states:StartExecution' }
    : { name: `${id}LambdaPolicy`, action: 'lambda:InvokeFunction' }
  const policy = (name: string, Action: string, Resource: JsonValue) => ({
    PolicyName: name,
    PolicyDocument: { Statement: [{ Action, Effect: 'Allow', Resource }] },
  })
  const boundary = properties['PermissionsBoundary']
  addOfEvent(event, roleId, 'AWS::IAM::Role', {
    AssumeRolePolicyDocument: assumedBy('scheduler.amazonaws.com'),
    Policies: [
      policy(invoke.name, invoke.action, arn),
      ...(deadLetter === undefined
        ? []
        : [policy(`${id}SQSPolicy`, 'sqs:SendMessage', deadLetter)]),
    ],
    ...(boundary === undefined ? {} : { PermissionsBoundary: boundary }),
    ...propagatedTags(event),
  })
  return { 'Fn::GetAtt': [roleId, 'Arn'] }
}
