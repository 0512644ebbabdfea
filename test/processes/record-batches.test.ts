// What a busy worker tells the host of its requests: all that somebody needs, and of the rest enough to look at.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { RequestRecord } from '#model/request-record.ts'
import { createRecordBatches, type RecordBatch } from '#processes/record-batches.ts'
import { neededRecords } from '#processes/recording.ts'
import { handClock } from '../support/limits.ts'

const NO_LOG = { requestLog: false, trace: false, otlpEndpoint: undefined }
const recordOf = (requestId: string, more: Partial<RequestRecord> = {}): RequestRecord =>
  // What is not looked at here is left out.
  ({ requestId, status: 200, ...more }) as RequestRecord

const gather = (settings: Parameters<typeof neededRecords>[0]) => {
  const clock = handClock(0)
  const sent: RecordBatch[] = []
  const batches = createRecordBatches({
    clock,
    isNeeded: neededRecords(settings),
    send: (batch) => sent.push(batch),
  })
  return { clock, sent, batches }
}

describe('request records on their way to the host', () => {
  it('are so many a moment where they are kept to be looked at, and the rest is counted', () => {
    const { clock, sent, batches } = gather(NO_LOG)
    for (let at = 0; at < 1_000; at++) batches.add(recordOf(`a${at}`))
    assert.equal(sent.length, 0)
    clock.advance(50)
    assert.deepEqual(
      sent.map(({ records, skipped }) => [records.length, skipped]),
      [[50, 950]],
    )
    batches.add(recordOf('b'))
    clock.advance(50)
    assert.deepEqual(
      sent.slice(1).map(({ records, skipped }) => [records[0]?.requestId, skipped]),
      [['b', 0]],
    )
  })

  it('are all told where they failed, are traced or have an execution log', () => {
    const { clock, sent, batches } = gather(NO_LOG)
    for (let at = 0; at < 200; at++) {
      batches.add(recordOf('plain'))
      batches.add(recordOf('failed', { status: 502 }))
      batches.add(recordOf('refused', { status: 403, error: { responseType: 'X', message: '' } }))
      const ids = { traceId: '1-0-0', id: '0' }
      batches.add(recordOf('traced', { segment: { ...ids, isSampled: true } }))
      batches.add(recordOf('logged', { executionLog: { logGroupName: 'g', lines: [] } }))
    }
    clock.advance(50)
    const told = Map.groupBy(
      sent.flatMap(({ records }) => records),
      ({ requestId }) => requestId,
    )
    assert.deepEqual([...told].map(([id, records]) => [id, records.length]).toSorted(), [
      ['failed', 200],
      ['logged', 200],
      ['plain', 50],
      ['refused', 200],
      ['traced', 200],
    ])
    assert.equal(
      sent.reduce((sum, { skipped }) => sum + skipped, 0),
      150,
    )
  })

  it('are all told where each is a line of a log or a span of a receiver', () => {
    for (const settings of [
      { ...NO_LOG, requestLog: true },
      { ...NO_LOG, trace: true },
      { ...NO_LOG, otlpEndpoint: 'http://127.0.0.1:4318' },
    ]) {
      const { clock, sent, batches } = gather(settings)
      for (let at = 0; at < 1_200; at++) batches.add(recordOf(`a${at}`))
      clock.advance(50)
      assert.equal(
        sent.reduce((sum, { records }) => sum + records.length, 0),
        1_200,
      )
    }
  })
})
