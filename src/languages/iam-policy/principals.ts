// Principal and NotPrincipal: whom a statement of a resource policy is about.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
import { isObject } from '#shared/json.ts'
import { type Effect, MalformedPolicy, type Principal } from './policy.ts'

/** `account`: the caller is meant only as one of the account that is named. */
export type PrincipalMatch = 'no' | 'yes' | 'account'

export type PrincipalTest = (principal: Principal) => PrincipalMatch

export const compilePrincipal = (principal: unknown, path: string): PrincipalTest => {
  const named = readPrincipal(principal, path)
  if (named.some(({ type }) => type === '*')) return () => 'yes'
  return (caller) => {
    let match: PrincipalMatch = 'no'
    for (const one of named) {
      const found = matchOne(one, caller)
      if (found === 'yes') return 'yes'
      if (found === 'account') match = 'account'
    }
    return match
  }
}

/**
 * AWS: whoever is exempt from a Deny must be named with all that they are: user and account, or session, role and
 * account. [reference_policies_elements_notprincipal] The same caution on the other side: an Allow for all but some
 * leaves out everyone of whom any part is named.
 */
export const compileNotPrincipal = (
  principal: unknown,
  path: string,
  effect: Effect,
): PrincipalTest => {
  const named = readPrincipal(principal, path)
  return (caller) => {
    const parts = partsOf(caller)
    const isNamed = (part: Principal): boolean => named.some((one) => isExactly(one, part))
    const exempt =
      named.some(({ type, value }) => value === '*' && (type === '*' || type === typeOf(caller))) ||
      (effect === 'Deny' ? parts.length > 0 && parts.every(isNamed) : parts.some(isNamed))
    return exempt ? 'no' : 'yes'
  }
}

interface Named {
  readonly type: 'AWS' | 'Service' | 'Federated' | 'CanonicalUser' | '*'
  readonly value: string
  /** Of `123456789012` and `arn:aws:iam::123456789012:root`. */
  readonly accountId?: string
}

const readPrincipal = (principal: unknown, path: string): readonly Named[] => {
  // AWS: "*" is everyone, signed or not, whatever they are.
  if (principal === '*') return [{ type: '*', value: '*' }]
  if (!isObject(principal)) {
    throw new MalformedPolicy(path, 'must be "*" or an object of AWS, Service or Federated')
  }
  const named = Object.entries(principal).flatMap(([type, values]) => {
    const list: readonly unknown[] = Array.isArray(values) ? values : [values]
    return list.map((value) => readOne(type, value, path))
  })
  if (named.length === 0) throw new MalformedPolicy(path, 'must not be empty')
  return named
}

const readOne = (type: string, value: unknown, path: string): Named => {
  const invalid = () =>
    new MalformedPolicy(path, `Invalid principal in policy: "${type}":${JSON.stringify(value)}`)
  if (typeof value !== 'string' || value === '') throw invalid()
  if (type === 'Service' || type === 'Federated') return { type, value }
  if (type === '*' && value === '*') return { type: '*', value }
  // Canonical users are S3's own (CloudFront's origin access identities): nobody who is known here is one.
  if (type === 'CanonicalUser') return { type, value }
  if (type !== 'AWS') throw invalid()
  if (value === '*') return { type, value }
  const accountId = /^(\d{12})$|^arn:[^:]+:iam::(\d{12}):root$/.exec(value)
  const account = accountId?.[1] ?? accountId?.[2]
  if (account !== undefined) return { type, value, accountId: account }
  // AWS: a principal is named whole; only "*" alone is a wildcard.
  const isArn = /^arn:[^:*?]+:(?:iam|sts)::\d{12}:[^*?]+$/.test(value)
  if (!isArn && !/^A[A-Z0-9]{15,}$/.test(value)) throw invalid()
  return { type, value }
}

const typeOf = (caller: Principal): Named['type'] =>
  caller.kind === 'service' ? 'Service' : caller.kind === 'federated' ? 'Federated' : 'AWS'

const matchOne = (named: Named, caller: Principal): PrincipalMatch => {
  if (named.type === '*') return 'yes'
  if (named.type !== typeOf(caller)) return 'no'
  if (named.value === '*') return 'yes'
  switch (caller.kind) {
    case 'anonymous':
      return 'no'
    case 'service':
      return named.value === caller.service ? 'yes' : 'no'
    case 'federated':
      return named.value === caller.provider ? 'yes' : 'no'
    case 'aws':
      if (named.accountId === undefined) {
        return [caller.arn, caller.roleArn, caller.uniqueId].includes(named.value) ? 'yes' : 'no'
      }
      if (named.accountId !== caller.accountId) return 'no'
      return isRoot(caller.arn) ? 'yes' : 'account'
  }
}

const isRoot = (arn: string): boolean => /^arn:[^:]+:iam::\d{12}:root$/.test(arn)

/** All that a caller is: of a role's session, the session, the role and the account. */
const partsOf = (caller: Principal): readonly Principal[] => {
  if (caller.kind === 'anonymous') return []
  if (caller.kind !== 'aws') return [caller]
  const { accountId, arn, roleArn } = caller
  const partition = arn.split(':')[1] ?? 'aws'
  const root = `arn:${partition}:iam::${accountId}:root`
  const arns = new Set([arn, ...(roleArn === undefined ? [] : [roleArn]), root])
  return [...arns].map((one): Principal => ({ kind: 'aws', accountId, arn: one }))
}

/** An account that is named stands for its root alone here, not for all in it. */
const isExactly = (named: Named, part: Principal): boolean => matchOne(named, part) === 'yes'
