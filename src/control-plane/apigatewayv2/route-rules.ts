// What a route may be, per protocol.
import type { Api, Route } from '#model/apigatewayv2/api.ts'
import { integrationsV2 } from '#store/collections.ts'
import type { ReadCall } from '#store/transactional.ts'
import { HTTP_METHODS } from '#model/http-methods.ts'
import { badRequest } from '#wire/errors.ts'
import { constrain, oneOf } from '../constraints.ts'
import { authorizerOf } from './lookups.ts'

const ROUTE_METHODS: readonly string[] = ['ANY', ...HTTP_METHODS]
const ROUTE_KEY_LENGTH_MAX = 1024

const checkRouteKey = (protocolType: Api['protocolType'], routeKey: string): void => {
  if (routeKey === '' || routeKey.length > ROUTE_KEY_LENGTH_MAX) {
    throw badRequest('Route key must have between 1 and 1024 characters')
  }
  if (protocolType === 'WEBSOCKET' || routeKey === '$default') return
  const [method = '', path = '', ...rest] = routeKey.split(' ')
  if (!ROUTE_METHODS.includes(method) || !path.startsWith('/') || rest.length > 0) {
    throw badRequest(
      'The provided route key is not formatted properly for HTTP protocol. Format should be "<HTTP METHOD> /<RESOURCE PATH>" or "$default"',
    )
  }
  checkRoutePath(path)
}

const checkRoutePath = (path: string): void => {
  const segments = path.slice(1).split('/')
  const names = new Set<string>()
  for (const [index, segment] of segments.entries()) {
    if (!segment.includes('{') && !segment.includes('}')) continue
    const [, name, greedy] = /^\{([^{}+]+)(\+?)\}$/.exec(segment) ?? []
    if (name === undefined) {
      throw badRequest(
        `Invalid path: a variable must be a whole segment of the path, not ${segment}`,
      )
    }
    if (greedy === '+' && index < segments.length - 1) {
      throw badRequest(`Invalid path: the greedy variable ${segment} must be the last segment`)
    }
    if (names.has(name)) throw badRequest(`Invalid path: the variable ${name} occurs twice`)
    names.add(name)
  }
}

export const checkRoute = async (call: ReadCall, api: Api, route: Route): Promise<void> => {
  const isHttp = api.protocolType === 'HTTP'
  checkRouteKey(api.protocolType, route.routeKey)
  const types = isHttp ? ['NONE', 'AWS_IAM', 'CUSTOM', 'JWT'] : ['NONE', 'AWS_IAM', 'CUSTOM']
  constrain(oneOf(route.authorizationType, 'authorizationType', types))
  if (isHttp && route.apiKeyRequired) {
    throw badRequest('ApiKeyRequired is not currently supported for HTTP APIs')
  }
  await checkTarget(call, api.apiId, route.target)
  await checkAuthorizer(call, api.apiId, route)
}

const checkTarget = async (
  call: ReadCall,
  apiId: string,
  target: string | undefined,
): Promise<void> => {
  if (target === undefined) return
  const [, integrationId] = /^integrations\/([^/]+)$/.exec(target) ?? []
  const integration =
    integrationId === undefined
      ? undefined
      : await call.view.get(integrationsV2, call, `${apiId}/${integrationId}`)
  if (integration === undefined) {
    throw badRequest(`Invalid target specified: ${target}. Format should be "integrations/<id>"`)
  }
}

const checkAuthorizer = async (call: ReadCall, apiId: string, route: Route): Promise<void> => {
  const { authorizationType, authorizerId } = route
  if (authorizationType !== 'JWT' && authorizationType !== 'CUSTOM') return
  if (authorizerId === undefined) {
    throw badRequest(`Authorizer ID is required for authorization type ${authorizationType}`)
  }
  const authorizer = await authorizerOf(call, apiId, authorizerId)
  const expected = authorizationType === 'JWT' ? 'JWT' : 'REQUEST'
  if (authorizer.authorizerType !== expected) {
    throw badRequest(
      `Authorizer ${authorizerId} is of type ${authorizer.authorizerType}, which authorization type ${authorizationType} cannot use`,
    )
  }
}
