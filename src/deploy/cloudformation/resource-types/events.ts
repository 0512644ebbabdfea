// AWS::Events::Rule, EventBus and EventBusPolicy.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html
import { isObject } from '#shared/json.ts'
import { PARTITION } from '#model/scope.ts'
import { json, jsonText, text, without } from '../properties.ts'
import type { ResourceContext, ResourceType } from '../resource-type.ts'
import { byName, nameOf, tagList } from './iam-names.ts'
import { entriesOf, HELD_WHERE_ENFORCED, unlessGone } from './messaging-names.ts'

const NAME_LENGTH_MAX = 64

export const rule: ResourceType = {
  properties: byName({
    Description: text,
    EventBusName: text,
    EventPattern: jsonText,
    Name: text,
    RoleArn: text,
    ScheduleExpression: text,
    State: text,
    Tags: tagList,
    Targets: json,
  }),
  create: async (input, context) => {
    const { Targets, ...given } = input
    const Name = nameOf(input['Name'], context, NAME_LENGTH_MAX)
    const bus = busOf(input['EventBusName'])
    const { RuleArn } = await context.call('events', 'PutRule', { ...given, Name })
    const ids = await putTargets(context, { Rule: Name, EventBusName: bus }, Targets)
    return {
      physicalId: bus === 'default' ? Name : `${bus}|${Name}`,
      attributes: { Arn: String(RuleArn) },
      keys: { rule: Name, bus, ids: JSON.stringify(ids) },
    }
  },
  delete: async ({ keys }, { call }) => {
    const { rule: Rule, bus: EventBusName = 'default' } = keys
    // Of a stack from before there was EventBridge here there is a record only.
    if (Rule === undefined) return
    const Ids: readonly string[] = JSON.parse(keys['ids'] ?? '[]') // We wrote it.
    if (Ids.length > 0) {
      await unlessGone(call('events', 'RemoveTargets', { Rule, EventBusName, Ids }))
    }
    await unlessGone(call('events', 'DeleteRule', { Name: Rule, EventBusName }))
  },
}

/** Targets that nothing here can take messages for are told of, and the rest of the stack is made. */
const putTargets = async (
  context: ResourceContext,
  rule: { readonly Rule: string; readonly EventBusName: string },
  given: unknown,
): Promise<readonly string[]> => {
  const Targets = entriesOf(given)
  if (Targets.length === 0) return []
  const put = await context.call('events', 'PutTargets', {
    ...rule,
    Targets: Targets.map(numbered),
  })
  const failed = entriesOf(put['FailedEntries'])
  for (const { TargetId, ErrorMessage } of failed) {
    context.report([...context.path, 'Targets'], `target ${String(TargetId)}`, String(ErrorMessage))
  }
  const bad = new Set(failed.map(({ TargetId }) => TargetId))
  return Targets.map(({ Id }) => String(Id)).filter((id) => !bad.has(id))
}

/** Numbers that a template may write as text. */
const numbered = (target: Readonly<Record<string, unknown>>) => {
  const { RetryPolicy: policy } = target
  const [retry] = entriesOf([policy])
  if (retry === undefined) return target
  const numbers = Object.entries(retry).map(([name, value]) => [name, Number(value)])
  return { ...target, RetryPolicy: Object.fromEntries(numbers) }
}

const busOf = (given: unknown): string =>
  typeof given === 'string' && given !== ''
    ? given.replace(/^arn:[^:]+:events:[^:]*:\d*:event-bus\//, '')
    : 'default'

export const eventBus: ResourceType = {
  properties: byName({
    DeadLetterConfig: without('not provided here: buses have no dead-letter queue of their own'),
    Description: text,
    EventSourceName: without('not provided here: there are no partners'),
    KmsKeyIdentifier: without('not honoured here: nothing is encrypted with it'),
    LogConfig: without('not provided here: buses are not logged'),
    Name: text,
    Policy: jsonText,
    Tags: tagList,
  }),
  create: async (input, context) => {
    const { Name = '', Description, Tags } = input
    await context.call('events', 'CreateEventBus', { Name, Description, Tags })
    if (input['Policy'] !== undefined) {
      await context.call('events', 'PutPermission', { EventBusName: Name, Policy: input['Policy'] })
    }
    const { region, accountId } = context.scope
    const Arn = `arn:${PARTITION}:events:${region}:${accountId}:event-bus/${String(Name)}`
    return {
      physicalId: String(Name),
      attributes: { Arn, Name: String(Name) },
      keys: { bus: String(Name) },
    }
  },
  delete: async ({ keys }, { call }) => {
    if (keys['bus'] !== undefined) {
      await unlessGone(call('events', 'DeleteEventBus', { Name: keys['bus'] }))
    }
  },
}

export const eventBusPolicy: ResourceType = {
  properties: byName({
    Action: text,
    Condition: json,
    EventBusName: text,
    Principal: text,
    Statement: json,
    StatementId: text,
  }),
  approximates: HELD_WHERE_ENFORCED,
  create: async (input, context) => {
    const { EventBusName = 'default', StatementId = '', Statement, Condition, ...rest } = input
    const given =
      Statement === undefined
        ? { ...rest, StatementId, Condition }
        : { Policy: await withStatement(context, EventBusName, StatementId, Statement) }
    await context.call('events', 'PutPermission', { EventBusName, ...given })
    return {
      physicalId: String(StatementId),
      keys: { bus: String(EventBusName), id: String(StatementId) },
    }
  },
  delete: async ({ keys }, { call }) => {
    const { bus: EventBusName, id: StatementId } = keys
    if (EventBusName === undefined) return
    await unlessGone(call('events', 'RemovePermission', { EventBusName, StatementId }))
  },
}

/** The policy that a bus has with one statement more, or another one of that name. */
const withStatement = async (
  { call }: ResourceContext,
  Name: unknown,
  Sid: unknown,
  statement: unknown,
): Promise<string> => {
  const { Policy = '{}' } = await call('events', 'DescribeEventBus', { Name })
  const before: unknown = JSON.parse(String(Policy)) // It was checked when it was put.
  const held = entriesOf(isObject(before) ? before['Statement'] : [])
  const kept = held.filter((one) => one['Sid'] !== Sid)
  const added = { ...(isObject(statement) ? statement : {}), Sid }
  return JSON.stringify({ Version: '2012-10-17', Statement: [...kept, added] })
}
