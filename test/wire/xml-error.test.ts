import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { notImplemented } from '#wire/errors.ts'
import { speaksXml, xmlErrorResponse } from '#wire/xml-error.ts'

test('the SDK of a service that speaks XML reads the code and the message of an error', async (t) => {
  const { statusCode, headers, body } = xmlErrorResponse(
    's3',
    notImplemented('not <here> & now'),
    'r1',
  )
  const server = createServer((_, response) => {
    response.writeHead(statusCode, [...headers]).end(body)
  }).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  const address = server.address()
  assert.ok(address !== null && typeof address === 'object')
  const client = new S3Client({
    endpoint: `http://127.0.0.1:${address.port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  })
  t.after(() => client.destroy())
  await assert.rejects(client.send(new ListBucketsCommand({})), {
    name: 'NotImplementedException',
    message: 'not <here> & now',
  })
})

test('services of the query protocol get its envelope, those of JSON none of it', () => {
  const { body } = xmlErrorResponse('sts', notImplemented('no'), 'r1')
  assert.match(
    String(body),
    /<ErrorResponse><Error><Type>Sender<\/Type><Code>NotImplementedException</,
  )
  assert.deepEqual(['sns', 's3', 'dynamodb', 'sqs', 'lambda'].map(speaksXml), [
    true,
    true,
    false,
    false,
    false,
  ])
})
