// The registry of SQS: AWS's operation name → function.
import { reads, type StoreCall, writes } from '#store/transactional.ts'
import type { WireOperations } from '#wire/operation.ts'
import type { QueueEngine } from './engine.ts'
import { messageOperations } from './messages.ts'
import { moveTaskOperations } from './move-tasks.ts'
import { addPermission, removePermission } from './permissions.ts'
import * as queues from './queues.ts'

export const sqsOperations = (engine: QueueEngine) =>
  ({
    AddPermission: writes(addPermission),
    CreateQueue: writes(queues.createQueue),
    DeleteQueue: writes(queues.deleteQueue(engine)),
    GetQueueAttributes: reads(queues.getQueueAttributes(engine)),
    GetQueueUrl: reads(queues.getQueueUrl),
    ListDeadLetterSourceQueues: reads(queues.listDeadLetterSourceQueues),
    ListQueueTags: reads(queues.listQueueTags),
    ListQueues: reads(queues.listQueues),
    RemovePermission: writes(removePermission),
    SetQueueAttributes: writes(queues.setQueueAttributes),
    TagQueue: writes(queues.tagQueue),
    UntagQueue: writes(queues.untagQueue),
    ...messageOperations(engine),
    ...moveTaskOperations(engine),
  }) satisfies WireOperations<StoreCall>
