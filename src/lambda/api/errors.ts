// The errors of the Lambda API, in the words of AWS.
// https://docs.aws.amazon.com/lambda/latest/api/CommonErrors.html
import { ServiceError } from '#wire/errors.ts'

const user = (code: string, statusCode: number, message: string): ServiceError =>
  new ServiceError(code, statusCode, message, { Type: 'User' })

export const resourceNotFound = (message: string): ServiceError =>
  user('ResourceNotFoundException', 404, message)

export const functionNotFound = (arn: string): ServiceError =>
  resourceNotFound(`Function not found: ${arn}`)

export const resourceConflict = (message: string): ServiceError =>
  user('ResourceConflictException', 409, message)

export const invalidParameter = (message: string): ServiceError =>
  user('InvalidParameterValueException', 400, message)

export const codeStorageExceeded = (): ServiceError =>
  user('CodeStorageExceededException', 400, 'Code storage limit exceeded.')

export const preconditionFailed = (): ServiceError =>
  user(
    'PreconditionFailedException',
    412,
    'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
  )

/** `ValidationException: 1 validation error detected: …` */
export const constraint = (member: string, value: string, rule: string): ServiceError =>
  new ServiceError(
    'ValidationException',
    400,
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: ${rule}`,
  )

/** A number within its bounds, where it is given. */
export const checkRange = (
  member: string,
  value: number | undefined,
  min: number,
  max: number,
): void => {
  if (value === undefined || (Number.isInteger(value) && value >= min && value <= max)) return
  const rule = value < min ? `greater than or equal to ${min}` : `less than or equal to ${max}`
  throw constraint(member, String(value), `Member must have value ${rule}`)
}

export const checkPattern = (
  member: string,
  value: string,
  holds: boolean,
  pattern: string,
): void => {
  if (!holds) {
    throw constraint(member, value, `Member must satisfy regular expression pattern: ${pattern}`)
  }
}
