// Redrive: what a dead-letter queue holds goes back to where it came from, or elsewhere. Here it is done at once, so
// a task is over when it is first asked for.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
import type {
  CancelMessageMoveTaskRequest,
  ListMessageMoveTasksRequest,
  StartMessageMoveTaskRequest,
} from '@aws-sdk/client-sqs'
import { collection } from '#store/store.ts'
import type { StoreCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import type { QueueEngine } from './engine.ts'
import { noSuchResource, unsupported } from './errors.ts'
import { queues, readRedrive } from './queue.ts'

interface MoveTask {
  readonly SourceArn: string
  readonly DestinationArn?: string
  readonly moved: number
  readonly startedMs: number
}

/** By `{source ARN}/{start, in milliseconds}`. */
const moveTasks = collection<MoveTask>('sqs/moveTasks')
const TASKS_MAX = 10

export const moveTaskOperations = (engine: QueueEngine) => ({
  StartMessageMoveTask: async (input: Shape<StartMessageMoveTaskRequest>, call: StoreCall) => {
    const { SourceArn = '', DestinationArn } = input
    const from = await engine.findByArn(SourceArn)
    const to = DestinationArn === undefined ? undefined : await engine.findByArn(DestinationArn)
    if (from === undefined || (DestinationArn !== undefined && to === undefined)) {
      throw noSuchResource(
        'The resource that you specified for the SourceArn parameter doesn’t exist.',
      )
    }
    const all = await call.store.read((view) => view.list(queues, call))
    const isDeadLetterQueue = all.some(
      ({ value }) => readRedrive(value.attributes['RedrivePolicy'])?.deadLetterArn === SourceArn,
    )
    if (!isDeadLetterQueue)
      throw unsupported('Source queue must be configured as a Dead Letter Queue.')
    const moved = await engine.move(from, to)
    const key = `${SourceArn}/${call.nowMs}`
    await call.store.write((tx) =>
      tx.put(moveTasks, call, key, {
        SourceArn,
        ...(DestinationArn !== undefined && { DestinationArn }),
        moved,
        startedMs: call.nowMs,
      }),
    )
    return { TaskHandle: Buffer.from(key).toString('base64') }
  },
  ListMessageMoveTasks: async (input: Shape<ListMessageMoveTasksRequest>, call: StoreCall) => {
    const prefix = `${input.SourceArn ?? ''}/`
    const all = await call.store.read((view) => view.list(moveTasks, call, { prefix }))
    const max = Math.min(input.MaxResults ?? 1, TASKS_MAX)
    return {
      Results: all
        .slice(-max)
        .reverse()
        .map(({ value: { moved, startedMs, ...arns } }) => ({
          ...arns,
          Status: 'COMPLETED',
          ApproximateNumberOfMessagesMoved: moved,
          ApproximateNumberOfMessagesToMove: moved,
          StartedTimestamp: startedMs,
        })),
    }
  },
  CancelMessageMoveTask: async (_input: Shape<CancelMessageMoveTaskRequest>, _call: StoreCall) => {
    // AWS: only one that is running can be cancelled; here none is.
    throw noSuchResource('Task does not exist or is already completed.')
  },
})
