// S3: objects of 1 MB put and got, one after the other on one connection, by the gateway's CPU time (which other work
// on the machine disturbs less than the clock).  node bin/run.js bench/s3.ts [objects]
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { startGateway } from '../test/support/gateway.ts'

const MB = 1024 * 1024
const COUNT = Math.min(Number(process.argv[2] ?? 200), 5_000)
const TICKS_PER_SECOND = 100
const AUTHORIZATION =
  'AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0'

const gateway = await startGateway({ shape: 'start' })
const agent = new Agent({ keepAlive: true, maxSockets: 1 })
const { port } = new URL(gateway.endpoint)

const call = (method: string, path: string, body?: Uint8Array): Promise<number> =>
  new Promise((resolve, reject) => {
    const headers = {
      authorization: AUTHORIZATION,
      ...(body && { 'content-length': body.length }),
    }
    const asked = { host: '127.0.0.1', port, method, path, headers, agent }
    const sent = request(asked, (response) => {
      let bytes = 0
      response.on('data', (piece: Buffer) => {
        bytes += piece.length
      })
      response.on('end', () =>
        response.statusCode === 200
          ? resolve(bytes)
          : reject(new Error(`${method} ${path}: ${response.statusCode}`)),
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })

/** Seconds of the gateway's CPU, user and system. */
const cpu = (): number => {
  const fields = readFileSync(`/proc/${gateway.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

const measure = async (name: string, work: (index: number) => Promise<unknown>): Promise<void> => {
  for (let index = 0; index < 10; index++) await work(index)
  const [cpuBefore, before] = [cpu(), performance.now()]
  for (let index = 0; index < COUNT; index++) await work(index)
  const seconds = (performance.now() - before) / 1_000
  const used = cpu() - cpuBefore
  const line = `${name}: ${(COUNT / seconds).toFixed(0)} MB/s by the clock, ${(COUNT / used).toFixed(0)} MB/s of one core\n`
  process.stdout.write(line)
}

try {
  await call('PUT', '/bench')
  const body = randomBytes(MB)
  await measure('put', (index) => call('PUT', `/bench/object-${index % 20}`, body))
  await measure('get', (index) => call('GET', `/bench/object-${index % 20}`))
} finally {
  agent.destroy()
  await gateway.stop()
}
