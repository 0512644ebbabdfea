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
  let gathering = false
  /** Lines of one turn of the event loop are one write to the system. */
  const flush = (): void => {
    if (!gathering) return
    gathering = false
    stream.uncork()
  }
  // What is written last is not lost with the turn that does not come any more.
  process.once('exit', flush)
  return {
    write: (event) => {
      if (stream.writableLength > BACKLOG_BYTES_MAX || !stream.writable) {
        dropped++
        return
      }
      if (!gathering) {
        gathering = true
        stream.cork()
        setImmediate(flush)
      }
      stream.write(`${JSON.stringify(event)}\n`)
    },
    get dropped() {
      return dropped
    },
  }
}
