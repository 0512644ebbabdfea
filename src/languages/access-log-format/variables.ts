// Every `$context` variable that an access log may have, as a function of the request's record.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-logging.html
import type { RecordStep, RequestRecord } from '#model/request-record.ts'
import { isObject } from '#shared/json.ts'
import { formatClfTime } from './clf-time.ts'

/** Undefined where the request has no such value. */
export type Variable = (record: RequestRecord) => string | number | undefined

/** Undefined for a name that no kind of API knows. */
export const compileVariable = (name: string): Variable | undefined => {
  const known = VARIABLES.get(name)
  if (known !== undefined) return known
  return name.startsWith('authorizer.') ? authorizerVariable(name.slice(11)) : undefined
}

/** AWS: a member of the context or of the claims as text; an object or a list is nothing. */
const authorizerVariable = (name: string): Variable => {
  const dot = name.indexOf('.')
  const outer = dot === -1 ? undefined : name.slice(0, dot)
  const inner = name.slice(dot + 1)
  return ({ caller }) => {
    const values = caller?.authorizer
    if (values === undefined) return undefined
    if (Object.hasOwn(values, name)) return textOf(values[name])
    const within = outer === undefined ? undefined : values[outer]
    return isObject(within) && Object.hasOwn(within, inner) ? textOf(within[inner]) : undefined
  }
}

const textOf = (value: unknown): string | undefined =>
  value === undefined || typeof value === 'object' ? undefined : String(value)

/** AWS: latencies are whole milliseconds. */
const whole = (ms: number | undefined): number | undefined =>
  ms === undefined ? undefined : Math.round(ms)

/** Signatures: who signed is authenticated, what the policy says is authorized. */
const SIGNATURE_FAILURES: ReadonlySet<string> = new Set([
  'EXPIRED_TOKEN',
  'INVALID_SIGNATURE',
  'MISSING_AUTHENTICATION_TOKEN',
])

/** An open method is authorized by nobody, whatever the step's name. */
const authorizeStep = ({ steps, caller, authorizer }: RequestRecord): RecordStep | undefined => {
  for (const step of steps) {
    if (step.name !== 'authorize') continue
    const isAsked =
      authorizer !== undefined ||
      step.outcome !== undefined ||
      caller?.authorizer !== undefined ||
      caller?.principalId !== undefined ||
      caller?.identity !== undefined
    return isAsked ? step : undefined
  }
  return undefined
}

const authenticateStep = (record: RequestRecord): RecordStep | undefined => {
  const step = authorizeStep(record)
  const isSigned =
    record.caller?.identity !== undefined || SIGNATURE_FAILURES.has(step?.outcome ?? '')
  return isSigned ? step : undefined
}

const authorizerStep = (record: RequestRecord): RecordStep | undefined =>
  authenticateStep(record) === undefined ? authorizeStep(record) : undefined

type FindStep = (record: RequestRecord) => RecordStep | undefined

const statusOf = (find: FindStep) => (record: RequestRecord) => {
  const step = find(record)
  if (step === undefined) return undefined
  return step.outcome === undefined ? 200 : record.status
}
const latencyOf = (find: FindStep) => (record: RequestRecord) => whole(find(record)?.durationMs)
const errorOf = (find: FindStep) => (record: RequestRecord) =>
  find(record)?.outcome === undefined ? undefined : record.error?.message

const integrationLatency: Variable = ({ integration }) => whole(integration?.latencyMs)
const integrationError: Variable = ({ integration }) => integration?.error
/** AWS: what Lambda said of the run, for a function; what the backend answered, else. */
const integrationStatus: Variable = ({ integration }) => integration?.status
/** AWS: what the function's code returned, for a proxied one. */
const backendStatus: Variable = ({ integration }) =>
  integration?.functionStatus ?? integration?.status

/** Every name that AWS's pages list, and no other. */
const BY_NAME: Readonly<Record<string, Variable>> = {
  accountId: ({ accountId }) => accountId,
  apiId: ({ apiId }) => apiId,
  'authenticate.error': errorOf(authenticateStep),
  'authenticate.latency': latencyOf(authenticateStep),
  'authenticate.status': statusOf(authenticateStep),
  'authorize.error': errorOf(authorizeStep),
  'authorize.latency': latencyOf(authorizeStep),
  'authorize.status': statusOf(authorizeStep),
  'authorizer.claims': () => undefined,
  'authorizer.error': errorOf(authorizerStep),
  'authorizer.integrationLatency': ({ authorizer }) => whole(authorizer?.integrationLatencyMs),
  'authorizer.integrationStatus': ({ authorizer }) => authorizer?.integrationStatus,
  'authorizer.latency': latencyOf(authorizerStep),
  'authorizer.principalId': ({ caller }) => caller?.principalId,
  'authorizer.requestId': ({ authorizer }) => authorizer?.requestId,
  'authorizer.status': statusOf(authorizerStep),
  awsEndpointRequestId: ({ integration }) => integration?.requestId,
  awsEndpointRequestId2: () => undefined,
  cipherSuite: ({ tls }) => tls?.cipher,
  connectedAt: ({ socket }) => socket?.connectedAtMs,
  connectionId: ({ socket }) => socket?.connectionId,
  'customDomain.basePathMatched': ({ customDomain }) => customDomain?.basePathMatched,
  'customDomain.routingRuleIdMatched': ({ customDomain }) => customDomain?.routingRuleIdMatched,
  dataProcessed: ({ requestBytes, responseBytes }) => requestBytes + responseBytes,
  deploymentId: ({ deploymentId }) => deploymentId,
  disconnectReason: ({ socket }) => socket?.disconnectReason,
  disconnectStatusCode: ({ socket }) => socket?.disconnectStatusCode,
  domainName: ({ domainName }) => domainName,
  domainPrefix: ({ domainPrefix }) => domainPrefix,
  'error.message': ({ error }) => error?.message,
  'error.messageString': ({ error }) => error && JSON.stringify(error.message),
  'error.responseType': ({ error }) => error?.responseType,
  'error.validationErrorString': ({ error }) => error?.validationErrorString,
  eventType: ({ socket }) => socket?.eventType,
  extendedRequestId: ({ extendedRequestId }) => extendedRequestId,
  httpMethod: ({ httpMethod }) => httpMethod,
  'identity.accessKey': ({ caller }) => caller?.identity?.accessKey,
  'identity.accountId': ({ caller }) => caller?.identity?.accountId,
  'identity.apiKey': ({ caller }) => caller?.apiKey,
  'identity.apiKeyId': ({ caller }) => caller?.apiKeyId,
  'identity.caller': ({ caller }) => caller?.identity?.caller,
  'identity.cognitoAuthenticationProvider': ({ caller }) =>
    caller?.identity?.cognitoAuthenticationProvider,
  'identity.cognitoAuthenticationType': ({ caller }) => caller?.identity?.cognitoAuthenticationType,
  'identity.cognitoIdentityId': ({ caller }) => caller?.identity?.cognitoIdentityId,
  'identity.cognitoIdentityPoolId': ({ caller }) => caller?.identity?.cognitoIdentityPoolId,
  'identity.principalOrgId': () => undefined,
  'identity.sourceIp': ({ sourceIp }) => sourceIp,
  'identity.user': ({ caller }) => caller?.identity?.user,
  'identity.userAgent': ({ userAgent }) => userAgent,
  'identity.userArn': ({ caller }) => caller?.identity?.userArn,
  'identity.vpcId': ({ vpcEndpoint }) => vpcEndpoint?.vpcId,
  'identity.vpceId': ({ vpcEndpoint }) => vpcEndpoint?.vpceId,
  // Mutual TLS is not terminated here: no request has a client's certificate.
  'identity.clientCert.clientCertPem': () => undefined,
  'identity.clientCert.issuerDN': () => undefined,
  'identity.clientCert.serialNumber': () => undefined,
  'identity.clientCert.subjectDN': () => undefined,
  'identity.clientCert.validity.notAfter': () => undefined,
  'identity.clientCert.validity.notBefore': () => undefined,
  'integration.error': integrationError,
  'integration.integrationStatus': integrationStatus,
  'integration.latency': integrationLatency,
  'integration.requestId': ({ integration }) => integration?.requestId,
  'integration.status': backendStatus,
  integrationErrorMessage: integrationError,
  integrationLatency,
  integrationStatus,
  isCanaryRequest: ({ isCanary }) => String(isCanary === true),
  messageDirection: ({ socket }) => socket && 'IN',
  messageId: ({ socket }) => socket?.messageId,
  operationName: ({ operationName }) => operationName,
  path: ({ path }) => path,
  protocol: ({ httpProtocol }) => httpProtocol,
  requestId: ({ requestId }) => requestId,
  requestTime: ({ arrivedAtMs }) => formatClfTime(arrivedAtMs),
  requestTimeEpoch: ({ arrivedAtMs }) => arrivedAtMs,
  resourceId: ({ resourceId }) => resourceId,
  resourcePath: ({ protocol, route }) => (protocol === 'REST' ? route : undefined),
  responseLatency: ({ latencyMs }) => whole(latencyMs),
  responseLength: ({ responseBytes }) => responseBytes,
  routeKey: ({ protocol, route }) => (protocol === 'REST' ? undefined : route),
  stage: ({ stage }) => stage,
  status: ({ status }) => status,
  tlsVersion: ({ tls }) => tls?.version,
  // AWS WAF is not part of this gateway: no request was asked about.
  'waf.error': () => undefined,
  'waf.latency': () => undefined,
  'waf.status': () => undefined,
  wafResponseCode: () => undefined,
  webaclArn: () => undefined,
  xrayTraceId: ({ traceId }) => traceId,
}
const VARIABLES: ReadonlyMap<string, Variable> = new Map(Object.entries(BY_NAME))

/** For tests and documents: the names themselves. */
export const VARIABLE_NAMES: readonly string[] = [...VARIABLES.keys()]
