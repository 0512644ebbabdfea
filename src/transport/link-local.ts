// Where no API leads a request: link-local addresses, on which clouds give a machine's credentials to whoever asks, and
// the metadata addresses that lie elsewhere. Looked at where a connection is made, on the very address that is connected
// to: no spelling and no second answer of DNS leads around it. docs/decisions/0005-no-api-leads-to-link-local-addresses.md
import { lookup, type LookupAddress } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { UpstreamError } from './contract.ts'

/** Why an address is not connected to; undefined for any other, and for names, which are for `guardedLookup`. */
export const linkLocalRefusal = (host: string): UpstreamError | undefined =>
  isLinkLocal(host) ? forbidden(host, host) : undefined

/** Resolves names to what is left of their addresses without such ones; an error where nothing is. */
export const guardedLookup =
  (resolve: LookupFunction = lookup): LookupFunction =>
  (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) {
        callback(error, [])
        return
      }
      const all = typeof found === 'string' ? [{ address: found, family: isIP(found) }] : found
      const kept = all.filter(({ address }) => !isLinkLocal(address))
      const [first] = kept
      if (first === undefined) callback(forbidden(hostname, addressesOf(all)), [])
      else if (options.all === true) callback(null, kept)
      else callback(null, first.address, first.family)
    })
  }

export const isLinkLocal = (address: string): boolean => {
  // The zone of a link-local address (`fe80::1%eth0`) is no part of it.
  const [plain = ''] = address.split('%')
  const family = isIP(plain)
  return family !== 0 && BLOCKED.check(plain, family === 4 ? 'ipv4' : 'ipv6')
}

type Subnet = readonly [address: string, prefix: number]

const IPV4: readonly Subnet[] = [
  // AWS, Azure, Google, OpenStack, and the credentials of ECS and EKS.
  ['169.254.0.0', 16],
  // Alibaba Cloud.
  ['100.100.100.200', 32],
  // Oracle Cloud, its older address.
  ['192.0.0.192', 32],
  // The wire server of Azure.
  ['168.63.129.16', 32],
]

const IPV6: readonly Subnet[] = [
  ['fe80::', 10],
  // AWS: instance metadata, EKS, DNS and time.
  ['fd00:ec2::', 32],
  // Google.
  ['fd20:ce::254', 128],
  // Scaleway.
  ['fd00:42::42', 128],
]

/** IPv6 that stands for an IPv4 address: mapped, compatible, translated, NAT64 (both), and 6to4 with it in front. */
const EMBEDDING: readonly (readonly [before: string, after: string, prefix: number])[] = [
  ['::ffff:', '', 96],
  ['::', '', 96],
  ['::ffff:0:', '', 96],
  ['64:ff9b::', '', 96],
  ['64:ff9b:1::', '', 96],
  ['2002:', '::', 16],
]

const blockList = (): BlockList => {
  const list = new BlockList()
  for (const [address, prefix] of IPV6) list.addSubnet(address, prefix, 'ipv6')
  for (const [address, prefix] of IPV4) {
    list.addSubnet(address, prefix, 'ipv4')
    for (const [before, after, bits] of EMBEDDING) {
      list.addSubnet(`${before}${hexOf(address)}${after}`, bits + prefix, 'ipv6')
    }
  }
  return list
}

/** `a9fe:a9fe` for 169.254.169.254. */
const hexOf = (address: string): string => {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number)
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
}

const BLOCKED = blockList()

const addressesOf = (found: readonly LookupAddress[]): string =>
  found.map(({ address }) => address).join(', ')

const forbidden = (host: string, addresses: string): UpstreamError =>
  new UpstreamError(
    'forbidden',
    `${host === addresses ? host : `${host} (${addresses})`} is a link-local or metadata address, where no API leads unless --allowed-link-local=${host} is given`,
  )
