// Private APIs with the real command: a port that is a VPC endpoint, and one behind a load balancer.
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { call, type Gateway, SHAPES, startGateway } from '../support/gateway.ts'
import { rawClient } from '../transport/raw-client.ts'

const VPCE = 'vpce-0123456789abcdef0'
const statement = (effect: string, condition?: object) => ({
  Effect: effect,
  Principal: '*',
  Action: 'execute-api:Invoke',
  Resource: 'execute-api:/*',
  ...(condition && { Condition: condition }),
})
const TEMPLATE = JSON.stringify({
  Resources: {
    Inner: {
      Type: 'AWS::ApiGateway::RestApi',
      Properties: {
        Name: 'inner',
        EndpointConfiguration: { Types: ['PRIVATE'] },
        Policy: {
          Version: '2012-10-17',
          Statement: [
            statement('Allow'),
            statement('Deny', { StringNotEquals: { 'aws:SourceVpce': VPCE } }),
          ],
        },
      },
    },
    Method: {
      Type: 'AWS::ApiGateway::Method',
      Properties: {
        RestApiId: { Ref: 'Inner' },
        ResourceId: { 'Fn::GetAtt': ['Inner', 'RootResourceId'] },
        HttpMethod: 'GET',
        AuthorizationType: 'NONE',
        Integration: {
          Type: 'MOCK',
          RequestTemplates: { 'application/json': '{"statusCode":200}' },
          IntegrationResponses: [
            {
              StatusCode: '200',
              ResponseTemplates: {
                'application/json':
                  '$context.identity.vpceId $context.identity.vpcId $context.identity.sourceIp',
              },
            },
          ],
        },
        MethodResponses: [{ StatusCode: '200' }],
      },
    },
    Deployment: {
      Type: 'AWS::ApiGateway::Deployment',
      DependsOn: 'Method',
      Properties: { RestApiId: { Ref: 'Inner' }, StageName: 'prod' },
    },
  },
})

const listenersOf = (gateway: Gateway) =>
  gateway.events.find(({ event }) => event === 'ready')?.listeners as readonly {
    readonly origin: string
    readonly vpcEndpoint?: string
    readonly proxyProtocol?: true
  }[]

for (const shape of SHAPES) {
  describe(`private APIs, ${shape}`, () => {
    it('answer at the ports that are a VPC endpoint, and nowhere else', async (test) => {
      const folder = await mkdtemp(join(tmpdir(), 'daemun-private-'))
      test.after(() => rm(folder, { recursive: true, force: true }))
      const file = join(folder, 'template.json')
      await writeFile(file, TEMPLATE)
      const gateway = await startGateway({
        shape,
        file,
        args: [
          '--vpc-endpoint',
          `${VPCE}/vpc-0a1b2c3d4e5f60718=127.0.0.1:0`,
          '--proxy-listener',
          '127.0.0.1:0',
        ],
      })
      test.after(() => gateway.stop())
      const api = gateway.api('inner')
      const [endpoint, proxied] = listenersOf(gateway)
      assert.equal(endpoint?.vpcEndpoint, VPCE)
      assert.equal(proxied?.proxyProtocol, true)

      const outside = await gateway.call(api, '/prod')
      assert.equal(outside.status, 403)
      assert.match(outside.text, /User: anonymous is not authorized to perform: execute-api:Invoke/)

      const headers = { 'x-apigw-api-id': api.id }
      const inside = await call(endpoint.origin.replace('localhost', '127.0.0.1'), '/prod', {
        headers,
      })
      assert.deepEqual(
        [inside.status, inside.text],
        [200, `${VPCE} vpc-0a1b2c3d4e5f60718 127.0.0.1`],
      )

      const answer = await askThroughProxy(Number(new URL(proxied.origin).port), api.id, VPCE)
      assert.match(answer, new RegExp(`^HTTP/1.1 200[^]*\r\n\r\n${VPCE}  203.0.113.7$`))
      const denied = await askThroughProxy(Number(new URL(proxied.origin).port), api.id, `${VPCE}0`)
      assert.match(denied, /^HTTP\/1\.1 403[^]*explicit deny/)
    })
  })
}

const askThroughProxy = async (port: number, apiId: string, vpceId: string): Promise<string> => {
  const socket = connect({ port, host: '127.0.0.1' })
  const client = rawClient(socket)
  const tlv = Buffer.from([0xea, 0, vpceId.length + 1, 1])
  const addresses = Buffer.from([203, 0, 113, 7, 10, 0, 0, 1, 0x1f, 0x90, 0x01, 0xbb])
  const rest = Buffer.concat([addresses, tlv, Buffer.from(vpceId)])
  socket.write(Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1'))
  socket.write(Buffer.from([0x21, 0x11, 0, rest.length]))
  socket.write(rest)
  client.send(
    `GET /prod HTTP/1.1\r\nHost: ${apiId}.execute-api.localhost\r\nConnection: close\r\n\r\n`,
  )
  return client.ended
}
