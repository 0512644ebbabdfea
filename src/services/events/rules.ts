// Rules and their targets. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
import type {
  DeleteRuleRequest,
  DescribeRuleRequest,
  DisableRuleRequest,
  EnableRuleRequest,
  ListRulesRequest,
  ListTagsForResourceRequest,
  PutRuleRequest,
  TagResourceRequest,
  TestEventPatternRequest,
  UntagResourceRequest,
} from '@aws-sdk/client-eventbridge'
import { InvalidPattern, parseEventPattern } from '#languages/event-pattern/event-pattern.ts'
import {
  InvalidSchedule,
  parseSchedule,
} from '#languages/schedule-expression/schedule-expression.ts'
import { isObject } from '#shared/json.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { busOf } from './buses.ts'
import { noteSchedule } from './scheduled-rules.ts'
import { pageOfLimit } from './page.ts'
import { checkTags, tagsOf } from './tags.ts'
import {
  busName,
  type BusRecord,
  buses,
  DEFAULT_BUS,
  invalidPattern,
  limitExceeded,
  notFound,
  ruleArn,
  ruleKey,
  type RuleRecord,
  rules,
  validation,
} from './records.ts'

/** AWS: 300 until somebody asks for more. [guide: eb-quota] */
const RULES_MAX = 2_000
/** AWS: [API reference: PutRule EventPattern] */
const PATTERN_LENGTH_MAX = 4_096

export const ruleOf = async (
  name: string | undefined,
  bus: string | undefined,
  call: ReadCall,
): Promise<RuleRecord> => {
  const on = await busOf(bus, call)
  const found = await call.view.get(rules, call, ruleKey(on.name, name ?? ''))
  if (found === undefined) throw notFound(`Rule ${name} does not exist on EventBus ${on.name}.`)
  return found
}

export const saveRule = (rule: RuleRecord, call: WriteCall): Promise<void> =>
  call.tx.put(rules, call, ruleKey(rule.bus, rule.name), rule)

export const putRule = async (input: Shape<PutRuleRequest>, call: WriteCall) => {
  const { Name: name = '', EventPattern: pattern, ScheduleExpression: schedule } = input
  const { name: bus } = await busOf(input.EventBusName, call)
  if (!/^[\w.-]{1,64}$/.test(name)) throw validation(`Rule name ${name.slice(0, 64)} is not valid.`)
  if (!pattern && !schedule) {
    throw validation('Parameter(s) EventPattern or ScheduleExpression must be specified.')
  }
  if (pattern) checkPattern(pattern)
  if (pattern && pattern.length > PATTERN_LENGTH_MAX) {
    throw invalidPattern(`Event pattern is longer than ${PATTERN_LENGTH_MAX} characters`)
  }
  if (schedule) {
    if (bus !== DEFAULT_BUS)
      throw validation('ScheduleExpression is supported only on the default event bus.')
    checkSchedule(schedule)
    await noteSchedule(call.tx, call)
  }
  const before = await call.view.get(rules, call, ruleKey(bus, name))
  const held = await call.view.list(rules, call, { prefix: `${bus}|` })
  if (before === undefined && held.length >= RULES_MAX) {
    throw limitExceeded()
  }
  await saveRule(
    {
      name,
      bus,
      ...(pattern && { pattern }),
      ...(schedule && { schedule }),
      isEnabled: input.State === undefined || input.State !== 'DISABLED',
      ...(input.Description !== undefined && { description: input.Description }),
      ...(input.RoleArn !== undefined && { roleArn: input.RoleArn }),
      targets: before?.targets ?? [],
      tags: checkTags({ ...before?.tags, ...tagsOf(input.Tags) }),
      enabledMs: call.nowMs,
    },
    call,
  )
  return { RuleArn: ruleArn(call, bus, name) }
}

const checkPattern = (text: string): void => {
  try {
    parseEventPattern(text)
  } catch (error) {
    if (error instanceof InvalidPattern) throw invalidPattern(error.message)
    throw error
  }
}

const checkSchedule = (text: string): void => {
  try {
    if (text.startsWith('at('))
      throw new InvalidSchedule('Parameter ScheduleExpression is not valid.')
    parseSchedule(text)
  } catch (error) {
    if (error instanceof InvalidSchedule) throw validation(error.message)
    throw error
  }
}

export const deleteRule = async (
  input: Shape<DeleteRuleRequest>,
  call: WriteCall,
): Promise<void> => {
  const key = ruleKey((await busOf(input.EventBusName, call)).name, input.Name ?? '')
  const found = await call.view.get(rules, call, key)
  if (found !== undefined && found.targets.length > 0) {
    throw validation("Rule can't be deleted since it has targets.")
  }
  await call.tx.delete(rules, call, key)
}

const shape = (rule: RuleRecord, call: ReadCall) => ({
  Name: rule.name,
  Arn: ruleArn(call, rule.bus, rule.name),
  EventBusName: rule.bus,
  State: rule.isEnabled ? 'ENABLED' : 'DISABLED',
  ...(rule.pattern !== undefined && { EventPattern: rule.pattern }),
  ...(rule.schedule !== undefined && { ScheduleExpression: rule.schedule }),
  ...(rule.description !== undefined && { Description: rule.description }),
  ...(rule.roleArn !== undefined && { RoleArn: rule.roleArn }),
})

export const describeRule = async (input: Shape<DescribeRuleRequest>, call: ReadCall) => ({
  ...shape(await ruleOf(input.Name, input.EventBusName, call), call),
  CreatedBy: call.accountId,
})

export const listRules = async (input: Shape<ListRulesRequest>, call: ReadCall) => {
  const { name } = await busOf(input.EventBusName, call)
  const prefix = ruleKey(name, input.NamePrefix ?? '')
  const found = await call.view.list(rules, call, { prefix })
  const { items, more } = pageOfLimit(found, ({ key }) => key, input)
  return { Rules: items.map(({ value }) => shape(value, call)), ...more }
}

export const enableRule = async (
  input: Shape<EnableRuleRequest>,
  call: WriteCall,
): Promise<void> => {
  const rule = await ruleOf(input.Name, input.EventBusName, call)
  await saveRule({ ...rule, isEnabled: true, enabledMs: call.nowMs }, call)
}

export const disableRule = async (
  input: Shape<DisableRuleRequest>,
  call: WriteCall,
): Promise<void> => {
  const rule = await ruleOf(input.Name, input.EventBusName, call)
  await saveRule({ ...rule, isEnabled: false }, call)
}

export const testEventPattern = async (input: Shape<TestEventPatternRequest>) => {
  checkPattern(input.EventPattern ?? '')
  let event: unknown
  try {
    event = JSON.parse(input.Event ?? '')
  } catch {
    throw validation('Parameter Event is not valid.')
  }
  const missing = EVENT_FIELDS.filter((name) => !isObject(event) || event[name] === undefined)
  if (missing.length > 0) {
    throw validation(`Parameter Event is not valid. It lacks: ${missing.join(', ')}.`)
  }
  return { Result: parseEventPattern(input.EventPattern ?? '')(event) }
}

/** AWS: all of these have to be there. [API reference: TestEventPattern Event] */
const EVENT_FIELDS = ['id', 'account', 'source', 'time', 'region', 'resources', 'detail-type']

/** A rule or a bus. */
const taggable = async (arn: string | undefined, call: ReadCall) => {
  const [, kind, path = ''] = /:(rule|event-bus)\/(.+)$/.exec(arn ?? '') ?? []
  if (kind === 'event-bus') {
    const bus = await busOf(path, call)
    return {
      tags: bus.tags,
      save: (tags: BusRecord['tags'], { tx }: WriteCall) =>
        tx.put(buses, call, bus.name, { ...bus, tags }),
    }
  }
  const [bus, name] = path.includes('/') ? path.split('/') : [DEFAULT_BUS, path]
  const rule = await ruleOf(name, busName(bus), call)
  return {
    tags: rule.tags,
    save: (tags: RuleRecord['tags'], write: WriteCall) => saveRule({ ...rule, tags }, write),
  }
}

export const tagResource = async (input: Shape<TagResourceRequest>, call: WriteCall) => {
  const found = await taggable(input.ResourceARN, call)
  await found.save(checkTags({ ...found.tags, ...tagsOf(input.Tags) }), call)
  return {}
}

export const untagResource = async (input: Shape<UntagResourceRequest>, call: WriteCall) => {
  const found = await taggable(input.ResourceARN, call)
  const left = Object.entries(found.tags).filter(([key]) => !input.TagKeys?.includes(key))
  await found.save(Object.fromEntries(left), call)
  return {}
}

export const listTagsForResource = async (
  input: Shape<ListTagsForResourceRequest>,
  call: ReadCall,
) => {
  const { tags } = await taggable(input.ResourceARN, call)
  return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }
}
