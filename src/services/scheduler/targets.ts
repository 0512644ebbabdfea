// What a schedule calls, and with which words: Lambda, SQS, SNS and PutEvents of EventBridge.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html
import { isObject } from '#shared/json.ts'
import { notImplemented } from '#wire/errors.ts'
import type { Parcel } from '../delivery/courier.ts'
import type { DeliveryRules, Posting } from '../delivery/outbox.ts'
import { groupArn, scheduleArn, type ScheduleRecord, validation } from './records.ts'

type Target = ScheduleRecord['target']

/** AWS: a day, and 185 times. [API reference: RetryPolicy] */
const ATTEMPTS_MAX = 185
const AGE_SECONDS_MIN = 60
const AGE_SECONDS_MAX = 86_400
const INPUT_BYTES_MAX = 262_144
const ARN_LENGTH_MAX = 1_600

/** What is provided, by the service and the resource of the ARN. */
const PROVIDED: readonly (readonly [string, RegExp])[] = [
  ['lambda', /^arn:[^:]+:lambda:[^:]+:\d{12}:function:[^:]+(?::[^:]+)?$/],
  ['sqs', /^arn:[^:]+:sqs:[^:]+:\d{12}:[^:]+$/],
  ['sns', /^arn:[^:]+:sns:[^:]+:\d{12}:[^:]+$/],
  ['events', /^arn:[^:]+:events:[^:]+:\d{12}:event-bus\/.+$/],
]

const NOT_PROVIDED = [
  'EcsParameters',
  'EventBridgePutEventsV2Parameters',
  'EventBridgePutRawEventsParameters',
  'KinesisParameters',
  'SageMakerPipelineParameters',
] as const

/** Throws what is wrong with a target, and says by name what is not provided. */
export const checkTarget = (target: Target): void => {
  const { Arn = '', RoleArn = '', Input, DeadLetterConfig, RetryPolicy = {} } = target
  const service = serviceOf(Arn)
  if (service === undefined) throw notImplemented(notProvided(Arn))
  const refused = NOT_PROVIDED.find((name) => target[name] !== undefined)
  if (refused !== undefined) throw notImplemented(`Target ${refused} is not provided here.`)
  if (!/^arn:aws(?:-[a-z]+)?:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(RoleArn)) {
    throw validation(`RoleArn ${RoleArn.slice(0, 200)} is not the ARN of a role.`)
  }
  checkParameters(target, service)
  if (Input !== undefined) checkInput(Input, service)
  checkDeadLetters(DeadLetterConfig?.Arn)
  within(
    'MaximumEventAgeInSeconds',
    RetryPolicy.MaximumEventAgeInSeconds,
    AGE_SECONDS_MIN,
    AGE_SECONDS_MAX,
  )
  within('MaximumRetryAttempts', RetryPolicy.MaximumRetryAttempts, 0, ATTEMPTS_MAX)
}

const serviceOf = (arn: string): string | undefined =>
  arn.length > ARN_LENGTH_MAX ? undefined : PROVIDED.find(([, pattern]) => pattern.test(arn))?.[0]

const notProvided = (arn: string): string =>
  `Targets of this kind are not provided here: ${arn.slice(0, 200)}. Functions, queues, topics and event buses are.`

/** Why nothing here calls what an ARN names, or undefined. */
export const refusalOfTarget = (arn: string): string | undefined =>
  serviceOf(arn) === undefined ? notProvided(arn) : undefined

const checkParameters = (target: Target, service: string): void => {
  const { Arn = '', SqsParameters, EventBridgeParameters } = target
  if (SqsParameters !== undefined && service !== 'sqs') {
    throw validation('SqsParameters is for targets that are queues.')
  }
  if (Arn.endsWith('.fifo') && service === 'sqs' && !SqsParameters?.MessageGroupId) {
    throw validation('SqsParameters.MessageGroupId must be specified for a FIFO queue.')
  }
  if ((EventBridgeParameters !== undefined) !== (service === 'events')) {
    throw validation(
      service === 'events'
        ? 'EventBridgeParameters must be specified for an event bus.'
        : 'EventBridgeParameters is for targets that are event buses.',
    )
  }
}

const checkInput = (input: string, service: string): void => {
  if (Buffer.byteLength(input) > INPUT_BYTES_MAX) {
    throw validation(`Input is larger than ${INPUT_BYTES_MAX} bytes.`)
  }
  if ((service === 'lambda' || service === 'events') && jsonOf(input) === undefined) {
    throw validation(
      'Input must be well-formed JSON for a target that is a function or an event bus.',
    )
  }
  if (service === 'events' && !isObject(jsonOf(input))) {
    throw validation('Input must be a JSON object for a target that is an event bus.')
  }
}

const checkDeadLetters = (arn: string | undefined): void => {
  // AWS: standard queues only. [guide: configuring-schedule-dlq]
  if (arn !== undefined && !/^arn:[^:]+:sqs:[^:]+:\d{12}:(?!.*\.fifo$)[^:]+$/.test(arn)) {
    throw validation(
      `DeadLetterConfig.Arn ${arn.slice(0, 200)} is not the ARN of a standard queue.`,
    )
  }
}

const within = (name: string, value: number | undefined, min: number, max: number): void => {
  if (value === undefined || (Number.isInteger(value) && value >= min && value <= max)) return
  throw validation(`RetryPolicy.${name} must be between ${min} and ${max}.`)
}

/** One run, for the outbox. */
export const postingFor = (
  schedule: ScheduleRecord,
  atMs: number,
  executionId: string,
): Posting => {
  const { target } = schedule
  const { Arn = '', SqsParameters, RetryPolicy = {}, DeadLetterConfig } = target
  const { MaximumRetryAttempts = ATTEMPTS_MAX, MaximumEventAgeInSeconds = AGE_SECONDS_MAX } =
    RetryPolicy
  const groupId = SqsParameters?.MessageGroupId
  const facts: Facts = {
    arn: scheduleArn(schedule.scope, schedule.group, schedule.name),
    time: secondsOf(atMs),
    executionId,
  }
  const parcel: Parcel = {
    target: Arn,
    body: bodyFor(schedule, facts),
    ...(groupId !== undefined && { groupId }),
    attemptMark: ATTEMPT_MARK,
    by: {
      service: 'scheduler.amazonaws.com',
      sourceArn: groupArn(schedule.scope, schedule.group),
      sourceAccount: schedule.scope.accountId,
      ...(target.RoleArn !== undefined && { roleArn: target.RoleArn }),
    },
  }
  const rules: DeliveryRules = {
    attemptsMax: MaximumRetryAttempts + 1,
    ageSecondsMax: MaximumEventAgeInSeconds,
    ...(DeadLetterConfig?.Arn !== undefined && {
      deadLetterArn: DeadLetterConfig.Arn,
      deadLetter: {
        facts: {
          EXECUTION_ID: executionId,
          IS_PAYLOAD_TRUNCATED: 'false',
          SCHEDULED_TIME: facts.time,
          SCHEDULE_ARN: facts.arn,
          TARGET_ARN: Arn,
        },
        codes: CODES,
        // AWS: the role has to be allowed to send there. [guide: configuring-schedule-dlq]
        inRole: true,
      },
    }),
  }
  return { parcel, rules }
}

/** What a target answers, for what the courier says. */
const CODES = {
  INVALID_PARAMETER: 'ValidationException',
  NO_PERMISSIONS: 'AccessDeniedException',
  NO_RESOURCE: 'ResourceNotFoundException',
  ERROR_FROM_TARGET: 'InternalServerError',
} as const

interface Facts {
  readonly arn: string
  readonly time: string
  readonly executionId: string
}

const ATTEMPT_MARK = '<aws.scheduler.attempt-number>'

const bodyFor = ({ target, scope }: ScheduleRecord, facts: Facts): string => {
  const { Input, EventBridgeParameters: event } = target
  const input = Input === undefined ? undefined : filled(Input, facts)
  if (event === undefined && input !== undefined) return input
  const around = {
    version: '0',
    id: facts.executionId,
    account: scope.accountId,
    time: facts.time,
    region: scope.region,
    resources: [facts.arn],
  }
  if (event === undefined) {
    // AWS: what a target gets where nothing is said. Its detail is text.
    const detail = { 'detail-type': 'Scheduled Event', source: 'aws.scheduler', detail: '{}' }
    return JSON.stringify({ ...around, ...detail })
  }
  // A context attribute may have broken what was JSON: the event has it as text then.
  const detail = input === undefined ? {} : (jsonOf(input) ?? { input })
  return JSON.stringify({
    ...around,
    'detail-type': event.DetailType,
    source: event.Source,
    detail,
  })
}

/** https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html */
const filled = (input: string, { arn, time, executionId }: Facts): string =>
  input
    .replaceAll('<aws.scheduler.schedule-arn>', arn)
    .replaceAll('<aws.scheduler.scheduled-time>', time)
    .replaceAll('<aws.scheduler.execution-id>', executionId)

const secondsOf = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
