// What the processes of a node say over the channel (state/channel.ts): the methods of the host and the notices, typed
// in one place for both ends.
import type { DeploymentDocument, DirectoryDelta } from '#model/documents.ts'
import type { DeliverMessage, LogBatch, WriteLogs } from '#model/ports.ts'
import type { FunctionLine } from '#observability/requests.ts'
import type { MetricDelta } from '#observability/metrics/delta.ts'
import type { DirectorySource } from '#snapshot/distribute.ts'
import {
  type ChannelClient,
  type ChannelHost,
  type ChannelPeer,
  connectChannel,
  startChannelHost,
} from '#state/channel.ts'
import { channelLeases, leaseNotices } from '#state/lease-channel.ts'
import type { LimitHolder } from '#state/limit-holder.ts'
import type { LeaseSource, Recall } from '#state/limits.ts'
import type { ClockSetting } from '#shared/adjustable-clock.ts'
import { systemClock } from '#shared/clock.ts'
import { createFollowers } from './followers.ts'
import type { RecordBatch } from './record-batches.ts'

/** How long a change of the clock waits for the other processes to have it. */
const CLOCK_WAIT_MS = 2_000
/** How long the answer of a management call waits for them to serve what it has changed. */
const NEWS_WAIT_MS = 2_000

export interface NodeChannelHost {
  /** Tells the other processes that there is something to pull. */
  announce(revision: number): void
  /** Fulfils when the other processes have taken in so much, or had time enough for it. */
  served(revision: number): Promise<void>
  /** Tells the others the time, and fulfils when they have set their clocks. */
  setClock(setting: ClockSetting | undefined): Promise<void>
  close(): Promise<void>
}

export const openNodeChannel = async (options: {
  readonly path: string
  readonly source: DirectorySource
  /** Where the host answers AWS calls; functions are told. */
  readonly endpointUrl: string
  readonly limits: LimitHolder
  readonly clock: () => ClockSetting | undefined
  /** Takes messages of functions to queues, topics and buses. */
  readonly deliver: DeliverMessage
  readonly onRecords: (batch: RecordBatch) => void
  readonly onFunctionLine: (line: FunctionLine) => void
  readonly onLogs: WriteLogs
  readonly onMetrics: (deltas: readonly MetricDelta[]) => void
  readonly onError: (error: unknown) => void
}): Promise<NodeChannelHost> => {
  const { path, source, endpointUrl, limits, clock, onRecords, onFunctionLine, onError } = options
  const leases = leaseNotices(limits)
  const followers = createFollowers(systemClock, NEWS_WAIT_MS)
  const clocks = new Map<number, ChannelPeer>()
  const acks = new Map<number, () => void>()
  let lastAck = 0

  const tellTime = (peer: ChannelPeer, setting: ClockSetting | undefined): Promise<void> =>
    new Promise((resolve) => {
      const ack = ++lastAck
      const done = (): void => {
        timer.cancel()
        acks.delete(ack)
        resolve()
      }
      const timer = systemClock.setTimer(done, CLOCK_WAIT_MS)
      acks.set(ack, done)
      peer.notify('clock', { ack, setting })
    })

  const host: ChannelHost = await startChannelHost({
    path,
    methods: {
      changes: (since) => source.changes(Number(since)),
      document: (hash) => source.document(String(hash)),
      endpoint: async () => endpointUrl,
      // Both ends are this program.
      deliver: async (message) => {
        await options.deliver(message as Parameters<DeliverMessage>[0])
        return null
      },
      /** Who asks for the time is told of its changes. */
      clock: async (_params, peer) => {
        clocks.set(peer.id, peer)
        return { setting: clock() }
      },
    },
    notices: {
      records: (batch) => onRecords(batch as RecordBatch),
      functionLine: (line) => onFunctionLine(line as FunctionLine),
      // Both ends are this program.
      logs: (batch) => options.onLogs(batch as LogBatch),
      metrics: (deltas) => options.onMetrics(deltas as readonly MetricDelta[]),
      took: (revision, peer) => followers.took(peer.id, Number(revision)),
      clockSet: (ack) => acks.get(Number(ack))?.(),
      ...leases.notices,
    },
    onGone: (peer) => {
      followers.gone(peer.id)
      clocks.delete(peer.id)
      leases.onGone(peer)
    },
    onError,
  })
  return {
    announce: (revision) => host.broadcast('revision', revision),
    served: followers.reached,
    setClock: async (setting) => {
      await Promise.all([...clocks.values()].map((peer) => tellTime(peer, setting)))
    },
    close: () => host.close(),
  }
}

export interface NodeChannel {
  readonly source: DirectorySource
  /** Fulfils when the host has been reached for the first time. */
  readonly connected: Promise<void>
  endpointUrl(): Promise<string>
  /** To queues, topics and buses, which the host has. */
  readonly deliver: DeliverMessage
  /** Tells the host what is served here. */
  took(revision: number): void
  /** The way to the holder of the limits. */
  readonly leases: LeaseSource
  /** The time of the host, now and whenever it is set. */
  clock(): Promise<ClockSetting | undefined>
  sendRecords(batch: RecordBatch): void
  sendFunctionLine(line: FunctionLine): void
  readonly sendLogs: WriteLogs
  sendMetrics(deltas: readonly MetricDelta[]): void
  close(): void
}

/** Connects to the host; `onNews` is called after each (re)connection and each announcement. */
export const joinNodeChannel = (options: {
  readonly path: string
  readonly onNews: () => void
  /** Called after each (re)connection. */
  readonly onJoin?: () => void
  readonly onClock?: (setting: ClockSetting | undefined) => void
  readonly onRecall?: (recall: Recall) => void
  readonly onError: (error: unknown) => void
}): NodeChannel => {
  const leases = channelLeases(
    () => client,
    (recall) => options.onRecall?.(recall),
  )
  const connected = Promise.withResolvers<void>()
  const client: ChannelClient = connectChannel({
    path: options.path,
    clock: systemClock,
    onConnect: () => {
      connected.resolve()
      options.onJoin?.()
      options.onNews()
    },
    onLost: leases.lost,
    notices: {
      revision: () => options.onNews(),
      clock: (params) => {
        const { ack, setting } = params as ClockNotice
        options.onClock?.(setting)
        client.notify('clockSet', ack)
      },
      ...leases.notices,
    },
    onError: options.onError,
  })
  return {
    connected: connected.promise,
    // Both ends are this program: what arrives is what `openNodeChannel` sent.
    source: {
      changes: async (since) => (await client.call('changes', since)) as DirectoryDelta,
      document: async (hash) => (await client.call('document', hash)) as DeploymentDocument,
    },
    took: (revision) => client.notify('took', revision),
    leases: leases.source,
    clock: async () => ((await client.call('clock', null)) as ClockNotice).setting,
    deliver: async (message) => void (await client.call('deliver', message)),
    endpointUrl: async () => String(await client.call('endpoint', null)),
    sendRecords: (batch) => client.notify('records', batch),
    sendFunctionLine: (line) => client.notify('functionLine', line),
    sendLogs: (batch) => client.notify('logs', batch),
    sendMetrics: (deltas) => client.notify('metrics', deltas),
    close: () => client.close(),
  }
}

interface ClockNotice {
  readonly ack: number
  readonly setting?: ClockSetting
}
