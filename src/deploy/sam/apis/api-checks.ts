// What SAM refuses of an Api or HttpApi before it writes its definition.
import { isObject, type JsonObject, type JsonValue } from '#shared/json.ts'
import { objectOf } from '../../template/source.ts'
import { fail, type SamContext, type SamResource } from '../context.ts'
import { isIntrinsic } from '../draft.ts'

export const checkApi = (context: SamContext, resource: SamResource): boolean => {
  const before = context.errors.length
  const { properties } = resource
  checkAuth(context, resource)
  const body = properties['DefinitionBody']
  if (body !== undefined && !isIntrinsic(body))
    checkDefinition(context, resource, objectOf(body) ?? {})
  if (
    properties['DisableExecuteApiEndpoint'] !== undefined &&
    body === undefined &&
    properties['DefinitionUri'] !== undefined
  ) {
    const problem = '`DisableExecuteApiEndpoint` works only with an inline definition'
    fail(context, resource, ['DisableExecuteApiEndpoint'], problem)
  }
  const cors = objectOf(properties['Cors'])
  if (cors !== undefined && cors['AllowOrigin'] === '') {
    fail(context, resource, ['Cors'], 'a value for `AllowOrigin` is required')
  }
  return context.errors.length === before
}

const checkAuth = (context: SamContext, resource: SamResource): void => {
  const given = resource.properties['Auth']
  if (given === undefined || given === null || isIntrinsic(given)) return
  const refuse = (path: readonly string[], problem: string) =>
    fail(context, resource, ['Auth', ...path], problem)
  const auth = objectOf(given)
  if (auth === undefined) {
    refuse([], '`Auth` should be a map')
    return
  }
  const { Authorizers: authorizers, DefaultAuthorizer: standard, ResourcePolicy: policy } = auth
  if (standard !== undefined && typeof standard !== 'string') {
    refuse(['DefaultAuthorizer'], '`DefaultAuthorizer` is not a string')
  }
  if (authorizers !== undefined && !isObject(authorizers)) {
    refuse(['Authorizers'], '`Auth.Authorizers` should be a map')
  }
  for (const [name, authorizer] of Object.entries(objectOf(authorizers) ?? {})) {
    const problem = isObject(authorizer) ? identityProblem(objectOf(authorizer) ?? {}) : undefined
    if (problem !== undefined) refuse(['Authorizers', name], problem)
  }
  checkResourcePolicy(policy, (problem) => refuse(['ResourcePolicy'], problem))
}

const checkResourcePolicy = (
  policy: JsonValue | undefined,
  refuse: (problem: string) => void,
): void => {
  if (policy === undefined || isIntrinsic(policy)) return
  if (!isObject(policy)) {
    refuse('`ResourcePolicy` must be a map')
    return
  }
  for (const name of ['SourceVpcBlacklist', 'SourceVpcWhitelist']) {
    const list = policy[name]
    if (list === undefined) continue
    if (
      Array.isArray(list) &&
      !list.every((item) => typeof item === 'string' || isIntrinsic(item))
    ) {
      refuse(`\`${name}\` must be a list of strings; intrinsics stand in IntrinsicVpc…`)
    }
  }
}

const LISTS = ['Headers', 'QueryStrings', 'StageVariables', 'Context']

const identityProblem = (authorizer: JsonObject): string | undefined => {
  const { Identity: identity, JwtConfiguration: jwt } = authorizer
  if (jwt !== undefined && !isObject(jwt)) return '`JwtConfiguration` should be a map'
  if (authorizer['OpenIdConnectUrl'] !== undefined)
    return '`OpenIdConnectUrl` is no longer supported'
  if (identity === undefined) return undefined
  const object = objectOf(identity)
  if (object === undefined) return '`Identity` should be a map'
  for (const name of LISTS) {
    const list = object[name]
    if (list === undefined || isIntrinsic(list)) continue
    if (!Array.isArray(list)) return `\`Identity.${name}\` should be a list`
    if (!list.every((item: JsonValue) => typeof item === 'string' || isIntrinsic(item))) {
      return `the items of \`Identity.${name}\` should be strings`
    }
  }
  return undefined
}

const checkDefinition = (context: SamContext, resource: SamResource, body: JsonObject): void => {
  const refuse = (path: readonly string[], problem: string) =>
    fail(context, resource, ['DefinitionBody', ...path], problem)
  const definitions = body['securityDefinitions']
  if (definitions !== undefined && !isObject(definitions)) {
    refuse(['securityDefinitions'], '`securityDefinitions` must be a map')
  }
  const isHttp = resource.type === 'AWS::Serverless::HttpApi'
  const isOpen = body['Fn::Transform'] !== undefined
  if (isHttp && !isOpen && (body['openapi'] === undefined || !isObject(body['paths']))) {
    refuse([], 'invalid values or missing keys for `openapi` or `paths`')
  }
  for (const [path, item] of Object.entries(objectOf(body['paths']) ?? {})) {
    // An extension among the paths is no path: what it holds is its own business.
    if (path.startsWith('x-')) continue
    for (const branch of branches(item, (problem) => refuse(['paths', path], problem))) {
      const map = objectOf(branch)
      if (map === undefined)
        refuse(['paths', path], `the value of the path \`${path}\` must be a map`)
      else checkItem(path, map, asksForSecurity(resource), refuse)
    }
  }
}

const branches = (value: JsonValue, refuse: (problem: string) => void): readonly JsonValue[] => {
  const choice = isObject(value) ? objectOf(value)?.['Fn::If'] : undefined
  if (choice === undefined) return [value]
  if (Array.isArray(choice)) return choice.slice(1)
  refuse('the value of Fn::If must be a list')
  return []
}

/** Only then SAM writes into what a method says of its security. */
const asksForSecurity = ({ properties }: SamResource): boolean => {
  const auth = objectOf(properties['Auth'])
  return auth?.['DefaultAuthorizer'] !== undefined || auth?.['ApiKeyRequired'] === true
}

const METHOD = /^(get|put|post|delete|options|head|patch|trace|any|x-amazon-apigateway-any-method)$/

const checkItem = (
  path: string,
  item: JsonObject,
  isSecured: boolean,
  refuse: (path: readonly string[], problem: string) => void,
): void => {
  for (const [method, operation] of Object.entries(item)) {
    if (!METHOD.test(method.toLowerCase())) continue
    if (operation === null || typeof operation === 'string') {
      refuse(['paths', path, method], `the method \`${method}\` of \`${path}\` should be a map`)
      continue
    }
    const map = objectOf(operation)
    if (!isSecured || map === undefined || !Object.hasOwn(map, 'security')) continue
    const security = map['security']
    if (isIntrinsic(security)) continue
    if (!Array.isArray(security)) refuse(['paths', path, method], '`security` must be a list')
    else if (!security.every((entry) => isObject(entry))) {
      refuse(['paths', path, method], 'an entry of `security` is not a map')
    }
  }
}
