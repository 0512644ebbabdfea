// API keys, usage plans and the account: who may call how much.
// https://docs.aws.amazon.com/apigateway/latest/api/API_UsagePlan.html

export interface ApiKey {
  readonly id: string
  /** The secret that a caller sends; never in a log, and in an answer only where it was asked for. */
  readonly value: string
  readonly name?: string
  readonly customerId?: string
  readonly description?: string
  readonly enabled: boolean
  readonly createdDate: number
  readonly lastUpdatedDate: number
  /** `{apiId}/{stageName}`: AWS's way before usage plans. */
  readonly stageKeys: readonly string[]
  readonly tags?: Readonly<Record<string, string>>
}

export interface ThrottleSettings {
  readonly burstLimit?: number
  /** Requests a second. */
  readonly rateLimit?: number
}

export interface QuotaSettings {
  readonly limit?: number
  readonly offset?: number
  readonly period?: 'DAY' | 'WEEK' | 'MONTH'
}

export interface ApiStage {
  readonly apiId?: string
  readonly stage?: string
  /** `/pets/GET` style resource path and method → its own throttle. */
  readonly throttle?: Readonly<Record<string, ThrottleSettings>>
}

export interface UsagePlan {
  readonly id: string
  readonly name: string
  readonly description?: string
  readonly apiStages: readonly ApiStage[]
  readonly throttle?: ThrottleSettings
  readonly quota?: QuotaSettings
  readonly productCode?: string
  readonly tags?: Readonly<Record<string, string>>
}

export interface UsagePlanKey {
  readonly id: string
  readonly type: string
  readonly name?: string
}

export interface Account {
  readonly cloudwatchRoleArn?: string
  readonly features: readonly string[]
}
