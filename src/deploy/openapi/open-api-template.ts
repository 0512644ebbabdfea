// An OpenAPI document as an API of its own: a stack of an API made from the document, and one stage.
//
// REST or HTTP API? Swagger 2.0 is REST. OpenAPI 3 is REST where it uses what only REST APIs have (validators, gateway
// responses, a resource policy, API keys' source, binary media types; integrations of type aws, http or mock, with
// mapping templates or responses), HTTP where it uses what only HTTP APIs have (x-amazon-apigateway-importexport-version,
// x-amazon-apigateway-cors, payloadFormatVersion, integrationSubtype, a $default path), and REST where it uses neither.
import { isObject, type JsonObject, type JsonValue } from '#shared/json.ts'
import { objectOf, type TemplateSource } from '../template/source.ts'

export type ApiKind = 'rest' | 'http'

export const openApiTemplate = (
  source: TemplateSource,
  file: string,
  as: ApiKind | undefined,
): JsonObject =>
  (as ?? apiKind(source.value)) === 'rest' ? restTemplate(file) : httpTemplate(file)

const restTemplate = (file: string): JsonObject => ({
  Resources: {
    Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { BodyS3Location: file } },
    Deployment: {
      Type: 'AWS::ApiGateway::Deployment',
      Properties: { RestApiId: { Ref: 'Api' } },
    },
    Stage: {
      Type: 'AWS::ApiGateway::Stage',
      Properties: {
        RestApiId: { Ref: 'Api' },
        DeploymentId: { Ref: 'Deployment' },
        StageName: 'prod',
      },
    },
  },
})

const httpTemplate = (file: string): JsonObject => ({
  Resources: {
    Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { BodyS3Location: file } },
    Stage: {
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: { ApiId: { Ref: 'Api' }, StageName: '$default', AutoDeploy: true },
    },
  },
})

const REST_EXTENSIONS = [
  'x-amazon-apigateway-api-key-source',
  'x-amazon-apigateway-binary-media-types',
  'x-amazon-apigateway-gateway-responses',
  'x-amazon-apigateway-minimum-compression-size',
  'x-amazon-apigateway-policy',
  'x-amazon-apigateway-request-validator',
  'x-amazon-apigateway-request-validators',
]
const HTTP_EXTENSIONS = [
  'x-amazon-apigateway-cors',
  'x-amazon-apigateway-importexport-version',
  'x-amazon-apigateway-integrations',
]

const apiKind = (document: JsonObject): ApiKind => {
  if (document['swagger'] !== undefined) return 'rest'
  const integrations = integrationsOf(document)
  const isRest =
    REST_EXTENSIONS.some((name) => document[name] !== undefined) || integrations.some(isRestOnly)
  if (isRest) return 'rest'
  const paths = Object.keys(objectOf(document['paths']) ?? {})
  const isHttp =
    HTTP_EXTENSIONS.some((name) => document[name] !== undefined) ||
    paths.some((path) => /^\/?\$default$/.test(path)) ||
    integrations.some(isHttpOnly)
  return isHttp ? 'http' : 'rest'
}

const integrationsOf = (document: JsonObject): readonly JsonObject[] =>
  Object.values(objectOf(document['paths']) ?? {}).flatMap((item) =>
    Object.values(objectOf(item) ?? {}).flatMap((operation: JsonValue) => {
      const integration = objectOf(operation)?.['x-amazon-apigateway-integration']
      return isObject(integration) ? [objectOf(integration) ?? {}] : []
    }),
  )

const isRestOnly = (integration: JsonObject): boolean => {
  const type = String(integration['type'] ?? '').toLowerCase()
  return (
    ['aws', 'http', 'mock'].includes(type) ||
    ['requestTemplates', 'responses', 'cacheKeyParameters', 'contentHandling'].some(
      (member) => integration[member] !== undefined,
    )
  )
}

const isHttpOnly = (integration: JsonObject): boolean =>
  integration['payloadFormatVersion'] !== undefined ||
  integration['integrationSubtype'] !== undefined
