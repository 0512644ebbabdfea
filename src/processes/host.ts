// The host, joined: the data directory with its store, the management APIs on it, template deployments, and the last
// good documents on disk.
import { join } from 'node:path'
import { type DeployedTemplate, deployTemplateFile } from '#deploy/deploy-template.ts'
import { type DataDirectoryLock, lockDataDirectory } from '#store/lock.ts'
import { openSqliteStore } from '#store/sqlite.ts'
import { type DirectorySource, storeSource } from '#snapshot/distribute.ts'
import { openLastGood } from '#snapshot/last-good.ts'
import { type Settings, stackNameFor } from '../settings.ts'
import { createManagement, type Management } from './management.ts'

export interface Host {
  readonly management: Management
  readonly source: DirectorySource
  /** Calls back after each committed change. */
  watch(listener: (revision: number) => void): () => void
  /** Deploys a template, the whole of it or nothing. Throws what is wrong with it. */
  deploy(file: string): Promise<DeployedTemplate>
  close(): Promise<void>
}

export interface HostOptions {
  readonly settings: Settings
  readonly onError: (error: unknown) => void
}

/** Opens the data directory for this process alone. Throws `DataDirectoryError`. */
export const openHost = (options: HostOptions): Host => {
  const { settings, onError } = options
  const { dataDir, accountId, region } = settings
  const lock: DataDirectoryLock = lockDataDirectory(dataDir)
  const store = openSqliteStore(join(dataDir, 'daemun.db'))
  const source = storeSource(store)
  const management = createManagement({ store, onBug: onError })
  const keeping = keepLastGood(source, join(dataDir, 'last-good'), onError)
  const stopKeeping = store.watch(keeping.keep)

  return {
    management,
    source,
    watch: (listener) => store.watch(listener),
    deploy: (file) =>
      store.write((tx) =>
        deployTemplateFile({
          file,
          stackName: stackNameFor(settings, file),
          parameters: settings.parameters,
          scope: { accountId, region },
          strict: settings.strict,
          redeploy: settings.asAws ? 'as-aws' : 'always',
          ...(settings.as !== undefined && { as: settings.as }),
          tx,
          call: (service, operation, input, ids) =>
            management.call(service, operation, input, { scope: { accountId, region }, tx, ids }),
        }),
      ),
    close: async () => {
      stopKeeping()
      await keeping.done()
      await store.close()
      lock.release()
    },
  }
}

/** Writes the last good documents after commits: one write at a time, and one more where there was news meanwhile. */
const keepLastGood = (
  source: DirectorySource,
  folder: string,
  onError: (error: unknown) => void,
) => {
  const lastGood = openLastGood(folder)
  let running: Promise<void> | undefined
  let again = false
  const keep = (): void => {
    if (running !== undefined) {
      again = true
      return
    }
    running = lastGood
      .keep(source)
      .catch(onError)
      .finally(() => {
        running = undefined
        if (!again) return
        again = false
        keep()
      })
  }
  return {
    keep,
    done: async () => {
      while (running !== undefined) await running
    },
  }
}
