// A function's events. Api and HttpApi become methods of an API and a permission; the others are reported by name.
import type { JsonObject, JsonValue } from '#shared/json.ts'
import { objectOf } from '../template/source.ts'
import {
  addResource,
  fail,
  referenceName,
  resolved,
  type RouteEvent,
  type SamContext,
  type SamResource,
} from './context.ts'
import { keptAttributes } from './draft.ts'
import { IMPLICIT_HTTP_API, IMPLICIT_REST_API } from './implicit-apis.ts'
import { stageSuffix } from './names.ts'
import { words } from '../words.ts'

export const ANY_METHOD = 'x-amazon-apigateway-any-method'

export const transformEvents = (
  context: SamContext,
  resource: SamResource,
  alias: string | undefined,
): void => {
  const { logicalId, properties } = resource
  const target = alias ?? `${logicalId}.Arn`
  const routes: (RouteEvent & { readonly apiId: JsonValue })[] = []
  for (const [eventId, value] of Object.entries(objectOf(properties['Events']) ?? {})) {
    const path = ['Resources', logicalId, 'Properties', 'Events', eventId]
    const { Type: kind, Properties } = objectOf(value) ?? {}
    if (kind !== 'Api' && kind !== 'HttpApi') {
      const feature = `${String(kind)} event ${eventId}`
      context.report.add(path, feature, 'not provided here: the function is not called by it')
      continue
    }
    const event = routeOf(context, resource, eventId, kind, objectOf(Properties) ?? {}, target)
    if (event !== undefined) routes.push(event)
  }
  for (const event of routes) {
    context.events.push(event)
    if (needsPermission(event, routes)) addPermission(context, event, event.apiId, alias)
  }
}

/** The permission of an HTTP API's `$default` route covers the function's other routes of that API. */
const needsPermission = (event: RouteEvent, all: readonly RouteEvent[]): boolean =>
  event.kind === 'Api' ||
  event.path === '$default' ||
  !all.some(({ kind, path }) => kind === 'HttpApi' && path === '$default')

const READ = {
  Api: new Set(
    words(
      'Path Method RestApiId Auth RequestModel RequestParameters TimeoutInMillis ResponseTransferMode',
    ),
  ),
  HttpApi: new Set(
    words('Path Method ApiId Auth PayloadFormatVersion RouteSettings TimeoutInMillis'),
  ),
}

const routeOf = (
  context: SamContext,
  resource: SamResource,
  eventId: string,
  kind: 'Api' | 'HttpApi',
  given: JsonObject,
  target: string,
) => {
  const [idProperty, implicit, type] =
    kind === 'Api'
      ? (['RestApiId', IMPLICIT_REST_API, 'AWS::Serverless::Api'] as const)
      : (['ApiId', IMPLICIT_HTTP_API, 'AWS::Serverless::HttpApi'] as const)
  const at = ['Events', eventId, 'Properties']
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
    fail(context, resource, at, `the event \`${eventId}\` is missing \`${missing}\``)
    return undefined
  }
  const apiId: JsonValue = given[idProperty] ?? { Ref: implicit }
  const api = referenceName(resolved(context, apiId)) ?? ''
  const known = context.resources.get(api)
  if (known !== undefined && known.type !== type) {
    fail(context, resource, at, `\`${idProperty}\` of \`${eventId}\` must name a ${type}`)
    return undefined
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
  }
}

const methodOf = (method: string) => {
  const lower = method.toLowerCase()
  return lower === 'any' ? ANY_METHOD : lower
}

const addPermission = (
  context: SamContext,
  event: RouteEvent,
  apiId: JsonValue,
  alias: string | undefined,
): void => {
  const { resource, eventId, kind, path, method, api } = event
  const isRest = kind === 'Api'
  const stage = context.resources.get(api)?.properties['StageName']
  const suffix = isRest ? stageSuffix(stage ?? 'Prod') : ''
  const verb = method === ANY_METHOD ? '*' : method.toUpperCase()
  const route =
    path === '$default' ? '*' : `${verb}/${path.replace(/^\//, '').replaceAll(/\{[^}]*\}/g, '*')}`
  const partition = isRest ? 'aws' : '${AWS::Partition}'
  addResource(
    context,
    resource,
    `${resource.logicalId}${eventId}Permission${suffix}`,
    'AWS::Lambda::Permission',
    {
      Action: 'lambda:InvokeFunction',
      FunctionName: { Ref: alias ?? resource.logicalId },
      Principal: 'apigateway.amazonaws.com',
      SourceArn: {
        'Fn::Sub': [
          `arn:${partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${__ApiId__}/\${__Stage__}/${route}`,
          { __ApiId__: apiId, __Stage__: '*' },
        ],
      },
    },
    keptAttributes(resource.attributes),
  )
}
