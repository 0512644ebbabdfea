// What went wrong with a call, told from what undici and Node throw. Messages name no header and no body.
import { errorMessage } from '#shared/assert.ts'
import { UpstreamError, type UpstreamErrorCode } from './contract.ts'

/** `isConnected`: whether the request was being sent or answered already, not waiting for a connection. */
export const upstreamError = (error: unknown, isConnected: boolean): UpstreamError => {
  if (error instanceof UpstreamError) return error
  const code = codeOf(error)
  const message = errorMessage(error)
  return new UpstreamError(classify(code, isConnected), message === '' ? code : message, {
    cause: error,
  })
}

const classify = (code: string, isConnected: boolean): UpstreamErrorCode => {
  if (TIMEOUTS.has(code)) return 'timeout'
  // A request that cannot be written as one, or an answer that is none.
  if (isConnected || code === 'UND_ERR_INVALID_ARG' || code === 'UND_ERR_NOT_SUPPORTED') {
    return 'protocol'
  }
  if (DNS.has(code)) return 'dns'
  return isTlsCode(code) ? 'tls' : 'connect'
}

const TIMEOUTS: ReadonlySet<string> = new Set(['UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT'])

const DNS: ReadonlySet<string> = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ENODATA', 'ESERVFAIL'])

/** OpenSSL's errors, Node's own, and the results of verification as Node names them. */
const isTlsCode = (code: string): boolean =>
  code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_') || VERIFICATION.test(code)

const VERIFICATION =
  /CERT|CRL|UNABLE_TO_|SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|^EPROTO$/

/** Where several addresses were tried, the last one's. */
const codeOf = (error: unknown): string => {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors.at(-1))
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : ''
}
