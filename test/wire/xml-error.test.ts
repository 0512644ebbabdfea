import assert from 'node:assert/strict'
import { test } from 'node:test'
import { notImplemented } from '#wire/errors.ts'
import { speaksXml, xmlErrorResponse } from '#wire/xml-error.ts'

test('s3 gets the error document of its protocol, with the text escaped', () => {
  const { statusCode, headers, body } = xmlErrorResponse('s3', notImplemented('no <a> & b'), 'r1')
  assert.equal(statusCode, 501)
  assert.deepEqual(headers.slice(0, 2), ['content-type', 'application/xml'])
  assert.equal(
    body,
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NotImplementedException</Code><Message>no &lt;a&gt; &amp; b</Message><RequestId>r1</RequestId></Error>',
  )
})

test('services of the query protocol get its envelope, those of JSON none of it', () => {
  const { body } = xmlErrorResponse('sts', notImplemented('no'), 'r1')
  assert.match(
    String(body),
    /<ErrorResponse><Error><Type>Sender<\/Type><Code>NotImplementedException</,
  )
  const names = ['sns', 's3', 'dynamodb', 'sqs', 'lambda']
  assert.deepEqual(names.map(speaksXml), [true, true, false, false, false])
})
