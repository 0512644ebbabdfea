// A function that cannot be started, and why: its callers get the type and message as the payload of a failure.

export class LaunchError extends Error {
  override readonly name = 'LaunchError'
  /** AWS's error type, for instance `Runtime.ImportModuleError`. */
  readonly errorType: string

  constructor(errorType: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.errorType = errorType
  }
}
