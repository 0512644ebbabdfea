// The event of payload format 2.0: short names, one value each, and what is empty is left out.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
import { formatClfTime } from '#languages/access-log-format/clf-time.ts'
import type { Caller, CallerIdentity } from '#model/caller.ts'
import {
  eventBody,
  eventHeaders,
  eventPath,
  eventPathParameters,
  eventQuery,
  type EventSource,
  eventStageVariables,
} from './event.ts'

export const makeEvent20 = (source: EventSource) => {
  const { request, caller, mapped } = source
  const headers = eventHeaders(source)
  const cookies = cookiesOf(headers.get('cookie'))
  headers.delete('cookie')
  const path = eventPath(source)
  const { routeKey } = request.match.plan
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: mapped.rawQuery,
    cookies,
    headers: joined(headers),
    queryStringParameters: joined(eventQuery(source)),
    requestContext: {
      accountId: request.stage.scope.accountId,
      apiId: request.stage.apiId,
      authorizer: authorizerOf(caller),
      domainName: request.address.domainName,
      domainPrefix: request.address.domainPrefix,
      http: {
        method: request.method,
        path,
        protocol: `HTTP/${request.http.httpVersion}`,
        sourceIp: request.sourceIp,
        userAgent: request.userAgent ?? '',
      },
      requestId: request.requestId,
      routeKey,
      stage: request.stage.stageName,
      time: formatClfTime(request.arrivedAtMs),
      timeEpoch: request.arrivedAtMs,
    },
    // Undefined members are left out by JSON.stringify: absent, not null.
    ...eventBody(source),
    pathParameters: eventPathParameters(source),
    stageVariables: eventStageVariables(source),
  }
}

/** AWS: under the kind of authorizer that gave it. [guide: http-api-develop-integrations-lambda] */
const authorizerOf = ({ authorizer, authorizerType, identity }: Caller) => {
  if (identity !== undefined) return { iam: iamMembers(identity) }
  return authorizer === undefined ? undefined : { [authorizerType ?? 'lambda']: authorizer }
}

const iamMembers = (identity: CallerIdentity) => {
  const { cognitoIdentityId, cognitoIdentityPoolId, cognitoAmr } = identity
  const cognitoIdentity = {
    amr: cognitoAmr ?? [],
    identityId: cognitoIdentityId,
    identityPoolId: cognitoIdentityPoolId,
  }
  return {
    accessKey: identity.accessKey,
    accountId: identity.accountId,
    callerId: identity.caller,
    cognitoIdentity: cognitoIdentityId === undefined ? null : cognitoIdentity,
    principalOrgId: null,
    userArn: identity.userArn,
    userId: identity.user,
  }
}

/** AWS: cookies are in `cookies` alone, one entry each. [recorded: dherault/serverless-offline#1776, description] */
const cookiesOf = (values: readonly string[] | undefined): readonly string[] | undefined => {
  const cookies = (values ?? [])
    .flatMap((value) => value.split(';'))
    .map((cookie) => cookie.trim())
    .filter((cookie) => cookie !== '')
  return cookies.length === 0 ? undefined : cookies
}

/** AWS: several values are joined by commas, without a blank. [guide] */
const joined = (values: ReadonlyMap<string, readonly string[]>) => {
  if (values.size === 0) return undefined
  const members: [string, string][] = []
  for (const [name, list] of values) {
    const [first = ''] = list
    members.push([name, list.length < 2 ? first : list.join(',')])
  }
  return Object.fromEntries(members)
}
