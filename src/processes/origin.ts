// How an address is written as an origin: loopback by the name that everybody knows, IPv6 in brackets.

export const originOf = (host: string, port: number): string => {
  if (host === '127.0.0.1' || host === '0.0.0.0' || host === '::') return `http://localhost:${port}`
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}
