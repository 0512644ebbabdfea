// The event of a Lambda proxy integration of a REST API, format 1.0, its members in AWS's order. [F127, F128]
// https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
//
// Written as one JSON text: what a deployment fixes is text already, and no object tree is built per request.
import { formatClfTime } from '#languages/access-log-format/clf-time.ts'
import { ANONYMOUS, type Caller } from '#model/caller.ts'
import type { FlatHeaders } from '#transport/contract.ts'
import { eachHeader } from '../accept/headers.ts'
import type { MethodSource } from '../compiling.ts'
import type { RestRequest } from '../plan.ts'
import { forwardedHeaders, isForwardedHeader } from './forwarded.ts'
import { base64Of, utf8Of } from './payload.ts'

export type ProxyEvent = (request: RestRequest, caller: Caller, body: Uint8Array) => string

export const compileProxyEvent = (source: MethodSource): ProxyEvent => {
  const { isBinary } = source
  const request = compileRequestText(source, 'null')
  const context = compileContextText(source)
  return (asked, caller, body) => {
    const { authorizer } = caller
    const encoded = body.length > 0 && isBinary(asked.header('content-type'))
    const bodyText = body.length === 0 ? null : encoded ? base64Of(body) : utf8Of(body)
    return (
      `{${request(asked)}${context(asked, caller)}` +
      (authorizer === undefined ? '' : `,"authorizer":${json(authorizer)}`) +
      `},"body":${json(bodyText)},"isBase64Encoded":${encoded}}`
    )
  }
}

/**
 * The event of a Lambda authorizer of type REQUEST: the same without body and authorizer.
 * AWS: what is empty is `{}` here, where a proxy event has null. [guide: api-gateway-lambda-authorizer-input]
 */
export const compileAuthorizerEvent = (
  source: MethodSource,
): ((request: RestRequest, methodArn: string) => string) => {
  const request = compileRequestText(source, '{}')
  const context = compileContextText(source)
  return (asked, methodArn) =>
    `{"type":"REQUEST","methodArn":${json(methodArn)},${request(asked)}${context(asked, ANONYMOUS)}}}`
}

type Empty = 'null' | '{}'

/** From `resource` to `stageVariables`. */
const compileRequestText = (
  { stage, resource }: MethodSource,
  empty: Empty,
): ((request: RestRequest) => string) => {
  const resourceText = `"resource":${json(resource.path)},"path":`
  const hasVariables = Object.keys(stage.stageVariables).length > 0
  const stageText = `,"stageVariables":${hasVariables ? json(stage.stageVariables) : empty}`
  return (request) => {
    const parameters = request.match.pathParameters
    return (
      `${resourceText}${json(request.address.eventPath ?? request.address.path)},"httpMethod":${json(request.method)}` +
      headersText(request) +
      queryText(request.query, empty) +
      `,"pathParameters":${parameters === undefined ? empty : json(parameters)}${stageText}`
    )
  }
}

/** `requestContext`, left open for what an authorizer added. */
const compileContextText = ({
  stage,
  resource,
  method,
}: MethodSource): ((request: RestRequest, caller: Caller) => string) => {
  const operation = method.operationName
  const contextText =
    `,"requestContext":{"resourceId":${json(resource.id)}` +
    (operation === undefined ? '' : `,"operationName":${json(operation)}`) +
    `,"resourcePath":${json(resource.path)},"httpMethod":`
  const accountText = `,"accountId":${json(stage.scope.accountId)},"protocol":"HTTP/`
  const stageNameText = `","stage":${json(stage.stageName)},"domainPrefix":`
  const endText = `,"deploymentId":${json(stage.deploymentId)},"apiId":${json(stage.apiId)}`
  return (request, caller) => {
    const { address } = request
    return (
      `${contextText}${json(request.method)},"extendedRequestId":${json(request.extendedRequestId)}` +
      `,"requestTime":"${formatClfTime(request.arrivedAtMs)}","path":${json(address.fullPath)}` +
      `${accountText}${request.http.httpVersion}${stageNameText}${json(address.domainPrefix)}` +
      `,"requestTimeEpoch":${request.arrivedAtMs},"requestId":${json(request.requestId)}` +
      identityText(request, caller) +
      `,"domainName":${json(address.domainName)}${endText}`
    )
  }
}

const json = (value: unknown): string => JSON.stringify(value)

/** AWS: headers keep their case, the last value stands for several; framing headers are gone. */
const headersText = (request: RestRequest): string => {
  const values = new Map<string, { readonly name: string; readonly all: string[] }>()
  const add = (name: string, value: string) => {
    const lower = name.toLowerCase()
    const known = values.get(lower)
    if (known === undefined) values.set(lower, { name, all: [value] })
    else known.all.push(value)
  }
  eachHeader(request.http.headers, (name, value) => {
    if (!DROPPED.has(name.toLowerCase()) && !isForwardedHeader(name)) add(name, value)
  })
  eachHeader(gatewayHeaders(request), add)
  let single = ''
  let multi = ''
  for (const { name, all } of values.values()) {
    const key = `${single === '' ? '' : ','}${json(name)}:`
    single += key + json(all.at(-1))
    multi += key + json(all)
  }
  return `,"headers":{${single}},"multiValueHeaders":{${multi}}`
}

const DROPPED: ReadonlySet<string> = new Set(['connection', 'content-length', 'transfer-encoding'])

const gatewayHeaders = (request: RestRequest): FlatHeaders => [
  'X-Amzn-Trace-Id',
  request.traceId,
  ...forwardedHeaders(request),
]

/** AWS: the last value of a repeated name stands in the single map; no parameters at all is null. [F128] */
const queryText = (query: ReadonlyMap<string, readonly string[]>, empty: Empty): string => {
  if (query.size === 0) {
    return `,"queryStringParameters":${empty},"multiValueQueryStringParameters":${empty}`
  }
  let single = ''
  let multi = ''
  for (const [name, values] of query) {
    const key = `${single === '' ? '' : ','}${json(name)}:`
    single += key + json(values.at(-1))
    multi += key + json(values)
  }
  return `,"queryStringParameters":{${single}},"multiValueQueryStringParameters":{${multi}}`
}

/** All members are always there; what is not known is null. [F127] */
const identityText = (request: RestRequest, { identity }: Caller): string => {
  const { vpceId, vpcId } = request.address.vpcEndpoint ?? {}
  const { apiKey } = request
  return (
    `,"identity":{"cognitoIdentityPoolId":${orNull(identity?.cognitoIdentityPoolId)}` +
    `,"accountId":${orNull(identity?.accountId)}` +
    `,"cognitoIdentityId":${orNull(identity?.cognitoIdentityId)}` +
    `,"caller":${orNull(identity?.caller)},"sourceIp":${json(request.sourceIp)}` +
    `,"principalOrgId":null,"accessKey":${orNull(identity?.accessKey)}` +
    `,"cognitoAuthenticationType":${orNull(identity?.cognitoAuthenticationType)}` +
    `,"cognitoAuthenticationProvider":${orNull(identity?.cognitoAuthenticationProvider)}` +
    `,"userArn":${orNull(identity?.userArn)},"userAgent":${orNull(request.userAgent)}` +
    `,"user":${orNull(identity?.user)}` +
    (apiKey === undefined ? '' : `,"apiKey":${json(apiKey.value)},"apiKeyId":${json(apiKey.id)}`) +
    (vpceId === undefined ? '' : `,"vpceId":${json(vpceId)}`) +
    (vpcId === undefined ? '' : `,"vpcId":${json(vpcId)}`) +
    '}'
  )
}

const orNull = (text: string | undefined): string => (text === undefined ? 'null' : json(text))
