// String.format, as far as a body or a header needs it.
// https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/util/Formatter.html
import { VtlBudgetError } from '../errors.ts'
import { hashCodeOf } from '../equality.ts'
import { isJavaNumber, JavaDouble, rawNumber, toDouble } from '../numbers.ts'
import type { Run } from '../run.ts'
import type { VtlValue } from '../values.ts'
import { javaException } from './arguments.ts'

interface Conversion {
  readonly flags: string
  readonly width: number
  /** Undefined where none is given. */
  readonly precision: number | undefined
  readonly kind: string
}

const SPECIFIER = /%(?:(\d{1,4})\$)?([-#+ 0,(]*)(\d{1,9})?(?:\.(\d{1,9}))?([A-Za-z%])/y
const WIDTH_MAX = 10_000

export const formatText = (pattern: string, args: readonly VtlValue[], run: Run): string => {
  let text = ''
  let at = 0
  let nextArgument = 0
  for (;;) {
    const percent = pattern.indexOf('%', at)
    if (percent === -1) return text + pattern.slice(at)
    text += pattern.slice(at, percent)
    SPECIFIER.lastIndex = percent
    const match = SPECIFIER.exec(pattern)
    if (match === null) return unknown(pattern.slice(percent, percent + 10))
    const [all, index, flags = '', width = '0', precision, kind = ''] = match
    const conversion = {
      flags,
      width: bounded(width),
      precision: precision === undefined ? undefined : bounded(precision),
      kind,
    }
    at = percent + all.length
    if (kind === '%' || kind === 'n') {
      text += pad(kind === 'n' ? '\n' : '%', conversion)
      continue
    }
    const argument = args[index === undefined ? nextArgument++ : Number(index) - 1]
    if (argument === undefined) {
      return javaException('java.util.MissingFormatArgumentException', `Format specifier '${all}'`)
    }
    text += convert(argument, conversion, run)
    run.budget.spendText(text.length)
  }
}

const bounded = (digits: string): number => {
  if (Number(digits) > WIDTH_MAX) throw new VtlBudgetError(`a width of more than ${WIDTH_MAX}`)
  return Number(digits)
}

const unknown = (specifier: string): never =>
  javaException('java.util.UnknownFormatConversionException', `Conversion = '${specifier}'`)

const convert = (value: VtlValue, conversion: Conversion, run: Run): string => {
  const { kind } = conversion
  const lower = kind.toLowerCase()
  const text = convertLower(value, { ...conversion, kind: lower }, run)
  return kind === lower ? text : text.toUpperCase()
}

const convertLower = (value: VtlValue, conversion: Conversion, run: Run): string => {
  switch (conversion.kind) {
    case 's':
      return pad(cut(run.text(value), conversion), conversion)
    case 'b':
      return pad(cut(String(value !== null && value !== false), conversion), conversion)
    case 'h':
      return pad((hashCodeOf(value, run) >>> 0).toString(16), conversion)
    case 'c':
      return pad(isJavaNumber(value) ? codePoint(value) : char(value, conversion), conversion)
    case 'd':
    case 'x':
    case 'o':
      return value === null ? pad('null', conversion) : integer(value, conversion)
    case 'f':
    case 'e':
      return value === null ? pad('null', conversion) : decimal(value, conversion)
    default:
      return unknown(conversion.kind)
  }
}

const cut = (text: string, { precision }: Conversion): string =>
  precision === undefined ? text : text.slice(0, precision)

/** A char is a text of one unit. */
const char = (value: VtlValue, conversion: Conversion): string => {
  if (value === null) return 'null'
  return typeof value === 'string' && value.length === 1 ? value : mismatch(conversion)
}

const codePoint = (value: Parameters<typeof toDouble>[0]): string => {
  const code = toDouble(value)
  return Number.isInteger(code) && code >= 0 && code <= 0x10ffff
    ? String.fromCodePoint(code)
    : javaException('java.util.IllegalFormatCodePointException', `Code point = ${code}`)
}

const integer = (value: Exclude<VtlValue, null>, conversion: Conversion): string => {
  if (!isJavaNumber(value) || value instanceof JavaDouble) return mismatch(conversion)
  const whole = BigInt(rawNumber(value))
  if (conversion.kind === 'd') {
    return signed(whole < 0n, String(whole < 0n ? -whole : whole), conversion)
  }
  const bits = typeof value === 'number' ? 32 : 64
  const digits = BigInt.asUintN(bits, whole).toString(conversion.kind === 'x' ? 16 : 8)
  return conversion.flags.includes('0')
    ? digits.padStart(conversion.width, '0')
    : pad(digits, conversion)
}

const decimal = (value: Exclude<VtlValue, null>, conversion: Conversion): string => {
  if (!(value instanceof JavaDouble)) return mismatch(conversion)
  const size = Math.abs(value.value)
  if (!Number.isFinite(size)) return pad(String(value.value), conversion)
  // JavaScript gives at most 100 digits behind the point.
  const precision = Math.min(conversion.precision ?? 6, 100)
  const digits =
    conversion.kind === 'f'
      ? size.toFixed(precision)
      : size.toExponential(precision).replace(/e([+-])(\d)$/, 'e$10$2')
  return signed(value.value < 0, digits, conversion)
}

const mismatch = ({ kind }: Conversion): never =>
  javaException('java.util.IllegalFormatConversionException', `for the conversion ${kind}`)

const signed = (negative: boolean, digits: string, conversion: Conversion): string => {
  const { flags, width } = conversion
  const body = flags.includes(',') ? groupThousands(digits) : digits
  const plus = flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : ''
  const sign = negative ? '-' : plus
  if (negative && flags.includes('(')) return pad(`(${body})`, conversion)
  if (flags.includes('0')) return sign + body.padStart(width - sign.length, '0')
  return pad(sign + body, conversion)
}

const groupThousands = (digits: string): string => {
  const [whole = '', ...rest] = digits.split('.')
  const groups: string[] = []
  for (let end = whole.length; end > 0; end -= 3) {
    groups.unshift(whole.slice(Math.max(0, end - 3), end))
  }
  return [groups.join(','), ...rest].join('.')
}

const pad = (text: string, { flags, width }: Conversion): string =>
  flags.includes('-') ? text.padEnd(width) : text.padStart(width)
