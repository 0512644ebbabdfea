// What user pools refuse with, in AWS's codes and words.
// https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/CommonErrors.html
import { ServiceError } from '#wire/errors.ts'

/** AWS: every refusal of this service is a 400, whatever its name. [API reference: InitiateAuth, Errors] */
const refusal = (code: string) => (message: string) => new ServiceError(code, 400, message)

export const invalidParameter = refusal('InvalidParameterException')
export const resourceNotFound = refusal('ResourceNotFoundException')
export const notAuthorized = refusal('NotAuthorizedException')
export const limitExceeded = refusal('LimitExceededException')
export const usernameExists = refusal('UsernameExistsException')
export const aliasExists = refusal('AliasExistsException')
export const invalidPassword = refusal('InvalidPasswordException')
export const groupExists = refusal('GroupExistsException')
export const duplicateProvider = refusal('DuplicateProviderException')
export const unsupportedOperation = refusal('UnsupportedOperationException')
export const unsupportedUserState = refusal('UnsupportedUserStateException')
export const unsupportedTokenType = refusal('UnsupportedTokenTypeException')
export const userLambdaValidation = refusal('UserLambdaValidationException')
export const unexpectedLambda = refusal('UnexpectedLambdaException')
export const invalidLambdaResponse = refusal('InvalidLambdaResponseException')
export const enableSoftwareToken = refusal('EnableSoftwareTokenMFAException')
export const invalidOAuthFlow = refusal('InvalidOAuthFlowException')
export const codeDeliveryFailure = refusal('CodeDeliveryFailureException')
export const refreshTokenReuse = refusal('RefreshTokenReuseException')

export const noSuchPool = (poolId: string) =>
  resourceNotFound(`User pool ${poolId.slice(0, 60)} does not exist.`)
export const noSuchClient = (clientId: string) =>
  resourceNotFound(`User pool client ${clientId.slice(0, 130)} does not exist.`)
export const noSuchUser = () => refusal('UserNotFoundException')('User does not exist.')
export const wrongPassword = () => notAuthorized('Incorrect username or password.')
export const userDisabled = () => notAuthorized('User is disabled.')
export const userNotConfirmed = () => refusal('UserNotConfirmedException')('User is not confirmed.')
export const passwordResetRequired = () =>
  refusal('PasswordResetRequiredException')('Password reset required for the user')
export const codeMismatch = (message = 'Invalid verification code provided, please try again.') =>
  refusal('CodeMismatchException')(message)
export const expiredCode = () =>
  refusal('ExpiredCodeException')('Invalid code provided, please request a code again.')
export const attemptsExceeded = () => notAuthorized('Password attempts exceeded')
