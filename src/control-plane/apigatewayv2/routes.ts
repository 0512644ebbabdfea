// Route: which requests go to which integration.
// https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-routes.html
import type {
  CreateRouteRequest,
  DeleteRouteRequest,
  DeleteRouteRequestParameterRequest,
  GetRouteRequest,
  GetRoutesRequest,
  UpdateRouteRequest,
} from '@aws-sdk/client-apigatewayv2'
import type { Api, Route } from '#model/apigatewayv2/api.ts'
import { routeResponsesV2, routesV2 } from '#store/collections.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { conflict } from '#wire/errors.ts'
import type { Uncapitalized } from '#wire/operation.ts'
import { required } from '../constraints.ts'
import { defined, nonEmpty } from '../defined.ts'
import { deployAutomatically } from './deployments.ts'
import { apiOf, newPartId, notFoundOf, type Page, pageOf, partsOf, routeOf } from './lookups.ts'
import { merged, mergedObjects, mergedTexts, refuseEmpty } from './merge.ts'
import { checkRoute } from './route-rules.ts'

export const createRoute = async (
  input: Uncapitalized<CreateRouteRequest>,
  call: WriteCall,
): Promise<Route> => {
  const api = await apiOf(call, input.apiId)
  const route: Route = defined({
    routeId: await newPartId(call, routesV2, api.apiId, 7),
    routeKey: required(input.routeKey, 'createRouteInput.routeKey'),
    apiKeyRequired: input.apiKeyRequired ?? false,
    authorizationType: input.authorizationType ?? 'NONE',
    authorizationScopes: nonEmpty(input.authorizationScopes),
    authorizerId: input.authorizerId,
    modelSelectionExpression: input.modelSelectionExpression,
    operationName: input.operationName,
    requestModels: nonEmpty(input.requestModels),
    requestParameters: parameters(input.requestParameters),
    routeResponseSelectionExpression: input.routeResponseSelectionExpression,
    target: input.target,
  })
  return writeRoute(call, api, route)
}

export const getRoute = (input: Uncapitalized<GetRouteRequest>, call: ReadCall): Promise<Route> =>
  routeOf(call, input.apiId, input.routeId)

export const getRoutes = async (
  input: Uncapitalized<GetRoutesRequest>,
  call: ReadCall,
): Promise<Page<Route>> => {
  const { apiId } = await apiOf(call, input.apiId)
  return pageOf(call, routesV2, `${apiId}/`, input)
}

export const updateRoute = async (
  input: Uncapitalized<UpdateRouteRequest>,
  call: WriteCall,
): Promise<Route> => {
  const api = await apiOf(call, input.apiId)
  const before = await routeOf(call, input.apiId, input.routeId)
  refuseEmpty(input, 'routeKey', 'authorizationType')
  const route = merged<Route>(before, {
    routeKey: input.routeKey,
    apiKeyRequired: input.apiKeyRequired,
    authorizationType: input.authorizationType,
    authorizationScopes: input.authorizationScopes,
    authorizerId: input.authorizerId,
    modelSelectionExpression: input.modelSelectionExpression,
    operationName: input.operationName,
    requestModels: mergedTexts(before.requestModels, input.requestModels),
    requestParameters: mergedObjects(before.requestParameters, parameters(input.requestParameters)),
    routeResponseSelectionExpression: input.routeResponseSelectionExpression,
    target: input.target,
  })
  return writeRoute(call, api, withoutUnusedAuthorizer(route))
}

export const deleteRoute = async (
  input: Uncapitalized<DeleteRouteRequest>,
  call: WriteCall,
): Promise<void> => {
  const { routeId } = await routeOf(call, input.apiId, input.routeId)
  const key = `${input.apiId}/${routeId}`
  await call.tx.deletePrefix(routeResponsesV2, call, `${key}/`)
  await call.tx.delete(routesV2, call, key)
  await deployAutomatically(call, `${input.apiId}`)
}

export const deleteRouteRequestParameter = async (
  input: Uncapitalized<DeleteRouteRequestParameterRequest>,
  call: WriteCall,
): Promise<void> => {
  const api = await apiOf(call, input.apiId)
  const { requestParameters, ...route } = await routeOf(call, input.apiId, input.routeId)
  const before = Object.entries(requestParameters ?? {})
  const kept = before.filter(([key]) => key !== input.requestParameterKey)
  if (kept.length === before.length) {
    const key = input.requestParameterKey
    throw notFoundOf('RouteRequestParameter', `Invalid request parameter key specified ${key}`)
  }
  const remaining = nonEmpty(Object.fromEntries(kept))
  await writeRoute(call, api, defined({ ...route, requestParameters: remaining }))
}

/** Checks and writes a route, and deploys where the API deploys by itself. */
export const writeRoute = async (call: WriteCall, api: Api, route: Route): Promise<Route> => {
  await checkRoute(call, api, route)
  for (const other of await partsOf(call, routesV2, api.apiId)) {
    if (other.routeKey === route.routeKey && other.routeId !== route.routeId) {
      throw conflict(`Route with key ${route.routeKey} already exists for this API`)
    }
  }
  await call.tx.put(routesV2, call, `${api.apiId}/${route.routeId}`, route)
  await deployAutomatically(call, api.apiId)
  return route
}

/** A route that asks nobody any more keeps no authorizer that could not be deleted then. */
const withoutUnusedAuthorizer = (route: Route): Route => {
  if (route.authorizationType === 'JWT' || route.authorizationType === 'CUSTOM') return route
  const { authorizerId: _, authorizationScopes: __, ...rest } = route
  return rest
}

const parameters = (
  input: Uncapitalized<CreateRouteRequest>['requestParameters'],
): Record<string, { required?: boolean }> | undefined =>
  input &&
  Object.fromEntries(Object.entries(input).map(([key, constraints]) => [key, defined(constraints)]))
