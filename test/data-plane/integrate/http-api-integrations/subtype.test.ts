import assert from 'node:assert/strict'
import { after, before, describe, it, test } from 'node:test'
import { createUpstreamClient } from '#transport/upstream.ts'
import {
  ask,
  headersOf,
  httpRoute,
  lambdaIntegration,
  type Sent,
  testServices,
  testStage,
  textOf,
} from '../../../support/http-api.ts'
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

const call = async (
  subtype: string,
  requestParameters: Readonly<Record<string, string>>,
  sent: Sent = {},
  back: UpstreamAnswer = {},
) => {
  answer = back
  const { integrationUri: _, ...integration } = lambdaIntegration({
    integrationSubtype: subtype,
    credentialsArn: 'arn:aws:iam::123456789012:role/r',
    payloadFormatVersion: '1.0',
    requestParameters,
  })
  const stage = testStage({ integrations: [integration], routes: [httpRoute('POST /{source}')] })
  const heard = testServices({
    upstream: client,
    aws: {
      endpoint: (service, region) =>
        region === 'us-east-1' && service !== 'kinesis' ? upstream.url : undefined,
      credentials: { accessKeyId: 'AKID', secretAccessKey: 'secret' },
    },
  })
  const response = await ask(stage, heard, { method: 'POST', target: '/shop', ...sent })
  return {
    response,
    limitations: stage.limitations,
    text: textOf(response.body),
    headers: headersOf(response.headers),
    seen: upstream.seen.at(-1),
    form: Object.fromEntries(new URLSearchParams(upstream.seen.at(-1)?.body ?? '')),
  }
}

const QUEUE = 'https://sqs.us-east-1.amazonaws.com/123456789012/orders'

describe('SQS-SendMessage', () => {
  const attributes = `{
    "One": {"DataType": "String", "StringValue": "\${request.header.header1}"},
    "Two": {"DataType": "Number", "StringValue": "2"}
  }`
  const parameters = {
    QueueUrl: QUEUE,
    MessageBody: '$request.body.MessageBody',
    MessageAttributes: attributes,
  }
  it('sends what the body and the headers say, signed, and passes the answer back', async () => {
    const { seen, form, text, response, headers } = await call(
      'SQS-SendMessage',
      parameters,
      { headers: ['Header1', 'v1'], body: '{"MessageBody":"대문"}' },
      { body: '<SendMessageResponse/>', headers: { 'Content-Type': 'text/xml' } },
    )
    assert.equal(seen?.url, '/123456789012/orders')
    assert.deepEqual(form, {
      Action: 'SendMessage',
      Version: '2012-11-05',
      QueueUrl: QUEUE,
      MessageBody: '대문',
      'MessageAttribute.1.Name': 'One',
      'MessageAttribute.1.Value.DataType': 'String',
      'MessageAttribute.1.Value.StringValue': 'v1',
      'MessageAttribute.2.Name': 'Two',
      'MessageAttribute.2.Value.DataType': 'Number',
      'MessageAttribute.2.Value.StringValue': '2',
    })
    assert.match(seen?.headers.authorization ?? '', /Credential=AKID\/20200312\/us-east-1\/sqs\//)
    assert.deepEqual([response.statusCode, text], [200, '<SendMessageResponse/>'])
    assert.deepEqual(headers['content-type'], ['text/xml'])
  })
  it('keeps a client’s quotes inside the one string they belong to', async () => {
    const evil = '","DataType":"Binary","x":"'
    const { form } = await call('SQS-SendMessage', parameters, {
      headers: ['Header1', evil],
      body: '{"MessageBody":"m&Action=PurgeQueue"}',
    })
    assert.equal(form['MessageAttribute.1.Value.StringValue'], evil)
    assert.equal(form['MessageAttribute.1.Value.DataType'], 'String')
    assert.equal(form.Action, 'SendMessage')
    assert.equal(form.MessageBody, 'm&Action=PurgeQueue')
  })
  it('answers 400 where attributes of a request are none', async () => {
    const { response } = await call(
      'SQS-SendMessage',
      { ...parameters, MessageAttributes: '$request.body.attributes' },
      { body: '{"MessageBody":"m","attributes":"none"}' },
    )
    assert.equal(response.statusCode, 400)
  })
})

test('EventBridge-PutEvents makes one entry', async () => {
  const { seen } = await call(
    'EventBridge-PutEvents',
    {
      Source: 'com.${request.path.source}',
      DetailType: '$request.header.kind',
      Detail: '$request.body',
      EventBusName: 'bus',
      Time: '2020-03-12T00:00:00Z',
      Resources: '["a","${request.path.source}"]',
    },
    { headers: ['Kind', 'sold'], body: '{"n":1}' },
  )
  assert.equal(seen?.headers['x-amz-target'], 'AWSEvents.PutEvents')
  assert.equal(seen?.headers['content-type'], 'application/x-amz-json-1.1')
  assert.deepEqual(JSON.parse(seen?.body ?? ''), {
    Entries: [
      {
        Source: 'com.shop',
        DetailType: 'sold',
        Detail: '{"n":1}',
        EventBusName: 'bus',
        Time: 1583971200,
        Resources: ['a', 'shop'],
      },
    ],
  })
})

test('StepFunctions-StartExecution leaves out what the request does not have', async () => {
  const { seen } = await call(
    'StepFunctions-StartExecution',
    { StateMachineArn: 'arn', Name: '$request.header.name', Input: '$request.body' },
    { body: '{}' },
  )
  assert.equal(seen?.headers['x-amz-target'], 'AWSStepFunctions.StartExecution')
  assert.deepEqual(JSON.parse(seen?.body ?? ''), { stateMachineArn: 'arn', input: '{}' })
})

test('SQS-ReceiveMessage numbers its lists', async () => {
  const { form } = await call('SQS-ReceiveMessage', {
    QueueUrl: QUEUE,
    AttributeNames: 'All',
    MessageAttributeNames: '["a","b"]',
    MaxNumberOfMessages: '2',
  })
  assert.equal(form['AttributeName.1'], 'All')
  assert.equal(form['MessageAttributeName.2'], 'b')
})

test('AppConfig-GetConfiguration is a GET with encoded names', async () => {
  const { seen } = await call(
    'AppConfig-GetConfiguration',
    {
      Application: '$request.header.app',
      Environment: 'e',
      Configuration: 'c',
      ClientId: 'id',
    },
    { headers: ['App', '../x'] },
  )
  assert.equal(seen?.method, 'GET')
  assert.equal(seen?.url, '/applications/..%2Fx/environments/e/configurations/c?client_id=id')
})

test('a name cannot lead out of its place in the path', async () => {
  const parameters = { Application: '$request.header.app', Environment: 'e', ClientId: 'id' }
  const { seen } = await call('AppConfig-GetConfiguration', parameters, { headers: ['App', '..'] })
  assert.match(seen?.url ?? '', /^\/applications\/%2E%2E\/environments\/e\//)
})

test('a service whose calls lead nowhere is a 501 that names it', async () => {
  const { response, text } = await call('Kinesis-PutRecord', { StreamName: 's' })
  assert.equal(response.statusCode, 501)
  assert.match(text, /has no address for the service kinesis, which POST \/\{source\} calls/)
})

test('a parameter that the call does not have is refused by name', async () => {
  const { response, limitations } = await call('SQS-PurgeQueue', { QueueUrl: QUEUE, Other: 'x' })
  assert.equal(response.statusCode, 501)
  assert.equal(limitations[0]?.feature, 'the parameter Other of the SQS-PurgeQueue integration')
})
