// Batches of a stream that are given up: a queue or a topic is told of them, a bucket gets their records too.
// https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html#services-dynamodb-failure
import type { WriteObject } from '#model/ports.ts'
import type { Random } from '#shared/random.ts'
import type { Mapping } from './mapping.ts'

export interface FailedBatch {
  readonly mapping: Mapping
  readonly shard: string
  /** The invocation record. */
  readonly told: Readonly<Record<string, unknown>>
  readonly records: readonly unknown[]
}

/** Fulfils when it will be told, whatever happens to this process. */
export type TellFailure = (failed: FailedBatch) => Promise<void>

export const createTellFailure =
  (options: {
    readonly post: (targetArn: string, body: string) => Promise<void>
    readonly writeObject: WriteObject
    readonly random: Random
    readonly nowMs: () => number
    readonly onError: (error: unknown) => void
  }): TellFailure =>
  async ({ mapping, shard, told, records }) => {
    const { onFailure } = mapping
    if (onFailure === undefined) return
    const [, bucket] = /^arn:[^:]+:s3:::([^/]+)$/.exec(onFailure) ?? []
    if (bucket === undefined) return options.post(onFailure, JSON.stringify(told))
    const { writeObject, random, nowMs, onError } = options
    const atMs = nowMs()
    const time = new Date(atMs).toISOString()
    const day = time.slice(0, 10)
    const moment = time.slice(0, 19).replaceAll(':', '.')
    const key = `aws/lambda/${mapping.uuid}/${shard}/${day.replaceAll('-', '/')}/${moment}-${random.uuid()}`
    const body = JSON.stringify({ ...told, payload: { Records: records } })
    // A bucket that is gone does not hold the stream up.
    await writeObject({
      bucket,
      key,
      body,
      contentType: 'application/json',
      nowMs: atMs,
    }).catch(onError)
  }
