// The operations of apigatewayv2 that exist here, by AWS's names.
// https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/operations.html
import {
  type Operation,
  type ReadCall,
  reads as read,
  type WriteCall,
  writes as write,
} from '#store/transactional.ts'
import { exportApi } from '../openapi/export-api.ts'
import { importApi, reimportApi } from '../openapi/import-api.ts'
import * as apiMappings from './api-mappings.ts'
import * as apis from './apis.ts'
import * as authorizers from './authorizers.ts'
import * as deployments from './deployments.ts'
import * as domainNames from './domain-names.ts'
import * as integrationResponses from './integration-responses.ts'
import * as integrations from './integrations.ts'
import * as models from './models.ts'
import * as portalProducts from './portal-products.ts'
import * as portals from './portals.ts'
import * as productPages from './product-pages.ts'
import * as productRestEndpointPages from './product-rest-endpoint-pages.ts'
import * as routeResponses from './route-responses.ts'
import * as routes from './routes.ts'
import * as routingRules from './routing-rules.ts'
import * as stages from './stages.ts'
import * as tags from './tags.ts'
import * as vpcLinks from './vpc-links.ts'
import { withoutNulls } from './without-nulls.ts'

const reads = <Input, Output>(
  work: (input: Input, call: ReadCall) => Promise<Output>,
): Operation<Input, Output> => read((input, call) => work(withoutNulls(input), call))

const writes = <Input, Output>(
  work: (input: Input, call: WriteCall) => Promise<Output>,
): Operation<Input, Output> => write((input, call) => work(withoutNulls(input), call))

export const apigatewayv2Operations = Object.freeze({
  CreateApi: writes(apis.createApi),
  GetApi: reads(apis.getApi),
  GetApis: reads(apis.getApis),
  UpdateApi: writes(apis.updateApi),
  DeleteApi: writes(apis.deleteApi),
  DeleteCorsConfiguration: writes(apis.deleteCorsConfiguration),
  ImportApi: writes(importApi),
  ReimportApi: writes(reimportApi),
  ExportApi: reads(exportApi),
  CreateRoute: writes(routes.createRoute),
  GetRoute: reads(routes.getRoute),
  GetRoutes: reads(routes.getRoutes),
  UpdateRoute: writes(routes.updateRoute),
  DeleteRoute: writes(routes.deleteRoute),
  DeleteRouteRequestParameter: writes(routes.deleteRouteRequestParameter),
  CreateRouteResponse: writes(routeResponses.createRouteResponse),
  GetRouteResponse: reads(routeResponses.getRouteResponse),
  GetRouteResponses: reads(routeResponses.getRouteResponses),
  UpdateRouteResponse: writes(routeResponses.updateRouteResponse),
  DeleteRouteResponse: writes(routeResponses.deleteRouteResponse),
  CreateIntegration: writes(integrations.createIntegration),
  GetIntegration: reads(integrations.getIntegration),
  GetIntegrations: reads(integrations.getIntegrations),
  UpdateIntegration: writes(integrations.updateIntegration),
  DeleteIntegration: writes(integrations.deleteIntegration),
  CreateIntegrationResponse: writes(integrationResponses.createIntegrationResponse),
  GetIntegrationResponse: reads(integrationResponses.getIntegrationResponse),
  GetIntegrationResponses: reads(integrationResponses.getIntegrationResponses),
  UpdateIntegrationResponse: writes(integrationResponses.updateIntegrationResponse),
  DeleteIntegrationResponse: writes(integrationResponses.deleteIntegrationResponse),
  CreateAuthorizer: writes(authorizers.createAuthorizer),
  GetAuthorizer: reads(authorizers.getAuthorizer),
  GetAuthorizers: reads(authorizers.getAuthorizers),
  UpdateAuthorizer: writes(authorizers.updateAuthorizer),
  DeleteAuthorizer: writes(authorizers.deleteAuthorizer),
  CreateModel: writes(models.createModel),
  GetModel: reads(models.getModel),
  GetModels: reads(models.getModels),
  GetModelTemplate: reads(models.getModelTemplate),
  UpdateModel: writes(models.updateModel),
  DeleteModel: writes(models.deleteModel),
  CreateDeployment: writes(deployments.createDeployment),
  GetDeployment: reads(deployments.getDeployment),
  GetDeployments: reads(deployments.getDeployments),
  UpdateDeployment: writes(deployments.updateDeployment),
  DeleteDeployment: writes(deployments.deleteDeployment),
  CreateStage: writes(stages.createStage),
  GetStage: reads(stages.getStage),
  GetStages: reads(stages.getStages),
  UpdateStage: writes(stages.updateStage),
  DeleteStage: writes(stages.deleteStage),
  DeleteAccessLogSettings: writes(stages.deleteAccessLogSettings),
  DeleteRouteSettings: writes(stages.deleteRouteSettings),
  ResetAuthorizersCache: writes(stages.resetAuthorizersCache),
  CreateVpcLink: writes(vpcLinks.createVpcLink),
  GetVpcLink: reads(vpcLinks.getVpcLink),
  GetVpcLinks: reads(vpcLinks.getVpcLinks),
  UpdateVpcLink: writes(vpcLinks.updateVpcLink),
  DeleteVpcLink: writes(vpcLinks.deleteVpcLink),
  CreateDomainName: writes(domainNames.createDomainName),
  GetDomainName: reads(domainNames.getDomainName),
  GetDomainNames: reads(domainNames.getDomainNames),
  UpdateDomainName: writes(domainNames.updateDomainName),
  DeleteDomainName: writes(domainNames.deleteDomainName),
  CreateApiMapping: writes(apiMappings.createApiMapping),
  GetApiMapping: reads(apiMappings.getApiMapping),
  GetApiMappings: reads(apiMappings.getApiMappings),
  UpdateApiMapping: writes(apiMappings.updateApiMapping),
  DeleteApiMapping: writes(apiMappings.deleteApiMapping),
  CreateRoutingRule: writes(routingRules.createRoutingRule),
  GetRoutingRule: reads(routingRules.getRoutingRule),
  ListRoutingRules: reads(routingRules.listRoutingRules),
  PutRoutingRule: writes(routingRules.putRoutingRule),
  DeleteRoutingRule: writes(routingRules.deleteRoutingRule),
  CreatePortal: writes(portals.createPortal),
  GetPortal: reads(portals.getPortal),
  ListPortals: reads(portals.listPortals),
  UpdatePortal: writes(portals.updatePortal),
  DeletePortal: writes(portals.deletePortal),
  PublishPortal: writes(portals.publishPortal),
  PreviewPortal: writes(portals.previewPortal),
  DisablePortal: writes(portals.disablePortal),
  CreatePortalProduct: writes(portalProducts.createPortalProduct),
  GetPortalProduct: reads(portalProducts.getPortalProduct),
  ListPortalProducts: reads(portalProducts.listPortalProducts),
  UpdatePortalProduct: writes(portalProducts.updatePortalProduct),
  DeletePortalProduct: writes(portalProducts.deletePortalProduct),
  PutPortalProductSharingPolicy: writes(portalProducts.putPortalProductSharingPolicy),
  GetPortalProductSharingPolicy: reads(portalProducts.getPortalProductSharingPolicy),
  DeletePortalProductSharingPolicy: writes(portalProducts.deletePortalProductSharingPolicy),
  CreateProductPage: writes(productPages.createProductPage),
  GetProductPage: reads(productPages.getProductPage),
  ListProductPages: reads(productPages.listProductPages),
  UpdateProductPage: writes(productPages.updateProductPage),
  DeleteProductPage: writes(productPages.deleteProductPage),
  CreateProductRestEndpointPage: writes(productRestEndpointPages.createProductRestEndpointPage),
  GetProductRestEndpointPage: reads(productRestEndpointPages.getProductRestEndpointPage),
  ListProductRestEndpointPages: reads(productRestEndpointPages.listProductRestEndpointPages),
  UpdateProductRestEndpointPage: writes(productRestEndpointPages.updateProductRestEndpointPage),
  DeleteProductRestEndpointPage: writes(productRestEndpointPages.deleteProductRestEndpointPage),
  GetTags: reads(tags.getTags),
  TagResource: writes(tags.tagResource),
  UntagResource: writes(tags.untagResource),
})
