// Where VPC links lead: one group of addresses for each name that `--upstream` gives.
import { systemClock } from '#shared/clock.ts'
import type { UpstreamClient } from '#transport/contract.ts'
import { createUpstreamGroup, type UpstreamGroup } from '#transport/upstream-group.ts'
import type { Settings } from '../settings.ts'

/** The group of the first name that has one. */
export const composePrivateUpstreams = (
  upstreams: Settings['upstreams'],
  upstream: UpstreamClient,
): ((names: readonly string[]) => UpstreamGroup | undefined) => {
  const groups = new Map(
    Object.entries(upstreams).map(([name, origins]) => [
      name,
      createUpstreamGroup({ origins, upstream, clock: systemClock }),
    ]),
  )
  return (names) => {
    for (const name of names) {
      const group = groups.get(name)
      if (group !== undefined) return group
    }
    return undefined
  }
}
