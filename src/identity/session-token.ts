// Session tokens of temporary credentials: all that is known of a session, sealed, so that whoever has the key of the
// data directory verifies one without asking anybody.
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Sealing } from './sealing.ts'

export interface Session {
  /** `ASIA…` */
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly issuedAtMs: number
  readonly expiresAtMs: number
  readonly accountId: string
  /** The principal whose policies count, and its unique id: of that name there may be another one by now. */
  readonly principalArn: string
  readonly principalId: string
  /** Of the session itself: `arn:aws:sts::…:assumed-role/role/session`. */
  readonly arn: string
  /** `AROA…:session` */
  readonly userId: string
  /** JSON text of the session's own policies. */
  readonly policies: readonly string[]
  /** Condition keys that this session has beside those of its principal. */
  readonly contextKeys: Readonly<Record<string, string | readonly string[]>>
}

/** A token may hold a session policy of AWS's greatest size; a header line holds this. */
const TOKEN_LENGTH_MAX = 12_288
/** What a token may hold: stops an inflated one, though only we can have sealed it. */
const SESSION_BYTES_MAX = 256 * 1024

/** Undefined where a session is too large for a token: its policies and tags are. */
export const sealSession = (sealing: Sealing, session: Session): string | undefined => {
  const packed = deflateRawSync(Buffer.from(JSON.stringify(session), 'utf8'))
  const token = sealing.seal('session-token', packed, session.accessKeyId)
  return token.length > TOKEN_LENGTH_MAX ? undefined : token
}

/** Undefined where it is no token of this key. That it is still good is for who asks to see. */
export const openSession = (
  sealing: Sealing,
  token: string,
  accessKeyId: string,
): Session | undefined => {
  if (token.length > TOKEN_LENGTH_MAX) return undefined
  const packed = sealing.open('session-token', token, accessKeyId)
  if (packed === undefined) return undefined
  const text = inflateRawSync(packed, { maxOutputLength: SESSION_BYTES_MAX }).toString('utf8')
  return JSON.parse(text) as Session // Sealed by `sealSession`.
}
