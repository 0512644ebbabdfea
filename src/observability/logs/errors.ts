// The errors of CloudWatch Logs, in AWS's words.
import { ServiceError } from '#wire/errors.ts'

export const invalidParameter = (message: string) =>
  new ServiceError('InvalidParameterException', 400, message)
export const groupExists = () =>
  new ServiceError('ResourceAlreadyExistsException', 400, 'The specified log group already exists')
export const streamExists = () =>
  new ServiceError('ResourceAlreadyExistsException', 400, 'The specified log stream already exists')
export const noGroup = () =>
  new ServiceError('ResourceNotFoundException', 400, 'The specified log group does not exist.')
export const noStream = () =>
  new ServiceError('ResourceNotFoundException', 400, 'The specified log stream does not exist.')
