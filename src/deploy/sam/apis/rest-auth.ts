// Auth of an AWS::Serverless::Api, written into its OpenAPI document: who may call is enforced, or refused, by the data
// plane; nothing is left open because it is not understood here.
import type { JsonObject, JsonValue } from '#shared/json.ts'
import { objectOf } from '../../template/source.ts'
import {
  addResource,
  conditionOf,
  fail,
  failRoute,
  type RouteEvent,
  type SamContext,
  type SamResource,
} from '../context.ts'
import { type Draft, draftOf, isIntrinsic } from '../draft.ts'
import { checkEventAuth } from './event-auth.ts'
import { resourcePolicy } from './resource-policy.ts'
import type { PathItem } from './routes.ts'

const CALLER_CREDENTIALS = 'arn:aws:iam::*:user/*'

export const authOf = ({ properties }: { readonly properties: JsonObject }): JsonObject =>
  objectOf(properties['Auth']) ?? {}

export const addRestAuth = (
  context: SamContext,
  resource: SamResource,
  document: Draft,
  items: readonly PathItem[],
  isOpenApi3: boolean,
): void => {
  const auth = authOf(resource)
  const schemes = restSchemes(context, resource)
  for (const { operation, event, method } of items.flatMap(({ operations }) => operations)) {
    if (event !== undefined) checkEventAuth(context, event, auth)
    const isPreflight = method === 'options' && event === undefined
    const security = securityOf(context, resource, event, isPreflight, operation['security'])
    if (security !== undefined) operation['security'] = security
    for (const requirement of Array.isArray(operation['security']) ? operation['security'] : []) {
      const [name = ''] = Object.keys(objectOf(requirement) ?? {})
      if (BUILT_IN[name] !== undefined) schemes[name] ??= BUILT_IN[name]
    }
  }
  if (auth['ApiKeyRequired'] === true) schemes['api_key'] ??= API_KEY
  if (auth['DefaultAuthorizer'] === 'AWS_IAM') schemes['AWS_IAM'] ??= AWS_IAM
  writeSchemes(document, schemes, isOpenApi3)
  const statements = resourcePolicy(context, resource, items)
  if (statements !== undefined) addPolicy(document, statements)
}

/** The definition's own schemes stay; in OpenAPI 3 they stand under components. */
const writeSchemes = (document: Draft, schemes: Draft, isOpenApi3: boolean): void => {
  const all = { ...objectOf(document['securityDefinitions']), ...schemes }
  if (Object.keys(all).length === 0) return
  if (!isOpenApi3) {
    document['securityDefinitions'] = all
    return
  }
  delete document['securityDefinitions']
  const components = draftOf(document['components'])
  const before = objectOf(components['securitySchemes'])
  document['components'] = { ...components, securitySchemes: { ...before, ...all } }
}

/** A policy in the definition is added to, never replaced. */
const addPolicy = (document: Draft, statements: JsonValue): void => {
  const key = 'x-amazon-apigateway-policy'
  const before = objectOf(document[key])
  const own = before?.['Statement']
  const Statement = own === undefined ? statements : [own, statements].flat()
  document[key] = { Version: '2012-10-17', ...before, Statement }
}

const AWS_IAM: JsonObject = {
  in: 'header',
  name: 'Authorization',
  type: 'apiKey',
  'x-amazon-apigateway-authtype': 'awsSigv4',
}
const API_KEY: JsonObject = { in: 'header', name: 'x-api-key', type: 'apiKey' }
const BUILT_IN: Readonly<Record<string, JsonObject>> = { AWS_IAM, api_key: API_KEY }

const securityOf = (
  context: SamContext,
  resource: SamResource,
  event: RouteEvent | undefined,
  isPreflight: boolean,
  before: JsonValue | undefined,
): JsonValue | undefined => {
  const auth = authOf(resource)
  const own = event === undefined ? {} : authOf(event)
  const fallback = isPreflight && auth['AddDefaultAuthorizerToCorsPreflight'] === false
  const standard = fallback ? undefined : auth['DefaultAuthorizer']
  const authorizer = own['Authorizer'] ?? standard
  const keyFallback = isPreflight && auth['AddApiKeyRequiredToCorsPreflight'] === false
  const key = own['ApiKeyRequired'] ?? (keyFallback ? undefined : auth['ApiKeyRequired'])
  const requirements: JsonValue[] = Array.isArray(before) ? [...before] : []
  const isOpen = requirements.length === 0
  if (typeof authorizer === 'string' && isOpen) {
    const problem = authorizerProblem(auth, authorizer, event)
    if (problem !== undefined && event !== undefined) {
      failRoute(context, event, ['Auth'], problem)
    }
    const scopes = own['AuthorizationScopes'] ?? scopesOf(auth, authorizer)
    const isScoped = authorizer !== 'NONE' && authorizer !== 'AWS_IAM'
    requirements.push({ [authorizer]: isScoped ? scopes : [] })
  }
  if (key === true && isOpen) requirements.push({ api_key: [] })
  return requirements.length === 0 ? undefined : requirements
}

const authorizerProblem = (
  auth: JsonObject,
  authorizer: string,
  event: RouteEvent | undefined,
): string | undefined => {
  if (authorizer === 'AWS_IAM' || event === undefined) return undefined
  if (authorizer === 'NONE') {
    return auth['DefaultAuthorizer'] === undefined
      ? '`NONE` needs a DefaultAuthorizer on the API'
      : undefined
  }
  return objectOf(auth['Authorizers'])?.[authorizer] === undefined
    ? `the API has no authorizer \`${authorizer}\``
    : undefined
}

const scopesOf = (auth: JsonObject, authorizer: string): JsonValue =>
  objectOf(objectOf(auth['Authorizers'])?.[authorizer])?.['AuthorizationScopes'] ?? []

/** With AWS_IAM, whose rights the function is called with. */
export const eventCredentials = (event: RouteEvent, api: SamResource): JsonValue | undefined => {
  const auth = authOf(api)
  const own = authOf(event)
  const authorizer = own['Authorizer'] ?? auth['DefaultAuthorizer']
  if (authorizer !== 'AWS_IAM') return undefined
  const role = own['InvokeRole'] ?? auth['InvokeRole'] ?? 'CALLER_CREDENTIALS'
  if (role === 'NONE') return undefined
  return role === 'CALLER_CREDENTIALS' ? CALLER_CREDENTIALS : role
}

const restSchemes = (context: SamContext, resource: SamResource): Draft => {
  const schemes: Draft = {}
  for (const [name, value] of Object.entries(objectOf(authOf(resource)['Authorizers']) ?? {})) {
    const authorizer = objectOf(value)
    if (authorizer === undefined) {
      fail(context, resource, ['Auth', 'Authorizers', name], 'an authorizer must be a map')
    } else {
      checkScopes(context, resource, name, authorizer)
      schemes[name] = restScheme(authorizer)
    }
  }
  return schemes
}

const checkScopes = (
  context: SamContext,
  resource: SamResource,
  name: string,
  authorizer: JsonObject,
): void => {
  const scopes = authorizer['AuthorizationScopes']
  if (scopes === undefined || Array.isArray(scopes) || isIntrinsic(scopes)) return
  const problem = `\`Authorizers.${name}.AuthorizationScopes\` should be a list`
  fail(context, resource, ['Auth', 'Authorizers', name], problem)
}

const restScheme = (authorizer: JsonObject): JsonObject => {
  const identity = objectOf(authorizer['Identity']) ?? {}
  const isCognito = authorizer['UserPoolArn'] !== undefined
  const isRequest = authorizer['FunctionPayloadType'] === 'REQUEST'
  const header = identity['Header'] ?? 'Authorization'
  const expression = identity['ValidationExpression']
  const pools = authorizer['UserPoolArn'] ?? []
  const details = isCognito
    ? { type: 'cognito_user_pools', providerARNs: Array.isArray(pools) ? pools : [pools] }
    : lambdaAuthorizer(authorizer, isRequest, identity)
  return {
    in: 'header',
    name: isRequest && !isCognito ? 'Unused' : header,
    type: 'apiKey',
    'x-amazon-apigateway-authtype': isCognito ? 'cognito_user_pools' : 'custom',
    'x-amazon-apigateway-authorizer': {
      ...details,
      ...(expression === undefined ? {} : { identityValidationExpression: expression }),
    },
  }
}

const lambdaAuthorizer = (
  authorizer: JsonObject,
  isRequest: boolean,
  identity: JsonObject,
): JsonObject => {
  const role = authorizer['FunctionInvokeRole']
  const ttl = identity['ReauthorizeEvery']
  const source = isRequest ? identitySource(identity) : ''
  return {
    type: isRequest ? 'request' : 'token',
    authorizerUri: authorizerUri(authorizer['FunctionArn'] ?? null),
    ...(role === undefined || role === 'NONE' ? {} : { authorizerCredentials: role }),
    ...(ttl === undefined ? {} : { authorizerResultTtlInSeconds: ttl }),
    ...(source === '' ? {} : { identitySource: source }),
  }
}

export const authorizerUri = (functionArn: JsonValue): JsonObject => ({
  'Fn::Sub': [
    'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${__FunctionArn__}/invocations',
    { __FunctionArn__: functionArn },
  ],
})

const identitySource = (identity: JsonObject): string => {
  const places = [
    ['Headers', 'method.request.header.'],
    ['QueryStrings', 'method.request.querystring.'],
    ['StageVariables', 'stageVariables.'],
    ['Context', 'context.'],
  ] as const
  return places
    .flatMap(([member, prefix]) => {
      const names = identity[member]
      return Array.isArray(names) ? names.map((name) => `${prefix}${String(name)}`) : []
    })
    .join(', ')
}

/**
 * The API may call the functions that authorize its callers. AWS: REST APIs unless they say no, HTTP APIs only where
 * they ask for it. [SAM guide: HttpApi LambdaAuthorizer, EnableFunctionDefaultPermissions]
 */
export const addAuthorizerPermissions = (context: SamContext, resource: SamResource): void => {
  const { logicalId } = resource
  const condition = conditionOf(resource)
  const isHttp = resource.type === 'AWS::Serverless::HttpApi'
  for (const [name, value] of Object.entries(objectOf(authOf(resource)['Authorizers']) ?? {})) {
    const authorizer = objectOf(value) ?? {}
    const functionArn = authorizer['FunctionArn']
    if (functionArn === undefined) continue
    if (authorizer['DisableFunctionDefaultPermissions'] === true) continue
    if (isHttp && authorizer['EnableFunctionDefaultPermissions'] !== true) continue
    addResource(
      context,
      resource,
      `${logicalId}${name}AuthorizerPermission`,
      'AWS::Lambda::Permission',
      {
        Action: 'lambda:InvokeFunction',
        FunctionName: functionArn,
        Principal: 'apigateway.amazonaws.com',
        SourceArn: {
          'Fn::Sub': [
            'arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${__ApiId__}/authorizers/*',
            { __ApiId__: { Ref: logicalId } },
          ],
        },
      },
      condition === undefined ? {} : { Condition: condition },
    )
  }
}
