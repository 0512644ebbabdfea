// The keys of token issuers for STS: fetched and kept as the data plane does for its authorizers.
import { createKeySets } from '#data-plane/admit/authorizers/key-sets.ts'
import type { FindTokenKey } from '#identity/sts/web-identity.ts'
import { systemClock } from '#shared/clock.ts'
import { createUpstreamClient } from '#transport/upstream.ts'

export const openTokenKeys = (): {
  readonly find: FindTokenKey
  close(): Promise<void>
} => {
  const upstream = createUpstreamClient()
  const keys = createKeySets()
  return {
    find: async (issuer, keyId) => keys.find({ issuer }, keyId, { clock: systemClock, upstream }),
    close: () => upstream.close(),
  }
}
