// Schedule, CloudWatchEvent and EventBridgeRule: a rule of EventBridge whose target is the function or state machine.
import type { JsonObject, JsonValue } from '#shared/json.ts'
import { memberOf } from '../../template/source.ts'
import { addInvokePermission, addOfEvent, failEvent, given, type SamEvent } from './event.ts'
import { addInvokerRole } from './invoker-role.ts'
import { deadLetterArn } from './dead-letter.ts'

export const addSchedule = (event: SamEvent): void => {
  const { Enabled: enabled, State: state, ...properties } = event.properties
  if (enabled !== undefined && state !== undefined) {
    failEvent(event, [], '`State` and `Enabled` cannot both be specified')
    return
  }
  addRule(event, {
    Name: properties['Name'] ?? properties['RuleName'],
    Description: properties['Description'],
    ScheduleExpression: properties['Schedule'],
    State: enabled === undefined ? state : enabled === true ? 'ENABLED' : enabledState(enabled),
  })
}

const enabledState = (enabled: JsonValue): JsonValue => (enabled === false ? 'DISABLED' : enabled)

export const addPatternRule = (event: SamEvent): void => {
  const { Enabled: enabled, State: state, ...properties } = event.properties
  if (enabled !== undefined && state !== undefined) {
    failEvent(event, [], '`State` and `Enabled` cannot both be specified')
    return
  }
  addRule(event, {
    EventBusName: properties['EventBusName'],
    EventPattern: properties['Pattern'],
    Name: properties['RuleName'],
    State: state ?? (enabled === undefined ? undefined : enabledState(enabled)),
  })
}

const addRule = (event: SamEvent, rule: Readonly<Record<string, JsonValue | undefined>>): void => {
  const { properties, id, isStateMachine } = event
  const ruleArn = { 'Fn::GetAtt': [id, 'Arn'] }
  const roleArn = isStateMachine ? ruleRole(event) : properties['RoleArn']
  const deadLetter = deadLetterArn(event, ruleArn)
  const target: JsonObject = {
    Arn: event.arn,
    Id: memberOf(properties['Target'], 'Id') ?? targetId(event),
    ...given({
      Input: properties['Input'],
      InputPath: properties['InputPath'],
      InputTransformer: properties['InputTransformer'],
      RetryPolicy: properties['RetryPolicy'],
      RoleArn: roleArn,
      DeadLetterConfig: deadLetter === undefined ? undefined : { Arn: deadLetter },
    }),
  }
  addOfEvent(event, id, 'AWS::Events::Rule', { ...given(rule), Targets: [target] })
  if (!isStateMachine) addInvokePermission(event, 'events.amazonaws.com', { SourceArn: ruleArn })
}

const ruleRole = (event: SamEvent): JsonValue =>
  event.properties['RoleArn'] ?? addInvokerRole(event, 'events.amazonaws.com')

/** AWS: a target's id has at most 64 characters. */
const TARGET_ID_MAX = 64

const targetId = ({ id, isStateMachine }: SamEvent): string => {
  const end = isStateMachine ? 'StepFunctionsTarget' : 'LambdaTarget'
  return `${id.slice(0, TARGET_ID_MAX - end.length)}${end}`
}
