// One port, many services: says where a request goes, before anything of it is read but its head. A pure function;
// the order of its questions is the order of ARCHITECTURE section 10.
import { ServiceError } from './errors.ts'
import {
  type GuardedRequest,
  type GuardOptions,
  hostName,
  refuseHost,
  refuseShapeless,
  refuseStranger,
} from './management-guard.ts'
import { headerOf, parseTarget, type Target } from './message.ts'
import { type CredentialScope, credentialScope } from './sigv4-scope.ts'

export interface FrontDoorRequest extends GuardedRequest {
  readonly target: string
}

export interface FrontDoorOptions extends GuardOptions {
  readonly accountId: string
  /** The region of a request that names none. */
  readonly region: string
  /** True for `{apiId}.execute-api…` and custom domains. The name comes in lower case, without port. */
  readonly isDataPlaneHost: (hostName: string) => boolean
  /** True for `/restapis/{id}/{stage}/_user_request_/…` and `/_aws/execute-api/…`. The path comes undecoded. */
  readonly isDataPlanePath: (path: string) => boolean
  /** True for the operations that pages of any origin call, such as the sign-in of Cognito. */
  readonly isOpenToPages?: (service: string, operation: string) => boolean
}

export type Destination =
  | { readonly kind: 'data-plane' }
  /** Our own pages and probes. `path` begins with `/_daemun/`. */
  | { readonly kind: 'daemun'; readonly path: string }
  | { readonly kind: 'health' }
  | ServiceDestination
  | { readonly kind: 'refused'; readonly error: ServiceError }

export interface ServiceDestination {
  readonly kind: 'service'
  /** The signing name, except that `apigateway` means v1 and `apigatewayv2` v2. */
  readonly service: string
  readonly accountId: string
  readonly region: string
  /** As the request says; not verified. */
  readonly accessKeyId?: string
  /** Pages of any origin may call it, and read the answer. */
  readonly isOpenToPages?: true
}

export const classify = (request: FrontDoorRequest, options: FrontDoorOptions): Destination => {
  const name = hostName(request.host)
  if (options.isDataPlaneHost(name)) return DATA_PLANE
  const target = parseTarget(request.target)
  const { path } = target
  if (HEALTH_PATHS.has(path)) return { kind: 'health' }
  if (path === '/_daemun' || path.startsWith('/_daemun/')) {
    const error = refuseStranger(request, options)
    return error ? { kind: 'refused', error } : { kind: 'daemun', path }
  }
  const scope = credentialScope(request.headers, target.query)
  const service = serviceOf(request, scope, name, target, options)
  if (service === 'execute-api') return DATA_PLANE
  const operation = headerOf(request.headers, 'x-amz-target')?.split('.').at(-1)
  const isOpen =
    service !== undefined &&
    operation !== undefined &&
    options.isOpenToPages?.(service, operation) === true
  const error =
    // Everybody may ask S3, and buckets say which pages may: it refuses by itself.
    (isLinkOfMessage(request, target) || (service !== undefined && ASKS_ITSELF.has(service))
      ? refuseHost(request, options)
      : ((isOpen ? refuseHost : refuseStranger)(request, options) ??
        refuseShapeless(request.headers, target.query))) ??
    (service === undefined ? unknownService(request.method, path) : undefined)
  if (error || service === undefined)
    return { kind: 'refused', error: error ?? unknownService(request.method, path) }
  return {
    kind: 'service',
    service,
    accountId: options.accountId,
    region: regionOf(scope, options),
    ...(scope && { accessKeyId: scope.accessKeyId }),
    ...(isOpen && { isOpenToPages: true }),
  }
}

const ASKS_ITSELF: ReadonlySet<string> = new Set(['s3', 's3-website'])

const DATA_PLANE: Destination = { kind: 'data-plane' }

/** Open to every Host: a probe calls the address of a container, and nothing is told but that it lives. */
const HEALTH_PATHS: ReadonlySet<string> = new Set(['/_daemun/health', '/_localstack/health'])

/** `execute-api` stands for the data plane, whose own signatures have that name. */
const serviceOf = (
  request: FrontDoorRequest,
  scope: CredentialScope | undefined,
  name: string,
  target: Target,
  options: FrontDoorOptions,
): string | undefined => {
  const told =
    scope?.service ??
    serviceOfTarget(target.path, headerOf(request.headers, 'x-amz-target')) ??
    serviceOfHost(name) ??
    // URLs of S3 that are signed the old way say no more than this.
    (target.query.some(([member]) => member === 'AWSAccessKeyId') ? 's3' : undefined)
  if (told !== undefined) return told === 'apigateway' ? versionOf(target.path) : told
  if (options.isDataPlanePath(target.path)) return 'execute-api'
  if (isLinkOfMessage(request, target)) return 'sns'
  return (
    serviceOfPath(target.path) ?? serviceOfForm(request, target.path) ?? serviceOfUpload(request)
  )
}

/** Both versions are signed as `apigateway`, and only v2 lives beneath /v2. */
const versionOf = (path: string): 'apigateway' | 'apigatewayv2' =>
  path === '/v2' || path.startsWith('/v2/') ? 'apigatewayv2' : 'apigateway'

/**
 * `X-Amz-Target: DynamoDB_20120810.PutItem` → the signing name. Such protocols post to the root alone: with another
 * path the header is one that a client of an API wants passed on.
 */
const serviceOfTarget = (path: string, target: string | undefined): string | undefined => {
  if (path !== '/' || target === undefined) return undefined
  const prefix = target.split('.')[0] ?? ''
  return TARGETS.get(prefix.replace(/_\d{8}$/, ''))
}

const TARGETS: ReadonlyMap<string, string> = new Map([
  ['AWSCognitoIdentityProviderService', 'cognito-idp'],
  ['AWSCognitoIdentityService', 'cognito-identity'],
  ['AWSEvents', 'events'],
  ['AWSStepFunctions', 'states'],
  ['AmazonSQS', 'sqs'],
  ['AmazonSSM', 'ssm'],
  ['DynamoDB', 'dynamodb'],
  ['DynamoDBStreams', 'dynamodb'],
  ['GraniteServiceVersion20100801', 'monitoring'],
  ['Kinesis', 'kinesis'],
  ['Logs', 'logs'],
  ['secretsmanager', 'secretsmanager'],
])

/** `apigateway.us-east-1.amazonaws.com`, `bucket.s3.localhost`: the service is a label of the name. */
const serviceOfHost = (name: string): string | undefined => {
  const labels = /^(.+?)\.(?:amazonaws\.com|localhost|localhost\.localstack\.cloud)$/.exec(
    name,
  )?.[1]
  return labels
    ?.split('.')
    .map((label) => (WEBSITE_LABEL.test(label) ? 's3-website' : HOST_LABELS.get(label)))
    .findLast((service) => service !== undefined)
}

/** `bucket.s3-website.localhost`, `bucket.s3-website-us-east-1.amazonaws.com` */
const WEBSITE_LABEL = /^s3-website(?:-[a-z]{2}(?:-[a-z]+)+-\d)?$/

const HOST_LABELS: ReadonlyMap<string, string> = new Map(
  [
    'apigateway',
    'cloudformation',
    'cognito-identity',
    'cognito-idp',
    'cognito-sync',
    'dynamodb',
    'events',
    'iam',
    'kinesis',
    'lambda',
    'logs',
    'monitoring',
    's3',
    'scheduler',
    'secretsmanager',
    'sns',
    'sqs',
    'ssm',
    'states',
    'sts',
  ].map((service) => [service, service]),
)

/** AWS: who got a message confirms or ends its subscription by following a link. [guide: sns-http-https-endpoint] */
const isLinkOfMessage = ({ method }: FrontDoorRequest, { path, query }: Target): boolean =>
  method === 'GET' &&
  path === '/' &&
  query.some(([name, value]) => name === 'Action' && MESSAGE_LINKS.has(value))

const MESSAGE_LINKS: ReadonlySet<string> = new Set(['ConfirmSubscription', 'Unsubscribe'])

/** The one service whose forms need no signature: AssumeRoleWithWebIdentity of STS. */
const serviceOfForm = (request: FrontDoorRequest, path: string): string | undefined => {
  const type = headerOf(request.headers, 'content-type') ?? ''
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(type)
  return path === '/' && request.method === 'POST' && isForm ? 'sts' : undefined
}

/** A page's upload to S3 says of itself no more than the bucket. */
const serviceOfUpload = ({ method, target, headers }: FrontDoorRequest): string | undefined =>
  method === 'POST' &&
  /^\/[a-z\d][a-z\d.-]{1,61}[a-z\d]\/?$/.test(target) &&
  /^multipart\/form-data\b/i.test(headerOf(headers, 'content-type') ?? '')
    ? 's3'
    : undefined

const serviceOfPath = (path: string): string | undefined => {
  if (versionOf(path) === 'apigatewayv2') return 'apigatewayv2'
  if (APIGATEWAY_ROOTS.has(path.split('/')[1] ?? '')) return 'apigateway'
  if (path.startsWith('/identitypools')) return 'cognito-sync'
  return LAMBDA_PATH.test(path) ? 'lambda' : undefined
}

/** The first segments of all paths of apigateway; a test compares them with the table. */
const APIGATEWAY_ROOTS: ReadonlySet<string> = new Set([
  'account',
  'apikeys',
  'clientcertificates',
  'domainnameaccessassociations',
  'domainnames',
  'rejectdomainnameaccessassociations',
  'restapis',
  'sdktypes',
  'tags',
  'usageplans',
  'vpclinks',
])

/** Lambda's paths begin with the date of their version. */
const LAMBDA_PATH =
  /^\/20\d\d-\d\d-\d\d\/(?:functions|event-source-mappings|layers|tags|account-settings)(?:\/|$)/

/** A region becomes part of names and keys: one that cannot be a region is as good as none. */
const regionOf = (scope: CredentialScope | undefined, options: FrontDoorOptions): string =>
  scope?.region !== undefined && /^[a-z]{2}(?:-[a-z]+)+-\d{1,2}$/.test(scope.region)
    ? scope.region
    : options.region

const unknownService = (method: string, path: string): ServiceError =>
  new ServiceError(
    'UnknownOperationException',
    404,
    `No service here answers ${method} ${path.slice(0, 200)}. Sign the request for the service that it is meant for.`,
  )
