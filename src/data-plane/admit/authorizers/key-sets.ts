// The public keys of token issuers: discovered, kept, rotated, and used while an issuer is down, but not for ever.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
import { LRUCache } from 'lru-cache'
import { type KeySet, readKeySet, type VerificationKey } from '#languages/jwt/key-set.ts'
import type { PoolEntry } from '#model/documents.ts'
import type { Clock } from '#shared/clock.ts'
import { errorMessage } from '#shared/assert.ts'
import { isObject } from '#shared/json.ts'
import type { UpstreamClient } from '#transport/contract.ts'
import { utf8Of } from '../../integrate/payload.ts'

/** Where keys come from. */
export interface KeySource {
  /** As tokens name it in `iss`. */
  readonly issuer: string
  /** Where the keys are; absent: as the issuer's discovery document says. */
  readonly jwksUri?: string
}

/** What fetching needs. */
export interface KeyServices {
  readonly clock: Clock
  readonly upstream: UpstreamClient
}

/** The issuer gives no keys, and none are held. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable'
}

export interface KeySets {
  /**
   * The key of this id; undefined: the issuer has none. Without a promise where it is held. Throws `KeysUnavailable`.
   */
  find(
    source: KeySource,
    keyId: string,
    services: KeyServices,
  ): VerificationKey | undefined | Promise<VerificationKey | undefined>
}

/** Issuers at once; the least recently used goes first. */
const ISSUERS_MAX = 256
/** Keys are asked for anew after an hour, and used for two where that fails. // AWS: up to two hours [behaviour.md 8.1] */
const REFRESH_MS = 3_600_000
const KEEP_MS = 2 * REFRESH_MS
/** An unknown key id asks again, at most this often. */
const REFETCH_MS_MIN = 10_000
const BACK_OFF_MS_MIN = 1000
const BACK_OFF_MS_MAX = 60_000
/** AWS: 1500 ms and 150 KB. [behaviour.md 17] */
const FETCH_TIMEOUT_MS = 1500
const FETCH_BYTES_MAX = 150 * 1024

export const createKeySets = (): KeySets => {
  const issuers = new LRUCache<string, IssuerKeys>({ max: ISSUERS_MAX })
  return {
    find: (source, keyId, services) => {
      const name = `${source.issuer} ${source.jwksUri ?? ''}`
      let keys = issuers.get(name)
      if (keys === undefined) {
        keys = new IssuerKeys(source)
        issuers.set(name, keys)
      }
      return keys.find(keyId, services)
    },
  }
}

/** Keys of a pool of this gateway, with no network; read once for each entry. */
export const poolKeys = (entry: PoolEntry, read: WeakMap<PoolEntry, KeySet>): KeySet => {
  const known = read.get(entry)
  if (known !== undefined) return known
  const keys = readKeySet({ keys: entry.keys }) ?? NO_KEYS
  read.set(entry, keys)
  return keys
}

const NO_KEYS: KeySet = { find: () => undefined, size: 0 }

class IssuerKeys {
  readonly #source: KeySource
  #keys: KeySet | undefined
  #fetchedMs = 0
  #nextFetchMs = Number.NEGATIVE_INFINITY
  #failures = 0
  #lastProblem = ''
  #fetching: Promise<void> | undefined

  constructor(source: KeySource) {
    this.#source = source
  }

  find(
    keyId: string,
    services: KeyServices,
  ): VerificationKey | undefined | Promise<VerificationKey | undefined> {
    const nowMs = services.clock.monotonicMs()
    const ageMs = nowMs - this.#fetchedMs
    if (ageMs >= KEEP_MS) this.#keys = undefined
    const key = this.#keys?.find(keyId)
    if (key !== undefined) {
      // Nobody waits for a refresh: what is held still serves.
      if (ageMs >= REFRESH_MS && nowMs >= this.#nextFetchMs) void this.#fetch(services)
      return key
    }
    if (this.#fetching === undefined && nowMs < this.#nextFetchMs) {
      if (this.#keys !== undefined) return undefined
      throw new KeysUnavailable(this.#lastProblem)
    }
    return this.#fetch(services).then(() => {
      if (this.#keys === undefined) throw new KeysUnavailable(this.#lastProblem)
      return this.#keys.find(keyId)
    })
  }

  /** Never rejects; one at a time for all who wait. */
  #fetch(services: KeyServices): Promise<void> {
    this.#fetching ??= this.#fetchOnce(services).finally(() => {
      this.#fetching = undefined
    })
    return this.#fetching
  }

  async #fetchOnce(services: KeyServices): Promise<void> {
    const { clock } = services
    try {
      this.#keys = await fetchKeys(this.#source, services, this.#keys)
      this.#fetchedMs = clock.monotonicMs()
      this.#failures = 0
      this.#nextFetchMs = this.#fetchedMs + REFETCH_MS_MIN
    } catch (error) {
      this.#failures += 1
      const backOffMs = BACK_OFF_MS_MIN * 2 ** Math.min(this.#failures - 1, 10)
      this.#nextFetchMs = clock.monotonicMs() + Math.min(backOffMs, BACK_OFF_MS_MAX)
      this.#lastProblem = errorMessage(error)
    }
  }
}

const fetchKeys = async (
  { issuer, jwksUri }: KeySource,
  services: KeyServices,
  before: KeySet | undefined,
): Promise<KeySet> => {
  const uri = jwksUri ?? (await discover(issuer, services))
  const keys = readKeySet(await fetchJson(uri, services), before)
  if (keys === undefined) throw new Error(`${uri} is no key set`)
  return keys
}

/** AWS: a slash at the issuer's end is not doubled. What the document names may not be less safe than the document. */
const discover = async (issuer: string, services: KeyServices): Promise<string> => {
  const uri = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  const document = await fetchJson(uri, services)
  const jwksUri = isObject(document) ? document.jwks_uri : undefined
  if (typeof jwksUri !== 'string' || !URL.canParse(jwksUri)) {
    throw new Error(`${uri} names no jwks_uri`)
  }
  if (uri.startsWith('https:') && !jwksUri.startsWith('https:')) {
    throw new Error(`${uri} names a jwks_uri without TLS`)
  }
  return jwksUri
}

const fetchJson = async (uri: string, { upstream }: KeyServices): Promise<unknown> => {
  const { origin, pathname, search, protocol } = new URL(uri)
  if (protocol !== 'https:' && protocol !== 'http:') throw new Error(`${uri} is no web address`)
  const { statusCode, body } = await upstream.call({
    method: 'GET',
    origin,
    path: pathname + search,
    headers: ['accept', 'application/json'],
    timeoutMs: FETCH_TIMEOUT_MS,
    responseBytesMax: FETCH_BYTES_MAX,
  })
  if (statusCode !== 200) throw new Error(`${uri} answered ${statusCode}`)
  try {
    return JSON.parse(utf8Of(body))
  } catch {
    throw new Error(`${uri} is not JSON`)
  }
}
