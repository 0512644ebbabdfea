// The event of payload format 1.0 as HTTP APIs send it: that of REST APIs, with a few members of its own.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
import { formatClfTime } from '#languages/access-log-format/clf-time.ts'
import type { Caller } from '#model/caller.ts'
import {
  eventBody,
  eventHeaders,
  eventPath,
  eventPathParameters,
  eventQuery,
  type EventSource,
  eventStageVariables,
} from './event.ts'

export const makeEvent10 = (source: EventSource) => {
  const { request } = source
  const headers = eventHeaders(source)
  const query = eventQuery(source)
  const path = eventPath(source)
  const resource = resourceOf(request.match.plan.routeKey)
  const { body, isBase64Encoded } = eventBody(source)
  return {
    version: '1.0',
    resource,
    path,
    httpMethod: request.method,
    headers: lastValues(headers),
    multiValueHeaders: Object.fromEntries(headers),
    queryStringParameters: query.size === 0 ? null : lastValues(query),
    multiValueQueryStringParameters: query.size === 0 ? null : Object.fromEntries(query),
    requestContext: requestContextOf(source, path, resource),
    pathParameters: eventPathParameters(source) ?? null,
    stageVariables: eventStageVariables(source) ?? null,
    body: body ?? null,
    isBase64Encoded,
  }
}

const requestContextOf = ({ request, caller }: EventSource, path: string, resource: string) => ({
  accountId: request.stage.scope.accountId,
  apiId: request.stage.apiId,
  authorizer: caller.authorizer ?? { claims: null, scopes: null },
  domainName: request.address.domainName,
  domainPrefix: request.address.domainPrefix,
  // AWS: HTTP APIs have one id and give it twice. [behaviour.md 5.4]
  extendedRequestId: request.requestId,
  httpMethod: request.method,
  identity: {
    ...UNKNOWN_IDENTITY,
    ...signedMembers(caller),
    sourceIp: request.sourceIp,
    userAgent: request.userAgent ?? null,
  },
  path,
  protocol: `HTTP/${request.http.httpVersion}`,
  requestId: request.requestId,
  requestTime: formatClfTime(request.arrivedAtMs),
  requestTimeEpoch: request.arrivedAtMs,
  resourceId: null,
  resourcePath: resource,
  stage: request.stage.stageName,
})

const signedMembers = ({ identity }: Caller) => {
  if (identity === undefined) return undefined
  const { cognitoAmr: _, ...members } = identity
  return members
}

const UNKNOWN_IDENTITY = {
  accessKey: null,
  accountId: null,
  caller: null,
  cognitoAuthenticationProvider: null,
  cognitoAuthenticationType: null,
  cognitoIdentityId: null,
  cognitoIdentityPoolId: null,
  principalOrgId: null,
  sourceIp: null,
  user: null,
  userAgent: null,
  userArn: null,
}

/** `/pets/{id}` of `GET /pets/{id}`; `$default` stands for itself. */
const resourceOf = (routeKey: string): string => routeKey.slice(routeKey.indexOf(' ') + 1)

/** AWS: the last of several. [recorded: gist metaskills/55f9e3c7; the guide's sample shows the first] */
const lastValues = (values: ReadonlyMap<string, readonly string[]>) =>
  Object.fromEntries([...values].map(([name, list]) => [name, list.at(-1) ?? '']))
