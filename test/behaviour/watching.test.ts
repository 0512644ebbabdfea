// A running gateway is watched: its last requests, their execution logs, their traces. source: behaviour.md 12.2, 12.4
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import {
  CloudWatchLogsClient,
  FilterLogEventsCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs'
import { call, type Gateway, runDaemun, SHAPES, startGateway } from '../support/gateway.ts'
import {
  API_KEY,
  listenAsOtlpReceiver,
  listenAsXRayDaemon,
  TOKEN,
  writeWatchedApi,
} from '../support/watched-api.ts'

const CREDENTIALS = (gateway: Gateway) => ({
  AWS_ACCESS_KEY_ID: gateway.credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: gateway.credentials.secretAccessKey,
})
const COUNT = 10
const STEP_ROW = /^ {2}([a-z ]+?) +\d+\.\d +\d+\.\d/gm
const SAMPLED = 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1'

for (const shape of SHAPES) {
  test(`${shape}: an X-Ray daemon and an OTLP receiver read what was served, to the request`, async () => {
    const { file, remove } = await writeWatchedApi()
    const xray = await listenAsXRayDaemon()
    const otlp = await listenAsOtlpReceiver()
    const gateway = await startGateway({
      shape,
      file,
      args: [
        '--xray-daemon',
        `127.0.0.1:${xray.port}`,
        '--otlp-endpoint',
        `http://127.0.0.1:${otlp.port}`,
      ],
    })
    try {
      const api = gateway.api('watched')
      const headers = { authorization: TOKEN, 'x-api-key': API_KEY }
      const ids: string[] = []
      for (let index = 0; index < COUNT; index++) {
        const traced = { ...headers, 'x-amzn-trace-id': SAMPLED }
        const answer = await gateway.call(api, '/prod/pets', { headers: traced })
        assert.equal(answer.status, 200, answer.text)
        ids.push(String(answer.headers['x-amzn-requestid']))
        const refused = {
          ...headers,
          'x-amzn-trace-id': SAMPLED.replace('Sampled=1', 'Sampled=0'),
        }
        await gateway.call(api, '/prod/pets', { headers: refused })
      }
      const segments = await xray.until(COUNT)
      const requestIdOf = (segment: unknown) =>
        (segment as { readonly aws: { readonly api_gateway: { readonly request_id: string } } }).aws
          .api_gateway.request_id
      assert.deepEqual(segments.map(requestIdOf).toSorted(), ids.toSorted())
      assert.equal(segments[0]?.trace_id, '1-5759e988-bd862e3fe1be46a994272793')
      assert.equal(segments[0]?.name, 'watched/prod')
      // The authorizer's function was asked once for each process, and then remembered.
      const asked = segments.flatMap(
        (each) => each.subsegments as readonly { readonly name: string }[],
      )
      assert.ok(asked.length >= 1 && asked.every(({ name }) => name === 'Lambda'))
      const spans = await otlp.until(COUNT + asked.length)
      assert.equal(spans.filter(({ kind }) => kind === 2).length, COUNT)
      assert.equal(spans.filter(({ kind }) => kind === 3).length, asked.length)
    } finally {
      await gateway.stop()
      xray.close()
      otlp.close()
      await remove()
    }
  })

  test(`${shape}: trace, replay and logs show a request with a template, an authorizer, a key and a cache`, async () => {
    const { file, remove } = await writeWatchedApi()
    const gateway = await startGateway({ shape, file, args: ['--trace'] })
    try {
      const api = gateway.api('watched')
      const headers = { authorization: TOKEN, 'x-api-key': API_KEY, cookie: 'session=1' }
      const answer = await gateway.call(api, '/prod/pets?token=secret', { headers })
      assert.equal(answer.status, 200, answer.text)
      const id = String(answer.headers['x-amzn-requestid'])
      const where = ['--endpoint-url', gateway.endpoint]
      const env = CREDENTIALS(gateway)
      await kept(gateway, id)
      const { stdout, stderr } = await runDaemun(['trace', id, ...where], { env })
      assert.equal(stderr, '')
      const steps = [...stdout.matchAll(STEP_ROW)].map(([, name]) => name)
      const page = readFileSync(
        join(import.meta.dirname, '../../docs/life-of-a-request.md'),
        'utf8',
      )
      const documented = [...page.matchAll(/^\| `([a-z ]+)` \|/gm)].map(([, name]) => name)
      assert.deepEqual(steps, documented)
      assert.deepEqual(
        [...page.matchAll(STEP_ROW)].map(([, name]) => name),
        documented,
      )
      assert.match(stdout, /^ {2}cache .*MISS/m)
      assert.match(stdout, /method request GET \/pets/)
      assert.match(stdout, /"stage": "prod"/)
      assert.match(stdout, /execution log API-Gateway-Execution-Logs_\w+\/prod/)
      assert.match(stdout, /Usage Plan check succeeded for API Key \*+456789/)
      for (const secret of [TOKEN, API_KEY, 'session=1', 'token=secret']) {
        assert.ok(!stdout.includes(secret), `${secret} is shown`)
      }
      await writtenTo(`API-Gateway-Execution-Logs_${api.id}/prod`, id, gateway)
      const refused = await runDaemun(['replay', id, ...where], { env })
      assert.match(refused.stderr, /without .*authorization.*cookie.*token/s)
      assert.match(refused.stderr, /: 401 \(it was 200\)/)
      const given = ['--header', `Authorization: ${TOKEN}`, '--header', `x-api-key: ${API_KEY}`]
      const replayed = await runDaemun(['replay', id, ...where, ...given], { env })
      assert.equal(replayed.stdout, '{"stage": "prod"}\n')
      const logs = await runDaemun(['logs', '--no-follow', '--status', '2xx', ...where], { env })
      assert.match(logs.stdout, /200 {2}GET +\/prod\/pets/)
    } finally {
      await gateway.stop()
      await remove()
    }
  })
}

/** Fulfils when the request's log can be read by the API of CloudWatch Logs, from its first line to its last. */
const writtenTo = async (logGroupName: string, id: string, gateway: Gateway): Promise<void> => {
  const logs = new CloudWatchLogsClient({
    endpoint: gateway.endpoint,
    region: 'us-east-1',
    credentials: gateway.credentials,
  })
  const filterPattern = `"(${id})"`
  for (let attempt = 0; attempt < 100; attempt++) {
    const { events = [] } = await logs
      .send(new FilterLogEventsCommand({ logGroupName, filterPattern }))
      .catch((error: unknown) => {
        // The group is made with its first line.
        if (error instanceof ResourceNotFoundException) return { events: [] }
        throw error
      })
    const texts = events.map(({ message = '' }) => message)
    if (texts.some((text) => text.endsWith('Method completed with status: 200'))) {
      assert.match(texts[0] ?? '', /Extended Request Id: /)
      return
    }
    await pause(50)
  }
  assert.fail(`the log of ${id} is not in ${logGroupName}`)
}

/** Fulfils when the host has the record: of `serve`, workers send theirs in batches. */
const kept = async (gateway: Gateway, id: string): Promise<void> => {
  await gateway.event((event) => event.event === 'request' && JSON.stringify(event).includes(id))
}

test('who may not read the account’s APIs reads no requests of serve; a page of another site none of start', async () => {
  const gateway = await startGateway({ shape: 'serve' })
  try {
    const unsigned = await call(gateway.endpoint, '/_daemun/requests')
    assert.equal(unsigned.status, 403)
    const wrong = await runDaemun(['logs', '--no-follow', '--endpoint-url', gateway.endpoint], {
      env: { ...CREDENTIALS(gateway), AWS_SECRET_ACCESS_KEY: 'wrong' },
    })
    assert.equal(wrong.status, 1)
    assert.match(wrong.stderr, /signature/i)
  } finally {
    await gateway.stop()
  }
  const start = await startGateway({ shape: 'start' })
  try {
    const page = { headers: { origin: 'https://evil.example' } }
    assert.equal((await call(start.endpoint, '/_daemun/requests', page)).status, 403)
    const rebound = { headers: { host: 'evil.example' } }
    assert.equal((await call(start.endpoint, '/_daemun/requests', rebound)).status, 403)
    const answer = await call(start.endpoint, '/_daemun/requests?status=nothing')
    assert.equal(answer.status, 400)
    assert.equal((await call(start.endpoint, '/_daemun/requests/none')).status, 404)
  } finally {
    await start.stop()
  }
})

test('followers are told of requests as they come; the gateway ends with them still there', async () => {
  const { file, remove } = await writeWatchedApi()
  const gateway = await startGateway({ shape: 'start', file })
  try {
    const lines = await follow(gateway, '/_daemun/requests?follow=1&status=4xx')
    const api = gateway.api('watched')
    await gateway.call(api, '/prod/pet')
    for await (const line of lines) {
      if (!line.startsWith('data: ')) continue
      const record = JSON.parse(line.slice(6)) as { readonly why: string }
      assert.match(record.why, /no method GET on \/pet .*did you mean GET \/pets/)
      break
    }
  } finally {
    assert.equal(await gateway.stop(), 0)
    await remove()
  }
})

const follow = (gateway: Gateway, target: string): Promise<AsyncIterable<string>> =>
  new Promise((resolve, reject) => {
    const sent = request(new URL(target, gateway.endpoint), { agent: false }, (response) => {
      response.on('error', () => undefined)
      const lines = createInterface({ input: response })
      lines.once('line', () => resolve(lines))
    })
    sent.on('error', reject)
    sent.end()
  })
