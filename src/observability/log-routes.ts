// Where log events go: one way in, any number of sinks, each with a bound and a counter of its own.
import type { WriteLogs } from '#model/ports.ts'
import type { LogSink } from './sinks/log-sink.ts'

export interface LogRoutes {
  readonly write: WriteLogs
  /** Events dropped since the start, by the sink that could not take them. */
  dropped(): Readonly<Record<string, number>>
  close(): Promise<void>
}

export const createLogRoutes = (sinks: readonly LogSink[]): LogRoutes => ({
  write: (batch) => {
    for (const sink of sinks) sink.write(batch)
  },
  dropped: () => Object.fromEntries(sinks.map(({ name, dropped }) => [name, dropped])),
  close: async () => {
    await Promise.all(sinks.map((sink) => sink.close()))
  },
})
