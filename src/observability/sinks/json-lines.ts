// Events and request records as one JSON object per line, for programs: `--json`, and the logs of `daemun serve`.
import type { Writable } from 'node:stream'

/** Bytes that may wait in the stream before lines are dropped and counted: a log never holds up a request. */
const BACKLOG_BYTES_MAX = 1024 * 1024

export interface JsonLines {
  write(event: Readonly<Record<string, unknown>>): void
  /** Lines dropped since the start. */
  readonly dropped: number
}

export const createJsonLines = (stream: Writable): JsonLines => {
  let dropped = 0
  // Whoever read them is gone, or the disk is full: lines are dropped from then on, and requests answered.
  stream.on('error', () => undefined)
  return {
    // One write a line: workers share the pipe, and what is larger than PIPE_BUF (4 KB) may be cut by another's.
    write: (event) => {
      if (stream.writableLength > BACKLOG_BYTES_MAX || !stream.writable) dropped++
      else stream.write(`${JSON.stringify(event)}\n`)
    },
    get dropped() {
      return dropped
    },
  }
}
