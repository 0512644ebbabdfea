// `/_daemun/health` (it runs), `/_daemun/ready` (it wants requests) and LocalStack's health path, which scripts poll.
import type { HttpRequest, HttpResponse } from '#transport/contract.ts'

const PREFIX = '/_daemun/'
const HEADERS = ['content-type', 'application/json', 'cache-control', 'no-store']

/** The answer where the request asks for health; undefined for any other. */
export const answerHealth = (
  request: HttpRequest,
  isReady: () => boolean,
): HttpResponse | undefined => {
  const { target } = request
  if (target.charCodeAt(1) !== 95 /* _ */) return undefined
  if (target === `${PREFIX}health`) return json(200, { status: 'up' })
  if (target === `${PREFIX}ready`) {
    return isReady() ? json(200, { status: 'ready' }) : json(503, { status: 'not ready' })
  }
  if (target === '/_localstack/health') {
    const services = { apigateway: 'running', apigatewayv2: 'running', lambda: 'running' }
    return json(200, { services, edition: 'daemun' })
  }
  return undefined
}

const json = (statusCode: number, value: unknown): HttpResponse => ({
  statusCode,
  headers: HEADERS,
  body: JSON.stringify(value),
})
