// The AWS services beside a gateway, joined: each is opened when it is first asked for, and a gateway that never asks
// pays nothing.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ObjectEvents, ReadObject, WriteObject } from '#model/ports.ts'
import type { DynamoDb } from '#services/dynamodb/dynamodb.ts'
import type { S3 } from '#services/s3/s3.ts'
import { GLOBAL_SCOPE } from '#model/scope.ts'
import type { Clock, Timer } from '#shared/clock.ts'
import { randomIds } from '#shared/ids.ts'
import { systemRandom } from '#shared/random.ts'
import type { Store } from '#store/store.ts'
import type { Settings } from '../settings.ts'

/** Endpoint prefixes of those that direct integrations find here when no setting leads elsewhere. */
export const HOSTED_SERVICES: ReadonlySet<string> = new Set([
  'dynamodb',
  'events',
  's3',
  'sns',
  'sqs',
])

export interface HostedServices {
  /** The clock was turned: what is over is over now. */
  wake(): void
  dynamodb(): Promise<DynamoDb>
  s3(): Promise<S3>
  /** Code of functions and the like, from a bucket. */
  readonly readObject: ReadObject
  readonly writeObject: WriteObject
  /** Whether a bucket has no objects. */
  readonly isBucketEmpty: (bucketId: string) => Promise<boolean>
  /** Deletes what they keep outside the store. */
  clear(): Promise<void>
  close(): Promise<void>
}

/** AWS deletes items within days of their time; here a minute or two after it. */
const SWEEP_MS = 60_000

export const openServices = (options: {
  readonly settings: Pick<Settings, 'dataDir' | 'allowedOrigins'>
  readonly store: Store
  readonly clock: Clock
  readonly events: ObjectEvents
  readonly onError: (error: unknown) => void
}): HostedServices => {
  const { settings, store, clock, events, onError } = options
  const { dataDir, allowedOrigins } = settings
  const tables = openLazily(join(dataDir, 'dynamodb'), async (folder) => {
    const { createDynamoDb } = await import('#services/dynamodb/dynamodb.ts')
    return createDynamoDb({ folder, store, onError })
  })
  const objects = openLazily(join(dataDir, 's3'), async (folder) => {
    const { openS3 } = await import('#services/s3/s3.ts')
    return openS3({ folder, store, events, allowedOrigins, onError })
  })
  const sweeps = sweepEvery(SWEEP_MS, clock, onError, async () => {
    if (!(await hasTimesToLive(store))) return
    const call = {
      nowMs: clock.nowMs(),
      ids: randomIds(systemRandom),
      requestId: systemRandom.uuid(),
    }
    await (await tables.get()).sweep(call)
  })
  return {
    wake: sweeps.wake,
    dynamodb: tables.get,
    s3: objects.get,
    readObject: async (object) => (await objects.get()).readObject(object),
    writeObject: async (object) => (await objects.get()).writeObject(object),
    isBucketEmpty: async (bucketId) => (await objects.get()).isEmpty(bucketId),
    clear: async () => {
      await tables.clear()
      await objects.clear()
    },
    close: async () => {
      await sweeps.close()
      await tables.close()
      await objects.close()
    },
  }
}

/** No engine is opened for a node whose tables keep their items. */
const hasTimesToLive = async (store: Store): Promise<boolean> => {
  const { timesToLive } = await import('#services/dynamodb/time-to-live-settings.ts')
  const found = await store.read((view) => view.list(timesToLive, GLOBAL_SCOPE, { limit: 1 }))
  return found.length > 0
}

/** One sweep at a time, and none while one is under way. */
const sweepEvery = (
  everyMs: number,
  clock: Clock,
  onError: (error: unknown) => void,
  sweep: () => Promise<void>,
) => {
  let isClosed = false
  let timer: Timer | undefined
  let sweeping = Promise.resolve()
  const turn = (): void => {
    timer?.cancel()
    sweeping = sweeping.then(sweep).catch(onError)
    void sweeping.then(later)
  }
  const later = (): void => {
    timer?.cancel()
    if (!isClosed) timer = clock.setTimer(turn, everyMs)
  }
  later()
  return {
    wake: turn,
    close: async (): Promise<void> => {
      isClosed = true
      timer?.cancel()
      await sweeping
    },
  }
}

interface Opened {
  clear(): Promise<void>
  close(): Promise<void>
}

/** A service with a folder of its own, opened when it is first asked for. */
const openLazily = <Service extends Opened>(
  folder: string,
  open: (folder: string) => Promise<Service>,
) => {
  let opened: Promise<Service> | undefined
  return {
    get: (): Promise<Service> => {
      opened ??= open(folder).catch((error: unknown) => {
        // What could not be opened is tried again.
        opened = undefined
        throw error
      })
      return opened
    },
    clear: async (): Promise<void> => {
      if (opened === undefined) await rm(folder, { recursive: true, force: true })
      else await (await opened).clear()
    },
    close: async (): Promise<void> => (await opened)?.close(),
  }
}
