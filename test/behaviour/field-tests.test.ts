// Tests of the field notes (docs/field-tests.md lists all of them) that ask for a whole gateway: hop-by-hop abuse, slow
// clients, deployments under load, an orderly end, no network at the start, naughty strings.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, it } from 'node:test'
import { APIGatewayClient, CreateDeploymentCommand } from '@aws-sdk/client-api-gateway'
import { EXAMPLES, type Gateway, startGateway } from '../support/gateway.ts'
import { sdkOptions } from '../support/services.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'
import { openSocket } from '../support/web-socket.ts'

const REPOSITORY = join(import.meta.dirname, '../..')
const NAUGHTY = join(REPOSITORY, '../shared/data/vectors/naughty-strings.json')
const LONG = process.env['DAEMUN_TEST_LONG'] === '1'

const TEMPLATE = String.raw`Resources:
  Proxy:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: proxy, ProtocolType: HTTP, Target: !Ref Backend}
  Rest:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Name: rest
      Body:
        openapi: 3.0.1
        info: {title: rest, version: '1'}
        components: {securitySchemes: {key: {type: apiKey, name: x-api-key, in: header}}}
        paths:
          /up:
            get: {x-amazon-apigateway-integration: {type: mock,
              requestTemplates: {application/json: '{"statusCode":200}'}, responses: {default: {statusCode: '200'}}}}
          /keyed:
            get: {security: [{key: []}], x-amazon-apigateway-integration: {type: mock,
              requestTemplates: {application/json: '{"statusCode":200}'}, responses: {default: {statusCode: '200'}}}}
          /say/{path}:
            post: {x-amazon-apigateway-integration: {type: http, httpMethod: POST, uri: !Ref Backend,
              responses: {default: {statusCode: '200'}},
              requestTemplates: {application/json: "{\"query\":\"$util.escapeJavaScript($input.params('q')).replaceAll(\"\\\\'\", \"'\")\",\"body\":$input.json('$.s')}"}}}
  Deployed: {Type: AWS::ApiGateway::Deployment, Properties: {RestApiId: !Ref Rest}}
  Stage: {Type: AWS::ApiGateway::Stage, Properties: {RestApiId: !Ref Rest, DeploymentId: !Ref Deployed, StageName: prod}}
  Key: {Type: AWS::ApiGateway::ApiKey, Properties: {Enabled: true, Value: a-key-of-twenty-characters}}
  Plan: {Type: AWS::ApiGateway::UsagePlan, DependsOn: Stage, Properties: {ApiStages: [{ApiId: !Ref Rest, Stage: prod}]}}
  Link: {Type: AWS::ApiGateway::UsagePlanKey, Properties: {KeyId: !Ref Key, KeyType: API_KEY, UsagePlanId: !Ref Plan}}
Parameters: {Backend: {Type: String}}
`

describe('a gateway in front of a backend', () => {
  let folder: string
  let upstream: Upstream
  let gateway: Gateway
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daemun-field-'))
    await writeFile(join(folder, 'template.yaml'), TEMPLATE)
    upstream = await startUpstream()
    const args = ['--parameter', `Backend=${upstream.url}`, '--no-request-log']
    gateway = await startGateway({ shape: 'start', file: join(folder, 'template.yaml'), args })
  })
  after(async () => {
    await gateway?.stop()
    await upstream?.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('T8: Connection names no header away that the gateway itself reads or writes', async () => {
    const key = { 'x-api-key': 'a-key-of-twenty-characters' }
    const keyed = (headers: Readonly<Record<string, string>>) =>
      gateway.call(gateway.api('rest'), '/prod/keyed', { headers })
    assert.equal((await keyed({})).status, 403)
    assert.equal((await keyed({ ...key, connection: 'x-api-key' })).status, 200)
    await gateway.call(gateway.api('proxy'), '/', {
      headers: { connection: 'close, Forwarded, X-Forwarded-For, X-Private', 'x-private': 'mine' },
    })
    const seen = upstream.seen.at(-1)
    assert.match(String(seen?.headers['forwarded']), /for=127\.0\.0\.1/)
    assert.equal(seen?.headers['x-private'], undefined)
  })

  it('T11: hundreds of clients that never finish a head keep nobody else waiting for an answer', async () => {
    const { port } = new URL(gateway.dataOrigin)
    const slow = await Promise.all(
      Array.from({ length: 400 }, async (): Promise<Socket> => {
        const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined)
        await once(socket, 'connect')
        socket.write('GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ')
        return socket
      }),
    )
    try {
      for (let asked = 0; asked < 50; asked++) {
        assert.equal((await gateway.call(gateway.api('rest'), '/prod/up')).status, 200)
        for (const socket of slow) socket.write('.')
      }
    } finally {
      for (const socket of slow) socket.destroy()
    }
  })

  it('T37: no request fails while one deployment follows another', async () => {
    const client = new APIGatewayClient(sdkOptions(gateway))
    const api = gateway.api('rest')
    const deploying = { is: true }
    const statuses = new Map<number, number>()
    const asking = Array.from({ length: 4 }, async () => {
      while (deploying.is) {
        const { status } = await gateway.call(api, '/prod/up')
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
      }
    })
    try {
      for (let count = 0; count < (LONG ? 1_000 : 50); count++)
        await client.send(new CreateDeploymentCommand({ restApiId: api.id, stageName: 'prod' }))
    } finally {
      deploying.is = false
      await Promise.all(asking)
    }
    assert.deepEqual([...statuses.keys()], [200])
  })

  const skip = existsSync(NAUGHTY) ? false : `there is no ${NAUGHTY}`
  it('T50: a naughty string in path, query, header and body comes out as it went in', {
    skip,
  }, async () => {
    const strings = (JSON.parse(readFileSync(NAUGHTY, 'utf8')) as readonly string[]).map((text) =>
      text.toWellFormed(),
    )
    assert.ok(strings.length > 400)
    const ask = async (text: string): Promise<void> => {
      const encoded = encodeURIComponent(text)
      const isHeader = /^[\x20-\x7e]*$/.test(text)
      const answer = await gateway.call(
        gateway.api('rest'),
        `/prod/say/${encoded.length < 1_000 ? `x${encoded}` : 'long'}?q=${encoded}`,
        {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...(isHeader && { 'x-naughty': text }) },
          body: JSON.stringify({ s: text }),
        },
      )
      assert.equal(answer.status, 200, `${JSON.stringify(text)}: ${answer.text}`)
      const { body } = JSON.parse(answer.text) as { body: string }
      assert.deepEqual(JSON.parse(body), { query: text, body: text })
    }
    for (let at = 0; at < strings.length; at += 8)
      await Promise.all(strings.slice(at, at + 8).map(ask))
  })
})

it('T38: a node that is told to end says goodbye to its WebSockets with 1001', async () => {
  const file = join(REPOSITORY, 'bench/websocket.yaml')
  const gateway = await startGateway({ shape: 'serve', file })
  let ended: Promise<unknown> | undefined
  try {
    const sockets = await Promise.all(
      Array.from({ length: 8 }, () => openSocket(gateway, gateway.api('bench'))),
    )
    const closed = Promise.all(sockets.map((socket) => socket.closed()))
    ended = gateway.stop()
    assert.deepEqual(new Set((await closed).map(({ code }) => code)), new Set([1001]))
    assert.equal(await ended, 0)
  } finally {
    await (ended ?? gateway.stop())
  }
})

/** Loaded before the program: writes down each address that is connected to and each name that is looked up. */
const WATCHER = `
import { appendFileSync } from 'node:fs'
import dns from 'node:dns'
import { Socket } from 'node:net'
const note = (what) => appendFileSync(process.env.CONNECTIONS_FILE, what + '\\n')
const connect = Socket.prototype.connect
Socket.prototype.connect = function (...args) {
  const [first] = args.flat()
  note('connect ' + (typeof first === 'object' ? (first?.path ?? first?.host ?? 'localhost') : first))
  return connect.apply(this, args)
}
const lookup = dns.lookup
dns.lookup = (name, ...rest) => {
  note('lookup ' + name)
  return lookup(name, ...rest)
}
note('watching')
`

it('T41: a gateway whose log nobody reads any more serves on', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'daemun-unread-'))
  const args = ['start', join(EXAMPLES, 'rest-mock'), '--port', '0', '--data-dir', folder, '--json']
  const child = spawn(
    process.execPath,
    ['--conditions=source', '--', join(REPOSITORY, 'src/main.ts'), ...args],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const ended = once(child, 'exit')
  try {
    const { apis } = JSON.parse(await firstLine(child.stdout)) as Ready
    child.stdout.destroy()
    for (let asked = 0; asked < 20; asked++)
      assert.equal((await fetch(`${apis[0]?.urls[0]}status`)).status, 200)
  } finally {
    child.kill('SIGTERM')
    await ended
    await rm(folder, { recursive: true, force: true })
  }
})

interface Ready {
  readonly apis: readonly { readonly urls: readonly string[] }[]
}

it('T49: nothing outside this machine is spoken to or looked up by a start and a first request', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'daemun-offline-'))
  const notes = join(folder, 'notes')
  const hook = join(folder, 'hook.mjs')
  await writeFile(hook, WATCHER)
  const child = spawn(
    process.execPath,
    [
      '--conditions=source',
      '--import',
      hook,
      '--',
      join(REPOSITORY, 'src/main.ts'),
      ...['start', join(EXAMPLES, 'quickstart'), '--json', '--port', '0'],
      ...['--data-dir', join(folder, 'data')],
    ],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      cwd: folder,
      env: { ...process.env, CONNECTIONS_FILE: notes },
    },
  )
  const ended = once(child, 'exit')
  try {
    const line = await firstLine(child.stdout)
    const { apis } = JSON.parse(line) as Ready
    const answer = await fetch(`${apis[0]?.urls[0]}hello/you`)
    assert.equal(answer.status, 200, await answer.text())
  } finally {
    child.kill('SIGTERM')
    await ended
  }
  const said = (await readFile(notes, 'utf8')).trim().split('\n')
  assert.ok(said.includes('watching'))
  const elsewhere = said.filter(
    (each) => !/^watching$|^(?:connect|lookup) (?:localhost|127\.0\.0\.1|::1|\/.*)$/.test(each),
  )
  assert.deepEqual(elsewhere, [])
  await rm(folder, { recursive: true, force: true })
})

const firstLine = async (stream: NodeJS.ReadableStream): Promise<string> => {
  for await (const line of createInterface({ input: stream })) return line
  return assert.fail('it ended without a word')
}
