// A token issuer for tests: a key pair, tokens signed with it, and an upstream that answers for its key set.
import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { UpstreamClient, UpstreamRequest } from '#transport/contract.ts'
import type { JsonObject } from '#shared/json.ts'

/** When the requests of test/support/http-api.ts arrive, in seconds. */
export const NOW = 1_584_039_838

export interface SigningKey {
  readonly kid: string
  readonly jwk: JsonObject
  readonly privateKey: KeyObject
}

export const rsaKey = (kid = 'key-1'): SigningKey => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' })
  return { kid, jwk: { kty: 'RSA', use: 'sig', alg: 'RS256', kid, n, e }, privateKey }
}

export const ecKey = (kid = 'ec-1'): SigningKey => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  return { kid, jwk: { kty: 'EC', use: 'sig', crv: 'P-256', kid, x, y }, privateKey }
}

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

export const signToken = (
  key: SigningKey,
  claims: Readonly<Record<string, unknown>>,
  header: Readonly<Record<string, unknown>> = {},
): string => {
  const signed = `${part({ alg: 'RS256', kid: key.kid, typ: 'JWT', ...header })}.${part(claims)}`
  const { alg = 'RS256' } = header
  const hash = `sha${String(alg).slice(2)}`
  if (String(alg).startsWith('HS')) {
    const secret = JSON.stringify(key.jwk)
    return `${signed}.${createHmac(hash, secret).update(signed).digest('base64url')}`
  }
  if (String(alg).toLowerCase() === 'none') return `${signed}.`
  const given = { key: key.privateKey, dsaEncoding: 'ieee-p1363' } as const
  return `${signed}.${sign(hash, Buffer.from(signed), given).toString('base64url')}`
}

/** An upstream that answers by path; what it has no answer for is down. */
export const keyServer = (answers: Record<string, unknown>) => {
  const asked: string[] = []
  const upstream: UpstreamClient = {
    call: (request: UpstreamRequest) => {
      asked.push(request.origin + request.path)
      const answer = answers[request.path]
      if (answer === undefined) return Promise.reject(new Error('connection refused'))
      const body = Buffer.from(typeof answer === 'string' ? answer : JSON.stringify(answer))
      if (body.length > request.responseBytesMax) return Promise.reject(new Error('too large'))
      return Promise.resolve({ statusCode: 200, headers: [], body })
    },
    stream: () => Promise.reject(new Error('not streamed')),
    close: () => Promise.resolve(),
  }
  return { upstream, asked, answers }
}

/** Discovery and key set of `https://issuer.example`. */
export const ISSUER = 'https://issuer.example'
export const issuerServer = (...keys: readonly SigningKey[]) =>
  keyServer({
    '/.well-known/openid-configuration': { issuer: ISSUER, jwks_uri: `${ISSUER}/keys` },
    '/keys': { keys: keys.map(({ jwk }) => jwk) },
  })
