// What a request did, in the words of an execution log: told by the steps of the data plane to whoever listens (a test
// invocation, a stage with execution logs), and made into AWS's lines by observability/execution-log.ts.
// Bodies and headers are references to what the request held anyway: nothing is copied or rendered by the telling.

/** Flat list `[name, value, …]`, as everywhere between transport and data plane. */
type Headers = readonly string[]

export type ExecutionEvent =
  /** Of a deployed stage, before anything is asked of the request. */
  | { readonly kind: 'accepted'; readonly extendedRequestId: string }
  | {
      readonly kind: 'usage-plan-started'
      readonly requestId: string
      /** `{apiId}/{stage}` */
      readonly apiStage: string
      /** As the request gave it; shown by its last characters. */
      readonly apiKey: string
      /** `GET /pets` of a method that asks for no key. */
      readonly keyless?: string
    }
  | { readonly kind: 'usage-plan-passed'; readonly apiStage: string; readonly apiKey: string }
  | {
      readonly kind: 'authorizer-started'
      readonly authorizerId: string
      readonly requestId: string
      /** Values of the identity sources; shown by their last characters. */
      readonly identity: readonly string[]
    }
  /** What a function said, as it said it. */
  | { readonly kind: 'authorizer-answered'; readonly body: Uint8Array }
  | { readonly kind: 'authorizer-completed'; readonly principalId?: string }
  | {
      readonly kind: 'authorizer-failed'
      readonly requestId: string
      /** `UNAUTHORIZED`: the caller is nobody; anything else: the authorizer does not work. */
      readonly responseType: string
      readonly hint?: string
    }
  | {
      readonly kind: 'method-request'
      readonly requestId: string
      readonly httpMethod: string
      /** The path below the stage, as it was sent. */
      readonly path: string
      readonly pathParameters: Readonly<Record<string, string>>
      readonly query: ReadonlyMap<string, readonly string[]>
      readonly headers: Headers
      readonly body: Uint8Array
    }
  /** The method has a request validator, and the request passed it. */
  | { readonly kind: 'validated'; readonly contentType: string }
  | {
      readonly kind: 'endpoint-request'
      readonly uri: string
      readonly headers: Headers
      readonly body: Uint8Array
    }
  | {
      readonly kind: 'endpoint-response'
      readonly status: number
      readonly latencyMs: number
      readonly headers: Headers
      /** Absent where it is passed on as it comes. */
      readonly body?: Uint8Array
    }
  | {
      readonly kind: 'method-response'
      readonly headers: Headers
      /** Absent where it is passed on as it comes. */
      readonly body?: Uint8Array | string
    }
  | { readonly kind: 'completed'; readonly status: number }
  | ExecutionFailure
  /** What the API answers its failure with. */
  | {
      readonly kind: 'gateway-response'
      readonly responseType: string
      readonly status: number
      readonly headers: Headers
      readonly body: Uint8Array | string
    }

export interface ExecutionFailure {
  readonly kind: 'failed'
  readonly status: number
  /** A GatewayResponse type. */
  readonly responseType: string
  /** What the client is told. */
  readonly message: string
  /** For the developer: the real reason. */
  readonly hint?: string
  /** AWS's own line of the failure, where the step that failed knows it. */
  readonly logLine?: string
  readonly validationErrorString?: string
}

/** What of a request's execution log its stage keeps. */
export interface ExecutionLogSetting {
  readonly level: 'ERROR' | 'INFO'
  /** Headers, parameters and bodies too. */
  readonly dataTrace: boolean
}

/** Where a request tells what it does. Never throws and never waits. */
export interface ExecutionNotes {
  note(event: ExecutionEvent): void
  /** What was told so far, where it is kept for the end of the request. */
  readonly events?: readonly TimedExecutionEvent[]
}

/** An event with its moment, milliseconds since the epoch. */
export interface TimedExecutionEvent {
  readonly atMs: number
  readonly event: ExecutionEvent
}
