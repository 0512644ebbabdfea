// The stream of a table as a function's event source: records in their order, one batch at a time; a batch that fails
// is tried again, halved, or given up and told of, and nothing after it is read before that.
// https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
import { createHash } from 'node:crypto'
import type { ChangeFeed, ItemChange } from '#model/ports.ts'
import type { Clock } from '#shared/clock.ts'
import { canonicalJson } from '#shared/json.ts'
import type { Mapping } from './mapping.ts'
import { ask, type EventSource, type Item, type Poll, pollSource, slices } from './poll.ts'
import type { Checkpoints } from './pollers.ts'
import type { TellFailure } from './tell-failure.ts'

/** AWS: streams are read four times a second. Here as often at most, and not at all where nothing is written. */
const READ_EVERY_MS = 250
const RETRY_MS_MIN = 500
const RETRY_MS_MAX = 60_000

export interface StreamPoll extends Poll {
  readonly feed: ChangeFeed
  readonly checkpoints: Checkpoints
  readonly tellFailure: TellFailure
  readonly clock: Clock
}

interface Change extends Item {
  readonly change: ItemChange
}

export const pollStream = async (poll: StreamPoll): Promise<void> => {
  const { mapping, feed, checkpoints, sleep, signal } = poll
  const { uuid, sourceArn: streamArn, startingPosition, batchSize, windowMs, lanes } = mapping
  const limit = batchSize * lanes
  let after: string = checkpoints.get(uuid) ?? startingPosition
  let until = after
  const news = watchFeed(feed, signal)
  const awaitNews = async (): Promise<void> => {
    await sleep(READ_EVERY_MS)
    await news.come()
  }
  const source: EventSource<Change> = {
    concurrency: lanes,
    awaitSource: awaitNews,
    read: async () => {
      news.expect()
      let read = await feed.read({ streamArn, after, limit })
      const count = read?.changes.length ?? 0
      if (count > 0 && count < batchSize && windowMs > 0) {
        await sleep(windowMs)
        read = await feed.read({ streamArn, after, limit })
      }
      if (read === undefined) return undefined
      until = read.next
      if (read.changes.length === 0) await awaitNews()
      return lanesOf(
        read.changes.map((change) => changeOf(mapping, change)),
        lanes,
      )
    },
    work: async (lane) => {
      for (const batch of slices(lane, batchSize)) {
        if (!(await handle(poll, batch))) return false
      }
      return true
    },
    settle: () => {
      if (until !== after) checkpoints.set(uuid, until)
      after = until
    },
  }
  try {
    await pollSource(poll, source)
  } finally {
    news.close()
  }
}

/** Whether something was written after it was last expected. */
const watchFeed = (feed: ChangeFeed, signal: AbortSignal) => {
  let told = Promise.withResolvers<void>()
  const tell = (): void => told.resolve()
  const unwatch = feed.watch(tell)
  signal.addEventListener('abort', tell, { once: true })
  return {
    /** Called before a read: what is written while that runs is not missed. */
    expect: (): void => {
      if (!signal.aborted) told = Promise.withResolvers()
    },
    come: (): Promise<void> => told.promise,
    close: (): void => {
      unwatch()
      signal.removeEventListener('abort', tell)
    },
  }
}

/** AWS: what happens to one item stays in order, whatever is done side by side. [guide: services-dynamodb-eventsourcemapping] */
const lanesOf = (changes: readonly Change[], count: number): readonly (readonly Change[])[] => {
  if (changes.length === 0) return []
  if (count === 1) return [changes]
  const lanes = Array.from({ length: count }, (): Change[] => [])
  for (const one of changes) {
    const digest = createHash('sha1').update(canonicalJson(one.change.keys)).digest()
    lanes[digest.readUInt32BE(0) % count]?.push(one)
  }
  return lanes.filter((lane) => lane.length > 0)
}

/** False where the poller was ended first. */
const handle = async (poll: StreamPoll, batch: readonly Change[]): Promise<boolean> => {
  const { mapping, sleep, signal } = poll
  let left = batch
  let attempt = 0
  let pauseMs = RETRY_MS_MIN
  while (!signal.aborted) {
    left = await withoutOld(poll, left, attempt)
    const { wanted, outcome } = await ask(poll, left)
    attempt++
    if (outcome.kind === 'done') return true
    left = wanted
    if (outcome.kind === 'partial') {
      // AWS: everything from the first that failed is tried again. [guide: services-ddb-batchfailurereporting]
      const at = left.findIndex(({ id }) => outcome.failed.has(id))
      if (at > 0) attempt = 1
      left = left.slice(Math.max(at, 0))
    }
    if (outcome.kind === 'failed' && mapping.bisects && left.length > 1) {
      // AWS: this is no retry. [API reference: BisectBatchOnFunctionError]
      const middle = Math.floor(left.length / 2)
      return (await handle(poll, left.slice(0, middle))) && handle(poll, left.slice(middle))
    }
    if (mapping.retriesMax >= 0 && attempt > mapping.retriesMax) {
      const requestId = outcome.kind === 'failed' ? outcome.requestId : ''
      await giveUp(poll, left, 'RetryAttemptsExhausted', attempt, requestId)
      return true
    }
    await sleep(pauseMs)
    pauseMs = Math.min(pauseMs * 2, RETRY_MS_MAX)
  }
  return false
}

/** What is too old is given up. */
const withoutOld = async (
  poll: StreamPoll,
  batch: readonly Change[],
  attempt: number,
): Promise<readonly Change[]> => {
  const { ageSecondsMax } = poll.mapping
  if (ageSecondsMax < 0) return batch
  const sinceMs = poll.clock.nowMs() - ageSecondsMax * 1_000
  const old = batch.filter(({ change }) => change.approximateCreationMs < sinceMs)
  if (old.length === 0) return batch
  await giveUp(poll, old, 'RecordAgeExceeded', attempt, '')
  return batch.filter((one) => !old.includes(one))
}

/** https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html, "On-failure destination" */
const giveUp = async (
  { mapping, tellFailure, clock }: StreamPoll,
  batch: readonly Change[],
  condition: string,
  approximateInvokeCount: number,
  requestId: string,
): Promise<void> => {
  const first = batch[0]?.change
  const last = batch.at(-1)?.change
  if (mapping.onFailure === undefined || first === undefined || last === undefined) return
  const told = {
    requestContext: {
      requestId,
      functionArn: mapping.functionArn,
      condition,
      approximateInvokeCount,
    },
    responseContext: {
      statusCode: 200,
      executedVersion: '$LATEST',
      functionError: 'Unhandled',
    },
    version: '1.0',
    timestamp: new Date(clock.nowMs()).toISOString(),
    DDBStreamBatchInfo: {
      shardId: SHARD,
      startSequenceNumber: first.sequenceNumber,
      endSequenceNumber: last.sequenceNumber,
      approximateArrivalOfFirstRecord: new Date(first.approximateCreationMs).toISOString(),
      approximateArrivalOfLastRecord: new Date(last.approximateCreationMs).toISOString(),
      batchSize: batch.length,
      streamArn: mapping.sourceArn,
    },
  }
  await tellFailure({
    mapping,
    shard: SHARD,
    told,
    records: batch.map(({ record }) => record),
  })
}

/** Streams are not split here. */
const SHARD = 'shardId-00000000000000000000-00000000'

const changeOf = (mapping: Mapping, change: ItemChange): Change => {
  const record = recordOf(mapping, change)
  return { id: change.sequenceNumber, record, filtered: record, change }
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html, "Example DynamoDB Streams record event" */
const recordOf = (mapping: Mapping, change: ItemChange) => ({
  eventID: change.eventID,
  eventName: change.eventName,
  eventVersion: '1.1',
  eventSource: 'aws:dynamodb',
  awsRegion: mapping.sourceArn.split(':')[3] ?? '',
  dynamodb: {
    ApproximateCreationDateTime: Math.floor(change.approximateCreationMs / 1_000),
    Keys: change.keys,
    ...(change.newImage !== undefined && { NewImage: change.newImage }),
    ...(change.oldImage !== undefined && { OldImage: change.oldImage }),
    SequenceNumber: change.sequenceNumber,
    SizeBytes: change.sizeBytes,
    StreamViewType: change.streamViewType,
  },
  eventSourceARN: mapping.sourceArn,
  ...(change.userIdentity !== undefined && { userIdentity: change.userIdentity }),
})
