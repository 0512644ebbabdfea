// The AWS services beside a gateway, joined: each is opened when it is first asked for, and a gateway that never asks
// pays nothing.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DynamoDb } from '#services/dynamodb/dynamodb.ts'
import type { Store } from '#store/store.ts'
import type { Settings } from '../settings.ts'

/** Endpoint prefixes of those that direct integrations find here when no setting leads elsewhere. */
export const HOSTED_SERVICES: ReadonlySet<string> = new Set(['dynamodb'])

export interface HostedServices {
  dynamodb(): Promise<DynamoDb>
  /** Deletes what they keep outside the store. */
  clear(): Promise<void>
  close(): Promise<void>
}

export const openServices = (options: {
  readonly settings: Pick<Settings, 'dataDir'>
  readonly store: Store
  readonly onError: (error: unknown) => void
}): HostedServices => {
  const { settings, store, onError } = options
  const folder = join(settings.dataDir, 'dynamodb')
  let dynamodb: Promise<DynamoDb> | undefined
  const open = async (): Promise<DynamoDb> => {
    const { createDynamoDb } = await import('#services/dynamodb/dynamodb.ts')
    return createDynamoDb({ folder, store, onError })
  }
  return {
    dynamodb: () => {
      dynamodb ??= open()
      return dynamodb
    },
    clear: async () => {
      if (dynamodb === undefined) await rm(folder, { recursive: true, force: true })
      else await (await dynamodb).clear()
    },
    close: async () => (await dynamodb)?.close(),
  }
}
