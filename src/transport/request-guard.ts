// The guard in front of every request: what node:http lets pass and another server on the way may read
// differently is refused here, once, before anybody sees it. [RFC 9112; field notes 4.3]
// What the parser refuses itself (bare CR or LF, NUL, two lengths, broken chunks) ends in raw-answer.ts.
import type { FlatHeaders } from './contract.ts'

/** A request as node:http has parsed it. */
export interface ArrivedRequest {
  readonly httpVersion: string
  readonly url?: string | undefined
  readonly rawHeaders: FlatHeaders
}

export interface AdmittedRequest {
  /** The authority: the Host header as it was sent; '' on HTTP/1.0 without one. */
  readonly host: string
  /** In origin form. */
  readonly target: string
  /** From Content-Length; undefined for a chunked body; 0 where there is none. */
  readonly declaredBytes: number | undefined
  /** The client waits for `100 Continue` before it sends the body. */
  readonly expectsContinue: boolean
  readonly asksUpgrade: boolean
}

export interface RefusedRequest {
  readonly refusedWith: 400 | 417
  /** For the log and for tests; never sent. */
  readonly reason: string
}

export const guardRequest = (request: ArrivedRequest): AdmittedRequest | RefusedRequest => {
  const { httpVersion, rawHeaders: headers } = request
  // The parser takes `GET /x` for HTTP/0.9, with headers and a body even. [nodejs/llhttp#877]
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return refuse('HTTP version')
  let host: string | undefined
  let length: string | undefined
  let coding: string | undefined
  let expect: string | undefined
  let asksUpgrade = false
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? ''
    const value = headers[at + 1] ?? ''
    switch (GUARDED_LENGTHS[name.length] === true ? name.toLowerCase() : '') {
      case 'host':
        if (host !== undefined) return refuse('more than one Host')
        host = value
        break
      case 'content-length':
        if (length !== undefined) return refuse('more than one Content-Length')
        length = value
        break
      case 'transfer-encoding':
        if (coding !== undefined) return refuse('more than one Transfer-Encoding')
        coding = value
        break
      case 'expect':
        if (expect !== undefined) return refuse('more than one Expect')
        expect = value
        break
      case 'upgrade':
        asksUpgrade = true
        break
      default:
    }
  }
  const declaredBytes = bodyLength(httpVersion, length, coding)
  if (typeof declaredBytes === 'string') return refuse(declaredBytes)
  if (host === undefined && httpVersion === '1.1') return refuse('no Host')
  if (host !== undefined && !HOST.test(host)) return refuse('Host is not an authority')
  const target = originForm(request.url ?? '', host)
  if (target === undefined) return refuse('request target')
  const isExpecting = expect !== undefined && httpVersion === '1.1'
  if (isExpecting && expect?.toLowerCase() !== '100-continue') {
    return { refusedWith: 417, reason: 'Expect' }
  }
  const expectsContinue = isExpecting && declaredBytes !== 0
  return { host: host ?? '', target, declaredBytes, expectsContinue, asksUpgrade }
}

const refuse = (reason: string): RefusedRequest => ({ refusedWith: 400, reason })

const GUARDED = ['host', 'content-length', 'transfer-encoding', 'expect', 'upgrade']

/** By length of a name: whether the guard looks at any header that long. */
const GUARDED_LENGTHS: readonly boolean[] = Array.from({ length: 18 }, (_, length) =>
  GUARDED.some((name) => name.length === length),
)

// A name, an IPv4 address or an IPv6 address in brackets, and a port; nothing that a URL could begin anew with.
const HOST = /^(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$/

/** Bytes, undefined for a chunked body, or what is wrong. */
const bodyLength = (
  httpVersion: '1.0' | '1.1',
  length: string | undefined,
  coding: string | undefined,
): number | undefined | string => {
  if (coding !== undefined) {
    if (httpVersion === '1.0') return 'Transfer-Encoding on HTTP/1.0'
    if (length !== undefined) return 'Transfer-Encoding and Content-Length'
    if (coding.toLowerCase() !== 'chunked') return 'Transfer-Encoding'
    return undefined
  }
  if (length === undefined) return 0
  if (!/^[0-9]{1,15}$/.test(length)) return 'Content-Length'
  return Number(length)
}

/** The target as path and query; undefined where it is no such thing or names another authority than Host. */
const originForm = (target: string, host: string | undefined): string | undefined => {
  let origin: string | undefined = target
  if (!target.startsWith('/')) origin = pathOfAbsolute(target, host)
  return origin !== undefined && ORIGIN_FORM.test(origin) ? origin : undefined
}

// Visible ASCII without a fragment, which no client sends.
const ORIGIN_FORM = /^\/[!"$-~]*$/

const pathOfAbsolute = (target: string, host: string | undefined): string | undefined => {
  const [, scheme, authority, rest] = ABSOLUTE_FORM.exec(target) ?? []
  if (scheme === undefined || authority === undefined || rest === undefined) return undefined
  if (host === undefined) return undefined
  const port = scheme.toLowerCase() === 'https' ? ':443' : ':80'
  if (withoutPort(authority, port) !== withoutPort(host, port)) return undefined
  return rest.startsWith('/') ? rest : `/${rest}`
}

const ABSOLUTE_FORM = /^(https?):\/\/([^/?#]+)(.*)$/i

const withoutPort = (authority: string, port: string): string => {
  const lower = authority.toLowerCase()
  return lower.endsWith(port) ? lower.slice(0, -port.length) : lower
}
