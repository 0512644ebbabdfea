// The stream of a table as a function's event source: records in their order, one batch at a time; a batch that fails
// is tried again, halved, or given up and told of, and nothing after it is read before that.
// https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
import type { ChangeFeed, DeliverMessage, InvokeFunction, ItemChange } from '#model/ports.ts'
import type { Clock } from '#shared/clock.ts'
import { askFunction } from './ask-function.ts'
import type { Mapping } from './mapping.ts'
import type { Checkpoints, Sleep } from './pollers.ts'

/** AWS: streams are read four times a second. */
const READ_EVERY_MS = 250
const MISSING_MS = 2_000
const RETRY_MS_MIN = 500
const RETRY_MS_MAX = 60_000

export interface StreamPoll {
  readonly mapping: Mapping
  readonly feed: ChangeFeed
  readonly checkpoints: Checkpoints
  readonly invoke: InvokeFunction
  readonly deliver: DeliverMessage
  readonly clock: Clock
  readonly sleep: Sleep
  readonly signal: AbortSignal
  readonly onError: (error: unknown) => void
}

export const pollStream = async (poll: StreamPoll): Promise<void> => {
  const { mapping, feed, checkpoints, sleep, signal } = poll
  let after: string = checkpoints.get(mapping.uuid) ?? mapping.startingPosition
  while (!signal.aborted) {
    const read = await feed({ streamArn: mapping.sourceArn, after, limit: mapping.batchSize })
    if (read === undefined) {
      await sleep(MISSING_MS)
      continue
    }
    let { changes, next } = read
    if (changes.length === 0) {
      if (next !== after) checkpoints.set(mapping.uuid, next)
      after = next
      await sleep(READ_EVERY_MS)
      continue
    }
    if (mapping.windowMs > 0 && changes.length < mapping.batchSize) {
      await sleep(mapping.windowMs)
      const whole = await feed({ streamArn: mapping.sourceArn, after, limit: mapping.batchSize })
      if (whole !== undefined) ({ changes, next } = whole)
    }
    const isDone = await handle(poll, changes)
    if (!isDone) return // It ends before the batch was through: the next poller begins there again.
    checkpoints.set(mapping.uuid, next)
    after = next
  }
}

/** False where the poller was ended first. */
const handle = async (poll: StreamPoll, batch: readonly ItemChange[]): Promise<boolean> => {
  const { mapping, clock, invoke, sleep, signal } = poll
  let left = batch
  let attempt = 0
  let pauseMs = RETRY_MS_MIN
  while (!signal.aborted) {
    const records = left
      .map((change) => ({ change, record: recordOf(mapping, change) }))
      .filter(({ record }) => mapping.filter === undefined || mapping.filter(record))
    if (records.length === 0) return true
    const first = records[0]?.change
    const ageMs = clock.nowMs() - (first?.approximateCreationMs ?? 0)
    if (mapping.ageSecondsMax >= 0 && ageMs > mapping.ageSecondsMax * 1_000) {
      await giveUp(poll, left, 'RecordAgeExceeded', attempt, '')
      return true
    }
    const ids = new Set(records.map(({ change }) => change.sequenceNumber))
    const outcome = await askFunction(
      invoke,
      mapping,
      records.map(({ record }) => record),
      ids,
    )
    attempt++
    if (outcome.kind === 'done') return true
    if (outcome.kind === 'partial') {
      // AWS: everything from the first that failed is tried again. [guide: services-ddb-batchfailurereporting]
      const at = left.findIndex(({ sequenceNumber }) => outcome.failed.has(sequenceNumber))
      if (at > 0) attempt = 1
      left = left.slice(Math.max(at, 0))
    }
    const isSpent = mapping.retriesMax >= 0 && attempt > mapping.retriesMax
    if (outcome.kind === 'failed' && mapping.bisects && left.length > 1) {
      const middle = Math.floor(left.length / 2)
      return (await handle(poll, left.slice(0, middle))) && handle(poll, left.slice(middle))
    }
    if (isSpent) {
      const requestId = outcome.kind === 'failed' ? outcome.requestId : ''
      await giveUp(poll, left, 'RetryAttemptsExhausted', attempt, requestId)
      return true
    }
    await sleep(pauseMs)
    pauseMs = Math.min(pauseMs * 2, RETRY_MS_MAX)
  }
  return false
}

/** https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html, "On-failure destination" */
const giveUp = async (
  { mapping, deliver, clock, onError }: StreamPoll,
  batch: readonly ItemChange[],
  condition: string,
  approximateInvokeCount: number,
  requestId: string,
): Promise<void> => {
  const first = batch[0]
  const last = batch.at(-1)
  if (mapping.onFailure === undefined || first === undefined || last === undefined) return
  const body = JSON.stringify({
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
      shardId: 'shardId-00000000000000000000-00000000',
      startSequenceNumber: first.sequenceNumber,
      endSequenceNumber: last.sequenceNumber,
      approximateArrivalOfFirstRecord: new Date(first.approximateCreationMs).toISOString(),
      approximateArrivalOfLastRecord: new Date(last.approximateCreationMs).toISOString(),
      batchSize: batch.length,
      streamArn: mapping.sourceArn,
    },
  })
  await deliver({ targetArn: mapping.onFailure, body, attributes: {} }).catch(onError)
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
