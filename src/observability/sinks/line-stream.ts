// Access log lines on a stream, for instance the standard output: as they are, one a line.
import type { Writable } from 'node:stream'
import type { LogSink } from './log-sink.ts'

/** Bytes that may wait in the stream before lines are dropped and counted. */
const BACKLOG_BYTES_MAX = 1024 * 1024

export const createLineStream = (stream: Writable): LogSink => {
  let dropped = 0
  return {
    name: 'stdout',
    write: ({ source, events }) => {
      if (source !== 'access') return
      if (stream.writableLength > BACKLOG_BYTES_MAX || !stream.writable) {
        dropped += events.length
        return
      }
      stream.write(`${events.map(({ message }) => message).join('\n')}\n`)
    },
    get dropped() {
      return dropped
    },
    close: async () => undefined,
  }
}
