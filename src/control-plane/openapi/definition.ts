// An API definition after reading, whatever language it was written in: what import-rest-api.ts and
// import-api.ts turn into drafts. `at` names the place in the document, for messages:
// `$.paths['/pets'].get`.
import type { Cors } from '#model/apigatewayv2/api.ts'
import type { DocumentationFacts } from '../apigateway/documentation-rules.ts'
import type { EndpointConfiguration } from '#model/apigateway/rest-api.ts'

export interface Definition {
  readonly title: string
  readonly version?: string
  readonly description?: string
  /** `/base`, or empty: Swagger's `basePath`, or the path of the first server. */
  readonly basePath: string
  readonly extensions: ApiExtensions
  readonly tags: Readonly<Record<string, string>>
  /** Every path of the document in its order, also those without operations. */
  readonly paths: readonly string[]
  readonly operations: readonly OperationDefinition[]
  readonly models: readonly ModelDefinition[]
  readonly authorizers: readonly AuthorizerDefinition[]
  /** Undefined where the caller does not want them. */
  readonly documentation?: readonly DocumentationFacts[]
  /** What API Gateway warns of at import. */
  readonly warnings: readonly string[]
  /**
   * What API Gateway passes over in silence; it is told all the same, and never fails an import.
   */
  readonly notes: readonly string[]
  /** What makes the import fail, all of it. */
  readonly errors: readonly string[]
}

/** The `x-amazon-apigateway-*` extensions of the document's root. */
export interface ApiExtensions {
  readonly apiKeySource?: string
  readonly binaryMediaTypes?: readonly string[]
  readonly minimumCompressionSize?: number
  /** JSON text. */
  readonly policy?: string
  readonly securityPolicy?: string
  readonly endpointAccessMode?: string
  readonly endpointConfiguration?: EndpointConfiguration
  readonly disableExecuteApiEndpoint?: boolean
  readonly cors?: Cors
  readonly requestValidators: readonly RequestValidatorDefinition[]
  readonly gatewayResponses: readonly GatewayResponseDefinition[]
}

export interface RequestValidatorDefinition {
  readonly name: string
  readonly validateRequestBody: boolean
  readonly validateRequestParameters: boolean
}

export interface GatewayResponseDefinition {
  readonly responseType: string
  readonly statusCode?: string
  readonly responseParameters?: Readonly<Record<string, string>>
  readonly responseTemplates?: Readonly<Record<string, string>>
}

export interface ModelDefinition {
  readonly name: string
  readonly contentType: string
  readonly description?: string
  /** References to other models are `{"$ref": MODEL_REFERENCE + name}`. */
  readonly schema: unknown
}

/** Stands before a model's name in a schema until the id of the API is known. */
export const MODEL_REFERENCE = 'model:'

export type AuthorizerKind = 'token' | 'request' | 'cognito_user_pools' | 'jwt'

export interface AuthorizerDefinition {
  readonly name: string
  readonly at: string
  readonly type: AuthorizerKind
  readonly authType?: string
  readonly authorizerUri?: string
  readonly authorizerCredentials?: string
  readonly authorizerPayloadFormatVersion?: string
  readonly authorizerResultTtlInSeconds?: number
  readonly enableSimpleResponses?: boolean
  /** As written: one expression, or several with commas between. */
  readonly identitySource?: string
  readonly identityValidationExpression?: string
  readonly jwtConfiguration?: { readonly issuer?: string; readonly audience?: readonly string[] }
  readonly providerARNs?: readonly string[]
  /** The header that the security scheme names. */
  readonly headerName?: string
}

export interface OperationDefinition {
  readonly at: string
  readonly path: string
  /** `GET`, …, or `ANY`. */
  readonly httpMethod: string
  readonly operationName?: string
  readonly authorization: Authorization
  readonly apiKeyRequired: boolean
  readonly requestValidator?: string
  /** `method.request.{header|querystring|path}.{name}` → required. */
  readonly requestParameters: Readonly<Record<string, boolean>>
  /** Content type → model name. */
  readonly requestModels: Readonly<Record<string, string>>
  readonly responses: readonly ResponseDefinition[]
  readonly integration?: IntegrationDefinition
}

/** Who may call: nobody in particular, a signed request, or whom an authorizer lets pass. */
export type Authorization =
  | { readonly type: 'NONE' | 'AWS_IAM' }
  | { readonly type: 'AUTHORIZER'; readonly name: string; readonly scopes: readonly string[] }

export interface ResponseDefinition {
  readonly statusCode: string
  /** Header names. */
  readonly headers: readonly string[]
  readonly responseModels: Readonly<Record<string, string>>
}

export interface IntegrationDefinition {
  readonly at: string
  /** Upper case: `AWS_PROXY`. */
  readonly type: string
  readonly httpMethod?: string
  readonly uri?: string
  readonly credentials?: string
  readonly connectionType?: string
  readonly connectionId?: string
  readonly passthroughBehavior?: string
  readonly contentHandling?: string
  readonly timeoutInMillis?: number
  readonly cacheNamespace?: string
  readonly cacheKeyParameters?: readonly string[]
  readonly requestParameters?: Readonly<Record<string, string>>
  readonly requestTemplates?: Readonly<Record<string, string>>
  readonly tlsConfig?: {
    readonly insecureSkipVerification?: boolean
    readonly serverNameToVerify?: string
  }
  readonly responseTransferMode?: string
  readonly integrationTarget?: string
  readonly integrationSubtype?: string
  readonly payloadFormatVersion?: string
  readonly description?: string
  /** HTTP APIs: status code → mappings. */
  readonly responseParameters?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** REST APIs. */
  readonly responses: readonly IntegrationResponseDefinition[]
}

export interface IntegrationResponseDefinition {
  /** Absent for `default`. */
  readonly selectionPattern?: string
  readonly statusCode: string
  readonly responseParameters?: Readonly<Record<string, string>>
  readonly responseTemplates?: Readonly<Record<string, string>>
  readonly contentHandling?: string
}
