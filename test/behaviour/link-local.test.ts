// T47 of the field notes: whoever configures an API, or calls it, does not read the credentials of the machine.
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { SHAPES, startGateway } from '../support/gateway.ts'
import { startUpstream } from '../support/upstream.ts'

const TEMPLATE = `Parameters: {Backend: {Type: String}}
Resources:
  Proxy:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: proxy, ProtocolType: HTTP, Target: http://169.254.169.254/latest/meta-data/}
  Redirected:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: redirected, ProtocolType: HTTP, Target: !Ref Backend}
  Guarded:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: guarded
      Body:
        openapi: 3.0.1
        info: {title: guarded, version: '1'}
        components: {securitySchemes: {jwt: {type: oauth2, x-amazon-apigateway-authorizer: {type: jwt,
          identitySource: $request.header.Authorization,
          jwtConfiguration: {issuer: 'https://169.254.169.254', audience: [us]}}}}}
        paths: {/: {get: {security: [{jwt: []}], x-amazon-apigateway-integration: {
          type: http_proxy, httpMethod: GET, payloadFormatVersion: '1.0', uri: !Ref Backend}}}}
  GuardedStage: {Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: !Ref Guarded, StageName: $default, AutoDeploy: true}}
  Rest:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Name: rest
      Body:
        openapi: 3.0.1
        info: {title: rest, version: '1'}
        paths:
          /proxy: {get: {x-amazon-apigateway-integration: {type: http_proxy, httpMethod: GET, uri: 'http://0xA9FEA9FE/'}}}
          /mapped: {get: {x-amazon-apigateway-integration: {type: http, httpMethod: GET,
            uri: 'http://[::ffff:169.254.170.2]/v2/credentials', responses: {default: {statusCode: '200'}}}}}
          /variable: {get: {x-amazon-apigateway-integration: {type: http_proxy, httpMethod: GET,
            uri: 'http://\${stageVariables.where}/'}}}
  Deployed: {Type: AWS::ApiGateway::Deployment, Properties: {RestApiId: !Ref Rest}}
  Stage: {Type: AWS::ApiGateway::Stage, Properties: {RestApiId: !Ref Rest, DeploymentId: !Ref Deployed,
    StageName: prod, Variables: {where: '2852039166'}}}
  Topic: {Type: AWS::SNS::Topic, Properties: {Subscription: [
    {Protocol: http, Endpoint: 'http://169.254.170.2/v2/credentials'}]}}
`

/** Of a token that names a key, so that its issuer is asked. */
const TOKEN = ['{"alg":"RS256","kid":"k"}', '{"iss":"https://169.254.169.254","aud":"us"}', 'x']
  .map((part) => Buffer.from(part).toString('base64url'))
  .join('.')

describe('an API of daemun', () => {
  for (const shape of SHAPES) {
    it(`${shape} reaches no link-local address, and the log says why`, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'daemun-link-local-'))
      const file = join(folder, 'template.yaml')
      await writeFile(file, TEMPLATE)
      const upstream = await startUpstream(() => ({
        status: 302,
        headers: { location: 'http://169.254.169.254/' },
      }))
      const args = ['--parameter', `Backend=${upstream.url}`]
      const gateway = await startGateway({ shape, file, args })
      try {
        const lost = gateway.event(
          ({ event, message }) =>
            event === 'error' && /169\.254\.170\.2 is a link-local/.test(String(message)),
        )
        const headers = { authorization: `Bearer ${TOKEN}` }
        for (const [api, path, status, host] of [
          ['proxy', '/', 503, '169.254.169.254'],
          ['guarded', '/', 401, '169.254.169.254'],
          ['rest', '/prod/proxy', 504, '169.254.169.254'],
          ['rest', '/prod/mapped', 504, '::ffff:a9fe:aa02'],
          ['rest', '/prod/variable', 504, '169.254.169.254'],
        ] as const) {
          const answer = await gateway.call(gateway.api(api), path, { headers })
          assert.equal(answer.status, status, `${path}: ${answer.text}`)
          assert.doesNotMatch(answer.text, /link-local|169/)
          const id = String(answer.headers['x-amzn-requestid'] ?? answer.headers['apigw-requestid'])
          const line = await gateway.event((event) => JSON.stringify(event).includes(id))
          assert.ok(JSON.stringify(line).includes(`--allowed-link-local=${host}`), path)
        }
        assert.equal((await gateway.call(gateway.api('redirected'), '/')).status, 302)
        await lost
      } finally {
        await gateway.stop()
        await upstream.close()
        await rm(folder, { recursive: true, force: true })
      }
    })
  }
})
