// Is the request well formed? Required parameters first, then the body against its model.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
import { type MethodSource, noStep } from '../compiling.ts'
import { compileBodyValidator } from './body-validator.ts'
import {
  compileRequestSource,
  mappingInput,
  type ParameterSource,
} from '../integrate/parameter-source.ts'
import { GatewayFailure, type RestMethodPlan } from '../plan.ts'
import { ANONYMOUS } from '#model/caller.ts'

export const compileRequestValidator = (source: MethodSource): RestMethodPlan['validate'] => {
  const { document, method, limits } = source
  const validator = document.requestValidators.find(({ id }) => id === method.requestValidatorId)
  if (method.requestValidatorId !== undefined && validator === undefined) {
    return limits.refuse(`request validator ${method.requestValidatorId}, which does not exist`)
  }
  if (validator === undefined) return noStep
  const parameters = validator.validateRequestParameters
    ? compileRequiredParameters(source)
    : noStep
  const body = validator.validateRequestBody ? compileBodyValidator(source) : noStep
  if (body === noStep) return parameters
  if (parameters === noStep) return body
  // AWS: what is missing of the parameters is told first.
  return (request) => {
    const wait = parameters(request)
    return wait ? wait.then(() => body(request)) : body(request)
  }
}

/** AWS: the names in the order of their full keys; a blank value is a missing one. [behaviour.md 4] */
const compileRequiredParameters = (source: MethodSource): RestMethodPlan['validate'] => {
  const required: { readonly name: string; readonly read: ParameterSource }[] = []
  for (const key of Object.keys(source.method.requestParameters ?? {}).sort()) {
    if (source.method.requestParameters?.[key] !== true) continue
    const read = compileRequestSource(key, source.stage, source.limits)
    const name = /^method\.request\.(?:path|querystring|header)\.(.+)$/.exec(key)?.[1]
    if (read === undefined || name === undefined) {
      return source.limits.refuse(`validation of the request parameter ${key}`)
    }
    required.push({ name, read })
  }
  if (required.length === 0) return noStep
  return (request) => {
    const input = mappingInput(request, ANONYMOUS, noBody)
    const missing = required.filter(({ read }) => (read(input) ?? '').length === 0)
    if (missing.length === 0) return
    const names = missing.map(({ name }) => name).join(', ')
    throw new GatewayFailure(
      'BAD_REQUEST_PARAMETERS',
      `Missing required request parameters: [${names}]`,
      { hint: `the request validator asks for ${names}, and the request has none or it is empty` },
    )
  }
}

const noBody = (): string => ''
