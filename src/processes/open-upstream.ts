// Clients for what an API, a subscription or an issuer names. What a setting names may be at a link-local address: who
// starts the gateway chose it, not who configures an API. docs/decisions/0005-no-api-leads-to-link-local-addresses.md
import type { UpstreamClient } from '#transport/contract.ts'
import { createUpstreamClient } from '#transport/upstream.ts'
import type { Settings } from '../settings.ts'

export type UpstreamSettings = Pick<
  Settings,
  'allowedLinkLocal' | 'endpoints' | 'upstreams' | 'host' | 'dataHost'
>

export const openUpstream = (settings: UpstreamSettings): UpstreamClient => {
  const { allowedLinkLocal, endpoints, upstreams, host, dataHost } = settings
  const urls = [...Object.values(endpoints), ...Object.values(upstreams).flat()]
  return createUpstreamClient({
    linkLocalHosts: new Set([...allowedLinkLocal, ...urls.map(hostOf), host, dataHost]),
  })
}

/** For what nobody but a setting can name. */
export const openUpstreamTo = (url: string): UpstreamClient =>
  createUpstreamClient({ linkLocalHosts: new Set([hostOf(url)]) })

const hostOf = (url: string): string => new URL(url).hostname.replaceAll(/[[\]]/g, '')
