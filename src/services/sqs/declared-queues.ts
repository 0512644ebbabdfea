// What a template's queues ask of SQS, with nothing opened before somebody sends.
import { writes } from '#store/transactional.ts'
import type { QueueEngine } from './engine.ts'
import * as queues from './queues.ts'

export const declaredQueueOperations = (engine: Pick<QueueEngine, 'forgetLater'>) => ({
  CreateQueue: writes(queues.createQueue),
  DeleteQueue: writes(queues.deleteQueue(engine)),
  SetQueueAttributes: writes(queues.setQueueAttributes),
  TagQueue: writes(queues.tagQueue),
})
