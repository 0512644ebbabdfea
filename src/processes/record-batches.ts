// Request records on their way to the host: gathered for a moment, sent together, dropped rather than waited for.
import type { RequestRecord } from '#model/request-record.ts'
import type { Clock } from '#shared/clock.ts'

const BATCH_MS = 50
const BATCH_RECORDS_MAX = 500

export interface RecordBatches {
  add(record: RequestRecord): void
  flush(): void
}

export const createRecordBatches = (options: {
  readonly clock: Clock
  readonly send: (records: readonly RequestRecord[]) => void
}): RecordBatches => {
  let batch: RequestRecord[] = []
  const flush = (): void => {
    if (batch.length === 0) return
    const full = batch
    batch = []
    options.send(full)
  }
  return {
    add: (record) => {
      if (batch.length === 0) options.clock.setTimer(flush, BATCH_MS)
      batch.push(record)
      if (batch.length >= BATCH_RECORDS_MAX) flush()
    },
    flush,
  }
}
