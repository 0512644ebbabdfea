// IAM's lists come in pages: `MaxItems`, `Marker`, `IsTruncated`.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html
import { invalid } from './errors.ts'
import { checkRange } from './names.ts'

export interface PageInput {
  readonly Marker?: string | undefined
  readonly MaxItems?: number | undefined
}

export interface PageAnswer {
  readonly IsTruncated: boolean
  readonly Marker?: string
}

const ITEMS_DEFAULT = 100
const ITEMS_MAX = 1_000

/** The page that is asked for of `items`, which come in the order of their keys. */
export const pageOf = <Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  input: PageInput,
): { readonly items: readonly Item[]; readonly page: PageAnswer } => {
  const limit = checkRange(input.MaxItems ?? ITEMS_DEFAULT, 'maxItems', 1, ITEMS_MAX)
  const after = readMarker(input.Marker)
  const rest = after === undefined ? items : items.filter((item) => keyOf(item) > after)
  const shown = rest.slice(0, limit)
  const last = shown.at(-1)
  if (rest.length <= limit || last === undefined) return { items: shown, page: WHOLE }
  return { items: shown, page: { IsTruncated: true, Marker: markerOf(keyOf(last)) } }
}

/** A list that is short by its own quota, and not divided. */
export const WHOLE: PageAnswer = { IsTruncated: false }

const markerOf = (key: string): string => Buffer.from(`m${key}`, 'utf8').toString('base64url')

const readMarker = (marker: string | undefined): string | undefined => {
  if (marker === undefined || marker === '') return undefined
  const text = Buffer.from(marker, 'base64url').toString('utf8')
  // Node decodes anything as base64: only what encodes to the same was made here.
  if (text.startsWith('m') && markerOf(text.slice(1)) === marker) return text.slice(1)
  throw invalid('Invalid Marker.')
}

/** In code-unit order without regard to case, as their keys in the store are. */
export const foldedKey = (name: string): string => name.toLowerCase()

export const inOrder = (names: readonly string[]): readonly string[] =>
  names.toSorted((left, right) => (foldedKey(left) < foldedKey(right) ? -1 : 1))
