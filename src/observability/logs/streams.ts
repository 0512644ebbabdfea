// Log streams: where events of one writer come in their order.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogStream.html
import type {
  CreateLogStreamRequest,
  DeleteLogStreamRequest,
  DescribeLogStreamsRequest,
} from '@aws-sdk/client-cloudwatch-logs'
import type { ReadCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { invalidParameter, noStream, streamExists } from './errors.ts'
import type { LogEventStore, LogStream } from './event-store.ts'
import { arnOf, findGroup } from './groups.ts'

export const createLogStream =
  (store: LogEventStore) =>
  async (input: Shape<CreateLogStreamRequest>, call: ReadCall): Promise<void> => {
    const { logStreamName = '' } = input
    // AWS: neither of the two characters may be in a name. [API reference: CreateLogStream]
    if (!/^[^:*]{1,512}$/u.test(logStreamName)) {
      throw invalidParameter(
        `1 validation error detected: Value '${logStreamName.slice(0, 600)}' at 'logStreamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [^:*]*`,
      )
    }
    const { id } = await findGroup(call.view, call, input)
    if (!store.createStream(id, logStreamName, call.nowMs)) throw streamExists()
  }

export const deleteLogStream =
  (store: LogEventStore) =>
  async (input: Shape<DeleteLogStreamRequest>, call: ReadCall): Promise<void> => {
    const { id } = await findGroup(call.view, call, input)
    if (!store.deleteStream(id, input.logStreamName ?? '')) throw noStream()
  }

const STREAMS_AT_ONCE = 50

export const describeLogStreams =
  (store: LogEventStore) => async (input: Shape<DescribeLogStreamsRequest>, call: ReadCall) => {
    const { orderBy, descending, logStreamNamePrefix, nextToken, limit = STREAMS_AT_ONCE } = input
    if (orderBy === 'LastEventTime' && logStreamNamePrefix !== undefined) {
      throw invalidParameter('Cannot order by LastEventTime with a logStreamNamePrefix.')
    }
    const group = await findGroup(call.view, call, input)
    const skip = nextToken === undefined ? 0 : Number(nextToken)
    if (!Number.isSafeInteger(skip) || skip < 0) {
      throw invalidParameter('The specified nextToken is invalid.')
    }
    const size = Math.min(limit, STREAMS_AT_ONCE)
    const found = store.streams({
      groupId: group.id,
      order: orderBy === 'LastEventTime' ? 'last-event' : 'name',
      descending: descending === true,
      ...(logStreamNamePrefix !== undefined && { prefix: logStreamNamePrefix }),
      skip,
      limit: size + 1,
    })
    const arn = arnOf(call, group.name)
    return {
      logStreams: found.slice(0, size).map((stream) => describe(stream, arn)),
      ...(found.length > size && { nextToken: String(skip + size) }),
    }
  }

const describe = (stream: LogStream, groupArn: string) => {
  const { name, createdMs, firstEventMs, lastEventMs, lastIngestedMs } = stream
  return {
    logStreamName: name,
    creationTime: createdMs,
    ...(firstEventMs !== undefined && { firstEventTimestamp: firstEventMs }),
    ...(lastEventMs !== undefined && { lastEventTimestamp: lastEventMs }),
    ...(lastIngestedMs !== undefined && { lastIngestionTime: lastIngestedMs }),
    arn: `${groupArn}:log-stream:${name}`,
    // AWS: it always says 0, since 2019. [API reference: LogStream]
    storedBytes: 0,
  }
}
