// `Logins`: tokens of identity providers by the names of the providers, verified. Those of a user pool of this gateway
// and those of identity pools themselves need no network; other providers are asked for their keys.
// https://docs.aws.amazon.com/cognito/latest/developerguide/external-identity-providers.html
import { type Claims, checkTimes } from '#languages/jwt/claims.ts'
import { TokenError } from '#languages/jwt/errors.ts'
import type { VerificationKey } from '#languages/jwt/key-set.ts'
import { type ParsedToken, verifyToken } from '#languages/jwt/token.ts'
import type { IdentityPool, LinkedLogin } from '#model/cognito-identity.ts'
import type { StoreCall } from '#store/transactional.ts'
import type { FindTokenKey } from '../sts/web-identity.ts'
import { readToken } from '../read-token.ts'
import { badToken, externalService, invalidParameter } from './errors.ts'
import { type ExpectedToken, expectToken } from './login-providers.ts'
import type { ChoosingLogin } from './role-choice.ts'
import { COGNITO_IDENTITY } from './signing-key.ts'

export interface VerifiedLogin extends ChoosingLogin {
  readonly login: LinkedLogin
}

export interface VerifiedLogins {
  readonly logins: readonly VerifiedLogin[]
  /** Of a token of identity pools themselves: the identity whose it is. */
  readonly identityId?: string
}

export type Logins = Readonly<Record<string, string>>

/** AWS: ten at once. [API_GetId] */
const LOGINS_MAX = 10

/** Throws where one of them is not good. Not inside a transaction: providers are asked for their keys. */
export const verifyLogins = async (
  call: StoreCall,
  pool: IdentityPool,
  given: Logins | undefined,
  findKey: FindTokenKey,
): Promise<VerifiedLogins> => {
  const entries = Object.entries(given ?? {})
  if (entries.length > LOGINS_MAX)
    throw invalidParameter(`Too many logins provided. Maximum ${LOGINS_MAX}.`)
  const logins: VerifiedLogin[] = []
  let identityId: string | undefined
  for (const [provider, text] of entries) {
    const { token, claims } = read(text)
    const { expected, isLive } = await call.store.read(async (view) => {
      const found = await expectToken({ ...call, view }, pool, provider, claims, token.keyId)
      return { expected: found, isLive: (await found.stillSignedIn?.(claims)) ?? true }
    })
    await verify(token, expected, findKey)
    checkExpiry(claims, call.nowMs)
    checkContent(claims, expected)
    if (!isLive) throw badToken('Token is revoked or its user is not there any more.')
    const subject = String(claims['sub'] ?? '')
    if (subject === '') throw badToken('Missing a required claim: sub')
    if (provider === COGNITO_IDENTITY) identityId = subject
    else {
      const login = { provider, subject, method: expected.methodOf(subject) }
      logins.push({ login, mappingNames: expected.mappingNames, claims })
    }
  }
  return { logins, ...(identityId !== undefined && { identityId }) }
}

const read = (text: string) =>
  readToken(text, () => badToken('Not a valid OpenId Connect identity token.'))

const verify = async (
  token: ParsedToken,
  { issuer, localKey }: ExpectedToken,
  findKey: FindTokenKey,
): Promise<void> => {
  const key = localKey === 'none' ? undefined : (localKey ?? (await keyOf(token, issuer, findKey)))
  if (key === undefined) throw badToken("Can't find a matching key for the token.")
  try {
    verifyToken(token, key)
  } catch (error) {
    if (!(error instanceof TokenError)) throw error
    throw badToken('Token signature invalid.')
  }
}

const keyOf = async (
  token: ParsedToken,
  issuer: string,
  findKey: FindTokenKey,
): Promise<VerificationKey | undefined> => {
  try {
    return await findKey(issuer, token.keyId ?? '')
  } catch {
    // Why is in the provider's own answer, which is not for the caller.
    throw externalService('Could not retrieve the keys of the identity provider.')
  }
}

const checkExpiry = (claims: Claims, nowMs: number): void => {
  try {
    checkTimes(claims, nowMs)
  } catch (error) {
    if (!(error instanceof TokenError)) throw error
    const now = Math.floor(nowMs / 1_000)
    // AWS: "Token expired: 1754028847 >= 1754027905": the time now, and the token's.
    if (error.problem === 'expired')
      throw badToken(`Token expired: ${now} >= ${String(claims['exp'])}`)
    throw badToken(`${error.message.slice(0, 1).toUpperCase()}${error.message.slice(1)}.`)
  }
}

const checkContent = (claims: Claims, expected: ExpectedToken): void => {
  const { aud } = claims
  const given = (Array.isArray(aud) ? aud : [aud]).map(String)
  // AWS: an access token of a user pool has no audience, and is refused for that.
  if (aud === undefined) throw badToken('Missing a required claim: aud')
  if (!given.some((one) => expected.audience.includes(one)))
    throw badToken('Incorrect token audience.')
  if (expected.tokenUse !== undefined && claims['token_use'] !== expected.tokenUse)
    throw badToken('Not a valid OpenId Connect identity token.')
}
