// Lists come in pages: `limit` items after an opaque `position`.
import type { Collection } from '#store/store.ts'
import type { ReadCall } from '#store/transactional.ts'
import { badRequest } from '#wire/errors.ts'

const LIMIT_DEFAULT = 25
const LIMIT_MAX = 500

export interface PageInput {
  readonly position?: string | undefined
  readonly limit?: number | undefined
}

export interface Page<T> {
  readonly items: readonly T[]
  readonly position?: string
}

/** One page of the rows whose keys begin with `prefix`, in the order of their keys. */
export const pageOf = async <T>(
  call: ReadCall,
  rows: Collection<T>,
  prefix: string,
  input: PageInput,
): Promise<Page<T>> => {
  const after = afterOf(input, prefix)
  const limit = limitOf(input)
  const entries = await call.view.list(rows, call, {
    prefix,
    limit: limit + 1,
    ...(after === undefined ? {} : { after }),
  })
  const page = entries.slice(0, limit)
  const last = page.at(-1)
  return {
    items: page.map((entry) => entry.value),
    ...(entries.length > limit && last !== undefined ? { position: positionOf(last.key) } : {}),
  }
}

/** One page of items that are already at hand, for lists that are computed. */
export const pageOfItems = <T>(items: readonly T[], input: PageInput): Page<T> => {
  const after = afterOf(input, '')
  const start = after === undefined ? 0 : Number(after)
  if (!Number.isInteger(start) || start < 0) throw invalidPosition()
  const end = start + limitOf(input)
  return {
    items: items.slice(start, end),
    ...(end < items.length ? { position: positionOf(String(end)) } : {}),
  }
}

const limitOf = ({ limit }: PageInput): number =>
  Math.min(Math.max(limit ?? LIMIT_DEFAULT, 1), LIMIT_MAX)

const positionOf = (key: string): string => Buffer.from(key, 'utf8').toString('base64url')

const afterOf = ({ position }: PageInput, prefix: string): string | undefined => {
  if (position === undefined || position === '') return undefined
  const key = Buffer.from(position, 'base64url').toString('utf8')
  if (!key.startsWith(prefix)) throw invalidPosition()
  return key
}

const invalidPosition = () => badRequest('Invalid position parameter specified')
