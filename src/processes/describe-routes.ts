// The routes of a stage in words: what is behind each, and what stands before it.
import { findMethodSetting } from '#data-plane/admit/throttle.ts'
import type { Authorizer, Method } from '#model/apigateway/rest-api.ts'
import type { Stage } from '#model/apigateway/stage.ts'
import type { Route, StageV2 } from '#model/apigatewayv2/api.ts'
import { functionOfUri } from '#model/arn.ts'
import type {
  DeploymentDocument,
  HttpDocument,
  RestDocument,
  StageEntry,
} from '#model/documents.ts'
import type { FunctionDocument } from '#model/function.ts'

export interface RouteDescription {
  readonly method: string
  readonly path: string
  /** `lambda HelloFunction (nodejs22.x, hello/)`, `http https://…`, `mock`. */
  readonly target: string
  /** What a request passes on its way there: `auth IAM`, `key required`, `validate`, `cache 300 s`, `throttle 10/s`, `VTL`. */
  readonly passes: readonly string[]
}

type Functions = ReadonlyMap<string, FunctionDocument>

/** `entry` is the stage that the settings are told of. */
export const describeRoutes = (
  document: DeploymentDocument,
  entry: StageEntry,
  functions: Functions,
): readonly RouteDescription[] => {
  const rows =
    document.protocol === 'REST'
      ? restRoutes(document, entry.protocol === 'REST' ? entry.stage : undefined, functions)
      : httpRoutes(document, entry.protocol === 'REST' ? undefined : entry.stage, functions)
  return rows.toSorted((one, other) => compare(one.path, other.path) || verb(one) - verb(other))
}

/** By code units, so that one template is told in one order on every machine. */
const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)

const VERBS = ['ANY', 'GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
const verb = ({ method }: RouteDescription): number => VERBS.indexOf(method)

const restRoutes = (document: RestDocument, stage: Stage | undefined, functions: Functions) =>
  document.resources.flatMap((resource) =>
    Object.values(resource.resourceMethods ?? {}).map((method) => ({
      method: method.httpMethod,
      path: resource.path,
      target:
        method.methodIntegration?.type === 'MOCK'
          ? 'mock'
          : describeUri(method.methodIntegration?.uri ?? '', functions),
      passes: [
        ...authorization(method, nameOfAuthorizer(document, method)),
        ...validation(document, method),
        ...(stage === undefined ? [] : settings(stage, resource.path, method.httpMethod)),
        ...(hasTemplates(method) ? ['VTL'] : []),
      ],
    })),
  )

const httpRoutes = (document: HttpDocument, stage: StageV2 | undefined, functions: Functions) => {
  const integrations = new Map(document.integrations.map((one) => [one.integrationId, one]))
  return document.routes.map((route) => {
    const [method = '', path = route.routeKey] = route.routeKey.split(' ')
    const integration = integrations.get(route.target?.replace(/^integrations\//, '') ?? '')
    const own = stage?.routeSettings?.[route.routeKey]
    const rate = own?.throttlingRateLimit ?? stage?.defaultRouteSettings?.throttlingRateLimit
    return {
      method: path === route.routeKey ? 'ANY' : method,
      path,
      target: describeUri(
        integration?.integrationUri ?? integration?.integrationSubtype ?? '',
        functions,
      ),
      passes: [...authorization(route, nameOfAuthorizerV2(document, route)), ...throttle(rate)],
    }
  })
}

const nameOfAuthorizer = ({ authorizers }: RestDocument, method: Method): string | undefined => {
  const found: Authorizer | undefined = authorizers.find(({ id }) => id === method.authorizerId)
  return found && `${found.type} ${found.name}`
}

const nameOfAuthorizerV2 = ({ authorizers }: HttpDocument, route: Route): string | undefined => {
  const found = authorizers.find(({ authorizerId }) => authorizerId === route.authorizerId)
  return found && `${found.authorizerType} ${found.name}`
}

const authorization = (
  {
    authorizationType,
    apiKeyRequired,
  }: { readonly authorizationType: string; readonly apiKeyRequired: boolean },
  authorizer: string | undefined,
): readonly string[] => [
  ...(authorizationType === 'NONE'
    ? []
    : [`auth ${authorizer ?? authorizationType.replace(/^AWS_/, '')}`]),
  ...(apiKeyRequired ? ['key required'] : []),
]

const validation = (document: RestDocument, method: Method): readonly string[] => {
  const found = document.requestValidators.find(({ id }) => id === method.requestValidatorId)
  const what = [
    ...(found?.validateRequestBody === true ? ['body'] : []),
    ...(found?.validateRequestParameters === true ? ['parameters'] : []),
  ]
  return what.length === 0 ? [] : [`validate ${what.join(', ')}`]
}

const settings = (stage: Stage, path: string, httpMethod: string): readonly string[] => {
  const all = stage.methodSettings?.['*/*']
  const own = findMethodSetting(stage, path, httpMethod)
  const setting = { ...all, ...own }
  // AWS: the setting for all methods keeps answers of GET alone.
  const isKept =
    stage.cacheClusterEnabled === true &&
    setting.cachingEnabled === true &&
    (own?.cachingEnabled === true || httpMethod === 'GET' || httpMethod === 'ANY')
  return [
    ...throttle(setting.throttlingRateLimit),
    ...(isKept ? [`cache ${setting.cacheTtlInSeconds ?? 300} s`] : []),
  ]
}

const throttle = (rate: number | undefined): readonly string[] =>
  rate === undefined || rate < 0 ? [] : [`throttle ${rate}/s`]

const hasTemplates = ({ methodIntegration: integration }: Method): boolean =>
  integration?.type !== 'MOCK' &&
  (Object.keys(integration?.requestTemplates ?? {}).length > 0 ||
    Object.values(integration?.integrationResponses ?? {}).some(
      ({ responseTemplates = {} }) => Object.keys(responseTemplates).length > 0,
    ))

const describeUri = (uri: string, functions: Functions): string => {
  const arn = functionOfUri(uri)
  const [, , , , service, action] = uri.startsWith('arn:aws:apigateway:') ? uri.split(':') : []
  if (arn === undefined && service !== undefined) return `aws ${service} ${action ?? ''}`
  if (arn === undefined) return `http ${uri}`
  const name = arn.split(':')[6] ?? arn
  const document = functions.get(arn.split(':').slice(0, 7).join(':'))
  if (document === undefined) return `lambda ${name} (not deployed here)`
  const { code } = document
  return `lambda ${name} (${document.Runtime}, ${'path' in code ? code.path : code.kind})`
}
