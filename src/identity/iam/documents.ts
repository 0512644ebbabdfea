// Policy documents as IAM takes them in and gives them out.
import { compilePolicy, type PolicyKind } from '#languages/iam-policy/compile-policy.ts'
import { MalformedPolicy } from '#languages/iam-policy/policy.ts'
import { isObject } from '#shared/json.ts'
import { malformed, malformedDocument } from './errors.ts'
import { missing } from './names.ts'

/** Longer than any document that a quota lets be stored, with room for white space. */
const DOCUMENT_LENGTH_MAX = 131_072

/** The document, if it is a policy of that kind. Throws MalformedPolicyDocument. */
export const checkDocument = (text: string | undefined, kind: PolicyKind): string => {
  if (text === undefined || text === '') throw missing('policyDocument')
  try {
    compilePolicy(text, { kind, lengthMax: DOCUMENT_LENGTH_MAX })
  } catch (error) {
    if (error instanceof MalformedPolicy) throw malformed(error)
    throw error
  }
  const statements = statementsOf(text)
  const sids = statements.flatMap(({ Sid }) => (typeof Sid === 'string' && Sid !== '' ? [Sid] : []))
  if (new Set(sids).size < sids.length)
    throw malformedDocument('Statement IDs (SID) in a single policy must be unique.')
  if (kind === 'trust') checkTrust(statements)
  return text
}

/** AWS: white space does not count towards the size of a policy. [reference_iam-quotas] */
export const documentSize = (text: string): number => text.replaceAll(/\s/g, '').length

/** As IAM answers documents: escaped after RFC 3986. */
export const encodeDocument = (text: string): string =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )

const statementsOf = (text: string): readonly Record<string, unknown>[] => {
  const document: unknown = JSON.parse(text)
  const statement = isObject(document) ? document['Statement'] : undefined
  return (Array.isArray(statement) ? statement : [statement]).filter(isObject)
}

const checkTrust = (statements: readonly Record<string, unknown>[]): void => {
  for (const { Action: action } of statements) {
    const actions: readonly unknown[] = Array.isArray(action) ? action : [action]
    // AWS: of other services' actions a trust policy has none. [message of IAM]
    if (actions.some((one) => typeof one === 'string' && !/^(?:sts:|\*$)/i.test(one)))
      throw malformedDocument('AssumeRole policy may only specify STS AssumeRole actions.')
  }
}
