// How many messages a second go through a queue over HTTP: sent, received and deleted, one call each, by clients that
// keep their connections and sign each call as the SDK does. The node has one core, the clients the other; what counts
// is the node's CPU time, which other work on the machine disturbs less than the clock.
//   node bin/run.js bench/queues.ts [rounds]
import { execFileSync } from 'node:child_process'
import { Agent, request } from 'node:http'
import { signRequest } from '#languages/sigv4/sign.ts'
import { type Gateway, type Shape, startGateway } from '../test/support/gateway.ts'
import { cpuSeconds, GATEWAY_CORE, LOAD_CORE, pin, treeOf } from './servers.ts'

const ROUNDS = Math.min(Number(process.argv[2] ?? 5), 100)
const MESSAGES = 3_000
const CLIENTS = 16
const BODY = 'x'.repeat(500)

type Call = (operation: string, input: object) => Promise<Readonly<Record<string, unknown>>>

/** As the SDK v3 sends it: JSON, signed with its payload's hash. */
const caller = (gateway: Gateway, agent: Agent): Call => {
  const { host, hostname, port } = new URL(gateway.endpoint)
  return (operation, input) => {
    const body = JSON.stringify(input)
    const headers = [
      'host',
      host,
      'content-type',
      'application/x-amz-json-1.0',
      'x-amz-target',
      `AmazonSQS.${operation}`,
      'amz-sdk-invocation-id',
      'b0a2d0c6-4a5c-4f6e-9d7c-1c9f5d0c0b11',
      'amz-sdk-request',
      'attempt=1; max=3',
      'user-agent',
      'aws-sdk-js/3.1000.0 ua/2.1 os/linux#6 lang/js md/nodejs#26 api/sqs#3.1000.0',
      'x-amz-user-agent',
      'aws-sdk-js/3.1000.0',
    ]
    const signed = signRequest(
      { method: 'POST', target: '/', headers, body: Buffer.from(body) },
      gateway.credentials,
      { region: 'us-east-1', service: 'sqs', nowMs: Date.now() },
    )
    const sent = [...signed, 'content-length', String(Buffer.byteLength(body))]
    return new Promise((resolve, reject) => {
      const asked = { hostname, port, method: 'POST', path: '/', agent, headers: sent }
      const going = request(asked, (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (piece: string) => (text += piece))
        response.on('end', () => {
          if (response.statusCode === 200) resolve(text === '' ? {} : JSON.parse(text))
          else reject(new Error(`${operation}: ${response.statusCode} ${text}`))
        })
      })
      going.on('error', reject)
      going.end(body)
    })
  }
}

const client = async (call: Call, QueueUrl: string, count: number): Promise<void> => {
  for (let at = 0; at < count; at++) {
    await call('SendMessage', { QueueUrl, MessageBody: BODY })
    const { Messages } = await call('ReceiveMessage', { QueueUrl, WaitTimeSeconds: 1 })
    const [one] = (Messages ?? []) as readonly { readonly ReceiptHandle: string }[]
    if (one === undefined) throw new Error('no message')
    await call('DeleteMessage', { QueueUrl, ReceiptHandle: one.ReceiptHandle })
  }
}

const measure = async (shape: Shape): Promise<void> => {
  const gateway = await startGateway({ shape })
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS })
  try {
    const pids = treeOf(gateway.pid)
    for (const pid of pids) pin(GATEWAY_CORE, pid)
    const call = caller(gateway, agent)
    const { QueueUrl } = await call('CreateQueue', { QueueName: 'bench' })
    await client(call, String(QueueUrl), 300)
    for (let round = 0; round < ROUNDS; round++) {
      const [startMs, before] = [performance.now(), cpuSeconds(pids)]
      const each = Math.floor(MESSAGES / CLIENTS)
      const clients = Array.from({ length: CLIENTS }, () => client(call, String(QueueUrl), each))
      await Promise.all(clients)
      const seconds = (performance.now() - startMs) / 1_000
      const cpu = cpuSeconds(pids) - before
      const [byClock, byCpu] = [seconds, cpu].map((one) => Math.round((each * CLIENTS) / one))
      process.stdout.write(
        `${shape}: ${byClock} messages sent, received and deleted a second by the clock, ${byCpu} a second of one core\n`,
      )
    }
  } finally {
    agent.destroy()
    await gateway.stop()
  }
}

execFileSync('taskset', ['-a', '-c', '-p', LOAD_CORE, String(process.pid)])
for (const shape of ['start', 'serve'] as const) await measure(shape)
