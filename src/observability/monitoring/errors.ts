// The errors of CloudWatch, in AWS's words.
import { ServiceError } from '#wire/errors.ts'

export const invalidValue = (message: string) =>
  new ServiceError('InvalidParameterValue', 400, message)
export const invalidCombination = (message: string) =>
  new ServiceError('InvalidParameterCombination', 400, message)
export const invalidQuery = (message: string) => new ServiceError('ValidationError', 400, message)
