// Lists of user pools come in pages; a token is the key after which it goes on.
import { invalidParameter } from './errors.ts'

export const pageAfter = (
  asked: number | undefined,
  token: string | undefined,
  max: number,
  name = 'limit',
): { readonly limit: number; readonly after: string | undefined } => {
  const limit = asked ?? max
  if (!Number.isInteger(limit) || limit < 0 || limit > max)
    throw invalidParameter(
      `1 validation error detected: Value '${limit}' at '${name}' failed to satisfy constraint: Member must have value less than or equal to ${max}`,
    )
  // AWS: 0 is no limit of one's own. [API_ListUsers]
  return { limit: limit === 0 ? max : limit, after: readToken(token) }
}

/** `found` has one more than the page, where there are more. */
export const pageToken = <Name extends string>(
  name: Name,
  found: readonly { readonly key: string }[],
  limit: number,
): { readonly [Key in Name]?: string } => {
  const last = found[limit - 1]
  const more = found.length > limit && last !== undefined
  // One member of that name, or none.
  return (more ? { [name]: tokenOf(last.key) } : {}) as { readonly [Key in Name]?: string }
}

export const tokenOf = (key: string): string => Buffer.from(`p${key}`, 'utf8').toString('base64url')

const readToken = (token: string | undefined): string | undefined => {
  if (token === undefined || token === '') return undefined
  const text = Buffer.from(token, 'base64url').toString('utf8')
  // Node decodes anything as base64: only what encodes to the same was made here.
  if (text.startsWith('p') && tokenOf(text.slice(1)) === token) return text.slice(1)
  throw invalidParameter('Invalid pagination token given.')
}
