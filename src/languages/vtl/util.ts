// `$util`.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html#util-template-reference
import { VtlRuntimeError } from './errors.ts'
import { parseJson } from './json.ts'
import type { Run } from './run.ts'
import { VtlObject, type VtlValue } from './values.ts'

class Util extends VtlObject {
  readonly className = 'com.amazonaws.Util'

  override method(name: string, args: readonly VtlValue[], run: Run): VtlValue | undefined {
    const [value] = args
    if (value === undefined || args.length > 1) return undefined
    // AWS: numbers and the like are taken as the text they print as, and null is `null`. [F153]
    if (name === 'escapeJavaScript') return escapeInPieces(run.text(value), run)
    const convert = CONVERSIONS.get(name)
    if (convert === undefined) return undefined
    const text = run.text(value)
    run.budget.spend(1 + Math.ceil(text.length / CHARS_PER_STEP))
    const converted = convert(text)
    if (typeof converted === 'string') run.budget.spendText(converted.length)
    return converted
  }
}

/** These go through a text character by character. */
const CHARS_PER_STEP = 8
const PIECE_CHARS = 16_384

/** What is escaped costs more than what is not, and nobody knows before how much that is. */
const escapeInPieces = (text: string, run: Run): string => {
  let escaped = ''
  for (let start = 0; start < text.length; start += PIECE_CHARS) {
    const piece = text.slice(start, start + PIECE_CHARS)
    const added = escapeJavaScript(piece)
    run.budget.spend((piece.length >>> 5) + ((added.length - piece.length) >>> 1))
    escaped += added
  }
  run.budget.spendText(escaped.length)
  return escaped
}

export const createUtil = (): VtlObject => new Util()

/**
 * Apache commons-lang 2's StringEscapeUtils.
 * AWS: a single quote is escaped too, which JSON does not allow; templates put it back by
 * replaceAll. [guide]
 */
export const escapeJavaScript = (text: string): string => {
  if (!TO_ESCAPE.test(text)) return text
  let escaped = ''
  let start = 0
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    const escape = unit < ESCAPES.length ? ESCAPES[unit] : unicodeEscape(unit)
    if (escape === undefined) continue
    escaped += text.slice(start, at) + escape
    start = at + 1
  }
  return escaped + text.slice(start)
}

// oxlint-disable-next-line no-control-regex -- controls are what is escaped
const TO_ESCAPE = /['"\\/\u0000-\u001f\u0080-\uffff]/

const hexByte = (byte: number): string => byte.toString(16).toUpperCase().padStart(2, '0')
const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => hexByte(byte))
const unicodeEscape = (unit: number): string => `\\u${HEX[unit >> 8]}${HEX[unit & 255]}`

const SHORT = new Map([
  ['\b', '\\b'],
  ['\n', '\\n'],
  ['\t', '\\t'],
  ['\f', '\\f'],
  ['\r', '\\r'],
  ["'", "\\'"],
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['/', '\\/'],
])

/** Of ASCII; undefined for what stays as it is. */
const ESCAPES: readonly (string | undefined)[] = Array.from(
  { length: 128 },
  (_, unit) =>
    SHORT.get(String.fromCharCode(unit)) ?? (unit < 32 ? unicodeEscape(unit) : undefined),
)

/** java.net.URLEncoder: a space is a plus, and four signs stay. */
const urlEncode = (text: string): string =>
  encodeURIComponent(
    text.toWellFormed().replaceAll('\ufffd', (mark, at) => (text.charAt(at) === mark ? mark : '?')),
  )
    .replaceAll('%20', '+')
    .replace(/[!'()~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)

/** java.net.URLDecoder: bytes that are no UTF-8 become replacement characters. */
const urlDecode = (text: string): string => {
  if (/%(?![0-9a-fA-F]{2})/.test(text)) {
    throw new VtlRuntimeError('URLDecoder: Illegal hex characters in escape (%) pattern')
  }
  return text
    .replaceAll('+', ' ')
    .replace(/(?:%[0-9a-fA-F]{2})+/g, (escapes) =>
      Buffer.from(escapes.replaceAll('%', ''), 'hex').toString('utf8'),
    )
}

const CONVERSIONS: ReadonlyMap<string, (text: string) => VtlValue> = new Map<
  string,
  (text: string) => VtlValue
>([
  ['parseJson', parseJson],
  ['urlEncode', urlEncode],
  ['urlDecode', urlDecode],
  ['base64Encode', (text) => Buffer.from(text).toString('base64')],
  ['base64Decode', (text) => Buffer.from(text, 'base64').toString('utf8')],
])
