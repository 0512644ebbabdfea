// The policy of an upload form: what the form's fields may be, as whoever signed it said.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
import { isObject } from '#shared/json.ts'
import { ServiceError } from '#wire/errors.ts'

export interface LengthRange {
  readonly min: number
  readonly max: number
}

type Fields = ReadonlyMap<string, string>

/** What needs no condition. */
const FREE: ReadonlySet<string> = new Set([
  'awsaccesskeyid',
  'file',
  'policy',
  'signature',
  'x-amz-signature',
])

/** Answers how long the file may be. `fields` have the bucket with them. Throws where the form is not what it may be. */
export const checkPostPolicy = (text: string, fields: Fields, nowMs: number): LengthRange => {
  const policy = readPolicy(text)
  const expiration = Date.parse(String(policy['expiration']))
  if (Number.isNaN(expiration)) throw invalid("Invalid 'expiration' value")
  if (expiration <= nowMs) throw refused('Policy expired.')
  const conditions = policy['conditions']
  if (!Array.isArray(conditions)) throw invalid("Missing 'conditions'")
  const known = new Set<string>()
  let range: LengthRange = { min: 0, max: Infinity }
  for (const condition of conditions) {
    const [operator, name, value] = readCondition(condition)
    if (operator === 'content-length-range') {
      range = { min: Number(name), max: Number(value) }
      if (!(range.min >= 0 && range.max >= range.min))
        throw invalid('content-length-range must be two numbers')
      continue
    }
    const field = name.replace(/^\$/, '').toLowerCase()
    known.add(field)
    if (!holds(operator, fields.get(field) ?? '', value))
      throw refused(
        `Policy Condition failed: ["${operator}", "$${field}", "${value.slice(0, 500)}"]`,
      )
  }
  const extra = [...fields.keys()].filter(
    (name) => !known.has(name) && !FREE.has(name) && !name.startsWith('x-ignore-'),
  )
  // AWS: the bucket is the address's, where no condition is about it.
  const unwanted = extra.filter((name) => name !== 'bucket')
  if (unwanted.length > 0) throw refused(`Extra input fields: ${unwanted.join(', ').slice(0, 500)}`)
  return range
}

const holds = (operator: string, found: string, wanted: string): boolean => {
  if (operator === 'eq') return found === wanted
  return operator === 'starts-with' && found.startsWith(wanted)
}

const readPolicy = (text: string): Readonly<Record<string, unknown>> => {
  try {
    const policy: unknown = JSON.parse(Buffer.from(text, 'base64').toString('utf8'))
    if (isObject(policy)) return policy
  } catch {
    // Told below.
  }
  throw invalid('Invalid JSON')
}

/** `{"acl": "private"}` is `["eq", "$acl", "private"]`. */
const readCondition = (condition: unknown): readonly [string, string, string] => {
  if (Array.isArray(condition) && condition.length === 3) {
    const [operator, name, value] = condition.map(String)
    return [(operator ?? '').toLowerCase(), name ?? '', value ?? '']
  }
  const [pair, ...more] = isObject(condition) ? Object.entries(condition) : []
  if (pair === undefined || more.length > 0) throw invalid('Invalid Condition')
  return ['eq', `$${pair[0]}`, String(pair[1])]
}

const invalid = (what: string): ServiceError =>
  new ServiceError('InvalidPolicyDocument', 400, `Invalid Policy: ${what}.`)

const refused = (what: string): ServiceError =>
  new ServiceError('AccessDenied', 403, `Invalid according to Policy: ${what}`)
