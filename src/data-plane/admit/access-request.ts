// A request as policies ask about it: its ARN, who calls, and the condition keys that API Gateway knows.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-aws-condition-keys.html
import { principalOf } from '#languages/iam-policy/caller-policies.ts'
import type {
  AccessRequest,
  ContextValue,
  Principal,
  RequestContext,
} from '#languages/iam-policy/policy.ts'
import { executeApiArn } from '#model/arn.ts'
import type { Signer } from '#model/caller.ts'
import type { Scope } from '#model/scope.ts'
import type { GatewayRequest } from '../accept/request.ts'

export type ExecuteApiAction =
  | 'execute-api:Invoke'
  | 'execute-api:InvalidateCache'
  | 'execute-api:ManageConnections'
  /** Of an integration that invokes a function in the caller's name. */
  | 'lambda:InvokeFunction'
  /** Of a request to a function's URL. */
  | 'lambda:InvokeFunctionUrl'

/** The stage of a request, as its ARN names it. */
export interface ArnPlace {
  readonly scope: Scope
  readonly apiId: string
  readonly stageName: string
}

/**
 * `arn:aws:execute-api:{region}:{account}:{api}/{stage}/{VERB}/{path}`. The path is the one that was routed: slashes
 * in front and one at the end count for nothing, so that no spelling of a path escapes a policy on it.
 */
export const methodArn = (
  request: GatewayRequest,
  { scope, apiId, stageName }: ArnPlace,
): string => {
  const { path } = request.address
  let start = 0
  while (path.charCodeAt(start) === SLASH) start += 1
  const end = path.charCodeAt(path.length - 1) === SLASH ? path.length - 1 : path.length
  return executeApiArn(
    scope,
    apiId,
    stageName,
    request.method,
    path.slice(start, Math.max(start, end)),
  )
}

const SLASH = 47

/** `resource` is the method's ARN, unless something else is asked for. */
export const accessRequest = (
  action: ExecuteApiAction,
  resource: string,
  request: GatewayRequest,
  signer?: Signer,
): AccessRequest => ({
  action,
  resource,
  principal: signer === undefined ? NOBODY : principalOf(signer),
  context: contextOf(request, resource, signer),
})

/** A function's invocation in a role: API Gateway itself asks, so nothing of the client is a fact of it. */
export const roleAccessRequest = (
  resource: string,
  request: GatewayRequest,
  session: Signer,
): AccessRequest => ({
  action: 'lambda:InvokeFunction',
  resource,
  principal: principalOf(session),
  context: (key) =>
    OF_CLIENTS.has(key)
      ? undefined
      : key === 'aws:securetransport'
        ? 'true'
        : (OF_REQUESTS.get(key)?.(request, resource) ?? ofSigner(session, key)),
})

const OF_CLIENTS: ReadonlySet<string> = new Set([
  'aws:sourceip',
  'aws:vpcsourceip',
  'aws:sourcevpce',
  'aws:sourcevpc',
  'aws:useragent',
  'aws:referer',
])

const NOBODY: Principal = { kind: 'anonymous' }

/** Looked up key by key: most policies ask for none or one. */
const contextOf =
  (request: GatewayRequest, resource: string, signer: Signer | undefined): RequestContext =>
  (key) =>
    OF_REQUESTS.get(key)?.(request, resource) ??
    (signer === undefined ? OF_NOBODY.get(key) : ofSigner(signer, key))

type Fact = (request: GatewayRequest, resource: string) => string | undefined

/** AWS: behind a VPC endpoint there is no `aws:SourceIp`; its counterpart is `aws:VpcSourceIp`. */
const OF_REQUESTS: ReadonlyMap<string, Fact> = new Map<string, Fact>([
  ['aws:sourceip', ({ address, sourceIp }) => (address.vpcEndpoint ? undefined : sourceIp)],
  ['aws:vpcsourceip', ({ address, sourceIp }) => (address.vpcEndpoint ? sourceIp : undefined)],
  ['aws:sourcevpce', ({ address }) => address.vpcEndpoint?.vpceId],
  ['aws:sourcevpc', ({ address }) => address.vpcEndpoint?.vpcId],
  ['aws:securetransport', ({ http }) => String(http.tls !== undefined)],
  ['aws:useragent', ({ userAgent }) => userAgent],
  ['aws:referer', (request) => request.header('referer')],
  ['aws:currenttime', ({ arrivedAtMs }) => new Date(arrivedAtMs).toISOString()],
  ['aws:epochtime', ({ arrivedAtMs }) => String(Math.floor(arrivedAtMs / 1000))],
  // The fourth part of the ARN that is asked for.
  ['aws:requestedregion', (_request, resource) => resource.split(':', 4)[3]],
  ['aws:viaawsservice', () => 'false'],
  ['aws:principalisawsservice', () => 'false'],
])

const OF_NOBODY: ReadonlyMap<string, string> = new Map([
  ['aws:principaltype', 'Anonymous'],
  ['aws:userid', 'anonymous'],
])

const TAG = 'aws:principaltag/'

const ofSigner = (signer: Signer, key: string): ContextValue | undefined => {
  const { principal } = signer
  switch (key) {
    case 'aws:principalaccount':
      return signer.accountId
    case 'aws:principalarn':
      // AWS: of a session the role's ARN, not the session's.
      return principal?.type === 'role' ? principal.arn : signer.arn
    case 'aws:principaltype':
      return principalType(signer)
    case 'aws:userid':
      return signer.userId
    case 'aws:username':
      return principal?.type === 'user' ? principal.name : undefined
    default:
      return (
        findFolded(signer.contextKeys, key) ??
        (key.startsWith(TAG) ? findFolded(principal?.tags ?? {}, key.slice(TAG.length)) : undefined)
      )
  }
}

const principalType = ({ arn }: Signer): string => {
  if (arn.includes(':assumed-role/')) return 'AssumedRole'
  if (arn.includes(':federated-user/')) return 'FederatedUser'
  return arn.endsWith(':root') ? 'Account' : 'User'
}

const findFolded = <Value>(
  facts: Readonly<Record<string, Value>>,
  lower: string,
): Value | undefined => {
  for (const [name, value] of Object.entries(facts)) {
    if (name.length === lower.length && name.toLowerCase() === lower) return value
  }
  return undefined
}
