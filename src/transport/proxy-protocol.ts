// PROXY protocol, version 2: what a load balancer in front says of the client behind it, in binary, before the first
// byte of the client's own. Only listeners that opt in read it, and these take no connection without it: whoever may
// connect to them is believed. https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt, 2.2
import type { Socket } from 'node:net'
import type { ProxiedTlv, ProxyFacts } from './contract.ts'

/** Bytes after the fixed 16: addresses and TLVs. Load balancers send a few hundred. */
const REST_BYTES_MAX = 4_096
const FIXED_BYTES = 16
const SIGNATURE = Buffer.from([
  0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a,
])

/**
 * Reads the header off a socket on which nobody reads yet, and calls back with what it says; what follows stays on
 * the socket. A connection without a proper header, or one that takes too long with it, is closed without a word.
 */
export const readProxyHeader = (
  socket: Socket,
  timeoutMs: number,
  done: (facts: ProxyFacts) => void,
): void => {
  let start: ProxyStart | undefined
  const leave = (): void => {
    clearTimeout(timer)
    socket.off('readable', read)
    socket.off('end', abandon)
    socket.off('close', leave)
    socket.off('error', abandon)
  }
  const abandon = (): void => {
    leave()
    socket.destroy()
  }
  const read = (): void => {
    if (start === undefined) {
      const bytes = take(socket, FIXED_BYTES)
      if (bytes === undefined) return
      start = parseStart(bytes)
      if (start === undefined) return abandon()
    }
    const rest = take(socket, start.restBytes)
    if (rest === undefined) return
    const facts = parseRest(start, rest)
    if (facts === undefined) return abandon()
    leave()
    done(facts)
  }
  const timer = setTimeout(abandon, timeoutMs)
  socket.on('readable', read)
  socket.on('end', abandon)
  socket.on('close', leave)
  socket.on('error', abandon)
  read()
}

/** Exactly so many bytes, once they are there. */
const take = (socket: Socket, bytes: number): Buffer | undefined => {
  if (bytes === 0) return Buffer.alloc(0)
  // At the end of a stream, what is left comes out, however little.
  const taken: unknown = socket.read(bytes)
  return Buffer.isBuffer(taken) && taken.length === bytes ? taken : undefined
}

interface ProxyStart {
  /** The proxy speaks for itself: a health check. */
  readonly isLocal: boolean
  readonly addressBytes: 0 | 4 | 16
  readonly unixBytes: 0 | 216
  readonly restBytes: number
}

const parseStart = (bytes: Buffer): ProxyStart | undefined => {
  if (!bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE)) return undefined
  const versionAndCommand = bytes[12] ?? 0
  const command = versionAndCommand & 0x0f
  if (versionAndCommand >> 4 !== 2 || command > 1) return undefined
  const restBytes = bytes.readUInt16BE(14)
  if (restBytes > REST_BYTES_MAX) return undefined
  const family = (bytes[13] ?? 0) >> 4
  if (family > 3) return undefined
  return {
    isLocal: command === 0,
    addressBytes: family === 1 ? 4 : family === 2 ? 16 : 0,
    unixBytes: family === 3 ? 216 : 0,
    restBytes,
  }
}

const parseRest = (start: ProxyStart, rest: Buffer): ProxyFacts | undefined => {
  // What a health check says of addresses means nothing, and may be cut short.
  if (start.isLocal) return { tlvs: [] }
  const { addressBytes, unixBytes } = start
  const portsAt = addressBytes * 2
  const tlvsAt = addressBytes === 0 ? unixBytes : portsAt + 4
  if (rest.length < tlvsAt) return undefined
  const tlvs = parseTlvs(rest.subarray(tlvsAt))
  if (tlvs === undefined || addressBytes === 0) return tlvs && { tlvs }
  return {
    remoteAddress: formatAddress(rest.subarray(0, addressBytes)),
    remotePort: rest.readUInt16BE(portsAt),
    tlvs,
  }
}

const parseTlvs = (bytes: Buffer): readonly ProxiedTlv[] | undefined => {
  const tlvs: ProxiedTlv[] = []
  for (let at = 0; at < bytes.length; ) {
    if (at + 3 > bytes.length) return undefined
    const end = at + 3 + bytes.readUInt16BE(at + 1)
    if (end > bytes.length) return undefined
    tlvs.push({ type: bytes[at] ?? 0, value: bytes.subarray(at + 3, end) })
    at = end
  }
  return tlvs
}

const formatAddress = (bytes: Buffer): string => {
  if (bytes.length === 4) return bytes.join('.')
  const groups: string[] = []
  for (let at = 0; at < 16; at += 2) groups.push(bytes.readUInt16BE(at).toString(16))
  // In the one form that policies and logs know: the longest run of zeros is `::`.
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1)
}
