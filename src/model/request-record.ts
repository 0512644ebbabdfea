// One record per request: what the data plane tells about it, and all that logs, metrics, traces and the
// terminal are made of. Plain JSON, because it travels between processes.

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
  readonly domainName: string
  readonly httpMethod: string
  /** With the stage, as the client sent it, without the query string. */
  readonly path: string
  /** REST: the resource path. HTTP and WebSocket: the route key. Absent where nothing matched. */
  readonly route?: string
  readonly resourceId?: string
  readonly httpProtocol: string
  readonly sourceIp: string
  readonly userAgent?: string
  readonly status: number
  readonly responseBytes: number
  /** Milliseconds since the epoch. */
  readonly arrivedAtMs: number
  readonly latencyMs: number
  readonly integration?: {
    readonly latencyMs: number
    readonly status?: number
    readonly error?: string
    readonly requestId?: string
  }
  readonly error?: {
    /** A GatewayResponse type, for instance `MISSING_AUTHENTICATION_TOKEN`. */
    readonly responseType: string
    readonly message: string
    /** What a developer should know and a client should not: the real reason and its mend. */
    readonly hint?: string
  }
  readonly steps: readonly RecordStep[]
  /** Of an event of a WebSocket. */
  readonly socket?: {
    readonly connectionId: string
    readonly eventType: 'CONNECT' | 'MESSAGE' | 'DISCONNECT'
    readonly messageId?: string
    readonly disconnectStatusCode?: number
    readonly disconnectReason?: string
    /** Connections of this API that this process holds after a handshake or an end. */
    readonly openConnections?: number
  }
}
