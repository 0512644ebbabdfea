// Real clients that sign, unmodified, against AWS_IAM methods and routes of a running gateway.
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import * as iam from '@aws-sdk/client-iam'
import * as sts from '@aws-sdk/client-sts'
import { SignatureV4 } from '@smithy/signature-v4'
import { AwsClient } from 'aws4fetch'
import {
  call,
  type Gateway,
  type GatewayCredentials,
  type Shape,
  SHAPES,
  startGateway,
} from '../support/gateway.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'
import { Sha256 } from '../languages/sigv4/signers.ts'

const REGION = 'us-east-1'
/** For what has no types of its own. */
const require = createRequire(import.meta.url)
const ACCOUNT = '123456789012'

const template = (upstream: string): string =>
  JSON.stringify({
    Resources: {
      Rest: {
        Type: 'AWS::ApiGateway::RestApi',
        Properties: {
          Body: {
            openapi: '3.0.1',
            info: { title: 'rest', version: '1' },
            paths: {
              '/{proxy+}': {
                'x-amazon-apigateway-any-method': {
                  parameters: [
                    { name: 'proxy', in: 'path', required: true, schema: { type: 'string' } },
                  ],
                  security: [{ sigv4: [] }],
                  responses: {},
                  'x-amazon-apigateway-integration': {
                    type: 'http_proxy',
                    httpMethod: 'ANY',
                    uri: `${upstream}/{proxy}`,
                    requestParameters: {
                      'integration.request.path.proxy': 'method.request.path.proxy',
                    },
                  },
                },
              },
            },
            components: {
              securitySchemes: {
                sigv4: {
                  type: 'apiKey',
                  name: 'Authorization',
                  in: 'header',
                  'x-amazon-apigateway-authtype': 'awsSigv4',
                },
              },
            },
          },
        },
      },
      Deployment: {
        Type: 'AWS::ApiGateway::Deployment',
        Properties: { RestApiId: { Ref: 'Rest' }, StageName: 'prod' },
      },
      Http: {
        Type: 'AWS::ApiGatewayV2::Api',
        Properties: { Name: 'http', ProtocolType: 'HTTP' },
      },
      Integration: {
        Type: 'AWS::ApiGatewayV2::Integration',
        Properties: {
          ApiId: { Ref: 'Http' },
          IntegrationType: 'HTTP_PROXY',
          IntegrationMethod: 'ANY',
          IntegrationUri: `${upstream}/{proxy}`,
          PayloadFormatVersion: '1.0',
        },
      },
      Route: {
        Type: 'AWS::ApiGatewayV2::Route',
        Properties: {
          ApiId: { Ref: 'Http' },
          RouteKey: 'ANY /{proxy+}',
          AuthorizationType: 'AWS_IAM',
          Target: { 'Fn::Join': ['', ['integrations/', { Ref: 'Integration' }]] },
        },
      },
      Stage: {
        Type: 'AWS::ApiGatewayV2::Stage',
        Properties: { ApiId: { Ref: 'Http' }, StageName: '$default', AutoDeploy: true },
      },
    },
  })

const callsOf = (shape: Shape) => () => {
  let gateway: Gateway
  let root: GatewayCredentials
  let upstream: Upstream
  let folder: string
  /** Where the two APIs answer. */
  let rest: string
  let http: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daemun-signed-'))
    upstream = await startUpstream()
    const file = join(folder, 'template.json')
    await writeFile(file, template(upstream.url))
    gateway = await startGateway({ shape, file })
    root = gateway.credentials
    const base = gateway.dataOrigin.replace('localhost', '127.0.0.1')
    rest = `${base}/restapis/${gateway.api('rest').id}/prod/_user_request_`
    http = `${base}/_aws/execute-api/${gateway.api('http').id}`
  })
  after(async () => {
    await gateway.stop()
    await upstream.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('without a signature are refused, as each kind of API says it', async () => {
    const unsigned = await fetch(`${rest}/pets`)
    assert.equal(unsigned.status, 403)
    assert.equal(await unsigned.text(), '{"message":"Missing Authentication Token"}')
    const route = await fetch(`${http}/pets`)
    assert.equal(route.status, 403)
    assert.equal(await route.text(), '{"message":"Forbidden"}')
  })

  it('by aws4fetch: GET, POST with a body, and a path and query with escapes', async () => {
    const client = new AwsClient({ ...root, service: 'execute-api', region: REGION, retries: 0 })
    for (const origin of [rest, http]) {
      for (const [path, init] of [
        ['/pets', {}],
        ['/pets?b=2&a=1%202&a=%C3%A9', {}],
        ['/caf%C3%A9/a%20b', { headers: { 'x-thing': 'a  b' } }],
        ['/pets', { method: 'POST', body: '{"name":"é"}', headers: JSON_TYPE }],
      ] as const) {
        const response = await client.fetch(`${origin}${path}`, init)
        const text = await response.text()
        assert.equal(response.status, 200, `${path}: ${text}`)
      }
    }
  })

  it('by presigned URLs, as Postman makes them', async () => {
    const client = new AwsClient({ ...root, service: 'execute-api', region: REGION })
    for (const origin of [rest, http]) {
      const signed = await client.sign(`${origin}/pets?kind=dog`, { aws: { signQuery: true } })
      const response = await fetch(signed.url)
      assert.equal(response.status, 200, await response.text())
      const changed = await fetch(signed.url.replace('kind=dog', 'kind=cat'))
      assert.equal(changed.status, 403)
      await changed.text()
    }
  })

  it('by @smithy/signature-v4, in headers and presigned', async () => {
    const signer = new SignatureV4({
      credentials: root,
      region: REGION,
      service: 'execute-api',
      sha256: Sha256,
    })
    const url = new URL(`${rest}/pets`)
    const request = {
      method: 'POST',
      protocol: 'http:',
      hostname: url.hostname,
      port: Number(url.port),
      path: url.pathname,
      query: { kind: 'dog' },
      headers: { host: url.host, 'content-type': 'application/json' },
      body: '{"a":1}',
    }
    const signed = await signer.sign(request)
    const { status, text } = await call(url.origin, `${url.pathname}?kind=dog`, {
      method: 'POST',
      headers: signed.headers,
      body: request.body,
    })
    assert.equal(status, 200, text)
    const { body: _, ...get } = { ...request, method: 'GET', headers: { host: url.host } }
    const { query = {} } = await signer.presign(get, { expiresIn: 60 })
    const pairs = Object.entries(query).map(
      ([name, value]) => `${name}=${encodeURIComponent(String(value))}`,
    )
    const presigned = await call(url.origin, `${url.pathname}?${pairs.join('&')}`, {
      headers: { host: url.host },
    })
    assert.equal(presigned.status, 200, presigned.text)
  })

  it('by aws-api-gateway-client, which signs the host without its port', async () => {
    const { default: factory } = require('aws-api-gateway-client') as {
      readonly default: {
        newClient(config: object): {
          invokeApi(
            pathParams: object,
            pathTemplate: string,
            method: string,
            additional: object,
            body: unknown,
          ): Promise<{ readonly status: number; readonly data: { readonly url: string } }>
        }
      }
    }
    const client = factory.newClient({
      invokeUrl: rest,
      accessKey: root.accessKeyId,
      secretKey: root.secretAccessKey,
      region: REGION,
    })
    const got = await client.invokeApi(
      { id: '7' },
      '/pets/{id}',
      'GET',
      { queryParams: { kind: 'dog' }, headers: { 'x-thing': '1' } },
      '',
    )
    assert.equal(got.status, 200)
    assert.equal(got.data.url, '/pets/7?kind=dog')
    const posted = await client.invokeApi({}, '/pets', 'POST', {}, { name: 'Rex' })
    assert.equal(posted.status, 200)
  })

  it('of an IAM user hold what its policies say, from the moment they say it', async () => {
    const admin = new iam.IAMClient({
      endpoint: gateway.endpoint,
      region: REGION,
      credentials: root,
    })
    await admin.send(new iam.CreateUserCommand({ UserName: 'ann' }))
    const { AccessKey } = await admin.send(new iam.CreateAccessKeyCommand({ UserName: 'ann' }))
    const ann = new AwsClient({
      accessKeyId: AccessKey?.AccessKeyId ?? '',
      secretAccessKey: AccessKey?.SecretAccessKey ?? '',
      service: 'execute-api',
      region: REGION,
      retries: 0,
    })
    const restArn = `arn:aws:execute-api:${REGION}:${ACCOUNT}:${gateway.api('rest').id}`
    const denied = await answered(ann.fetch(`${rest}/pets`))
    assert.equal(denied.status, 403)
    assert.equal(
      denied.text,
      `{"Message":"User: arn:aws:iam::${ACCOUNT}:user/ann is not authorized to perform: execute-api:Invoke on resource: ${restArn.replace(ACCOUNT, '********9012')}/prod/GET/pets"}`,
    )
    await admin.send(
      new iam.PutUserPolicyCommand({
        UserName: 'ann',
        PolicyName: 'pets',
        PolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: {
            Effect: 'Allow',
            Action: 'execute-api:Invoke',
            Resource: `${restArn}/prod/GET/pets`,
          },
        }),
      }),
    )
    const allowed = await answered(ann.fetch(`${rest}/pets`))
    assert.equal(allowed.status, 200)
    assert.equal((await ann.fetch(`${rest}/others`)).status, 403)
    assert.equal((await ann.fetch(`${http}/pets`)).status, 403)
  })

  it('of an assumed role are held to its session policy, and need their token', async () => {
    const config = { endpoint: gateway.endpoint, region: REGION, credentials: root }
    const admin = new iam.IAMClient(config)
    const allow = (resource: string) =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: { Effect: 'Allow', Action: 'execute-api:Invoke', Resource: resource },
      })
    const { Role } = await admin.send(
      new iam.CreateRoleCommand({
        RoleName: 'caller',
        AssumeRolePolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: { Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' },
        }),
      }),
    )
    await admin.send(
      new iam.PutRolePolicyCommand({
        RoleName: 'caller',
        PolicyName: 'all',
        PolicyDocument: allow('*'),
      }),
    )
    // AWS: a root may not assume a role.
    await admin.send(new iam.CreateUserCommand({ UserName: 'assumer' }))
    await admin.send(
      new iam.PutUserPolicyCommand({
        UserName: 'assumer',
        PolicyName: 'assume',
        PolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' },
        }),
      }),
    )
    const { AccessKey } = await admin.send(new iam.CreateAccessKeyCommand({ UserName: 'assumer' }))
    const assumer = {
      accessKeyId: AccessKey?.AccessKeyId ?? '',
      secretAccessKey: AccessKey?.SecretAccessKey ?? '',
    }
    const { Credentials } = await new sts.STSClient({ ...config, credentials: assumer }).send(
      new sts.AssumeRoleCommand({
        RoleArn: Role?.Arn ?? '',
        RoleSessionName: 'tests',
        Policy: allow(`arn:aws:execute-api:*:*:*/prod/GET/pets`),
      }),
    )
    const keys = {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
    }
    const sessionToken = Credentials?.SessionToken ?? ''
    const options = { service: 'execute-api', region: REGION, retries: 0 }
    const session = new AwsClient({ ...keys, sessionToken, ...options })
    const got = await answered(session.fetch(`${rest}/pets`))
    assert.equal(got.status, 200, got.text)
    assert.equal((await session.fetch(`${rest}/others`)).status, 403)
    const tokenless = await new AwsClient({ ...keys, ...options }).fetch(`${rest}/pets`)
    assert.equal(tokenless.status, 403)
    assert.equal(
      await tokenless.text(),
      '{"message":"The security token included in the request is invalid."}',
    )
  })
}

for (const shape of SHAPES) describe(`signed calls, ${shape}`, callsOf(shape))

const JSON_TYPE = { 'content-type': 'application/json' }

const answered = async (
  asked: Promise<Response>,
): Promise<{ readonly status: number; readonly text: string }> => {
  const response = await asked
  return { status: response.status, text: await response.text() }
}
