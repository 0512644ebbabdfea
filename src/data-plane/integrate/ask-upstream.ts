// Asking an HTTP backend, and what its failures mean to the client.
import { PAYLOAD_BYTES_MAX } from '#model/quotas.ts'
import type { Integration } from '#model/apigateway/rest-api.ts'
import {
  UpstreamError,
  type UpstreamErrorCode,
  type UpstreamRequest,
  type UpstreamResponse,
  type UpstreamStream,
} from '#transport/contract.ts'
import { noteUpstreamRequest, noteUpstreamResponse } from '../execution-notes.ts'
import { GatewayFailure, type RestRequest } from '../plan.ts'
import type { AskBackend } from './connection.ts'
import type { HttpIntegrationRequest } from './integration-request.ts'

export const askUpstream = (
  request: RestRequest,
  asked: HttpIntegrationRequest,
  integration: Integration,
  backend: AskBackend,
): Promise<UpstreamResponse> =>
  traced(request, asked, () => backend.call(upstreamRequest(asked, integration)))

/** The same, with a body that is passed on as it comes. */
export const streamUpstream = (
  request: RestRequest,
  asked: HttpIntegrationRequest,
  integration: Integration,
  backend: AskBackend,
): Promise<UpstreamStream> =>
  traced(request, asked, () => backend.stream(upstreamRequest(asked, integration)))

const upstreamRequest = (
  asked: HttpIntegrationRequest,
  integration: Integration,
): UpstreamRequest => ({
  ...asked,
  timeoutMs: integration.timeoutInMillis,
  responseBytesMax:
    integration.responseTransferMode === 'STREAM' ? Number.MAX_SAFE_INTEGER : PAYLOAD_BYTES_MAX,
  insecureSkipVerification: integration.tlsConfig?.insecureSkipVerification === true,
})

const traced = async <Answer extends UpstreamResponse | UpstreamStream>(
  { trace }: RestRequest,
  asked: HttpIntegrationRequest,
  ask: () => Promise<Answer>,
): Promise<Answer> => {
  if (trace.execution) noteUpstreamRequest(trace.execution, asked)
  const askedMs = trace.elapsedMs()
  try {
    const answer = await ask()
    const latencyMs = trace.elapsedMs() - askedMs
    trace.integration = { target: targetOf(asked), latencyMs, status: answer.statusCode }
    if (trace.execution) noteUpstreamResponse(trace.execution, answer, latencyMs)
    return answer
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error
    const latencyMs = trace.elapsedMs() - askedMs
    trace.integration = { target: targetOf(asked), latencyMs, error: error.code }
    throw failureOf(error, asked.origin)
  }
}

/** Without the query: what stands there is often somebody's secret. */
export const targetOf = ({ origin, path }: Pick<UpstreamRequest, 'origin' | 'path'>): string => {
  const mark = path.indexOf('?')
  return origin + (mark === -1 ? path : path.slice(0, mark))
}

const failureOf = (error: UpstreamError, origin: string): GatewayFailure => {
  const { logLine, responseType, message, statusCode } = FAILURES[error.code]
  const hint = `${origin}: ${error.code}: ${error.message}`
  return new GatewayFailure(responseType, message, { statusCode, hint, logLine, cause: error })
}

const network = {
  responseType: 'INTEGRATION_FAILURE',
  message: 'Network error communicating with endpoint',
  statusCode: 504,
  logLine: 'Execution failed due to a network error communicating with endpoint',
}
const nowhere = {
  ...network,
  logLine: 'Execution failed due to configuration error: Invalid endpoint address',
}
const broken = {
  responseType: 'INTEGRATION_FAILURE',
  message: 'Internal server error',
  statusCode: 500,
  logLine: 'Execution failed due to an internal error',
}

/** AWS: 504 for a backend that cannot be reached or is late. [behaviour.md 3.1; the rest is our reading] */
const FAILURES: Readonly<Record<UpstreamErrorCode, typeof network>> = {
  timeout: {
    responseType: 'INTEGRATION_TIMEOUT',
    message: 'Endpoint request timed out',
    statusCode: 504,
    logLine: 'Execution failed due to a timeout error',
  },
  dns: nowhere,
  forbidden: nowhere,
  connect: network,
  tls: network,
  aborted: network,
  protocol: broken,
  'too-large': broken,
}
