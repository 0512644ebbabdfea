// How much may pass: what the data plane asks for (a token of a bucket, one request of a quota), and what the counters
// tell the management side. https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html

/** A token bucket: `ratePerSecond` tokens flow in, fractions of one too, and no more than `burst` are kept. */
export interface RateLimit {
  readonly kind: 'rate'
  /** Names the bucket: whoever uses the same name draws from the same one. */
  readonly name: string
  readonly ratePerSecond: number
  readonly burst: number
}

/** So many requests in each period of the calendar, in UTC. */
export interface QuotaLimit {
  readonly kind: 'quota'
  /** Names the count: one per usage plan and key. */
  readonly name: string
  readonly limit: number
  readonly period: QuotaPeriod
  readonly offset: number
}

/**
 * AWS says two things about `offset`. As `start-day` it is the day that a period begins with: 0–6 of a week (0 is
 * Sunday), 0–27 of a month (0 is the first). As `first-period` it is the requests that the first period has fewer.
 * [console and Terraform's bounds; api: QuotaSettings]
 */
export type OffsetMeaning = 'start-day' | 'first-period'

export type QuotaPeriod = 'DAY' | 'WEEK' | 'MONTH'

export type Limit = RateLimit | QuotaLimit

/** What a plan and key did on a day (UTC). */
export interface UsageDay {
  /** `2026-11-21` */
  readonly day: string
  readonly used: number
  /** What UpdateUsage granted on that day (or took, below 0) for the rest of its period. */
  readonly granted: number
}

/** The counters of quotas, as the management side sees them. */
export interface UsageCounters {
  readonly offsetMeans: OffsetMeaning
  /** The days from the first to the last that have anything to tell, in order; exact as of now. */
  read(name: string, firstDay: string, lastDay: string): Promise<readonly UsageDay[]>
  /** Makes so many requests remain in the current period. */
  setRemaining(quota: QuotaLimit, remaining: number): Promise<void>
  /** Forgets all that was counted under names that begin so: they belong to nobody any more. */
  forget(prefix: string): Promise<void>
}
