// An input for every operation: what the tables require, of ids that nothing has.
import type { Operation, Type } from '#wire/table.ts'

export const NOTHING = 'nothing'

type Input = Readonly<Record<string, unknown>>

/** Values of members that have to be one of a few. */
const MEMBERS: Input = {
  responseType: 'THROTTLED',
  statusCode: '200',
  keyType: 'API_KEY',
  authorizationType: 'NONE',
  accessAssociationSourceType: 'VPCE',
  tagKeys: ['a'],
  tags: { a: 'b' },
}

/** Where a minimal input is no error yet, one that is; and where the type of a member says too little. */
const OPERATIONS: Readonly<Record<string, Input>> = {
  'apigateway CreateApiKey': { value: 'short' },
  'apigateway CreateAuthorizer': {
    type: 'TOKEN',
    authorizerUri: NOTHING,
    identitySource: 'method.request.header.A',
  },
  'apigateway CreateDocumentationPart': { location: { type: 'API' }, properties: '{}' },
  'apigateway CreateRestApi': { description: '' },
  'apigateway CreateUsagePlan': { apiStages: [{ apiId: NOTHING, stage: NOTHING }] },
  'apigateway GenerateClientCertificate': { tags: { 'aws:a': 'b' } },
  'apigateway GetApiKeys': { position: NOTHING },
  'apigateway GetClientCertificates': { position: NOTHING },
  'apigateway GetDomainNameAccessAssociations': { position: NOTHING },
  'apigateway GetDomainNames': { position: NOTHING },
  'apigateway GetRestApis': { position: NOTHING },
  'apigateway GetUsagePlans': { position: NOTHING },
  'apigateway GetVpcLinks': { position: NOTHING },
  'apigateway GetSdkTypes': { position: NOTHING },
  'apigateway ImportApiKeys': { format: 'csv', body: Buffer.from(NOTHING) },
  'apigateway ImportDocumentationParts': { body: Buffer.from(NOTHING) },
  'apigateway ImportRestApi': { body: Buffer.from(NOTHING) },
  'apigateway PutIntegration': { type: 'MOCK' },
  'apigateway PutRestApi': { body: Buffer.from('{}') },
  'apigateway UpdateAccount': { patchOperations: [{ op: 'replace', path: '/nothing' }] },
  'apigatewayv2 CreateApi': { Name: NOTHING, ProtocolType: 'HTTP', Target: NOTHING },
  'apigatewayv2 CreateAuthorizer': {
    AuthorizerType: 'JWT',
    IdentitySource: ['$request.header.Authorization'],
    JwtConfiguration: { Audience: ['a'], Issuer: 'https://example.com' },
  },
  'apigatewayv2 CreateDomainName': { DomainName: 'example.com', DomainNameConfigurations: [] },
  'apigatewayv2 CreateIntegration': { IntegrationType: 'AWS_PROXY', PayloadFormatVersion: '2.0' },
  'apigatewayv2 CreatePortal': {
    Authorization: { None: {} },
    EndpointConfiguration: { None: {} },
    PortalContent: { DisplayName: '', Theme: { CustomColors: {} } },
  },
  'apigatewayv2 CreatePortalProduct': { DisplayName: '' },
  'apigatewayv2 CreateProductPage': { DisplayContent: { Title: 'a', Body: 'b' } },
  'apigatewayv2 CreateProductRestEndpointPage': {
    RestEndpointIdentifier: {
      IdentifierParts: { Method: 'GET', Path: '/', RestApiId: NOTHING, Stage: NOTHING },
    },
  },
  'apigatewayv2 GetApis': { MaxResults: NOTHING },
  'apigatewayv2 GetDomainNames': { MaxResults: NOTHING },
  'apigatewayv2 GetVpcLinks': { MaxResults: NOTHING },
  'apigatewayv2 ListPortalProducts': { MaxResults: NOTHING },
  'apigatewayv2 ListPortals': { MaxResults: NOTHING },
}

/** As the SDK's client of the service takes it. `ids`: what stands for ids by the names of their members. */
export const minimalInput = (
  service: 'apigateway' | 'apigatewayv2',
  { name, input }: Operation,
  ids: Readonly<Record<string, string>> = {},
): Input => {
  const required = input.members
    .filter((member) => member.required || member.in === 'label')
    .map((member) => [
      service === 'apigateway' ? member.name : capitalised(member.name),
      ids[member.name] ?? MEMBERS[member.name] ?? minimalValue(member.type),
    ])
  return { ...Object.fromEntries(required), ...OPERATIONS[`${service} ${name}`] }
}

const capitalised = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1)

const minimalValue = (type: Type): unknown => {
  switch (type.kind) {
    case 'string':
      return type.values?.[0] ?? NOTHING
    case 'number':
      return 1
    case 'boolean':
      return true
    case 'list':
      return []
    case 'blob':
      return Buffer.from('{}')
    default:
      return {}
  }
}
