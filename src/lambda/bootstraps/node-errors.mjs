// Errors as the Node.js runtime of Lambda tells them: `{"errorType":…,"errorMessage":…,"trace":[…]}`.
// https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html

/** An error of the runtime's, not of the function's code. */
export class RuntimeError extends Error {
  constructor(type, message, options) {
    super(message, options)
    this.name = type
  }

  /** What loading a handler threw, named as AWS does. */
  static ofLoading(thrown) {
    const named = (type) => {
      const error = new RuntimeError(type, String(thrown))
      error.stack = `${type}: ${thrown?.stack ?? thrown}`
      return error
    }
    if (thrown?.code === 'MODULE_NOT_FOUND' || thrown?.code === 'ERR_MODULE_NOT_FOUND') {
      return named('Runtime.ImportModuleError')
    }
    if (thrown instanceof SyntaxError) return named('Runtime.UserCodeSyntaxError')
    return thrown instanceof Error ? thrown : new RuntimeError(typeof thrown, String(thrown))
  }
}

export const unhandledRejection = (reason) => {
  const error = new RuntimeError('Runtime.UnhandledPromiseRejection', String(reason))
  error.reason = reason
  if (reason?.stack !== undefined)
    error.stack = `Runtime.UnhandledPromiseRejection: ${reason.stack}`
  return error
}

export const errorPayload = (error) =>
  JSON.stringify(
    error instanceof Error || typeof error?.stack === 'string'
      ? {
          errorType: error.name ?? 'Error',
          errorMessage: error.message,
          trace: String(error.stack ?? '').split('\n'),
        }
      : { errorType: typeof error, errorMessage: String(error), trace: [] },
  )
