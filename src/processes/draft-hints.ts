// A request that found no method or route, while the draft of its API has one: its stage is older than the draft. The data
// plane cannot know; the host looks, and adds it to what the record says.
import { compileRoutes } from '#data-plane/accept/routes.ts'
import type { RequestRecord } from '#model/request-record.ts'
import { resources, routesV2 } from '#store/collections.ts'
import type { Store } from '#store/store.ts'

/** No promise for a record that needs none. */
export type AddDraftHint = (record: RequestRecord) => RequestRecord | Promise<RequestRecord>

/** Looks at once; what comes meanwhile goes without: a flood of wrong paths is no reason to read drafts. */
const LOOKS_MAX = 4

export const createDraftHints = (store: Pick<Store, 'read'>): AddDraftHint => {
  let looking = 0
  return (record) => {
    const { error, route, customDomain } = record
    if (error === undefined || route !== undefined || customDomain !== undefined) return record
    if (!UNROUTED.has(error.responseType) || looking >= LOOKS_MAX) return record
    looking++
    const hinted = isInDraft(store, record).then((isThere) =>
      isThere ? withHint(record, error) : record,
    )
    return hinted
      .catch(() => record) // A store that is closing has no hints, and the record stands without.
      .finally(() => looking--)
  }
}

const UNROUTED: ReadonlySet<string> = new Set([
  'MISSING_AUTHENTICATION_TOKEN',
  'RESOURCE_NOT_FOUND',
])

const withHint = (
  record: RequestRecord,
  error: NonNullable<RequestRecord['error']>,
): RequestRecord => {
  const { stage, httpMethod } = record
  const older = `the draft has ${httpMethod} ${pathOf(record)}, and stage ${stage} is older than the draft: deploy it`
  return { ...record, error: { ...error, hint: older } }
}

const isInDraft = (store: Pick<Store, 'read'>, record: RequestRecord): Promise<boolean> =>
  store.read(async (view) => {
    const { accountId, region, apiId, protocol, httpMethod } = record
    const scope = { accountId, region }
    const prefix = `${apiId}/`
    const keys =
      protocol === 'REST'
        ? (await view.list(resources, scope, { prefix })).flatMap(({ value }) =>
            Object.keys(value.resourceMethods ?? {}).map((verb) => [verb, value.path] as const),
          )
        : (await view.list(routesV2, scope, { prefix })).flatMap(({ value }) => {
            const [verb = '', path] = value.routeKey.split(' ')
            return path === undefined ? [] : [[verb, path] as const]
          })
    const routes = compileRoutes(keys.map(([method, path]) => ({ method, path, plan: true })))
    return routes.match(httpMethod, pathOf(record)) !== undefined
  })

/** Below the stage. */
const pathOf = ({ path, stage }: RequestRecord): string =>
  path.startsWith(`/${stage}/`) ? path.slice(stage.length + 1) : path
