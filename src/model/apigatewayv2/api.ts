// HTTP and WebSocket APIs and the parts of their draft. Member names are those of the wire (`apiId`, where the SDK says `ApiId`).
// https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid.html
// Times are milliseconds since the epoch; the wire layer writes them as AWS does (ISO 8601 in v2).

export type ProtocolType = 'HTTP' | 'WEBSOCKET'

export interface Cors {
  readonly allowCredentials?: boolean
  readonly allowHeaders?: readonly string[]
  readonly allowMethods?: readonly string[]
  readonly allowOrigins?: readonly string[]
  readonly exposeHeaders?: readonly string[]
  /** Seconds, -1 to 86400. */
  readonly maxAge?: number
}

export interface Api {
  readonly apiId: string
  readonly name: string
  readonly protocolType: ProtocolType
  readonly createdDate: number
  readonly routeSelectionExpression: string
  readonly apiKeySelectionExpression: string
  readonly apiEndpoint: string
  readonly disableExecuteApiEndpoint: boolean
  readonly ipAddressType?: 'ipv4' | 'dualstack'
  readonly apiGatewayManaged?: boolean
  readonly corsConfiguration?: Cors
  readonly description?: string
  readonly disableSchemaValidation?: boolean
  readonly importInfo?: readonly string[]
  readonly tags?: Readonly<Record<string, string>>
  readonly version?: string
  readonly warnings?: readonly string[]
}

export interface Route {
  readonly routeId: string
  /** `GET /pets/{id}`, `$default`, or a WebSocket route key. */
  readonly routeKey: string
  readonly apiKeyRequired: boolean
  readonly authorizationType: string
  readonly apiGatewayManaged?: boolean
  readonly authorizationScopes?: readonly string[]
  readonly authorizerId?: string
  readonly modelSelectionExpression?: string
  readonly operationName?: string
  readonly requestModels?: Readonly<Record<string, string>>
  readonly requestParameters?: Readonly<Record<string, { readonly required?: boolean }>>
  readonly routeResponseSelectionExpression?: string
  /** `integrations/{integrationId}` */
  readonly target?: string
}

export type IntegrationTypeV2 = 'AWS' | 'AWS_PROXY' | 'HTTP' | 'HTTP_PROXY' | 'MOCK'

export interface IntegrationV2 {
  readonly integrationId: string
  readonly integrationType: IntegrationTypeV2
  readonly apiGatewayManaged?: boolean
  readonly connectionId?: string
  readonly connectionType: 'INTERNET' | 'VPC_LINK'
  readonly contentHandlingStrategy?: string
  readonly credentialsArn?: string
  readonly description?: string
  readonly integrationMethod?: string
  readonly integrationResponseSelectionExpression?: string
  readonly integrationSubtype?: string
  readonly integrationUri?: string
  readonly passthroughBehavior?: string
  readonly payloadFormatVersion: string
  readonly requestParameters?: Readonly<Record<string, string>>
  readonly requestTemplates?: Readonly<Record<string, string>>
  readonly responseParameters?: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly templateSelectionExpression?: string
  /** Milliseconds, 50 to 30000 for HTTP APIs, to 29000 for WebSocket APIs. */
  readonly timeoutInMillis: number
  readonly tlsConfig?: { readonly serverNameToVerify?: string }
}

export interface IntegrationResponseV2 {
  readonly integrationResponseId: string
  readonly integrationResponseKey: string
  readonly contentHandlingStrategy?: string
  readonly responseParameters?: Readonly<Record<string, string>>
  readonly responseTemplates?: Readonly<Record<string, string>>
  readonly templateSelectionExpression?: string
}

export interface RouteResponse {
  readonly routeResponseId: string
  readonly routeResponseKey: string
  readonly modelSelectionExpression?: string
  readonly responseModels?: Readonly<Record<string, string>>
  readonly responseParameters?: Readonly<Record<string, { readonly required?: boolean }>>
}

export interface ModelV2 {
  readonly modelId: string
  readonly name: string
  readonly contentType?: string
  readonly description?: string
  readonly schema?: string
}

export interface AuthorizerV2 {
  readonly authorizerId: string
  readonly name: string
  readonly authorizerType: 'REQUEST' | 'JWT'
  readonly authorizerCredentialsArn?: string
  readonly authorizerPayloadFormatVersion?: string
  readonly authorizerResultTtlInSeconds?: number
  readonly authorizerUri?: string
  readonly enableSimpleResponses?: boolean
  readonly identitySource?: readonly string[]
  readonly identityValidationExpression?: string
  readonly jwtConfiguration?: { readonly audience?: readonly string[]; readonly issuer?: string }
}

export interface DeploymentV2 {
  readonly deploymentId: string
  readonly createdDate: number
  readonly autoDeployed: boolean
  readonly deploymentStatus: 'PENDING' | 'FAILED' | 'DEPLOYED'
  readonly deploymentStatusMessage?: string
  readonly description?: string
  /** Names the frozen document; not on the wire. */
  readonly documentHash: string
}

export interface RouteSettings {
  readonly dataTraceEnabled?: boolean
  readonly detailedMetricsEnabled?: boolean
  readonly loggingLevel?: string
  readonly throttlingBurstLimit?: number
  readonly throttlingRateLimit?: number
}

export interface StageV2 {
  readonly stageName: string
  readonly createdDate: number
  readonly lastUpdatedDate: number
  readonly autoDeploy?: boolean
  readonly apiGatewayManaged?: boolean
  readonly accessLogSettings?: { readonly destinationArn?: string; readonly format?: string }
  /** How often the cache of authorizers' answers was reset; not on the wire. */
  readonly authorizersCacheGeneration?: number
  readonly clientCertificateId?: string
  readonly defaultRouteSettings?: RouteSettings
  readonly deploymentId?: string
  readonly description?: string
  readonly lastDeploymentStatusMessage?: string
  readonly routeSettings?: Readonly<Record<string, RouteSettings>>
  readonly stageVariables?: Readonly<Record<string, string>>
  readonly tags?: Readonly<Record<string, string>>
}
