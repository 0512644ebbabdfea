// Lists of Cognito Sync come in pages: `MaxResults`, `NextToken`.
import type { Entry } from '#store/store.ts'
import { invalidParameter } from './errors.ts'

interface PageInput {
  readonly MaxResults?: number | undefined
  readonly NextToken?: string | undefined
}

/** AWS: 1024 records are the most that there are. */
const RESULTS_MAX = 1_024

/** The page that is asked for, of entries in the order of their keys. */
export const pageOf = <T>(
  entries: readonly Entry<T>[],
  { MaxResults: limit = RESULTS_MAX, NextToken: token }: PageInput,
): {
  readonly items: readonly Entry<T>[]
  readonly next: { readonly NextToken?: string }
} => {
  if (!Number.isInteger(limit) || limit < 1 || limit > RESULTS_MAX)
    throw invalidParameter(`MaxResults is a number from 1 to ${RESULTS_MAX}.`)
  const after = readToken(token)
  const rest = after === undefined ? entries : entries.filter(({ key }) => key > after)
  const items = rest.slice(0, limit)
  const last = items.at(-1)
  const next = rest.length > limit && last !== undefined ? { NextToken: tokenOf(last.key) } : {}
  return { items, next }
}

const tokenOf = (key: string): string => Buffer.from(`s${key}`, 'utf8').toString('base64url')

const readToken = (token: string | undefined): string | undefined => {
  if (token === undefined || token === '') return undefined
  const text = Buffer.from(token, 'base64url').toString('utf8')
  // Node decodes anything as base64: only what encodes to the same was made here.
  if (text.startsWith('s') && tokenOf(text.slice(1)) === token) return text.slice(1)
  throw invalidParameter('Invalid NextToken.')
}
