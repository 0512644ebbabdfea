// The operations of API Gateway (v1) that exist here, by AWS's names; the rest is refused by name at the wire.
import { reads, writes } from '#store/transactional.ts'
import { getExport } from '../openapi/get-export.ts'
import { openapiOperations } from '../openapi/import-rest-api.ts'
import { getAccount, updateAccount } from './account.ts'
import { createApiKey, deleteApiKey, getApiKey, getApiKeys, updateApiKey } from './api-keys.ts'
import {
  createAuthorizer,
  deleteAuthorizer,
  getAuthorizer,
  getAuthorizers,
  updateAuthorizer,
} from './authorizers.ts'
import {
  createBasePathMapping,
  deleteBasePathMapping,
  getBasePathMapping,
  getBasePathMappings,
  updateBasePathMapping,
} from './base-path-mappings.ts'
import {
  createDeployment,
  deleteDeployment,
  getDeployment,
  getDeployments,
  updateDeployment,
} from './deployments.ts'
import {
  createDomainNameAccessAssociation,
  deleteDomainNameAccessAssociation,
  getDomainNameAccessAssociations,
  rejectDomainNameAccessAssociation,
} from './domain-name-access-associations.ts'
import {
  createDomainName,
  deleteDomainName,
  getDomainName,
  getDomainNames,
  updateDomainName,
} from './domain-names.ts'
import {
  deleteGatewayResponse,
  getGatewayResponse,
  getGatewayResponses,
  putGatewayResponse,
  updateGatewayResponse,
} from './gateway-responses.ts'
import {
  deleteIntegrationResponse,
  getIntegrationResponse,
  putIntegrationResponse,
  updateIntegrationResponse,
} from './integration-responses.ts'
import {
  deleteIntegration,
  getIntegration,
  putIntegration,
  updateIntegration,
} from './integrations.ts'
import {
  deleteMethodResponse,
  getMethodResponse,
  putMethodResponse,
  updateMethodResponse,
} from './method-responses.ts'
import { deleteMethod, getMethod, putMethod, updateMethod } from './methods.ts'
import { createModel, deleteModel, getModel, getModels, updateModel } from './models.ts'
import {
  createRequestValidator,
  deleteRequestValidator,
  getRequestValidator,
  getRequestValidators,
  updateRequestValidator,
} from './request-validators.ts'
import {
  createResource,
  deleteResource,
  getResource,
  getResources,
  updateResource,
} from './resources.ts'
import {
  createRestApi,
  deleteRestApi,
  getRestApi,
  getRestApis,
  updateRestApi,
} from './rest-apis.ts'
import { createStage, deleteStage, getStage, getStages, updateStage } from './stages.ts'
import { getTags, tagResource, untagResource } from './tags.ts'
import {
  createUsagePlan,
  createUsagePlanKey,
  deleteUsagePlan,
  deleteUsagePlanKey,
  getUsagePlan,
  getUsagePlanKey,
  getUsagePlanKeys,
  getUsagePlans,
  updateUsagePlan,
} from './usage-plans.ts'
import {
  createVpcLink,
  deleteVpcLink,
  getVpcLink,
  getVpcLinks,
  updateVpcLink,
} from './vpc-links.ts'

export const apigatewayOperations = Object.freeze({
  ...openapiOperations,
  CreateApiKey: writes(createApiKey),
  CreateAuthorizer: writes(createAuthorizer),
  CreateBasePathMapping: writes(createBasePathMapping),
  CreateDeployment: writes(createDeployment),
  CreateDomainName: writes(createDomainName),
  CreateDomainNameAccessAssociation: writes(createDomainNameAccessAssociation),
  CreateModel: writes(createModel),
  CreateRequestValidator: writes(createRequestValidator),
  CreateResource: writes(createResource),
  CreateRestApi: writes(createRestApi),
  CreateStage: writes(createStage),
  CreateUsagePlan: writes(createUsagePlan),
  CreateUsagePlanKey: writes(createUsagePlanKey),
  CreateVpcLink: writes(createVpcLink),
  DeleteApiKey: writes(deleteApiKey),
  DeleteAuthorizer: writes(deleteAuthorizer),
  DeleteBasePathMapping: writes(deleteBasePathMapping),
  DeleteDeployment: writes(deleteDeployment),
  DeleteDomainName: writes(deleteDomainName),
  DeleteDomainNameAccessAssociation: writes(deleteDomainNameAccessAssociation),
  DeleteGatewayResponse: writes(deleteGatewayResponse),
  DeleteIntegration: writes(deleteIntegration),
  DeleteIntegrationResponse: writes(deleteIntegrationResponse),
  DeleteMethod: writes(deleteMethod),
  DeleteMethodResponse: writes(deleteMethodResponse),
  DeleteModel: writes(deleteModel),
  DeleteRequestValidator: writes(deleteRequestValidator),
  DeleteResource: writes(deleteResource),
  DeleteRestApi: writes(deleteRestApi),
  DeleteStage: writes(deleteStage),
  DeleteUsagePlan: writes(deleteUsagePlan),
  DeleteUsagePlanKey: writes(deleteUsagePlanKey),
  DeleteVpcLink: writes(deleteVpcLink),
  GetAccount: reads(getAccount),
  GetApiKey: reads(getApiKey),
  GetApiKeys: reads(getApiKeys),
  GetAuthorizer: reads(getAuthorizer),
  GetAuthorizers: reads(getAuthorizers),
  GetBasePathMapping: reads(getBasePathMapping),
  GetBasePathMappings: reads(getBasePathMappings),
  GetDeployment: reads(getDeployment),
  GetDeployments: reads(getDeployments),
  GetDomainName: reads(getDomainName),
  GetDomainNameAccessAssociations: reads(getDomainNameAccessAssociations),
  GetDomainNames: reads(getDomainNames),
  GetExport: reads(getExport),
  GetGatewayResponse: reads(getGatewayResponse),
  GetGatewayResponses: reads(getGatewayResponses),
  GetIntegration: reads(getIntegration),
  GetIntegrationResponse: reads(getIntegrationResponse),
  GetMethod: reads(getMethod),
  GetMethodResponse: reads(getMethodResponse),
  GetModel: reads(getModel),
  GetModels: reads(getModels),
  GetRequestValidator: reads(getRequestValidator),
  GetRequestValidators: reads(getRequestValidators),
  GetResource: reads(getResource),
  GetResources: reads(getResources),
  GetRestApi: reads(getRestApi),
  GetRestApis: reads(getRestApis),
  GetStage: reads(getStage),
  GetStages: reads(getStages),
  GetTags: reads(getTags),
  GetUsagePlan: reads(getUsagePlan),
  GetUsagePlanKey: reads(getUsagePlanKey),
  GetUsagePlanKeys: reads(getUsagePlanKeys),
  GetUsagePlans: reads(getUsagePlans),
  GetVpcLink: reads(getVpcLink),
  GetVpcLinks: reads(getVpcLinks),
  PutGatewayResponse: writes(putGatewayResponse),
  PutIntegration: writes(putIntegration),
  PutIntegrationResponse: writes(putIntegrationResponse),
  PutMethod: writes(putMethod),
  PutMethodResponse: writes(putMethodResponse),
  RejectDomainNameAccessAssociation: writes(rejectDomainNameAccessAssociation),
  TagResource: writes(tagResource),
  UntagResource: writes(untagResource),
  UpdateAccount: writes(updateAccount),
  UpdateApiKey: writes(updateApiKey),
  UpdateAuthorizer: writes(updateAuthorizer),
  UpdateBasePathMapping: writes(updateBasePathMapping),
  UpdateDeployment: writes(updateDeployment),
  UpdateDomainName: writes(updateDomainName),
  UpdateGatewayResponse: writes(updateGatewayResponse),
  UpdateIntegration: writes(updateIntegration),
  UpdateIntegrationResponse: writes(updateIntegrationResponse),
  UpdateMethod: writes(updateMethod),
  UpdateMethodResponse: writes(updateMethodResponse),
  UpdateModel: writes(updateModel),
  UpdateRequestValidator: writes(updateRequestValidator),
  UpdateResource: writes(updateResource),
  UpdateRestApi: writes(updateRestApi),
  UpdateStage: writes(updateStage),
  UpdateUsagePlan: writes(updateUsagePlan),
  UpdateVpcLink: writes(updateVpcLink),
})
