// What the Lambda API stores: functions with all that is around them, and layers. Every write also publishes what the
// functions process and the data plane need (publish.ts), in the same transaction.
import type {
  CreateFunctionRequest,
  DestinationConfig,
  EventSourceMappingConfiguration,
} from '@aws-sdk/client-lambda'
import type {
  AliasRoute,
  FunctionCode,
  FunctionDocument,
  FunctionUrlCors,
} from '#model/function.ts'
import { collection } from '#store/store.ts'
import type { Shape } from '#wire/operation.ts'

/** What is stored and answered as it was given; most of it says what this machine has no need of. */
export type ReportedSettings = Pick<
  Shape<CreateFunctionRequest>,
  | 'VpcConfig'
  | 'KMSKeyArn'
  | 'TracingConfig'
  | 'FileSystemConfigs'
  | 'EphemeralStorage'
  | 'SnapStart'
  | 'LoggingConfig'
>

/** Code and configuration: what a version freezes. */
export interface Configured {
  readonly document: FunctionDocument
  readonly reported: ReportedSettings
  readonly layerArns: readonly { readonly Arn: string; readonly CodeSize: number }[]
  /** Base64, as AWS tells it. */
  readonly codeSha256: string
  readonly codeSize: number
  readonly revisionId: string
}

export interface FunctionRecord extends Configured {
  /** Versions are never numbered twice. */
  readonly nextVersion: number
  readonly tags: Readonly<Record<string, string>>
  readonly reservedConcurrency?: number
}

export interface AliasRecord extends AliasRoute {
  readonly Name: string
  readonly Description: string
  readonly revisionId: string
}

export interface PolicyRecord {
  readonly statements: readonly Readonly<Record<string, unknown>>[]
  readonly revisionId: string
}

export interface UrlRecord {
  readonly urlId: string
  readonly AuthType: 'NONE' | 'AWS_IAM'
  readonly InvokeMode: 'BUFFERED' | 'RESPONSE_STREAM'
  readonly Cors?: FunctionUrlCors
  readonly createdMs: number
  readonly modifiedMs: number
}

export interface EventInvokeRecord {
  readonly MaximumRetryAttempts?: number
  readonly MaximumEventAgeInSeconds?: number
  readonly DestinationConfig?: Shape<DestinationConfig>
  readonly modifiedMs: number
}

export interface ProvisionedRecord {
  readonly executions: number
  readonly modifiedMs: number
}

export interface LayerRecord {
  readonly LayerName: string
  readonly Version: number
  readonly Description: string
  readonly LicenseInfo?: string
  readonly CompatibleRuntimes?: readonly string[]
  readonly CompatibleArchitectures?: readonly string[]
  readonly code: FunctionCode
  readonly codeSha256: string
  readonly codeSize: number
  readonly createdMs: number
}

/** By `{FunctionName}`. */
export const functions = collection<FunctionRecord>('lambda/functions')
/** By `{FunctionName}/{version, in ten digits}`, so that they list in their order. */
export const versions = collection<Configured>('lambda/versions')
/** By `{FunctionName}/{alias}`. */
export const aliases = collection<AliasRecord>('lambda/aliases')
/** By `{FunctionName}/{qualifier}`, which is `$LATEST` for the function itself; and the next three. */
export const policies = collection<PolicyRecord>('lambda/policies')
export const urls = collection<UrlRecord>('lambda/urls')
export const eventInvokeConfigs = collection<EventInvokeRecord>('lambda/eventInvokeConfigs')
export const provisioned = collection<ProvisionedRecord>('lambda/provisionedConcurrency')
/** By `{LayerName}/{version, in ten digits}`. */
export const layers = collection<LayerRecord>('lambda/layers')
/** By `{LayerName}`: the number of the next version. */
export const layerSequences = collection<number>('lambda/layerSequences')
/**
 * By `{UUID}`, as AWS answers them: what pollers follow. Their directory entries are for the process that polls.
 */
export const eventSourceMappings = collection<Shape<EventSourceMappingConfiguration>>(
  'lambda/eventSourceMappings',
)

/** By `{UUID}`: they are not among what AWS answers of a mapping. */
export const eventSourceMappingTags = collection<Readonly<Record<string, string>>>(
  'lambda/eventSourceMappingTags',
)

export const versionKey = (name: string, version: string): string =>
  `${name}/${version.padStart(10, '0')}`
