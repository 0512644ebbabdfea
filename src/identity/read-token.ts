// A token that somebody shows, taken apart; nothing of it is believed yet.
import type { Claims } from '#languages/jwt/claims.ts'
import { TokenError } from '#languages/jwt/errors.ts'
import { type ParsedToken, parseToken, readClaims } from '#languages/jwt/token.ts'

/** Throws what `refuse` makes of a text that is no token. */
export const readToken = (
  text: string,
  refuse: (error: TokenError) => Error,
): { readonly token: ParsedToken; readonly claims: Claims } => {
  try {
    const token = parseToken(text)
    return { token, claims: readClaims(token) }
  } catch (error) {
    throw error instanceof TokenError ? refuse(error) : error
  }
}
