// What the processes of a node say over the channel (state/channel.ts): the methods of the host and the notices, typed
// in one place for both ends.
import type { DeploymentDocument, DirectoryDelta } from '#model/documents.ts'
import type { RequestRecord } from '#model/request-record.ts'
import type { DirectorySource } from '#snapshot/distribute.ts'
import {
  type ChannelClient,
  type ChannelHost,
  connectChannel,
  startChannelHost,
} from '#state/channel.ts'
import { systemClock } from '#shared/clock.ts'

export interface NodeChannelHost {
  /** Tells the other processes that there is something to pull. */
  announce(revision: number): void
  close(): Promise<void>
}

export const openNodeChannel = async (options: {
  readonly path: string
  readonly source: DirectorySource
  /** Where the host answers AWS calls; functions are told. */
  readonly endpointUrl: string
  readonly onRecords: (records: readonly RequestRecord[]) => void
  readonly onError: (error: unknown) => void
}): Promise<NodeChannelHost> => {
  const { path, source, endpointUrl, onRecords, onError } = options
  const host: ChannelHost = await startChannelHost({
    path,
    methods: {
      changes: (since) => source.changes(Number(since)),
      document: (hash) => source.document(String(hash)),
      endpoint: async () => endpointUrl,
    },
    notices: { records: (records) => onRecords(records as readonly RequestRecord[]) },
    onError,
  })
  return {
    announce: (revision) => host.broadcast('revision', revision),
    close: () => host.close(),
  }
}

export interface NodeChannel {
  readonly source: DirectorySource
  /** Fulfils when the host has been reached for the first time. */
  readonly connected: Promise<void>
  endpointUrl(): Promise<string>
  sendRecords(records: readonly RequestRecord[]): void
  close(): void
}

/** Connects to the host; `onNews` is called after each (re)connection and each announcement. */
export const joinNodeChannel = (options: {
  readonly path: string
  readonly onNews: () => void
  readonly onError: (error: unknown) => void
}): NodeChannel => {
  const connected = Promise.withResolvers<void>()
  const client: ChannelClient = connectChannel({
    path: options.path,
    clock: systemClock,
    onConnect: () => {
      connected.resolve()
      options.onNews()
    },
    notices: { revision: () => options.onNews() },
    onError: options.onError,
  })
  return {
    connected: connected.promise,
    // Both ends are this program: what arrives is what `openNodeChannel` sent.
    source: {
      changes: async (since) => (await client.call('changes', since)) as DirectoryDelta,
      document: async (hash) => (await client.call('document', hash)) as DeploymentDocument,
    },
    endpointUrl: async () => String(await client.call('endpoint', null)),
    sendRecords: (records) => client.notify('records', records),
    close: () => client.close(),
  }
}
