// The page of a list that a call asks for.
import { ServiceError } from '#wire/errors.ts'
import { type PageRequest, pageOfNextToken } from '#wire/pagination.ts'
import { validation } from './records.ts'

/** AWS: one to a hundred. [API reference: ListSchedules MaxResults] */
const RESULTS_MAX = 100

export const pageRequest = (input: {
  readonly MaxResults?: number | undefined
  readonly NextToken?: string | undefined
}): PageRequest => {
  const { MaxResults: limit = RESULTS_MAX, NextToken: nextToken } = input
  if (!Number.isInteger(limit) || limit < 1 || limit > RESULTS_MAX) {
    throw validation(`MaxResults must be between 1 and ${RESULTS_MAX}.`)
  }
  try {
    return pageOfNextToken({ maxResults: String(limit), nextToken })
  } catch (error) {
    // Another service's words for the same thing.
    if (error instanceof ServiceError) throw validation('Invalid NextToken.')
    throw error
  }
}
