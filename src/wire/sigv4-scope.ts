// Whom and what a request says it is for: the credential scope of its AWS signature. It is read and not verified;
// the front door dispatches by it, and who must trust it verifies the signature.
import { type FlatHeaders, headerOf, type QueryPair } from './message.ts'

export interface CredentialScope {
  readonly accessKeyId: string
  /** YYYYMMDD */
  readonly date: string
  /** Absent for a signature that holds in several regions (SigV4a). */
  readonly region?: string
  /** The signing name, for instance `apigateway` or `execute-api`. */
  readonly service: string
}

/** The scope in the Authorization header or else in `X-Amz-Credential` of the query; undefined where neither has one. */
export const credentialScope = (
  headers: FlatHeaders,
  query: readonly QueryPair[],
): CredentialScope | undefined => {
  const authorization = headerOf(headers, 'authorization') ?? ''
  if (authorization.length <= AUTHORIZATION_LENGTH_MAX) {
    const signed = /^\s*AWS4-(?:HMAC|ECDSA-P256)-SHA256\s+(.*)$/s.exec(authorization)
    const credential = /(?:^|[\s,])Credential=([^\s,]+)/.exec(signed?.[1] ?? '')?.[1]
    if (credential !== undefined) return parseCredential(credential)
  }
  const presigned = query.find(([name]) => name.toLowerCase() === 'x-amz-credential')
  return presigned && parseCredential(presigned[1])
}

/** Far above what a signature over a hundred headers needs. */
const AUTHORIZATION_LENGTH_MAX = 16_384

/** `AKID/20260101/us-east-1/apigateway/aws4_request`, for SigV4a without the region. */
const parseCredential = (credential: string): CredentialScope | undefined => {
  const parts = credential.split('/')
  if (parts.pop() !== 'aws4_request') return undefined
  const [accessKeyId = '', date = '', ...rest] = parts
  const service = rest.pop()
  const [region, ...more] = rest
  if (!accessKeyId || !/^\d{8}$/.test(date) || !service || region === '' || more.length > 0)
    return undefined
  return { accessKeyId, date, service, ...(region !== undefined && { region }) }
}
