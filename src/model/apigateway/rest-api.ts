// A REST API and the parts of its draft, named and spelled as API Gateway (v1) does.
// https://docs.aws.amazon.com/apigateway/latest/api/API_RestApi.html
// Times are milliseconds since the epoch; the wire layer writes them as AWS does (seconds in v1).

export type EndpointType = 'REGIONAL' | 'EDGE' | 'PRIVATE'

export interface EndpointConfiguration {
  readonly types?: readonly EndpointType[]
  readonly ipAddressType?: 'ipv4' | 'dualstack'
  readonly vpcEndpointIds?: readonly string[]
}

export interface RestApi {
  readonly id: string
  readonly name: string
  readonly rootResourceId: string
  readonly createdDate: number
  readonly apiKeySource: 'HEADER' | 'AUTHORIZER'
  readonly disableExecuteApiEndpoint: boolean
  readonly endpointConfiguration: EndpointConfiguration
  readonly description?: string
  readonly version?: string
  readonly warnings?: readonly string[]
  readonly binaryMediaTypes?: readonly string[]
  /** Bytes, 0 to 10485760; absent: no compression. */
  readonly minimumCompressionSize?: number
  /** The resource policy, JSON text. */
  readonly policy?: string
  readonly tags?: Readonly<Record<string, string>>
  readonly securityPolicy?: string
  readonly endpointAccessMode?: 'BASIC' | 'STRICT'
}

export interface Resource {
  readonly id: string
  /** The whole path, for instance `/pets/{petId}`. */
  readonly path: string
  readonly parentId?: string
  readonly pathPart?: string
  /** Keyed by HTTP method or `ANY`. */
  readonly resourceMethods?: Readonly<Record<string, Method>>
}

export type AuthorizationType = 'NONE' | 'AWS_IAM' | 'CUSTOM' | 'COGNITO_USER_POOLS' | 'JWT'

export interface Method {
  readonly httpMethod: string
  /** A string and not the union: what AWS does not know is refused by the operation, not by the type. */
  readonly authorizationType: string
  readonly apiKeyRequired: boolean
  readonly authorizerId?: string
  readonly requestValidatorId?: string
  readonly operationName?: string
  /** `method.request.{header|querystring|path}.{name}` → required. */
  readonly requestParameters?: Readonly<Record<string, boolean>>
  /** Content type → model name. */
  readonly requestModels?: Readonly<Record<string, string>>
  readonly authorizationScopes?: readonly string[]
  /** Keyed by status code. */
  readonly methodResponses?: Readonly<Record<string, MethodResponse>>
  readonly methodIntegration?: Integration
}

export interface MethodResponse {
  readonly statusCode: string
  readonly responseParameters?: Readonly<Record<string, boolean>>
  readonly responseModels?: Readonly<Record<string, string>>
}

export type IntegrationType = 'HTTP' | 'HTTP_PROXY' | 'AWS' | 'AWS_PROXY' | 'MOCK'
export type PassthroughBehavior = 'WHEN_NO_MATCH' | 'WHEN_NO_TEMPLATES' | 'NEVER'
export type ContentHandling = 'CONVERT_TO_BINARY' | 'CONVERT_TO_TEXT'

export interface Integration {
  readonly type: IntegrationType
  /** The integration's own HTTP method (`integrationHttpMethod` in PutIntegration). */
  readonly httpMethod?: string
  readonly uri?: string
  readonly connectionType?: 'INTERNET' | 'VPC_LINK'
  readonly connectionId?: string
  readonly credentials?: string
  /** `integration.request.{header|querystring|path}.{name}` → mapping expression. */
  readonly requestParameters?: Readonly<Record<string, string>>
  /** Content type → mapping template; null is kept as AWS keeps it. */
  readonly requestTemplates?: Readonly<Record<string, string | null>>
  readonly passthroughBehavior: PassthroughBehavior
  readonly contentHandling?: ContentHandling
  /** Milliseconds, 50 to 29000. */
  readonly timeoutInMillis: number
  readonly cacheNamespace: string
  readonly cacheKeyParameters: readonly string[]
  readonly tlsConfig?: { readonly insecureSkipVerification?: boolean }
  readonly responseTransferMode?: 'BUFFERED' | 'STREAM'
  readonly integrationTarget?: string
  /** Keyed by status code. */
  readonly integrationResponses?: Readonly<Record<string, IntegrationResponse>>
}

export interface IntegrationResponse {
  readonly statusCode: string
  readonly selectionPattern?: string
  readonly responseParameters?: Readonly<Record<string, string>>
  readonly responseTemplates?: Readonly<Record<string, string | null>>
  readonly contentHandling?: ContentHandling
}

export interface Model {
  readonly id: string
  readonly name: string
  readonly contentType: string
  readonly description?: string
  /** JSON Schema draft 4, JSON text. */
  readonly schema?: string
}

export interface RequestValidator {
  readonly id: string
  readonly name?: string
  readonly validateRequestBody: boolean
  readonly validateRequestParameters: boolean
}

export interface GatewayResponse {
  readonly responseType: string
  readonly statusCode?: string
  readonly responseParameters?: Readonly<Record<string, string>>
  readonly responseTemplates?: Readonly<Record<string, string>>
  readonly defaultResponse: boolean
}

export interface Authorizer {
  readonly id: string
  readonly name: string
  readonly type: 'TOKEN' | 'REQUEST' | 'COGNITO_USER_POOLS' | 'JWT'
  readonly providerARNs?: readonly string[]
  readonly authType?: string
  readonly authorizerUri?: string
  readonly authorizerCredentials?: string
  readonly identitySource?: string
  readonly identityValidationExpression?: string
  /** Seconds, 0 to 3600. */
  readonly authorizerResultTtlInSeconds?: number
}
