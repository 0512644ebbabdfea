// The keys of token issuers for STS: fetched and kept as the data plane does for its authorizers.
import { createKeySets } from '#data-plane/admit/authorizers/key-sets.ts'
import type { FindTokenKey } from '#identity/sts/web-identity.ts'
import { systemClock } from '#shared/clock.ts'
import { openUpstream, type UpstreamSettings } from './open-upstream.ts'

export const openTokenKeys = (
  settings: UpstreamSettings,
): {
  readonly find: FindTokenKey
  close(): Promise<void>
} => {
  const upstream = openUpstream(settings)
  const keys = createKeySets()
  return {
    find: async (issuer, keyId) => keys.find({ issuer }, keyId, { clock: systemClock, upstream }),
    close: () => upstream.close(),
  }
}
