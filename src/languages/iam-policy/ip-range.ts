// Addresses and ranges of IPv4 and IPv6, as `aws:SourceIp` has them.

/** An address as its bytes, four or sixteen. An IPv4 address in IPv6's clothes is an IPv4 address. */
export type Address = readonly number[]

export interface IpRange {
  readonly address: Address
  readonly bits: number
}

export const parseAddress = (text: string): Address | undefined => {
  // A link-local address comes with the name of its interface behind a percent sign.
  const percent = text.indexOf('%')
  const bare = percent === -1 ? text : text.slice(0, percent)
  const bytes = bare.includes(':') ? parseIpv6(bare) : parseIpv4(bare)
  return bytes && isMapped(bytes) ? bytes.slice(12) : bytes
}

/** `203.0.113.0/24`, `2001:db8::/32`, or one address. */
export const parseRange = (text: string): IpRange | undefined => {
  const [addressText = '', bitsText, ...more] = text.split('/')
  if (addressText.includes('%') || more.length > 0) return undefined
  const bytes = addressText.includes(':') ? parseIpv6(addressText) : parseIpv4(addressText)
  if (bytes === undefined) return undefined
  if (bitsText !== undefined && !/^\d{1,3}$/.test(bitsText)) return undefined
  const bits = bitsText === undefined ? bytes.length * 8 : Number(bitsText)
  if (bits > bytes.length * 8) return undefined
  return isMapped(bytes) && bits >= 96
    ? { address: bytes.slice(12), bits: bits - 96 }
    : { address: bytes, bits }
}

export const isInRange = (address: Address, range: IpRange): boolean => {
  if (address.length !== range.address.length) return false
  let left = range.bits
  for (let index = 0; left > 0; index += 1) {
    const mask = left >= 8 ? 0xff : (0xff << (8 - left)) & 0xff
    if ((((address[index] ?? 0) ^ (range.address[index] ?? 0)) & mask) !== 0) return false
    left -= 8
  }
  return true
}

const parseIpv4 = (text: string): Address | undefined => {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)
  if (parts === null) return undefined
  const bytes = parts.slice(1).map(Number)
  // A leading zero is octal to some: such an address means two things.
  return bytes.every((byte, index) => byte <= 255 && `${byte}` === parts[index + 1])
    ? bytes
    : undefined
}

const IPV6_LENGTH_MAX = 45

const parseIpv6 = (text: string): Address | undefined => {
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
      bytes.push(...ipv4)
      continue
    }
    if (!/^[0-9A-Fa-f]{1,4}$/.test(group)) return undefined
    const value = Number.parseInt(group, 16)
    bytes.push(value >>> 8, value & 0xff)
  }
  return bytes
}

const isMapped = (bytes: Address): boolean =>
  bytes.length === 16 &&
  bytes[10] === 0xff &&
  bytes[11] === 0xff &&
  bytes.slice(0, 10).every((byte) => byte === 0)
