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
import type { Random } from '#shared/random.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { notImplemented } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { tokenOf } from '#wire/pagination.ts'
import {
  authorizationError,
  invalidParameter,
  subscriptionLimitExceeded,
  subscriptionNotFound,
} from './errors.ts'
import { partsOfArn, type SubscriptionRecord, subscriptions, topicArn } from './records.ts'
import { checkSubscriptionAttributes, scopeOf } from './subscription-attributes.ts'
import { afterOf, topicOf } from './topics.ts'

const PAGE = 100
/** AWS: 12,500,000 of a topic; here as many as one publish can look through. */
const SUBSCRIPTIONS_MAX = 10_000
const TOKEN_BYTES = 64
/** AWS: two days. [API reference: ConfirmSubscription] */
const TOKEN_MS = 2 * 86_400_000

/** Whatever sends a new subscriber its confirmation. */
export type AskToConfirm = (subscription: SubscriptionRecord) => Promise<void>

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

/** AWS: [guide: fifo-topic-message-delivery] */
const refuseMixed = (
  isFifo: boolean,
  protocol: SubscriptionRecord['protocol'],
  endpoint: string,
): void => {
  if (isFifo && protocol !== 'sqs') {
    throw invalidParameter(
      `Invalid parameter: Protocol Reason: FIFO topics deliver to queues, not by ${protocol}`,
    )
  }
  if (!isFifo && endpoint.startsWith('arn:') && endpoint.endsWith('.fifo')) {
    throw invalidParameter(
      'Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics',
    )
  }
}

export const subscribe =
  (random: Random, ask: AskToConfirm) => async (input: Shape<SubscribeInput>, call: WriteCall) => {
    const { Protocol = '', Endpoint: endpoint = '', Attributes: attributes = {} } = input
    const { name, attributes: ofTopic } = await topicOf(input.TopicArn, call)
    const protocol = protocolOf(Protocol, endpoint)
    refuseMixed(ofTopic['FifoTopic'] === 'true', protocol, endpoint)
    checkSubscriptionAttributes(protocol, attributes)
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
    if (same === undefined && held.length >= SUBSCRIPTIONS_MAX) throw subscriptionLimitExceeded()
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
      ...(isServer && { token, askedMs: call.nowMs }),
      ...(call.host !== undefined && call.host !== '' && { origin: `http://${call.host}` }),
    }
    await call.tx.put(subscriptions, call, keyOf(record), record)
    if (isServer) await ask(record)
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
  const isOld = call.nowMs - (found?.value.askedMs ?? call.nowMs) > TOKEN_MS
  if (found === undefined || isOld) throw invalidParameter('Token')
  const { token: _, askedMs: __, ...confirmed } = found.value
  const endsAuthenticated = isSigned(call) && input.AuthenticateOnUnsubscribe === 'true'
  await call.tx.put(subscriptions, call, found.key, {
    ...confirmed,
    ...(endsAuthenticated && { endsAuthenticated }),
  })
  return { SubscriptionArn: confirmed.arn }
}

export const unsubscribe = async (
  input: Shape<UnsubscribeInput>,
  call: WriteCall,
): Promise<void> => {
  const parts = partsOfArn(input.SubscriptionArn, call)
  if (parts?.id === undefined) throw invalidParameter('SubscriptionArn')
  const key = `${parts.name}/${parts.id}`
  const found = await call.view.get(subscriptions, call, key)
  // AWS: an unsubscription that nobody signed is somebody's who followed the link of a message. [API: Unsubscribe]
  if (found?.endsAuthenticated === true && call.host !== undefined && !isSigned(call)) {
    throw authorizationError('This subscription can be ended by a signed request only.')
  }
  await call.tx.delete(subscriptions, call, key)
}

/** Links are followed by people and programs without credentials. */
const isSigned = ({ caller }: WriteCall): boolean =>
  caller !== undefined && caller.accessKeyId !== ''

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
  const isPending = record.token !== undefined
  const isServer = record.protocol === 'http' || record.protocol === 'https'
  return {
    Attributes: {
      RawMessageDelivery: 'false',
      ...attributes,
      ...(attributes['FilterPolicy'] !== undefined && {
        FilterPolicyScope: scopeOf(FilterPolicyScope),
      }),
      SubscriptionArn: record.arn,
      TopicArn: record.topicArn,
      Protocol: record.protocol,
      Endpoint: record.endpoint,
      Owner: record.owner,
      PendingConfirmation: String(isPending),
      // What its owner subscribes by a signed call needs no confirmation by anybody else.
      ConfirmationWasAuthenticated: String(
        !isPending && (!isServer || record.endsAuthenticated === true),
      ),
    },
  }
}

export const setSubscriptionAttributes = async (
  input: Shape<SetSubscriptionAttributesInput>,
  call: WriteCall,
): Promise<void> => {
  const record = await subscriptionOf(input.SubscriptionArn, call)
  const { AttributeName = '', AttributeValue = '' } = input
  checkSubscriptionAttributes(
    record.protocol,
    { [AttributeName]: AttributeValue },
    record.attributes,
  )
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
