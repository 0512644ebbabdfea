// What an operation is called in policies, and on what it acts: a row per service; where a service or an operation
// has none, the action is `service:Operation` and the resource `*`.
// https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
import { isObject } from '#shared/json.ts'
import type { Scope } from '#model/scope.ts'
import { decodePercent } from '#wire/message.ts'
import type { Permission } from './authorize.ts'

export interface AskedOperation {
  /** The name of its table: `apigateway`, `iam`. */
  readonly service: string
  readonly operation: string
  readonly input: Readonly<Record<string, unknown>>
  readonly method: string
  /** As it was sent, without its query. */
  readonly path: string
  readonly scope: Scope
}

/** All that is asked: of a call with entries for several buses, one for each. None: everyone who has signed may. */
export const permissionsOf = (asked: AskedOperation): readonly Permission[] => {
  if (asked.service === 'events' && asked.operation === 'PutEvents') return busesOf(asked)
  const permission = permissionOf(asked)
  return permission === undefined ? [] : [permission]
}

const busesOf = ({ input, scope: { region, accountId } }: AskedOperation) => {
  const given: readonly unknown[] = Array.isArray(input['Entries']) ? input['Entries'] : []
  const names = given.filter(isObject).map((entry) => textOf(entry, 'EventBusName') || 'default')
  return [...new Set(names.length === 0 ? ['default'] : names)].map((name) => ({
    action: 'events:PutEvents',
    resource: name.startsWith('arn:')
      ? name
      : `arn:aws:events:${region}:${accountId}:event-bus/${name}`,
  }))
}

/** Undefined: everyone who has signed may. */
export const permissionOf = (asked: AskedOperation): Permission | undefined => {
  const row = Object.hasOwn(ROWS, asked.service) ? ROWS[asked.service] : undefined
  return row === undefined ? plain(asked) : row(asked)
}

type Row = (asked: AskedOperation) => Permission | undefined

const plain: Row = ({ service, operation }) => ({
  action: `${service}:${operation}`,
  resource: '*',
})

/** AWS: API Gateway's actions are HTTP's methods, its resources are paths; both versions, v2 without its prefix. */
const apigateway: Row = ({ method, path, scope }) => ({
  action: `apigateway:${method}`,
  resource: `arn:aws:apigateway:${scope.region}::${canonicalPath(path.replace(/^\/v2(?=\/)/, ''))}`,
})

/** One spelling for each path, whatever a client escapes: a Deny must not be spelled around. */
const canonicalPath = (path: string): string =>
  path
    .replace(/\/$/, '')
    .split('/')
    .map((segment) => {
      const decoded = decodePercent(segment) ?? segment
      // The one segment that holds slashes is an ARN, as in /tags/arn%3Aaws…: AWS has it escaped.
      return /[/:]/.test(decoded) ? encodeURIComponent(decoded) : decoded
    })
    .join('/')

const textOf = (input: Readonly<Record<string, unknown>>, ...names: readonly string[]): string => {
  for (const name of names) {
    const value = input[name]
    if (typeof value === 'string' && value !== '') return value
  }
  return ''
}

/** An ARN as given, else one made of the name; `*` where there is neither. */
const named =
  (
    prefix: string,
    members: readonly string[],
    arnOf: (scope: Scope, name: string) => string,
  ): Row =>
  ({ operation, input, scope }) => {
    const name = textOf(input, ...members)
    const resource = name.startsWith('arn:') ? name : name === '' ? '*' : arnOf(scope, name)
    return { action: `${prefix}:${operation}`, resource }
  }

const lambda: Row = (asked) => {
  const { operation, input, scope } = asked
  const action = operation.startsWith('Invoke') ? 'lambda:InvokeFunction' : `lambda:${operation}`
  const given = textOf(input, 'FunctionName', 'FunctionArn', 'Resource')
  if (given === '') return { action, resource: '*' }
  // A name, `account:function:name` or an ARN, each perhaps with a qualifier.
  const name = given.replace(/^(?:arn:aws:lambda:[^:]*:)?(?:\d{12}:)?(?:function:)?/, '')
  const qualifier = textOf(input, 'Qualifier')
  const qualified = qualifier === '' || name.includes(':') ? name : `${name}:${qualifier}`
  const resource = given.startsWith('arn:aws:lambda:')
    ? given
    : `arn:aws:lambda:${scope.region}:${scope.accountId}:function:${qualified}`
  return { action, resource }
}

/** Operations that ask nothing of the caller's policies, or ask by themselves (AssumeRole: the trust policy). */
const OPEN_STS: ReadonlySet<string> = new Set([
  'AssumeRole',
  'GetCallerIdentity',
  'GetSessionToken',
])

const sts: Row = ({ operation, input, scope }) =>
  OPEN_STS.has(operation)
    ? undefined
    : {
        action: `sts:${operation}`,
        resource:
          operation === 'GetFederationToken'
            ? `arn:aws:sts::${scope.accountId}:federated-user/${textOf(input, 'Name')}`
            : '*',
      }

/** Names of IAM's own, where the caller (processes/) has not found the ARN with its path. */
const iam: Row = ({ operation, input, scope }) => {
  const action = `iam:${operation}`
  const arn = (kind: string, name: string): Permission => ({
    action,
    resource: `arn:aws:iam::${scope.accountId}:${kind}${textOf(input, 'Path') || '/'}${name}`,
  })
  const given = textOf(input, 'PolicyArn', 'OpenIDConnectProviderArn', 'PolicySourceArn')
  const [role, group, user, policy] = ['RoleName', 'GroupName', 'UserName', 'PolicyName'].map(
    (member) => textOf(input, member),
  )
  if (role) return arn('role', role)
  // AddUserToGroup and its like act on the group.
  if (group) return arn('group', group)
  if (user) return arn('user', user)
  if (given !== '') return { action, resource: given }
  return policy ? arn('policy', policy) : { action, resource: '*' }
}

/** A data set lies in an identity, that in a pool: what is named last is what is acted on. */
const cognitoSync: Row = ({ operation, input, scope }) => {
  const [pool, identity, dataset] = ['IdentityPoolId', 'IdentityId', 'DatasetName'].map((member) =>
    textOf(input, member),
  )
  const path = [
    ['identitypool', pool],
    ['identity', identity],
    // AWS: a list of data sets is asked of all of them. [service authorization reference]
    ['dataset', operation === 'ListDatasets' ? '*' : dataset],
  ].flatMap(([kind, id]) => (id ? [`${kind}/${id}`] : []))
  const at = `arn:aws:cognito-sync:${scope.region}:${scope.accountId}`
  return {
    action: `cognito-sync:${operation}`,
    resource: path.length === 0 ? '*' : `${at}:${path.join('/')}`,
  }
}

/** Operations of S3 whose action is called otherwise. */
const S3_ACTIONS: Readonly<Record<string, string>> = {
  CompleteMultipartUpload: 'PutObject',
  CopyObject: 'PutObject',
  CreateMultipartUpload: 'PutObject',
  DeleteBucketCors: 'PutBucketCORS',
  DeleteBucketTagging: 'PutBucketTagging',
  DeleteObjects: 'DeleteObject',
  DeletePublicAccessBlock: 'PutBucketPublicAccessBlock',
  GetBucketCors: 'GetBucketCORS',
  GetBucketNotificationConfiguration: 'GetBucketNotification',
  GetPublicAccessBlock: 'GetBucketPublicAccessBlock',
  HeadBucket: 'ListBucket',
  HeadObject: 'GetObject',
  ListBuckets: 'ListAllMyBuckets',
  ListMultipartUploads: 'ListBucketMultipartUploads',
  ListObjects: 'ListBucket',
  ListObjectsV2: 'ListBucket',
  ListParts: 'ListMultipartUploadParts',
  PutBucketCors: 'PutBucketCORS',
  PutBucketNotificationConfiguration: 'PutBucketNotification',
  PutPublicAccessBlock: 'PutBucketPublicAccessBlock',
  UploadPart: 'PutObject',
  UploadPartCopy: 'PutObject',
}

const s3: Row = ({ operation, input }) => {
  const [bucket, key] = [textOf(input, 'Bucket'), textOf(input, 'Key')]
  const resource = bucket === '' ? '*' : `arn:aws:s3:::${bucket}${key === '' ? '' : `/${key}`}`
  return { action: `s3:${S3_ACTIONS[operation] ?? operation}`, resource }
}

/** AWS: a batch asks for what each of its entries does. [service authorization reference: SQS, SNS] */
const withoutBatch = (operation: string): string => operation.replace(/Batch$/, '')

const snsRow = named(
  'sns',
  ['TopicArn', 'TargetArn', 'ResourceArn', 'Name'],
  ({ region, accountId }, name) => `arn:aws:sns:${region}:${accountId}:${name}`,
)

/** Where objects lie in one object of the input: DynamoDB's batches ask for each by itself. */
const ROWS: Readonly<Record<string, Row>> = {
  apigateway,
  apigatewayv2: apigateway,
  iam,
  sts,
  lambda,
  monitoring: ({ operation }) => ({ action: `cloudwatch:${operation}`, resource: '*' }),
  'cognito-idp': named(
    'cognito-idp',
    ['UserPoolId'],
    ({ region, accountId }, id) => `arn:aws:cognito-idp:${region}:${accountId}:userpool/${id}`,
  ),
  'cognito-identity': named(
    'cognito-identity',
    ['IdentityPoolId'],
    ({ region, accountId }, id) =>
      `arn:aws:cognito-identity:${region}:${accountId}:identitypool/${id}`,
  ),
  'cognito-sync': cognitoSync,
  dynamodb: named(
    'dynamodb',
    ['TableName', 'ResourceArn'],
    ({ region, accountId }, name) => `arn:aws:dynamodb:${region}:${accountId}:table/${name}`,
  ),
  logs: named(
    'logs',
    ['logGroupName', 'logGroupIdentifier', 'resourceArn'],
    ({ region, accountId }, name) => `arn:aws:logs:${region}:${accountId}:log-group:${name}`,
  ),
  s3,
  sns: (asked) => snsRow({ ...asked, operation: withoutBatch(asked.operation) }),
  sqs: (asked) => {
    const { operation, input, scope } = asked
    const name = textOf(input, 'QueueName') || (textOf(input, 'QueueUrl').split('/').at(-1) ?? '')
    const resource = name === '' ? '*' : `arn:aws:sqs:${scope.region}:${scope.accountId}:${name}`
    return { action: `sqs:${withoutBatch(operation)}`, resource }
  },
  events: (asked) => {
    const { operation, input, scope } = asked
    const at = `arn:aws:events:${scope.region}:${scope.accountId}`
    const action = `events:${operation}`
    const tagged = textOf(input, 'ResourceARN')
    if (tagged !== '') return { action, resource: tagged }
    const isBus = operation.endsWith('EventBus')
    const given = textOf(input, 'EventBusName') || (isBus ? textOf(input, 'Name') : '')
    const bus = given.replace(/^arn:[^:]+:events:[^:]*:\d*:event-bus\//, '') || 'default'
    const name = isBus ? '' : textOf(input, 'Name', 'Rule')
    const path = bus === 'default' ? name : `${bus}/${name}`
    // AWS: `event-bus/{name}`, `rule/{name}` and `rule/{bus}/{name}`. [service authorization reference: EventBridge]
    return { action, resource: name === '' ? `${at}:event-bus/${bus}` : `${at}:rule/${path}` }
  },
}

/** Calls that nobody signs: who makes them shows a token, a password or nothing. */
const UNSIGNED: Readonly<Record<string, readonly string[]>> = {
  sts: ['AssumeRoleWithWebIdentity', 'AssumeRoleWithSAML'],
  sns: ['ConfirmSubscription', 'Unsubscribe'],
  'cognito-identity': ['GetCredentialsForIdentity', 'GetId', 'GetOpenIdToken', 'UnlinkIdentity'],
  // https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flows-public-server-side.html
  'cognito-idp': [
    'AssociateSoftwareToken',
    'ChangePassword',
    'CompleteWebAuthnRegistration',
    'ConfirmDevice',
    'ConfirmForgotPassword',
    'ConfirmSignUp',
    'DeleteUser',
    'DeleteUserAttributes',
    'DeleteWebAuthnCredential',
    'ForgetDevice',
    'ForgotPassword',
    'GetDevice',
    'GetTokensFromRefreshToken',
    'GetUser',
    'GetUserAttributeVerificationCode',
    'GetUserAuthFactors',
    'GlobalSignOut',
    'InitiateAuth',
    'ListDevices',
    'ListWebAuthnCredentials',
    'ResendConfirmationCode',
    'RespondToAuthChallenge',
    'RevokeToken',
    'SetUserMFAPreference',
    'SetUserSettings',
    'SignUp',
    'StartWebAuthnRegistration',
    'UpdateAuthEventFeedback',
    'UpdateDeviceStatus',
    'UpdateUserAttributes',
    'VerifySoftwareToken',
    'VerifyUserAttribute',
  ],
}

export const isUnsigned = (service: string, operation: string): boolean =>
  Object.hasOwn(UNSIGNED, service) && UNSIGNED[service]?.includes(operation) === true
