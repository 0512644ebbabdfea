// The parts of messaging, once there is something for them to do: the file, and who sends to whom.
import type { DeliverMessage, InvokeFunction, SealSecret } from '#model/ports.ts'
import {
  type AskPermission,
  createCourier,
  delivering,
  type Sender,
} from '#services/delivery/courier.ts'
import { type MessageFile, openMessageFile } from '#services/delivery/message-file.ts'
import { createOutbox, OUTBOX_SCHEMA } from '#services/delivery/outbox.ts'
import { CHECKPOINT_SCHEMA } from '#services/event-sources/pollers.ts'
import { createEventBuses } from '#services/events/put-events.ts'
import { scheduledRules } from '#services/events/scheduled-rules.ts'
import { RUN_SCHEMA, scheduledRuns } from '#services/scheduler/runs.ts'
import { createSchedules } from '#services/events/schedules.ts'
import { FIFO_SCHEMA } from '#services/sns/fifo.ts'
import { createPublishing } from '#services/sns/publish.ts'
import { openSigningKey, SIGNING_SCHEMA } from '#services/sns/signing.ts'
import { createQueueEngine } from '#services/sqs/engine.ts'
import { QUEUE_SCHEMA } from '#services/sqs/queue-messages.ts'
import type { UpstreamClient } from '#transport/contract.ts'
import type { Clock } from '#shared/clock.ts'
import { present } from '#shared/assert.ts'
import { systemRandom as random } from '#shared/random.ts'
import type { Store } from '#store/store.ts'
import type { MessagingParts } from './messaging.ts'

export interface OpenedMessaging extends MessagingParts {
  readonly file: MessageFile
  readonly deliver: DeliverMessage
  /** Accepts a text for an ARN: it is delivered whatever happens to this process. */
  post(targetArn: string, body: string, by?: Sender): Promise<void>
  wake(): void
  clear(): Promise<void>
  close(): Promise<void>
}

/** What is posted for others is tried for a day. */
const POST_RULES = { attemptsMax: 50, ageSecondsMax: 86_400 }

export const openMessagingFile = async (options: {
  readonly path: string
  readonly store: Store
  readonly clock: Clock
  readonly upstream: UpstreamClient
  readonly invoke: InvokeFunction
  readonly askPermission: AskPermission | undefined
  readonly seal: SealSecret
  readonly origin: () => string | undefined
  readonly onError: (error: unknown) => void
}): Promise<OpenedMessaging> => {
  const { path, store, clock, upstream, invoke, askPermission, seal, origin, onError } = options
  const file = openMessageFile(path, [
    ...QUEUE_SCHEMA,
    ...OUTBOX_SCHEMA,
    ...CHECKPOINT_SCHEMA,
    ...RUN_SCHEMA,
    ...SIGNING_SCHEMA,
    ...FIFO_SCHEMA,
  ])
  const nowMs = (): number => clock.nowMs()
  const queues = createQueueEngine({ file, store, clock, random, onError })
  // Topics and buses are sent to, and send: they come after the courier that goes to them.
  const late: { parts?: Pick<MessagingParts, 'topics' | 'buses'> } = {}
  const parts = () => present(late.parts, 'messaging is not open yet')
  const carry = createCourier({
    queues,
    invoke,
    upstream,
    toTopic: (parcel) => parts().topics.carry(parcel),
    toBus: (parcel) => parts().buses.carry(parcel),
    askPermission,
  })
  const onLost = (reason: string): void => onError(new Error(reason))
  const outbox = createOutbox({ file, clock, carry, onLost, onError })
  const signingKey = openSigningKey({ file, seal, random, nowMs })
  const topics = createPublishing({
    store,
    file,
    outbox,
    carry,
    random,
    nowMs,
    signingKey,
    origin,
  })
  const buses = createEventBuses({ store, outbox, random, nowMs })
  late.parts = { topics, buses }
  const rules = createSchedules({ clock, load: scheduledRules(store, buses), onError })
  const load = scheduledRuns({ store, file, outbox, random, onError })
  const schedules = createSchedules({ clock, load, onError })
  const refresh = () => Promise.all([rules.refresh(), schedules.refresh()])
  const stopWatching = store.watch(() => void refresh().catch(onError))
  await refresh()
  outbox.wake()
  return {
    file,
    queues,
    topics,
    buses,
    deliver: delivering(carry),
    post: (target, body, by) => {
      const parcel = { target, body, ...(by !== undefined && { by }) }
      return outbox.add([{ parcel, rules: POST_RULES }])
    },
    wake: () => {
      queues.wake()
      outbox.wake()
      rules.wake()
      schedules.wake()
    },
    clear: async () => {
      await queues.clear()
      await outbox.clear()
      await file.run((database) =>
        database.exec('DELETE FROM checkpoints; DELETE FROM schedule_runs; DELETE FROM published'),
      )
    },
    close: async () => {
      stopWatching()
      rules.close()
      schedules.close()
      topics.close()
      buses.close()
      queues.close()
      await outbox.close()
      await upstream.close()
      await file.close()
    },
  }
}
