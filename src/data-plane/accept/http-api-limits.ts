// What an HTTP API takes in at all: 10,240 bytes of request line and header values, 10 MB of body.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
import { HTTP_API_HEADER_BYTES_MAX } from '#model/quotas.ts'
import { GatewayFailure } from '../plan.ts'
import { admitDeclaredBody, type GatewayRequest } from './request.ts'

export const admitHttpApiRequestSize = (request: GatewayRequest): void => {
  const { http } = request
  // `GET /path HTTP/1.1`
  let bytes = http.method.length + http.target.length + 10
  for (let at = 1; at < http.headers.length; at += 2) bytes += http.headers[at]?.length ?? 0
  if (bytes > HTTP_API_HEADER_BYTES_MAX) {
    throw new GatewayFailure(
      'HEADERS_TOO_LARGE',
      `Request line and header values exceed ${HTTP_API_HEADER_BYTES_MAX} bytes`,
      { hint: `they have ${bytes} bytes; cookies are the usual cause` },
    )
  }
  admitDeclaredBody(http)
}
