// A Method as an operation of an export: read-operations.ts the other way round.
import type { Method, MethodResponse, Resource } from '#model/apigateway/rest-api.ts'
import { defined, nonEmpty } from '../defined.ts'
import { validatorName } from './export-extensions.ts'
import { exportIntegration } from './export-integration.ts'
import type { Exporting } from './export-rest-api.ts'

type Members = Readonly<Record<string, unknown>>

const LOCATIONS: Readonly<Record<string, { readonly in: string; readonly part: string }>> = {
  path: { in: 'path', part: 'PATH_PARAMETER' },
  querystring: { in: 'query', part: 'QUERY_PARAMETER' },
  header: { in: 'header', part: 'REQUEST_HEADER' },
}

export const exportOperation = (
  exporting: Exporting,
  { path, id }: Resource,
  method: Method,
): Members => {
  const { document, extensions, format, security, documented } = exporting
  const at = { path, method: method.httpMethod }
  const validator = document.requestValidators.find((each) => each.id === method.requestValidatorId)
  const integration = method.methodIntegration
  const operation = defined({
    operationId: method.operationName,
    ...(format === 'swagger' ? mediaTypes(method) : {}),
    parameters: nonEmpty([
      ...parametersOf(exporting, at, method),
      ...(format === 'swagger' ? bodyParameter(exporting, at, method) : []),
    ]),
    requestBody: format === 'oas30' ? requestBody(exporting, at, method) : undefined,
    responses: responsesOf(exporting, at, method),
    security: security.requirementsOf(method),
    'x-amazon-apigateway-request-validator':
      validator !== undefined && extensions.apigateway ? validatorName(validator) : undefined,
    'x-amazon-apigateway-integration':
      integration !== undefined && extensions.integrations
        ? exportIntegration(integration, id)
        : undefined,
  })
  return documented({ type: 'METHOD', ...at }, operation)
}

interface At {
  readonly path: string
  readonly method: string
}

const mediaTypes = (method: Method): Members => {
  const responses = Object.values(method.methodResponses ?? {})
  const produced = responses.flatMap(({ responseModels }) => Object.keys(responseModels ?? {}))
  return defined({
    consumes: nonEmpty(Object.keys(method.requestModels ?? {})),
    produces: nonEmpty([...new Set(produced)]),
  })
}

const parametersOf = (exporting: Exporting, at: At, method: Method): readonly Members[] => {
  const parameters: Members[] = []
  for (const [key, required] of Object.entries(method.requestParameters ?? {})) {
    const [, kind = '', name = ''] = /^method\.request\.([a-z]+)\.(.+)$/.exec(key) ?? []
    const location = Object.hasOwn(LOCATIONS, kind) ? LOCATIONS[kind] : undefined
    if (location === undefined) continue
    const parameter = defined({
      name,
      in: location.in,
      // AWS: an optional parameter says nothing of it; OpenAPI wants a path's parameter required.
      required: required || location.in === 'path' ? true : undefined,
      ...textType(exporting),
    })
    parameters.push(exporting.documented({ type: location.part, ...at, name }, parameter))
  }
  return parameters
}

const textType = ({ format }: Exporting): Members =>
  format === 'swagger' ? { type: 'string' } : { schema: { type: 'string' } }

/** Swagger has one body and one schema for all its media types. */
const bodyParameter = (exporting: Exporting, at: At, method: Method): readonly Members[] => {
  const [name] = Object.values(method.requestModels ?? {})
  if (name === undefined) return []
  const schema = exporting.reference(name)
  const body = defined({ in: 'body', name, required: true, schema })
  return [exporting.documented({ type: 'REQUEST_BODY', ...at }, body)]
}

const requestBody = (exporting: Exporting, at: At, method: Method): Members | undefined => {
  const content = contentOf(exporting, method.requestModels)
  if (Object.keys(content).length === 0) return undefined
  return exporting.documented({ type: 'REQUEST_BODY', ...at }, { content, required: true })
}

/** OpenAPI 3's media types, each with its schema. */
const contentOf = (exporting: Exporting, models: Method['requestModels']): Members =>
  Object.fromEntries(
    Object.entries(models ?? {}).map(([mediaType, model]) => [
      mediaType,
      defined({ schema: exporting.reference(model) }),
    ]),
  )

const responsesOf = (exporting: Exporting, at: At, method: Method): Members =>
  Object.fromEntries(
    Object.values(method.methodResponses ?? {}).map((response) => [
      response.statusCode,
      responseOf(exporting, at, response),
    ]),
  )

const responseOf = (exporting: Exporting, at: At, response: MethodResponse): Members => {
  const { statusCode, responseModels = {} } = response
  const place = { ...at, statusCode }
  const headers = Object.keys(response.responseParameters ?? {}).map((key) => {
    const name = key.replace(/^method\.response\.header\./, '')
    const header = exporting.documented(
      { type: 'RESPONSE_HEADER', ...place, name },
      textType(exporting),
    )
    return [name, header] as const
  })
  const [model] = Object.values(responseModels)
  const body: Members =
    exporting.format === 'swagger'
      ? { schema: model === undefined ? undefined : exporting.reference(model) }
      : // AWS: no model is an empty content. [F116]
        { content: contentOf(exporting, responseModels) }
  const described = defined({
    description: `${statusCode} response`,
    headers: nonEmpty(Object.fromEntries(headers)),
    ...body,
  })
  return exporting.documented({ type: 'RESPONSE', ...place }, described)
}
