// What a function gets of a stream, and what becomes of what it cannot do.
// source: https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { readMapping } from '#services/event-sources/mapping.ts'
import { pollStream } from '#services/event-sources/poll-stream.ts'
import { createTellFailure } from '#services/event-sources/tell-failure.ts'
import type { ChangeFeed, InvokeAnswer, ItemChange } from '#model/ports.ts'
import { isObject } from '#shared/json.ts'
import { systemRandom } from '#shared/random.ts'

const STREAM = 'arn:aws:dynamodb:us-east-1:123456789012:table/pets/stream/x'
const NOW = Date.parse('2026-11-21T12:00:00Z')

const change = (
  number: number,
  id = String(number),
  extra: Partial<ItemChange> = {},
): ItemChange => ({
  eventID: String(number),
  eventName: 'INSERT',
  sequenceNumber: String(number).padStart(21, '0'),
  approximateCreationMs: NOW,
  sizeBytes: 10,
  streamViewType: 'NEW_IMAGE',
  keys: { id: { S: id } },
  newImage: { id: { S: id } },
  ...extra,
})

const idsOf = (payload: Uint8Array): readonly string[] => {
  const { Records } = JSON.parse(Buffer.from(payload).toString())
  return Records.map((record: { eventID: string }) => record.eventID)
}

const answer = (value: unknown, functionError?: 'Unhandled'): InvokeAnswer => ({
  kind: 'answered',
  statusCode: 200,
  payload: Buffer.from(JSON.stringify(value)),
  requestId: 'r1',
  ...(functionError !== undefined && { functionError }),
})
const FAILED = answer({ errorMessage: 'no' }, 'Unhandled')

/** Polls until the function and the destinations have been asked `enough`, and tells of both. */
const run = async (options: {
  readonly changes: readonly ItemChange[]
  readonly configuration?: Readonly<Record<string, unknown>>
  readonly from?: string
  readonly invoke?: (ids: readonly string[]) => InvokeAnswer | Promise<InvokeAnswer>
  /** By default everything has been read. */
  readonly isEnough?: (seen: { readonly batches: readonly (readonly string[])[] }) => boolean
  /** By default there is all that there will be. */
  readonly feed?: ChangeFeed
}) => {
  const { changes, configuration = {}, invoke = () => answer(null), isEnough } = options
  const ending = new AbortController()
  const batches: (readonly string[])[] = []
  const posted: { readonly to: string; readonly body: Readonly<Record<string, unknown>> }[] = []
  const checkpoints = new Map<string, string>(
    options.from === undefined ? [] : [['u1', options.from]],
  )
  const keep = (to: string, text: string): Promise<void> => {
    const body: unknown = JSON.parse(text)
    posted.push({ to, body: isObject(body) ? body : {} })
    return Promise.resolve()
  }
  await pollStream({
    mapping: readMapping({
      kind: 'event-source-mapping',
      scope: { accountId: '123456789012', region: 'us-east-1' },
      uuid: 'u1',
      functionArn: 'arn:aws:lambda:us-east-1:123456789012:function:f',
      eventSourceArn: STREAM,
      enabled: true,
      configuration: { StartingPosition: 'TRIM_HORIZON', BatchSize: 100, ...configuration },
    }),
    feed: options.feed ?? {
      read: async ({ after, limit }) => {
        const from = after === 'TRIM_HORIZON' ? '' : after
        const found = changes.filter(({ sequenceNumber }) => sequenceNumber > from).slice(0, limit)
        if (found.length === 0) ending.abort()
        return { changes: found, next: found.at(-1)?.sequenceNumber ?? after }
      },
      watch: () => () => undefined,
    },
    checkpoints: {
      get: (uuid) => checkpoints.get(uuid),
      set: (uuid, next) => void checkpoints.set(uuid, next),
    },
    invoke: async ({ payload }) => {
      const ids = idsOf(payload)
      batches.push(ids)
      const answered = await invoke(ids)
      if (isEnough?.({ batches }) === true) ending.abort()
      return answered
    },
    tellFailure: createTellFailure({
      post: keep,
      writeObject: ({ bucket, key, body }) => keep(`${bucket}/${key}`, body),
      random: systemRandom,
      nowMs: () => NOW,
      onError: assert.ifError,
    }),
    clock: {
      nowMs: () => NOW,
      monotonicMs: () => 0,
      setTimer: () => ({ cancel: () => undefined }),
    },
    sleep: () => Promise.resolve(),
    signal: ending.signal,
    onError: assert.ifError,
  })
  return { batches, posted, reached: checkpoints.get('u1') }
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1)
const some = (count: number) => numbers(count).map((number) => change(number))
const QUEUE = 'arn:aws:sqs:us-east-1:123456789012:lost'
const toQueue = { DestinationConfig: { OnFailure: { Destination: QUEUE } } }

test('batches have at most so many records, in order, and what is done is checkpointed', async () => {
  const { batches, reached } = await run({ changes: some(5), configuration: { BatchSize: 2 } })
  assert.deepEqual(batches, [['1', '2'], ['3', '4'], ['5']])
  assert.equal(reached, change(5).sequenceNumber)
})

test('a batch is cut to what an event can carry', async () => {
  const newImage = { text: { S: 'x'.repeat(2_000_000) } }
  const large = numbers(5).map((number) => change(number, String(number), { newImage }))
  const { batches } = await run({ changes: large })
  assert.deepEqual(batches, [['1', '2'], ['3', '4'], ['5']])
})

test('records that no filter fits are passed over', async () => {
  const changes = [change(1), change(2, '2', { eventName: 'REMOVE' }), change(3)]
  const Filters = [{ Pattern: '{"eventName":["REMOVE"]}' }]
  const { batches } = await run({ changes, configuration: { FilterCriteria: { Filters } } })
  assert.deepEqual(batches, [['2']])
})

test('a batch that fails is tried again as it is, and what comes after it waits', async () => {
  let tries = 0
  const { batches } = await run({
    changes: some(3),
    configuration: { BatchSize: 2 },
    invoke: () => (++tries < 3 ? FAILED : answer(null)),
  })
  assert.deepEqual(batches, [['1', '2'], ['1', '2'], ['1', '2'], ['3']])
})

test('after its retries a batch is given up, and the queue is told where it is', async () => {
  const { batches, posted, reached } = await run({
    changes: some(2),
    configuration: { MaximumRetryAttempts: 1, ...toQueue },
    invoke: () => FAILED,
  })
  assert.deepEqual(batches, [
    ['1', '2'],
    ['1', '2'],
  ])
  assert.equal(posted.length, 1)
  assert.equal(posted[0]?.to, QUEUE)
  const { requestContext, DDBStreamBatchInfo } = posted[0]?.body ?? {}
  assert.deepEqual(requestContext, {
    requestId: 'r1',
    functionArn: 'arn:aws:lambda:us-east-1:123456789012:function:f',
    condition: 'RetryAttemptsExhausted',
    approximateInvokeCount: 2,
  })
  assert.ok(isObject(DDBStreamBatchInfo))
  assert.deepEqual(
    [
      DDBStreamBatchInfo['startSequenceNumber'],
      DDBStreamBatchInfo['endSequenceNumber'],
      DDBStreamBatchInfo['batchSize'],
    ],
    [change(1).sequenceNumber, change(2).sequenceNumber, 2],
  )
  assert.equal(reached, change(2).sequenceNumber)
})

test('a bucket gets the records too, beneath the mapping and the shard', async () => {
  const { posted } = await run({
    changes: some(1),
    configuration: {
      MaximumRetryAttempts: 0,
      DestinationConfig: { OnFailure: { Destination: 'arn:aws:s3:::lost' } },
    },
    invoke: () => FAILED,
  })
  assert.match(
    posted[0]?.to ?? '',
    /^lost\/aws\/lambda\/u1\/shardId-0+-0+\/2026\/11\/21\/2026-11-21T12\.00\.00-[0-9a-f-]{36}$/,
  )
  const { payload } = posted[0]?.body ?? {}
  assert.ok(isObject(payload) && Array.isArray(payload['Records']))
  assert.equal(payload['Records'].length, 1)
})

test('a bisected batch comes down to the one record that is bad', async () => {
  const { batches, posted } = await run({
    changes: some(4),
    configuration: { BisectBatchOnFunctionError: true, MaximumRetryAttempts: 0, ...toQueue },
    invoke: (ids) => (ids.includes('3') ? FAILED : answer(null)),
  })
  assert.deepEqual(batches, [['1', '2', '3', '4'], ['1', '2'], ['3', '4'], ['3'], ['4']])
  const { DDBStreamBatchInfo } = posted[0]?.body ?? {}
  assert.ok(isObject(DDBStreamBatchInfo))
  assert.equal(DDBStreamBatchInfo['startSequenceNumber'], change(3).sequenceNumber)
  assert.equal(posted.length, 1)
})

test('of a partial answer everything from the first failure on is tried again', async () => {
  let tries = 0
  const { batches } = await run({
    changes: some(4),
    configuration: { FunctionResponseTypes: ['ReportBatchItemFailures'] },
    invoke: () =>
      answer(
        ++tries === 1
          ? {
              batchItemFailures: [
                { itemIdentifier: change(3).sequenceNumber },
                { itemIdentifier: change(4).sequenceNumber },
              ],
            }
          : { batchItemFailures: [] },
      ),
  })
  assert.deepEqual(batches, [
    ['1', '2', '3', '4'],
    ['3', '4'],
  ])
})

test('records that are too old are given up, and they alone', async () => {
  const old = { approximateCreationMs: NOW - 61_000 }
  const { batches, posted } = await run({
    changes: [change(1, '1', old), change(2, '2', old), change(3)],
    configuration: { MaximumRecordAgeInSeconds: 60, ...toQueue },
  })
  assert.deepEqual(batches, [['3']])
  const { requestContext } = posted[0]?.body ?? {}
  assert.ok(isObject(requestContext))
  assert.equal(requestContext['condition'], 'RecordAgeExceeded')
})

test('lanes work side by side, and the changes of one item stay in order', async () => {
  const changes = numbers(40).map((number) => change(number, `item ${number % 8}`))
  let atOnce = 0
  let most = 0
  const { batches } = await run({
    changes,
    configuration: { ParallelizationFactor: 4, BatchSize: 10 },
    invoke: async () => {
      most = Math.max(most, ++atOnce)
      await new Promise(setImmediate)
      atOnce--
      return answer(null)
    },
  })
  assert.ok(most > 1 && most <= 4, String(most))
  for (const item of numbers(8)) {
    const seen = batches
      .flat()
      .map(Number)
      .filter((number) => number % 8 === item % 8)
    assert.deepEqual(
      seen,
      seen.toSorted((left, right) => left - right),
    )
    assert.equal(seen.length, 5)
  }
})

test('a stream that nobody writes to, or that is missing, is not read again until something is written', async () => {
  const answers = [undefined, [], [change(1)], [], [change(2)]]
  const listeners = new Set<() => void>()
  let reads = 0
  const running = run({
    changes: [],
    feed: {
      read: async () => {
        const changes = answers[reads++]
        return changes && { changes, next: changes.at(-1)?.sequenceNumber ?? 'TRIM_HORIZON' }
      },
      watch: (listener) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    },
    isEnough: ({ batches }) => batches.length === 2,
  })
  // Its sleeps take no time here: whoever polls would read in every turn.
  const readsNow = async (): Promise<number> => {
    for (let turns = 0; turns < 20; turns++) await turn()
    return reads
  }
  const write = (): void => {
    for (const listener of listeners) listener()
  }
  assert.equal(await readsNow(), 1)
  write() // The stream is there.
  assert.equal(await readsNow(), 2)
  write()
  assert.equal(await readsNow(), 4) // A change, and what is after it.
  write()
  assert.deepEqual((await running).batches, [['1'], ['2']])
  assert.equal(listeners.size, 0)
})

test('a poller that ends in the middle of a batch has not passed it, and the next one begins there', async () => {
  const first = await run({
    changes: some(4),
    configuration: { BatchSize: 2 },
    invoke: (ids) => (ids.includes('3') ? FAILED : answer(null)),
    isEnough: ({ batches }) => batches.length === 3,
  })
  assert.equal(first.reached, change(2).sequenceNumber)
  const next = await run({
    changes: some(4),
    configuration: { BatchSize: 2 },
    from: first.reached ?? '',
  })
  assert.deepEqual(next.batches, [['3', '4']])
})
