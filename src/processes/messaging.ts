// Queues, topics, buses, schedules and event sources, joined: opened when one is first asked for, or when a node before
// this one has left something to deliver; a gateway without any pays nothing.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { DeclaredMessaging } from '#deploy/operations.ts'
import { type Sealing, sealingOf } from '#identity/sealing.ts'
import type { DirectoryDelta } from '#model/documents.ts'
import type {
  ChangeFeed,
  DeliverMessage,
  InvokeFunction,
  ObjectEvents,
  WriteObject,
} from '#model/ports.ts'
import { createPollers, type Pollers } from '#services/event-sources/pollers.ts'
import { hasScheduledRules } from '#services/events/scheduled-rules.ts'
import { hasSchedules } from '#services/scheduler/stored-schedules.ts'
import type { EventBuses } from '#services/events/put-events.ts'
import type { Publishing } from '#services/sns/publish.ts'
import type { QueueEngine } from '#services/sqs/engine.ts'
import type { AdjustableClock } from '#shared/adjustable-clock.ts'
import type { Store } from '#store/store.ts'
import type { HttpRequest, HttpResponse } from '#transport/contract.ts'
import type { Settings } from '../settings.ts'
import type { OpenedMessaging } from './open-messaging.ts'
import { openUpstream, type UpstreamSettings } from './open-upstream.ts'

export interface MessagingParts {
  readonly queues: QueueEngine
  readonly topics: Publishing
  readonly buses: EventBuses
}

export interface Messaging {
  readonly parts: () => Promise<MessagingParts>
  /** For the queues and subscriptions of templates. */
  readonly declared: DeclaredMessaging
  readonly deliver: DeliverMessage
  readonly objectEvents: ObjectEvents
  /** Takes the event source mappings of a delta in. */
  apply(delta: DirectoryDelta): Promise<void>
  /** Functions can be asked from now on: what a node before this one left is delivered. */
  start(invoke: InvokeFunction, origin: string): void
  /** `GET /SimpleNotificationService-….pem`: what signatures of messages are verified with; undefined for any other. */
  answer(request: HttpRequest): Promise<HttpResponse> | undefined
  /** The clock was set. */
  clockSet(): void
  /** Deletes all messages. */
  clear(): Promise<void>
  close(): Promise<void>
}

export const openMessaging = (options: {
  readonly settings: Pick<Settings, 'command' | 'dataDir' | 'enforceIam'> & UpstreamSettings
  readonly store: Store
  readonly clock: AdjustableClock
  readonly changeFeed: ChangeFeed
  readonly sealing: Sealing
  readonly writeObject: WriteObject
  readonly onError: (error: unknown) => void
}): Messaging => {
  const { settings, store, clock, changeFeed: feed, sealing, writeObject, onError } = options
  const path = join(settings.dataDir, 'messages.db')
  const started = Promise.withResolvers<InvokeFunction>()
  started.promise.catch(() => undefined) // It is told to whoever waits for it.
  const invoke: InvokeFunction = async (request) => (await started.promise)(request)
  const place: { origin?: string } = {}
  let opening: Promise<OpenedMessaging> | undefined
  let stopWatching = (): void => undefined
  const openWithPermissions = async (): Promise<OpenedMessaging> => {
    const [{ openMessagingFile }, { createDeliveryPermissions }] = await Promise.all([
      import('./open-messaging.ts'),
      import('./delivery-permissions.ts'),
    ])
    const nowMs = (): number => clock.nowMs()
    const askPermission = createDeliveryPermissions({ settings, store, nowMs })
    return openMessagingFile({
      path,
      store,
      clock,
      upstream: openUpstream(settings),
      invoke,
      askPermission,
      seal: sealingOf(sealing, 'topic-signing-key'),
      origin: () => place.origin,
      onError,
    })
  }
  const open = (): Promise<OpenedMessaging> => {
    opening ??= openWithPermissions().catch((error: unknown) => {
      // What could not be opened is tried again.
      opening = undefined
      throw error
    })
    return opening
  }
  const deliver: DeliverMessage = async (message) => (await open()).deliver(message)
  const pollers: Pollers = createPollers({
    parts: async () => {
      const { file, queues, post } = await open()
      return { file, queues, feed, invoke, post, writeObject }
    },
    clock,
    onError,
  })
  return {
    parts: open,
    declared: {
      forgetLater: (...queue) =>
        void open().then(({ queues }) => queues.forgetLater(...queue), onError),
      // It names this node, which has to be there before somebody can follow.
      askToConfirm: async (...asked) =>
        void started.promise
          .then(async () => (await open()).topics.askToConfirm(...asked))
          .catch(onError),
    },
    deliver,
    objectEvents: ({ targetArn, message, bucket, accountId }) =>
      void open()
        .then(({ post }) => post(targetArn, message, bucketSender(bucket, accountId)))
        .catch(onError),
    apply: pollers.apply,
    answer: (request) => {
      const [, fileName] = CERTIFICATE.exec(request.target) ?? []
      if (fileName === undefined || request.method !== 'GET') return undefined
      if (opening === undefined && !existsSync(path)) return undefined
      return open().then(async ({ topics }) => {
        const pem = await topics.certificate(fileName)
        const headers = [
          'content-type',
          pem === undefined ? 'text/plain' : 'application/x-pem-file',
        ]
        return pem === undefined
          ? { statusCode: 404, headers, body: 'There is no such certificate.' }
          : { statusCode: 200, headers, body: pem }
      })
    },
    start: (ask, origin) => {
      place.origin = origin
      started.resolve(ask)
      if (existsSync(path)) void open().catch(onError)
      else stopWatching = openForSchedules(store, () => void open().catch(onError), onError)
    },
    clockSet: () => void opening?.then(({ wake }) => wake(), onError),
    clear: async () => {
      if (opening === undefined && !existsSync(path)) return
      await (await open()).clear()
    },
    close: async () => {
      started.reject(new Error('the node ends'))
      stopWatching()
      await pollers.close()
      await (await opening)?.close()
    },
  }
}

const CERTIFICATE = /^\/(SimpleNotificationService-[0-9a-f]{1,64}\.pem)$/

const bucketSender = (bucket: string, sourceAccount: string) => ({
  service: 's3.amazonaws.com',
  sourceArn: `arn:aws:s3:::${bucket}`,
  sourceAccount,
})

/** What fires by the clock runs from the commit on with which a template or a call has made it. */
const openForSchedules = (
  store: Store,
  open: () => void,
  onError: (error: unknown) => void,
): (() => void) => {
  const look = async (): Promise<void> => {
    if (!((await hasSchedules(store)) || (await hasScheduledRules(store)))) return
    stop()
    open()
  }
  const stop = store.watch(() => void look().catch(onError))
  void look().catch(onError)
  return stop
}
