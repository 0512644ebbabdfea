// Refresh tokens: sealed, so that they say for themselves whose sign-in they continue; what is kept are only those
// that may not be used any more.
import { isObject } from '#shared/json.ts'
import type { UserPoolParts } from './parts.ts'

export interface RefreshToken {
  readonly poolId: string
  readonly clientId: string
  readonly username: string
  readonly jti: string
  readonly originJti: string
  readonly authTimeMs: number
  readonly expiresAtMs: number
  /** Of a sign-in through the OAuth endpoints. */
  readonly scopes?: readonly string[]
  readonly nonce?: string
}

/** More than any of ours has. */
const LENGTH_MAX = 8_192

export const sealRefreshToken = (
  { sealing }: Pick<UserPoolParts, 'sealing'>,
  token: RefreshToken,
): string => sealing.seal('refresh-token', Buffer.from(JSON.stringify(token)), '')

/** Undefined where it is none of ours; whether it may still be used is asked elsewhere. */
export const openRefreshToken = (
  { sealing }: Pick<UserPoolParts, 'sealing'>,
  text: string,
): RefreshToken | undefined => {
  if (text.length > LENGTH_MAX) return undefined
  const opened = sealing.open('refresh-token', text, '')
  if (opened === undefined) return undefined
  const value: unknown = JSON.parse(Buffer.from(opened).toString('utf8'))
  return isObject(value) ? (value as unknown as RefreshToken) : undefined // Sealed by us alone.
}
