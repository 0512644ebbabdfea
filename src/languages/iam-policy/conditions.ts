// The Condition element: all operators and all their keys must hold; of a key's values, one.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
import { isObject } from '#shared/json.ts'
import { findOperator } from './condition-operators.ts'
import { createReadAddress, type ReadAddress } from './ip-range.ts'
import { type ContextValue, MalformedPolicy, type RequestContext } from './policy.ts'
import type { TextTest } from './policy-text.ts'

export type ConditionTest = (context: RequestContext) => boolean

export const compileConditions = (
  condition: unknown,
  path: string,
  variables: boolean,
  readAddress: ReadAddress = createReadAddress(),
): ConditionTest => {
  if (!isObject(condition)) throw new MalformedPolicy(path, 'must be an object')
  const tests: ConditionTest[] = []
  for (const [operator, keys] of Object.entries(condition)) {
    const place = `${path}.${operator}`
    if (!isObject(keys)) throw new MalformedPolicy(place, 'must be an object of condition keys')
    for (const [key, values] of Object.entries(keys)) {
      const valuesPath = `${place}.${key}`
      if (key === '') throw new MalformedPolicy(place, 'has a condition key without a name')
      tests.push(
        compileCondition(
          operator,
          key.toLowerCase(),
          conditionValues(values, valuesPath),
          valuesPath,
          { variables, readAddress },
        ),
      )
    }
  }
  const [only] = tests
  if (tests.length === 1 && only !== undefined) return only
  return (context) => tests.every((test) => test(context))
}

const compileCondition = (
  operatorName: string,
  key: string,
  values: readonly string[],
  path: string,
  { variables, readAddress }: { readonly variables: boolean; readonly readAddress: ReadAddress },
): ConditionTest => {
  const [, set, base = '', ifExists] =
    /^(ForAllValues:|ForAnyValue:)?(.*?)(IfExists)?$/is.exec(operatorName) ?? []
  if (base.toLowerCase() === 'null' && set === undefined && ifExists === undefined) {
    return compileNull(key, values, path)
  }
  const operator = findOperator(base)
  if (operator === undefined) {
    throw new MalformedPolicy(path, `"${operatorName}" is no condition operator`)
  }
  const matches = operator.compile(values, variables, readAddress)
  if ('problem' in matches) throw new MalformedPolicy(path, matches.problem)
  return quantified({
    key,
    set: set?.toLowerCase(),
    ifExists: ifExists !== undefined,
    negated: operator.negated,
    matches,
  })
}

interface Quantified {
  readonly key: string
  readonly set: string | undefined
  readonly ifExists: boolean
  readonly negated: boolean
  /** One of the policy's values matches. */
  readonly matches: TextTest
}

const quantified = ({ key, set, ifExists, negated, matches }: Quantified): ConditionTest => {
  const holds: TextTest = negated ? (actual, context) => !matches(actual, context) : matches
  if (set !== undefined) {
    const all = set === 'forallvalues:'
    return (context) => {
      const actual = listOf(context(key)).filter((value) => value !== '')
      // AWS: of no values, all match and none does.
      if (actual.length === 0) return all || ifExists
      return all
        ? actual.every((value) => holds(value, context))
        : actual.some((value) => holds(value, context))
    }
  }
  return (context) => {
    const actual = context(key)
    // AWS: an absent key satisfies what must not match, and nothing else.
    if (actual === undefined || actual.length === 0) {
      return actual === '' ? holds(actual, context) : ifExists || negated
    }
    if (typeof actual === 'string') return holds(actual, context)
    return negated
      ? actual.every((value) => holds(value, context))
      : actual.some((value) => holds(value, context))
  }
}

const listOf = (value: ContextValue | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value

/** `"Null": {"key": "true"}`: the key is not there. */
const compileNull = (key: string, values: readonly string[], path: string): ConditionTest => {
  const wanted = values.map((value) => {
    if (!/^(?:true|false)$/i.test(value)) {
      throw new MalformedPolicy(path, `"${value}" is neither true nor false`)
    }
    return value.toLowerCase() === 'true'
  })
  return (context) => {
    const actual = context(key)
    return wanted.includes(actual === undefined || (actual !== '' && actual.length === 0))
  }
}

/**
 * One value or a list; numbers and booleans are the texts that they are written as.
 * AWS: a list within the list is taken too: SAM makes one of a parameter that is a list. [serverless-patterns:
 * apigw-resource-policy]
 */
const conditionValues = (values: unknown, path: string): readonly string[] => {
  const list: readonly unknown[] = Array.isArray(values) ? values.flat() : [values]
  return list.map((value) => {
    if (typeof value === 'string') return value
    if (typeof value === 'number' || typeof value === 'boolean') return String(value)
    throw new MalformedPolicy(path, 'must be text, a number, a boolean or a list of these')
  })
}
