// The operations of apigatewayv2 that exist here, by AWS's names.
// https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/operations.html
import { reads, writes } from '#store/transactional.ts'
import { importApi, reimportApi } from '../openapi/import-api.ts'
import * as apis from './apis.ts'
import * as authorizers from './authorizers.ts'
import * as deployments from './deployments.ts'
import * as integrationResponses from './integration-responses.ts'
import * as integrations from './integrations.ts'
import * as models from './models.ts'
import * as routeResponses from './route-responses.ts'
import * as routes from './routes.ts'
import * as stages from './stages.ts'
import * as tags from './tags.ts'
import * as vpcLinks from './vpc-links.ts'

export const apigatewayv2Operations = Object.freeze({
  CreateApi: writes(apis.createApi),
  GetApi: reads(apis.getApi),
  GetApis: reads(apis.getApis),
  UpdateApi: writes(apis.updateApi),
  DeleteApi: writes(apis.deleteApi),
  DeleteCorsConfiguration: writes(apis.deleteCorsConfiguration),
  ImportApi: writes(importApi),
  ReimportApi: writes(reimportApi),
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
  GetTags: reads(tags.getTags),
  TagResource: writes(tags.tagResource),
  UntagResource: writes(tags.untagResource),
})
