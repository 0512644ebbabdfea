// Lists of identity pools come in pages: `MaxResults`, `NextToken`.
import type { Entry, ListOptions } from '#store/store.ts'
import { invalidParameter, violation } from './errors.ts'

interface PageInput {
  readonly MaxResults?: number | undefined
  readonly NextToken?: string | undefined
}

const RESULTS_MAX = 60

/** The page that is asked for, of entries that `list` gives in the order of their keys. */
export const pageOf = async <T>(
  input: PageInput,
  list: (options: ListOptions) => Promise<readonly Entry<T>[]>,
): Promise<{
  readonly items: readonly Entry<T>[]
  readonly next: { readonly NextToken?: string }
}> => {
  const limit = checkResults(input.MaxResults)
  const after = readToken(input.NextToken)
  const found = await list({ limit: limit + 1, ...(after !== undefined && { after }) })
  const items = found.slice(0, limit)
  const last = items.at(-1)
  const next = found.length > limit && last !== undefined ? { NextToken: tokenOf(last.key) } : {}
  return { items, next }
}

const checkResults = (given: number | undefined): number => {
  const count = given ?? RESULTS_MAX
  const word = count < 1 ? `greater than or equal to 1` : `less than or equal to ${RESULTS_MAX}`
  if (Number.isInteger(count) && count >= 1 && count <= RESULTS_MAX) return count
  throw violation(String(count), 'maxResults', `Member must have value ${word}`)
}

const tokenOf = (key: string): string => Buffer.from(`i${key}`, 'utf8').toString('base64url')

const readToken = (token: string | undefined): string | undefined => {
  if (token === undefined || token === '') return undefined
  const text = Buffer.from(token, 'base64url').toString('utf8')
  // Node decodes anything as base64: only what encodes to the same was made here.
  if (text.startsWith('i') && tokenOf(text.slice(1)) === token) return text.slice(1)
  throw invalidParameter('Invalid NextToken.')
}
