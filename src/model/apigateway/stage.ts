// A Deployment "represents an API snapshot and a Stage defines a path into a snapshot".
// https://docs.aws.amazon.com/apigateway/latest/api/API_Stage.html

export interface Deployment {
  readonly id: string
  readonly createdDate: number
  readonly description?: string
  /** Names the frozen document; not on the wire. */
  readonly documentHash: string
}

export interface MethodSetting {
  readonly metricsEnabled?: boolean
  readonly loggingLevel?: string
  readonly dataTraceEnabled?: boolean
  readonly throttlingBurstLimit?: number
  readonly throttlingRateLimit?: number
  readonly cachingEnabled?: boolean
  readonly cacheTtlInSeconds?: number
  readonly cacheDataEncrypted?: boolean
  readonly requireAuthorizationForCacheControl?: boolean
  readonly unauthorizedCacheControlHeaderStrategy?: string
}

export interface AccessLogSettings {
  readonly format?: string
  readonly destinationArn?: string
}

export interface CanarySettings {
  readonly percentTraffic?: number
  readonly deploymentId?: string
  readonly stageVariableOverrides?: Readonly<Record<string, string>>
  readonly useStageCache?: boolean
}

export interface Stage {
  readonly stageName: string
  readonly deploymentId: string
  readonly createdDate: number
  readonly lastUpdatedDate: number
  readonly cacheClusterEnabled: boolean
  readonly cacheClusterStatus?: string
  readonly cacheClusterSize?: string
  readonly tracingEnabled: boolean
  readonly clientCertificateId?: string
  readonly description?: string
  readonly documentationVersion?: string
  readonly accessLogSettings?: AccessLogSettings
  readonly canarySettings?: CanarySettings
  readonly webAclArn?: string
  /** How often the caches of answers and of authorizers were flushed; not on the wire, but part of the caches' keys. */
  readonly cacheGeneration?: number
  readonly authorizersCacheGeneration?: number
  /** Keyed as AWS keys them: a star for all, or `pets~1{id}/GET` style resource path and method. */
  readonly methodSettings?: Readonly<Record<string, MethodSetting>>
  readonly variables?: Readonly<Record<string, string>>
  readonly tags?: Readonly<Record<string, string>>
}

/** AWS's size classes, in gigabytes. [API reference: cacheClusterSize] */
export const CACHE_CLUSTER_SIZES: readonly string[] = [
  '0.5',
  '1.6',
  '6.1',
  '13.5',
  '28.4',
  '58.2',
  '118',
  '237',
]

/** What a cache of that class may hold; of the smallest class where none is said. */
export const cacheClusterBytes = (size = CACHE_CLUSTER_SIZES[0]): number =>
  Math.floor(Number(size) * 2 ** 30)
