// What a caller says of the session that it asks for: its name, how long, what narrows it and its tags.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
import type { ReadCall } from '#store/transactional.ts'
import { ServiceError } from '#wire/errors.ts'
import { checkDocument, documentSize } from '../iam/documents.ts'
import { invalid } from '../iam/errors.ts'
import { checkLength, missing, type Tag, withTags } from '../iam/names.ts'
import { documentOf } from '../iam/publish.ts'

const SESSION_NAME = /^[\w+=,.@-]{2,64}$/
const POLICY_SIZE_MAX = 2_048
const POLICY_ARNS_MAX = 10

interface Narrowing {
  readonly Policy?: string | undefined
  readonly PolicyArns?: readonly { readonly arn?: string | undefined }[] | undefined
}

export const checkSessionName = (name: string | undefined, at = 'roleSessionName'): string => {
  if (name === undefined) throw missing(at)
  if (SESSION_NAME.test(name)) return name
  throw invalid(
    `1 validation error detected: Value '${name.slice(0, 200)}' at '${at}' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*`,
  )
}

export const checkDuration = (
  seconds: number | undefined,
  {
    min,
    max,
    otherwise,
  }: { readonly min: number; readonly max: number; readonly otherwise: number },
): number => {
  const wanted = seconds ?? otherwise
  if (wanted >= min && wanted <= max) return wanted
  const [bound, word] = wanted < min ? [min, 'greater'] : [max, 'less']
  throw invalid(
    `1 validation error detected: Value '${wanted}' at 'durationSeconds' failed to satisfy constraint: Member must have value ${word} than or equal to ${bound}`,
  )
}

/** The documents that narrow a session. */
export const sessionPolicies = async (
  call: ReadCall,
  { Policy: policy, PolicyArns: arns = [] }: Narrowing,
): Promise<readonly string[]> => {
  if (arns.length > POLICY_ARNS_MAX)
    throw invalid(`A session takes at most ${POLICY_ARNS_MAX} managed policies.`)
  const documents: string[] = []
  if (policy !== undefined) {
    checkLength(policy, 'policy', 100_000)
    documents.push(checkDocument(policy, 'identity'))
  }
  if (documents.some((text) => documentSize(text) > POLICY_SIZE_MAX)) {
    const words = `Member must have length less than or equal to ${POLICY_SIZE_MAX}`
    throw invalid(
      `1 validation error detected: Value at 'policy' failed to satisfy constraint: ${words}`,
    )
  }
  for (const { arn = '' } of arns) {
    const document = await documentOf(call.view, call, arn)
    if (document === undefined)
      throw new ServiceError('ValidationError', 400, `Policy ${arn.slice(0, 2048)} does not exist.`)
    documents.push(document)
  }
  return documents
}

export const sessionTags = (tags: readonly Tag[] | undefined): Readonly<Record<string, string>> =>
  withTags({}, tags)
