// One record per request: what the data plane tells about it, and all that logs, metrics, traces and the
// terminal are made of. Plain JSON, because it travels between processes.
import type { CallerIdentity } from './caller.ts'

/** A step that a request took, for the trace: `authorize`, `cache`, `integration GetOrder`, … */
export interface RecordStep {
  readonly name: string
  /** What it decided, for instance `MISS` or `Deny`. Never a secret. */
  readonly outcome?: string
  /** Milliseconds since the request arrived. */
  readonly startMs: number
  readonly durationMs: number
}

export interface RequestRecord {
  readonly requestId: string
  readonly extendedRequestId: string
  readonly protocol: 'REST' | 'HTTP' | 'WEBSOCKET'
  readonly accountId: string
  readonly region: string
  readonly apiId: string
  readonly apiName: string
  readonly stage: string
  readonly deploymentId: string
  /** Its canary release answered it. */
  readonly isCanary?: boolean
  readonly domainName: string
  readonly domainPrefix: string
  /** What of a custom domain name led here. */
  readonly customDomain?: {
    readonly basePathMatched: string
    readonly routingRuleIdMatched?: string
  }
  readonly vpcEndpoint?: { readonly vpceId: string; readonly vpcId?: string }
  readonly httpMethod: string
  /** With the stage, as the client sent it, without the query string. */
  readonly path: string
  /** REST: the resource path. HTTP and WebSocket: the route key. Absent where nothing matched. */
  readonly route?: string
  readonly resourceId?: string
  readonly operationName?: string
  readonly httpProtocol: string
  readonly sourceIp: string
  readonly userAgent?: string
  readonly tls?: { readonly version: string; readonly cipher: string }
  /** `Root=1-…`, as the request carries it on. */
  readonly traceId: string
  readonly status: number
  /** Of the bodies; 0 of a request whose length was not declared. */
  readonly requestBytes: number
  readonly responseBytes: number
  /** Milliseconds since the epoch. */
  readonly arrivedAtMs: number
  readonly latencyMs: number
  readonly integration?: IntegrationOutcome
  /** Who the admit steps found it to be from. Never a credential: of an API key its id and its last characters. */
  readonly caller?: RecordedCaller
  /** Of a Lambda authorizer whose answer was not remembered. */
  readonly authorizer?: AuthorizerOutcome
  /** What the cache of answers had; absent where none was asked. */
  readonly cache?: 'HIT' | 'MISS'
  readonly error?: {
    /** A GatewayResponse type, for instance `MISSING_AUTHENTICATION_TOKEN`. */
    readonly responseType: string
    readonly message: string
    readonly validationErrorString?: string
    /** What a developer should know and a client should not: the real reason and its mend. */
    readonly hint?: string
  }
  readonly steps: readonly RecordStep[]
  /** Where the request belongs to a trace. */
  readonly segment?: TraceSegment
  /** The request itself, without credentials; where requests are kept. */
  readonly sent?: RecordedRequest
  /** What went in and came out of each step; where requests are traced. */
  readonly messages?: readonly RecordedMessage[]
  /** Lines of its execution log, where its stage keeps one. */
  readonly executionLog?: RecordedLog
  /** Of an event of a WebSocket. */
  readonly socket?: {
    readonly connectionId: string
    readonly connectedAtMs: number
    readonly eventType: 'CONNECT' | 'MESSAGE' | 'DISCONNECT'
    readonly messageId?: string
    readonly disconnectStatusCode?: number
    readonly disconnectReason?: string
    /** Connections of this API that this process holds after a handshake or an end. */
    readonly openConnections?: number
  }
}

/** The request's own part of a trace. https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html */
export interface TraceSegment {
  /** `1-5759e988-bd862e3fe1be46a994272793` */
  readonly traceId: string
  /** Sixteen hexadecimal digits. */
  readonly id: string
  readonly parentId?: string
  readonly isSampled: boolean
}

export interface RecordedRequest {
  readonly method: string
  readonly target: string
  readonly host: string
  /** Flat list `[name, value, …]`. */
  readonly headers: readonly string[]
  /** Names of headers and query parameters whose values are not kept. */
  readonly withheld: readonly string[]
  /** Base64. Absent where there was none, and where it is not kept: `withheld` then has `body`. */
  readonly body?: string
}

export interface RecordedMessage {
  readonly kind: 'method request' | 'endpoint request' | 'endpoint response' | 'method response'
  /** Milliseconds since the request arrived. */
  readonly atMs: number
  /** `POST https://…`, `200`. */
  readonly head: string
  /** Flat list, credentials masked. */
  readonly headers: readonly string[]
  /** Its beginning, credentials masked. */
  readonly body: string
  readonly bodyBytes: number
}

export interface RecordedLog {
  readonly logGroupName: string
  readonly lines: readonly { readonly atMs: number; readonly text: string }[]
}

/** What came of asking the backend. */
export interface IntegrationOutcome {
  /** Who was asked: the ARN of a function, or a URL without its query. */
  readonly target?: string
  readonly latencyMs: number
  /** Of a function it is what Lambda answered: 200 even where the function failed. */
  readonly status?: number
  readonly error?: string
  readonly requestId?: string
  /** Of a proxied function: the status that its code returned. */
  readonly functionStatus?: number
}

export interface RecordedCaller {
  readonly principalId?: string
  /** `$context.authorizer`: the context or the claims. */
  readonly authorizer?: Readonly<Record<string, unknown>>
  readonly identity?: CallerIdentity
  readonly apiKeyId?: string
  /** Stars and the last six characters. */
  readonly apiKey?: string
}

/** Of a function that was asked; how the step ended is in `steps`. */
export interface AuthorizerOutcome {
  /** ARN of the function. */
  readonly target?: string
  readonly integrationLatencyMs: number
  /** What Lambda answered. */
  readonly integrationStatus?: number
  /** The invocation's. */
  readonly requestId?: string
}
