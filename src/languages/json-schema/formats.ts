// The formats of draft 4, checked by hand in linear time. All others are annotations, as java-json-tools has it.
import { isIPv4, isIPv6 } from 'node:net'

export const isKnownFormat = (format: string): boolean => FORMATS.has(format)

/** True for formats that are not known. */
export const matchesFormat = (format: string, text: string): boolean =>
  FORMATS.get(format)?.(text) ?? true

/** In the words of java-json-tools. */
export const formatProblem = (format: string, text: string): string => {
  if (format === 'date-time') {
    return `string "${text}" is invalid against requested date format(s) ["yyyy-MM-dd'T'HH:mm:ssZ","yyyy-MM-dd'T'HH:mm:ss.[0-9]{1,12}Z"]`
  }
  return `string "${text}" is not a valid ${NAMES.get(format) ?? format}`
}

const NAMES: ReadonlyMap<string, string> = new Map([
  ['email', 'email address'],
  ['hostname', 'hostname'],
  ['ipv4', 'IPv4 address'],
  ['ipv6', 'IPv6 address'],
  ['uri', 'URI'],
])

const isDateTime = (text: string): boolean => {
  const parts =
    /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.\d{1,12})?(?:[Zz]|[+-](\d\d):?(\d\d))$/.exec(
      text,
    )
  if (parts === null) return false
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, ...offset] = parts
    .slice(1)
    .map((part) => (part === undefined ? 0 : Number(part)))
  const days = new Date(Date.UTC(year, month, 0)).getUTCDate()
  const [offsetHour = 0, offsetMinute = 0] = offset
  return (
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= days &&
    hour <= 23 &&
    minute <= 59 &&
    (second <= 59 || isLeapSecond(hour, minute, text, offset)) &&
    offsetHour <= 23 &&
    offsetMinute <= 59
  )
}

/** RFC 3339 §5.7: the sixtieth second exists at the end of a day in UTC. */
const isLeapSecond = (
  hour: number,
  minute: number,
  text: string,
  offset: readonly number[],
): boolean => {
  const [offsetHour = 0, offsetMinute = 0] = offset
  const sign = /-\d\d:?\d\d$/.test(text) ? 1 : -1
  const minutes = hour * 60 + minute + sign * (offsetHour * 60 + offsetMinute)
  return /:60/.test(text) && (minutes + 2 * 1_440) % 1_440 === 1_439
}

const isEmail = (text: string): boolean => {
  const at = text.lastIndexOf('@')
  const local = text.slice(0, at)
  const domain = text.slice(at + 1)
  if (at < 1 || domain === '') return false
  const address = /^\[(?:IPv6:)?(.*)\]$/.exec(domain)?.[1]
  if (address !== undefined ? !isIPv4(address) && !isIPv6(address) : !isHostname(domain))
    return false
  if (/^"(?:[^"\\]|\\.)*"$/.test(local)) return true
  return /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\uffff-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\uffff-]+)*$/.test(
    local,
  )
}

const isHostname = (text: string): boolean =>
  text.length <= 253 &&
  text.split('.').every((label) => /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(label))

const isUri = (text: string): boolean => {
  if (
    !/^[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9._~:/?#[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*$/.test(text)
  )
    return false
  const rest = text.slice(text.indexOf(':') + 1)
  const authority = rest.startsWith('//') ? (/^\/\/([^/?#]*)/.exec(rest)?.[1] ?? '') : ''
  const host = authority.slice(authority.lastIndexOf('@') + 1)
  if (/[[\]@]/.test(authority.slice(0, -host.length - 1))) return false
  // Brackets are for addresses of IPv6, and a hash begins the one fragment there is.
  const brackets = /^\[([^\]]*)\](?::[0-9]*)?$/.exec(host)
  const outside = rest.replace(authority, '')
  if (/[[\]]/.test(outside) || /#.*#/.test(rest)) return false
  if (brackets !== null)
    return isIPv6(brackets[1] ?? '') || /^v[0-9A-Fa-f]+\./.test(brackets[1] ?? '')
  return /^[^[\]:]*(?::[0-9]*)?$/.test(host)
}

const FORMATS: ReadonlyMap<string, (text: string) => boolean> = new Map([
  ['date-time', isDateTime],
  ['email', isEmail],
  ['hostname', isHostname],
  ['ipv4', isIPv4],
  ['ipv6', (text: string) => isIPv6(text) && !text.includes('%')],
  ['uri', isUri],
])
