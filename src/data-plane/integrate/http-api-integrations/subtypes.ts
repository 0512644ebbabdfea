// The first-class integrations, a row each: which parameters they take and what they ask of which service.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-aws-services-reference.html
import { isObject, type JsonValue } from '#shared/json.ts'
import { GatewayFailure } from '../../plan.ts'
import type { ParameterKinds, SubtypeValues } from './subtype-parameters.ts'

/** One call, before it is signed. */
export interface SubtypeCall {
  readonly method: string
  readonly path: string
  readonly headers: readonly string[]
  readonly body: string
}

interface Subtype {
  readonly service: string
  /** Besides Region, which all of them take. */
  readonly parameters: ParameterKinds
  readonly call: (values: SubtypeValues) => SubtypeCall
}

/** A call of a JSON protocol: `body` makes its document of the parameters. */
const json = (
  service: string,
  target: string,
  version: '1.0' | '1.1',
  parameters: ParameterKinds,
  body: (values: SubtypeValues) => JsonValue,
): Subtype => ({
  service,
  parameters,
  call: (values) => ({
    method: 'POST',
    path: '/',
    headers: ['X-Amz-Target', target, 'Content-Type', `application/x-amz-json-${version}`],
    body: JSON.stringify(body(values)),
  }),
})

/** A call of SQS in its query protocol, to the queue's own path. */
const sqs = (action: string, parameters: ParameterKinds): Subtype => ({
  service: 'sqs',
  parameters: { QueueUrl: 'text', ...parameters },
  call: (values) => {
    const form = new URLSearchParams({ Action: action, Version: '2012-11-05' })
    for (const [name, value] of Object.entries(values)) {
      if (name !== 'Region' && value !== undefined) addToForm(form, name, value)
    }
    return {
      method: 'POST',
      path: pathOfQueue(values.QueueUrl),
      headers: ['Content-Type', 'application/x-www-form-urlencoded'],
      body: form.toString(),
    }
  },
})

/** Lists and maps are numbered from 1. [AWSSimpleQueueService: query protocol] */
const addToForm = (form: URLSearchParams, name: string, value: JsonValue): void => {
  if (name === 'AttributeNames' || name === 'MessageAttributeNames') {
    const items = Array.isArray(value) ? value : [value]
    for (const [at, item] of items.entries())
      form.set(`${name.slice(0, -1)}.${at + 1}`, textOf(item))
  } else if (name === 'MessageAttributes' || name === 'MessageSystemAttributes') {
    if (!isObject(value)) throw notAnObject(name)
    for (const [at, [attribute, parts]] of Object.entries(value).entries()) {
      if (!isObject(parts)) throw notAnObject(`${name}.${attribute}`)
      const prefix = `${name.slice(0, -1)}.${at + 1}`
      form.set(`${prefix}.Name`, attribute)
      for (const [part, text] of Object.entries(parts)) {
        form.set(`${prefix}.Value.${part}`, typeof text === 'string' ? text : JSON.stringify(text))
      }
    }
  } else form.set(name, textOf(value))
}

const notAnObject = (name: string) =>
  new GatewayFailure('BAD_REQUEST_PARAMETERS', 'Bad Request', {
    hint: `the integration's parameter ${name.slice(0, 200)} is no JSON object`,
  })

const textOf = (value: JsonValue): string =>
  typeof value === 'string' ? value : JSON.stringify(value)

/** `/123456789012/queue` of a queue's URL; what is no URL is told to the service's own address. */
const pathOfQueue = (url: JsonValue | undefined): string =>
  typeof url === 'string' && URL.canParse(url) ? new URL(url).pathname : '/'

/** What the request has a value for; Region only says where to ask. */
const withoutRegion = (values: SubtypeValues): { [name: string]: JsonValue } => {
  const members: Record<string, JsonValue> = {}
  for (const [name, value] of Object.entries(values)) {
    if (name !== 'Region' && value !== undefined) members[name] = value
  }
  return members
}

/** `Name` → `name`, as Step Functions spells its members. */
const lowered = (values: SubtypeValues): JsonValue =>
  Object.fromEntries(
    Object.entries(withoutRegion(values)).map(([name, value]) => [
      name.charAt(0).toLowerCase() + name.slice(1),
      value,
    ]),
  )

/** AWS: Time is a timestamp, which the JSON protocols write in seconds. */
const eventEntry = (values: SubtypeValues): JsonValue => {
  const { Time, Resources, ...entry } = withoutRegion(values)
  if (Resources !== undefined) entry.Resources = Array.isArray(Resources) ? Resources : [Resources]
  if (typeof Time !== 'string') return entry
  const ms = /^\d+(?:\.\d+)?$/.test(Time) ? Number(Time) * 1000 : Date.parse(Time)
  return { ...entry, Time: Number.isNaN(ms) ? Time : ms / 1000 }
}

const APP_CONFIG: Subtype = {
  service: 'appconfig',
  parameters: {
    Application: 'text',
    Environment: 'text',
    Configuration: 'text',
    ClientId: 'text',
    ClientConfigurationVersion: 'text',
  },
  call: (values) => {
    const segment = (name: string) => encodeSegment(textOf(values[name] ?? ''))
    const query = new URLSearchParams({ client_id: textOf(values.ClientId ?? '') })
    const version = values.ClientConfigurationVersion
    if (version !== undefined) query.set('client_configuration_version', textOf(version))
    const path = `/applications/${segment('Application')}/environments/${segment('Environment')}/configurations/${segment('Configuration')}`
    return { method: 'GET', path: `${path}?${query.toString()}`, headers: [], body: '' }
  },
}

/** No name can walk up the path. */
const encodeSegment = (text: string): string =>
  /^\.{1,2}$/.test(text) ? text.replaceAll('.', '%2E') : encodeURIComponent(text.toWellFormed())

const SEND_MESSAGE: ParameterKinds = {
  MessageBody: 'text',
  DelaySeconds: 'text',
  MessageAttributes: 'json',
  MessageDeduplicationId: 'text',
  MessageGroupId: 'text',
  MessageSystemAttributes: 'json',
}

const RECEIVE_MESSAGE: ParameterKinds = {
  AttributeNames: 'json',
  MaxNumberOfMessages: 'text',
  MessageAttributeNames: 'json',
  ReceiveRequestAttemptId: 'text',
  VisibilityTimeout: 'text',
  WaitTimeSeconds: 'text',
}

const PUT_EVENTS: ParameterKinds = {
  Detail: 'text',
  DetailType: 'text',
  Source: 'text',
  Time: 'text',
  EventBusName: 'text',
  Resources: 'json',
  TraceHeader: 'text',
}

const PUT_RECORD: ParameterKinds = {
  StreamName: 'text',
  Data: 'text',
  PartitionKey: 'text',
  SequenceNumberForOrdering: 'text',
  ExplicitHashKey: 'text',
}

const START: ParameterKinds = { StateMachineArn: 'text', Name: 'text', Input: 'text' }
const START_SYNC: ParameterKinds = { ...START, TraceHeader: 'text' }
const STOP: ParameterKinds = { ExecutionArn: 'text', Cause: 'text', Error: 'text' }

export const SUBTYPES: ReadonlyMap<string, Subtype> = new Map([
  ['AppConfig-GetConfiguration', APP_CONFIG],
  [
    'EventBridge-PutEvents',
    json('events', 'AWSEvents.PutEvents', '1.1', PUT_EVENTS, (values) => ({
      Entries: [eventEntry(values)],
    })),
  ],
  [
    'Kinesis-PutRecord',
    json('kinesis', 'Kinesis_20131202.PutRecord', '1.1', PUT_RECORD, withoutRegion),
  ],
  ['SQS-SendMessage', sqs('SendMessage', SEND_MESSAGE)],
  ['SQS-ReceiveMessage', sqs('ReceiveMessage', RECEIVE_MESSAGE)],
  ['SQS-DeleteMessage', sqs('DeleteMessage', { ReceiptHandle: 'text' })],
  ['SQS-PurgeQueue', sqs('PurgeQueue', {})],
  [
    'StepFunctions-StartExecution',
    json('states', 'AWSStepFunctions.StartExecution', '1.0', START, lowered),
  ],
  [
    'StepFunctions-StartSyncExecution',
    json('states', 'AWSStepFunctions.StartSyncExecution', '1.0', START_SYNC, lowered),
  ],
  [
    'StepFunctions-StopExecution',
    json('states', 'AWSStepFunctions.StopExecution', '1.0', STOP, lowered),
  ],
])
