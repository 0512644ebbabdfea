// What anybody may read of a pool: its public keys, and where its OAuth endpoints are.
// https://docs.aws.amazon.com/cognito/latest/developerguide/federation-endpoints.html
import type { Scope } from '#model/scope.ts'
import { createRemembered } from '#store/remembered.ts'
import type { Store } from '#store/store.ts'
import { POOL_ID } from './collections.ts'
import { anyPool } from './lookups.ts'
import { domainOf } from './pools.ts'
import { issuerOf, publicKeys } from './signing-keys.ts'

export interface WellKnown {
  /** The JSON text behind a path; undefined: no pool has such a page. `origin` is where the request came to. */
  answer(page: WellKnownPage, origin: string): Promise<string | undefined>
}

export interface WellKnownPage {
  readonly poolId: string
  readonly page: 'jwks.json' | 'openid-configuration'
}

/** `/{poolId}/.well-known/jwks.json`; undefined where a path is none of these. */
export const wellKnownPage = (path: string): WellKnownPage | undefined => {
  const [, poolId = '', page] =
    /^\/([\w-]{11,60})\/\.well-known\/(jwks\.json|openid-configuration)$/.exec(path) ?? []
  if (!POOL_ID.test(poolId)) return undefined
  return page === 'jwks.json' || page === 'openid-configuration' ? { poolId, page } : undefined
}

const ANSWERS_MAX = 1_000

export const createWellKnown = (store: Store, account: Pick<Scope, 'accountId'>): WellKnown => {
  const answers = createRemembered<string>(store, ANSWERS_MAX)
  return {
    answer: async (asked, origin) => {
      const key = `${asked.poolId} ${asked.page} ${origin}`
      const held = answers.get(key)
      if (held !== undefined) return held
      const keep = answers.reading()
      const made = await store.read(async (view) => {
        const pool = await anyPool({ view, ...account }, asked.poolId)
        if (pool === undefined) return undefined
        if (asked.page === 'jwks.json') return { keys: publicKeys(pool.keys) }
        return configurationOf(asked.poolId, await domainOf({ view }, pool.Id), origin)
      })
      if (made === undefined) return undefined
      const text = JSON.stringify(made)
      keep([[key, text]])
      return text
    },
  }
}

/** Under AWS's own name AWS's addresses, elsewhere those of this gateway; the issuer is AWS's, for tokens say it. */
const configurationOf = (
  poolId: string,
  domain: { readonly Domain: string; readonly CustomDomainConfig?: unknown } | undefined,
  origin: string,
) => {
  const issuer = issuerOf(poolId)
  const isAws = /\.amazonaws\.com(?::\d+)?$/.test(origin)
  const region = poolId.slice(0, poolId.indexOf('_'))
  const hosted = (name: string) =>
    !isAws
      ? `${origin}/_aws/cognito-idp/${name}`
      : domain?.CustomDomainConfig === undefined
        ? `https://${name}.auth.${region}.amazoncognito.com`
        : `https://${name}`
  return {
    ...(domain !== undefined && endpointsAt(hosted(domain.Domain))),
    id_token_signing_alg_values_supported: ['RS256'],
    issuer,
    jwks_uri: `${isAws ? issuer : `${origin}/${poolId}`}/.well-known/jwks.json`,
    response_types_supported: ['code', 'token'],
    scopes_supported: ['openid', 'email', 'phone', 'profile'],
    subject_types_supported: ['public'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  }
}

const endpointsAt = (base: string) => ({
  authorization_endpoint: `${base}/oauth2/authorize`,
  end_session_endpoint: `${base}/logout`,
  revocation_endpoint: `${base}/oauth2/revoke`,
  token_endpoint: `${base}/oauth2/token`,
  userinfo_endpoint: `${base}/oauth2/userInfo`,
})
