// WebSocket APIs from the template to the frame, in both shapes. [behaviour.md 14]
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  GoneException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi'
import { signRequest } from '#languages/sigv4/sign.ts'
import { type CallOptions, type Gateway, SHAPES, startGateway } from '../support/gateway.ts'
import { openSocket, Refused } from '../support/web-socket.ts'

const TEMPLATE = `AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: chat, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}
  Function:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      InlineCode: |
        exports.handler = async (event) => {
          const {routeKey, eventType} = event.requestContext
          if (eventType === 'CONNECT') {
            const query = event.queryStringParameters ?? {}
            if (query.crash) throw new Error('no')
            const protocol = event.headers['Sec-WebSocket-Protocol']
            return {statusCode: Number(query.status ?? 200), body: 'sorry',
              headers: protocol ? {'Sec-WebSocket-Protocol': protocol.split(',')[0]} : {}}
          }
          console.log(JSON.stringify(event))
          const body = event.body ?? ''
          if (body.includes('crash')) throw new Error('no')
          return {statusCode: 200, body: JSON.stringify(event)}
        }
  Permission:
    Type: AWS::Lambda::Permission
    Properties: {Action: lambda:InvokeFunction, FunctionName: {Ref: Function}, Principal: apigateway.amazonaws.com}
  Lambda:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: {Ref: Api}
      IntegrationType: AWS_PROXY
      IntegrationUri: {Fn::Sub: 'arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${Function.Arn}/invocations'}
  Mock:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: {Ref: Api}
      IntegrationType: MOCK
      TemplateSelectionExpression: '\\$default'
      RequestTemplates: {$default: '{"statusCode":200}'}
  MockResponse:
    Type: AWS::ApiGatewayV2::IntegrationResponse
    Properties:
      ApiId: {Ref: Api}
      IntegrationId: {Ref: Mock}
      IntegrationResponseKey: $default
      ResponseTemplates: {$default: '{"id":"$context.connectionId","route":"$context.routeKey","type":"$context.eventType"}'}
  Connect: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: {Ref: Api}, RouteKey: $connect, Target: {Fn::Sub: 'integrations/\${Lambda}'}}}
  Disconnect: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: {Ref: Api}, RouteKey: $disconnect, Target: {Fn::Sub: 'integrations/\${Lambda}'}}}
  Echo: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: {Ref: Api}, RouteKey: echo, RouteResponseSelectionExpression: $default, Target: {Fn::Sub: 'integrations/\${Lambda}'}}}
  EchoResponse: {Type: AWS::ApiGatewayV2::RouteResponse, Properties: {ApiId: {Ref: Api}, RouteId: {Ref: Echo}, RouteResponseKey: $default}}
  Quiet: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: {Ref: Api}, RouteKey: quiet, Target: {Fn::Sub: 'integrations/\${Lambda}'}}}
  Who: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: {Ref: Api}, RouteKey: who, RouteResponseSelectionExpression: $default, Target: {Fn::Sub: 'integrations/\${Mock}'}}}
  WhoResponse: {Type: AWS::ApiGatewayV2::RouteResponse, Properties: {ApiId: {Ref: Api}, RouteId: {Ref: Who}, RouteResponseKey: $default}}
  Deployment: {Type: AWS::ApiGatewayV2::Deployment, DependsOn: [Connect, Disconnect, Echo, Quiet, Who, EchoResponse, WhoResponse, MockResponse], Properties: {ApiId: {Ref: Api}}}
  Stage: {Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: {Ref: Api}, StageName: Prod, DeploymentId: {Ref: Deployment}}}
`

for (const shape of SHAPES) {
  describe(`a WebSocket API of daemun ${shape} [behaviour.md 14]`, () => {
    let folder: string
    let gateway: Gateway
    const api = () => gateway.api('chat')
    const open = (options = {}) => openSocket(gateway, api(), options)
    const idOf = async (socket: Awaited<ReturnType<typeof open>>): Promise<string> => {
      socket.send('{"action":"who"}')
      return String(JSON.parse(await socket.next()).id)
    }
    const client = () =>
      new ApiGatewayManagementApiClient({
        endpoint: `${gateway.dataOrigin}/_aws/execute-api/${api().id}/Prod`,
        region: 'us-east-1',
        credentials: gateway.credentials,
        maxAttempts: 1,
      })

    /** As the backend of the API calls it: signed. */
    const signedCall = (target: string, options: CallOptions = {}) => {
      const { method = 'GET', body = '' } = options
      const signed = signRequest(
        {
          method,
          target,
          headers: ['host', `${api().id}.execute-api.localhost`],
          body: Buffer.from(body),
        },
        gateway.credentials,
        { region: 'us-east-1', service: 'execute-api', nowMs: Date.now() },
      )
      const headers: Record<string, string> = {}
      for (let at = 0; at < signed.length; at += 2) headers[signed[at] ?? ''] = signed[at + 1] ?? ''
      return gateway.call(api(), target, { ...options, headers })
    }

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'daemun-websocket-'))
      await writeFile(join(folder, 'template.yaml'), TEMPLATE)
      gateway = await startGateway({ shape, file: join(folder, 'template.yaml') })
    })
    after(async () => {
      await gateway?.stop()
      await rm(folder, { recursive: true, force: true })
    })

    it('runs $connect before it accepts, and a status that is no success refuses', async () => {
      for (const [query, status] of [
        ['status=403', 403],
        ['status=401', 401],
        ['status=500', 500],
        ['crash=1', 502],
      ] as const) {
        const refusal = open({ path: `/Prod?${query}` })
        await assert.rejects(
          refusal,
          (error) => error instanceof Refused && error.status === status,
        )
      }
      const socket = await open({ protocols: ['a', 'b'] })
      assert.equal(socket.raw.protocol, 'a')
      await socket.close()
    })

    it('gives a function the event of a message, and its answer back on a two-way route [Events, Two-way, connectionId]', async () => {
      const socket = await open()
      const id = await idOf(socket)
      assert.match(id, /^[\w-]{15}=$/)
      const body = '{"action":"echo","text":"ünïcode"}'
      socket.send(body)
      const event = JSON.parse(await socket.next())
      const { requestContext, ...rest } = event
      assert.deepEqual(rest, { body, isBase64Encoded: false })
      const {
        requestTime,
        connectedAt,
        requestTimeEpoch,
        extendedRequestId,
        requestId,
        messageId,
        ...facts
      } = requestContext
      assert.deepEqual(facts, {
        routeKey: 'echo',
        eventType: 'MESSAGE',
        messageDirection: 'IN',
        stage: 'Prod',
        identity: { sourceIp: '127.0.0.1' },
        domainName: `${api().id}.execute-api.us-east-1.amazonaws.com`,
        connectionId: id,
        apiId: api().id,
      })
      assert.ok(connectedAt <= requestTimeEpoch && requestTime !== '')
      assert.ok([extendedRequestId, requestId, messageId].every((text) => text.endsWith('=')))
      await socket.close()
    })

    it('answers with an error frame where no route is selected, and where a function fails [Error frames]', async () => {
      const socket = await open()
      const connectionId = await idOf(socket)
      for (const [message, text] of [
        ['{"action":"nobody"}', 'Forbidden'],
        ['no json', 'Forbidden'],
        ['{"action":"$connect"}', 'Forbidden'],
        ['{"action":"quiet","text":"crash"}', 'Internal server error'],
      ] as const) {
        socket.send(message)
        const frame = JSON.parse(await socket.next())
        assert.equal(frame.message, text)
        assert.equal(frame.connectionId, connectionId)
        assert.equal(typeof frame.requestId, 'string')
      }
      await socket.close()
    })

    it('says nothing back on a route without a response', async () => {
      const socket = await open()
      socket.send('{"action":"quiet"}')
      const id = await idOf(socket)
      assert.ok(id !== '')
      await socket.close()
    })

    it('lets a real client of @connections send, look and end, and tells it what is gone [@connections]', async () => {
      const sockets = await Promise.all(Array.from({ length: 6 }, () => open()))
      const management = client()
      for (const socket of sockets) {
        const ConnectionId = await idOf(socket)
        await management.send(
          new PostToConnectionCommand({ ConnectionId, Data: Buffer.from('hé') }),
        )
        assert.equal(await socket.next(), 'hé')
        const { ConnectedAt, Identity, LastActiveAt } = await management.send(
          new GetConnectionCommand({ ConnectionId }),
        )
        assert.equal(Identity?.SourceIp, '127.0.0.1')
        assert.ok(ConnectedAt && LastActiveAt && ConnectedAt <= LastActiveAt)
        await management.send(new DeleteConnectionCommand({ ConnectionId }))
        assert.deepEqual(await socket.closed(), {
          code: 1000,
          reason: 'Connection Closed Normally',
        })
        await assert.rejects(
          management.send(new PostToConnectionCommand({ ConnectionId, Data: Buffer.from('x') })),
          (error) => error instanceof GoneException,
        )
      }
    })

    it('lets boto3 do the same', async () => {
      const socket = await open()
      const id = await idOf(socket)
      const { accessKeyId, secretAccessKey } = gateway.credentials
      const script = `
import boto3, sys
url, id = sys.argv[1:]
client = boto3.client('apigatewaymanagementapi', endpoint_url=url, region_name='us-east-1')
client.post_to_connection(ConnectionId=id, Data=b'from python')
print(client.get_connection(ConnectionId=id)['Identity']['SourceIp'])
client.delete_connection(ConnectionId=id)
try:
    client.post_to_connection(ConnectionId=id, Data=b'x')
except client.exceptions.GoneException:
    print('gone')
`
      const url = `${gateway.dataOrigin}/_aws/execute-api/${api().id}/Prod`
      const env = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey }
      const { stdout } = await promisify(execFile)('/usr/bin/python3', ['-c', script, url, id], {
        env: { ...process.env, ...env },
        timeout: 30_000,
      })
      assert.equal(stdout, '127.0.0.1\ngone\n')
      assert.equal(await socket.next(), 'from python')
      assert.equal((await socket.closed()).code, 1000)
    })

    it('runs $disconnect once, with the code and the reason [$disconnect]', async () => {
      const socket = await open()
      const id = await idOf(socket)
      await socket.close(4001, 'bye')
      const ended = (line: unknown) =>
        String(line).includes(id) && String(line).includes('DISCONNECT')
      const { line } = await gateway.event(
        ({ event, line }) => event === 'function-log' && ended(line),
      )
      const event = JSON.parse(String(line).slice(String(line).indexOf('{')))
      assert.equal(event.requestContext.disconnectStatusCode, 4001)
      assert.equal(event.requestContext.disconnectReason, 'bye')
      assert.deepEqual(Object.keys(event.headers), [
        'Host',
        'x-api-key',
        'X-Forwarded-For',
        'x-restapi',
      ])
    })

    it('closes binary frames with 1003 and what is too large with 1009 [Close codes, Limits]', async () => {
      const binary = await open()
      binary.send(new Uint8Array(4))
      assert.equal((await binary.closed()).code, 1003)
      const frame = await open()
      frame.send('x'.repeat(33 * 1024))
      assert.equal((await frame.closed()).code, 1009)
      const message = await open()
      for (let part = 0; part < 5; part++) message.raw.send('x'.repeat(30 * 1024), { fin: false })
      assert.equal((await message.closed()).code, 1009)
    })

    it('refuses plain requests and malformed ids of @connections', async () => {
      const plain = await gateway.call(api(), '/Prod')
      assert.equal(plain.status, 403)
      const unsigned = await gateway.call(api(), '/Prod/@connections/AAAAAAAAAAAAAAA=')
      assert.equal(unsigned.status, 403)
      assert.equal(unsigned.headers['x-amzn-errortype'], 'MissingAuthenticationTokenException')
      const bad = await signedCall('/Prod/%40connections/%20', {
        method: 'POST',
        body: 'x',
      })
      assert.equal(bad.status, 400)
      assert.equal(bad.headers['x-amzn-errortype'], 'BadRequestException')
      const id = 'AAAAAAAAAAAAAAA='
      const gone = await signedCall(`/Prod/@connections/${encodeURIComponent(id)}`)
      assert.equal(gone.status, 410)
      const large = await signedCall(`/Prod/@connections/${id}`, {
        method: 'POST',
        body: 'x'.repeat(128 * 1024 + 1),
      })
      assert.equal(large.status, 413)
      assert.equal(large.headers['x-amzn-errortype'], 'PayloadTooLargeException')
    })
  })
}
