// A path or verb that no method of the stage has, as a REST API answers it.
import { readSignature } from '#languages/sigv4/read-signature.ts'
import { GatewayFailure } from '../plan.ts'
import type { GatewayRequest } from './request.ts'

/**
 * AWS: an unknown path or method is 403 "Missing Authentication Token", never 404; with an Authorization header that
 * is no AWS signature, the message is about that header. [behaviour.md 3.1 #10]
 */
export const unknownMethod = (request: GatewayRequest, where: string): GatewayFailure => {
  const { http, method, address } = request
  const hint = `no method ${method} on ${address.path} in ${where}`
  if (request.header('authorization') !== undefined) {
    const signature = readSignature({
      method: http.method,
      target: http.target,
      headers: http.headers,
    })
    if (signature.kind === 'refused' && signature.errorType === 'IncompleteSignatureException') {
      const { errorType, message } = signature
      return new GatewayFailure(UNKNOWN, message, { errorType, hint, callerOnly: true })
    }
  }
  return new GatewayFailure(UNKNOWN, 'Missing Authentication Token', { hint })
}

const UNKNOWN = 'MISSING_AUTHENTICATION_TOKEN'
