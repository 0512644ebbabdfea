// An Api or HttpApi event: which method of which API it is.
import { isObject, type JsonObject, type JsonValue } from '#shared/json.ts'
import { memberOf } from '../../template/source.ts'
import { words } from '../../words.ts'
import {
  fail,
  referenceName,
  resolved,
  type RouteEvent,
  type SamContext,
  type SamResource,
} from '../context.ts'
import { IMPLICIT_HTTP_API, IMPLICIT_REST_API } from '../apis/implicit-apis.ts'
import { methodOf } from '../apis/methods.ts'

export type RoutedEvent = RouteEvent & { readonly apiId: JsonValue }

const READ = {
  Api: new Set([
    ...words('Path Method RestApiId Auth RequestModel RequestParameters TimeoutInMillis'),
    ...words('ResponseTransferMode UnescapeMappingTemplate'),
  ]),
  HttpApi: new Set(
    words('Path Method ApiId Auth PayloadFormatVersion RouteSettings TimeoutInMillis'),
  ),
}

const KINDS = {
  Api: ['RestApiId', IMPLICIT_REST_API, 'AWS::Serverless::Api'],
  HttpApi: ['ApiId', IMPLICIT_HTTP_API, 'AWS::Serverless::HttpApi'],
} as const

export const routeOf = (
  context: SamContext,
  resource: SamResource,
  eventId: string,
  kind: 'Api' | 'HttpApi',
  given: JsonObject,
  target: string,
): RoutedEvent | undefined => {
  const [idProperty, implicit, type] = KINDS[kind]
  const at = ['Events', eventId, 'Properties']
  const refuse = (problem: string): undefined => {
    fail(context, resource, at, `the event \`${eventId}\`: ${problem}`)
    return undefined
  }
  for (const name of Object.keys(given)) {
    if (READ[kind].has(name)) continue
    const place = ['Resources', resource.logicalId, 'Properties', ...at, name]
    context.report.add(place, `${kind} event ${name}`, 'ignored: it has no effect here')
  }
  const path = resolved(context, given['Path'])
  const method = resolved(context, given['Method'])
  const isDefault = kind === 'HttpApi' && path === undefined && method === undefined
  if (!isDefault && (typeof path !== 'string' || typeof method !== 'string')) {
    const missing = typeof path === 'string' ? 'Method' : 'Path'
    return refuse(`\`${missing}\` is missing or is not a string`)
  }
  const apiId: JsonValue = given[idProperty] ?? { Ref: implicit }
  const api = apiOf(context, apiId)
  if (api === undefined) return refuse(`\`${idProperty}\` should be a string`)
  const known = context.resources.get(api)
  const isOther = known === undefined ? isReference(apiId) : known.type !== type
  // AWS: an HttpApi event may name a REST API that has a definition of its own: only the permission is made.
  const isDefined = known?.properties['DefinitionBody'] !== undefined && kind === 'HttpApi'
  if (isOther && !isDefined) {
    return refuse(`\`${idProperty}\` must be a reference to a ${type} of the same template`)
  }
  const settings = given['RouteSettings']
  if (settings !== undefined && !isObject(settings)) {
    return refuse('`RouteSettings` should be a map')
  }
  return {
    resource,
    eventId,
    kind,
    api,
    apiId,
    path: isDefault ? '$default' : String(path),
    method: methodOf(isDefault ? 'any' : String(method)),
    target,
    properties: given,
    blamed: resource.logicalId,
  }
}

const isReference = (apiId: JsonValue): boolean => memberOf(apiId, 'Ref') !== undefined

/** What another stack exports cannot be added to: only a name of this template will do. */
const apiOf = (context: SamContext, apiId: JsonValue): string | undefined =>
  referenceName(resolved(context, apiId))
