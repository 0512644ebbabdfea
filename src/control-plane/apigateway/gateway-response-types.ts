// The types of gateway responses and what each is where nobody set it.
import type { GatewayResponse } from '#model/apigateway/rest-api.ts'
import { Bug } from '#shared/assert.ts'
import { defined } from '../defined.ts'

// A type's status, in the SDK's order of types; the two defaults have none of their own.
const STATUS_CODES: Readonly<Record<string, string | undefined>> = {
  ACCESS_DENIED: '403',
  API_CONFIGURATION_ERROR: '500',
  AUTHORIZER_CONFIGURATION_ERROR: '500',
  AUTHORIZER_FAILURE: '500',
  BAD_REQUEST_BODY: '400',
  BAD_REQUEST_PARAMETERS: '400',
  DEFAULT_4XX: undefined,
  DEFAULT_5XX: undefined,
  EXPIRED_TOKEN: '403',
  INTEGRATION_FAILURE: '504',
  INTEGRATION_TIMEOUT: '504',
  INVALID_API_KEY: '403',
  INVALID_SIGNATURE: '403',
  MISSING_AUTHENTICATION_TOKEN: '403',
  QUOTA_EXCEEDED: '429',
  REQUEST_TOO_LARGE: '413',
  RESOURCE_NOT_FOUND: '404',
  THROTTLED: '429',
  UNAUTHORIZED: '401',
  UNSUPPORTED_MEDIA_TYPE: '415',
  WAF_FILTERED: '403',
}

export const GATEWAY_RESPONSE_TYPES: readonly string[] = Object.keys(STATUS_CODES)

export const parseResponseType = (text: string): string => {
  if (GATEWAY_RESPONSE_TYPES.includes(text)) return text
  throw new Bug(`no gateway response type: ${text}`) // The constraint was checked before.
}

/**
 * What a type is while nobody set it: what the API made of its class's default, or else what AWS made of it. `set`
 * undefined: AWS's own.
 */
export const defaultResponse = (
  responseType: string,
  set: ReadonlyMap<string, GatewayResponse> | undefined,
): GatewayResponse => {
  const statusCode = STATUS_CODES[responseType]
  const inherited = statusCode === undefined ? undefined : set?.get(`DEFAULT_${statusCode[0]}XX`)
  return defined({
    responseType,
    statusCode: inherited?.statusCode ?? statusCode,
    responseParameters: inherited?.responseParameters ?? {},
    responseTemplates: inherited?.responseTemplates ?? {
      'application/json': '{"message":$context.error.messageString}',
    },
    defaultResponse: true,
  })
}
