// What every place that logs can go to looks like.
import type { LogBatch, LogEvent } from '#model/ports.ts'

export interface LogSink {
  /** For counters: `cloudwatch`, `file`, `stdout`, `otlp`. */
  readonly name: string
  /** Never throws and never waits. */
  write(batch: LogBatch): void
  /** Events dropped since the start. */
  readonly dropped: number
  close(): Promise<void>
}

/** One event of a batch, for a queue that counts single ones. */
export interface QueuedEvent extends LogEvent {
  readonly batch: LogBatch
}
