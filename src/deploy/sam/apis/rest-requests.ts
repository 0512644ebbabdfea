// RequestParameters, RequestModel and its validator of an Api event.
import type { JsonValue } from '#shared/json.ts'
import { memberOf, objectOf } from '../../template/source.ts'
import { fail, type RouteEvent, type SamContext, type SamResource } from '../context.ts'
import { type Draft, draftOf } from '../draft.ts'
import type { PathItem } from './routes.ts'

const PLACES: Readonly<Record<string, string>> = {
  header: 'header',
  path: 'path',
  querystring: 'query',
}

export const addModelParameters = (
  context: SamContext,
  event: RouteEvent,
  api: SamResource,
  operation: Draft,
): void => {
  const parameters: JsonValue[] = []
  const cached: string[] = []
  const given = event.properties['RequestParameters']
  for (const entry of Array.isArray(given) ? given : []) {
    const parameter = requestParameter(context, event, entry)
    if (parameter === undefined) continue
    parameters.push(parameter.written)
    if (parameter.caching) cached.push(parameter.name)
  }
  addModel(context, event, api, operation, parameters)
  if (parameters.length > 0) operation['parameters'] = parameters
  if (cached.length > 0) {
    const key = 'x-amazon-apigateway-integration'
    operation[key] = { ...objectOf(operation[key]), cacheKeyParameters: cached }
  }
}

const requestParameter = (context: SamContext, event: RouteEvent, entry: JsonValue) => {
  const [name = '', settings] =
    typeof entry === 'string' ? [entry, {}] : (Object.entries(objectOf(entry) ?? {})[0] ?? [])
  const match = /^method\.request\.(header|path|querystring)\.(.+)$/.exec(name)
  const [, place = '', parameter = ''] = match ?? []
  if (match === null) {
    const at = ['Events', event.eventId, 'Properties', 'RequestParameters']
    const problem = `\`${name}\` must begin with method.request.querystring, .path or .header`
    fail(context, event.resource, at, problem)
    return undefined
  }
  return {
    name,
    caching: memberOf(settings, 'Caching') === true,
    written: {
      in: PLACES[place] ?? place,
      name: parameter,
      required: memberOf(settings, 'Required') ?? false,
      type: 'string',
    },
  }
}

const addModel = (
  context: SamContext,
  event: RouteEvent,
  api: SamResource,
  operation: Draft,
  parameters: JsonValue[],
): void => {
  const request = objectOf(event.properties['RequestModel'])
  const model = request?.['Model']
  if (request === undefined || typeof model !== 'string') return
  const at = ['Events', event.eventId, 'Properties', 'RequestModel']
  if (objectOf(api.properties['Models'])?.[model] === undefined) {
    fail(context, event.resource, at, `the API has no model \`${model}\``)
  }
  const name = model.toLowerCase()
  const required = request['Required']
  const { ValidateBody: body, ValidateParameters: query } = request
  if (body !== undefined || query !== undefined) {
    const isFlag = (flag: JsonValue | undefined) => flag === undefined || typeof flag === 'boolean'
    if (!isFlag(body) || !isFlag(query)) {
      fail(context, event.resource, at, 'ValidateBody and ValidateParameters must be booleans')
    }
    operation[VALIDATOR] = validatorName(body === true, query === true)
  }
  const isOpenApi3 = String(api.properties['OpenApiVersion'] ?? '2').startsWith('3')
  if (isOpenApi3) {
    operation['requestBody'] = {
      content: { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } },
      ...(required === undefined ? {} : { required }),
    }
    return
  }
  parameters.push({
    in: 'body',
    name,
    schema: { $ref: `#/definitions/${name}` },
    ...(required === undefined ? {} : { required }),
  })
}

const VALIDATOR = 'x-amazon-apigateway-request-validator'

const validatorName = (body: boolean, parameters: boolean): string => {
  if (body) return parameters ? 'body-and-params' : 'body-only'
  return parameters ? 'params-only' : 'no-validation'
}

/** Declares the validators that operations name. */
export const addRequestValidators = (document: Draft, items: readonly PathItem[]): void => {
  const validators = draftOf(document[`${VALIDATOR}s`])
  for (const { operation, event } of items.flatMap(({ operations }) => operations)) {
    const name = event === undefined ? undefined : operation[VALIDATOR]
    if (typeof name !== 'string') continue
    validators[name] = {
      validateRequestBody: name.startsWith('body'),
      validateRequestParameters: name.includes('params'),
    }
  }
  if (Object.keys(validators).length > 0) document[`${VALIDATOR}s`] = validators
}
