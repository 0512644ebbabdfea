// The errors of the management APIs: one class, AWS's own codes, rendered per protocol by the server of this folder.

/** A failure that a caller is told: its AWS error code, status and message. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError'
  readonly code: string
  readonly statusCode: number
  /** Further members of the error's body, for instance `resourceType`. */
  readonly details: Readonly<Record<string, unknown>>

  constructor(
    code: string,
    statusCode: number,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message)
    this.code = code
    this.statusCode = statusCode
    this.details = details
  }
}

export const badRequest = (message: string) => new ServiceError('BadRequestException', 400, message)
export const notFound = (message: string) => new ServiceError('NotFoundException', 404, message)
export const conflict = (message: string) => new ServiceError('ConflictException', 409, message)
export const validationError = (message: string) =>
  new ServiceError('ValidationException', 400, message)
/** A body, parameter or value that cannot be read as what the operation takes. */
export const serializationError = (message: string) =>
  new ServiceError('SerializationException', 400, message)
export const tooLarge = () =>
  new ServiceError('RequestEntityTooLargeException', 413, 'Request Too Long')
/** An operation that exists in AWS and not (yet) here: said plainly, never half done. */
export const notImplemented = (message: string) =>
  new ServiceError('NotImplementedException', 501, message)

/** Nothing of the call was done, and it can be made again. */
export const noRoom = (): ServiceError =>
  new ServiceError('InternalFailure', 500, 'There is no space left on the disk of this node.')
