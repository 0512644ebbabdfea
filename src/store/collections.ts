// Where the management APIs keep what operators write: the drafts of APIs, their deployments and stages, and what is
// shipped to the data plane. The control plane writes these collections; snapshot/ freezes and publishes from them.
// Parts of an API are keyed `{apiId}/{part}`, so that one prefix names all of an API's parts.
import type {
  Authorizer,
  GatewayResponse,
  Model,
  RequestValidator,
  Resource,
  RestApi,
} from '#model/apigateway/rest-api.ts'
import type { DocumentationPart, DocumentationVersion } from '#model/apigateway/documentation.ts'
import type { ClientCertificate, VpcLink } from '#model/apigateway/vpc-link.ts'
import type { Deployment, Stage } from '#model/apigateway/stage.ts'
import type { Account, ApiKey, UsagePlan, UsagePlanKey } from '#model/apigateway/usage-plan.ts'
import type {
  Api,
  AuthorizerV2,
  DeploymentV2,
  IntegrationResponseV2,
  IntegrationV2,
  ModelV2,
  Route,
  RouteResponse,
  StageV2,
} from '#model/apigatewayv2/api.ts'
import type {
  Portal,
  PortalProduct,
  ProductPage,
  ProductRestEndpointPage,
} from '#model/apigatewayv2/portal.ts'
import type { RoutingRule } from '#model/apigatewayv2/routing-rule.ts'
import type { VpcLinkV2 } from '#model/apigatewayv2/vpc-link.ts'
import type { DeploymentDocument, DirectoryEntry } from '#model/documents.ts'
import type {
  BasePathMapping,
  DomainName,
  DomainNameAccessAssociation,
} from '#model/domain-name.ts'
import type { Scope } from '#model/scope.ts'
import { collection } from './store.ts'

/** REST APIs, by `{apiId}`. */
export const restApis = collection<RestApi>('apigateway/restApis')
/** By `{apiId}/{resourceId}`; a row holds its methods, and they their integrations and responses. */
export const resources = collection<Resource>('apigateway/resources')
/** By `{apiId}/{modelName}`: an API names its models by name. */
export const models = collection<Model>('apigateway/models')
export const requestValidators = collection<RequestValidator>('apigateway/requestValidators')
/** By `{apiId}/{responseType}`; only those that were set. */
export const gatewayResponses = collection<GatewayResponse>('apigateway/gatewayResponses')
export const authorizers = collection<Authorizer>('apigateway/authorizers')
export const deployments = collection<Deployment>('apigateway/deployments')
/** By `{apiId}/{stageName}`. */
export const stages = collection<Stage>('apigateway/stages')
export const apiKeys = collection<ApiKey>('apigateway/apiKeys')
export const usagePlans = collection<UsagePlan>('apigateway/usagePlans')
/** By `{usagePlanId}/{keyId}`. */
export const usagePlanKeys = collection<UsagePlanKey>('apigateway/usagePlanKeys')
/** One row per account and region, under `account`. */
export const accounts = collection<Account>('apigateway/accounts')
/** By `{apiId}/{documentationPartId}`. */
export const documentationParts = collection<DocumentationPart>('apigateway/documentationParts')
/** By `{apiId}/{version}`. */
export const documentationVersions = collection<DocumentationVersion>(
  'apigateway/documentationVersions',
)
export const vpcLinks = collection<VpcLink>('apigateway/vpcLinks')
export const clientCertificates = collection<ClientCertificate>('apigateway/clientCertificates')

/**
 * Custom domain names, of v1 and v2 alike, by `{domainName}`, private ones by `{domainName}+{domainNameId}`.
 * control-plane/domain-names.ts is the one way to write them and their mappings.
 */
export const domainNames = collection<DomainName>('domainNames')
/** v1's base path mappings and v2's API mappings, by `{key of the domain name}/{base path}`. */
export const basePathMappings = collection<BasePathMapping>('basePathMappings')
/** By their ARNs. */
export const domainNameAccessAssociations = collection<DomainNameAccessAssociation>(
  'domainNameAccessAssociations',
)
/** Global: who holds a public domain name. A Host names it alone, so it exists once in a gateway. */
export const domainNameOwners = collection<Scope>('domainNameOwners')

/** HTTP and WebSocket APIs, by `{apiId}`. */
export const apisV2 = collection<Api>('apigatewayv2/apis')
export const routesV2 = collection<Route>('apigatewayv2/routes')
export const integrationsV2 = collection<IntegrationV2>('apigatewayv2/integrations')
export const authorizersV2 = collection<AuthorizerV2>('apigatewayv2/authorizers')
export const modelsV2 = collection<ModelV2>('apigatewayv2/models')
/** By `{apiId}/{routeId}/{routeResponseId}`. */
export const routeResponsesV2 = collection<RouteResponse>('apigatewayv2/routeResponses')
/** By `{apiId}/{integrationId}/{integrationResponseId}`. */
export const integrationResponsesV2 = collection<IntegrationResponseV2>(
  'apigatewayv2/integrationResponses',
)
export const deploymentsV2 = collection<DeploymentV2>('apigatewayv2/deployments')
/** By `{apiId}/{stageName}`. */
export const stagesV2 = collection<StageV2>('apigatewayv2/stages')
export const vpcLinksV2 = collection<VpcLinkV2>('apigatewayv2/vpcLinks')
/** By `{key of the domain name}/{routingRuleId}`. */
export const routingRules = collection<RoutingRule>('apigatewayv2/routingRules')
export const portals = collection<Portal>('apigatewayv2/portals')
export const portalProducts = collection<PortalProduct>('apigatewayv2/portalProducts')
/** By `{portalProductId}/{productPageId}`, and the same for the pages of endpoints. */
export const productPages = collection<ProductPage>('apigatewayv2/productPages')
export const productRestEndpointPages = collection<ProductRestEndpointPage>(
  'apigatewayv2/productRestEndpointPages',
)

/** Global: who holds an API id. Hosts name an API by its id alone, so no two APIs of a gateway may share one. */
export const apiIds = collection<Scope>('apiIds')
/** Global: frozen deployments, by their hash. */
export const documents = collection<DeploymentDocument>('documents')
/** Global: what the data plane serves, by `stage/{apiId}/{stageName}` or `function/{accountId}/{region}/{name}`. */
export const directory = collection<DirectoryEntry>('directory')
