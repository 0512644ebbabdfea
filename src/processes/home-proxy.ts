// In `daemun serve` the functions process has the TLS port that functions call home to, and others answer: AWS calls the
// host on its management port, calls of APIs the workers on the data port. This passes requests on.
import { isDataPlaneAddress } from '#data-plane/accept/domain-name.ts'
import {
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
  UpstreamError,
} from '#transport/contract.ts'
import { PAYLOAD_BYTES_MAX, REST_INTEGRATION_TIMEOUT_MS_MAX } from '#model/quotas.ts'
import type { Settings } from '../settings.ts'
import { openUpstream } from './open-upstream.ts'
import { originOf } from './origin.ts'

export const createHomeHandler = (options: {
  readonly endpointUrl: string
  readonly settings: Settings
}): HttpHandler => {
  const upstream = openUpstream(options.settings)
  const dataOrigin = originOf(options.settings.dataHost, options.settings.dataPort)
  return async (request: HttpRequest): Promise<HttpResponse> => {
    const body = await request.body.read(PAYLOAD_BYTES_MAX)
    try {
      return await upstream.call({
        method: request.method,
        origin: isDataPlaneAddress(request.host, request.target) ? dataOrigin : options.endpointUrl,
        path: request.target,
        headers: request.headers,
        body,
        timeoutMs: REST_INTEGRATION_TIMEOUT_MS_MAX,
        responseBytesMax: PAYLOAD_BYTES_MAX,
      })
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error
      const message = 'The gateway cannot be reached.'
      return {
        statusCode: 503,
        headers: ['content-type', 'application/json'],
        body: JSON.stringify({ message }),
      }
    }
  }
}
