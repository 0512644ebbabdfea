// What STS refuses with, in AWS's codes and words. https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
import { ServiceError } from '#wire/errors.ts'

export const accessDenied = (message: string) => new ServiceError('AccessDenied', 403, message)
export const invalidToken = (message: string) =>
  new ServiceError('InvalidIdentityToken', 400, message)
export const expiredToken = (message: string) =>
  new ServiceError('ExpiredTokenException', 400, message)
export const providerSilent = (message: string) =>
  new ServiceError('IDPCommunicationError', 400, message)
export const tooPacked = () =>
  new ServiceError(
    'PackedPolicyTooLarge',
    400,
    'Packed policy consumes more than 100% of allotted space, please use smaller policy.',
  )

export const notAuthorized = (who: string, action: string, resource: string) =>
  accessDenied(`User: ${who} is not authorized to perform: ${action} on resource: ${resource}`)
