// What may stand in a list of an event pattern: a value, or an object that says how to compare.
import { isIP } from 'node:net'
import { BlockList } from 'node:net'
import { isObject } from '#shared/json.ts'

export class InvalidPattern extends Error {
  override readonly name = 'InvalidPattern'

  constructor(problem: string, path: readonly string[] = []) {
    super(path.length === 0 ? problem : `${problem} at ${path.join('.').slice(0, 200)}`)
  }
}

/** `value` is undefined where the event has nothing in that place. */
export type Matches = (value: unknown) => boolean

const WILDCARDS_MAX = 20

export const compileMatcher = (wanted: unknown, path: readonly string[]): Matches => {
  if (!isObject(wanted)) return exactly(wanted, path)
  const entries = Object.entries(wanted)
  const [first] = entries
  if (first === undefined || entries.length !== 1) {
    throw new InvalidPattern('Only one key allowed in match expression', path)
  }
  const [operator, operand] = first
  const compile = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined
  if (compile === undefined) {
    throw new InvalidPattern(`Unrecognized match type ${operator.slice(0, 50)}`, path)
  }
  return compile(operand, path)
}

type Compile = (operand: unknown, path: readonly string[]) => Matches

const isScalar = (value: unknown): value is string | number | boolean | null =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value)

const exactly: Compile = (wanted, path) => {
  if (!isScalar(wanted)) {
    throw new InvalidPattern('Match value must be String, number, true, false, or null', path)
  }
  return (value) => value === wanted
}

const textual =
  (what: string, compare: (value: string, wanted: string) => boolean): Compile =>
  (operand, path) => {
    const folded = isObject(operand) ? operand['equals-ignore-case'] : undefined
    if (typeof folded === 'string') {
      const lower = folded.toLowerCase()
      return (value) => typeof value === 'string' && compare(value.toLowerCase(), lower)
    }
    if (typeof operand !== 'string') {
      throw new InvalidPattern(`${what} match pattern must be a string`, path)
    }
    return (value) => typeof value === 'string' && compare(value, operand)
  }

const prefix = textual('prefix', (value, wanted) => value.startsWith(wanted))
const suffix = textual('suffix', (value, wanted) => value.endsWith(wanted))

const foldedEquals: Compile = (operand, path) => {
  if (typeof operand !== 'string') {
    throw new InvalidPattern('equals-ignore-case match pattern must be a string', path)
  }
  const lower = operand.toLowerCase()
  return (value) => typeof value === 'string' && value.toLowerCase() === lower
}

/** What is there and is none of these. */
const anythingBut: Compile = (operand, path) => {
  const unwanted = isObject(operand)
    ? compileButs(operand, path)
    : (Array.isArray(operand) ? operand : [operand]).map((one) => exactly(one, path))
  if (unwanted.length === 0) throw new InvalidPattern('Empty arrays are not allowed', path)
  return (value) => value !== undefined && !unwanted.some((matches) => matches(value))
}

const BUTS: Readonly<Record<string, Compile>> = {
  prefix,
  suffix,
  'equals-ignore-case': foldedEquals,
  wildcard: (operand, path) => wildcard(operand, path),
}

const compileButs = (
  operand: Readonly<Record<string, unknown>>,
  path: readonly string[],
): readonly Matches[] => {
  const [first, ...more] = Object.entries(operand)
  const [operator = '', wanted] = first ?? []
  const compile = Object.hasOwn(BUTS, operator) ? BUTS[operator] : undefined
  if (compile === undefined || more.length > 0) {
    throw new InvalidPattern('Unsupported anything-but pattern', path)
  }
  return (Array.isArray(wanted) ? wanted : [wanted]).map((one) => compile(one, path))
}

const COMPARISONS: Readonly<Record<string, (value: number, wanted: number) => boolean>> = {
  '<': (value, wanted) => value < wanted,
  '<=': (value, wanted) => value <= wanted,
  '=': (value, wanted) => value === wanted,
  '>': (value, wanted) => value > wanted,
  '>=': (value, wanted) => value >= wanted,
}

const numeric: Compile = (operand, path) => {
  const given: readonly unknown[] = Array.isArray(operand) ? operand : []
  if (given.length !== 2 && given.length !== 4) {
    throw new InvalidPattern('Value of numeric must be an array of one or two comparisons', path)
  }
  const pairs = given.length === 2 ? [given] : [given.slice(0, 2), given.slice(2)]
  const tests = pairs.map(([operator, wanted]) => {
    const compare =
      typeof operator === 'string' && Object.hasOwn(COMPARISONS, operator)
        ? COMPARISONS[operator]
        : undefined
    if (compare === undefined) {
      throw new InvalidPattern(`Unrecognized numeric range operator: ${String(operator)}`, path)
    }
    if (typeof wanted !== 'number') {
      throw new InvalidPattern(`Value of ${String(operator)} must be numeric`, path)
    }
    return (value: number): boolean => compare(value, wanted)
  })
  return (value) => typeof value === 'number' && tests.every((test) => test(value))
}

const exists: Compile = (operand, path) => {
  if (typeof operand !== 'boolean') {
    throw new InvalidPattern('exists match pattern must be either true or false.', path)
  }
  return (value) => (value !== undefined) === operand
}

const cidr: Compile = (operand, path) => {
  const [address = '', bits = ''] = typeof operand === 'string' ? operand.split('/') : []
  const version = isIP(address)
  const length = Number(bits)
  const max = version === 4 ? 32 : 128
  if (version === 0 || !/^\d{1,3}$/.test(bits) || length > max) {
    throw new InvalidPattern('Malformed CIDR, one "/" required', path)
  }
  const family = version === 4 ? 'ipv4' : 'ipv6'
  const list = new BlockList()
  list.addSubnet(address, length, family)
  return (value) =>
    typeof value === 'string' && isIP(value) === version && list.check(value, family)
}

/** `*` stands for any text; `\*` and `\\` for themselves. */
const wildcard: Compile = (operand, path) => {
  if (typeof operand !== 'string') {
    throw new InvalidPattern('wildcard match pattern must be a string', path)
  }
  const parts = ['']
  for (let at = 0; at < operand.length; at++) {
    const unit = operand[at]
    const last = parts.length - 1
    if (unit === '*') parts.push('')
    else if (unit === '\\') parts[last] = `${parts[last]}${operand[++at] ?? ''}`
    else parts[last] = `${parts[last]}${unit}`
  }
  if (parts.length - 1 > WILDCARDS_MAX) throw new InvalidPattern('Rule is too complex', path)
  return (value) => typeof value === 'string' && fits(value, parts)
}

/** Each part is found as early as it can be, and the last one at the end: nothing is tried twice. */
const fits = (value: string, parts: readonly string[]): boolean => {
  const [first = '', ...middle] = parts
  if (parts.length === 1) return value === first
  const last = middle.pop() ?? ''
  if (!value.startsWith(first)) return false
  let from = first.length
  for (const part of middle) {
    const at = value.indexOf(part, from)
    if (at < 0) return false
    from = at + part.length
  }
  return value.length - last.length >= from && value.endsWith(last)
}

const OPERATORS: Readonly<Record<string, Compile>> = {
  prefix,
  suffix,
  'equals-ignore-case': foldedEquals,
  'anything-but': anythingBut,
  numeric,
  exists,
  cidr,
  wildcard,
}
