// The operators of the Condition element: what a policy's value says about one value of the request.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
import { compileGlob, type Matches, splitTokens, textOf, type Tokens, tokensOf } from './glob.ts'
import { type IpRange, isInRange, parseRange, type ReadAddress } from './ip-range.ts'
import { anyOf, compileText, hasVariables, type TextOptions, type TextTest } from './policy-text.ts'

export interface Operator {
  /** True where no value of the policy may match; an absent key then satisfies it. */
  readonly negated: boolean
  /** Does a value match one of the policy's? Or in words, what is wrong with these. */
  readonly compile: (
    values: readonly string[],
    variables: boolean,
    readAddress: ReadAddress,
  ) => TextTest | { readonly problem: string }
}

/** The operator of a name, in any case, without prefix and `IfExists`. `Null` is none of these: it asks no value. */
export const findOperator = (name: string): Operator | undefined =>
  OPERATORS.get(name.toLowerCase())

type Compile = Operator['compile']

type CompileOne = (value: string, variables: boolean) => TextTest | { readonly problem: string }

const each =
  (compileOne: CompileOne): Compile =>
  (values, variables) => {
    const tests: TextTest[] = []
    for (const value of values) {
      const test = compileOne(value, variables)
      if ('problem' in test) return test
      tests.push(test)
    }
    return anyOf(tests)
  }

const text =
  (compile: (tokens: Tokens) => Matches, options: Omit<TextOptions, 'variables'>): CompileOne =>
  (value, variables) => {
    const test = compileText(value, { ...options, variables }, compile)
    return options.foldCase ? (actual, context) => test(actual.toLowerCase(), context) : test
  }

const exactly = (tokens: Tokens): Matches => {
  const expected = textOf(tokens)
  return (actual) => actual === expected
}

const COLON = 58
const ARN_PARTS = 6

/** AWS: each of the six parts of an ARN is matched by itself; ArnEquals has wildcards as ArnLike has. */
const likeArn = (tokens: Tokens): Matches => {
  const any = tokensOf('*', true)
  const parts = [...splitTokens(tokens, COLON, ARN_PARTS)]
  while (parts.length < ARN_PARTS) parts.push(any)
  const matches = parts.map(compileGlob)
  return (actual) => {
    const actualParts = actual.split(':')
    if (actualParts.length < ARN_PARTS) return false
    const resource = actualParts.slice(ARN_PARTS - 1).join(':')
    return matches.every((match, index) =>
      match(index === ARN_PARTS - 1 ? resource : (actualParts[index] ?? '')),
    )
  }
}

const arn: CompileOne = (value, variables) => {
  const isArn = value === '*' || /^arn:/i.test(value) || (variables && hasVariables(value))
  if (!isArn) return { problem: `"${value}" is no ARN` }
  return compileText(value, { variables, wildcards: true }, likeArn)
}

type Compare = (actual: number, expected: number) => boolean

const compared =
  (parse: (text: string) => number | undefined, what: string, compare: Compare): CompileOne =>
  (value) => {
    const expected = parse(value)
    if (expected === undefined) return { problem: `"${value}" is no ${what}` }
    return (actual) => {
      const number = parse(actual)
      return number !== undefined && compare(number, expected)
    }
  }

const parseNumber = (value: string): number | undefined =>
  /^[+-]?(?:\d{1,20}(?:\.\d{0,20})?|\.\d{1,20})(?:[eE][+-]?\d{1,3})?$/.test(value)
    ? Number(value)
    : undefined

/** ISO 8601 as the W3C profiles it, or seconds since the epoch; four digits are a year. */
const parseDate = (value: string): number | undefined => {
  if (/^\d{5,12}(?:\.\d{1,9})?$/.test(value)) return Number(value) * 1000
  const parts =
    /^(\d{4}(?:-\d\d(?:-\d\d)?)?)(?:T(\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:?\d\d)?)?$/.exec(
      value,
    )
  if (parts === null) return undefined
  const [, day = '', time, zone = 'Z'] = parts
  const offset = /^([+-]\d\d):?(\d\d)$/.exec(zone)
  const timeMs = Date.parse(
    time === undefined ? day : `${day}T${time}${offset ? `${offset[1]}:${offset[2]}` : 'Z'}`,
  )
  return Number.isNaN(timeMs) ? undefined : timeMs
}

const bool: CompileOne = (value, variables) => {
  const isVariable = variables && hasVariables(value)
  if (!isVariable && !/^(?:true|false)$/i.test(value)) {
    return { problem: `"${value}" is neither true nor false` }
  }
  return text(exactly, { wildcards: false, foldCase: true })(value, variables)
}

const binary: CompileOne = (value) => {
  if (!BASE64.test(value)) return { problem: `"${value}" is no Base64` }
  const expected = Buffer.from(value, 'base64')
  return (actual) => BASE64.test(actual) && expected.equals(Buffer.from(actual, 'base64'))
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/

/** The address is read once for all ranges of the policy. */
const ipAddress: Compile = (values, _variables, readAddress) => {
  const ranges: IpRange[] = []
  for (const value of values) {
    const range = parseRange(value)
    if (range === undefined) return { problem: `"${value}" is no IP address or CIDR range` }
    ranges.push(range)
  }
  return (actual) => {
    const address = readAddress(actual)
    if (address === undefined) return false
    for (const range of ranges) if (isInRange(address, range)) return true
    return false
  }
}

const both = (name: string, negatedName: string, compile: Compile): [string, Operator][] => [
  [name.toLowerCase(), { negated: false, compile }],
  [negatedName.toLowerCase(), { negated: true, compile }],
]

const ordered = (
  type: string,
  parse: (text: string) => number | undefined,
  what: string,
): [string, Operator][] => {
  const one = (name: string, compare: Compare): [string, Operator] => [
    `${type}${name}`.toLowerCase(),
    { negated: false, compile: each(compared(parse, what, compare)) },
  ]
  return [
    ...both(
      `${type}Equals`,
      `${type}NotEquals`,
      each(compared(parse, what, (actual, expected) => actual === expected)),
    ),
    one('LessThan', (actual, expected) => actual < expected),
    one('LessThanEquals', (actual, expected) => actual <= expected),
    one('GreaterThan', (actual, expected) => actual > expected),
    one('GreaterThanEquals', (actual, expected) => actual >= expected),
  ]
}

const OPERATORS: ReadonlyMap<string, Operator> = new Map([
  ...both('StringEquals', 'StringNotEquals', each(text(exactly, { wildcards: false }))),
  ...both(
    'StringEqualsIgnoreCase',
    'StringNotEqualsIgnoreCase',
    each(text(exactly, { wildcards: false, foldCase: true })),
  ),
  ...both('StringLike', 'StringNotLike', each(text(compileGlob, { wildcards: true }))),
  ...ordered('Numeric', parseNumber, 'number'),
  ...ordered('Date', parseDate, 'date'),
  ['bool', { negated: false, compile: each(bool) }],
  ['binaryequals', { negated: false, compile: each(binary) }],
  ...both('IpAddress', 'NotIpAddress', ipAddress),
  ...both('ArnEquals', 'ArnNotEquals', each(arn)),
  ...both('ArnLike', 'ArnNotLike', each(arn)),
])
