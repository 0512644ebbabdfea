// How values are spread, in little room: a histogram whose buckets grow by 2 percent, so that any percentile is within
// 1 percent of the true value; sum, least and greatest are exact. (The sketch known as DDSketch.)

/** What travels between processes. */
export interface PackedDistribution {
  readonly samples: number
  readonly sum: number
  readonly min: number
  readonly max: number
  readonly zeros: number
  /** Bucket, count, bucket, count, … */
  readonly buckets: readonly number[]
}

/** A percentile is at most so far from the true value, as a share of it. */
export const RELATIVE_ERROR = 0.01
const GROWTH = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)
const LN_GROWTH = Math.log(GROWTH)
/** Smaller values count as this one, greater ones as that: a microsecond (of milliseconds) and a petabyte. */
const LEAST = 1e-3
const GREATEST = 1e15

export class Distribution {
  samples = 0
  sum = 0
  min = Number.POSITIVE_INFINITY
  max = Number.NEGATIVE_INFINITY
  /** Values of 0 (and below: they exist in custom metrics, and percentiles take them for 0). */
  zeros = 0
  readonly #buckets = new Map<number, number>()

  add(value: number, times = 1): void {
    this.samples += times
    this.sum += value * times
    if (value < this.min) this.min = value
    if (value > this.max) this.max = value
    if (value <= 0) this.zeros += times
    else this.#count(bucketOf(value), times)
  }

  merge(other: PackedDistribution): void {
    this.samples += other.samples
    this.sum += other.sum
    this.min = Math.min(this.min, other.min)
    this.max = Math.max(this.max, other.max)
    this.zeros += other.zeros
    const { buckets } = other
    for (let at = 0; at + 1 < buckets.length; at += 2) {
      this.#count(buckets[at] ?? 0, buckets[at + 1] ?? 0)
    }
  }

  /** The value that so many percent of all are at or below; within 1 percent. */
  percentile(percent: number): number {
    if (this.samples === 0) return 0
    const rank = Math.max(1, Math.ceil((percent / 100) * this.samples))
    let seen = this.zeros
    if (rank <= seen) return Math.max(0, this.min)
    for (const [bucket, count] of this.#sorted()) {
      seen += count
      if (seen >= rank) return Math.min(this.max, Math.max(this.min, valueOf(bucket)))
    }
    return this.max
  }

  /** How many are at or below, within 1 percent of the limit. */
  countUpTo(limit: number): number {
    let count = this.zeros
    for (const [bucket, more] of this.#buckets) if (valueOf(bucket) <= limit) count += more
    return count
  }

  pack(): PackedDistribution {
    const { samples, sum, min, max, zeros } = this
    return { samples, sum, min, max, zeros, buckets: [...this.#buckets].flat() }
  }

  #count(bucket: number, times: number): void {
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + times)
  }

  #sorted(): readonly (readonly [number, number])[] {
    return [...this.#buckets].sort(([one], [other]) => one - other)
  }
}

const bucketOf = (value: number): number =>
  Math.ceil(Math.log(Math.min(Math.max(value, LEAST), GREATEST)) / LN_GROWTH)

const valueOf = (bucket: number): number => (2 * GROWTH ** bucket) / (GROWTH + 1)

/** Of a metric that is 0 or 1: how often it was looked at, and how often it was 1. */
export const packFlags = (samples: number, ones: number): PackedDistribution => ({
  samples,
  sum: ones,
  min: ones === samples ? 1 : 0,
  max: ones > 0 ? 1 : 0,
  zeros: samples - ones,
  buckets: ones === 0 ? [] : [bucketOf(1), ones],
})
