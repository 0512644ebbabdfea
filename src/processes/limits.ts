// The holder of the limits of this node, with the ledger of its quotas on disk.
import { join } from 'node:path'
import type { Clock } from '#shared/clock.ts'
import { createLimitHolder, type LimitHolder } from '#state/limit-holder.ts'
import { openSqliteStore } from '#store/sqlite.ts'
import { createUsageLedger, type UsageLedger } from '#store/usage-ledger.ts'
import type { Settings } from '../settings.ts'

export const openLimitHolder = (options: {
  readonly settings: Pick<Settings, 'dataDir' | 'quotaOffset'>
  readonly clock: Clock
  readonly onError: (error: unknown) => void
}): LimitHolder => {
  const { settings, clock, onError } = options
  // A gateway without quotas needs no ledger.
  let opened: UsageLedger | undefined
  const ledger = (): UsageLedger =>
    (opened ??= createUsageLedger(openSqliteStore(join(settings.dataDir, 'usage.db')), onError))
  const holder = createLimitHolder({
    clock,
    offsetMeans: settings.quotaOffset,
    onError,
    ledger: {
      read: (name, firstDay, lastDay) => ledger().read(name, firstDay, lastDay),
      add: (charges) => ledger().add(charges),
      forget: (prefix) => ledger().forget(prefix),
    },
  })
  return {
    ...holder,
    close: async () => {
      await holder.close()
      await opened?.close()
    },
  }
}
