// Subscriptions. https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
import type {
  ConfirmSubscriptionInput,
  GetSubscriptionAttributesInput,
  ListSubscriptionsByTopicInput,
  ListSubscriptionsInput,
  SetSubscriptionAttributesInput,
  SubscribeInput,
  UnsubscribeInput,
} from '@aws-sdk/client-sns'
import { compileEventPattern, InvalidPattern } from '#languages/event-pattern/event-pattern.ts'
import { isObject } from '#shared/json.ts'
import type { Random } from '#shared/random.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { notImplemented } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { tokenOf } from '#wire/pagination.ts'
import { invalidParameter, subscriptionNotFound } from './errors.ts'
import { partsOfArn, type SubscriptionRecord, subscriptions, topicArn } from './records.ts'
import { afterOf, topicOf } from './topics.ts'

const PAGE = 100
const TOKEN_BYTES = 64

/** Whatever sends a new subscriber its confirmation. */
export type AskToConfirm = (subscription: SubscriptionRecord, origin: string) => Promise<void>

const ATTRIBUTES: ReadonlySet<string> = new Set([
  'DeliveryPolicy',
  'FilterPolicy',
  'FilterPolicyScope',
  'RawMessageDelivery',
  'RedrivePolicy',
  'ReplayPolicy',
  'SubscriptionRoleArn',
])

const checkAttribute = (name: string, value: string): void => {
  if (!ATTRIBUTES.has(name)) throw invalidParameter('AttributeName')
  if (value === '') return
  if (name === 'FilterPolicyScope' && !['MessageAttributes', 'MessageBody'].includes(value)) {
    throw invalidParameter('FilterPolicyScope: Invalid value')
  }
  if (name === 'RawMessageDelivery' && !/^(?:true|false)$/i.test(value)) {
    throw invalidParameter('Attributes Reason: RawMessageDelivery: Invalid value')
  }
  if (name === 'FilterPolicy') checkFilter(value)
  if (name === 'RedrivePolicy' && redriveOf(value) === undefined) {
    throw invalidParameter('RedrivePolicy: must have a deadLetterTargetArn that is a queue')
  }
}

const checkFilter = (text: string): void => {
  try {
    compileEventPattern(JSON.parse(text))
  } catch (error) {
    if (error instanceof InvalidPattern) throw invalidParameter(`FilterPolicy: ${error.message}`)
    throw invalidParameter('FilterPolicy: failed to parse JSON.')
  }
}

/** The queue for what cannot be delivered. */
export const redriveOf = (text: string | undefined): string | undefined => {
  if (text === undefined || text === '') return undefined
  let read: unknown
  try {
    read = JSON.parse(text)
  } catch {
    return undefined
  }
  const arn = isObject(read) ? read['deadLetterTargetArn'] : undefined
  return typeof arn === 'string' && /^arn:[^:]+:sqs:/.test(arn) ? arn : undefined
}

const protocolOf = (protocol: string, endpoint: string): SubscriptionRecord['protocol'] => {
  switch (protocol) {
    case 'lambda':
    case 'sqs':
      if (!new RegExp(`^arn:[^:]+:${protocol}:`).test(endpoint)) {
        throw invalidParameter(`${protocol} endpoint ARN`)
      }
      return protocol
    case 'http':
    case 'https':
      if (!URL.canParse(endpoint) || new URL(endpoint).protocol !== `${protocol}:`) {
        throw invalidParameter('Endpoint must match the specified protocol')
      }
      return protocol
    case 'email':
    case 'email-json':
    case 'sms':
    case 'application':
    case 'firehose':
      throw notImplemented(
        `Subscriptions by ${protocol} are not provided here: functions, queues and HTTP servers are.`,
      )
    default:
      throw invalidParameter(`Does not support this protocol string: ${protocol.slice(0, 50)}`)
  }
}

export const subscribe =
  (random: Random, ask: AskToConfirm) => async (input: Shape<SubscribeInput>, call: WriteCall) => {
    const { Protocol = '', Endpoint: endpoint = '', Attributes: attributes = {} } = input
    const { name } = await topicOf(input.TopicArn, call)
    const protocol = protocolOf(Protocol, endpoint)
    for (const [key, value] of Object.entries(attributes)) checkAttribute(key, value)
    const held = await call.view.list(subscriptions, call, { prefix: `${name}/` })
    const same = held.find(
      ({ value }) => value.protocol === protocol && value.endpoint === endpoint,
    )?.value
    if (same !== undefined && same.token === undefined) {
      const isOther = Object.entries(attributes).some(
        ([key, value]) => same.attributes[key] !== value,
      )
      if (isOther) {
        throw invalidParameter(
          'Attributes Reason: Subscription already exists with different attributes',
        )
      }
      return { SubscriptionArn: same.arn }
    }
    const arn = same?.arn ?? `${topicArn(call, name)}:${uuidOf(call.ids.next(32))}`
    const token = Buffer.from(random.bytes(TOKEN_BYTES)).toString('hex')
    const isServer = protocol === 'http' || protocol === 'https'
    const record: SubscriptionRecord = {
      arn,
      topicArn: topicArn(call, name),
      protocol,
      endpoint,
      attributes,
      owner: call.accountId,
      ...(isServer && { token }),
    }
    await call.tx.put(subscriptions, call, keyOf(record), record)
    if (isServer) await ask(record, `http://${call.host ?? 'localhost'}`)
    const isTold = !isServer || input.ReturnSubscriptionArn === true
    return { SubscriptionArn: isTold ? arn : 'pending confirmation' }
  }

const keyOf = ({ arn }: Pick<SubscriptionRecord, 'arn'>): string => {
  const [name = '', id = ''] = arn.split(':').slice(5)
  return `${name}/${id}`
}

/** Hexadecimal, as AWS's are: the identifiers of this call are made the same for the same template. */
const uuidOf = (id: string): string => {
  const hex = Buffer.from(id, 'latin1').toString('hex')
  const at = (from: number, length: number): string => hex.slice(from, from + length)
  return `${at(0, 8)}-${at(8, 4)}-${at(12, 4)}-${at(16, 4)}-${at(20, 12)}`
}

export const confirmSubscription = async (
  input: Shape<ConfirmSubscriptionInput>,
  call: WriteCall,
) => {
  const { name } = await topicOf(input.TopicArn, call)
  const held = await call.view.list(subscriptions, call, { prefix: `${name}/` })
  const found = held.find(({ value }) => value.token !== undefined && value.token === input.Token)
  if (found === undefined) throw invalidParameter('Token')
  const { token: _, ...confirmed } = found.value
  await call.tx.put(subscriptions, call, found.key, confirmed)
  return { SubscriptionArn: confirmed.arn }
}

export const unsubscribe = async (
  input: Shape<UnsubscribeInput>,
  call: WriteCall,
): Promise<void> => {
  const parts = partsOfArn(input.SubscriptionArn, call)
  if (parts?.id === undefined) throw invalidParameter('SubscriptionArn')
  await call.tx.delete(subscriptions, call, `${parts.name}/${parts.id}`)
}

const subscriptionOf = async (
  arn: string | undefined,
  call: ReadCall,
): Promise<SubscriptionRecord> => {
  const parts = partsOfArn(arn, call)
  if (parts?.id === undefined) throw invalidParameter('SubscriptionArn')
  const found = await call.view.get(subscriptions, call, `${parts.name}/${parts.id}`)
  if (found === undefined) throw subscriptionNotFound()
  return found
}

export const getSubscriptionAttributes = async (
  input: Shape<GetSubscriptionAttributesInput>,
  call: ReadCall,
) => {
  const record = await subscriptionOf(input.SubscriptionArn, call)
  const { FilterPolicyScope, ...attributes } = record.attributes
  return {
    Attributes: {
      RawMessageDelivery: 'false',
      ...attributes,
      ...(attributes['FilterPolicy'] !== undefined && {
        FilterPolicyScope: FilterPolicyScope ?? 'MessageAttributes',
      }),
      SubscriptionArn: record.arn,
      TopicArn: record.topicArn,
      Protocol: record.protocol,
      Endpoint: record.endpoint,
      Owner: record.owner,
      PendingConfirmation: String(record.token !== undefined),
      ConfirmationWasAuthenticated: String(record.token === undefined),
    },
  }
}

export const setSubscriptionAttributes = async (
  input: Shape<SetSubscriptionAttributesInput>,
  call: WriteCall,
): Promise<void> => {
  const record = await subscriptionOf(input.SubscriptionArn, call)
  const { AttributeName = '', AttributeValue = '' } = input
  checkAttribute(AttributeName, AttributeValue)
  const { [AttributeName]: _, ...rest } = record.attributes
  const attributes = AttributeValue === '' ? rest : { ...rest, [AttributeName]: AttributeValue }
  await call.tx.put(subscriptions, call, keyOf(record), { ...record, attributes })
}

export const listSubscriptions = (input: Shape<ListSubscriptionsInput>, call: ReadCall) =>
  page('', input.NextToken, call)

export const listSubscriptionsByTopic = async (
  input: Shape<ListSubscriptionsByTopicInput>,
  call: ReadCall,
) => page(`${(await topicOf(input.TopicArn, call)).name}/`, input.NextToken, call)

const page = async (prefix: string, token: string | undefined, call: ReadCall) => {
  const after = afterOf(token)
  const found = await call.view.list(subscriptions, call, {
    ...(prefix !== '' && { prefix }),
    ...(after !== undefined && { after }),
    limit: PAGE + 1,
  })
  const shown = found.slice(0, PAGE)
  return {
    Subscriptions: shown.map(({ value }) => ({
      SubscriptionArn: value.token === undefined ? value.arn : 'PendingConfirmation',
      Owner: value.owner,
      Protocol: value.protocol,
      Endpoint: value.endpoint,
      TopicArn: value.topicArn,
    })),
    ...(found.length > PAGE && { NextToken: tokenOf(shown.at(-1)?.key ?? '') }),
  }
}
