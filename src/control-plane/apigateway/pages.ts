// Lists come in pages: `limit` items after an opaque `position`. What a position is says the wire layer; here pages
// are cut from the store's own order, so that a page reads no more rows than it answers.
import type { Collection } from '#store/store.ts'
import type { ReadCall } from '#store/transactional.ts'
import { badRequest } from '#wire/errors.ts'
import { pageOfPosition, tokenOf } from '#wire/pagination.ts'

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
  const { after, limit } = pageOfPosition(input)
  // A position of another list goes on nowhere in this one.
  if (after !== undefined && !after.startsWith(prefix)) throw invalidPosition()
  const entries = await call.view.list(rows, call, {
    prefix,
    limit: limit + 1,
    ...(after === undefined ? {} : { after }),
  })
  const page = entries.slice(0, limit)
  const last = page.at(-1)
  return {
    items: page.map((entry) => entry.value),
    ...(entries.length > limit && last !== undefined ? { position: tokenOf(last.key) } : {}),
  }
}

/** One page of items that are already at hand, for lists that are computed. */
export const pageOfItems = <T>(items: readonly T[], input: PageInput): Page<T> => {
  const { after, limit } = pageOfPosition(input)
  const start = after === undefined ? 0 : Number(after)
  if (!Number.isSafeInteger(start) || start < 0) throw invalidPosition()
  const end = start + limit
  return {
    items: items.slice(start, end),
    ...(end < items.length ? { position: tokenOf(String(end)) } : {}),
  }
}

const invalidPosition = () => badRequest('Invalid position parameter specified')
