// Attributes of subscriptions: what may be set, for which kind of endpoint.
// https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html
import { isObject } from '#shared/json.ts'
import { notImplemented } from '#wire/errors.ts'
import { problemOfDeliveryPolicy } from './delivery-policy.ts'
import { invalidParameter } from './errors.ts'
import { type FilterScope, problemOfFilter } from './filter-policy.ts'
import type { SubscriptionRecord } from './records.ts'

type Protocol = SubscriptionRecord['protocol']
type Attributes = Readonly<Record<string, string>>

/** Throws for what AWS would not take, and for what is not provided here. */
export const checkSubscriptionAttributes = (
  protocol: Protocol,
  given: Attributes,
  before: Attributes = {},
): void => {
  for (const [name, value] of Object.entries(given)) {
    const check = Object.hasOwn(CHECKS, name) ? CHECKS[name] : undefined
    if (check === undefined) throw invalidParameter('AttributeName')
    if (value !== '') check(value, protocol)
  }
  const { FilterPolicy, FilterPolicyScope } = { ...before, ...given }
  if (FilterPolicy === undefined || FilterPolicy === '') return
  const problem = problemOfFilter(FilterPolicy, scopeOf(FilterPolicyScope))
  if (problem !== undefined) throw invalidParameter(`FilterPolicy: ${problem}`)
}

export const scopeOf = (text: string | undefined): FilterScope =>
  text === 'MessageBody' ? 'MessageBody' : 'MessageAttributes'

const refused = (what: string) => (): void => {
  throw notImplemented(`${what} is not provided here.`)
}

const isServer = (protocol: Protocol): boolean => protocol === 'http' || protocol === 'https'

const CHECKS: Readonly<Record<string, (value: string, protocol: Protocol) => void>> = {
  DeliveryPolicy: (value, protocol) => {
    if (!isServer(protocol)) {
      throw invalidParameter(`Delivery Policy: protocol [${protocol}] does not support it.`)
    }
    const problem = problemOfDeliveryPolicy(value, 'subscription')
    if (problem !== undefined) throw invalidParameter(`DeliveryPolicy: ${problem}`)
  },
  FilterPolicy: () => undefined, // With its scope, above.
  FilterPolicyScope: (value) => {
    if (value !== 'MessageAttributes' && value !== 'MessageBody') {
      throw invalidParameter('FilterPolicyScope: Invalid value')
    }
  },
  RawMessageDelivery: (value, protocol) => {
    if (!/^(?:true|false)$/i.test(value)) {
      throw invalidParameter('Attributes Reason: RawMessageDelivery: Invalid value')
    }
    if (protocol === 'lambda' && /^true$/i.test(value)) {
      throw invalidParameter(
        'Attributes Reason: Delivery protocol [lambda] does not support raw message delivery.',
      )
    }
  },
  RedrivePolicy: (value) => {
    if (redriveOf(value) === undefined) {
      throw invalidParameter('RedrivePolicy: must have a deadLetterTargetArn that is a queue')
    }
  },
  ReplayPolicy: refused('ReplayPolicy'),
  SubscriptionRoleArn: refused('SubscriptionRoleArn (it is for Firehose)'),
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
