// Request records on their way to the host: gathered for a moment, sent together, dropped rather than waited for. What
// is only kept to be looked at is sent so often and no more: nobody looks at more, and telling it all would cost a busy
// worker a fifth of its time, and the host as much.
import type { RequestRecord } from '#model/request-record.ts'
import type { Clock } from '#shared/clock.ts'

const BATCH_MS = 50
const BATCH_RECORDS_MAX = 500
/** Of those that nobody needs: 1,000 a second. */
const UNNEEDED_MAX = 50

export interface RecordBatch {
  readonly records: readonly RequestRecord[]
  /** So many more there were. */
  readonly skipped: number
}

export interface RecordBatches {
  add(record: RequestRecord): void
  flush(): void
}

export const createRecordBatches = (options: {
  readonly clock: Clock
  readonly isNeeded: (record: RequestRecord) => boolean
  readonly send: (batch: RecordBatch) => void
}): RecordBatches => {
  const { clock, isNeeded, send } = options
  let records: RequestRecord[] = []
  let skipped = 0
  let unneeded = 0
  let isTimed = false
  const flush = (): void => {
    if (records.length === 0) return
    const batch = { records, skipped }
    records = []
    skipped = 0
    send(batch)
  }
  const end = (): void => {
    isTimed = false
    unneeded = 0
    flush()
  }
  return {
    add: (record) => {
      if (!isTimed) {
        isTimed = true
        clock.setTimer(end, BATCH_MS)
      }
      if (!isNeeded(record) && ++unneeded > UNNEEDED_MAX) {
        skipped++
        return
      }
      records.push(record)
      if (records.length >= BATCH_RECORDS_MAX) flush()
    },
    flush,
  }
}
