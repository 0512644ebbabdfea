// Redrive: what a dead-letter queue holds goes back to where it came from, or elsewhere: all at once, or so many a
// second where the task asks for that.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
import type {
  CancelMessageMoveTaskRequest,
  ListMessageMoveTasksRequest,
  StartMessageMoveTaskRequest,
} from '@aws-sdk/client-sqs'
import { errorMessage } from '#shared/assert.ts'
import type { Scope } from '#model/scope.ts'
import { collection, type Store } from '#store/store.ts'
import type { StoreCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import type { QueueEngine } from './engine.ts'
import { noSuchResource, unsupported } from './errors.ts'
import { range } from './outgoing.ts'
import { queues, readRedrive } from './queue.ts'

interface MoveTask {
  readonly SourceArn: string
  readonly DestinationArn?: string
  readonly MaxNumberOfMessagesPerSecond?: number
  readonly Status: 'RUNNING' | 'COMPLETED' | 'CANCELLED' | 'FAILED'
  readonly FailureReason?: string
  readonly moved: number
  readonly toMove: number
  readonly startedMs: number
}

/** By `{source ARN}/{start, in milliseconds}`. */
const moveTasks = collection<MoveTask>('sqs/moveTasks')
/** AWS: so many of a source are told of. [API reference: ListMessageMoveTasks] */
const TASKS_MAX = 10
/** AWS: at once, of an account. [guide: sqs-configure-dead-letter-queue-redrive] */
const RUNNING_MAX = 100
const RATE_MAX = 500
/** Without a rate: in one transaction. */
const AT_ONCE_MAX = 10_000

export const moveTaskOperations = (engine: QueueEngine) => ({
  StartMessageMoveTask: async (input: Shape<StartMessageMoveTaskRequest>, call: StoreCall) => {
    const { SourceArn = '', DestinationArn, MaxNumberOfMessagesPerSecond: rate } = input
    if (rate !== undefined) range('MaxNumberOfMessagesPerSecond', rate, 1, RATE_MAX)
    const from = await engine.findByArn(SourceArn)
    const to = DestinationArn === undefined ? undefined : await engine.findByArn(DestinationArn)
    if (from === undefined || (DestinationArn !== undefined && to === undefined)) {
      throw noSuchResource(
        'The resource that you specified for the SourceArn parameter doesn’t exist.',
      )
    }
    // AWS: [guide: sqs-configure-dead-letter-queue-redrive, "both queues are the same type"]
    if (to !== undefined && to.isFifo !== from.isFifo)
      throw unsupported('The destination queue must be of the same type as the source queue.')
    const scope = { accountId: call.accountId, region: call.region }
    const all = await call.store.read((view) => view.list(queues, scope))
    const isDeadLetterQueue = all.some(
      ({ value }) => readRedrive(value.attributes['RedrivePolicy'])?.deadLetterArn === SourceArn,
    )
    if (!isDeadLetterQueue)
      throw unsupported('Source queue must be configured as a Dead Letter Queue.')
    const others = await call.store.read((view) =>
      view.list(moveTasks, scope, { prefix: `${SourceArn}/` }),
    )
    if (others.some(({ key }) => engine.movers.isRunning(key))) {
      throw unsupported(
        'There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
      )
    }
    if (engine.movers.size >= RUNNING_MAX)
      throw unsupported(`At most ${RUNNING_MAX} message move tasks run at the same time.`)
    const key = `${SourceArn}/${call.nowMs}`
    const { visible } = await engine.count(from.queueId)
    const first: MoveTask = {
      SourceArn,
      ...(DestinationArn !== undefined && { DestinationArn }),
      ...(rate !== undefined && { MaxNumberOfMessagesPerSecond: rate }),
      Status: 'RUNNING',
      moved: 0,
      toMove: visible,
      startedMs: call.nowMs,
    }
    await call.store.write(async (tx) => {
      for (const { key } of others.slice(0, 1 - TASKS_MAX)) await tx.delete(moveTasks, scope, key)
    })
    const save = (task: MoveTask) => put(call.store, scope, key, task)
    const move = (max: number) => engine.move(from, to, max)
    const step = stepper(first, move, save)
    if (rate === undefined) {
      let isMore = true
      while (isMore) isMore = await step()
    } else {
      await save(first)
      engine.movers.start(key, step)
    }
    return { TaskHandle: handleOf(key) }
  },
  ListMessageMoveTasks: async (input: Shape<ListMessageMoveTasksRequest>, call: StoreCall) => {
    const { SourceArn = '' } = input
    const max = range('MaxResults', input.MaxResults ?? 1, 1, TASKS_MAX)
    if ((await engine.findByArn(SourceArn)) === undefined) throw noSuchQueue()
    const all = await call.store.read((view) =>
      view.list(moveTasks, call, { prefix: `${SourceArn}/` }),
    )
    return {
      Results: all
        .slice(-max)
        .reverse()
        .map(({ key, value }) => shown(key, ended(value, engine.movers.isRunning(key)))),
    }
  },
  CancelMessageMoveTask: async (input: Shape<CancelMessageMoveTaskRequest>, call: StoreCall) => {
    const key = Buffer.from(input.TaskHandle ?? '', 'base64').toString('utf8')
    const scope = { accountId: call.accountId, region: call.region }
    const find = () => call.store.read((view) => view.get(moveTasks, scope, key))
    if ((await find()) === undefined) throw noSuchTask()
    if (!(await engine.movers.stop(key))) throw unsupported('Only active tasks can be cancelled.')
    const task = await find()
    if (task === undefined) throw noSuchTask()
    await put(call.store, scope, key, { ...task, Status: 'CANCELLED' })
    return { ApproximateNumberOfMessagesMoved: task.moved }
  },
})

/** Moves once more, as many as the task may; false where it is over. */
const stepper = (
  first: MoveTask,
  move: (max: number) => Promise<number>,
  save: (task: MoveTask) => Promise<void>,
) => {
  const wanted = first.MaxNumberOfMessagesPerSecond ?? AT_ONCE_MAX
  let task = first
  return async (): Promise<boolean> => {
    try {
      const count = await move(Math.min(wanted, task.toMove - task.moved))
      const moved = task.moved + count
      const isMore = count === wanted && moved < task.toMove
      task = { ...task, moved, Status: isMore ? 'RUNNING' : 'COMPLETED' }
      await save(task)
      return isMore
    } catch (error) {
      const failed = { ...task, Status: 'FAILED', FailureReason: errorMessage(error) } as const
      await save(failed).catch(() => undefined) // What is not running reads as failed.
      return false
    }
  }
}

const put = (store: Store, scope: Scope, key: string, task: MoveTask): Promise<void> =>
  store.write((tx) => tx.put(moveTasks, scope, key, task))

/** A task that nobody runs any more ended with the process that did. */
const ended = (task: MoveTask, isRunning: boolean): MoveTask =>
  task.Status !== 'RUNNING' || isRunning
    ? task
    : { ...task, Status: 'FAILED', FailureReason: 'The node ended while messages were moved.' }

const shown = (key: string, task: MoveTask) => {
  const { moved, toMove, startedMs, ...rest } = task
  return {
    ...rest,
    ApproximateNumberOfMessagesMoved: moved,
    ApproximateNumberOfMessagesToMove: toMove,
    StartedTimestamp: startedMs,
    ...(task.Status === 'RUNNING' && { TaskHandle: handleOf(key) }),
  }
}

const handleOf = (key: string): string => Buffer.from(key).toString('base64')

const noSuchTask = () => noSuchResource('Task does not exist.')
const noSuchQueue = () =>
  noSuchResource('The resource that you specified for the SourceArn parameter doesn’t exist.')
