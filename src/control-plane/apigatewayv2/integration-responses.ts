// IntegrationResponse: how a WebSocket integration's answer is translated.
// https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-integrations-integrationid-integrationresponses.html
import type {
  CreateIntegrationResponseRequest,
  DeleteIntegrationResponseRequest,
  GetIntegrationResponseRequest,
  GetIntegrationResponsesRequest,
  UpdateIntegrationResponseRequest,
} from '@aws-sdk/client-apigatewayv2'
import type { IntegrationResponseV2 } from '#model/apigatewayv2/api.ts'
import { integrationResponsesV2 } from '#store/collections.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { badRequest, conflict } from '#wire/errors.ts'
import type { Uncapitalized } from '#wire/operation.ts'
import { constrain, oneOf, required } from '../constraints.ts'
import { defined } from '../defined.ts'
import { deployAutomatically } from './deployments.ts'
import {
  apiOf,
  integrationOf,
  newPartId,
  notFoundOf,
  type Page,
  pageOf,
  partsOf,
} from './lookups.ts'
import { merged, mergedTexts, refuseEmpty } from './merge.ts'

export const createIntegrationResponse = async (
  input: Uncapitalized<CreateIntegrationResponseRequest>,
  call: WriteCall,
): Promise<IntegrationResponseV2> => {
  const { protocolType } = await apiOf(call, input.apiId)
  if (protocolType !== 'WEBSOCKET') {
    throw badRequest('Integration responses are only supported for WEBSOCKET APIs')
  }
  const owner = await ownerOf(input, call)
  const response: IntegrationResponseV2 = defined({
    integrationResponseId: await newPartId(call, integrationResponsesV2, owner, 7),
    integrationResponseKey: required(
      input.integrationResponseKey,
      'createIntegrationResponseInput.integrationResponseKey',
    ),
    contentHandlingStrategy: input.contentHandlingStrategy,
    responseParameters: input.responseParameters,
    responseTemplates: input.responseTemplates,
    templateSelectionExpression: input.templateSelectionExpression,
  })
  return write(call, owner, response)
}

export const getIntegrationResponse = async (
  input: Uncapitalized<GetIntegrationResponseRequest>,
  call: ReadCall,
): Promise<IntegrationResponseV2> =>
  responseOf(call, await ownerOf(input, call), input.integrationResponseId)

export const getIntegrationResponses = async (
  input: Uncapitalized<GetIntegrationResponsesRequest>,
  call: ReadCall,
): Promise<Page<IntegrationResponseV2>> =>
  pageOf(call, integrationResponsesV2, `${await ownerOf(input, call)}/`, input)

export const updateIntegrationResponse = async (
  input: Uncapitalized<UpdateIntegrationResponseRequest>,
  call: WriteCall,
): Promise<IntegrationResponseV2> => {
  const owner = await ownerOf(input, call)
  const before = await responseOf(call, owner, input.integrationResponseId)
  refuseEmpty(input, 'integrationResponseKey')
  const response = merged<IntegrationResponseV2>(before, {
    integrationResponseKey: input.integrationResponseKey,
    contentHandlingStrategy: input.contentHandlingStrategy,
    responseParameters: mergedTexts(before.responseParameters, input.responseParameters),
    responseTemplates: mergedTexts(before.responseTemplates, input.responseTemplates),
    templateSelectionExpression: input.templateSelectionExpression,
  })
  return write(call, owner, response)
}

export const deleteIntegrationResponse = async (
  input: Uncapitalized<DeleteIntegrationResponseRequest>,
  call: WriteCall,
): Promise<void> => {
  const owner = await ownerOf(input, call)
  const { integrationResponseId: id } = await responseOf(call, owner, input.integrationResponseId)
  await call.tx.delete(integrationResponsesV2, call, `${owner}/${id}`)
  await deployAutomatically(call, `${input.apiId}`)
}

/** Beneath what an integration's responses are kept. */
const ownerOf = async (
  input: { readonly apiId: string | undefined; readonly integrationId: string | undefined },
  call: ReadCall,
): Promise<string> => {
  const { integrationId } = await integrationOf(call, input.apiId, input.integrationId)
  return `${input.apiId}/${integrationId}`
}

const responseOf = async (
  call: ReadCall,
  owner: string,
  id: string | undefined,
): Promise<IntegrationResponseV2> => {
  const response = await call.view.get(integrationResponsesV2, call, `${owner}/${id}`)
  if (response !== undefined) return response
  throw notFoundOf('IntegrationResponse', `Invalid IntegrationResponse identifier specified ${id}`)
}

const write = async (
  call: WriteCall,
  owner: string,
  response: IntegrationResponseV2,
): Promise<IntegrationResponseV2> => {
  const { integrationResponseId: id, integrationResponseKey: key } = response
  constrain(
    oneOf(response.contentHandlingStrategy, 'contentHandlingStrategy', [
      'CONVERT_TO_BINARY',
      'CONVERT_TO_TEXT',
    ]),
  )
  if (key !== '$default' && !/^\/.+\/$/.test(key)) {
    throw badRequest('IntegrationResponseKey must be $default or a pattern between slashes')
  }
  for (const other of await partsOf(call, integrationResponsesV2, owner)) {
    if (other.integrationResponseKey === key && other.integrationResponseId !== id) {
      throw conflict(`Integration response with key ${key} already exists`)
    }
  }
  await call.tx.put(integrationResponsesV2, call, `${owner}/${id}`, response)
  const [apiId = ''] = owner.split('/')
  await deployAutomatically(call, apiId)
  return response
}
