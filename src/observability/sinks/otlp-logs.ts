// Access logs as OTLP log records over HTTP.
// https://opentelemetry.io/docs/specs/otel/logs/data-model/
import type { Clock } from '#shared/clock.ts'
import { exportOtlp, OTLP_RESOURCE, type OtlpEndpoint, otlpText } from '../otlp-export.ts'
import { createDeliveryQueue } from './delivery-queue.ts'
import type { LogSink, QueuedEvent } from './log-sink.ts'

const BATCH_RECORDS_MAX = 1_000
const BATCH_BYTES_MAX = 1024 * 1024
const LINGER_MS = 1_000
const TIMEOUT_MS = 10_000
/** What a record takes beside its text. */
const RECORD_BYTES = 200

export const createOtlpLogs = (options: {
  readonly endpoint: OtlpEndpoint
  readonly queueBytesMax: number
  readonly clock: Clock
  readonly onFailure: (error: unknown) => void
}): LogSink => {
  const queue = createDeliveryQueue<QueuedEvent>({
    clock: options.clock,
    bytesMax: options.queueBytesMax,
    batchItemsMax: BATCH_RECORDS_MAX,
    batchBytesMax: BATCH_BYTES_MAX,
    lingerMs: LINGER_MS,
    timeoutMs: TIMEOUT_MS,
    deliver: (events, signal) => exportOtlp(options.endpoint, 'logs', bodyOf(events), signal),
    onFailure: options.onFailure,
  })
  return {
    name: 'otlp',
    write: (batch) => {
      if (batch.source !== 'access') return
      for (const event of batch.events) {
        queue.add({ ...event, batch }, Buffer.byteLength(event.message) + RECORD_BYTES)
      }
    },
    get dropped() {
      return queue.dropped
    },
    close: () => queue.close(),
  }
}

const bodyOf = (events: readonly QueuedEvent[]) => ({
  resourceLogs: [
    {
      resource: OTLP_RESOURCE,
      scopeLogs: [{ scope: { name: 'daemun.access-log' }, logRecords: events.map(recordOf) }],
    },
  ],
})

const recordOf = ({ timestampMs, message, batch }: QueuedEvent) => ({
  timeUnixNano: `${timestampMs}000000`,
  severityNumber: 9,
  severityText: 'INFO',
  body: { stringValue: message },
  attributes: [
    otlpText('aws.log.group.names', batch.logGroupName),
    otlpText('aws.log.stream.names', batch.logStreamName),
    otlpText('cloud.account.id', batch.scope.accountId),
    otlpText('cloud.region', batch.scope.region),
  ],
})
