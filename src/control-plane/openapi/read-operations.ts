// Paths and operations: what may be called, with what, and what comes back.
import type {
  IntegrationDefinition,
  OperationDefinition,
  ResponseDefinition,
} from './definition.ts'
import { defined } from '../defined.ts'
import { extension } from './read-extensions.ts'
import { readIntegration } from './read-integration.ts'
import type { ModelReader } from './read-models.ts'
import { readSecurity, type Schemes } from './read-security.ts'
import {
  entriesOf,
  flagAt,
  isDangling,
  listAt,
  objectAt,
  type Place,
  placeOf,
  plainEntriesOf,
  type Reading,
  textAt,
  textsAt,
  within,
} from './reading.ts'

const ANY_METHOD = 'x-amazon-apigateway-any-method'
const METHODS: readonly string[] = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch']
const PATH_MEMBERS: readonly string[] = [...METHODS, ANY_METHOD, '$ref', 'summary', 'description']
const DEFAULT_MEDIA_TYPES = ['application/json']

export interface OperationContext {
  readonly reading: Reading
  readonly root: Place
  readonly schemes: Schemes
  readonly models: ModelReader
  /** Names of the document's request validators. */
  readonly requestValidators: readonly string[]
}

export const readOperations = (
  context: OperationContext,
): { readonly paths: readonly string[]; readonly operations: readonly OperationDefinition[] } => {
  const { reading, root } = context
  const paths: string[] = []
  const operations: OperationDefinition[] = []
  for (const [key, value, at] of plainEntriesOf(objectAt(reading, root, 'paths'))) {
    const item = placeOf(reading, value, at)
    if (item === undefined) continue
    // AWS's exports write the catch-all of an HTTP API as `/$default`, templates write it without
    // the slash.
    const path = key === '$default' ? '/$default' : key
    if (!path.startsWith('/')) {
      reading.errors.add(at, 'a path begins with /')
      continue
    }
    paths.push(path)
    for (const method of [...METHODS, ANY_METHOD]) {
      if (method === ANY_METHOD) extension(reading, item, 'any-method')
      const operation = objectAt(reading, item, method)
      if (operation === undefined) continue
      operations.push(readOperation(context, path, method, item, operation))
    }
    reportPathMembers(reading, item)
  }
  return { paths, operations }
}

const reportPathMembers = (reading: Reading, item: Place): void => {
  for (const [key, , at] of plainEntriesOf(item)) {
    if (PATH_MEMBERS.includes(key) || key === 'parameters') continue
    reading.warnings.add(at, `${key} is not used`)
  }
}

const readOperation = (
  context: OperationContext,
  path: string,
  method: string,
  item: Place,
  operation: Place,
): OperationDefinition => {
  const { reading, root, schemes } = context
  const isRest = reading.target === 'REST'
  const body = readParameters(reading, item, operation)
  for (const unused of ['callbacks', 'servers']) {
    if (operation.value[unused] === undefined) continue
    reading.warnings.add(within(operation.at, unused), `${unused} is not used`)
  }
  const integration = readIntegration(reading, operation)
  const responses = isRest ? readResponses(context, operation) : []
  return defined({
    at: operation.at,
    path,
    httpMethod: method === ANY_METHOD ? 'ANY' : method.toUpperCase(),
    operationName: textAt(reading, operation, 'operationId'),
    ...readSecurity(reading, schemes, root, operation),
    requestValidator: isRest ? readRequestValidator(context, operation) : undefined,
    requestParameters: isRest ? body.requestParameters : {},
    requestModels: isRest ? readRequestModels(context, operation, body.schema) : {},
    responses: [...responses, ...impliedResponses(reading, responses, integration)],
    integration,
  })
}

/**
 * An integration response may fill headers of a status that the operation does not list: the
 * guide's own sample does so. [dg: request-validation-sample-api-swagger] Of a status that is
 * listed, all headers must be.
 */
const impliedResponses = (
  reading: Reading,
  listed: readonly ResponseDefinition[],
  integration: IntegrationDefinition | undefined,
): readonly ResponseDefinition[] => {
  const implied: ResponseDefinition[] = []
  for (const { statusCode, responseParameters } of integration?.responses ?? []) {
    const targets = Object.keys(responseParameters ?? {})
    if (targets.length === 0 || listed.some((each) => each.statusCode === statusCode)) continue
    const headers = targets.map((target) => target.replace(/^method\.response\.header\./, ''))
    reading.notes.add(
      integration?.at ?? '',
      `the response ${statusCode} is not listed: it is added`,
    )
    implied.push({ statusCode, headers, responseModels: {} })
  }
  return implied
}

const readRequestValidator = (
  { reading, root, requestValidators }: OperationContext,
  operation: Place,
): string | undefined => {
  const own = textAt(reading, operation, extension(reading, operation, 'request-validator'))
  const name = own ?? textAt(reading, root, extension(reading, root, 'request-validator'))
  if (name === undefined || requestValidators.includes(name)) return name
  const place = own === undefined ? root : operation
  reading.errors.add(
    within(place.at, 'x-amazon-apigateway-request-validator'),
    `there is no request validator ${name}`,
  )
  return undefined
}

interface Parameters {
  readonly requestParameters: Readonly<Record<string, boolean>>
  /** Swagger's parameter `in: body`. */
  readonly schema: Place | undefined
}

const LOCATIONS: Readonly<Record<string, string>> = {
  path: 'path',
  query: 'querystring',
  header: 'header',
}
/** What a parameter may say that API Gateway does not check. */
const UNCHECKED = ['enum', 'pattern', 'minimum', 'maximum', 'minLength', 'maxLength', 'multipleOf']

/** The operation's parameters replace those of its path that have the same name and place. */
const readParameters = (reading: Reading, item: Place, operation: Place): Parameters => {
  const required = new Map<string, boolean>()
  let schema: Place | undefined
  const all = [...listAt(reading, item, 'parameters'), ...listAt(reading, operation, 'parameters')]
  for (const [value, at] of all) {
    const parameter = placeOf(reading, value, at)
    if (parameter === undefined) continue
    const place = textAt(reading, parameter, 'in') ?? ''
    const name = textAt(reading, parameter, 'name') ?? ''
    const location = Object.hasOwn(LOCATIONS, place) ? LOCATIONS[place] : undefined
    if (place === 'body') schema = parameter
    else if (location === undefined) reading.warnings.add(at, `a parameter in ${place} is not used`)
    else if (!/^[A-Za-z0-9!#$%&'*+.^_`|~:[\]-]+$/.test(name)) {
      reading.errors.add(at, `the parameter name ${name} is invalid`)
    } else {
      const isRequired = flagAt(reading, parameter, 'required') ?? false
      required.set(`method.request.${location}.${name}`, isRequired)
      reportUnchecked(reading, parameter)
    }
  }
  return { requestParameters: Object.fromEntries(required), schema }
}

const reportUnchecked = (reading: Reading, parameter: Place): void => {
  const schema = objectAt(reading, parameter, 'schema') ?? parameter
  const unchecked = UNCHECKED.filter((key) => schema.value[key] !== undefined)
  if (unchecked.length === 0) return
  const names = unchecked.join(', ')
  reading.notes.add(parameter.at, `${names} of a parameter is not checked, only its presence`)
}

const readRequestModels = (
  context: OperationContext,
  operation: Place,
  body: Place | undefined,
): Readonly<Record<string, string>> => {
  const { reading, models } = context
  const requestBody = objectAt(reading, operation, 'requestBody')
  if (requestBody !== undefined) return readContent(context, requestBody, modelOfRequest)
  if (body === undefined) return {}
  const name = models.nameOf(body.value['schema'], within(body.at, 'schema'))
  return name === undefined ? {} : byMediaType(mediaTypes(context, operation, 'consumes'), name)
}

const mediaTypes = (
  { reading, root }: OperationContext,
  operation: Place,
  key: 'consumes' | 'produces',
): readonly string[] => {
  const types = textsAt(reading, operation, key) ?? textsAt(reading, root, key) ?? []
  return types.length === 0 ? DEFAULT_MEDIA_TYPES : types
}

const byMediaType = (
  types: readonly string[],
  modelName: string,
): Readonly<Record<string, string>> =>
  Object.fromEntries(types.map((mediaType) => [mediaType, modelName]))

type ModelOf = (context: OperationContext, described: Place) => string | undefined

/** OpenAPI 3's `content`: media type → schema. */
const readContent = (
  context: OperationContext,
  place: Place,
  modelOf: ModelOf,
): Readonly<Record<string, string>> => {
  const { reading } = context
  const names: [string, string][] = []
  for (const [mediaType, value, at] of entriesOf(objectAt(reading, place, 'content'))) {
    const media = placeOf(reading, value, at)
    if (media === undefined || media.value['schema'] === undefined) continue
    const name = modelOf(context, media)
    if (name !== undefined) names.push([mediaType, name])
  }
  return Object.fromEntries(names)
}

const modelOfRequest: ModelOf = ({ models }, { value, at }) =>
  models.nameOf(value['schema'], within(at, 'schema'))

/**
 * AWS: an answer is never checked against its model, and one that the document does not have is left out: the sample
 * amazon-api-gateway-canary-deployment is deployed with such a reference.
 */
const modelOfAnswer: ModelOf = ({ reading, models }, { value, at }) => {
  const here = within(at, 'schema')
  if (!isDangling(reading, value['schema'])) return models.nameOf(value['schema'], here)
  reading.warnings.add(here, 'the reference names nothing: the answer has no model')
  return undefined
}

const readResponses = (
  context: OperationContext,
  operation: Place,
): readonly ResponseDefinition[] => {
  const { reading } = context
  const responses: ResponseDefinition[] = []
  for (const [statusCode, value, at] of plainEntriesOf(objectAt(reading, operation, 'responses'))) {
    const response = placeOf(reading, value, at)
    if (response === undefined) continue
    if (!/^[1-5]\d\d$/.test(statusCode)) {
      reading.notes.add(at, `${statusCode} is no status code: the response is not used`)
      continue
    }
    if (response.value['links'] !== undefined) {
      reading.warnings.add(within(response.at, 'links'), 'links is not used')
    }
    const name =
      response.value['schema'] === undefined ? undefined : modelOfAnswer(context, response)
    const responseModels =
      name === undefined
        ? readContent(context, response, modelOfAnswer)
        : byMediaType(mediaTypes(context, operation, 'produces'), name)
    const headers = entriesOf(objectAt(reading, response, 'headers')).map(([header]) => header)
    responses.push({ statusCode, headers, responseModels })
  }
  return responses
}
