// What IAM refuses with, in AWS's codes and words. https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
import type { MalformedPolicy } from '#languages/iam-policy/policy.ts'
import { ServiceError } from '#wire/errors.ts'

export const noSuchEntity = (message: string) => new ServiceError('NoSuchEntity', 404, message)
export const alreadyExists = (message: string) =>
  new ServiceError('EntityAlreadyExists', 409, message)
export const deleteConflict = (message: string) => new ServiceError('DeleteConflict', 409, message)
export const limitExceeded = (message: string) => new ServiceError('LimitExceeded', 409, message)
export const invalidInput = (message: string) => new ServiceError('InvalidInput', 400, message)
export const invalid = (message: string) => new ServiceError('ValidationError', 400, message)
export const malformedDocument = (message: string) =>
  new ServiceError('MalformedPolicyDocument', 400, message)

export const quotaExceeded = (quota: string, max: number) =>
  limitExceeded(`Cannot exceed quota for ${quota}: ${max}`)

/** AWS says of most mistakes only that there are some: where and what comes after its words. */
export const malformed = (error: MalformedPolicy): ServiceError => {
  const problem = error.path === '' ? error.message : error.message.slice(error.path.length + 2)
  const own = OWN_WORDS.find(([pattern]) => pattern.test(problem))
  if (own !== undefined) return malformedDocument(own[1] ?? problem)
  return malformedDocument(`Syntax errors in policy. (${error.message})`)
}

/** Problems for which AWS has a sentence of their own; undefined: the problem's own words are AWS's. */
const OWN_WORDS: readonly (readonly [RegExp, string | undefined])[] = [
  [/^is no valid JSON$/, 'This policy contains invalid Json'],
  [/^Missing required field (?:Not)?Action$/, 'Policy statement must contain actions.'],
  [/^Missing required field (?:Not)?Resource$/, 'Policy statement must contain resources.'],
  [/^Missing required field/, undefined],
  [/^Actions\/Conditions must be prefaced/, undefined],
  [/must be in ARN format/, undefined],
  [/^Policy document should not specify/, undefined],
  [/^Has prohibited field/, undefined],
]
