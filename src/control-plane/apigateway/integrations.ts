// Integration: what a method calls. https://docs.aws.amazon.com/apigateway/latest/api/API_Integration.html
import type {
  DeleteIntegrationRequest,
  GetIntegrationRequest,
  PutIntegrationRequest,
  UpdateIntegrationRequest,
} from '@aws-sdk/client-api-gateway'
import type { Integration, Method } from '#model/apigateway/rest-api.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { constrain, oneOf, required } from '../constraints.ts'
import { defined, entryOf } from '../defined.ts'
import { applyPatch } from '../patch-operations.ts'
import { replaceMethod } from './draft.ts'
import { INTEGRATION_PATCH } from './integration-patch.ts'
import { checkIntegration, integrationDefaults, parsePassthrough } from './integration-rules.ts'
import { integrationOf, methodOf, resourceOf } from './lookups.ts'

export const putIntegration = async (
  input: Shape<PutIntegrationRequest>,
  call: WriteCall,
): Promise<Integration> => {
  constrain(
    oneOf(input.type, 'putIntegrationInput.type', [
      'HTTP',
      'MOCK',
      'AWS_PROXY',
      'HTTP_PROXY',
      'AWS',
    ]),
    oneOf(input.connectionType, 'putIntegrationInput.connectionType', ['INTERNET', 'VPC_LINK']),
    oneOf(input.contentHandling, 'putIntegrationInput.contentHandling', [
      'CONVERT_TO_BINARY',
      'CONVERT_TO_TEXT',
    ]),
    oneOf(input.responseTransferMode, 'putIntegrationInput.responseTransferMode', [
      'BUFFERED',
      'STREAM',
    ]),
  )
  const { apiId, resource, method } = await addressed(call, input)
  const integration = integrationDefaults(resource.id, {
    ...defined({
      httpMethod: input.integrationHttpMethod,
      uri: input.uri,
      connectionType: input.connectionType,
      connectionId: input.connectionId,
      credentials: input.credentials,
      requestParameters: input.requestParameters,
      requestTemplates: input.requestTemplates,
      contentHandling: input.contentHandling,
      timeoutInMillis: input.timeoutInMillis,
      cacheNamespace: input.cacheNamespace,
      cacheKeyParameters: input.cacheKeyParameters,
      tlsConfig: input.tlsConfig === undefined ? undefined : defined(input.tlsConfig),
      responseTransferMode: input.responseTransferMode,
      integrationTarget: input.integrationTarget,
      passthroughBehavior: parsePassthrough(input.passthroughBehavior),
    }),
    type: required(input.type, 'putIntegrationInput.type'),
  })
  checkIntegration(integration, method)
  await replaceMethod(call, apiId, resource, { ...method, methodIntegration: integration })
  return integration
}

export const getIntegration = async (
  input: Shape<GetIntegrationRequest>,
  call: ReadCall,
): Promise<Integration> => integrationOf((await addressed(call, input)).method)

export const updateIntegration = async (
  input: Shape<UpdateIntegrationRequest>,
  call: WriteCall,
): Promise<Integration> => {
  const { apiId, resource, method } = await addressed(call, input)
  const before = integrationOf(method)
  const integration = applyPatch(INTEGRATION_PATCH, before, input.patchOperations)
  checkIntegration(integration, method)
  await replaceMethod(call, apiId, resource, { ...method, methodIntegration: integration })
  return integration
}

export const deleteIntegration = async (
  input: Shape<DeleteIntegrationRequest>,
  call: WriteCall,
): Promise<void> => {
  const apiId = required(input.restApiId, 'restApiId')
  const resource = await resourceOf(call, apiId, required(input.resourceId, 'resourceId'))
  // AWS: where the integration is what is deleted, an unknown method is an unknown integration. [F058]
  const httpMethod = required(input.httpMethod, 'httpMethod')
  const method = entryOf(resource.resourceMethods, httpMethod)
  integrationOf(method)
  const { methodIntegration: _, ...rest } = methodOf(resource, httpMethod)
  await replaceMethod(call, apiId, resource, rest)
}

const addressed = async (
  call: ReadCall,
  input: Pick<Shape<GetIntegrationRequest>, 'restApiId' | 'resourceId' | 'httpMethod'>,
) => {
  const apiId = required(input.restApiId, 'restApiId')
  const resource = await resourceOf(call, apiId, required(input.resourceId, 'resourceId'))
  const method: Method = methodOf(resource, required(input.httpMethod, 'httpMethod'))
  return { apiId, resource, method }
}
