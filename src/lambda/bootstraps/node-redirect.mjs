// Calls come home: a connection to AWS on port 443 goes to the gateway's TLS port instead. What is said on it stays
// as it was (server name, Host header, signature), so the gateway knows what was meant. Every client of Node ends
// in this one function: http(s), http2, fetch, SDK v2 and v3.
import { Socket } from 'node:net'

const AWS = /(?:^|\.)(?:amazonaws\.com(?:\.cn)?|api\.aws)$/i

export const installRedirect = ({ host, port, except }) => {
  const usual = Socket.prototype.connect
  const leaves = (name) => except.some((pattern) => matches(pattern, name))
  Socket.prototype.connect = function connect(...args) {
    // From net.connect comes a list [options, callback], otherwise the arguments themselves.
    const list = Array.isArray(args[0]) ? args[0] : args
    const given = optionsOf(list)
    if (given === undefined || given.port !== 443 || !AWS.test(given.host) || leaves(given.host)) {
      return usual.apply(this, args)
    }
    if (typeof list[0] === 'object')
      list[0] = { ...list[0], host, port, lookup: undefined, family: undefined }
    else list.splice(0, typeof list[1] === 'string' ? 2 : 1, port, host)
    return usual.apply(this, args)
  }
}

const optionsOf = ([first, second]) => {
  if (typeof first === 'object' && first !== null) {
    return { port: Number(first.port), host: String(first.host ?? '').replace(/\.$/, '') }
  }
  if (typeof second === 'string') return { port: Number(first), host: second.replace(/\.$/, '') }
  return undefined
}

const matches = (pattern, name) => {
  const host = name.toLowerCase()
  return pattern.startsWith('*.')
    ? host.endsWith(pattern.slice(1).toLowerCase())
    : host === pattern.toLowerCase()
}
