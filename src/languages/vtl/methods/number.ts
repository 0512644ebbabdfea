// java.lang.Integer, Long and Double and java.math.BigInteger; statics too, since Velocity calls
// them on a value.
import {
  compareNumbers,
  compute,
  fromBigInt,
  isJavaNumber,
  JavaDouble,
  JavaLong,
  type JavaNumber,
  toDouble,
  toInt,
  toLong,
} from '../numbers.ts'
import { classNameOf } from '../equality.ts'
import type { VtlMethod, VtlMethods, VtlValue } from '../values.ts'
import { javaException, textAt } from './arguments.ts'

type Method = VtlMethod<JavaNumber>

const converting =
  (convert: (self: JavaNumber) => VtlValue): Method =>
  (self, args) =>
    args.length === 0 ? convert(self) : undefined

const byteOrShort = (bits: number): Method =>
  converting((self) => Number(BigInt.asIntN(bits, BigInt(toInt(self)))))

const compareTo: Method = (self, [other]) => {
  if (other === undefined || !isJavaNumber(other)) return undefined
  return classNameOf(self) === classNameOf(other)
    ? Math.sign(compareNumbers(self, other))
    : javaException('java.lang.ClassCastException', classNameOf(other))
}

const INTEGER = /^[+-]?\d{1,19}$/

const parseWhole =
  (min: bigint, max: bigint, convert: (value: bigint) => JavaNumber): Method =>
  (_self, args) => {
    const text = textAt(args, 0)
    if (text === undefined || args.length > 1) return undefined
    const value = INTEGER.test(text) ? BigInt(text.replace('+', '')) : undefined
    if (value === undefined || value < min || value > max) {
      return javaException(
        'java.lang.NumberFormatException',
        `For input string: "${text.slice(0, 50)}"`,
      )
    }
    return convert(value)
  }

const parseInt32 = parseWhole(-(2n ** 31n), 2n ** 31n - 1n, Number)
const parseInt64 = parseWhole(-(2n ** 63n), 2n ** 63n - 1n, (value) => toLong(fromBigInt(value)))

const parseDouble: Method = (_self, args) => {
  const text = textAt(args, 0)?.trim()
  if (text === undefined) return undefined
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) {
    return javaException(
      'java.lang.NumberFormatException',
      `For input string: "${text.slice(0, 50)}"`,
    )
  }
  return new JavaDouble(Number(text))
}

const valueOf: Method = (self, args, run) => {
  const [value] = args
  if (typeof self === 'number') {
    return typeof value === 'number' ? value : parseInt32(self, args, run)
  }
  if (self instanceof JavaDouble) {
    return value !== undefined && isJavaNumber(value)
      ? new JavaDouble(toDouble(value))
      : parseDouble(self, args, run)
  }
  if (!(self instanceof JavaLong)) return undefined
  return value !== undefined && isJavaNumber(value) ? toLong(value) : parseInt64(self, args, run)
}

/**
 * Two numbers as the type of `self` has them; undefined where an int would have to hold something
 * larger.
 */
const pairOf = (
  self: JavaNumber,
  args: readonly VtlValue[],
): readonly [JavaNumber, JavaNumber] | undefined => {
  const [left, right] = args
  if (left === undefined || !isJavaNumber(left)) return undefined
  if (right === undefined || !isJavaNumber(right)) return undefined
  if (self instanceof JavaDouble) {
    return [new JavaDouble(toDouble(left)), new JavaDouble(toDouble(right))]
  }
  return typeof left === 'number' && typeof right === 'number' ? [left, right] : undefined
}

/** Of two numbers, the one that stands where `sign` says. */
const choosing =
  (sign: number): Method =>
  (self, args) => {
    const pair = pairOf(self, args)
    return pair && (compareNumbers(pair[0], pair[1]) === sign ? pair[0] : pair[1])
  }

const sum: Method = (self, args) => {
  const pair = pairOf(self, args)
  const total = pair && compute('+', pair[0], pair[1])
  return typeof self === 'number' && total !== undefined ? toInt(total) : total
}

const inBase =
  (base: number): Method =>
  (self, [value]) =>
    typeof self === 'number' && typeof value === 'number' ? (value >>> 0).toString(base) : undefined

export const NUMBER_METHODS: VtlMethods<JavaNumber> = new Map<string, Method>([
  ['intValue', converting(toInt)],
  ['longValue', converting(toLong)],
  ['doubleValue', converting((self) => new JavaDouble(toDouble(self)))],
  ['floatValue', converting((self) => new JavaDouble(Math.fround(toDouble(self))))],
  ['shortValue', byteOrShort(16)],
  ['byteValue', byteOrShort(8)],
  ['compareTo', compareTo],
  [
    'parseInt',
    (self, args, run) => (typeof self === 'number' ? parseInt32(self, args, run) : undefined),
  ],
  [
    'parseLong',
    (self, args, run) =>
      classNameOf(self) === 'java.lang.Long' ? parseInt64(self, args, run) : undefined,
  ],
  [
    'parseDouble',
    (self, args, run) => (self instanceof JavaDouble ? parseDouble(self, args, run) : undefined),
  ],
  ['valueOf', valueOf],
  ['max', choosing(1)],
  ['min', choosing(-1)],
  ['sum', sum],
  ['toHexString', inBase(16)],
  ['toOctalString', inBase(8)],
  ['toBinaryString', inBase(2)],
  ['isNaN', converting((self) => (self instanceof JavaDouble ? Number.isNaN(self.value) : null))],
  [
    'isInfinite',
    converting((self) =>
      self instanceof JavaDouble ? Math.abs(self.value) === Number.POSITIVE_INFINITY : null,
    ),
  ],
])
