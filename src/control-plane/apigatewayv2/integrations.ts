// Integration: what answers a route.
// https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-integrations.html
import type {
  CreateIntegrationRequest,
  DeleteIntegrationRequest,
  GetIntegrationRequest,
  GetIntegrationsRequest,
  UpdateIntegrationRequest,
} from '@aws-sdk/client-apigatewayv2'
import type { Api, IntegrationV2 } from '#model/apigatewayv2/api.ts'
import { integrationResponsesV2, integrationsV2, routesV2 } from '#store/collections.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { conflict } from '#wire/errors.ts'
import type { Uncapitalized } from '#wire/operation.ts'
import { required } from '../constraints.ts'
import { defined, nonEmpty } from '../defined.ts'
import { deployAutomatically } from './deployments.ts'
import { checkIntegration, integrationDefaults } from './integration-rules.ts'
import { apiOf, integrationOf, newPartId, type Page, pageOf, partsOf } from './lookups.ts'
import { merged, mergedObjects, mergedTexts, refuseEmpty } from './merge.ts'

export const createIntegration = async (
  input: Uncapitalized<CreateIntegrationRequest>,
  call: WriteCall,
): Promise<IntegrationV2> => {
  const api = await apiOf(call, input.apiId)
  const { apiId: _, ...facts } = input
  const integrationType = required(input.integrationType, 'createIntegrationInput.integrationType')
  const integration: IntegrationV2 = {
    integrationId: await newPartId(call, integrationsV2, api.apiId, 7),
    ...integrationDefaults(api.protocolType, { ...input, integrationType }),
    ...defined({
      ...facts,
      integrationType,
      requestParameters: nonEmpty(input.requestParameters),
      requestTemplates: nonEmpty(input.requestTemplates),
      responseParameters: nonEmpty(input.responseParameters),
      tlsConfig: tlsConfig(input.tlsConfig),
    }),
  }
  return writeIntegration(call, api, integration)
}

export const getIntegration = (
  input: Uncapitalized<GetIntegrationRequest>,
  call: ReadCall,
): Promise<IntegrationV2> => integrationOf(call, input.apiId, input.integrationId)

export const getIntegrations = async (
  input: Uncapitalized<GetIntegrationsRequest>,
  call: ReadCall,
): Promise<Page<IntegrationV2>> => {
  const { apiId } = await apiOf(call, input.apiId)
  return pageOf(call, integrationsV2, `${apiId}/`, input)
}

export const updateIntegration = async (
  input: Uncapitalized<UpdateIntegrationRequest>,
  call: WriteCall,
): Promise<IntegrationV2> => {
  const api = await apiOf(call, input.apiId)
  const { apiId, integrationId, ...changes } = input
  const before = await integrationOf(call, apiId, integrationId)
  refuseEmpty(input, 'integrationType', 'connectionType', 'payloadFormatVersion')
  const integration = merged<IntegrationV2>(before, {
    ...changes,
    requestParameters: mergedTexts(before.requestParameters, input.requestParameters),
    requestTemplates: mergedTexts(before.requestTemplates, input.requestTemplates),
    responseParameters: mergedObjects(before.responseParameters, input.responseParameters),
    tlsConfig: tlsConfig(input.tlsConfig),
  })
  return writeIntegration(call, api, integration)
}

export const deleteIntegration = async (
  input: Uncapitalized<DeleteIntegrationRequest>,
  call: WriteCall,
): Promise<void> => {
  const { integrationId } = await integrationOf(call, input.apiId, input.integrationId)
  const apiId = `${input.apiId}`
  const routes = await partsOf(call, routesV2, apiId)
  const user = routes.find((route) => route.target === `integrations/${integrationId}`)
  if (user !== undefined) {
    throw conflict(
      `Cannot delete Integration '${integrationId}', is referenced in route: ${user.routeKey}`,
    )
  }
  await call.tx.deletePrefix(integrationResponsesV2, call, `${apiId}/${integrationId}/`)
  await call.tx.delete(integrationsV2, call, `${apiId}/${integrationId}`)
  await deployAutomatically(call, apiId)
}

/** Checks and writes an integration, and deploys where the API deploys by itself. */
export const writeIntegration = async (
  call: WriteCall,
  api: Api,
  integration: IntegrationV2,
): Promise<IntegrationV2> => {
  checkIntegration(api.protocolType, integration)
  await call.tx.put(integrationsV2, call, `${api.apiId}/${integration.integrationId}`, integration)
  await deployAutomatically(call, api.apiId)
  return integration
}

const tlsConfig = (
  input: Uncapitalized<CreateIntegrationRequest>['tlsConfig'],
): IntegrationV2['tlsConfig'] => input && defined(input)
