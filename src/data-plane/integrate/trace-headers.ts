// The trace goes on: what a backend is told of the trace that its request belongs to.
import type { GatewayRequest } from '../accept/request.ts'

/**
 * AWS's header always. W3C's where caller or gateway speaks it: a traced request's own part of the trace is then the
 * parent of what the backend does, in place of the caller's.
 */
export const addTraceHeaders = (headers: string[], { traceId, segment }: GatewayRequest): void => {
  headers.push('X-Amzn-Trace-Id', traceId)
  const traceparent = segment?.traceparent
  if (traceparent === undefined) return
  for (let at = headers.length - 2; at >= 0; at -= 2) {
    if (headers[at]?.toLowerCase() === 'traceparent') headers.splice(at, 2)
  }
  headers.push('traceparent', traceparent)
}
