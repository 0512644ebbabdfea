// What SNS refuses with, in AWS's codes. https://docs.aws.amazon.com/sns/latest/api/CommonErrors.html
import { ServiceError } from '#wire/errors.ts'

export const invalidParameter = (message: string) =>
  new ServiceError('InvalidParameterException', 400, `Invalid parameter: ${message}`)
export const topicNotFound = () =>
  new ServiceError('NotFoundException', 404, 'Topic does not exist')
export const subscriptionNotFound = () =>
  new ServiceError('NotFoundException', 404, 'Subscription does not exist')
export const resourceNotFound = () =>
  new ServiceError('ResourceNotFoundException', 404, 'Resource does not exist')
export const authorizationError = (message: string) =>
  new ServiceError('AuthorizationErrorException', 403, message)
/** AWS: [API reference: CreateTopic, Subscribe; guide: sns-quotas] */
export const topicLimitExceeded = () =>
  new ServiceError('TopicLimitExceededException', 403, 'Topic count limit exceeded')
export const subscriptionLimitExceeded = () =>
  new ServiceError('SubscriptionLimitExceededException', 403, 'Subscription count limit exceeded')
export const batchError = (code: string, message: string) => new ServiceError(code, 400, message)
