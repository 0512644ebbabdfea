// Who the request is passed on for: Forwarded and Via, in place of the X-Forwarded headers.
// https://datatracker.ietf.org/doc/html/rfc7239
// AWS: HTTP APIs translate X-Forwarded-* into Forwarded and add to it. [guide: api-gateway-known-issues]
import type { FlatHeaders } from '#transport/contract.ts'
import { headerValues } from '../../accept/headers.ts'
import type { HttpApiRequest } from '../../plan.ts'

/** The names that `forwardedHeaders` speaks for. */
export const FORWARDED_HEADERS: readonly string[] = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
]

/** `sent` are those of these headers that the client sent (and the mapping left). */
export const forwardedHeaders = (request: HttpApiRequest, sent: FlatHeaders): FlatHeaders => {
  // AWS: for, host and proto; older captures have `by` with an address of AWS's in front, which nobody has here.
  // [recorded: port-labs integration guides 2023, aws/api-gateway/forwarded-header 2022]
  const hop = `for=${node(request.sourceIp)};host=${quoted(request.http.host)};proto=${request.http.tls ? 'https' : 'http'}`
  if (sent.length === 0) return ['Forwarded', hop, 'Via', VIA]
  const hops = [...headerValues(sent, 'forwarded'), ...translated(sent), hop]
  const via = [...headerValues(sent, 'via'), VIA]
  return ['Forwarded', hops.join(','), 'Via', via.join(', ')]
}

const VIA = 'HTTP/1.1 AmazonAPIGateway'

/** The X-Forwarded headers of earlier hops; host and protocol belong to the first one. */
const translated = (sent: FlatHeaders): readonly string[] => {
  const nodes = headerValues(sent, 'x-forwarded-for').flatMap((value) => value.split(','))
  const host = headerValues(sent, 'x-forwarded-host')[0]
  const proto = headerValues(sent, 'x-forwarded-proto')[0]
  const first = nodes[0] === undefined ? [] : [`for=${node(nodes[0].trim())}`]
  if (host !== undefined) first.push(`host=${quoted(host)}`)
  if (proto !== undefined && /^[a-z][a-z0-9+.-]*$/i.test(proto)) first.push(`proto=${proto}`)
  const others = nodes.slice(1).map((address) => `for=${node(address.trim())}`)
  return first.length === 0 ? others : [first.join(';'), ...others]
}

/** An address as a node identifier; what is none cannot smuggle in another parameter. */
const node = (address: string): string => {
  if (/^[\d.]{7,15}(?::\d{1,5})?$/.test(address)) {
    return address.includes(':') ? `"${address}"` : address
  }
  if (/^[\da-f:.]{2,45}$/i.test(address)) return `"[${address}]"`
  if (/^\[[\da-f:.]{2,45}\](?::\d{1,5})?$/i.test(address)) return `"${address}"`
  return 'unknown'
}

/** AWS writes the host bare; a port needs quotes by RFC 7239, and anything stranger is not passed on. */
const quoted = (host: string): string => {
  if (/^[\w.-]{1,253}$/.test(host)) return host
  return /^[\w.:[\]-]{1,260}$/.test(host) ? `"${host}"` : 'unknown'
}
