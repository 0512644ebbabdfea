// Bearer tokens: taken out of the request, verified with their issuer's keys, and remembered once they are good.
import { LRUCache } from 'lru-cache'
import type { Algorithm } from '#languages/jwt/algorithms.ts'
import type { Claims } from '#languages/jwt/claims.ts'
import { TokenError } from '#languages/jwt/errors.ts'
import type { KeySet, VerificationKey } from '#languages/jwt/key-set.ts'
import { type ParsedToken, parseToken, readClaims, verifyToken } from '#languages/jwt/token.ts'
import type { PoolEntry } from '#model/documents.ts'
import type { GatewayRequest } from '../../accept/request.ts'
import type { Services } from '../../plan.ts'
import { type KeySource, poolKeys } from './key-sets.ts'

/** A token whose signature was found good, by this key. Times, issuer and audience are looked at each time. */
export interface VerifiedToken {
  readonly claims: Claims
  readonly keyId: string
  readonly key: VerificationKey
  /** The claims as an event has them: made on first use, by whom the token is for. */
  texts?: Readonly<Record<string, string>>
}

export interface TokenCache {
  get(text: string): VerifiedToken | undefined
  put(text: string, token: VerifiedToken): void
  readonly size: number
}

/** Tokens of all APIs of a process; the least recently used goes first. */
export const TOKENS_MAX = 20_000
export const TOKEN_BYTES_MAX = 64 * 1024 * 1024
/** The text, its claims as an object, and those as text. */
const BYTES_PER_CHARACTER = 8

export const createTokenCache = (tokensMax = TOKENS_MAX): TokenCache => {
  // Made with the first token: it has its full length at once.
  let tokens: LRUCache<string, VerifiedToken> | undefined
  return {
    get: (text) => tokens?.get(text),
    put: (text, token) => {
      tokens ??= new LRUCache({ max: tokensMax, maxSize: TOKEN_BYTES_MAX })
      tokens.set(text, token, { size: 512 + BYTES_PER_CHARACTER * text.length })
    },
    get size() {
      return tokens?.size ?? 0
    },
  }
}

/** Whose tokens are good: an issuer with its keys, or a pool of this gateway. */
export interface TokenIssuer {
  readonly source: KeySource
  /** The id of the pool, where the issuer can be one. */
  readonly poolId: string | undefined
  readonly algorithms: ReadonlySet<Algorithm>
  /** Tells the cached tokens of one use from those of another, whose claims become other texts. */
  readonly use: string
}

/** Throws `TokenError`, and `KeysUnavailable` where there is nothing to verify it with. */
export const verify = (
  text: string,
  issuer: TokenIssuer,
  request: GatewayRequest,
  services: Services,
): VerifiedToken | Promise<VerifiedToken> => {
  const { tokens } = services.authorizers
  const name = issuer.use + text
  const known = tokens.get(name)
  if (known !== undefined) {
    // A key that was withdrawn takes its tokens with it.
    const key = findKey(known.keyId, issuer, request, services)
    if (key instanceof Promise) {
      return key.then((found) =>
        found === known.key ? known : verifyWith(parseToken(text), found, name, services),
      )
    }
    if (key === known.key) return known
  }
  const parsed = parseToken(text)
  if (!issuer.algorithms.has(parsed.algorithm)) {
    throw new TokenError('algorithm', `signing method ${parsed.algorithm} is invalid`)
  }
  if (parsed.keyId === undefined) throw new TokenError('key', 'the token names no key (kid)')
  const key = findKey(parsed.keyId, issuer, request, services)
  return key instanceof Promise
    ? key.then((found) => verifyWith(parsed, found, name, services))
    : verifyWith(parsed, key, name, services)
}

const verifyWith = (
  parsed: ParsedToken,
  key: VerificationKey | undefined,
  name: string,
  services: Services,
): VerifiedToken => {
  if (key === undefined) throw new TokenError('key', 'the issuer has no key of that id (kid)')
  verifyToken(parsed, key)
  const token: VerifiedToken = { claims: readClaims(parsed), keyId: parsed.keyId ?? '', key }
  services.authorizers.tokens.put(name, token)
  return token
}

const findKey = (
  keyId: string,
  issuer: TokenIssuer,
  request: GatewayRequest,
  services: Services,
): VerificationKey | undefined | Promise<VerificationKey | undefined> => {
  const { pools, keySets } = services.authorizers
  const pool = findPool(issuer, request)
  if (pool !== undefined) return poolKeys(pool, pools).find(keyId)
  return keySets.find(issuer.source, keyId, services)
}

/** The pool of this gateway that the issuer is. */
const findPool = (
  { poolId, source }: TokenIssuer,
  { directory }: GatewayRequest,
): PoolEntry | undefined => {
  if (poolId === undefined) return undefined
  const pool = directory.find('user-pool', poolId)
  if (pool === undefined) return undefined
  return isIssuerOf(pool, source.issuer) ? pool : undefined
}

/** What `iss` may be: of a local pool its own URL as well, for that is what its tokens say. */
export const issuersOf = (issuer: TokenIssuer, request: GatewayRequest): readonly string[] => {
  const pool = findPool(issuer, request)
  return pool === undefined ? [issuer.source.issuer] : [issuer.source.issuer, pool.issuer]
}

/** By its own URL, or by the one that it would have on AWS. */
const isIssuerOf = (pool: PoolEntry, issuer: string): boolean =>
  pool.issuer === issuer || poolIdOfIssuer(issuer) === pool.poolId

/** `us-east-1_x` of `https://cognito-idp.us-east-1.amazonaws.com/us-east-1_x`. */
const poolIdOfIssuer = (issuer: string): string | undefined =>
  /^https:\/\/cognito-idp\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?\/([\w-]+)$/.exec(issuer)?.[1]

/** The last part of the URL: of a pool that is its id. */
export const poolIdOf = (issuer: string): string | undefined => /\/([\w-]+)\/?$/.exec(issuer)?.[1]

/** AWS: with or without `Bearer `. [behaviour.md 8.1] */
export const withoutBearer = (value: string): string =>
  /^bearer /i.test(value) ? value.slice(7).trim() : value.trim()

export type PoolKeySets = WeakMap<PoolEntry, KeySet>
