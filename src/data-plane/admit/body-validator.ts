// Does the body fit its model? The method says which model a content type has; models are compiled at deployment.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
import { ModelBudgetError, ModelSchemaError } from '#languages/json-schema/errors.ts'
import {
  compileModelValidator,
  ignoredKeywords,
  type ModelValidator,
  validationErrorString,
} from '#languages/json-schema/model-validator.ts'
import { hasMoreValues, JSON_VALUES_MAX } from '#shared/json-size.ts'
import { type MethodSource, noStep } from '../compiling.ts'
import { utf8Of } from '../integrate/payload.ts'
import { findTemplate } from '../integrate/template.ts'
import { GatewayFailure, type RestMethodPlan } from '../plan.ts'

/** AWS: a content type without a model is not validated; passthroughBehavior has the say then. [behaviour.md 7] */
export const compileBodyValidator = (source: MethodSource): RestMethodPlan['validate'] => {
  const validators = new Map<string, ModelValidator>()
  for (const [contentType, modelName] of Object.entries(source.method.requestModels ?? {})) {
    const validator = compileModel(source, modelName)
    if (typeof validator === 'string') {
      return source.limits.refuse(`request body validation by model ${modelName}: ${validator}`)
    }
    if (validator !== undefined) validators.set(contentType.trim().toLowerCase(), validator)
  }
  if (validators.size === 0) return noStep
  return (request) => {
    const contentType = request.header('content-type') ?? 'application/json'
    const validator = findTemplate(validators, contentType)
    if (validator === undefined) return undefined
    const body = request.readBody()
    return 'byteLength' in body
      ? admitBody(validator, body)
      : body.then((bytes) => admitBody(validator, bytes))
  }
}

/** Undefined for a model that any body fits; in words, why there is no validator. */
const compileModel = (
  { document, limits }: MethodSource,
  name: string,
): ModelValidator | string | undefined => {
  const schemaOf = (model: string): unknown => {
    const schema = document.models.find((known) => known.name === model)?.schema
    return schema === undefined ? undefined : parsed(schema)
  }
  const model = document.models.find((known) => known.name === name)
  // AWS: Empty is there without being made, and fits everything.
  if (model === undefined) return name === 'Empty' ? undefined : 'there is no such model'
  if (model.schema === undefined || model.schema.trim() === '') return undefined
  const schema = schemaOf(name)
  if (schema === undefined) return 'its schema is not JSON'
  try {
    for (const { keyword } of ignoredKeywords(schema, schemaOf)) {
      if (!ANNOTATIONS.has(keyword)) limits.ignore(`the keyword ${keyword} of model ${name}`)
    }
    return compileModelValidator(schema, schemaOf)
  } catch (error) {
    if (error instanceof ModelSchemaError) return error.message
    throw error
  }
}

/** Words that nobody expects to validate anything. */
const ANNOTATIONS: ReadonlySet<string> = new Set(['example', 'readOnly', 'xml'])

const parsed = (schema: string): unknown => {
  try {
    return JSON.parse(schema)
  } catch {
    return undefined
  }
}

/** AWS: no body is validated as `{}`, and what is not JSON does not fit. [behaviour.md 7, F178] */
const admitBody = (validator: ModelValidator, bytes: Uint8Array): void => {
  const text = utf8Of(bytes)
  if (hasMoreValues(text)) throw invalidBody(`[the body has more than ${JSON_VALUES_MAX} values]`)
  let value: unknown
  try {
    value = JSON.parse(text.trim() === '' ? '{}' : text)
  } catch (error) {
    throw invalidBody('[the body is not JSON]', error)
  }
  try {
    const problems = validator(value)
    if (problems.length > 0) throw invalidBody(validationErrorString(problems))
  } catch (error) {
    if (!(error instanceof ModelBudgetError)) throw error
    throw invalidBody(`[${error.message}]`, error)
  }
}

const invalidBody = (reasons: string, cause?: unknown) =>
  new GatewayFailure('BAD_REQUEST_BODY', 'Invalid request body', {
    hint: reasons,
    validationErrorString: reasons,
    cause,
  })
