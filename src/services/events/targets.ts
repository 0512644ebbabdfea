// What events go to: the targets of rules. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html
import type {
  ListRuleNamesByTargetRequest,
  ListTargetsByRuleRequest,
  PutTargetsRequest,
  RemoveTargetsRequest,
} from '@aws-sdk/client-eventbridge'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { isCarried } from '../delivery/courier.ts'
import { busOf } from './buses.ts'
import { pageOfLimit } from './page.ts'
import { limitExceeded, rules, type RuleTarget, validation } from './records.ts'
import { ruleOf, saveRule } from './rules.ts'
import { checkInput } from './target-input.ts'

/** AWS: five of a rule, a hundred of a call. [guide: eb-quota; API reference: PutTargets] */
const TARGETS_MAX = 5
const CALL_MAX = 100

export const putTargets = async (input: Shape<PutTargetsRequest>, call: WriteCall) => {
  const rule = await ruleOf(input.Rule, input.EventBusName, call)
  const given = input.Targets ?? []
  checkCount('targets', given.length)
  const twice = given.find(({ Id }, index) => given.findIndex((one) => one.Id === Id) !== index)
  if (twice !== undefined) throw validation(`Duplicate target Id: ${twice.Id}`)
  const refused = given.flatMap((target) => {
    const problem = problemOf(target)
    return problem === undefined
      ? []
      : [{ TargetId: target.Id, ErrorCode: 'ValidationException', ErrorMessage: problem }]
  })
  const bad = new Set(refused.map(({ TargetId }) => TargetId))
  const good = given.filter(({ Id }) => !bad.has(Id))
  const ids = new Set(good.map(({ Id }) => Id))
  const targets = [...rule.targets.filter(({ Id }) => !ids.has(Id)), ...good]
  if (targets.length > TARGETS_MAX) throw limitExceeded()
  await saveRule({ ...rule, targets }, call)
  return { FailedEntryCount: refused.length, FailedEntries: refused }
}

const checkCount = (member: string, count: number): void => {
  if (count >= 1 && count <= CALL_MAX) return
  const bound = count < 1 ? 'greater than or equal to 1' : `less than or equal to ${CALL_MAX}`
  throw validation(
    `1 validation error detected: Value '[${count} entries]' at '${member}' failed to satisfy constraint: Member must have length ${bound}`,
  )
}

const problemOf = (target: RuleTarget): string | undefined => {
  const { Id = '', Arn = '' } = target
  if (!/^[\w.-]{1,64}$/.test(Id)) return `Parameter Id ${Id.slice(0, 64)} is not valid.`
  if (!isCarried(Arn)) {
    return `Targets of this kind are not provided here: ${Arn.slice(0, 200)}. Functions, queues, topics and buses are.`
  }
  const foreign = FOREIGN.find((name) => target[name] !== undefined)
  if (foreign !== undefined) return `${foreign} is not valid for the target ${Id}.`
  return (
    problemOfQueue(target) ??
    problemOfRetries(target) ??
    problemOfDeadLetters(target) ??
    checkInput(target)
  )
}

/** Of kinds of targets that are not provided here. */
const FOREIGN = [
  'AppSyncParameters',
  'BatchParameters',
  'EcsParameters',
  'HttpParameters',
  'KinesisParameters',
  'RedshiftDataParameters',
  'RunCommandParameters',
  'SageMakerPipelineParameters',
] as const

const problemOfQueue = ({ Id, Arn = '', SqsParameters }: RuleTarget): string | undefined => {
  const isFifo = /^arn:[^:]+:sqs:.*\.fifo$/.test(Arn)
  const groupId = SqsParameters?.MessageGroupId
  if (isFifo && groupId === undefined) {
    return `Parameter(s) SqsParameters must be specified for target: ${Id}.`
  }
  return !isFifo && SqsParameters !== undefined && !/^arn:[^:]+:sqs:/.test(Arn)
    ? `Parameter(s) SqsParameters are not valid for target: ${Id}.`
    : undefined
}

const problemOfRetries = ({ RetryPolicy = {} }: RuleTarget): string | undefined => {
  const { MaximumRetryAttempts: retries = 0, MaximumEventAgeInSeconds: age = 60 } = RetryPolicy
  if (retries < 0 || retries > 185) {
    return 'Parameter MaximumRetryAttempts must be between 0 and 185.'
  }
  return age < 60 || age > 86_400
    ? 'Parameter MaximumEventAgeInSeconds must be between 60 and 86400.'
    : undefined
}

const problemOfDeadLetters = ({ DeadLetterConfig }: RuleTarget): string | undefined => {
  const arn = DeadLetterConfig?.Arn
  if (arn === undefined) return undefined
  // AWS: standard queues alone. [guide: eb-rule-dlq]
  return /^arn:[^:]+:sqs:[^:]+:\d{12}:[\w-]{1,80}$/.test(arn)
    ? undefined
    : `Parameter DeadLetterConfig.Arn ${arn.slice(0, 200)} is not the ARN of a standard queue.`
}

export const removeTargets = async (input: Shape<RemoveTargetsRequest>, call: WriteCall) => {
  const rule = await ruleOf(input.Rule, input.EventBusName, call)
  checkCount('ids', input.Ids?.length ?? 0)
  const held = new Set(rule.targets.map(({ Id }) => Id))
  const gone = new Set(input.Ids)
  const FailedEntries = [...gone]
    .filter((id) => !held.has(id))
    .map((TargetId) => ({
      TargetId,
      ErrorCode: 'ResourceNotFoundException',
      ErrorMessage: `Rule ${rule.name} does not have target(s) with id: ${TargetId}.`,
    }))
  await saveRule({ ...rule, targets: rule.targets.filter(({ Id = '' }) => !gone.has(Id)) }, call)
  return { FailedEntryCount: FailedEntries.length, FailedEntries }
}

export const listTargetsByRule = async (input: Shape<ListTargetsByRuleRequest>, call: ReadCall) => {
  const { targets } = await ruleOf(input.Rule, input.EventBusName, call)
  const { items, more } = pageOfLimit(targets, ({ Id = '' }) => Id, input)
  return { Targets: items, ...more }
}

export const listRuleNamesByTarget = async (
  input: Shape<ListRuleNamesByTargetRequest>,
  call: ReadCall,
) => {
  const { name } = await busOf(input.EventBusName, call)
  const all = await call.view.list(rules, call, { prefix: `${name}|` })
  const names = all
    .filter(({ value }) => value.targets.some(({ Arn }) => Arn === input.TargetArn))
    .map(({ value }) => value.name)
  const { items, more } = pageOfLimit(names, (one) => one, input)
  return { RuleNames: items, ...more }
}
