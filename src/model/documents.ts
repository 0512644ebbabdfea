// What the control plane ships to the data plane: documents (frozen deployments, named by their hash) and the
// directory (everything that changes without a deployment), as entries shipped by revision. Plain JSON, all of it.
import type {
  Authorizer,
  GatewayResponse,
  Model,
  RequestValidator,
  Resource,
  RestApi,
} from './apigateway/rest-api.ts'
import type { Stage } from './apigateway/stage.ts'
import type { VpcLinkEntry } from './apigateway/vpc-link.ts'
import type { ApiStage, QuotaSettings, ThrottleSettings } from './apigateway/usage-plan.ts'
import type {
  Api,
  AuthorizerV2,
  IntegrationResponseV2,
  IntegrationV2,
  ModelV2,
  Route,
  RouteResponse,
  StageV2,
} from './apigatewayv2/api.ts'
import type { DomainNameEntry } from './domain-name.ts'
import type { FunctionDocument, FunctionRouting, FunctionUrlCors } from './function.ts'
import type { AccessKeyEntry, PrincipalEntry } from './identity.ts'
import type { JsonObject } from '#shared/json.ts'
import type { Scope } from './scope.ts'

export interface RestDocument {
  readonly protocol: 'REST'
  readonly scope: Scope
  readonly deploymentId: string
  readonly api: RestApi
  readonly resources: readonly Resource[]
  readonly models: readonly Model[]
  readonly requestValidators: readonly RequestValidator[]
  readonly gatewayResponses: readonly GatewayResponse[]
  readonly authorizers: readonly Authorizer[]
}

export interface HttpDocument {
  readonly protocol: 'HTTP' | 'WEBSOCKET'
  readonly scope: Scope
  readonly deploymentId: string
  readonly api: Api
  readonly routes: readonly Route[]
  readonly integrations: readonly IntegrationV2[]
  readonly authorizers: readonly AuthorizerV2[]
  readonly models: readonly ModelV2[]
  /** Keyed by route id, then as stored. WebSocket only. */
  readonly routeResponses: Readonly<Record<string, readonly RouteResponse[]>>
  /** Keyed by integration id. WebSocket only. */
  readonly integrationResponses: Readonly<Record<string, readonly IntegrationResponseV2[]>>
}

export type DeploymentDocument = RestDocument | HttpDocument

interface StageEntryBase {
  readonly kind: 'stage'
  readonly scope: Scope
  readonly apiId: string
  readonly apiName: string
  readonly disableExecuteApiEndpoint: boolean
  readonly documentHash: string
}

/** One stage of one API: what a change of a stage ships. The document is fetched by its hash where it is not held. */
export type StageEntry =
  | (StageEntryBase & {
      readonly protocol: 'REST'
      readonly stage: Stage
      /** What a canary that has traffic runs; the stage's own document where it has the same deployment. */
      readonly canaryDocumentHash?: string
    })
  | (StageEntryBase & { readonly protocol: 'HTTP' | 'WEBSOCKET'; readonly stage: StageV2 })

/** The documents that a stage runs: its own first. */
export const documentHashesOf = (entry: StageEntry): readonly string[] =>
  entry.protocol === 'REST' && entry.canaryDocumentHash !== undefined
    ? [entry.documentHash, entry.canaryDocumentHash]
    : [entry.documentHash]

/** A function as `$LATEST`, and what is around all its versions. Key `function/{accountId}/{region}/{name}`. */
export interface FunctionEntry {
  readonly kind: 'function'
  readonly scope: Scope
  readonly function: FunctionDocument
  readonly routing?: FunctionRouting
  /** Resource policies as JSON text, by version or alias; `$LATEST` is the function's own. */
  readonly policies?: Readonly<Record<string, string>>
}

/** A user pool of this gateway: its tokens are verified with no network. Key `user-pool/{poolId}`. */
export interface PoolEntry {
  readonly kind: 'user-pool'
  /** `us-east-1_AbCdEf123` */
  readonly poolId: string
  /** The `iss` of its tokens, exactly. */
  readonly issuer: string
  /** Public keys only. */
  readonly keys: readonly JsonObject[]
}

/** A published version. Key `function-version/{accountId}/{region}/{name}/{version}`. */
export interface FunctionVersionEntry {
  readonly kind: 'function-version'
  readonly scope: Scope
  readonly function: FunctionDocument
}

/** Key `function-url/{urlId}`. */
export interface FunctionUrlEntry {
  readonly kind: 'function-url'
  readonly scope: Scope
  readonly urlId: string
  /** With the alias, where the URL is an alias's. */
  readonly functionArn: string
  readonly authType: 'NONE' | 'AWS_IAM'
  readonly invokeMode: 'BUFFERED' | 'RESPONSE_STREAM'
  readonly cors?: FunctionUrlCors
}

/** What a poller follows. Key `event-source-mapping/{UUID}`. */
export interface EventSourceMappingEntry {
  readonly kind: 'event-source-mapping'
  readonly scope: Scope
  readonly uuid: string
  /** With its qualifier, where it has one. */
  readonly functionArn: string
  readonly eventSourceArn: string
  readonly enabled: boolean
  /** The other members of EventSourceMappingConfiguration, by their names: `BatchSize`, `FilterCriteria`, … */
  readonly configuration: Readonly<Record<string, unknown>>
}

/**
 * An API key. Its name in the directory is `{accountId}/{region}/` and the hash of its value (`apiKeyHash`): what is
 * looked up is never compared with the value, and the value itself is not shipped.
 */
export interface ApiKeyEntry {
  readonly kind: 'api-key'
  readonly id: string
  readonly enabled: boolean
  /** Ids of the usage plans that it is in. */
  readonly usagePlans: readonly string[]
}

/** A usage plan, without what only people read. Its name in the directory is `{accountId}/{region}/{id}`. */
export interface UsagePlanEntry {
  readonly kind: 'usage-plan'
  readonly id: string
  readonly apiStages: readonly ApiStage[]
  readonly throttle?: ThrottleSettings
  readonly quota?: QuotaSettings
}

export type DirectoryEntry =
  | StageEntry
  | FunctionEntry
  | FunctionVersionEntry
  | FunctionUrlEntry
  | EventSourceMappingEntry
  | AccessKeyEntry
  | PrincipalEntry
  | PoolEntry
  | DomainNameEntry
  | VpcLinkEntry
  | ApiKeyEntry
  | UsagePlanEntry

export type EntryKind = DirectoryEntry['kind']

/** Finds an entry by its kind and the rest of its key. */
export type FindEntry = <Kind extends EntryKind>(
  kind: Kind,
  name: string,
) => Extract<DirectoryEntry, { readonly kind: Kind }> | undefined

/** A directory entry that changed: `entry` is null where it was removed. */
export interface DirectoryChange {
  /** The entry's kind, `/` and its name: `stage/{apiId}/{stageName}`, `access-key/{accessKeyId}`, `principal/{arn}`. */
  readonly key: string
  readonly entry: DirectoryEntry | null
}

/** All changes after the revision that was asked for, up to `revision`. */
export interface DirectoryDelta {
  readonly revision: number
  readonly changes: readonly DirectoryChange[]
}
