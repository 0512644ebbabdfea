// Queues, topics and buses, joined: opened when one is first asked for, so that a gateway without any pays nothing.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { QueueEngine } from '#services/sqs/engine.ts'
import type { AdjustableClock } from '#shared/adjustable-clock.ts'
import { systemRandom } from '#shared/random.ts'
import type { Store } from '#store/store.ts'
import type { Settings } from '../settings.ts'

export interface MessagingParts {
  readonly queues: QueueEngine
  close(): Promise<void>
}

export interface Messaging {
  readonly parts: () => Promise<MessagingParts>
  /** Deletes all messages. */
  clear(): Promise<void>
  close(): Promise<void>
}

export const openMessaging = (options: {
  readonly settings: Pick<Settings, 'dataDir'>
  readonly store: Store
  readonly clock: AdjustableClock
  readonly onError: (error: unknown) => void
}): Messaging => {
  const { settings, store, clock, onError } = options
  const path = join(settings.dataDir, 'messages.db')
  let opened: Promise<MessagingParts> | undefined
  const open = async (): Promise<MessagingParts> => {
    const [{ openMessageFile }, { createQueueEngine }, { QUEUE_SCHEMA }] = await Promise.all([
      import('#services/delivery/message-file.ts'),
      import('#services/sqs/engine.ts'),
      import('#services/sqs/queue-messages.ts'),
    ])
    const file = openMessageFile(path, QUEUE_SCHEMA)
    const queues = createQueueEngine({ file, store, clock, random: systemRandom, onError })
    return {
      queues,
      close: async () => {
        queues.close()
        await file.close()
      },
    }
  }
  const parts = (): Promise<MessagingParts> => {
    opened ??= open()
    return opened
  }
  return {
    parts,
    clear: async () => {
      if (opened === undefined && !existsSync(path)) return
      await (await parts()).queues.clear()
    },
    close: async () => (await opened)?.close(),
  }
}
