// What SQS refuses with, in AWS's codes and words; codes of the query protocol are in the table.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html
import { ServiceError } from '#wire/errors.ts'

export const queueDoesNotExist = () =>
  new ServiceError('QueueDoesNotExist', 400, 'The specified queue does not exist.')
export const queueNameExists = (attribute: string) =>
  new ServiceError(
    'QueueNameExists',
    400,
    `A queue already exists with the same name and a different value for attribute ${attribute}`,
  )
export const invalidParameter = (message: string) =>
  new ServiceError('InvalidParameterValue', 400, message)
export const missingParameter = (message: string) =>
  new ServiceError('MissingParameter', 400, message)
export const invalidAttributeName = (name: string) =>
  new ServiceError('InvalidAttributeName', 400, `Unknown Attribute ${name}.`)
export const invalidAttributeValue = (name: string) =>
  new ServiceError('InvalidAttributeValue', 400, `Invalid value for the parameter ${name}.`)
export const refusedValue = (message: string) =>
  new ServiceError('InvalidAttributeValue', 400, message)
export const receiptHandleInvalid = (handle: string) =>
  new ServiceError(
    'ReceiptHandleIsInvalid',
    404,
    `The input receipt handle "${handle.slice(0, 200)}" is not a valid receipt handle.`,
  )
export const messageNotInflight = (handle: string) =>
  new ServiceError(
    'MessageNotInflight',
    400,
    `Value ${handle.slice(0, 200)} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`,
  )
export const expiredReceipt = (handle: string) =>
  invalidParameter(
    `Value ${handle.slice(0, 200)} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.`,
  )
export const hiddenTooLong = (seconds: number) =>
  invalidParameter(
    `Value ${seconds} for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is beyond the limit [43200 seconds]`,
  )
export const purgeInProgress = (name: string) =>
  new ServiceError(
    'PurgeQueueInProgress',
    403,
    `Only one PurgeQueue operation on ${name} is allowed every 60 seconds.`,
  )
export const unsupported = (message: string) =>
  new ServiceError('UnsupportedOperation', 400, message)
export const overLimit = (message: string) => new ServiceError('OverLimit', 403, message)
export const noSuchResource = (message: string) =>
  new ServiceError('ResourceNotFoundException', 404, message)
export const batchError = (code: string, message: string) => new ServiceError(code, 400, message)
