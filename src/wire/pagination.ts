// Lists come in pages. A page goes on after a key, so its token is that key, wrapped: it means the same after a
// restart, on another node, and when the item it names has been deleted.
import { badRequest } from './errors.ts'

/** What both ways of asking for a page come down to. */
export interface PageRequest {
  /** Only items whose keys are greater, in code-unit order. */
  readonly after: string | undefined
  readonly limit: number
}

export interface Page<Item> {
  readonly items: readonly Item[]
  /** Where the next page goes on; absent after the last one. */
  readonly token?: string
}

// AWS: default 25, at most 500. [guide: api-reference GetRestApis]
const LIMIT_DEFAULT = 25
const LIMIT_MAX = 500
/** AWS's default for apigatewayv2 is not documented; most tools read one page only, so it is a whole one. */
const MAX_RESULTS_DEFAULT = LIMIT_MAX

/** The page that an operation of apigateway is asked for. A limit above the greatest is the greatest. */
export const pageOfPosition = (input: {
  readonly limit?: number | undefined
  readonly position?: string | undefined
}): PageRequest => {
  const limit = input.limit ?? LIMIT_DEFAULT
  if (!Number.isInteger(limit) || limit < 1) throw badRequest('Invalid limit parameter specified')
  return { limit: Math.min(limit, LIMIT_MAX), after: keyOfParameter(input.position, 'position') }
}

/** The page that an operation of apigatewayv2 is asked for: the number comes as text. */
export const pageOfNextToken = (input: {
  readonly maxResults?: string | undefined
  readonly nextToken?: string | undefined
}): PageRequest => {
  const text = input.maxResults ?? String(MAX_RESULTS_DEFAULT)
  if (!/^0*[1-9]\d{0,8}$/.test(text)) throw badRequest('Invalid maxResults parameter specified')
  const limit = Math.min(Number(text), LIMIT_MAX)
  return { limit, after: keyOfParameter(input.nextToken, 'nextToken') }
}

/** AWS: Lambda answers at most 50 items, whatever is asked for. [API reference: ListFunctions MaxItems] */
const MAX_ITEMS = 50

/** The page that an operation of Lambda is asked for. */
export const pageOfMarker = (input: {
  readonly MaxItems?: number | undefined
  readonly Marker?: string | undefined
}): PageRequest => {
  const limit = input.MaxItems ?? MAX_ITEMS
  if (!Number.isInteger(limit) || limit < 1)
    throw badRequest('Invalid MaxItems parameter specified')
  return { limit: Math.min(limit, MAX_ITEMS), after: keyOfParameter(input.Marker, 'Marker') }
}

/**
 * The page of `items`, which may come in any order and leave in the order of their keys. `items` that were
 * fetched from a store need not be more than `limit + 1` after `after`.
 */
export const pageOf = <Item>(
  items: readonly Item[],
  key: (item: Item) => string,
  { after, limit }: PageRequest,
): Page<Item> => {
  const keyed = items.map((item) => ({ item, key: key(item) }))
  const rest = keyed
    .filter((entry) => after === undefined || entry.key > after)
    .sort((left, right) => (left.key < right.key ? -1 : Number(left.key > right.key)))
  const page = rest.slice(0, limit)
  const last = page.at(-1)
  const token = rest.length > limit && last ? { token: tokenOf(last.key) } : {}
  return { items: page.map(({ item }) => item), ...token }
}

/** The token of the page after the item with this key. */
export const tokenOf = (key: string): string =>
  Buffer.from(`${VERSION}${key}`, 'utf8').toString('base64url')

/** Begins every token, so that text of another origin is told apart and the form can change. */
const VERSION = '1:'

const keyOfParameter = (token: string | undefined, parameter: string): string | undefined => {
  if (token === undefined || token === '') return undefined
  const key = keyOf(token)
  if (key === undefined) throw badRequest(`Invalid ${parameter} parameter specified`)
  return key
}

/** Where the page of a token goes on; undefined where it was not made here. */
export const keyOf = (token: string): string | undefined => {
  const text = Buffer.from(token, 'base64url').toString('utf8')
  const key = text.slice(VERSION.length)
  // Node decodes anything as base64: only what encodes to the same token was made here.
  return text.startsWith(VERSION) && tokenOf(key) === token ? key : undefined
}
