// A request as the steps see it: the transport's message, the address it came to, and what is made of both on
// demand. https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
import type { HttpRequest } from '#transport/contract.ts'
import type { RequestTrace } from './request-trace.ts'

/** Where a request came in: the API, the stage its path or host named, and the path that is left. */
export interface RequestAddress {
  readonly apiId: string
  /** Absent where neither host nor path named one: an HTTP API then serves `$default`. */
  readonly stageName: string | undefined
  /** Path below the stage, percent-encoded as sent, beginning with `/`. */
  readonly path: string
  /** `requestContext.path`: as AWS would have seen it, with the stage (or base path), without local prefixes. */
  readonly fullPath: string
  /** `{apiId}.execute-api.{region}.amazonaws.com` or the custom domain: what events and logs say. */
  readonly domainName: string
  readonly domainPrefix: string
}

export interface GatewayRequest {
  readonly http: HttpRequest
  readonly address: RequestAddress
  /** UUID for REST APIs, the short base64-like form for HTTP APIs. */
  readonly requestId: string
  readonly extendedRequestId: string
  /** Milliseconds since the epoch. */
  readonly arrivedAtMs: number
  readonly method: string
  /** Without `?`; '' where there is none. */
  readonly rawQuery: string
  /** The last value of a header, its name in any case. */
  header(name: string): string | undefined
  /** All values of a header in order, its name in any case. */
  headerValues(name: string): readonly string[]
  /** Decoded query parameters in order of first appearance, all values each. Parsed on first use. */
  readonly query: ReadonlyMap<string, readonly string[]>
  readonly sourceIp: string
  readonly userAgent: string | undefined
  /** `Root=1-…` as received, or made for this request. */
  readonly traceId: string
  /** The whole body, read once. Throws GatewayFailure REQUEST_TOO_LARGE past 10 MB. */
  readBody(): Promise<Uint8Array>
  /** What this request did, for the record. */
  readonly trace: RequestTrace
}
