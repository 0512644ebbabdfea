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
import type { FunctionDocument } from './function.ts'
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
  | (StageEntryBase & { readonly protocol: 'REST'; readonly stage: Stage })
  | (StageEntryBase & { readonly protocol: 'HTTP' | 'WEBSOCKET'; readonly stage: StageV2 })

export interface FunctionEntry {
  readonly kind: 'function'
  readonly scope: Scope
  readonly function: FunctionDocument
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

export type DirectoryEntry =
  | StageEntry
  | FunctionEntry
  | AccessKeyEntry
  | PrincipalEntry
  | PoolEntry
  | DomainNameEntry
  | VpcLinkEntry

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
