// Java's numbers: an Integer is a plain number of JavaScript, the other types are the classes
// below. Arithmetic is
// Velocity 1.7's: integers grow from int to long to BigInteger, division of integers truncates, and
// by zero is none.

export class JavaLong {
  readonly value: bigint
  constructor(value: bigint) {
    this.value = value
  }
}

export class JavaBigInteger {
  readonly value: bigint
  constructor(value: bigint) {
    this.value = value
  }
}

export class JavaDouble {
  readonly value: number
  constructor(value: number) {
    this.value = value
  }
}

export type JavaNumber = number | JavaLong | JavaBigInteger | JavaDouble

const INT_MAX = 2147483647
const INT_MIN = -2147483648
const LONG_MAX = 9223372036854775807n
const LONG_MIN = -9223372036854775808n

export const isJavaNumber = (value: unknown): value is JavaNumber =>
  typeof value === 'number' ||
  value instanceof JavaDouble ||
  value instanceof JavaLong ||
  value instanceof JavaBigInteger

export const isInt = (value: number): boolean => (value | 0) === value

/** The smallest type that holds an integer. */
export const fromBigInt = (value: bigint): JavaNumber => {
  if (value >= BigInt(INT_MIN) && value <= BigInt(INT_MAX)) return Number(value)
  return longOrBig(value)
}

const longOrBig = (value: bigint): JavaNumber =>
  value >= LONG_MIN && value <= LONG_MAX ? new JavaLong(value) : new JavaBigInteger(value)

/** Digits with or without a sign, as in a template or in JSON. */
export const parseInteger = (digits: string): JavaNumber => {
  if (digits.length < 10) return Number(digits) + 0
  return fromBigInt(BigInt(digits.startsWith('+') ? digits.slice(1) : digits))
}

/** A number of JavaScript, as JSON gives it: whole ones are integers. */
export const fromJsNumber = (value: number): JavaNumber => {
  if (isInt(value) && !Object.is(value, -0)) return value
  return Number.isSafeInteger(value) ? fromBigInt(BigInt(value)) : new JavaDouble(value)
}

/** The number as JavaScript has it, for comparing and computing. */
export const rawNumber = (number: JavaNumber): number | bigint =>
  typeof number === 'number' ? number : number.value

export const toDouble = (number: JavaNumber): number => Number(rawNumber(number))

/** intValue(): the low 32 bits of an integer; a double is cut and clamped. */
export const toInt = (number: JavaNumber): number => {
  if (typeof number === 'number') return number
  if (!(number instanceof JavaDouble)) return Number(BigInt.asIntN(32, number.value))
  if (Number.isNaN(number.value)) return 0
  return Math.trunc(Math.min(Math.max(number.value, INT_MIN), INT_MAX)) + 0
}

export const toLong = (number: JavaNumber): JavaLong => {
  if (typeof number === 'number') return new JavaLong(BigInt(number))
  if (!(number instanceof JavaDouble)) return new JavaLong(BigInt.asIntN(64, number.value))
  const { value } = number
  if (Number.isNaN(value)) return new JavaLong(0n)
  if (value >= 2 ** 63) return new JavaLong(LONG_MAX)
  if (value <= -(2 ** 63)) return new JavaLong(LONG_MIN)
  return new JavaLong(BigInt(Math.trunc(value)))
}

/** BigIntegers end somewhere here; in Java they do not, in practice. */
const BITS_MAX = 2048
const BIG_MAX = 1n << BigInt(BITS_MAX)

/** Undefined where the result is no number, or larger than anybody needs. */
export const compute = (
  operator: '+' | '-' | '*' | '/' | '%',
  left: JavaNumber,
  right: JavaNumber,
): JavaNumber | undefined => {
  if ((operator === '/' || operator === '%') && Number(rawNumber(right)) === 0) return undefined
  if (typeof left === 'number' && typeof right === 'number') {
    const result = onDoubles(operator, left, right)
    const whole = operator === '/' ? Math.trunc(result) + 0 : result + 0
    if (isInt(whole)) return whole
  }
  if (left instanceof JavaDouble || right instanceof JavaDouble) {
    return new JavaDouble(onDoubles(operator, toDouble(left), toDouble(right)))
  }
  const result = onBigInts(operator, BigInt(rawNumber(left)), BigInt(rawNumber(right)))
  if (result > BIG_MAX || result < -BIG_MAX) return undefined
  if (left instanceof JavaBigInteger || right instanceof JavaBigInteger) {
    return new JavaBigInteger(result)
  }
  return left instanceof JavaLong || right instanceof JavaLong
    ? longOrBig(result)
    : fromBigInt(result)
}

const onDoubles = (operator: string, left: number, right: number): number => {
  if (operator === '+') return left + right
  if (operator === '-') return left - right
  if (operator === '*') return left * right
  return operator === '/' ? left / right : left % right
}

const onBigInts = (operator: string, left: bigint, right: bigint): bigint => {
  if (operator === '+') return left + right
  if (operator === '-') return left - right
  if (operator === '*') return left * right
  return operator === '/' ? left / right : left % right
}

/** Below, above or equal by value, whatever the types; NaN is equal to nothing. */
export const compareNumbers = (left: JavaNumber, right: JavaNumber): number => {
  const a = rawNumber(left)
  const b = rawNumber(right)
  if (a < b) return -1
  if (a > b) return 1
  // Neither: equal, or NaN is one of them. `===` would tell a bigint from a number of the same value.
  return Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : 0
}

export const numberText = (number: JavaNumber): string =>
  number instanceof JavaDouble ? doubleText(number.value) : String(rawNumber(number))

/** Double.toString(): a fraction always, an exponent from 10^7 up and below 10^-3. */
export const doubleText = (value: number): string => {
  if (Object.is(value, -0)) return '-0.0'
  const size = Math.abs(value)
  if (!Number.isFinite(value)) return String(value)
  if (size === 0 || (size >= 1e-3 && size < 1e7)) {
    const text = String(value)
    return text.includes('.') ? text : `${text}.0`
  }
  const [digits = '', exponent = ''] = value.toExponential().split('e')
  const mantissa = digits.includes('.') ? digits : `${digits}.0`
  return `${mantissa}E${exponent.replace('+', '')}`
}
