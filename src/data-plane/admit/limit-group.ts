// Limits that a request has to pass together, in their order: what was taken is given back where a later one refuses.
import type { Limit } from '#model/limits.ts'
import type { Services } from '../plan.ts'

/** The limit that refused; undefined where all let the request pass. A promise only where a process has to ask. */
export const takeEach = (
  group: readonly Limit[],
  services: Services,
): Limit | undefined | Promise<Limit | undefined> => {
  const { limits } = services
  for (let at = 0; at < group.length; at++) {
    const limit = group[at]
    if (limit === undefined) continue
    const taken = limits.take(limit)
    if (taken === true) continue
    return taken === false ? refusedAt(group, at, services) : takeRest(group, at, taken, services)
  }
  return undefined
}

const takeRest = async (
  group: readonly Limit[],
  first: number,
  asked: Promise<boolean>,
  services: Services,
): Promise<Limit | undefined> => {
  if (!(await asked)) return refusedAt(group, first, services)
  for (let at = first + 1; at < group.length; at++) {
    const limit = group[at]
    if (limit === undefined || (await services.limits.take(limit))) continue
    return refusedAt(group, at, services)
  }
  return undefined
}

const refusedAt = (
  group: readonly Limit[],
  refused: number,
  { limits }: Services,
): Limit | undefined => {
  for (const limit of group.slice(0, refused)) limits.refund(limit)
  return group[refused]
}
