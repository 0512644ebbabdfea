// How the URL of a function answers its failures.
// https://docs.aws.amazon.com/lambda/latest/dg/urls-monitoring.html
import type { HttpResponse } from '#transport/contract.ts'
import type { GatewayFailure } from '../plan.ts'
import { renderHttpApiFailure } from './http-api-failure.ts'

/**
 * AWS: who may not is told no more than `{"Message":"Forbidden"}`, with a capital; who signed, and wrongly, is told
 * what is wrong with the signature. [the latter: repost.aws QUPuq7VvHJRwWxVA3XJIgNKQ; the capital is unrecorded]
 */
export const renderFunctionUrlFailure = (failure: GatewayFailure): HttpResponse => {
  const { errorType, responseType } = failure
  if (responseType === 'MISSING_AUTHENTICATION_TOKEN')
    return refused('AccessDeniedException', { Message: 'Forbidden' })
  if (errorType !== undefined) return refused(errorType, { message: failure.message })
  if (responseType === 'ACCESS_DENIED')
    return refused('AccessDeniedException', { Message: 'Forbidden' })
  const response = renderHttpApiFailure(failure)
  // AWS: a function that fails, or whose answer is none, is a 502, streamed or not. [guide: urls-invocation]
  return responseType === 'INTEGRATION_FAILURE' ? { ...response, statusCode: 502 } : response
}

const refused = (errorType: string, body: Readonly<Record<string, string>>): HttpResponse => ({
  statusCode: 403,
  headers: ['content-type', 'application/json', 'x-amzn-errortype', errorType],
  body: JSON.stringify(body),
})
