// Custom domain names from the template to the wire: found by the Host header, the base path taken off.
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { CreateBasePathMappingCommand, APIGatewayClient } from '@aws-sdk/client-api-gateway'
import { call, SHAPES, startGateway } from '../support/gateway.ts'

const TEMPLATE = `Transform: AWS::Serverless-2016-10-31
Resources:
  Echo:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      InlineCode: |
        exports.handler = async ({path, resource, rawPath, requestContext}) => ({statusCode: 200, body:
          JSON.stringify([path ?? rawPath, requestContext.path ?? requestContext.http.path, resource,
            requestContext.domainName, requestContext.domainPrefix, requestContext.stage])})
      Events:
        Rest: {Type: Api, Properties: {Path: /pets, Method: get, RestApiId: {Ref: Rest}}}
        Http: {Type: HttpApi, Properties: {Path: /cats, Method: get, ApiId: {Ref: Http}}}
  Rest:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      DisableExecuteApiEndpoint: true
      Domain:
        DomainName: api.example.com
        CertificateArn: arn:aws:acm:us-east-1:123456789012:certificate/abc
        BasePath: [v1]
  Http:
    Type: AWS::Serverless::HttpApi
    Properties:
      StageName: dev
  Mapping:
    Type: AWS::ApiGatewayV2::ApiMapping
    Properties:
      {ApiId: {Ref: Http}, DomainName: events.example.com, Stage: {Ref: HttpdevStage}, ApiMappingKey: a/b}
`

for (const shape of SHAPES) {
  it(`daemun ${shape} serves custom domain names`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'daemun-domain-'))
    t.after(() => rm(folder, { recursive: true, force: true }))
    const file = join(folder, 'template.yaml')
    await writeFile(file, TEMPLATE)
    const gateway = await startGateway({ shape, file })
    t.after(() => gateway.stop())
    const ask = async (host: string, path: string) => {
      const { status, text } = await call(gateway.dataOrigin, path, { headers: { host } })
      return [status, JSON.parse(text)] as const
    }

    const pets = ['/v1/pets', '/v1/pets', '/pets', 'api.example.com', 'api', 'prod']
    assert.deepEqual(await ask('Api.Example.com:443', '/v1/pets'), [200, pets])
    const [, cats] = await ask('events.example.com', '/a/b/cats')
    assert.deepEqual(cats.slice(3), ['events.example.com', 'events', 'dev'])
    assert.equal(cats[0], '/a/b/cats')

    const forbidden = [403, { message: 'Forbidden' }]
    assert.deepEqual(await ask('api.example.com', '/v2/pets'), forbidden)
    const [rest] = gateway.apis.filter(({ protocol }) => protocol === 'REST')
    assert.ok(rest)
    const direct = await gateway.call(rest, '/prod/pets')
    assert.deepEqual([direct.status, JSON.parse(direct.text)], forbidden)
    const report = JSON.stringify(gateway.events.find(({ event }) => event === 'ready'))
    assert.match(report, /DomainName events.example.com/)

    // Nobody else's request is taken for one of a domain: the management side still answers on its own names.
    const { endpoint } = gateway
    const client = new APIGatewayClient({
      region: 'us-east-1',
      endpoint,
      credentials: gateway.credentials,
    })
    const mapping = { domainName: 'api.example.com', restApiId: rest.id, stage: 'prod' }
    await client.send(new CreateBasePathMappingCommand({ ...mapping, basePath: 'v3' }))
    client.destroy()
  })
}
