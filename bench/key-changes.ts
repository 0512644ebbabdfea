// What a change of a key costs and how soon it holds, with many keys there: CreateApiKey and UpdateApiKey over HTTP,
// and the time from UpdateApiKey's request, and from its answer, to the first request that is treated accordingly, in
// `daemun start` and in `daemun serve` with two workers, each of which is asked. `node bin/run.js bench/key-changes.ts`
// (BENCH_KEYS=10000 BENCH_CHANGES=100).
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import {
  APIGatewayClient,
  CreateApiKeyCommand,
  GetApiKeysCommand,
  UpdateApiKeyCommand,
} from '@aws-sdk/client-api-gateway'
import { importKeys, keyOf, type Managed, writeMockTemplate } from './selling.ts'

const KEYS = Number(process.env.BENCH_KEYS ?? 10_000)
const CHANGES = Number(process.env.BENCH_CHANGES ?? 100)

interface ReadyEvent {
  readonly event: string
  readonly endpoint: string
  readonly apis: readonly { readonly urls: readonly string[] }[]
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string }
  readonly accessKeyId?: string
  readonly secretAccessKey?: string
}

const start = async (shape: 'start' | 'serve', folder: string) => {
  const template = await writeMockTemplate(folder, shape)
  const args = ['bin/daemun.js', shape, template, '--port', '0', '--json', '--no-request-log']
  args.push('--data-dir', join(folder, shape))
  if (shape === 'serve') args.push('--data-port', '0', '--workers', '2')
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  for await (const line of createInterface({ input: child.stdout })) {
    const event = JSON.parse(line) as ReadyEvent // Our own lines.
    const { accessKeyId, secretAccessKey } = event.credentials ?? event
    if (accessKeyId !== undefined && secretAccessKey !== undefined) {
      credentials = { accessKeyId, secretAccessKey }
    }
    if (event.event !== 'ready') continue
    child.stdout.resume()
    const url = event.apis[0]?.urls.find((each) => !each.includes('.localhost')) ?? ''
    const managed: Managed = {
      url: url.replace(/\/$/, ''),
      endpoint: event.endpoint,
      credentials,
    }
    const stop = async () => {
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
    return { managed, stop }
  }
  throw new Error(`daemun ${shape} did not start`)
}

/** Two connections: of two workers on one port, each has one, or one has both. */
const openConnections = (url: string, count: number) => {
  const agents = Array.from({ length: count }, () => new Agent({ keepAlive: true, maxSockets: 1 }))
  const ask = (agent: Agent, key: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const headers = { 'x-api-key': key }
      const sent = request(`${url}/r0`, { agent, headers }, (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode ?? 0))
      })
      sent.on('error', reject).end()
    })
  return {
    /** Fulfils when all connections answer so. */
    until: (status: number, key: string) =>
      Promise.all(
        agents.map(async (agent) => {
          const giveUpMs = performance.now() + 10_000
          while ((await ask(agent, key)) !== status) {
            if (performance.now() > giveUpMs) throw new Error(`no ${status} within 10 s`)
          }
        }),
      ),
    close: () => {
      for (const agent of agents) agent.destroy()
    },
  }
}

const report = (what: string, taken: readonly number[]): void => {
  const sorted = [...taken].sort((left, right) => left - right)
  const at = (part: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN).toFixed(1)
  process.stdout.write(`  ${what}: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms\n`)
}

const measure = async (shape: 'start' | 'serve', keys: number): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'daemun-key-changes-'))
  const { managed, stop } = await start(shape, folder)
  const client = new APIGatewayClient({ region: 'us-east-1', ...managed })
  try {
    await importKeys(managed, keys)
    const last = keyOf(keys - 1)
    const { items = [] } = await client.send(
      new GetApiKeysCommand({ nameQuery: `k${keys - 1}`, limit: 1 }),
    )
    const apiKey = items[0]?.id ?? ''
    process.stdout.write(`daemun ${shape}${shape === 'serve' ? ', 2 workers' : ''}, ${keys} keys\n`)
    const creating: number[] = []
    for (let index = 0; index < CHANGES; index++) {
      const startMs = performance.now()
      await client.send(new CreateApiKeyCommand({ name: `new${index}` }))
      creating.push(performance.now() - startMs)
    }
    report('CreateApiKey', creating)
    const connections = openConnections(managed.url, shape === 'serve' ? 8 : 1)
    const fromRequest: number[] = []
    const fromAnswer: number[] = []
    for (let index = 0; index < CHANGES; index++) {
      const value = index % 2 === 0 ? 'false' : 'true'
      const startMs = performance.now()
      await client.send(
        new UpdateApiKeyCommand({
          apiKey,
          patchOperations: [{ op: 'replace', path: '/enabled', value }],
        }),
      )
      const answeredMs = performance.now()
      await connections.until(value === 'true' ? 200 : 403, last)
      const endMs = performance.now()
      fromRequest.push(endMs - startMs)
      fromAnswer.push(endMs - answeredMs)
    }
    report('UpdateApiKey until it holds everywhere, from its request', fromRequest)
    report('the same from its answer', fromAnswer)
    connections.close()
  } finally {
    client.destroy()
    await stop()
    await rm(folder, { recursive: true, force: true })
  }
}

for (const shape of ['start', 'serve'] as const) {
  for (const keys of [10, KEYS]) await measure(shape, keys)
}
