// The real AWS CLI against a running gateway: a REST API made by hand, command by command, answers when it is deployed;
// an HTTP API is quick-created, imported and deleted.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { call, type Gateway, startGateway } from '../support/gateway.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'

const run = promisify(execFile)

describe('the AWS CLI', () => {
  let gateway: Gateway
  let upstream: Upstream
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daemun-cli-'))
    upstream = await startUpstream()
    gateway = await startGateway({ shape: 'start' })
  })
  after(async () => {
    await gateway?.stop()
    await upstream?.close()
    await rm(folder, { recursive: true, force: true })
  })

  const aws = async (...args: readonly string[]): Promise<Record<string, string>> => {
    const { stdout } = await run('aws', ['--output', 'json', ...args], {
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_DEFAULT_REGION: 'us-east-1',
        AWS_ENDPOINT_URL: gateway.endpoint,
        AWS_PAGER: '',
      },
      timeout: 60_000,
    })
    return stdout.trim() === '' ? {} : JSON.parse(stdout)
  }
  // Older versions of the CLI do not know AWS_ENDPOINT_URL.
  const v1 = (...args: readonly string[]) =>
    aws('--endpoint-url', gateway.endpoint, 'apigateway', ...args)
  const v2 = (...args: readonly string[]) =>
    aws('--endpoint-url', gateway.endpoint, 'apigatewayv2', ...args)

  // Older versions do not know that CreateRestApi tells the root resource.
  const rootOf = async (restApiId: string): Promise<string> => {
    const { items } = await v1('get-resources', '--rest-api-id', restApiId)
    return (items as unknown as readonly { id: string }[])[0]?.id ?? ''
  }

  it('makes a REST API, deploys it, and the API answers', async () => {
    const { id = '' } = await v1('create-rest-api', '--name', 'by-hand')
    const rootResourceId = await rootOf(id)
    const { id: resource = '' } = await v1(
      'create-resource',
      '--rest-api-id',
      id,
      '--parent-id',
      rootResourceId,
      '--path-part',
      'status',
    )
    const method = ['--rest-api-id', id, '--resource-id', resource, '--http-method', 'GET']
    await v1('put-method', ...method, '--authorization-type', 'NONE')
    await v1('put-method-response', ...method, '--status-code', '200')
    const template = '{"application/json":"{\\"statusCode\\": 200}"}'
    await v1('put-integration', ...method, '--type', 'MOCK', '--request-templates', template)
    const answer = '{"application/json":"{\\"up\\": true}"}'
    await v1(
      'put-integration-response',
      ...method,
      '--status-code',
      '200',
      '--response-templates',
      answer,
    )
    await v1('create-deployment', '--rest-api-id', id, '--stage-name', 'prod')
    const host = `${id}.execute-api.localhost`
    const { status, text } = await call(gateway.dataOrigin, '/prod/status', { headers: { host } })
    assert.deepEqual([status, text], [200, '{"up": true}'])

    await assert.rejects(v1('get-rest-api', '--rest-api-id', 'nope'), /NotFoundException/)
    await v1('delete-rest-api', '--rest-api-id', id)
    const gone = await call(gateway.dataOrigin, '/prod/status', { headers: { host } })
    assert.equal(gone.status, 403)
  })

  it('makes a user and a role, and takes the role', async () => {
    const iam = (...args: readonly string[]) =>
      aws('--endpoint-url', gateway.endpoint, 'iam', ...args)
    const sts = (...args: readonly string[]) =>
      aws('--endpoint-url', gateway.endpoint, 'sts', ...args)
    const who = await sts('get-caller-identity')
    assert.equal(who.Arn, 'arn:aws:iam::123456789012:root')
    await iam('create-user', '--user-name', 'ada')
    const key = await iam('create-access-key', '--user-name', 'ada')
    assert.match(JSON.stringify(key), /"AccessKeyId":"AKIA/)
    const trust = {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::123456789012:user/ada' },
          Action: 'sts:AssumeRole',
        },
      ],
    }
    const role = await iam(
      'create-role',
      '--role-name',
      'keeper',
      '--assume-role-policy-document',
      JSON.stringify(trust),
    )
    // The CLI decodes documents: they are escaped as AWS does.
    assert.deepEqual(
      (role.Role as unknown as Record<string, unknown>).AssumeRolePolicyDocument,
      trust,
    )
    const arn = 'arn:aws:iam::aws:policy/AmazonAPIGatewayInvokeFullAccess'
    await iam('attach-role-policy', '--role-name', 'keeper', '--policy-arn', arn)
    const listed = await iam('list-attached-role-policies', '--role-name', 'keeper')
    assert.match(JSON.stringify(listed), /AmazonAPIGatewayInvokeFullAccess/)
    const taken = await sts(
      'assume-role',
      '--role-arn',
      'arn:aws:iam::123456789012:role/keeper',
      '--role-session-name',
      'shift',
    )
    assert.match(JSON.stringify(taken), /assumed-role\/keeper\/shift/)
    await assert.rejects(iam('get-user', '--user-name', 'nobody'), /NoSuchEntity/)
  })

  it('walks the usage-plan tutorial: deploy, key, plan, associate', async () => {
    const { id = '' } = await v1('create-rest-api', '--name', 'sold')
    const rootResourceId = await rootOf(id)
    const method = ['--rest-api-id', id, '--resource-id', rootResourceId, '--http-method', 'GET']
    await v1('put-method', ...method, '--authorization-type', 'NONE', '--api-key-required')
    const template = '{"application/json":"{\\"statusCode\\": 200}"}'
    await v1('put-integration', ...method, '--type', 'MOCK', '--request-templates', template)
    await v1('put-method-response', ...method, '--status-code', '200')
    await v1('put-integration-response', ...method, '--status-code', '200')
    await v1('create-deployment', '--rest-api-id', id, '--stage-name', 'prod')
    const key = await v1('create-api-key', '--name', 'partner', '--enabled')
    const plan = await v1(
      'create-usage-plan',
      '--name',
      'gold',
      '--throttle',
      'rateLimit=2,burstLimit=3',
      '--quota',
      'limit=5,period=MONTH',
      '--api-stages',
      `apiId=${id},stage=prod`,
    )
    const planId = plan.id ?? ''
    const keyId = key.id ?? ''
    await v1(
      'create-usage-plan-key',
      '--usage-plan-id',
      planId,
      '--key-id',
      keyId,
      '--key-type',
      'API_KEY',
    )
    // The caller's side, by a clock that stands still: 403, 200, 429 for the rate, 429 for the quota.
    const clock = (order: object) =>
      call(gateway.endpoint, '/_daemun/clock', { method: 'POST', body: JSON.stringify(order) })
    const ask = async (value?: string) => {
      const headers = { host: `${id}.execute-api.localhost` }
      const sent = value === undefined ? headers : { ...headers, 'x-api-key': value }
      const { status, text } = await call(gateway.dataOrigin, '/prod/', { headers: sent })
      return `${status} ${text}`
    }
    const value = key.value ?? ''
    await clock({ fixed: true })
    assert.equal(await ask(), '403 {"message":"Forbidden"}')
    assert.equal(await ask('not-a-key-of-this-gateway'), '403 {"message":"Forbidden"}')
    for (const _ of 'abc') assert.equal(await ask(value), '200 ')
    assert.equal(await ask(value), '429 {"message":"Too Many Requests"}')
    await clock({ advanceMs: 2_000 })
    for (const _ of 'ab') assert.equal(await ask(value), '200 ')
    assert.equal(await ask(value), '429 {"message":"Limit Exceeded"}')
    await clock({ set: 'real' })
    const read = await v1('get-usage-plan', '--usage-plan-id', planId)
    assert.deepEqual(read.apiStages, [{ apiId: id, stage: 'prod' }])
    assert.deepEqual(read.throttle, { rateLimit: 2, burstLimit: 3 })
    const { items } = await v1('get-usage-plan-keys', '--usage-plan-id', planId)
    assert.equal((items as unknown as readonly { id: string }[])[0]?.id, keyId)
  })

  it('quick-creates an HTTP API, changes it, and deletes it', async () => {
    const { ApiId = '' } = await v2(
      'create-api',
      '--name',
      'quick',
      '--protocol-type',
      'HTTP',
      '--target',
      `${upstream.url}/backend`,
    )
    const host = `${ApiId}.execute-api.localhost`
    const first = await call(gateway.dataOrigin, '/', { headers: { host } })
    assert.equal(first.status, 200, first.text)
    await v2(
      'update-api',
      '--api-id',
      ApiId,
      '--cors-configuration',
      'AllowOrigins=https://a.example',
    )
    const headers = { host, origin: 'https://a.example' }
    const cors = await call(gateway.dataOrigin, '/', { headers })
    assert.equal(cors.headers['access-control-allow-origin'], 'https://a.example')
    await v2('delete-api', '--api-id', ApiId)
  })

  it('imports an OpenAPI document', async () => {
    const file = join(folder, 'openapi.json')
    const path = { get: { 'x-amazon-apigateway-integration': integration(`${upstream.url}/pets`) } }
    const definition = {
      openapi: '3.0.1',
      info: { title: 'imported', version: '1' },
      paths: { '/pets': path },
    }
    await writeFile(file, JSON.stringify(definition))
    const { ApiId = '' } = await v2('import-api', '--body', `file://${file}`)
    await v2('create-stage', '--api-id', ApiId, '--stage-name', '$default', '--auto-deploy')
    const host = `${ApiId}.execute-api.localhost`
    const answer = await call(gateway.dataOrigin, '/pets', { headers: { host } })
    assert.equal(JSON.parse(answer.text).url, '/pets')
  })
})

const integration = (uri: string) => ({
  type: 'http_proxy',
  httpMethod: 'GET',
  uri,
  payloadFormatVersion: '1.0',
})
