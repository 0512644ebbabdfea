// The values of `$context` in mappings and gateway responses. What a deployment fixes is a constant here.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html#context-variable-reference
import { formatClfTime } from '#languages/access-log-format/clf-time.ts'
import type { JsonInput } from '#languages/vtl/json.ts'
import type { Caller } from '#model/caller.ts'
import { isObject } from '#shared/json.ts'
import type { GatewayRequest } from './accept/request.ts'
import type { RouteMatch } from './accept/routes.ts'
import { authorizerValue } from './authorizer-value.ts'
import type { StageFacts } from './compiling.ts'
import type { SocketFacts } from './accept/socket.ts'
import type { MethodFacts } from './plan.ts'

/** A request whose method may not be known yet: failures come early too. */
export interface ContextRequest extends GatewayRequest {
  readonly match?: RouteMatch<MethodFacts>
  readonly socket?: SocketFacts
}

/** Undefined where the request has no such value. */
export type ContextVariable = (request: ContextRequest, caller?: Caller) => string | undefined

/** The variable called `name`, without `context.` before it. What nobody knows has no value. */
export const compileContextVariable = (name: string, stage: StageFacts): ContextVariable => {
  const fixed = constants(stage).get(name)
  if (fixed !== undefined) return () => fixed
  if (name.startsWith('authorizer.')) return authorizerVariable(name.slice(11))
  return VARIABLES.get(name) ?? (() => undefined)
}

/** All of `$context` for a mapping template: what nobody knows is null where it is part of `identity`. [F187] */
export const contextMembers = (
  request: ContextRequest,
  caller: Caller,
  stage: StageFacts,
): Readonly<Record<string, JsonInput>> => {
  const members: Record<string, JsonInput> = {}
  for (const [name, member] of MEMBERS) members[name] = member(request, caller, stage)
  return members
}

/** One of them, by its name. */
export const contextMember = (
  name: string,
  request: ContextRequest,
  caller: Caller,
  stage: StageFacts,
): JsonInput => MEMBERS.get(name)?.(request, caller, stage)

type Member = (request: ContextRequest, caller: Caller, stage: StageFacts) => JsonInput

const MEMBERS: ReadonlyMap<string, Member> = new Map<string, Member>([
  ['accountId', (_request, _caller, stage) => stage.scope.accountId],
  ['apiId', (_request, _caller, stage) => stage.apiId],
  ['authorizer', (_request, caller) => authorizerMembers(caller)],
  ['deploymentId', (_request, _caller, stage) => stage.deploymentId],
  ['domainName', (request) => request.address.domainName],
  ['domainPrefix', (request) => request.address.domainPrefix],
  ['extendedRequestId', (request) => request.extendedRequestId],
  ['httpMethod', (request) => request.method],
  ['identity', (request, caller) => identityMembers(request, caller)],
  ['isCanaryRequest', (_request, _caller, stage) => String(stage.isCanary === true)],
  ['operationName', (request) => request.match?.plan.operationName],
  ['path', (request) => request.address.fullPath],
  ['protocol', (request) => `HTTP/${request.http.httpVersion}`],
  ['requestId', (request) => request.requestId],
  ['requestTime', (request) => formatClfTime(request.arrivedAtMs)],
  ['requestTimeEpoch', (request) => request.arrivedAtMs],
  ['resourceId', (request) => request.match?.plan.resourceId],
  ['resourcePath', (request) => request.match?.plan.resourcePath],
  ['stage', (_request, _caller, stage) => stage.stageName],
  ['xrayTraceId', (request) => request.traceId],
  // Of messages alone.
  ['connectedAt', ({ socket }) => socket?.connectedAtMs],
  ['connectionId', ({ socket }) => socket?.connectionId],
  ['disconnectReason', ({ socket }) => socket?.disconnectReason],
  ['disconnectStatusCode', ({ socket }) => socket?.disconnectStatusCode],
  ['eventType', ({ socket }) => socket?.eventType],
  ['messageDirection', ({ socket }) => socket && 'IN'],
  ['messageId', ({ socket }) => socket?.messageId],
  ['routeKey', ({ socket }) => socket?.routeKey],
])

/** AWS: the members in this order, and all of them there. [F187] */
const identityMembers = (request: ContextRequest, { identity }: Caller): JsonInput => ({
  cognitoIdentityPoolId: identity?.cognitoIdentityPoolId ?? null,
  accountId: identity?.accountId ?? null,
  cognitoIdentityId: identity?.cognitoIdentityId ?? null,
  caller: identity?.caller ?? null,
  sourceIp: request.sourceIp,
  principalOrgId: null,
  accessKey: identity?.accessKey ?? null,
  cognitoAuthenticationType: identity?.cognitoAuthenticationType ?? null,
  cognitoAuthenticationProvider: identity?.cognitoAuthenticationProvider ?? null,
  userArn: identity?.userArn ?? null,
  userAgent: request.userAgent ?? null,
  user: identity?.user ?? null,
  // AWS: there for a method that asks for a key, and only there. [guide: context-variable-reference]
  ...(request.apiKey && { apiKey: request.apiKey.value, apiKeyId: request.apiKey.id }),
  ...request.address.vpcEndpoint,
})

/** Absent for an open method. The values are what an authorizer gave: JSON that was read, nothing else. */
const authorizerMembers = ({ authorizer, principalId }: Caller): JsonInput => {
  if (authorizer === undefined && principalId === undefined) return undefined
  const members = Object.entries(authorizer ?? {}).map(([name, value]) => [name, jsonOf(value)])
  return Object.fromEntries([['principalId', principalId], ...members])
}

const jsonOf = (value: unknown): JsonInput => {
  if (typeof value === 'string' || typeof value === 'number') return value
  if (typeof value === 'boolean' || value === null) return value
  if (Array.isArray(value)) return value.map(jsonOf)
  if (!isObject(value)) return undefined
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, jsonOf(member)]))
}

const constants = (stage: StageFacts): ReadonlyMap<string, string> =>
  new Map([
    ['accountId', stage.scope.accountId],
    ['apiId', stage.apiId],
    ['deploymentId', stage.deploymentId],
    ['stage', stage.stageName],
    ['isCanaryRequest', String(stage.isCanary === true)],
  ])

const VARIABLES: ReadonlyMap<string, ContextVariable> = new Map<string, ContextVariable>([
  ['connectedAt', ({ socket }) => textOf(socket?.connectedAtMs)],
  ['connectionId', ({ socket }) => socket?.connectionId],
  ['disconnectReason', ({ socket }) => socket?.disconnectReason],
  ['disconnectStatusCode', ({ socket }) => textOf(socket?.disconnectStatusCode)],
  ['eventType', ({ socket }) => socket?.eventType],
  ['messageDirection', ({ socket }) => socket && 'IN'],
  ['messageId', ({ socket }) => socket?.messageId],
  ['routeKey', ({ socket }) => socket?.routeKey],
  ['customDomain.basePathMatched', (request) => request.address.customDomain?.basePathMatched],
  [
    'customDomain.routingRuleIdMatched',
    (request) => request.address.customDomain?.routingRuleIdMatched,
  ],
  ['domainName', (request) => request.address.domainName],
  ['domainPrefix', (request) => request.address.domainPrefix],
  ['extendedRequestId', (request) => request.extendedRequestId],
  ['httpMethod', (request) => request.method],
  ['identity.accessKey', (_request, caller) => caller?.identity?.accessKey],
  ['identity.accountId', (_request, caller) => caller?.identity?.accountId],
  ['identity.caller', (_request, caller) => caller?.identity?.caller],
  [
    'identity.cognitoAuthenticationProvider',
    (_request, caller) => caller?.identity?.cognitoAuthenticationProvider,
  ],
  [
    'identity.cognitoAuthenticationType',
    (_request, caller) => caller?.identity?.cognitoAuthenticationType,
  ],
  ['identity.cognitoIdentityId', (_request, caller) => caller?.identity?.cognitoIdentityId],
  ['identity.cognitoIdentityPoolId', (_request, caller) => caller?.identity?.cognitoIdentityPoolId],
  ['identity.user', (_request, caller) => caller?.identity?.user],
  ['identity.userArn', (_request, caller) => caller?.identity?.userArn],
  ['identity.vpceId', (request) => request.address.vpcEndpoint?.vpceId],
  ['identity.vpcId', (request) => request.address.vpcEndpoint?.vpcId],
  ['identity.apiKey', (request) => request.apiKey?.value],
  ['identity.apiKeyId', (request) => request.apiKey?.id],
  ['identity.sourceIp', (request) => request.sourceIp],
  ['identity.userAgent', (request) => request.userAgent],
  ['operationName', (request) => request.match?.plan.operationName],
  ['path', (request) => request.address.fullPath],
  ['protocol', (request) => `HTTP/${request.http.httpVersion}`],
  ['requestId', (request) => request.requestId],
  ['requestTime', (request) => formatClfTime(request.arrivedAtMs)],
  ['requestTimeEpoch', (request) => String(request.arrivedAtMs)],
  ['resourceId', (request) => request.match?.plan.resourceId],
  ['resourcePath', (request) => request.match?.plan.resourcePath],
  ['xrayTraceId', (request) => request.traceId],
])

const textOf = (value: number | undefined): string | undefined =>
  value === undefined ? undefined : String(value)

const authorizerVariable = (name: string): ContextVariable => {
  if (name === 'principalId') return (_request, caller) => caller?.principalId
  return (_request, caller) => authorizerValue(caller, name)
}
