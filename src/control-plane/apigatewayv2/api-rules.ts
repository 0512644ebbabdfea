// What an API may be, and what AWS fills in.
import type { Cors as CorsInput } from '@aws-sdk/client-apigatewayv2'
import type { Api, Cors, ProtocolType } from '#model/apigatewayv2/api.ts'
import { URL_SUFFIX, type Scope } from '#model/scope.ts'
import { badRequest } from '#wire/errors.ts'
import type { Uncapitalized } from '#wire/operation.ts'
import { constrain, oneOf } from '../constraints.ts'
import { defined } from '../defined.ts'

const NAME_LENGTH_MAX = 128
const DESCRIPTION_LENGTH_MAX = 1024
const MAX_AGE_MAX = 86_400
const API_KEY_SELECTION_EXPRESSIONS = [
  '$request.header.x-api-key',
  '$context.authorizer.usageIdentifierKey',
]

export const apiEndpoint = (scope: Scope, protocolType: ProtocolType, apiId: string): string =>
  `${protocolType === 'HTTP' ? 'https' : 'wss'}://${apiId}.execute-api.${scope.region}.${URL_SUFFIX}`

/** The facts that AWS answers where the caller said nothing. [terraform.md, 4] */
export const apiDefaults = (protocolType: ProtocolType, expression: string | undefined) => {
  if (protocolType === 'WEBSOCKET' && expression === undefined) {
    throw badRequest('RouteSelectionExpression is required for WEBSOCKET APIs')
  }
  return {
    routeSelectionExpression: expression ?? '$request.method $request.path',
    apiKeySelectionExpression: '$request.header.x-api-key',
    disableExecuteApiEndpoint: false,
    ipAddressType: 'ipv4' as const,
  }
}

export const checkApi = (api: Api): void => {
  constrain(
    oneOf(api.protocolType, 'protocolType', ['WEBSOCKET', 'HTTP']),
    oneOf(api.ipAddressType, 'ipAddressType', ['ipv4', 'dualstack']),
  )
  if (api.name.length < 1 || api.name.length > NAME_LENGTH_MAX) {
    throw badRequest(`Name must have between 1 and ${NAME_LENGTH_MAX} characters`)
  }
  if ((api.description?.length ?? 0) > DESCRIPTION_LENGTH_MAX) {
    throw badRequest(`Description must have at most ${DESCRIPTION_LENGTH_MAX} characters`)
  }
  if (!API_KEY_SELECTION_EXPRESSIONS.includes(api.apiKeySelectionExpression)) {
    throw badRequest(
      `Invalid apiKeySelectionExpression: must be one of ${API_KEY_SELECTION_EXPRESSIONS.join(', ')}`,
    )
  }
  if (api.protocolType === 'HTTP') {
    const expression = api.routeSelectionExpression.replaceAll(/[{}]/g, '')
    if (expression === '$request.method $request.path') return
    throw badRequest(
      'RouteSelectionExpression of an HTTP API must be "${request.method} ${request.path}"',
    )
  }
  if (api.corsConfiguration !== undefined) {
    throw badRequest('CORS configuration is only supported for HTTP APIs')
  }
}

/** A CORS configuration is replaced whole, never merged. */
export const parseCors = (input: Uncapitalized<CorsInput> | undefined): Cors | undefined => {
  if (input === undefined) return undefined
  const cors: Cors = defined(input)
  const { maxAge, allowCredentials, allowOrigins = [] } = cors
  if (
    maxAge !== undefined &&
    !(Number.isInteger(maxAge) && maxAge >= -1 && maxAge <= MAX_AGE_MAX)
  ) {
    throw badRequest(`maxAge must be between -1 and ${MAX_AGE_MAX}`)
  }
  if (allowCredentials === true && allowOrigins.includes('*')) {
    throw badRequest('allowCredentials is not supported when allowOrigins contains *')
  }
  for (const origin of allowOrigins) {
    if (/^(?:\*|[A-Za-z][A-Za-z0-9+.-]*:\/\/\S+)$/.test(origin)) continue
    throw badRequest(`Invalid origin ${origin}: an origin begins with a scheme, or is *`)
  }
  return cors
}
