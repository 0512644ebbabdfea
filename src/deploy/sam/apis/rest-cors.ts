// Cors of an AWS::Serverless::Api: an OPTIONS method per path, answered by a mock integration.
import { HTTP_METHODS } from '#model/http-methods.ts'
import type { JsonObject, JsonValue } from '#shared/json.ts'
import { objectOf } from '../../template/source.ts'
import { fail, type SamContext, type SamResource } from '../context.ts'
import { type Draft, isIntrinsic } from '../draft.ts'
import { ANY_METHOD } from './methods.ts'
import type { PathItem } from './routes.ts'

interface Cors {
  readonly origin: JsonValue
  readonly headers: JsonValue | undefined
  readonly methods: JsonValue | undefined
  readonly maxAge: JsonValue | undefined
  readonly credentials: boolean
}

export const addCors = (
  context: SamContext,
  resource: SamResource,
  items: readonly PathItem[],
  isOpenApi3: boolean,
): void => {
  const cors = corsOf(context, resource)
  if (cors === undefined) return
  for (const { item, operations } of items) {
    const names = operations.map(({ method }) => method)
    if (names.length === 0 || names.includes('options')) continue
    const allowed = cors.methods ?? allowedMethods(names)
    const operation = preflight({ ...cors, methods: allowed }, isOpenApi3)
    item['options'] = operation
    operations.push({ method: 'options', operation, event: undefined })
  }
}

const corsOf = (context: SamContext, resource: SamResource): Cors | undefined => {
  const given = resource.properties['Cors']
  if (given === undefined) return undefined
  const object = isIntrinsic(given) ? undefined : objectOf(given)
  if (typeof given === 'string' || isIntrinsic(given)) {
    return {
      origin: given,
      headers: undefined,
      methods: undefined,
      maxAge: undefined,
      credentials: false,
    }
  }
  if (object === undefined) {
    fail(context, resource, ['Cors'], '`Cors` must be a string or a map')
    return undefined
  }
  const known = ['AllowOrigin', 'AllowHeaders', 'AllowMethods', 'MaxAge', 'AllowCredentials']
  const unknown = Object.keys(object).find((name) => !known.includes(name))
  if (unknown !== undefined) fail(context, resource, ['Cors'], `\`${unknown}\` is not a property`)
  const { AllowOrigin: origin = "'*'", AllowCredentials: credentials } = object
  if (credentials === true && origin === "'*'") {
    const problem = 'credentials cannot be allowed together with the origin `*`'
    fail(context, resource, ['Cors'], problem)
  }
  return {
    origin,
    headers: object['AllowHeaders'],
    methods: object['AllowMethods'],
    maxAge: object['MaxAge'],
    credentials: credentials === true,
  }
}

const allowedMethods = (methods: readonly string[]): string => {
  const names = methods.includes(ANY_METHOD)
    ? HTTP_METHODS
    : [...new Set(['OPTIONS', ...methods.map((method) => method.toUpperCase())])].sort()
  return `'${names.join(',')}'`
}

const preflight = (cors: Cors, isOpenApi3: boolean): Draft => {
  const headers: (readonly [string, JsonValue | undefined])[] = [
    ['Access-Control-Allow-Origin', cors.origin],
    ['Access-Control-Allow-Headers', cors.headers],
    ['Access-Control-Allow-Methods', cors.methods],
    ['Access-Control-Max-Age', cors.maxAge],
    ['Access-Control-Allow-Credentials', cors.credentials ? "'true'" : undefined],
  ]
  const parameters: Draft = {}
  const declared: Draft = {}
  for (const [name, value] of headers) {
    if (value === undefined) continue
    parameters[`method.response.header.${name}`] = value
    const type: JsonObject = { type: name.endsWith('Max-Age') ? 'integer' : 'string' }
    declared[name] = isOpenApi3 ? { schema: type } : type
  }
  return {
    summary: 'CORS support',
    ...(isOpenApi3 ? {} : { consumes: ['application/json'], produces: ['application/json'] }),
    'x-amazon-apigateway-integration': {
      type: 'mock',
      requestTemplates: { 'application/json': '{\n  "statusCode" : 200\n}\n' },
      responses: {
        default: {
          statusCode: '200',
          responseParameters: parameters,
          responseTemplates: { 'application/json': '{}\n' },
        },
      },
    },
    responses: {
      '200': { description: 'Default response for CORS method', headers: declared },
    },
  }
}
