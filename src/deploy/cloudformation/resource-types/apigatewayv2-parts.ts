// The parts of an HTTP or WebSocket API: Route, Integration, Authorizer, Model, Deployment, Stage and the responses.
import {
  boolean,
  type Input,
  jsonText,
  list,
  map,
  named,
  number,
  type Reader,
  type Shape,
  structure,
  tags,
  text,
  without,
} from '../properties.ts'
import { type ResourceType, textMember } from '../resource-type.ts'

/** A part that one operation makes, one deletes, and its API's id and its own id name. */
const part = (noun: string, properties: Shape, parents: readonly string[] = []): ResourceType => {
  const idMember = `${noun.slice(0, 1).toLowerCase()}${noun.slice(1)}Id`
  return {
    properties: { ApiId: text, ...properties },
    create: async (input, { call }) => {
      const created = await call('apigatewayv2', `Create${noun}`, input)
      const id = textMember(created, idMember)
      const named = ['apiId', ...parents].map((key) => [key, textMember(input, key)])
      const attributes = { [`${noun}Id`]: id }
      return { physicalId: id, attributes, keys: Object.fromEntries(named) }
    },
    delete: async ({ physicalId, keys }, { call }) => {
      await call('apigatewayv2', `Delete${noun}`, { ...keys, [idMember]: physicalId })
    },
  }
}

const REQUIRED = map(structure({ Required: boolean }, 'RequestParameters'))

export const route = part('Route', {
  ApiKeyRequired: boolean,
  AuthorizationScopes: list(text),
  AuthorizationType: text,
  AuthorizerId: text,
  ModelSelectionExpression: text,
  OperationName: text,
  RequestModels: map(text),
  RequestParameters: REQUIRED,
  RouteKey: text,
  RouteResponseSelectionExpression: text,
  Target: text,
})

/** `{"200": {ResponseParameters: [{Source, Destination}]}}` → `{"200": {destination: source}}`. */
const responseParameters: Reader = (value, path, audience) => {
  const entry = structure({ Destination: text, Source: text })
  const status = structure({ ResponseParameters: list(entry) }, 'ResponseParameters')
  const read = map(status)(value, path, audience)
  return Object.fromEntries(
    Object.entries(read).map(([code, { responseParameters: entries = [] }]) => [
      code,
      Object.fromEntries(
        (entries as readonly Input[]).map(({ destination, source }) => [destination, source]),
      ),
    ]),
  )
}

export const integration = part('Integration', {
  ConnectionId: text,
  ConnectionType: text,
  ContentHandlingStrategy: text,
  CredentialsArn: text,
  Description: text,
  IntegrationMethod: text,
  IntegrationSubtype: text,
  IntegrationType: text,
  IntegrationUri: text,
  PassthroughBehavior: text,
  // AWS: `2.0` without quotes is text to CloudFormation; where it was given as a number its zero is lost.
  PayloadFormatVersion: (value, path, audience) =>
    text(value, path, audience).replace(/^([12])$/, '$1.0'),
  RequestParameters: map(text),
  RequestTemplates: map(text),
  ResponseParameters: responseParameters,
  TemplateSelectionExpression: text,
  TimeoutInMillis: number,
  TlsConfig: structure({ ServerNameToVerify: text }),
})

export const authorizer = part('Authorizer', {
  AuthorizerCredentialsArn: text,
  AuthorizerPayloadFormatVersion: (value, path, audience) =>
    text(value, path, audience).replace(/^([12])$/, '$1.0'),
  AuthorizerResultTtlInSeconds: number,
  AuthorizerType: text,
  AuthorizerUri: text,
  EnableSimpleResponses: boolean,
  IdentitySource: list(text),
  IdentityValidationExpression: text,
  JwtConfiguration: structure({ Audience: list(text), Issuer: text }),
  Name: text,
})

export const model = part('Model', {
  ContentType: text,
  Description: text,
  Name: text,
  Schema: jsonText,
})

export const routeResponse = part(
  'RouteResponse',
  {
    ModelSelectionExpression: text,
    ResponseModels: map(text),
    ResponseParameters: REQUIRED,
    RouteId: text,
    RouteResponseKey: text,
  },
  ['routeId'],
)

export const integrationResponse = part(
  'IntegrationResponse',
  {
    ContentHandlingStrategy: text,
    IntegrationId: text,
    IntegrationResponseKey: text,
    ResponseParameters: map(text),
    ResponseTemplates: map(text),
    TemplateSelectionExpression: text,
  },
  ['integrationId'],
)

export const deployment: ResourceType = {
  ...part('Deployment', { Description: text, StageName: text }),
  isSnapshot: true,
}

const ROUTE_SETTINGS = {
  DataTraceEnabled: boolean,
  DetailedMetricsEnabled: boolean,
  LoggingLevel: text,
  ThrottlingBurstLimit: number,
  ThrottlingRateLimit: number,
}

export const stage: ResourceType = {
  comesLast: true,
  properties: {
    AccessLogSettings: structure({ DestinationArn: text, Format: text }),
    AccessPolicyId: without('ignored: it has no effect, on AWS either'),
    ApiId: text,
    AutoDeploy: boolean,
    ClientCertificateId: text,
    DefaultRouteSettings: structure(ROUTE_SETTINGS),
    DeploymentId: text,
    Description: text,
    RouteSettings: map(structure(ROUTE_SETTINGS, 'RouteSettings')),
    StageName: named('stageName', text),
    StageVariables: map(text),
    Tags: tags,
  },
  create: async (input, { call }) => {
    await call('apigatewayv2', 'CreateStage', input)
    const keys = { apiId: textMember(input, 'apiId'), stageName: textMember(input, 'stageName') }
    return { physicalId: keys.stageName, keys }
  },
  delete: async ({ keys }, { call }) => {
    await call('apigatewayv2', 'DeleteStage', keys)
  },
}
