// Pages of lists, as EventBridge's operations ask for them.
import { keyOf, type Page, pageOf } from '#wire/pagination.ts'
import { validation } from './records.ts'

/** AWS: at most a hundred, whatever is asked for. [API reference: ListRules Limit] */
const LIMIT_MAX = 100

export const pageOfLimit = <Item>(
  items: readonly Item[],
  key: (item: Item) => string,
  asked: { readonly Limit?: number | undefined; readonly NextToken?: string | undefined },
): { readonly items: Page<Item>['items']; readonly more: { readonly NextToken?: string } } => {
  const { Limit = LIMIT_MAX, NextToken } = asked
  if (!Number.isInteger(Limit) || Limit < 1 || Limit > LIMIT_MAX) {
    throw validation(
      `1 validation error detected: Value '${Limit}' at 'limit' failed to satisfy constraint: Member must have value between 1 and ${LIMIT_MAX}`,
    )
  }
  const after = NextToken === undefined ? undefined : keyOf(NextToken)
  if (NextToken !== undefined && after === undefined) throw validation('NextToken is not valid.')
  const page = pageOf(items, key, { after, limit: Limit })
  return { items: page.items, more: page.token === undefined ? {} : { NextToken: page.token } }
}
