// What a signature covers: a request as it is on the wire. Every text in here is a byte string, one character a
// byte, as the transport gives it: a signature is over bytes, and nobody decodes before it is verified.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html

/** `[name, value, name, value, …]`, in the order and case of the wire. */
export type FlatHeaders = readonly string[]

export interface SignableRequest {
  readonly method: string
  /** `/path?query`, never decoded. */
  readonly target: string
  /** With Host. */
  readonly headers: FlatHeaders
  readonly body?: Uint8Array
  /** The body is still to come: whoever reads it holds it against the hash that the request declares. */
  readonly bodyToCome?: unknown
}

export interface SigV4Credentials {
  readonly secretAccessKey: string
  /** Temporary credentials only. */
  readonly sessionToken?: string
}

/** How a service reads a path before it signs it. */
export interface PathRules {
  /** `//`, `.` and `..` are taken out. */
  readonly normalized: boolean
  /** What is escaped already is escaped once more. */
  readonly doubleEncoded: boolean
}

/** AWS: every service but S3 signs the normalised path, escaped twice. [reference_sigv-create-signed-request] */
export const pathRulesOf = (service: string): PathRules =>
  service === 's3'
    ? { normalized: false, doubleEncoded: false }
    : { normalized: true, doubleEncoded: true }

export const ALGORITHM = 'AWS4-HMAC-SHA256'
export const TERMINATOR = 'aws4_request'
export const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD'

/** All values of a header, its name in lower case. */
export const headerValues = (headers: FlatHeaders, name: string): readonly string[] => {
  const values: string[] = []
  for (let index = 0; index + 1 < headers.length; index += 2) {
    if (headers[index]?.toLowerCase() === name) values.push(headers[index + 1] ?? '')
  }
  return values
}
