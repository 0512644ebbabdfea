// How often and how fast an HTTP server is tried: the delivery policy of a subscription, or of its topic, as pauses
// between attempts. https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html#creating-delivery-policy
import { isObject } from '#shared/json.ts'

export interface HttpDelivery {
  /** Before each attempt but the first. */
  readonly pausesMs: readonly number[]
  readonly contentType: string | undefined
  readonly perSecondMax: number | undefined
}

/** What is wrong with the policy of a subscription or a topic; undefined where it can be held. */
export const problemOfDeliveryPolicy = (
  text: string,
  of: 'subscription' | 'topic',
): string | undefined => {
  const read = objectOf(text)
  if (read === undefined) return 'is no JSON object'
  const parts = of === 'topic' ? topicParts(read) : read
  const names = of === 'topic' ? ['http'] : PARTS
  const unknown = Object.keys(read).find((name) => !names.includes(name))
  if (unknown !== undefined) return `Unexpected JSON member: ${unknown.slice(0, 50)}`
  return problemOfParts(parts)
}

/** A topic may say that its subscriptions do not say otherwise. */
export const httpDelivery = (
  subscription: string | undefined,
  topic: string | undefined,
): HttpDelivery => {
  const given = objectOf(topic ?? '') ?? {}
  const defaults = topicParts(given)
  const http = given['http']
  const isFixed = isObject(http) && http['disableSubscriptionOverrides'] === true
  const own = isFixed ? {} : (objectOf(subscription ?? '') ?? {})
  const part = (name: string): Numbers => ({
    ...partOf(defaults, name),
    ...partOf(own, name),
  })
  const contentType = part('requestPolicy')['headerContentType']
  const perSecond = part('throttlePolicy')['maxReceivesPerSecond']
  return {
    pausesMs: pausesOf(part('healthyRetryPolicy')),
    contentType: typeof contentType === 'string' ? contentType : undefined,
    perSecondMax: typeof perSecond === 'number' ? perSecond : undefined,
  }
}

type Numbers = Readonly<Record<string, unknown>>

const PARTS: readonly string[] = ['healthyRetryPolicy', 'throttlePolicy', 'requestPolicy']

const topicParts = (read: Numbers): Numbers => {
  const http = isObject(read['http']) ? read['http'] : {}
  return {
    healthyRetryPolicy: http['defaultHealthyRetryPolicy'],
    throttlePolicy: http['defaultThrottlePolicy'],
    requestPolicy: http['defaultRequestPolicy'],
  }
}

const partOf = (parts: Numbers, name: string): Numbers => {
  const part = parts[name]
  return isObject(part) ? part : {}
}

const objectOf = (text: string): Numbers | undefined => {
  try {
    const read: unknown = JSON.parse(text)
    return isObject(read) ? read : undefined
  } catch {
    return undefined
  }
}

const DELAY_SECONDS_MAX = 3_600
const TOTAL_SECONDS_MAX = 3_600
const RETRIES_MAX = 100

/** AWS: three more attempts, twenty seconds apart. */
const DEFAULTS = {
  minDelayTarget: 20,
  maxDelayTarget: 20,
  numRetries: 3,
  numNoDelayRetries: 0,
  numMinDelayRetries: 0,
  numMaxDelayRetries: 0,
}
type Retry = typeof DEFAULTS

const problemOfParts = (parts: Numbers): string | undefined => {
  const given = partOf(parts, 'healthyRetryPolicy')
  const retry = retryOf(given)
  for (const [name, value] of Object.entries(retry)) {
    if (!Number.isInteger(value) || value < 0) {
      return `healthyRetryPolicy.${name} must be a whole number`
    }
  }
  const backoff = given['backoffFunction']
  if (backoff !== undefined && !(typeof backoff === 'string' && Object.hasOwn(CURVES, backoff))) {
    return `healthyRetryPolicy.backoffFunction must be one of: ${Object.keys(CURVES).join(', ')}`
  }
  if (retry.minDelayTarget < 1 || retry.minDelayTarget > retry.maxDelayTarget) {
    return 'healthyRetryPolicy.minDelayTarget must be between 1 and maxDelayTarget'
  }
  if (retry.maxDelayTarget > DELAY_SECONDS_MAX) {
    return `healthyRetryPolicy.maxDelayTarget must be less than or equal to ${DELAY_SECONDS_MAX}`
  }
  if (retry.numRetries > RETRIES_MAX) {
    return `healthyRetryPolicy.numRetries must be less than or equal to ${RETRIES_MAX}`
  }
  const { numNoDelayRetries, numMinDelayRetries, numMaxDelayRetries } = retry
  if (numNoDelayRetries + numMinDelayRetries + numMaxDelayRetries > retry.numRetries) {
    return 'healthyRetryPolicy.numRetries must be greater than or equal to the sum of its phases'
  }
  const totalMs = pausesOf(given).reduce((sum, pauseMs) => sum + pauseMs, 0)
  if (totalMs > TOTAL_SECONDS_MAX * 1_000) {
    return `healthyRetryPolicy: all retries together take longer than ${TOTAL_SECONDS_MAX} seconds`
  }
  return problemOfRest(parts)
}

const problemOfRest = (parts: Numbers): string | undefined => {
  const perSecond = partOf(parts, 'throttlePolicy')['maxReceivesPerSecond']
  if (perSecond !== undefined && !(Number.isInteger(perSecond) && Number(perSecond) >= 1)) {
    return 'throttlePolicy.maxReceivesPerSecond must be a whole number greater than 0'
  }
  const contentType = partOf(parts, 'requestPolicy')['headerContentType']
  if (contentType === undefined) return undefined
  const isType = typeof contentType === 'string' && CONTENT_TYPE.test(contentType)
  return isType ? undefined : 'requestPolicy.headerContentType is no supported content type'
}

/** AWS has a list of types; what is in it has this form. */
const CONTENT_TYPE = /^(?:application|text)\/[\w.+-]{1,80}(?:; ?charset=[\w-]{1,40})?$/i

const retryOf = (given: Numbers): Retry => {
  const numbers = Object.keys(DEFAULTS).flatMap((name) =>
    given[name] === undefined ? [] : [[name, Number(given[name])]],
  )
  return { ...DEFAULTS, ...Object.fromEntries(numbers) }
}

/** From the smallest pause to the largest; which curve AWS means by each name is not documented. */
const CURVES: Readonly<Record<string, (at: number) => number>> = {
  arithmetic: (at) => at ** 2,
  exponential: (at) => (2 ** (at * 6) - 1) / 63,
  geometric: (at) => at ** 3,
  linear: (at) => at,
}

const pausesOf = (given: Numbers): readonly number[] => {
  const retry = retryOf(given)
  const { minDelayTarget: min, maxDelayTarget: max } = retry
  const { numNoDelayRetries, numMinDelayRetries, numMaxDelayRetries } = retry
  const backoff = retry.numRetries - numNoDelayRetries - numMinDelayRetries - numMaxDelayRetries
  const curve = CURVES[String(given['backoffFunction'] ?? 'linear')] ?? ((at) => at)
  const times = (count: number, seconds: (at: number) => number): readonly number[] =>
    Array.from({ length: Math.max(0, Math.min(count, RETRIES_MAX)) }, (_, at) =>
      Math.round(seconds(count === 1 ? 0 : at / (count - 1)) * 1_000),
    )
  return [
    ...times(numNoDelayRetries, () => 0),
    ...times(numMinDelayRetries, () => min),
    ...times(backoff, (at) => min + (max - min) * curve(at)),
    ...times(numMaxDelayRetries, () => max),
  ]
}
