import assert from 'node:assert/strict'
import { after, before, describe, it, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { Services } from '#data-plane/plan.ts'
import { createSigV4Verifier } from '#languages/sigv4/verify.ts'
import type { Integration } from '#model/apigateway/rest-api.ts'
import { createUpstreamClient } from '#transport/upstream.ts'
import { answered, headersOf, type Sent, testServices, textOf } from '../../../support/http-api.ts'
import { askRest, FUNCTION_URI, restIntegration, restMethod } from '../../../support/rest-api.ts'
import { startUpstream, type Upstream, type UpstreamAnswer } from '../../../support/upstream.ts'

const client = createUpstreamClient()
let answer: UpstreamAnswer = {}
let upstream: Upstream

before(async () => {
  upstream = await startUpstream(() => answer)
})
after(async () => {
  await client.close()
  await upstream.close()
})

const OK = { '200': { statusCode: '200' } }

const ask = async (
  more: Partial<Integration>,
  sent: Sent = {},
  overrides: Partial<Services> = {},
) => {
  const integration = restIntegration({ type: 'AWS', integrationResponses: OK, ...more })
  const api = {
    methods: { 'ANY /pets/{id}': restMethod({ methodIntegration: integration }) },
    api: { binaryMediaTypes: ['image/png'] },
  }
  const heard = testServices({
    upstream: client,
    aws: {
      endpoint: (service, region) =>
        region === 'us-east-1' && service !== 'sns' ? `${upstream.url}/base` : undefined,
      credentials: { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'token' },
    },
    ...overrides,
  })
  const response = await askRest(api, heard, { target: '/prod/pets/7', ...sent })
  return {
    response,
    heard,
    status: response.statusCode,
    text: textOf(response.body),
    headers: headersOf(response.headers),
    seen: upstream.seen.at(-1),
  }
}

describe('a Lambda function behind templates', () => {
  const lambda = (more: Partial<Integration>, sent: Sent = {}, payload: unknown = { ok: true }) =>
    ask({ uri: FUNCTION_URI, ...more }, sent, {
      invokeFunction: async () => answered(payload),
    })

  it('gets what the template makes, and its JSON passes back without one [F139]', async () => {
    const { heard, status, text, headers } = await lambda({
      requestTemplates: { 'application/json': '{"id":"$input.params(\'id\')"}' },
    })
    assert.deepEqual(heard.event(), { id: '7' })
    assert.deepEqual([status, text], [200, '{"ok":true}'])
    assert.deepEqual(headers['content-type'], ['application/json'])
    assert.ok(headers['x-amzn-trace-id'])
  })
  it('has its status set by a response template [F138]', async () => {
    const template = `#set($o = $input.path('$'))
#if($o.toString().contains('bad'))#set($context.responseOverride.status = 400)#end
$input.json('$.error')`
    const { status, text } = await lambda(
      {
        integrationResponses: {
          '200': { statusCode: '200', responseTemplates: { 'application/json': template } },
        },
      },
      {},
      { error: 'bad input' },
    )
    assert.equal(status, 400)
    assert.equal(text.trim(), '"bad input"')
  })
  it('gets an empty event without a body, and the body as it is without a template', async () => {
    assert.deepEqual((await lambda({})).heard.event(), {})
    const { heard } = await lambda({}, { method: 'POST', body: '{"a":1}' })
    assert.deepEqual(heard.event(), { a: 1 })
  })
  it('is not called with what is no JSON: a 400', async () => {
    const { heard, status, text } = await lambda({}, { method: 'POST', body: 'a=1' })
    assert.equal(status, 400)
    assert.match(text, /^\{"message":"Could not parse request body into json: /)
    assert.equal(heard.invoked.length, 0)
  })
  it("is not waited for with X-Amz-Invocation-Type: 'Event'", async () => {
    const { heard, status, text } = await ask(
      {
        uri: FUNCTION_URI,
        requestParameters: { 'integration.request.header.X-Amz-Invocation-Type': "'Event'" },
      },
      {},
      {
        invokeFunction: async () => ({
          kind: 'answered',
          statusCode: 202,
          payload: Buffer.alloc(0),
          requestId: 'r',
        }),
      },
    )
    assert.equal(heard.invoked[0]?.invocationType, 'Event')
    assert.deepEqual([status, text], [200, ''])
  })
  it('is invoked by POST only', async () => {
    assert.equal((await lambda({ httpMethod: 'GET' })).status, 500)
  })

  const failing = (errorMessage: string) =>
    ask(
      {
        uri: FUNCTION_URI,
        integrationResponses: {
          '200': { statusCode: '200', responseTemplates: { 'application/json': 'fine' } },
          '400': {
            statusCode: '400',
            selectionPattern: '.*\\[BadRequest\\].*',
            responseTemplates: { 'application/json': '{"m":$input.json("$.errorMessage")}' },
          },
          '500': { statusCode: '500', selectionPattern: '.*' },
        },
      },
      {},
      {
        invokeFunction: async () => ({
          kind: 'answered',
          statusCode: 200,
          functionError: 'Unhandled',
          payload: Buffer.from(JSON.stringify({ errorMessage, errorType: 'Error' })),
          requestId: 'r',
        }),
      },
    )
  it('that fails is told by its errorMessage', async () => {
    const bad = await failing('[BadRequest] no name')
    assert.deepEqual([bad.status, bad.text], [400, '{"m":"[BadRequest] no name"}'])
    const other = await failing('boom')
    assert.deepEqual(
      [other.status, other.text],
      [500, '{"errorMessage":"boom","errorType":"Error"}'],
    )
  })
  it('that does not fail gets the default, whatever patterns there are', async () => {
    const integrationResponses = {
      '500': { statusCode: '500', selectionPattern: '.*' },
      '200': { statusCode: '200' },
    }
    assert.equal((await lambda({ integrationResponses })).status, 200)
  })
})

describe('any other service', () => {
  const DYNAMODB = 'arn:aws:apigateway:us-east-1:dynamodb:action/PutItem'
  const SQS = 'arn:aws:apigateway:us-east-1:sqs:path/123456789012/queue'

  it('is called by its action, with the target of its protocol [F185]', async () => {
    answer = { body: '{}', headers: { 'Content-Type': 'application/x-amz-json-1.0' } }
    const { seen, status, text, headers } = await ask(
      { uri: DYNAMODB, requestTemplates: { 'application/json': '{"TableName":"t"}' } },
      { method: 'PUT' },
    )
    assert.equal(seen?.method, 'POST')
    assert.equal(seen?.url, '/base/?Action=PutItem')
    assert.equal(seen?.body, '{"TableName":"t"}')
    assert.equal(seen?.headers['x-amz-target'], 'DynamoDB_20120810.PutItem')
    assert.equal(seen?.headers['content-type'], 'application/x-amz-json-1.0')
    assert.deepEqual([status, text], [200, '{}'])
    assert.ok(headers['x-amzn-trace-id'])
  })
  it('passes the answers of PutRecord and PutRecords with 200 [F189]', async () => {
    for (const action of ['PutRecord', 'PutRecords']) {
      answer = { body: `{"of":"${action}"}` }
      const uri = `arn:aws:apigateway:us-east-1:kinesis:action/${action}`
      const { seen, status, text } = await ask({ uri })
      assert.equal(seen?.headers['x-amz-target'], `Kinesis_20131202.${action}`)
      assert.deepEqual([status, text], [200, `{"of":"${action}"}`])
    }
  })
  it('is called by its path, with what is mapped, signed with the credentials it was given', async () => {
    answer = { body: '<ok/>', headers: { 'Content-Type': 'text/xml' } }
    const { seen, text, headers } = await ask(
      {
        uri: SQS,
        requestParameters: {
          'integration.request.header.Content-Type': "'application/x-www-form-urlencoded'",
        },
        requestTemplates: { 'application/json': 'Action=SendMessage&MessageBody=$input.body' },
        passthroughBehavior: 'NEVER',
      },
      { method: 'POST', body: 'hello' },
    )
    assert.equal(seen?.url, '/base/123456789012/queue')
    assert.equal(seen?.body, 'Action=SendMessage&MessageBody=hello')
    assert.equal(seen?.headers['content-type'], 'application/x-www-form-urlencoded')
    assert.equal(seen?.headers['x-amz-security-token'], 'token')
    assert.match(
      seen?.headers.authorization ?? '',
      /^AWS4-HMAC-SHA256 Credential=AKID\/20200312\/us-east-1\/sqs\/aws4_request, /,
    )
    assert.equal(text, '<ok/>')
    assert.deepEqual(headers['content-type'], ['text/xml'])
  })
  it('answers in XML unless Accept is mapped [F188]', async () => {
    const uri = 'arn:aws:apigateway:us-east-1:ssm:action/GetParameter'
    const { seen } = await ask({ uri })
    assert.equal(seen?.headers['x-amz-target'], undefined)
    assert.notEqual(seen?.headers.accept, 'application/json')
    const mapped = await ask({
      uri,
      requestParameters: { 'integration.request.header.Accept': "'application/json'" },
    })
    assert.equal(mapped.seen?.headers.accept, 'application/json')
  })
  it('hides its 404 behind one patternless response [F191]', async () => {
    answer = { status: 404, body: '<Code>NoSuchKey</Code>' }
    const { seen, status, text } = await ask({
      uri: 'arn:aws:apigateway:us-east-1:s3:path/bucket/{key}',
      httpMethod: 'GET',
      requestParameters: { 'integration.request.path.key': 'method.request.path.id' },
    })
    assert.equal(seen?.url, '/base/bucket/7')
    assert.match(String(seen?.headers['x-amz-content-sha256']), /^[0-9a-f]{64}$/)
    assert.deepEqual([status, text], [200, '<Code>NoSuchKey</Code>'])
  })
  it('is refused with a hint where its calls lead nowhere', async () => {
    const { status, text, heard } = await ask({ uri: SQS.replace('sqs', 'sns') })
    assert.equal(status, 501)
    assert.match(text, /has no address for the service sns, which ANY \/pets\/\{id\} calls/)
    assert.match(heard.records[0]?.error?.hint ?? '', /--endpoint sns=URL/)
  })
  it('must not have Authorization mapped: a 500', async () => {
    const requestParameters = { 'integration.request.header.Authorization': "'me'" }
    assert.equal((await ask({ uri: SQS, requestParameters })).status, 500)
  })
  it('has a signature that verifies', async () => {
    answer = {}
    const { seen, heard } = await ask(
      { uri: DYNAMODB, requestTemplates: { 'application/json': '{"TableName":"é"}' } },
      { method: 'POST' },
    )
    const verifier = createSigV4Verifier({
      clock: heard.clock,
      service: 'dynamodb',
      region: 'us-east-1',
      findCredentials: () => ({ secretAccessKey: 'secret', sessionToken: 'token' }),
    })
    const verified = verifier.verify({
      method: seen?.method ?? '',
      target: seen?.url ?? '',
      headers: seen?.rawHeaders ?? [],
      body: Buffer.from(seen?.body ?? ''),
    })
    assert.equal(verified.kind, 'verified')
  })
})

test('bytes reach S3 as they are, as text or as base64, by their type and contentHandling [F183]', async () => {
  answer = {}
  const body = gzipSync('some text that is long enough')
  const put = async (contentType: string, more: Partial<Integration> = {}) => {
    const { seen } = await ask(
      {
        uri: 'arn:aws:apigateway:us-east-1:s3:path/bucket/{key}',
        httpMethod: 'PUT',
        requestParameters: { 'integration.request.path.key': 'method.request.path.id' },
        ...more,
      },
      { method: 'PUT', headers: ['Content-Type', contentType], body },
    )
    return Number(seen?.headers['content-length'])
  }
  assert.equal(await put('image/png'), body.length)
  // Each bad byte became EF BF BD.
  assert.equal(await put('text/plain'), Buffer.byteLength(body.toString('utf8')))
  assert.ok(body.length < Buffer.byteLength(body.toString('utf8')))
  const base64 = await put('image/png', { contentHandling: 'CONVERT_TO_TEXT' })
  assert.equal(base64, Math.ceil(body.length / 3) * 4)
})

test('a function’s base64 becomes bytes with CONVERT_TO_BINARY, with and without a template', async () => {
  const image = Buffer.from([0x89, 0x50, 0x4e, 0x47])
  for (const [payload, template] of [
    [image.toString('base64'), undefined],
    [{ image: image.toString('base64') }, "$input.path('$.image')"],
  ] as const) {
    const { response } = await ask(
      {
        uri: FUNCTION_URI,
        integrationResponses: {
          '200': {
            statusCode: '200',
            contentHandling: 'CONVERT_TO_BINARY',
            ...(template && { responseTemplates: { 'application/json': template } }),
          },
        },
      },
      {},
      { invokeFunction: async () => answered(payload) },
    )
    assert.deepEqual(Buffer.from(response.body as Uint8Array), image)
  }
})

test('a URI that names no service is a 500', async () => {
  assert.equal((await ask({ uri: 'http://example.com' })).status, 500)
})
