// Run in a network of its own, where 169.254.169.254 is this machine: who gets there?
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo, LookupFunction } from 'node:net'
import { UpstreamError } from '#transport/contract.ts'
import { createUpstreamClient } from '#transport/upstream.ts'
import { get } from './raw-upstream.ts'

const ADDRESS = '169.254.169.254'
let connections = 0
const server = createServer((_request, response) => response.end('secret'))
server.on('connection', () => {
  connections += 1
})
server.listen(0, ADDRESS)
await once(server, 'listening')
const { port } = server.address() as AddressInfo
const resolve: LookupFunction = (_name, _options, callback) =>
  callback(null, [{ address: ADDRESS, family: 4 }])

const ask = async (host: string, allowed: readonly string[]): Promise<string | number> => {
  const upstream = createUpstreamClient({ linkLocalHosts: new Set(allowed), resolve })
  try {
    return (await upstream.call(get(`http://${host}:${port}`))).statusCode
  } catch (error) {
    if (error instanceof UpstreamError) return error.code
    throw error
  } finally {
    await upstream.close()
  }
}

const answers = {
  'by its address': await ask(ADDRESS, ['metadata.example']),
  'by a name': await ask('other.example', ['metadata.example', ADDRESS]),
  'by an allowed name': await ask('metadata.example', ['metadata.example']),
  'by an allowed address': await ask('2852039166', [ADDRESS]),
}
process.stdout.write(JSON.stringify({ ...answers, connections }))
server.close()
