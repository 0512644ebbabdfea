// A request as the steps see it: the transport's message, the address it came to, and what is made of both on
// demand. https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
import { HTTP_METHODS } from '#model/http-methods.ts'
import type { ExecutionNotes } from '#model/execution-event.ts'
import { PAYLOAD_BYTES_MAX } from '#model/quotas.ts'
import { BodyAborted, BodyTooLarge, type HttpRequest } from '#transport/contract.ts'
import { type Directory, GatewayFailure, type Services } from '../plan.ts'
import { headerValues, lastHeader } from './headers.ts'
import { parseQuery } from './query.ts'
import { type RequestTrace, startTrace } from './request-trace.ts'
import { extendedRequestIdFrom, restRequestId, traceIdOf } from './request-ids.ts'
import { type TracedRequest, traceRequest } from './trace-context.ts'

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
  /** What an event of a REST API calls `path`, where that is not `path`: a custom domain name's base path is in it. */
  readonly eventPath?: string
  /** What of a custom domain name led here. */
  readonly customDomain?: {
    readonly basePathMatched: string
    readonly routingRuleIdMatched?: string
    /** Its endpoint access mode is STRICT. */
    readonly isStrict?: boolean
  }
  /** The VPC endpoint that it came through; absent for what came by a public address. */
  readonly vpcEndpoint?: VpcEndpoint
  /** The host was `{apiId}-{vpceId}.execute-api…`: the name that an API has by its association with an endpoint. */
  readonly byAssociation?: boolean
}

/** An interface endpoint of a private network, as policies and events name it. */
export interface VpcEndpoint {
  /** `vpce-0123456789abcdef0` */
  readonly vpceId: string
  /** `vpc-…`, where it is known. */
  readonly vpcId?: string
}

export interface GatewayRequest {
  readonly http: HttpRequest
  readonly address: RequestAddress
  /** The directory of the moment in which it came: read once, so that a request never sees two worlds. */
  readonly directory: Directory
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
  /** Its part of a trace, where its stage is traced. */
  readonly segment: TracedRequest | undefined
  /** The whole body, read once; no promise where there is none. Throws GatewayFailure REQUEST_TOO_LARGE past 10 MB. */
  readBody(): Uint8Array | Promise<Uint8Array>
  /** The body, where it has been read. */
  readonly bodyRead: Uint8Array | undefined
  /** What this request did, for the record. */
  readonly trace: RequestTrace
  /** The API key that it was admitted with: set by that step, for a method that asks for one. */
  apiKey: AdmittedKey | undefined
}

/** `$context.identity.apiKeyId` and `apiKey`. */
export interface AdmittedKey {
  readonly id: string
  readonly value: string
}

/** Which kind of API a request came to: they differ in their ids and in how they read a request. */
export type ApiKind = 'REST' | 'HTTP' | 'WEBSOCKET'

/** A request as it arrived. What is not asked for is not made: the body, the query, the ids. */
export const acceptRequest = (
  http: HttpRequest,
  address: RequestAddress,
  services: Services,
  kind: ApiKind,
  directory: Directory,
  told: Telling = NOTHING_MORE,
): GatewayRequest => new AcceptedRequest(http, address, services, kind, directory, told)

/** What a request tells beside its record. */
export interface Telling {
  readonly execution?: ExecutionNotes | undefined
  /** Its stage asks for traces. */
  readonly isTraced?: boolean | undefined
}

const NOTHING_MORE: Telling = {}

/** The same request once its stage and its method are known. */
export const withRoute = <Stage, Match>(
  request: GatewayRequest,
  stage: Stage,
  match: Match,
): GatewayRequest & { readonly stage: Stage; readonly match: Match } =>
  Object.assign(request, { stage, match })

class AcceptedRequest implements GatewayRequest {
  readonly http: HttpRequest
  readonly address: RequestAddress
  readonly directory: Directory
  readonly arrivedAtMs: number
  readonly method: string
  readonly rawQuery: string
  readonly trace: RequestTrace
  readonly segment: TracedRequest | undefined
  apiKey: AdmittedKey | undefined = undefined
  bodyRead: Uint8Array | undefined = undefined
  readonly #services: Services
  readonly #kind: ApiKind
  #requestId: string | undefined
  #extendedRequestId: string | undefined
  #query: ReadonlyMap<string, readonly string[]> | undefined
  #traceId: string | undefined
  #body: Promise<Uint8Array> | undefined

  constructor(
    http: HttpRequest,
    address: RequestAddress,
    services: Services,
    kind: ApiKind,
    directory: Directory,
    { execution, isTraced }: Telling,
  ) {
    this.http = http
    this.address = address
    this.directory = directory
    this.arrivedAtMs = services.clock.nowMs()
    this.trace = startTrace(services.clock, services.observe, execution)
    this.#services = services
    this.#kind = kind
    this.method = kind === 'REST' ? methodOf(http) : http.method
    const mark = http.target.indexOf('?')
    this.rawQuery = mark === -1 ? '' : http.target.slice(mark + 1)
    const { tracing, random } = services
    this.segment =
      tracing !== undefined && (isTraced === true || tracing.everything)
        ? traceRequest(this.#traceable(), tracing, random)
        : undefined
  }

  #traceable() {
    return {
      traceHeader: this.header('x-amzn-trace-id'),
      traceparent: this.header('traceparent'),
      host: this.address.domainName,
      httpMethod: this.method,
      path: this.address.path,
      arrivedAtMs: this.arrivedAtMs,
    }
  }

  get requestId(): string {
    return (this.#requestId ??=
      this.#kind === 'REST'
        ? restRequestId(this.header('x-amzn-requestid'), this.#services.random)
        : this.extendedRequestId)
  }

  get extendedRequestId(): string {
    return (this.#extendedRequestId ??= extendedRequestIdFrom(this.#services.random))
  }

  get query(): ReadonlyMap<string, readonly string[]> {
    return (this.#query ??= parseQuery(this.rawQuery, this.#kind !== 'HTTP'))
  }

  get traceId(): string {
    return (this.#traceId ??=
      this.segment?.header ??
      traceIdOf(this.header('x-amzn-trace-id'), this.arrivedAtMs, this.#services.random))
  }

  get sourceIp(): string {
    // A listener on `::` sees IPv4 clients as mapped addresses; AWS shows the IPv4 address.
    const address = this.http.remoteAddress
    return address.startsWith('::ffff:') ? address.slice(7) : address
  }

  get userAgent(): string | undefined {
    return this.header('user-agent')
  }

  header(name: string): string | undefined {
    return lastHeader(this.http.headers, name)
  }

  headerValues(name: string): readonly string[] {
    return headerValues(this.http.headers, name)
  }

  readBody(): Uint8Array | Promise<Uint8Array> {
    const { body } = this.http
    if (body.declaredBytes === 0) return NO_BYTES
    if (body.bytes !== undefined) return body.bytes
    return (this.#body ??= this.#readWhole())
  }

  async #readWhole(): Promise<Uint8Array> {
    this.bodyRead = await readWholeBody(this.http)
    return this.bodyRead
  }
}

/** Refuses a body that says it is too large before any of it is read. */
export const admitDeclaredBody = (http: HttpRequest): void => {
  if ((http.body.declaredBytes ?? 0) > PAYLOAD_BYTES_MAX) throw tooLarge()
}

const readWholeBody = async (http: HttpRequest): Promise<Uint8Array> => {
  try {
    return await http.body.read(PAYLOAD_BYTES_MAX)
  } catch (error) {
    if (error instanceof BodyTooLarge) throw tooLarge(error)
    if (error instanceof BodyAborted) {
      throw new GatewayFailure('DEFAULT_4XX', 'Bad Request', {
        statusCode: 400,
        hint: 'the client went away before its body was complete',
        cause: error,
      })
    }
    throw error
  }
}

const NO_BYTES = new Uint8Array(0)

const tooLarge = (cause?: unknown) =>
  new GatewayFailure(
    'REQUEST_TOO_LARGE',
    `HTTP content length exceeded ${PAYLOAD_BYTES_MAX} bytes.`,
    { hint: 'send large things to storage by a presigned URL, and their name to the API', cause },
  )

/** AWS: X-HTTP-Method-Override overrides the method of a REST request. [guide: api-gateway-known-issues] */
const methodOf = (http: HttpRequest): string => {
  const override = lastHeader(http.headers, 'x-http-method-override')
  return override !== undefined && OVERRIDES.has(override) ? override : http.method
}

const OVERRIDES: ReadonlySet<string> = new Set(HTTP_METHODS)
