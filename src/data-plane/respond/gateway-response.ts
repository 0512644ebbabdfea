// How a REST API answers its failures: AWS's types with their defaults, and what an API makes of them.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
import type { GatewayResponse } from '#model/apigateway/rest-api.ts'
import type { HttpResponse } from '#transport/contract.ts'
import type { GatewayRequest } from '../accept/request.ts'
import type { Limits, StageFacts } from '../compiling.ts'
import { findTemplate, firstAccept } from '../integrate/template.ts'
import type { GatewayFailure, GatewayResponsePlan } from '../plan.ts'
import { compileFailureParameters, type FailureParameters } from './gateway-response-parameters.ts'
import { compileFailureTemplate, type FailureTemplate } from './gateway-response-template.ts'

interface ResponseType {
  readonly statusCode: number
  /** x-amzn-ErrorType. */
  readonly errorType: string
  /** `spaced`: a failure during execution, whose JSON has a blank after the colon. [behaviour.md 3.2] */
  readonly form: 'compact' | 'spaced' | 'capital' | 'text'
}

const type = (
  statusCode: number,
  errorType: string,
  form: ResponseType['form'] = 'compact',
): ResponseType => ({ statusCode, errorType, form })

/** Status, x-amzn-ErrorType and form of each type. [behaviour.md 4] */
export const RESPONSE_TYPES: Readonly<Record<string, ResponseType>> = {
  // AWS: the one body whose member is `Message`.
  ACCESS_DENIED: type(403, 'AccessDeniedException', 'capital'),
  API_CONFIGURATION_ERROR: type(500, 'InternalServerErrorException', 'spaced'),
  AUTHORIZER_CONFIGURATION_ERROR: type(500, 'AuthorizerConfigurationException'),
  AUTHORIZER_FAILURE: type(500, 'AuthorizerFailureException'),
  BAD_REQUEST_BODY: type(400, 'BadRequestException', 'spaced'),
  BAD_REQUEST_PARAMETERS: type(400, 'BadRequestException', 'spaced'),
  DEFAULT_4XX: type(400, 'BadRequestException'),
  DEFAULT_5XX: type(500, 'InternalServerErrorException', 'spaced'),
  EXPIRED_TOKEN: type(403, 'ExpiredTokenException'),
  FORBIDDEN: type(403, 'ForbiddenException'),
  INTEGRATION_FAILURE: type(504, 'InternalServerErrorException', 'spaced'),
  INTEGRATION_TIMEOUT: type(504, 'InternalServerErrorException', 'spaced'),
  INVALID_API_KEY: type(403, 'ForbiddenException'),
  INVALID_SIGNATURE: type(403, 'InvalidSignatureException'),
  MISSING_AUTHENTICATION_TOKEN: type(403, 'MissingAuthenticationTokenException'),
  // Ours: a step that the API asks for and that is not built yet.
  NOT_IMPLEMENTED: type(501, 'NotImplementedException'),
  QUOTA_EXCEEDED: type(429, 'LimitExceededException'),
  // AWS: plain text, and no gateway response can change it. [behaviour.md 3.1]
  REQUEST_TOO_LARGE: type(413, 'RequestTooLargeException', 'text'),
  RESOURCE_NOT_FOUND: type(404, 'NotFoundException'),
  THROTTLED: type(429, 'TooManyRequestsException'),
  UNAUTHORIZED: type(401, 'UnauthorizedException'),
  UNSUPPORTED_MEDIA_TYPE: type(415, 'BadRequestException', 'spaced'),
  WAF_FILTERED: type(403, 'ForbiddenException'),
}

/** Types that are the gateway's own word: an API cannot customise their status. */
const FIXED_STATUS: ReadonlySet<string> = new Set(['REQUEST_TOO_LARGE', 'NOT_IMPLEMENTED'])

/** What an API made of one type. */
interface CustomResponse {
  readonly statusCode: number | undefined
  readonly parameters: FailureParameters
  readonly templates: ReadonlyMap<string, FailureTemplate>
}

export const compileGatewayResponses = (
  responses: readonly GatewayResponse[],
  stage: StageFacts,
  limits: Limits,
): GatewayResponsePlan => {
  const customs = new Map<string, CustomResponse>()
  for (const response of responses) {
    if (!response.defaultResponse) {
      customs.set(response.responseType, compileCustom(response, stage, limits))
    }
  }
  return {
    render: (failure, request) => {
      const known = RESPONSE_TYPES[failure.responseType]
      const preset = failure.statusCode ?? known?.statusCode ?? 500
      const general = customs.get(preset < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX')
      const custom = customs.get(failure.responseType) ?? general
      const plain = defaultResponse(failure, request, preset)
      if (custom === undefined || failure.responseType === 'REQUEST_TOO_LARGE') return plain
      const statusCode = FIXED_STATUS.has(failure.responseType)
        ? preset
        : (custom.statusCode ?? general?.statusCode ?? preset)
      return customise(plain, statusCode, custom, failure, request)
    },
  }
}

/** The answer where no API is known or none has a say: AWS's own. */
export const defaultResponse = (
  failure: GatewayFailure,
  request: GatewayRequest,
  statusCode = failure.statusCode ?? RESPONSE_TYPES[failure.responseType]?.statusCode ?? 500,
): HttpResponse => {
  const known = RESPONSE_TYPES[failure.responseType]
  const { errorType } = failure
  // AWS: `Message` is that of a denial alone; a key that is unknown is refused with `message`. [behaviour.md 8.1]
  const ownForm = errorType === undefined ? known?.form : 'compact'
  const form = ownForm ?? (statusCode < 500 ? 'compact' : 'spaced')
  return {
    statusCode,
    headers: [
      'x-amzn-RequestId',
      request.requestId,
      'x-amz-apigw-id',
      request.extendedRequestId,
      'x-amzn-ErrorType',
      errorType ?? known?.errorType ?? 'InternalServerErrorException',
      'Content-Type',
      form === 'text' ? 'text/plain' : 'application/json',
    ],
    body: defaultBody(form, failure),
  }
}

const defaultBody = (form: ResponseType['form'], failure: GatewayFailure): string => {
  if (form === 'text') return failure.message
  const text = failure.messageString
  if (form === 'capital') return `{"Message":${text}}`
  return form === 'spaced' ? `{"message": ${text}}` : `{"message":${text}}`
}

const compileCustom = (
  response: GatewayResponse,
  stage: StageFacts,
  limits: Limits,
): CustomResponse => {
  const templates = new Map<string, FailureTemplate>()
  for (const [contentType, text] of Object.entries(response.responseTemplates ?? {})) {
    // AWS's own default, stored with a customised type, is no template of the API's: it keeps the form of the type.
    if (text.trim() === DEFAULT_TEMPLATE) continue
    templates.set(contentType.toLowerCase(), compileFailureTemplate(text, stage))
  }
  return {
    statusCode: response.statusCode === undefined ? undefined : Number(response.statusCode),
    parameters: compileFailureParameters(response.responseParameters ?? {}, stage, limits),
    templates,
  }
}

const DEFAULT_TEMPLATE = '{"message":$context.error.messageString}'

/** Headers of the API come after ours and replace those of the same name. */
const customise = (
  plain: HttpResponse,
  statusCode: number,
  custom: CustomResponse,
  failure: GatewayFailure,
  request: GatewayRequest,
): HttpResponse => {
  const added = custom.parameters(failure, request)
  const template = chooseTemplate(custom.templates, request.header('accept'))
  const replaced = new Set(added.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase()))
  if (template !== undefined) replaced.add('content-type')
  const kept = plain.headers.filter((_, at) => {
    const name = plain.headers[at - (at % 2)] ?? ''
    return !replaced.has(name.toLowerCase())
  })
  const ownType = added.some((name, at) => at % 2 === 0 && name.toLowerCase() === 'content-type')
  const typed = template === undefined || ownType ? [] : ['Content-Type', template[0]]
  return {
    statusCode,
    headers: [...kept, ...typed, ...added],
    body: template === undefined ? (plain.body ?? '') : template[1](failure, request),
  }
}

const chooseTemplate = (
  templates: ReadonlyMap<string, FailureTemplate>,
  accept: string | undefined,
): readonly [string, FailureTemplate] | undefined => {
  if (templates.size === 0) return undefined
  const wanted = firstAccept(accept)
  const asked = findTemplate(templates, wanted)
  if (asked !== undefined && wanted !== undefined) return [wanted, asked]
  const json = templates.get('application/json')
  if (json !== undefined) return ['application/json', json]
  const [first] = templates
  return first
}
