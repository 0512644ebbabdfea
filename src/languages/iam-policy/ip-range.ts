// Addresses and ranges of IPv4 and IPv6, as `aws:SourceIp` has them.

/** IPv4 as one number of 32 bits, IPv6 as its sixteen bytes. IPv4 in IPv6's clothes is IPv4. */
export type Address = number | readonly number[]

export interface IpRange {
  readonly address: Address
  readonly bits: number
}

export const parseAddress = (text: string): Address | undefined => {
  if (!text.includes(':')) return parseIpv4(text)
  // A link-local address comes with the name of its interface behind a percent sign.
  const percent = text.indexOf('%')
  const bytes = parseIpv6(percent === -1 ? text : text.slice(0, percent))
  return bytes && isMapped(bytes) ? lastFour(bytes) : bytes
}

/** `parseAddress` that remembers its last answer: every statement of a policy asks about the same address. */
export type ReadAddress = (text: string) => Address | undefined

export const createReadAddress = (): ReadAddress => {
  let lastText = ''
  let last: Address | undefined
  return (text) => {
    if (text === lastText) return last
    last = parseAddress(text)
    lastText = text
    return last
  }
}

/** `203.0.113.0/24`, `2001:db8::/32`, or one address. */
export const parseRange = (text: string): IpRange | undefined => {
  const [addressText = '', bitsText, ...more] = text.split('/')
  if (more.length > 0) return undefined
  const address = addressText.includes(':') ? parseIpv6(addressText) : parseIpv4(addressText)
  if (address === undefined) return undefined
  if (bitsText !== undefined && !/^\d{1,3}$/.test(bitsText)) return undefined
  const bitsMax = typeof address === 'number' ? 32 : 128
  const bits = bitsText === undefined ? bitsMax : Number(bitsText)
  if (bits > bitsMax) return undefined
  return typeof address !== 'number' && isMapped(address) && bits >= 96
    ? { address: lastFour(address), bits: bits - 96 }
    : { address, bits }
}

export const isInRange = (address: Address, range: IpRange): boolean => {
  const { address: base, bits } = range
  if (typeof address === 'number') {
    return typeof base === 'number' && (bits === 0 || (address ^ base) >>> (32 - bits) === 0)
  }
  if (typeof base === 'number') return false
  let left = bits
  for (let index = 0; left > 0; index += 1) {
    const mask = left >= 8 ? 0xff : (0xff << (8 - left)) & 0xff
    if ((((address[index] ?? 0) ^ (base[index] ?? 0)) & mask) !== 0) return false
    left -= 8
  }
  return true
}

const DOT = 46
const ZERO = 48

/** Character by character: every statement with a range asks this of every request. */
const parseIpv4 = (text: string): number | undefined => {
  if (text.length > 15) return undefined
  let address = 0
  let dots = 0
  let byte = -1
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code === DOT) {
      if (byte === -1 || dots === 3) return undefined
      address = address * 256 + byte
      dots += 1
      byte = -1
      continue
    }
    const digit = code - ZERO
    // A leading zero is octal to some: such an address means two things.
    if (digit < 0 || digit > 9 || byte === 0) return undefined
    byte = byte === -1 ? digit : byte * 10 + digit
    if (byte > 255) return undefined
  }
  return dots === 3 && byte !== -1 ? address * 256 + byte : undefined
}

const IPV6_LENGTH_MAX = 45

const parseIpv6 = (text: string): readonly number[] | undefined => {
  if (text.length > IPV6_LENGTH_MAX) return undefined
  const [head = '', tail, ...more] = text.split('::')
  if (more.length > 0) return undefined
  const front = parseGroups(head, tail === undefined)
  const back = tail === undefined ? [] : parseGroups(tail, true)
  if (front === undefined || back === undefined) return undefined
  const zeros = 16 - front.length - back.length
  if (tail === undefined ? zeros !== 0 : zeros < 2) return undefined
  return [...front, ...Array.from({ length: zeros }, () => 0), ...back]
}

/** Groups of four hexadecimal digits; the very last may be an IPv4 address. */
const parseGroups = (text: string, mayEndInIpv4: boolean): readonly number[] | undefined => {
  if (text === '') return []
  const bytes: number[] = []
  const groups = text.split(':')
  for (const [index, group] of groups.entries()) {
    if (group.includes('.')) {
      const ipv4 = mayEndInIpv4 && index === groups.length - 1 ? parseIpv4(group) : undefined
      if (ipv4 === undefined) return undefined
      bytes.push(ipv4 >>> 24, (ipv4 >>> 16) & 0xff, (ipv4 >>> 8) & 0xff, ipv4 & 0xff)
      continue
    }
    if (!/^[0-9A-Fa-f]{1,4}$/.test(group)) return undefined
    const value = Number.parseInt(group, 16)
    bytes.push(value >>> 8, value & 0xff)
  }
  return bytes
}

const isMapped = (bytes: readonly number[]): boolean =>
  bytes[10] === 0xff && bytes[11] === 0xff && bytes.slice(0, 10).every((byte) => byte === 0)

const lastFour = (bytes: readonly number[]): number =>
  bytes.slice(12).reduce((address, byte) => address * 256 + byte, 0)
