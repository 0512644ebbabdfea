// What a compiled stage is: the types between snapshot/ (which makes plans) and the data plane (which runs them).
// A plan holds closures made at deployment; a request looks nothing up, parses nothing and compiles nothing.
import type { SigningCredentials } from '#languages/sigv4/sign.ts'
import type { Clock } from '#shared/clock.ts'
import type { Random } from '#shared/random.ts'
import type { Caller } from '#model/caller.ts'
import type { FindEntry } from '#model/documents.ts'
import type { ExecutionLogSetting } from '#model/execution-event.ts'
import type { RateLimit } from '#model/limits.ts'
import type {
  AssumeRole,
  InvokeFunction,
  InvokeFunctionStream,
  Observe,
  StageObservation,
} from '#model/ports.ts'
import type { Scope } from '#model/scope.ts'
import type { Limits } from '#state/limits.ts'
import type { StageCaches } from '#state/stage-caches.ts'
import type { FlatHeaders, HttpResponse, UpstreamClient } from '#transport/contract.ts'
import type { GatewayRequest } from './accept/request.ts'
import type { RouteMatch, RouteTable } from './accept/routes.ts'
import type { SuggestRoute } from './accept/suggest-route.ts'
import type { Tracing } from './accept/trace-context.ts'
import type { Signers } from './admit/signers.ts'
import type { AuthorizerCaches } from './admit/authorizers/caches.ts'
import type { SocketFacts } from './accept/socket.ts'
import type { StoredResponse } from './respond/method-response.ts'

/** What a request may use besides its plan: passed in, so that a test can fake the clock and the outside world. */
export interface Services {
  readonly clock: Clock
  /** The real time, where `clock` may have been set: signatures go by it. */
  readonly wallClock?: Clock
  /** Names below `localhost` may stand for what only a custom domain name reaches: on a developer's machine. */
  readonly hasLocalNames?: boolean
  /** Buckets and quotas. */
  readonly limits: Limits
  /** What all APIs of an account in a region share. */
  readonly accountLimit: (scope: Scope) => RateLimit
  readonly random: Random
  readonly invokeFunction: InvokeFunction
  readonly invokeFunctionStream: InvokeFunctionStream
  readonly upstream: UpstreamClient
  /** Who signs with which key, and what they may; absent: nobody's signature is good. */
  readonly signers?: Signers | undefined
  /** What authorizers remember: answers of functions, issuers' keys, tokens that were found good. */
  readonly authorizers: AuthorizerCaches
  /** Answers that stages keep. */
  readonly answers: StageCaches<StoredResponse>
  /** Where VPC links lead: by the first of these names (ARN, id or name of a link) that somewhere is given for. */
  readonly privateUpstream?:
    | ((names: readonly string[]) => Pick<UpstreamClient, 'call' | 'stream'> | undefined)
    | undefined
  /** AWS services that integrations call; absent where none can be reached. */
  readonly aws?: AwsAccess | undefined
  /** Absent where nobody listens: requests then keep no record of what they did. */
  readonly observe?: Observe | undefined
  /** What is told of every request beside its record. Absent: what its stage's execution log asks for. */
  readonly recording?: Recording | undefined
  /** Absent: no request is part of a trace, whatever its stage asks for. */
  readonly tracing?: Tracing | undefined
  /** A broken assumption of ours: the stack goes to the log, the client gets a bare 500. Never throws. */
  readonly onBug: (error: unknown, requestId: string) => void
}

export interface Recording {
  /** The request itself, so that it can be sent again. */
  readonly requests: boolean
  /** What went in and came out of each step. */
  readonly messages: boolean
}

/** How an integration reaches an AWS service. */
export interface AwsAccess {
  /** `service` as in an endpoint prefix: `sqs`, `states`. Undefined where its calls lead nowhere. */
  endpoint(service: string, region: string): string | undefined
  /** What calls are signed with, where neither a role nor the caller is asked for. */
  readonly credentials: SigningCredentials
  /** What calls are signed with in a role; absent: with `credentials` too. */
  readonly assumeRole?: AssumeRole | undefined
}

/** Something a configuration asks for and this version does not do. */
export interface Limitation {
  /**
   * `refused`: requests that need it get 501 (it decides who or what may pass, or what is answered).
   * `ignored`: requests are served without it (it only observes or speeds up).
   */
  readonly effect: 'refused' | 'ignored'
  /** Where in the API: `GET /pets/{petId}`, `stage prod`, `$default`. */
  readonly where: string
  /** AWS's name of the feature: `AWS_IAM authorization`, `usage plans`, `access logs`. */
  readonly feature: string
  /** It holds only while none of these names leads somewhere (`--upstream`). */
  readonly unlessReached?: readonly string[]
}

/** What every compiled stage has. */
export interface StagePlanBase {
  readonly scope: Scope
  readonly apiId: string
  readonly apiName: string
  readonly stageName: string
  readonly deploymentId: string
  readonly stageVariables: Readonly<Record<string, string>>
  /** True for the canary release of a stage. */
  readonly isCanary?: boolean
  readonly limitations: readonly Limitation[]
  /** Absent where the stage asks nothing of its observers: no access log, no detailed metrics. */
  readonly observation?: StageObservation
  /** Some of its methods or routes keep an execution log. */
  readonly keepsLog?: boolean
  /** For the developer whose request found no method or route. */
  readonly suggestRoute?: SuggestRoute
  /** X-Ray traces its requests. */
  readonly isTraced?: boolean
}

export interface RestStagePlan extends StagePlanBase {
  readonly protocol: 'REST'
  /** Reached through a VPC endpoint, and only so. */
  readonly isPrivate: boolean
  /** Endpoint access mode STRICT. */
  readonly isStrict?: boolean
  readonly routes: RouteTable<RestMethodPlan>
  readonly binaryMediaTypes: (mediaType: string | undefined) => boolean
  readonly gatewayResponses: GatewayResponsePlan
  /** Some of the requests are for another deployment: which, and how many of a hundred. */
  readonly canary?: { readonly percentTraffic: number; readonly plan: RestStagePlan }
  /** From here on the request's body reads decoded. Comes after authorization: signatures are over what was sent. */
  readonly decode: (request: GatewayRequest) => void
  /** The answer compressed, where API and client want it so. */
  readonly compress: (
    request: GatewayRequest,
    response: HttpResponse,
  ) => HttpResponse | Promise<HttpResponse>
}

/** What a request may say about the method that it found. */
export interface MethodFacts {
  readonly httpMethod: string
  readonly resourceId: string
  readonly resourcePath: string
  readonly operationName: string | undefined
  /** What its stage keeps of its execution log; absent: nothing. */
  readonly executionLog?: ExecutionLogSetting | undefined
}

/** How a method's answers are kept. */
export interface CachingFacts {
  readonly ttlSeconds: number
  /** What an answer is found by, beside the method. */
  readonly keyParameters: readonly string[]
}

/** One method, compiled. Each member is a step of rest-api.ts, in the order of its life there. */
export interface RestMethodPlan extends MethodFacts {
  /** Undefined: nothing of it is kept. */
  readonly caching: CachingFacts | undefined
  /** Stage, method and account buckets. A promise only where a process has to ask for tokens. */
  readonly throttle: (request: RestRequest, services: Services) => void | Promise<void>
  readonly authorize: (request: RestRequest, services: Services) => Caller | Promise<Caller>
  /** API key, usage plan throttle, quota; empty for a method without a key. */
  readonly admit: readonly AdmitStep[]
  readonly validate: (request: RestRequest) => void | Promise<void>
  /** The answer that the stage's cache has, or else what `ask` gives; a method without a cache asks. */
  readonly throughCache: (
    request: RestRequest,
    caller: Caller,
    services: Services,
    ask: RestMethodPlan['integrate'],
  ) => HttpResponse | Promise<HttpResponse>
  /** Translates, asks the backend and translates back: the compiled integration (integrate/). */
  readonly integrate: (
    request: RestRequest,
    caller: Caller,
    services: Services,
  ) => Promise<HttpResponse>
}

export type AdmitStep = (
  request: RestRequest,
  caller: Caller,
  services: Services,
) => void | Promise<void>

/** A request to a REST API that has found its method: what every later step takes. */
export interface RestRequest extends GatewayRequest {
  readonly stage: StagePlanBase
  readonly match: RouteMatch<MethodFacts>
  /** The connection, where the request is an event of a WebSocket. */
  readonly socket?: SocketFacts
}

/** How an API answers its failures; `render` never fails. */
export interface GatewayResponsePlan {
  readonly render: (failure: GatewayFailure, request: GatewayRequest) => HttpResponse
}

export interface HttpStagePlan extends StagePlanBase {
  readonly protocol: 'HTTP'
  readonly routes: RouteTable<HttpRoutePlan>
  /** Answers a preflight request before anything else looks; undefined: not a preflight, or no CORS configured. */
  readonly preflight: (request: GatewayRequest) => HttpResponse | undefined
  /** Replaces the backend's CORS headers by the configured ones. */
  readonly cors: (request: GatewayRequest, response: HttpResponse) => HttpResponse
  /** Where failures are not answered as those of HTTP APIs. */
  readonly renderFailure?: (failure: GatewayFailure) => HttpResponse
}

export interface HttpRoutePlan {
  readonly routeKey: string
  readonly throttle: (request: HttpApiRequest, services: Services) => void | Promise<void>
  readonly authorize: (request: HttpApiRequest, services: Services) => Caller | Promise<Caller>
  readonly integrate: (
    request: HttpApiRequest,
    caller: Caller,
    services: Services,
  ) => Promise<HttpResponse>
}

export interface HttpApiRequest extends GatewayRequest {
  readonly stage: HttpStagePlan
  readonly match: RouteMatch<HttpRoutePlan>
}

export interface WebSocketStagePlan extends StagePlanBase {
  readonly protocol: 'WEBSOCKET'
  /** The account's bucket alone: of `@connections`, and of handshakes without a route. */
  readonly throttle: (request: unknown, services: Services) => void | Promise<void>
  readonly connect: SocketRoutePlan | undefined
  readonly disconnect: SocketRoutePlan | undefined
  /** The route that a message selects; undefined where there is none, not even `$default`. */
  readonly selectRoute: (message: string) => SocketRoutePlan | undefined
}

/** One route of a WebSocket API, compiled. */
export interface SocketRoutePlan extends MethodFacts {
  readonly routeKey: string
  readonly throttle: (request: SocketRequest, services: Services) => void | Promise<void>
  /** `$connect` alone has one: who connects is known for as long as the connection lasts. */
  readonly authorize: (request: SocketRequest, services: Services) => Caller | Promise<Caller>
  readonly admit: readonly AdmitStep[]
  readonly validate: (request: SocketRequest) => void | Promise<void>
  readonly integrate: RestMethodPlan['integrate']
  /** Whether the integration's answer goes back to the client. */
  readonly isTwoWay: boolean
}

/** An event of a WebSocket: its handshake, a message or its end. */
export interface SocketRequest extends RestRequest {
  readonly stage: WebSocketStagePlan
  readonly socket: SocketFacts
}

export type StagePlan = RestStagePlan | HttpStagePlan | WebSocketStagePlan

/** The APIs of this node, as of one moment: read once per request and kept for the whole of it. */
export interface Directory {
  readonly revision: number
  findApi(apiId: string): ApiEntry | undefined
  /** Any other entry by its kind and the rest of its key: `find('access-key', 'AKIA…')`. The same object until it changes. */
  find: FindEntry
}

export interface ApiEntry {
  readonly apiId: string
  readonly protocol: 'REST' | 'HTTP' | 'WEBSOCKET'
  readonly scope: Scope
  readonly disableExecuteApiEndpoint: boolean
  /** The name of its stage, where it has one alone. */
  readonly onlyStage?: string | undefined
  /** The compiled stage; compiled on first use. Undefined where there is no such stage. */
  stage(stageName: string): StagePlan | undefined
}

/**
 * An outcome that the API defines: thrown by a step, rendered by respond/gateway-response.ts (REST) or as HTTP
 * API's fixed body. Not a bug.
 */
export class GatewayFailure extends Error {
  override readonly name = 'GatewayFailure'
  /** A GatewayResponse type of AWS, or `NOT_IMPLEMENTED`: a step the API asks for that does not exist here (501). */
  readonly responseType: string
  /** x-amzn-ErrorType where it is not the type's default, for instance `IncompleteSignatureException`. */
  readonly errorType: string | undefined
  /** The status where it is not the type's default, for instance 502 for a malformed Lambda answer. */
  readonly statusCode: number | undefined
  /** For the developer: the real reason and its mend. Never sent to the client. */
  readonly hint: string | undefined
  /** The message repeats what the caller sent (signed headers, tokens): no record and no log may have it. */
  readonly callerOnly: boolean
  /** `$context.error.validationErrorString`: why a body does not fit its model. */
  readonly validationErrorString: string | undefined
  /** Headers of the answer that only this failure has, such as `www-authenticate`. HTTP APIs alone. */
  readonly headers: FlatHeaders
  /** AWS's line of it in an execution log, where that is not plain from the type. */
  readonly logLine: string | undefined

  constructor(
    responseType: string,
    message: string,
    options: {
      readonly statusCode?: number
      readonly errorType?: string
      readonly hint?: string
      readonly callerOnly?: boolean
      readonly validationErrorString?: string
      readonly headers?: FlatHeaders
      readonly logLine?: string
      readonly cause?: unknown
    } = {},
  ) {
    super(message, { cause: options.cause })
    this.responseType = responseType
    this.statusCode = options.statusCode
    this.errorType = options.errorType
    this.hint = options.hint
    this.callerOnly = options.callerOnly === true
    this.validationErrorString = options.validationErrorString
    this.headers = options.headers ?? []
    this.logLine = options.logLine
  }

  /** The message as JSON. AWS: a failing authorizer's is null; here it is empty. [behaviour.md 4] */
  get messageString(): string {
    return this.message === '' ? 'null' : JSON.stringify(this.message)
  }
}
