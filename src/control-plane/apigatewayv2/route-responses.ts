// RouteResponse: what a WebSocket route sends back.
// https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-routes-routeid-routeresponses.html
import type {
  CreateRouteResponseRequest,
  DeleteRouteResponseRequest,
  GetRouteResponseRequest,
  GetRouteResponsesRequest,
  UpdateRouteResponseRequest,
} from '@aws-sdk/client-apigatewayv2'
import type { RouteResponse } from '#model/apigatewayv2/api.ts'
import { routeResponsesV2 } from '#store/collections.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { badRequest, conflict } from '#wire/errors.ts'
import type { Uncapitalized } from '#wire/operation.ts'
import { required } from '../constraints.ts'
import { defined } from '../defined.ts'
import { deployAutomatically } from './deployments.ts'
import { apiOf, newPartId, notFoundOf, type Page, pageOf, partsOf, routeOf } from './lookups.ts'
import { merged, mergedObjects, mergedTexts, refuseEmpty } from './merge.ts'

export const createRouteResponse = async (
  input: Uncapitalized<CreateRouteResponseRequest>,
  call: WriteCall,
): Promise<RouteResponse> => {
  const { protocolType } = await apiOf(call, input.apiId)
  if (protocolType !== 'WEBSOCKET') {
    throw badRequest('Route responses are only supported for WEBSOCKET APIs')
  }
  const owner = await ownerOf(input, call)
  const response: RouteResponse = defined({
    routeResponseId: await newPartId(call, routeResponsesV2, owner, 7),
    routeResponseKey: required(input.routeResponseKey, 'createRouteResponseInput.routeResponseKey'),
    modelSelectionExpression: input.modelSelectionExpression,
    responseModels: input.responseModels,
    responseParameters: parameters(input.responseParameters),
  })
  return write(call, owner, response)
}

export const getRouteResponse = async (
  input: Uncapitalized<GetRouteResponseRequest>,
  call: ReadCall,
): Promise<RouteResponse> => responseOf(call, await ownerOf(input, call), input.routeResponseId)

export const getRouteResponses = async (
  input: Uncapitalized<GetRouteResponsesRequest>,
  call: ReadCall,
): Promise<Page<RouteResponse>> =>
  pageOf(call, routeResponsesV2, `${await ownerOf(input, call)}/`, input)

export const updateRouteResponse = async (
  input: Uncapitalized<UpdateRouteResponseRequest>,
  call: WriteCall,
): Promise<RouteResponse> => {
  const owner = await ownerOf(input, call)
  const before = await responseOf(call, owner, input.routeResponseId)
  refuseEmpty(input, 'routeResponseKey')
  const response = merged<RouteResponse>(before, {
    routeResponseKey: input.routeResponseKey,
    modelSelectionExpression: input.modelSelectionExpression,
    responseModels: mergedTexts(before.responseModels, input.responseModels),
    responseParameters: mergedObjects(
      before.responseParameters,
      parameters(input.responseParameters),
    ),
  })
  return write(call, owner, response)
}

export const deleteRouteResponse = async (
  input: Uncapitalized<DeleteRouteResponseRequest>,
  call: WriteCall,
): Promise<void> => {
  const owner = await ownerOf(input, call)
  const { routeResponseId } = await responseOf(call, owner, input.routeResponseId)
  await call.tx.delete(routeResponsesV2, call, `${owner}/${routeResponseId}`)
  await deployAutomatically(call, `${input.apiId}`)
}

/** Beneath what a route's responses are kept. */
const ownerOf = async (
  input: { readonly apiId: string | undefined; readonly routeId: string | undefined },
  call: ReadCall,
): Promise<string> => {
  const { routeId } = await routeOf(call, input.apiId, input.routeId)
  return `${input.apiId}/${routeId}`
}

const responseOf = async (
  call: ReadCall,
  owner: string,
  id: string | undefined,
): Promise<RouteResponse> => {
  const response = await call.view.get(routeResponsesV2, call, `${owner}/${id}`)
  if (response !== undefined) return response
  throw notFoundOf('RouteResponse', `Invalid RouteResponse identifier specified ${id}`)
}

const write = async (
  call: WriteCall,
  owner: string,
  response: RouteResponse,
): Promise<RouteResponse> => {
  if (response.routeResponseKey !== '$default') {
    throw badRequest('RouteResponseKey must be $default')
  }
  for (const other of await partsOf(call, routeResponsesV2, owner)) {
    if (other.routeResponseId !== response.routeResponseId) {
      throw conflict(`Route response with key ${response.routeResponseKey} already exists`)
    }
  }
  await call.tx.put(routeResponsesV2, call, `${owner}/${response.routeResponseId}`, response)
  const [apiId = ''] = owner.split('/')
  await deployAutomatically(call, apiId)
  return response
}

const parameters = (
  input: Uncapitalized<CreateRouteResponseRequest>['responseParameters'],
): Record<string, { required?: boolean }> | undefined =>
  input &&
  Object.fromEntries(Object.entries(input).map(([key, constraints]) => [key, defined(constraints)]))
