// What one folder needs of another, as types. processes/ joins them; nobody imports a neighbour.
import type { FindEntry } from './documents.ts'
import type { ExecutionLogSetting, TimedExecutionEvent } from './execution-event.ts'
import type { SigningIdentity, UnusableKey } from './identity.ts'
import type { RequestRecord } from './request-record.ts'
import type { Scope } from './scope.ts'

/** Tells the observers of a request, with what its stage asks of them. Never throws and never waits. */
export type Observe = (record: RequestRecord, stage?: StageObservation, told?: ToldRequest) => void

/** What a request told beside its record. References to what it held anyway: who keeps any of it makes a copy. */
export interface ToldRequest {
  /** Present where its stage keeps an execution log, and where all requests are traced. */
  readonly events?: readonly TimedExecutionEvent[]
  /** What of them the stage's own log has. */
  readonly log?: ExecutionLogSetting
  readonly sent?: SentRequest
}

/** A request as it came: what it takes to send it again. */
export interface SentRequest {
  readonly method: string
  /** `/path?query`, as on the wire. */
  readonly target: string
  readonly host: string
  /** Flat list `[name, value, …]`. */
  readonly headers: readonly string[]
  /** Undefined where no step has read it. */
  readonly body: Uint8Array | undefined
  /** It has one, read or not. */
  readonly hasBody: boolean
}

/** Whether a request of which its caller has not said so is traced. Never throws and never waits. */
export type SampleRequest = (request: {
  readonly host: string
  readonly httpMethod: string
  readonly path: string
}) => boolean

/** What a stage asks of its observers: compiled with its plan, one object as long as that lives. */
export interface StageObservation {
  readonly accessLog?: AccessLog
  /** CloudWatch metrics of the request's method or route too. */
  readonly hasDetailedMetrics: (record: RequestRecord) => boolean
}

export interface AccessLog {
  /** The log group that the stage names. */
  readonly scope: Scope
  readonly logGroupName: string
  readonly logStreamName: string
  /** The line, without its end; no caller can put a second line in. */
  readonly render: (record: RequestRecord) => string
}

export interface LogEvent {
  /** Milliseconds since the epoch. */
  readonly timestampMs: number
  readonly message: string
}

/** Lines on their way to a log group of CloudWatch Logs. */
export interface LogBatch {
  readonly source: 'access' | 'execution' | 'function'
  readonly scope: Scope
  readonly logGroupName: string
  readonly logStreamName: string
  readonly events: readonly LogEvent[]
}

/**
 * Writes to CloudWatch Logs; group and stream are made where they do not exist. Never throws and never waits: what
 * does not fit into the queue is dropped and counted.
 */
export type WriteLogs = (batch: LogBatch) => void

export interface InvokeRequest {
  /** ARN of the function, with a qualifier where one was asked for. */
  readonly functionArn: string
  readonly payload: Uint8Array
  readonly invocationType: 'RequestResponse' | 'Event' | 'DryRun'
  /** Passed on as `_X_AMZN_TRACE_ID`. */
  readonly traceId?: string
  /** Base64 JSON, as in the Invoke API. */
  readonly clientContext?: string
  /** Ends the wait (not the function) early. */
  readonly signal?: AbortSignal
}

/** An answer of the Invoke API. https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
export type InvokeAnswer =
  | {
      readonly kind: 'answered'
      readonly statusCode: 200 | 202 | 204
      /** Present where the function failed; the payload is then `{"errorMessage":…,"errorType":…}`. */
      readonly functionError?: 'Handled' | 'Unhandled'
      readonly payload: Uint8Array
      readonly requestId: string
      /** The version that an alias or no qualifier came to. */
      readonly executedVersion?: string
      /** The last 4 KB of the invocation's log, plain text. */
      readonly logTail?: string
    }
  | {
      /** The service refused: the function was not run. */
      readonly kind: 'refused'
      readonly statusCode: number
      readonly errorType:
        | 'ResourceNotFoundException'
        | 'TooManyRequestsException'
        | 'RequestTooLargeException'
        | 'InvalidRequestContentException'
        | 'ServiceException'
      readonly message: string
    }

export type InvokeFunction = (request: InvokeRequest) => Promise<InvokeAnswer>

/** InvokeWithResponseStream: the answer's bytes as the function writes them. */
export type InvokeFunctionStream = (request: InvokeRequest) => Promise<
  | {
      readonly kind: 'streaming'
      readonly requestId: string
      readonly executedVersion?: string
      /** As the function set it. */
      readonly contentType?: string
      readonly payload: AsyncIterable<Uint8Array>
    }
  | Extract<InvokeAnswer, { kind: 'refused' }>
  | Extract<InvokeAnswer, { kind: 'answered' }>
>

/** The signer behind a key, from the directory as the request pinned it and a sealed token: no look-up elsewhere. */
export type ResolveCredentials = (
  key: { readonly accessKeyId: string; readonly sessionToken: string | undefined },
  find: FindEntry,
  nowMs: number,
) => SigningIdentity | UnusableKey

export interface ServiceCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/**
 * Credentials in which an integration calls a service, in a role that must trust apigateway.amazonaws.com; whoever
 * issues them keeps them until they expire. Undefined: calls of this service are not made in roles of this gateway.
 */
export type AssumeRole = (request: {
  readonly roleArn: string
  /** As in an endpoint prefix: `sqs`, `states`. */
  readonly service: string
  readonly find: FindEntry
  readonly nowMs: number
}) => TemporaryCredentials | IssueRefusal | undefined

/** What somebody who has been found to be a user of an identity provider asks a role for. */
export interface CredentialsRequest {
  readonly accountId: string
  readonly roleArn: string
  readonly sessionName: string
  readonly durationSeconds: number
  /** As the role's trust policy calls them: `cognito-identity.amazonaws.com`, or a provider's ARN. */
  readonly provider: string
  /** Conditions of the trust policy ask for these: `cognito-identity.amazonaws.com:aud`, `…:sub`, `…:amr`. */
  readonly contextKeys: Readonly<Record<string, string | readonly string[]>>
  readonly principalTags?: Readonly<Record<string, string>>
  /** JSON text; each narrows what the role may do. */
  readonly sessionPolicies?: readonly string[]
}

export interface TemporaryCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  readonly expiresAtMs: number
  /** `arn:aws:sts::…:assumed-role/{role}/{session}` */
  readonly arn: string
  /** `AROA…:{session}` */
  readonly userId: string
}

/** `untrusted`: the role's trust policy does not let this provider's user in. */
export type IssueRefusal = 'no-such-role' | 'untrusted' | 'too-large'

/** Credentials of a role for a user of an identity provider: what AssumeRoleWithWebIdentity gives, without its token. */
export type IssueCredentials = (
  request: CredentialsRequest,
) => Promise<TemporaryCredentials | IssueRefusal>

/** Bytes of an object in S3. Rejects with an error whose message says why it cannot be had. */
export type ReadObject = (object: {
  readonly bucket: string
  readonly key: string
  readonly versionId?: string
  readonly bytesMax: number
}) => Promise<Uint8Array>

/** Puts an object into a bucket of S3. Rejects with an error whose message says why it could not. */
export type WriteObject = (object: {
  readonly bucket: string
  readonly key: string
  readonly body: string
  readonly contentType: string
  readonly nowMs: number
}) => Promise<void>

/**
 * Hands a message to a queue, a topic or an event bus, named by its ARN: what became of an asynchronous invocation.
 * Rejects with an error whose message says why it could not be delivered.
 */
export type DeliverMessage = (message: {
  readonly targetArn: string
  readonly body: string
  readonly attributes: Readonly<Record<string, string>>
}) => Promise<void>

/** A change of an item, as DynamoDB Streams tell it. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html */
export interface ItemChange {
  readonly eventID: string
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE'
  /** Digits that grow with each change of a stream: compared by length, then as text. */
  readonly sequenceNumber: string
  readonly approximateCreationMs: number
  readonly sizeBytes: number
  readonly streamViewType: string
  /** In DynamoDB's notation: `{"id": {"S": "x"}}`. Which images there are is the view's to say. */
  readonly keys: Readonly<Record<string, unknown>>
  readonly newImage?: Readonly<Record<string, unknown>>
  readonly oldImage?: Readonly<Record<string, unknown>>
  /** Who deleted an item whose time to live was over. */
  readonly userIdentity?: { readonly principalId: string; readonly type: string }
}

/** What happened to the items of a table, in order, named by the ARN of its stream. */
export interface ChangeFeed {
  /**
   * As many as `limit` after a sequence number; `TRIM_HORIZON`: from the oldest that is kept; `LATEST`: none, but `next`
   * is where to go on from. Undefined: there is no such stream.
   */
  read(from: {
    readonly streamArn: string
    readonly after: string | 'TRIM_HORIZON' | 'LATEST'
    readonly limit: number
  }): Promise<{ readonly changes: readonly ItemChange[]; readonly next: string } | undefined>
  /** Calls back whenever there may be more to read, or another stream, until the returned function is called. */
  watch(listener: () => void): () => void
}

/** Something happened to an object in S3, for whoever the bucket's notification configuration names. */
export interface ObjectEvent {
  readonly bucket: string
  readonly accountId: string
  readonly region: string
  /** Of the notification configuration: a function's, a queue's or a topic's ARN. */
  readonly targetArn: string
  /** `{"Records":[…]}` as S3 sends it. */
  readonly message: string
}

/** Hands events of objects on. Neither waits nor throws: a put has succeeded whatever becomes of its event. */
export type ObjectEvents = (event: ObjectEvent) => void

/** Keeps a secret so that only this node can read it. */
export interface SealSecret {
  seal(secret: Uint8Array, about: string): string
  /** Undefined where it cannot be read any more. */
  open(sealed: string, about: string): Uint8Array | undefined
}
