// How a WebSocket API answers a message that failed: one frame, in a fixed form.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-logging.html
import type { GatewayFailure, SocketRequest } from '../plan.ts'

/** AWS: `{"message": "…", "connectionId":"…", "requestId":"…"}`, with a blank after the first colon. [behaviour.md 14] */
export const renderErrorFrame = (failure: GatewayFailure, request: SocketRequest): string => {
  const connectionId = JSON.stringify(request.socket.connectionId)
  const requestId = JSON.stringify(request.requestId)
  const isThrottled = failure.responseType === 'THROTTLED'
  const message = JSON.stringify(isThrottled ? 'Too Many Requests' : failure.message)
  return `{"message": ${message}, "connectionId":${connectionId}, "requestId":${requestId}}`
}
