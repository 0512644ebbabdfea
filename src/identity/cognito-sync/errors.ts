// What Cognito Sync refuses with. https://docs.aws.amazon.com/cognitosync/latest/APIReference/CommonErrors.html
import { ServiceError } from '#wire/errors.ts'

export const notFound = (message: string) =>
  new ServiceError('ResourceNotFoundException', 404, message)
export const invalidParameter = (message: string) =>
  new ServiceError('InvalidParameterException', 400, message)
export const limitExceeded = (message: string) =>
  new ServiceError('LimitExceededException', 400, message)
export const conflict = (message: string) =>
  new ServiceError('ResourceConflictException', 409, message)
