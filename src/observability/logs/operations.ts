// The operations of CloudWatch Logs that exist here, by AWS's names; the rest is refused by name at the wire.
import { reads, writes } from '#store/transactional.ts'
import type { LogEventStore } from './event-store.ts'
import {
  createLogGroup,
  deleteLogGroup,
  deleteRetentionPolicy,
  describeLogGroups,
  listTagsForResource,
  putRetentionPolicy,
  tagResource,
  untagResource,
} from './groups.ts'
import { filterLogEvents, getLogEvents, putLogEvents } from './log-events.ts'
import { createLogStream, deleteLogStream, describeLogStreams } from './streams.ts'

/** What a template's resources need: it touches no events. */
export const logGroupOperations = Object.freeze({
  CreateLogGroup: writes(createLogGroup),
  DeleteLogGroup: writes(deleteLogGroup),
  DeleteRetentionPolicy: writes(deleteRetentionPolicy),
  ListTagsForResource: reads(listTagsForResource),
  PutRetentionPolicy: writes(putRetentionPolicy),
  TagResource: writes(tagResource),
  UntagResource: writes(untagResource),
})

export const logsOperations = (events: LogEventStore) =>
  Object.freeze({
    ...logGroupOperations,
    CreateLogStream: reads(createLogStream(events)),
    DeleteLogStream: reads(deleteLogStream(events)),
    DescribeLogGroups: reads(describeLogGroups(events)),
    DescribeLogStreams: reads(describeLogStreams(events)),
    FilterLogEvents: reads(filterLogEvents(events)),
    GetLogEvents: reads(getLogEvents(events)),
    PutLogEvents: reads(putLogEvents(events)),
  })
