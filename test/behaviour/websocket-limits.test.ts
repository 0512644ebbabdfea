// The life of WebSockets at its edges, in both shapes: races at the end, every address of @connections from every worker,
// time that is turned by hand, readers that do not read and handshakes that never end. [behaviour.md 14]
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, createServer, type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { signRequest } from '#languages/sigv4/sign.ts'
import { call, type Gateway, SHAPES, startGateway } from '../support/gateway.ts'
import { frame, rawSocket } from '../support/raw-web-socket.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'
import { openSocket, Refused, type TestSocket } from '../support/web-socket.ts'

/** The backend hears of every goodbye; `add` has a model and a template; `hang` has a `$connect` that nobody answers. */
const template = (backend: string, silent: number) => `AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Api: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: chat, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}}
  Mock: {Type: AWS::ApiGatewayV2::Integration, Properties: {ApiId: {Ref: Api}, IntegrationType: MOCK, TemplateSelectionExpression: '\\$default', RequestTemplates: {$default: '{"statusCode":200}'}}}
  Answer: {Type: AWS::ApiGatewayV2::IntegrationResponse, Properties: {ApiId: {Ref: Api}, IntegrationId: {Ref: Mock}, IntegrationResponseKey: $default, ResponseTemplates: {$default: $context.connectionId}}}
  Backend:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: {Ref: Api}
      IntegrationType: HTTP_PROXY
      IntegrationMethod: POST
      IntegrationUri: ${backend}/end
      RequestParameters: {integration.request.header.x-id: context.connectionId, integration.request.header.x-code: context.disconnectStatusCode}
  Sum:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: {Ref: Api}
      IntegrationType: HTTP
      IntegrationMethod: POST
      IntegrationUri: ${backend}/sum
      TemplateSelectionExpression: \${request.body.form}
      RequestTemplates: {pair: '{"sum":[$input.path("$.a"),$input.path("$.b")]}', $default: '{"none":true}'}
  SumAnswer: {Type: AWS::ApiGatewayV2::IntegrationResponse, Properties: {ApiId: {Ref: Api}, IntegrationId: {Ref: Sum}, IntegrationResponseKey: $default}}
  Numbers: {Type: AWS::ApiGatewayV2::Model, Properties: {ApiId: {Ref: Api}, Name: Numbers, ContentType: application/json, Schema: {type: object, required: [a, b], properties: {a: {type: integer}, b: {type: integer}}}}}
  Default: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: {Ref: Api}, RouteKey: $default, RouteResponseSelectionExpression: $default, Target: {Fn::Sub: 'integrations/\${Mock}'}}}
  DefaultResponse: {Type: AWS::ApiGatewayV2::RouteResponse, Properties: {ApiId: {Ref: Api}, RouteId: {Ref: Default}, RouteResponseKey: $default}}
  Add: {Type: AWS::ApiGatewayV2::Route, DependsOn: Numbers, Properties: {ApiId: {Ref: Api}, RouteKey: add, ModelSelectionExpression: $request.body.form, RequestModels: {pair: Numbers}, RouteResponseSelectionExpression: $default, Target: {Fn::Sub: 'integrations/\${Sum}'}}}
  AddResponse: {Type: AWS::ApiGatewayV2::RouteResponse, Properties: {ApiId: {Ref: Api}, RouteId: {Ref: Add}, RouteResponseKey: $default}}
  Disconnect: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: {Ref: Api}, RouteKey: $disconnect, Target: {Fn::Sub: 'integrations/\${Backend}'}}}
  Deployment: {Type: AWS::ApiGatewayV2::Deployment, DependsOn: [Default, DefaultResponse, Answer, Add, AddResponse, SumAnswer, Disconnect], Properties: {ApiId: {Ref: Api}}}
  Stage: {Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: {Ref: Api}, StageName: prod, DeploymentId: {Ref: Deployment}}}
  Hang: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: hang, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}}
  Silent: {Type: AWS::ApiGatewayV2::Integration, Properties: {ApiId: {Ref: Hang}, IntegrationType: HTTP_PROXY, IntegrationMethod: POST, IntegrationUri: 'http://127.0.0.1:${silent}/', TimeoutInMillis: 1000}}
  HangConnect: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: {Ref: Hang}, RouteKey: $connect, Target: {Fn::Sub: 'integrations/\${Silent}'}}}
  HangDeployment: {Type: AWS::ApiGatewayV2::Deployment, DependsOn: HangConnect, Properties: {ApiId: {Ref: Hang}}}
  HangStage: {Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: {Ref: Hang}, StageName: prod, DeploymentId: {Ref: HangDeployment}}}
  Domain: {Type: AWS::ApiGatewayV2::DomainName, Properties: {DomainName: ws.example.com, DomainNameConfigurations: [{EndpointType: REGIONAL, CertificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/abc'}]}}
  Mapping: {Type: AWS::ApiGatewayV2::ApiMapping, DependsOn: [Domain, Stage], Properties: {ApiId: {Ref: Api}, DomainName: ws.example.com, Stage: prod, ApiMappingKey: chat/v1}}
`

const MINUTE_MS = 60_000

for (const shape of SHAPES) {
  describe(`WebSockets of daemun ${shape} at their limits [behaviour.md 14]`, () => {
    let folder: string
    let backend: Upstream
    let silent: Server
    let gateway: Gateway
    const api = () => gateway.api('chat')
    const open = () => openSocket(gateway, api())
    const idOf = async (socket: TestSocket): Promise<string> => {
      socket.send('who')
      return socket.next()
    }
    const openMany = async (count: number) => {
      const sockets = await Promise.all(Array.from({ length: count }, open))
      const ids = await Promise.all(sockets.map(idOf))
      return sockets.map((socket, at) => ({ socket, id: ids[at] ?? '' }))
    }
    const turnClock = async (order: Readonly<Record<string, unknown>>) => {
      const sent = { method: 'POST', body: JSON.stringify(order) }
      const { status } = await call(gateway.endpoint, '/_daemun/clock', sent)
      assert.equal(status, 200)
    }
    const local = () => `${api().id}.execute-api.localhost`
    /** A signed call on a connection of its own: whichever worker takes it. */
    const manage = (
      method: string,
      target: string,
      body: string | Buffer = '',
      host = local(),
      to = gateway,
    ) => {
      const signed = signRequest(
        { method, target, headers: ['Host', host], body: Buffer.from(body) },
        to.credentials,
        { region: 'us-east-1', service: 'execute-api', nowMs: Date.now() },
      )
      const headers = Object.fromEntries(
        signed.flatMap((name, at) => (at % 2 === 0 ? [[name, signed[at + 1] ?? '']] : [])),
      )
      return call(to.dataOrigin, target, { method, headers, body })
    }
    const at = (id: string) => `/prod/@connections/${encodeURIComponent(id)}`
    const goodbyes = (id: string) => backend.seen.filter(({ headers }) => headers['x-id'] === id)
    const untilGoodbye = async (id: string) => {
      for (let looks = 0; goodbyes(id).length === 0; looks++) {
        assert.ok(looks < 5_000, `no $disconnect of ${id}`)
        await new Promise((resolve) => setImmediate(resolve))
        if (looks % 50 === 0) await call(gateway.dataOrigin, '/')
      }
    }

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'daemun-websocket-'))
      backend = await startUpstream()
      silent = createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1')
      await once(silent, 'listening')
      const { port } = silent.address() as AddressInfo // A TCP server's address is one.
      await writeFile(join(folder, 'template.yaml'), template(backend.url, port))
      gateway = await startGateway({
        shape,
        file: join(folder, 'template.yaml'),
        args: ['--clock', 'fixed:2026-11-21T12:00:00Z'],
      })
    })
    after(async () => {
      await gateway?.stop()
      await backend?.close()
      silent?.close()
      await rm(folder, { recursive: true, force: true })
    })

    it('$disconnect comes once, whoever ends the connection at the same moment', async () => {
      const all = await openMany(24)
      await Promise.all(
        all.map(async ({ socket, id }, index) => {
          const ends = [manage('DELETE', at(id)), manage('DELETE', at(id))]
          if (index % 3 === 0) socket.raw.close(4000, 'me too')
          if (index % 3 === 1) socket.raw.terminate()
          for (const { status } of await Promise.all(ends)) assert.ok([204, 410].includes(status))
          await socket.closed()
        }),
      )
      for (const { id } of all) await untilGoodbye(id)
      // Whatever else was on its way is there with the goodbye of one that came later.
      const [last] = await openMany(1)
      assert.ok(last)
      await last.socket.close(1000)
      await untilGoodbye(last.id)
      const codes = all.map(({ id }) => goodbyes(id).map(({ headers }) => headers['x-code']))
      for (const [index, each] of codes.entries()) {
        assert.equal(each.length, 1, `${each.length} goodbyes: ${each.join(', ')}`)
        const possible = ['1000', ['4000', '1005'], '1006'].flat()
        assert.ok(possible.includes(String(each[0])), `${index}: ${each[0]}`)
      }
    })

    it('@connections is at every address that SDKs build, from any worker', async () => {
      const all = await openMany(6)
      for (const { socket, id } of all) {
        const encoded = encodeURIComponent(id)
        const local = `/_aws/execute-api/${api().id}/prod`
        const amazon = `${api().id}.execute-api.us-east-1.amazonaws.com`
        const addresses = [
          [`/prod/@connections/${encoded}`],
          [`/prod/%40connections/${encoded}`],
          [`/prod/@connections/${id}`],
          [`/prod/@connections/${encoded}`, amazon],
          [`${local}/@connections/${encoded}`, 'localhost'],
          [`${local}/%40connections/${encoded}`, '127.0.0.1'],
          [`/chat/v1/@connections/${encoded}`, 'ws.example.com'],
          [`/chat/v1/%40connections/${encoded}`, 'ws.example.com'],
        ] as const
        for (const [target, host] of addresses) {
          const sent = await manage('POST', target, target, host)
          assert.equal(sent.status, 200, `${target} of ${host}: ${sent.text}`)
          assert.equal(await socket.next(), target)
          const told = await manage('GET', target, '', host)
          assert.deepEqual(Object.keys(JSON.parse(told.text)), [
            'connectedAt',
            'identity',
            'lastActiveAt',
          ])
        }
        const [first = ['']] = addresses
        assert.equal((await manage('DELETE', first[0])).status, 204)
        assert.equal((await socket.closed()).code, 1000)
      }
    })

    it('a connection that was ended is gone at once, though its client never says goodbye', async () => {
      const { port } = new URL(gateway.dataOrigin)
      const target = `/_aws/execute-api/${api().id}/prod`
      const raws = await Promise.all(
        Array.from({ length: 4 }, () => rawSocket(Number(port), target)),
      )
      for (const raw of raws) {
        raw.write(frame('who'))
        const id = Buffer.from((await raw.next())?.payload ?? []).toString()
        assert.equal((await manage('DELETE', at(id))).status, 204)
        for (const method of ['POST', 'GET', 'DELETE']) {
          const { status, headers } = await manage(method, at(id))
          assert.equal(status, 410, method)
          assert.equal(headers['x-amzn-errortype'], 'GoneException')
        }
        raw.destroy()
        await untilGoodbye(id)
        assert.equal(goodbyes(id).length, 1)
      }
    })

    it('@connections refuses what is no call of it: 400, 403, 410, 413', async () => {
      const [one] = await openMany(1)
      assert.ok(one)
      const { socket, id } = one
      const refused = async (asked: ReturnType<typeof call>, status: number) => {
        const answer = await asked
        assert.equal(answer.status, status, answer.text)
      }
      for (const bad of ['%00', '%20', 'a'.repeat(65), '%F0%9F%92%A9', '..%2F..', '*', '%']) {
        await refused(manage('POST', `/prod/@connections/${bad}`, 'x'), 400)
      }
      await refused(manage('POST', `/@connections/${encodeURIComponent(id)}`, 'x'), 403)
      await refused(manage('POST', `/nope/@connections/${encodeURIComponent(id)}`, 'x'), 403)
      await refused(manage('POST', '/prod/@connections', 'x'), 403)
      await refused(manage('PUT', at(id), 'x'), 403)
      await refused(manage('POST', at(id), Buffer.alloc(128 * 1024 + 1, 'x')), 413)
      const host = { headers: { host: local() } }
      await refused(call(gateway.dataOrigin, at(id), { ...host, method: 'DELETE' }), 403)
      // Of another API, which never knew it.
      const other = `/_aws/execute-api/${gateway.api('hang').id}/prod/@connections/${encodeURIComponent(id)}`
      await refused(manage('DELETE', other, '', 'localhost'), 410)
      await refused(manage('POST', at(id), 'still here'), 200)
      assert.equal(await socket.next(), 'still here')
      await socket.close()
    })

    it('a route’s model and template are chosen by the message, and what does not fit is a frame', async () => {
      const socket = await open()
      const ask = async (message: unknown) => {
        socket.send(JSON.stringify({ action: 'add', ...(message as object) }))
        return JSON.parse(await socket.next())
      }
      assert.equal((await ask({ form: 'pair', a: 1, b: 2 })).body, '{"sum":[1,2]}')
      for (const wrong of [{ a: 1 }, { a: '1', b: 2 }, { a: 1.5, b: 2 }]) {
        assert.equal((await ask({ form: 'pair', ...wrong })).message, 'Invalid request body')
      }
      assert.equal((await ask({ form: 'none' })).body, '{"none":true}')
      assert.equal((await ask({ form: { deep: ['x'] } })).body, '{"none":true}')
      assert.equal((await ask({ form: '__proto__' })).body, '{"none":true}')
      await socket.close()
    })

    it('a client that does not read is cut off, and nobody else notices', async () => {
      const slow = await open()
      const id = await idOf(slow)
      const other = await open()
      slow.raw.pause()
      const data = Buffer.alloc(128 * 1024, 'x')
      let sent = 0
      for (; (await manage('POST', at(id), data)).status === 200; sent++) {
        assert.ok(sent < 400, 'what waits for it has no bound')
      }
      await untilGoodbye(id)
      assert.equal(goodbyes(id)[0]?.headers['x-code'], '1006')
      assert.match(await idOf(other), /^[\w-]{15}=$/)
      slow.raw.terminate()
      await other.close()
    })

    it('handshakes that hang or never end cost the others nothing', async () => {
      const { port } = new URL(gateway.dataOrigin)
      const unfinished = Array.from({ length: 200 }, () => {
        const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined)
        socket.write(`GET /prod HTTP/1.1\r\nHost: ${local()}\r\nUpgrade: websocket\r\nConn`)
        return socket
      })
      const hanging = Array.from({ length: 50 }, () =>
        openSocket(gateway, gateway.api('hang')).catch((error: unknown) => error),
      )
      const all = await openMany(10)
      for (const { socket } of all) await socket.close()
      for (const refusal of await Promise.all(hanging)) {
        assert.ok(refusal instanceof Refused)
        assert.equal(refusal.status, 504, refusal.body)
      }
      for (const socket of unfinished) socket.destroy()
    })

    it('ends after ten silent minutes and after two hours by the node’s clock, however it jumps', async () => {
      const [busy, silentOne, fresh] = await openMany(3)
      assert.ok(busy && silentOne && fresh)
      // Steps so small that a worker which hears of one late still counts its messages in time.
      const pass = async (minutes: number) => {
        await idOf(busy.socket)
        await turnClock({ advanceMs: minutes * MINUTE_MS })
      }
      await pass(4)
      await pass(4)
      // A clock that is set back makes nobody younger: two minutes are all that is left.
      await turnClock({ set: '2026-11-21T11:08:00Z' })
      await idOf(fresh.socket)
      await pass(2)
      assert.deepEqual(await silentOne.socket.closed(), { code: 1001, reason: 'Going away' })
      await pass(4)
      await pass(4)
      assert.equal((await fresh.socket.closed()).code, 1001)
      for (let minutes = 18; minutes < 118; minutes += 4) await pass(4)
      await pass(2)
      assert.equal((await busy.socket.closed()).code, 1001)
      // The real world moved on by an hour: an idle connection is ended, once.
      const [later] = await openMany(1)
      assert.ok(later)
      await turnClock({ advanceMs: 60 * MINUTE_MS })
      assert.equal((await later.socket.closed()).code, 1001)
      for (const { id } of [silentOne, fresh, busy, later]) {
        await untilGoodbye(id)
        assert.equal(goodbyes(id).length, 1)
      }
    })

    it('lets in so many a second as it is set to, and stops though a client never says goodbye', async (t) => {
      const own = await startGateway({
        shape,
        file: join(folder, 'template.yaml'),
        args: [
          ...['--clock', 'fixed:2026-11-21T12:00:00Z', '--websocket-connects-per-second', '20'],
          ...['--account-rate', '2', '--account-burst', '60'],
          ...(shape === 'serve' ? ['--drain-seconds', '600'] : []),
        ],
      })
      let isRunning = true
      t.after(() => isRunning && own.kill('SIGKILL'))
      const flood = async () => {
        const asked = Array.from({ length: 40 }, () =>
          openSocket(own, own.api('chat')).catch((error: unknown) => error),
        )
        const answers = await Promise.all(asked)
        const refused = answers.filter((answer) => answer instanceof Refused)
        for (const { status } of refused) assert.equal(status, 429)
        return answers.length - refused.length
      }
      // Never more; one fewer where a worker has it in hand.
      const first = await flood()
      assert.ok(first === 19 || first === 20, `${first}`)
      const order = { method: 'POST', body: '{"advanceMs":500}' }
      await call(own.endpoint, '/_daemun/clock', order)
      const both = first + (await flood())
      assert.ok(both === 29 || both === 30, `${both}`)
      // The calls of @connections are of the account's requests: about thirty are left.
      const gone = at('AAAAAAAAAAAAAAA=')
      let answer = await manage('GET', gone, '', `${own.api('chat').id}.execute-api.localhost`, own)
      for (let calls = 1; answer.status === 410; calls++) {
        assert.ok(calls < 60, 'they have no limit')
        answer = await manage('GET', gone, '', `${own.api('chat').id}.execute-api.localhost`, own)
      }
      assert.equal(answer.status, 429)
      assert.equal(answer.headers['x-amzn-errortype'], 'LimitExceededException')
      // Thirty clients that answer a goodbye, and one that does not.
      await call(own.endpoint, '/_daemun/clock', { method: 'POST', body: '{"advanceMs":10000}' })
      const { port } = new URL(own.dataOrigin)
      const target = `/_aws/execute-api/${own.api('chat').id}/prod`
      let rude = await rawSocket(Number(port), target)
      while (!rude.status.includes(' 101 ')) rude = await rawSocket(Number(port), target)
      await own.stop()
      isRunning = false
    })
  })
}
