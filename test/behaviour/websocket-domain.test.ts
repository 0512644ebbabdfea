// A WebSocket API behind a custom domain name: its mapping stands for the stage. [behaviour.md 14: URL; 15]
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { signRequest } from '#languages/sigv4/sign.ts'
import { call, SHAPES, startGateway } from '../support/gateway.ts'
import { openSocket } from '../support/web-socket.ts'

const TEMPLATE = `AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Api: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: chat, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}}
  Mock: {Type: AWS::ApiGatewayV2::Integration, Properties: {ApiId: {Ref: Api}, IntegrationType: MOCK, TemplateSelectionExpression: '\\$default', RequestTemplates: {$default: '{"statusCode":200}'}}}
  Answer: {Type: AWS::ApiGatewayV2::IntegrationResponse, Properties: {ApiId: {Ref: Api}, IntegrationId: {Ref: Mock}, IntegrationResponseKey: $default, ResponseTemplates: {$default: '$context.connectionId $context.domainName $context.stage'}}}
  Default: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: {Ref: Api}, RouteKey: $default, RouteResponseSelectionExpression: $default, Target: {Fn::Sub: 'integrations/\${Mock}'}}}
  Response: {Type: AWS::ApiGatewayV2::RouteResponse, Properties: {ApiId: {Ref: Api}, RouteId: {Ref: Default}, RouteResponseKey: $default}}
  Deployment: {Type: AWS::ApiGatewayV2::Deployment, DependsOn: [Default, Response, Answer], Properties: {ApiId: {Ref: Api}}}
  Stage: {Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: {Ref: Api}, StageName: prod, DeploymentId: {Ref: Deployment}}}
  Domain: {Type: AWS::ApiGatewayV2::DomainName, Properties: {DomainName: ws.example.com, DomainNameConfigurations: [{EndpointType: REGIONAL, CertificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/abc'}]}}
  Mapping: {Type: AWS::ApiGatewayV2::ApiMapping, DependsOn: [Domain, Stage], Properties: {ApiId: {Ref: Api}, DomainName: ws.example.com, Stage: prod, ApiMappingKey: chat}}
`

for (const shape of SHAPES)
  it(`a mapping takes handshakes and @connections, and events say the domain name (${shape})`, async (context) => {
    const folder = await mkdtemp(join(tmpdir(), 'daemun-websocket-'))
    context.after(() => rm(folder, { recursive: true, force: true }))
    await writeFile(join(folder, 'template.yaml'), TEMPLATE)
    const gateway = await startGateway({ shape, file: join(folder, 'template.yaml') })
    context.after(() => gateway.stop())
    const host = { host: 'ws.example.com' }
    const socket = await openSocket(gateway, gateway.api('chat'), { path: '/chat', headers: host })
    socket.send('hello')
    const [id = '', domainName, stage] = (await socket.next()).split(' ')
    assert.deepEqual([domainName, stage], ['ws.example.com', 'prod'])
    const path = `/chat/@connections/${encodeURIComponent(id)}`
    const signed = signRequest(
      { method: 'POST', target: path, headers: ['Host', host.host], body: Buffer.from('back') },
      gateway.credentials,
      { region: 'us-east-1', service: 'execute-api', nowMs: Date.now() },
    )
    const headers = Object.fromEntries(
      signed.flatMap((name, at) => (at % 2 === 0 ? [[name, signed[at + 1] ?? '']] : [])),
    )
    const sent = await call(gateway.dataOrigin, path, { method: 'POST', headers, body: 'back' })
    assert.equal(sent.status, 200, sent.text)
    assert.equal(await socket.next(), 'back')
    await socket.close()
  })
