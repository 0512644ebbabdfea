// What stands beside the APIs, in words, for the screen and the `ready` event: tables, queues, topics, buckets, rules, user
// pools, function URLs and API keys, each with where it is called and with what it starts.
import { poolClients, userPools } from '#identity/cognito-idp/collections.ts'
import { eventSourceMappings, urls } from '#lambda/api/records.ts'
import { GLOBAL_SCOPE, type Scope } from '#model/scope.ts'
import { tableArn, tableRecords } from '#services/dynamodb/tables.ts'
import { rules } from '#services/events/records.ts'
import { buckets } from '#services/s3/buckets.ts'
import { rulesOf } from '#services/s3/notification-rules.ts'
import { subscriptions, topicArn, topics } from '#services/sns/records.ts'
import { queueArn, queues, readRedrive } from '#services/sqs/queue.ts'
import type { UsagePlan } from '#model/apigateway/usage-plan.ts'
import { apiKeys, usagePlanKeys, usagePlans } from '#store/collections.ts'
import type { View } from '#store/store.ts'

export interface ServiceDescription {
  readonly kind: 'table' | 'queue' | 'topic' | 'bucket' | 'rule' | 'pool' | 'url' | 'key'
  readonly name: string
  /** Where it is called, what it goes by, which clients it has. */
  readonly note?: string
  /** What it starts or feeds: `lambda Place`, `queue Copies`. */
  readonly feeds: readonly string[]
}

export interface ServiceOrigins {
  /** Where the AWS services answer, websites of buckets among them. */
  readonly management: string
  /** Where the APIs and function URLs answer. */
  readonly data: string
}

/** More of one kind are counted by whoever asks for them, not told at the start. */
const LISTED_MAX = 100

export const describeServices = async (
  view: View,
  scope: Scope,
  origins: ServiceOrigins,
): Promise<readonly ServiceDescription[]> => [
  ...(await describeTables(view, scope)),
  ...(await describeQueues(view, scope)),
  ...(await describeTopics(view, scope)),
  ...(await describeBuckets(view, scope, origins.management)),
  ...(await describeRules(view, scope)),
  ...(await describePools(view, scope)),
  ...(await describeUrls(view, scope, origins.data)),
  ...(await describeKeys(view, scope)),
]

const describeTables = async (view: View, scope: Scope): Promise<ServiceDescription[]> => {
  const fed = await fedBy(view, scope)
  const found = await view.list(tableRecords, scope, { limit: LISTED_MAX })
  return found.map(({ value: { name } }) => ({
    kind: 'table',
    name,
    feeds: fed(`${tableArn(scope, name)}/stream/`),
  }))
}

const describeQueues = async (view: View, scope: Scope): Promise<ServiceDescription[]> => {
  const fed = await fedBy(view, scope)
  const found = await view.list(queues, scope, { limit: LISTED_MAX })
  return found.map(({ value: { name, attributes } }) => {
    const redrive = readRedrive(attributes['RedrivePolicy'])
    const failed =
      redrive && `after ${redrive.maxReceiveCount} tries ${targetOf(redrive.deadLetterArn)}`
    return {
      kind: 'queue',
      name,
      feeds: [...fed(queueArn(scope, name)), ...(failed === undefined ? [] : [failed])],
    }
  })
}

/** The functions that are fed from sources whose ARN begins so. */
const fedBy = async (view: View, scope: Scope) => {
  const mappings = await view.list(eventSourceMappings, scope)
  return (arn: string): readonly string[] =>
    mappings.flatMap(({ value: { EventSourceArn, FunctionArn } }) => {
      const isOf = arn.endsWith('/') ? EventSourceArn?.startsWith(arn) : EventSourceArn === arn
      return isOf === true && FunctionArn !== undefined ? [targetOf(FunctionArn)] : []
    })
}

const describeTopics = async (view: View, scope: Scope): Promise<ServiceDescription[]> => {
  const subscribed = await view.list(subscriptions, scope)
  const found = await view.list(topics, scope, { limit: LISTED_MAX })
  return found.map(({ value: { name } }) => ({
    kind: 'topic',
    name,
    feeds: subscribed.flatMap(({ value }) =>
      value.topicArn === topicArn(scope, name) ? [targetOf(value.endpoint)] : [],
    ),
  }))
}

const describeBuckets = async (
  view: View,
  scope: Scope,
  origin: string,
): Promise<ServiceDescription[]> => {
  const found = await view.list(buckets, GLOBAL_SCOPE, { limit: LISTED_MAX })
  return found
    .filter(({ value }) => value.accountId === scope.accountId)
    .map(({ value: { name, website, notification } }) => ({
      kind: 'bucket',
      name,
      ...(website !== undefined && { note: underLocalhost(origin, `${name}.s3-website`) }),
      feeds: rulesOf(notification ?? {}).map(({ targetArn }) => targetOf(targetArn)),
    }))
}

const describeRules = async (view: View, scope: Scope): Promise<ServiceDescription[]> => {
  const found = await view.list(rules, scope, { limit: LISTED_MAX })
  return found.map(({ value: { name, bus, schedule, isEnabled, targets } }) => ({
    kind: 'rule',
    name,
    note: `${schedule ?? `events of the bus ${bus}`}${isEnabled ? '' : ', disabled'}`,
    feeds: targets.map(({ Arn }) => targetOf(Arn ?? '')),
  }))
}

const describePools = async (view: View, scope: Scope): Promise<ServiceDescription[]> => {
  const clients = await view.list(poolClients, scope)
  const found = await view.list(userPools, scope, { limit: LISTED_MAX })
  return found.map(({ value: { Id, Name } }) => {
    const own = clients.filter(({ value }) => value.UserPoolId === Id)
    const named = own.map(({ value }) => `client ${value.ClientName} ${value.ClientId}`)
    return { kind: 'pool', name: Name, note: [Id, ...named].join('   '), feeds: [] }
  })
}

const describeUrls = async (
  view: View,
  scope: Scope,
  origin: string,
): Promise<ServiceDescription[]> => {
  const found = await view.list(urls, scope, { limit: LISTED_MAX })
  return found.map(({ key, value: { urlId } }) => ({
    kind: 'url',
    name: key.split('/')[0] ?? key,
    note: `${origin}/_aws/lambda-url/${urlId}/`,
    feeds: [],
  }))
}

/** By their last characters: a screen is looked at by more than one. */
const describeKeys = async (view: View, scope: Scope): Promise<ServiceDescription[]> => {
  const plans = new Map(
    (await view.list(usagePlans, scope)).map(({ value }) => [value.id, planOf(value)]),
  )
  const links = await view.list(usagePlanKeys, scope)
  const found = await view.list(apiKeys, scope, { limit: LISTED_MAX })
  return found.map(({ value: { id, name = id, value, enabled } }) => {
    const own = links.filter((link) => link.value.id === id)
    const named = own.flatMap(({ key }) => plans.get(key.split('/')[0] ?? '') ?? [])
    const of = named.length === 0 ? 'in no usage plan' : named.join(', ')
    return {
      kind: 'key',
      name,
      note: `…${value.slice(-4)}   ${of}${enabled ? '' : ', disabled'}`,
      feeds: [],
    }
  })
}

const planOf = ({ name, throttle, quota }: UsagePlan): string => {
  const limits = [
    ...(throttle?.rateLimit === undefined ? [] : [`${throttle.rateLimit}/s`]),
    ...(quota?.limit === undefined ? [] : [`${quota.limit} a ${quota.period?.toLowerCase()}`]),
  ]
  return `plan ${name}${limits.length === 0 ? '' : ` (${limits.join(', ')})`}`
}

const KINDS: Readonly<Record<string, string>> = {
  events: 'bus',
  lambda: 'lambda',
  sns: 'topic',
  sqs: 'queue',
}

/** `arn:aws:sqs:…:Copies` → `queue Copies`; an address as it is. */
const targetOf = (arn: string): string => {
  const [, , service = '', , , ...rest] = arn.split(':')
  const kind = KINDS[service]
  if (!arn.startsWith('arn:') || kind === undefined) return arn
  const [first = '', second = first] = rest
  return `${kind} ${service === 'lambda' ? second : first.replace(/^event-bus\//, '')}`
}

const underLocalhost = (origin: string, label: string): string => {
  const url = new URL(origin)
  return `${url.protocol}//${label}.localhost:${url.port}/`
}
