// The answer of a method as the client gets it: the headers that every answer carries are added here.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
import type { HttpResponse } from '#transport/contract.ts'
import { lastHeader } from '../accept/headers.ts'
import type { GatewayRequest } from '../accept/request.ts'
import { noteMethodResponse } from '../execution-notes.ts'

/**
 * AWS: x-amzn-RequestId and x-amz-apigw-id on every answer, X-Amzn-Trace-Id on those of AWS, AWS_PROXY and HTTP
 * integrations, and always a Content-Type. [behaviour.md 3.3]
 */
export const writeMethodResponse = (
  request: GatewayRequest,
  response: HttpResponse,
  traced: boolean,
): HttpResponse => {
  const headers = [
    'x-amzn-RequestId',
    request.requestId,
    'x-amz-apigw-id',
    request.extendedRequestId,
    ...response.headers,
  ]
  if (traced && lastHeader(response.headers, 'x-amzn-trace-id') === undefined) {
    headers.push('X-Amzn-Trace-Id', request.traceId)
  }
  if (lastHeader(response.headers, 'content-type') === undefined) {
    headers.push('Content-Type', 'application/json')
  }
  if (request.trace.execution) {
    noteMethodResponse(request.trace.execution, headers.slice(ID_HEADERS), response.body)
  }
  return { ...response, headers }
}

/** Names and values of the two ids, which come before the method's own headers and are not logged with them. */
const ID_HEADERS = 4
