// What identity pools refuse with, in AWS's codes and words.
// https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/CommonErrors.html
import { ServiceError, validationError } from '#wire/errors.ts'

// AWS: 400 for each of them, as for every error of a client in awsJson1_1.
const error = (code: string) => (message: string) => new ServiceError(code, 400, message)

export const notFound = error('ResourceNotFoundException')
export const notAuthorized = error('NotAuthorizedException')
export const invalidParameter = error('InvalidParameterException')
export const resourceConflict = error('ResourceConflictException')
export const limitExceeded = error('LimitExceededException')
export const alreadyRegistered = error('DeveloperUserAlreadyRegisteredException')
export const externalService = error('ExternalServiceException')

export const poolNotFound = (id: string) => notFound(`IdentityPool '${id}' not found.`)
export const identityNotFound = (id: string) => notFound(`Identity '${id}' not found.`)
export const forbidden = (id: string) => notAuthorized(`Access to Identity '${id}' is forbidden.`)
export const badToken = (why: string) => notAuthorized(`Invalid login token. ${why}`)

/** AWS says the same of a role that is not there, that does not trust the pool, and of none at all. */
export const badRoles = () =>
  new ServiceError(
    'InvalidIdentityPoolConfigurationException',
    400,
    'Invalid identity pool configuration. Check assigned IAM roles for this pool.',
  )

const SHOWN_MAX = 200

export const violation = (value: string | undefined, at: string, constraint: string) =>
  validationError(
    `1 validation error detected: Value ${value === undefined ? 'null' : `'${value.slice(0, SHOWN_MAX)}'`} at '${at}' failed to satisfy constraint: ${constraint}`,
  )
